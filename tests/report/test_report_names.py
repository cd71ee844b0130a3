"""What reports call things and who they say spoke; the same calls give the same files."""

from __future__ import annotations

import random
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from report_factory import make_calls

from qa_inspect.domain import CallResult, CheckStatus, Evidence, Flag, Role, Severity, Verdict
from qa_inspect.report.catalogue import Catalogue
from qa_inspect.report.flagged import call_flags
from qa_inspect.report.part_names import Naming
from qa_inspect.report.rows import call_document, call_row
from qa_inspect.report.scorecards import agent_scorecards
from qa_inspect.report.site import SiteOptions, write_site
from qa_inspect.report.titles import Title, Titles, one_percentage, shipped_titles, titles_of
from qa_inspect.rubric.load import available, read_rubric


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def page_of(out: Path, call: CallResult) -> str:
    return (out / "calls" / f"{call.recording.call_id}.html").read_text(encoding="utf-8")


def flagged(call: CallResult, *flags: Flag) -> CallResult:
    return replace(call, verdict=replace(call.verdict, flags=flags))


def test_the_same_calls_give_the_same_files(tmp_path: Path) -> None:
    sounds = tmp_path / "sounds"
    sounds.mkdir()
    calls = make_calls(30, sounds=sounds)
    write_site(calls, tmp_path / "one")
    write_site(calls, tmp_path / "two")
    write_site(calls, tmp_path / "two")
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_the_same_calls_give_the_same_files_in_another_process(tmp_path: Path) -> None:
    # Sets of texts are ordered by a hash that differs from process to process.
    script = (
        "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[2])\n"
        "from report_factory import make_calls; from qa_inspect.report.site import write_site\n"
        "write_site(make_calls(24), Path(sys.argv[1]))"
    )
    for seed in ("1", "2"):
        subprocess.run(
            [sys.executable, "-c", script, str(tmp_path / seed), str(Path(__file__).parent)],
            env={"PYTHONHASHSEED": seed, "PATH": ""},
            check=True,
        )
    assert contents(tmp_path / "1") == contents(tmp_path / "2")


def test_flags_are_counted_in_one_order() -> None:
    names = [f"flag_{n}" for n in range(12)]
    flags = [Flag(name, Severity.LOW, 0.5, "", (), "risk") for name in names]
    calls = make_calls(4)
    for seed in range(3):
        random.Random(seed).shuffle(flags)
        (card,) = agent_scorecards([flagged(replace(calls[0]), *flags)])
        assert list(card.flags) == sorted(names)
    flags = [replace(flags[0], flag="abuse"), replace(flags[0], flag="churn")]
    same = replace(calls[0].recording, call_id="another")
    twice = flagged(replace(calls[0], recording=same), flags[1])
    (card,) = agent_scorecards([flagged(calls[0], *flags), twice])
    assert list(card.flags.items()) == [("churn", 2), ("abuse", 1)]


def test_flags_say_who_spoke(tmp_path: Path) -> None:
    call = make_calls(1)[0]
    said = call.transcript.utterances if call.transcript else ()
    agent, customer = (next(u for u in said if u.role is r) for r in (Role.AGENT, Role.CUSTOMER))
    flags = [
        Flag(name, Severity.HIGH, 0.8, "Found.", pieces, "risk")
        for name, pieces in (
            ("by_agent", (Evidence(agent.index, 1.0, 2.0, "AGENT WORDS"),)),
            ("by_customer", (Evidence(customer.index, 3.0, 4.0, "CUSTOMER WORDS"),)),
            ("silence", (Evidence(None, 5.0, 9.0, "silence of 4 s"),)),
            ("nothing", ()),
        )
    ]
    call = flagged(call, *flags)
    rows = {row["flag"]: row["said_by"] for row in (f.to_row() for f in call_flags(call))}
    assert rows == {
        "by_agent": "agent",
        "by_customer": "customer",
        "silence": None,
        "nothing": None,
    }
    index = write_site([call], tmp_path)
    assert "AGENT WORDS" in index.read_text()
    for page in ((tmp_path / "flags.html").read_text(), page_of(tmp_path, call)):
        for role, words in (("agent", "AGENT WORDS"), ("customer", "CUSTOMER WORDS")):
            before = page[: page.index(words)]
            assert before.rindex(f'class="by role-{role}"') == before.rindex('class="by role-')
    assert "by role-" not in page_of(tmp_path, call).split("silence of 4 s")[1].split("</li>")[0]


@pytest.mark.parametrize(
    ("explanation", "shown"),
    [
        ("Abuse: Found: “idiots” at 0:06 (99 %).", "Found: “idiots” at 0:06."),
        ("Abuse: “x” (nearness 87 % to “y”).", "“x” (near to “y”)."),
        ("Churn: Said: “50 % off”.", "Churn: Said: “50 % off”."),
    ],
)
def test_a_flag_has_one_percentage(explanation: str, shown: str) -> None:
    assert one_percentage(explanation, "Abuse") == shown


