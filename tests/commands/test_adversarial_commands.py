"""What people really type, pipe and save: commands of rubrics, verdicts and pages under strain."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from qa_inspect.commands.main import cli

RUBRIC = """\
rubric: own
language: en
title: Our desk
items:
  - {id: hello, title: Greets by name, kind: said, phrases: [hello]}
flags:
  - {id: leaving, title: May leave us, kind: said, role: customer, phrases: [cancel]}
"""
TURNS = [
    {"role": "agent", "text": "Hello, this is Ann."},
    {"role": "customer", "text": "I want to cancel."},
    {"role": "agent", "text": "Let me look at that for you now."},
]


def run(*arguments: object, given: str | None = None) -> Result:
    return CliRunner().invoke(cli, [str(part) for part in arguments], input=given)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "own.yaml"
    path.write_text(RUBRIC)
    return path


@pytest.fixture
def database(tmp_path: Path, own: Path) -> Path:
    """A call in French, of which the packs know nothing, and one in English."""
    calls = [
        {"call_id": "fr-1", "language": "fr", "turns": TURNS, "team": "Red", "csat": 5},
        {"call_id": "en-1", "language": "en", "turns": TURNS, "team": "Red", "agent_id": "A1"},
    ]
    file = tmp_path / "calls.jsonl"
    file.write_text("\n".join(json.dumps(call) for call in calls), encoding="utf-8")
    path = tmp_path / "qa.db"
    made = run("import-transcripts", file, "--db", path, "--rubric", own)
    assert made.exit_code == 0, made.output
    return path


def test_a_note_that_a_rubric_did_not_judge_goes_when_it_has_judged(
    tmp_path: Path, own: Path, database: Path
) -> None:
    assert "is for the language en" in run("show", "fr-1", "--db", database).stdout
    own.write_text(RUBRIC.replace("language: en\n", ""))
    assert run("score", "--rubric", own, "--db", database).exit_code == 0
    shown = run("show", "fr-1", "--db", database).stdout
    assert "own 1" in shown
    assert "is for the language en" not in shown
    document = json.loads(run("show", "fr-1", "--db", database, "--json").stdout)
    assert document["notes"] == []
    out = tmp_path / "site"
    assert run("report", "--out", out, "--db", database).exit_code == 0
    assert "is for the language en" not in (out / "calls" / "fr-1.html").read_text("utf-8")


def test_the_report_has_the_names_that_an_own_rubric_gives(
    tmp_path: Path, own: Path, database: Path
) -> None:
    out = tmp_path / "site"
    assert run("report", "--out", out, "--db", database, "--rubric", own).exit_code == 0
    page = (out / "calls" / "en-1.html").read_text("utf-8")
    assert "Our desk" in page and "Greets by name" in page and "May leave us" in page
    wrong = run("report", "--out", out, "--db", database, "--rubric", "suport")
    assert wrong.exit_code == 1
    assert "did you mean support?" in wrong.stderr


def test_teams_do_not_promise_parts_that_the_index_has_not(tmp_path: Path, database: Path) -> None:
    index = tmp_path / "index.yaml"
    index.write_text("parts: {customer_rating: 50, inspection: 50}\nmin_answers: 1\n")
    out = tmp_path / "site"
    assert run("report", "--out", out, "--db", database, "--index", index).exit_code == 0
    assert "NPS" not in (out / "index.html").read_text("utf-8")


def test_explain_names_where_a_verdict_is_found(database: Path, own: Path) -> None:
    told = run("explain", "en-1", "support.leaving", "--db", database)
    assert told.exit_code == 1
    assert "did you mean “own.leaving”?" in told.stderr
    told = run("explain", "fr-1", "hello", "--db", database)
    assert told.exit_code == 1
    assert "is for the language en" in told.stderr


def test_an_empty_file_of_lines_has_no_answers(own: Path) -> None:
    tried = run("rubric", "try", own, "hello", "--lines", "-", "--json", given="")
    assert (tried.exit_code, json.loads(tried.stdout)) == (0, [])
    tried = run("rubric", "try", own, "hello", "--lines", "-", "--json", given="\n")
    assert [row["line"] for row in json.loads(tried.stdout)] == [""]


def test_lines_that_cannot_be_read_are_told_with_a_cure(own: Path, tmp_path: Path) -> None:
    tried = run("rubric", "try", own, "hello", "--lines", tmp_path / "nope")
    assert tried.exit_code == 1
    assert "(No such file or directory) — check the path" in tried.stderr


def test_an_index_that_is_not_there_is_told_so_and_faults_come_by_line(
    tmp_path: Path, database: Path
) -> None:
    told = run("scorecard", "--db", database, "--index", tmp_path / "nope.yaml")
    assert told.exit_code == 1
    assert "No such file or directory" in told.stderr
    index = tmp_path / "index.yaml"
    index.write_text("min_answer: 1\nparts: {nps: -1, inspection: 2}\nmissing: maybe\n")
    told = run("scorecard", "--db", database, "--index", index)
    assert told.exit_code == 1
    lines = [int(line.split(f"{index}:")[1].split(":")[0]) for line in told.stderr.splitlines()]
    assert lines == [1, 2, 3]


def test_one_call_is_not_called_calls(tmp_path: Path, database: Path) -> None:
    index = tmp_path / "index.yaml"
    index.write_text("parts: {nps: 1}\nmin_answers: 1\n")
    told = run("scorecard", "--db", database, "--index", index).stderr
    assert "what customers answered (CSAT, NPS) in 1 call or more" in told


ANSWERS = "Desk\nen\nGreets\n1\nagent\nhello\n\n\n\nhello Ann\n\nyour number\n\n1\nn\n"


def test_answers_that_end_too_soon_write_nothing_and_say_so(tmp_path: Path) -> None:
    for most in range(len(ANSWERS.splitlines())):
        given = "".join(f"{line}\n" for line in ANSWERS.splitlines()[:most])
        told = run("rubric", "new", tmp_path / "desk.yaml", given=given)
        assert told.exit_code == 1, most
        assert "nothing was written" in told.stderr
        assert list(tmp_path.iterdir()) == []
    assert run("rubric", "new", tmp_path / "desk.yaml", given=ANSWERS).exit_code == 0


def test_a_language_is_asked_for_until_it_is_one(tmp_path: Path) -> None:
    given = ANSWERS.replace("\nen\n", "\nenglish\nklingon\n?\nEN\n", 1)
    made = run("rubric", "new", tmp_path / "desk.yaml", given=given)
    assert made.exit_code == 0, made.stderr
    assert "write a code such as en" in made.stderr
    assert "language: en\n" in (tmp_path / "desk.yaml").read_text()


def test_a_check_that_cannot_be_used_is_told_without_lines_of_a_file_that_is_not_there(
    tmp_path: Path,
) -> None:
    given = ANSWERS.replace("\nhello\n", "\n(hello\nhello\n", 1)
    made = run("rubric", "new", tmp_path / "desk.yaml", given=given)
    assert made.exit_code == 0, made.stderr
    (told,) = [line for line in made.stderr.splitlines() if "cannot be used" in line]
    assert "That cannot be used: “(hello”: “)” is missing" in told
    assert "desk.yaml" not in told and "items[" not in told


def test_a_score_that_is_stopped_says_so_and_can_go_on(
    database: Path, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*parts: object, **named: object) -> Iterator[object]:
        raise KeyboardInterrupt
        yield

    monkeypatch.setattr("qa_inspect.batch.rescore.rescore", stopped)
    told = run("score", "--db", database, "--rubric", own)
    assert told.exit_code == 4
    assert "Stopped after 0 calls. What was scored is kept" in told.stderr


def test_calls_that_a_rubric_did_not_judge_are_counted_by_themselves(
    own: Path, database: Path
) -> None:
    told = run("score", "--db", database, "--rubric", own).stderr
    assert "1 call judged, 1 in other languages (fr), 0 changed." in told
    own.write_text(RUBRIC.replace("language: en", "language: de"))
    told = run("score", "--db", database, "--rubric", own).stderr
    assert "0 calls judged, 2 in other languages (en, fr)" in told
    assert "No stored call is in the language of these rubrics" in told


def test_items_that_went_wrong_are_told_at_the_end(own: Path, database: Path) -> None:
    own.write_text("rubric: own\nitems:\n  - {id: hello, kind: said, phrases: [hello]}\n")
    first = own.with_name("other.yaml")
    first.write_text(own.read_text().replace("own", "other"))
    both = ("score", "--db", database, "--rubric", own, "--rubric", first)
    assert run(*both).exit_code == 0
    own.write_text(own.read_text().replace("[hello]", "[goodbye]"))
    assert "own.hello pass → fail" in " ".join(run(*both, "--diff", "--dry-run").stdout.split())
    own.write_text(
        "rubric: own\nitems:\n  - {id: bad, kind: regex, pattern: '(a|a)+(.)\\2w'}\n"
        "  - {id: hello, kind: said, phrases: [hello]}\n"
    )
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("qa_inspect.rubric.patterns.TIME_S", 0.0)
        patched.setattr("qa_inspect.rubric.patterns.Stopwatch.__init__", _no_time)
        told = run(*both, "--dry-run").stderr
    assert "1 item went wrong in 2 calls" in told
    assert "own.bad" in told


def _no_time(watch: object, *parts: object) -> None:
    watch._left = 0.0  # type: ignore[attr-defined]


def test_silence_gets_its_cases_too(tmp_path: Path) -> None:
    file = tmp_path / "desk.yaml"
    made = run("rubric", "new", file, given="Desk\nen\nNo dead air\n5\n20\n2\nn\n")
    assert made.exit_code == 0, made.stderr
    assert "2 cases, all as they must be" in made.stdout
    assert "longest_s: 20" in file.read_text()
    assert run("rubric", "check", file, "--strict").exit_code == 0


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("rubric: x\nlanguage: english\n", ":2: language: english is no code of a language"),
        ("rubric: x\nlanguage: e n\n", ":2: language: e n is no code of a language"),
        ("rubric: !!python/object:os.system x\n", ":1: rubric: the tag"),
        ("rubric: x\nphrases: !mine {}\n", ":2: phrases: the tag !mine means nothing here"),
        ("rubric: x\nphrases: {a: !mine [b]}\n", ":2: phrases.a: the tag !mine means nothing"),
    ],
)
def test_rubrics_that_say_what_nobody_understands(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "x.yaml"
    file.write_text(f"{text}items:\n  - {{id: a, kind: said, phrases: [a]}}\n")
    result = run("rubric", "check", file)
    assert result.exit_code == 1
    assert f"{file}{told}" in result.stderr


@pytest.mark.parametrize(
    ("item", "told"),
    [
        ("weight: heavy", "'heavy' is no number; write one such as 2 or 0.5"),
        ("weight: inf", "'inf' is no number; write one such as 2 or 0.5"),
        ("scope: {first_utterances: few}", "'few' is no whole number; write one such as 3"),
        (f"section: {'a' * 300}", "is too long; write at most"),
    ],
)
def test_wrong_values_are_told_in_plain_words(tmp_path: Path, item: str, told: str) -> None:
    file = tmp_path / "x.yaml"
    file.write_text(f"rubric: x\nitems:\n  - {{id: a, kind: said, phrases: [a], {item}}}\n")
    result = run("rubric", "check", file)
    assert result.exit_code == 1
    assert told in result.stderr
    assert "unable to parse" not in result.stderr and "input" not in result.stderr


def test_what_grows_through_aliases_is_told_where_it_grows(tmp_path: Path) -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    for one, before in zip("bcdefg", "abcdef", strict=True):
        lines.append(f"{one}: &{one} [{', '.join([f'*{before}'] * 10)}]")
    file = tmp_path / "x.yaml"
    file.write_text("\n".join(lines))
    result = run("rubric", "check", file)
    assert result.exit_code == 1
    assert f"{file}:6: aliases make this file grow" in result.stderr


def test_circles_are_told_with_a_cure(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_text(
        "rubric: x\nitems:\n"
        "  - {id: a, kind: said, scope: {after: b}, phrases: [a]}\n"
        "  - {id: b, kind: said, scope: {after: a}, phrases: [a]}\n"
    )
    assert "a → b → a; take one of these references out" in run("rubric", "check", file).stderr
    file.write_text('rubric: x\nphrases: {a: ["$a"]}\nitems: [{id: i, kind: said, phrases: [$a]}]')
    assert "the list $a contains itself; take it out" in run("rubric", "check", file).stderr