def test_pages_use_the_authors_words(tmp_path: Path) -> None:
    calls = make_calls(12)
    english = next(c for c in calls if c.recording.metadata.agent_id == "a-104")
    failed = next(c for c in english.verdict.checks if c.status is CheckStatus.FAIL)
    key = ("support", "en", failed.item)
    titles = Titles(
        sections={("support", "en", "politeness"): Title("Manners <matter>")},
        items={key: Title("The author's title", "Because it matters.")},
    )
    write_site(calls, tmp_path, SiteOptions(titles=titles))
    page = page_of(tmp_path, english)
    assert "The author&#39;s title" in page
    assert "Because it matters." in page
    assert "Manners &lt;matter&gt;" in page
    agent = (tmp_path / "agents" / f"{english.recording.metadata.agent_id}.html").read_text()
    assert "The author&#39;s title" in agent
    assert "The author&#39;s title" in (tmp_path / "index.html").read_text()


@pytest.mark.parametrize(
    ("language", "item", "flag"),
    [("en", "Greets the customer", "Threat of violence"), ("zh", "问候客户", "暴力威胁")],
)
def test_titles_are_in_the_language_of_the_pages(
    language: str, item: str, flag: str, tmp_path: Path
) -> None:
    threat = Flag("threat", Severity.CRITICAL, 0.9, "暴力威胁: Found: “弄死你”.", (), "risk")
    calls = [
        flagged(c, threat) for c in make_calls(12) if c.transcript and c.transcript.language == "zh"
    ]
    write_site(calls, tmp_path, SiteOptions(language=language))
    agent = f"agents/{calls[0].recording.metadata.agent_id}.html"
    pages = [(tmp_path / name).read_text() for name in ("index.html", "flags.html", agent)]
    call = page_of(tmp_path, calls[0])
    assert item in call and item in pages[2]
    for page in (*pages, call):
        assert flag in page
        # the title before the explanation is not told twice, in whichever language it is
        assert ("暴力威胁" in page) == (language == "zh")
        assert "暴力威胁: Found" not in page


def test_a_rubric_of_ones_own_is_named_as_it_names_itself() -> None:
    titles = Titles(
        flags={("ours", "id", "late"): Title("Terlambat")},
        items={("ours", "id", "hello"): Title("Menyapa", "Supaya ramah.")},
    )
    naming = Naming(titles, Catalogue("en"))
    assert naming.flag("ours", "id", "late") == "Terlambat"
    assert naming.item("ours", "id", "hello") == "Menyapa"
    assert naming.why("ours", "id", "hello") == "Supaya ramah."
    assert naming.flag("ours", "fr", "late") == "Late"


def test_titles_fall_back() -> None:
    titles = shipped_titles()
    assert (found := titles.item("support", "en-GB", "greeting")) and found.why
    assert titles.item("support", "yue", "greeting") == titles.item("support", "zh", "greeting")
    assert titles.item("support", "fr", "greeting") is None
    assert titles.item("our-rules", "en", "greeting") is None
    assert titles.flag("ours, risk", "en", "abuse") == titles.flag("", "en", "abuse") is not None


def test_calls_that_need_review_show_no_verdict(tmp_path: Path) -> None:
    call = next(c for c in make_calls(30) if c.transcript and c.transcript.needs_review)
    index = write_site([call], tmp_path)
    page = page_of(tmp_path, call)
    assert "not counted: needs review" in page
    assert not re.search(r'class="score ', page)
    assert 'class="score ' not in (tmp_path / "calls.html").read_text()
    assert 'class="score ' not in index.read_text()


def test_too_few_calls_have_no_interval(tmp_path: Path) -> None:
    calls = make_calls(48)
    few = write_site(calls[:3], tmp_path / "few").read_text()
    assert "too few calls for an interval" in few
    assert "95% sure" not in few
    many = write_site(calls, tmp_path / "many").read_text()
    assert "too few calls for an interval" not in many
    assert "95% sure" in many


def test_an_agents_flags_are_not_praise(tmp_path: Path) -> None:
    call = flagged(make_calls(1)[0], Flag("abuse", Severity.HIGH, 0.8, "", (), "risk"))
    write_site([call], tmp_path)
    page = (tmp_path / "agents" / "a-101.html").read_text()
    praise = page.split('class="panel praise"')[1].split("</section>")[0]
    assert "Abuse" not in praise
    assert "Flags in these calls" in page


def test_an_empty_period_is_said_in_words(tmp_path: Path) -> None:
    write_site([], tmp_path)
    for name in ("index", "calls", "flags", "failed"):
        page = (tmp_path / f"{name}.html").read_text()
        assert "No calls were inspected in this period." in page
        assert "<h2" not in page
        assert "<table" not in page


def test_the_calls_table_has_what_the_manifest_says() -> None:
    call = make_calls(1)[0]
    row, document = call_row(call), call_document(call)
    for name, value in (("agent_name", "Amelia Hart"), ("direction", "inbound"), ("nps", None)):
        assert row[name] == document[name] == value
    assert call_row(replace(call, verdict=Verdict()))["csat"] == call.recording.metadata.csat


def test_titles_of_some_languages_read_only_their_packs() -> None:
    titles = shipped_titles(languages=["zh-CN"])
    assert {language for _, language, _ in titles.items} == {"zh"}


def test_titles_read_alone_are_those_of_the_loaded_packs() -> None:
    assert shipped_titles() == titles_of(read_rubric(pack.path) for pack in available())
    assert {key[0] for key in shipped_titles(names=["support"]).items} == {"support"}
