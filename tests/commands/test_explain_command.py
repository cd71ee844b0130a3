"""``qa-inspect explain``, ``show`` and ``scorecard``: bands, penalties, fragile verdicts, index."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from qa_inspect.commands.main import cli
from qa_inspect.domain import (
    CallResult,
    CallStatus,
    Metadata,
    Recording,
    Role,
    Transcript,
    Utterance,
    Word,
)
from qa_inspect.report.titles import titles_of
from qa_inspect.rubric.load import parse_rubric, read_rubric
from qa_inspect.rubric.score import judge_call
from qa_inspect.store.results import open_store

RULES = """\
rubric: desk
bands: [{name: Fine, from: 60}, {name: Weak, from: 0}]
sections: [{id: manners}]
items:
  - {id: greeting, section: manners, weight: 10, kind: said, phrases: ["good morning"]}
  - {id: swearing, section: manners, weight: -3, severity: high, kind: said, phrases: [damn]}
flags:
  - {id: leaving, kind: said, role: customer, phrases: ["going elsewhere"]}
"""


def invoke(*arguments: str) -> Any:
    return CliRunner().invoke(cli, arguments, prog_name="qa-inspect")


def spoken(at: int, role: Role, text: str, confidence: float = 0.9) -> Utterance:
    words = tuple(
        Word(word, at * 3 + n * 0.2, at * 3 + n * 0.2 + 0.2, confidence)
        for n, word in enumerate(text.split())
    )
    return Utterance(at, role, role.value, text, "en", at * 3, at * 3 + 2, confidence, words)


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    path = tmp_path / "desk.yaml"
    path.write_text(RULES, "utf-8")
    return path


@pytest.fixture
def db(tmp_path: Path, rules: Path) -> str:
    """Six calls of two agents of one team; the first one's greeting was hardly heard."""
    rubric = read_rubric(rules)
    with open_store(tmp_path / "qa.db") as store:
        for number in range(6):
            transcript = Transcript(
                "en",
                (
                    spoken(0, Role.AGENT, "Good morning sir", 0.9 if number else 0.35),
                    spoken(1, Role.CUSTOMER, "Hello, where is my parcel?"),
                    spoken(2, Role.AGENT, "Damn, I do not know" if number % 2 else "On its way"),
                ),
                duration_s=9.0,
                role_confidence=0.99,
            )
            metadata = Metadata(
                agent_id=f"A{number % 2}", team="desk", csat=4 + number % 2, nps=8 + number % 2
            )
            found = judge_call(transcript, metadata, [rubric])
            recording = Recording(f"c{number}", None, str(number), metadata)
            store.save_call(CallResult(recording, CallStatus.OK, transcript, found))
    return str(tmp_path / "qa.db")


def test_explain_tells_one_verdict(db: str, rules: Path) -> None:
    result = invoke("explain", "c1", "swearing", "--db", db, "--rubric", str(rules))
    assert result.exit_code == 0
    assert "swearing (desk): failed, 3 points deducted, severity high" in result.stdout
    assert "• 0:06 agent: “Damn”" in result.stdout
    as_json = invoke("explain", "c0", "greeting", "--db", db, "--json")
    told = json.loads(as_json.stdout)
    assert told["call_id"] == "c0" and "Fragile: without the words" in told["explanation"]
    quiet = invoke("explain", "c1", "leaving", "--db", db, "--rubric", str(rules))
    assert "leaving (desk): not raised" in quiet.stdout and "“going elsewhere”" in quiet.stdout


def test_some_points_read_as_partly_with_short_numbers(tmp_path: Path) -> None:
    """In ``show`` and on the report's page; the status itself stays what the contract names."""
    made = parse_rubric(
        "rubric: desk\nitems:\n  - {id: care, weight: 5, kind: ratio, target: 0.9,"
        " min_utterances: 2, of: {kind: said, phrases: [sorry]}}\n"
        "flags:\n  - {id: angry, kind: said, role: customer, phrases: [angry]}\n"
    )
    said = ((Role.AGENT, "Sorry"), (Role.CUSTOMER, "I am angry"), (Role.AGENT, "No"))
    transcript = Transcript("en", tuple(spoken(at, *one) for at, one in enumerate(said)))
    with open_store(tmp_path / "qa.db") as store:
        found = judge_call(transcript, Metadata(), [made])
        recording = Recording("c1", None, "1", Metadata())
        store.save_call(CallResult(recording, CallStatus.OK, transcript, found))
    at = ("--db", str(tmp_path / "qa.db"))
    shown = invoke("show", "c1", *at).stdout
    assert re.search(r"^partly +care +2\.8/5  1 of 2 utterances", shown, re.MULTILINE)
    assert re.search(r"angry \(sure \d+ %\)", shown)
    assert '"status": "fail"' in invoke("show", "c1", *at, "--json").stdout
    assert invoke("report", *at, "--out", str(tmp_path / "site")).exit_code == 0
    (page,) = (tmp_path / "site" / "calls").glob("*.html")
    text = page.read_text("utf-8")
    assert ">Partly</span>" in text and "2.8/5" in text and "2.7778" not in text


@pytest.mark.parametrize(
    ("call", "item", "said"),
    [("c9", "greeting", "no call 'c9'"), ("c1", "greetin", "did you mean “greeting”?")],
)
def test_an_unknown_name_is_one_sentence(db: str, call: str, item: str, said: str) -> None:
    result = invoke("explain", call, item, "--db", db)
    assert result.exit_code == 1
    assert said in result.stderr and len(result.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("item", ["warmth", "later.warmth", "later.praise"])
def test_explain_says_that_a_rubric_did_not_score_the_call_yet(
    db: str, tmp_path: Path, item: str
) -> None:
    later = tmp_path / "later.yaml"
    later.write_text(
        "rubric: later\nitems:\n  - {id: warmth, kind: said, phrases: [dear]}\n"
        "flags:\n  - {id: praise, kind: said, role: customer, phrases: [lovely]}\n",
        "utf-8",
    )
    result = invoke("explain", "c1", item, "--db", db, "--rubric", str(later))
    assert result.exit_code == 1
    assert "the call c1 is not scored by later yet" in result.stderr
    assert f"qa-inspect score --rubric {later}" in result.stderr.replace("\n", "")


def test_show_has_bands_penalties_and_what_is_fragile(db: str) -> None:
    shown = invoke("show", "c1", "--db", db).stdout
    assert "desk 1: 70, Fine" in shown and "-3  Said: “Damn”" in shown
    assert shown.count("“Damn”") == 1  # no quote is told twice
    assert "section manners 7/10: 70.0 of 100" in shown and "not judged" not in shown
    shown = invoke("show", "c0", "--db", db).stdout
    assert "fragile: Said: “Good morning”" in shown and "1 verdict is fragile" in shown
    document = json.loads(invoke("show", "c0", "--db", db, "--json").stdout)
    assert document["rubrics"] == [{"name": "desk", "version": "1", "score": 100.0, "band": "Fine"}]
    greeting = document["checks"][0]
    assert greeting["fragile"][0]["doubt"] == "words" and greeting["severity"] == "medium"


def test_a_score_says_on_how_much_it_rests(tmp_path: Path) -> None:
    made = parse_rubric(
        "rubric: desk\nitems:\n  - {id: a, weight: 7, kind: said, phrases: [sorry]}\n"
        "  - {id: b, weight: 3, kind: said, phrases: [x]}\n"
        "  - {id: c, weight: 9, kind: metadata, field: csat, at_least: 3}\n"
    )
    said = replace(spoken(0, Role.AGENT, "Sorry"), confidence=0.3)
    transcript = Transcript("en", (said,), duration_s=62.96)
    with open_store(tmp_path / "qa.db") as store:
        found = judge_call(transcript, Metadata(), [made])
        store.save_call(CallResult(Recording("c1", None, "1"), CallStatus.OK, transcript, found))
    at = ("--db", str(tmp_path / "qa.db"))
    shown = invoke("show", "c1", *at).stdout
    assert "100 of 100, on 7 of 10 points; 1 item could not be judged" in shown and "1:03" in shown
    assert invoke("report", *at, "--out", str(tmp_path / "site")).exit_code == 0
    (page,) = (tmp_path / "site" / "calls").glob("*.html")
    assert "on 7 of 10 points; 1 item could not be judged" in page.read_text("utf-8")


def test_scorecards_show_the_index_of_agents_and_teams(db: str, tmp_path: Path) -> None:
    setting = tmp_path / "index.yaml"
    setting.write_text("parts: {customer_rating: 1, inspection: 1}\nmin_answers: 3\n", "utf-8")
    chosen = ("--db", db, "--min-calls", "2", "--index", str(setting))
    rows = json.loads(invoke("scorecard", *chosen, "--json").stdout)
    assert {row["agent_id"]: row["index"] for row in rows} == {"A0": 100.0, "A1": 85.0}
    (team,) = json.loads(invoke("scorecard", *chosen, "--by", "team", "--json").stdout)
    assert team["team"] == "desk" and team["agents"] == 2 and team["index"] == 92.5
    table = invoke("scorecard", "--db", db)
    assert "No service index here: it needs what customers answered" in table.stderr
    partly = tmp_path / "partly.yaml"
    partly.write_text("parts: {customer_rating: 1, inspection: 1, nps: 1}\nmin_answers: 3", "utf-8")
    with open_store(db) as store:
        call = store.load_call("c0")
        assert call is not None
        metadata = replace(call.recording.metadata, nps=None)
        store.save_call(replace(call, recording=replace(call.recording, metadata=metadata)))
    table = invoke("scorecard", "--db", db, "--index", str(partly))
    assert "100*" in table.stdout
    assert "* Service index of A0 is without NPS: customer rating 50%" in table.stderr
    (header, *lines) = csv.reader(
        io.StringIO(invoke("scorecard", *chosen, "--format", "csv").stdout)
    )
    assert {"index", "index_note", "fragile_verdicts", "index:inspection:score"} <= set(header)
    assert len(lines) == 2


def test_the_table_of_scorecards_names_items_by_their_titles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = parse_rubric(
        "rubric: support\nlanguage: en\nitems:\n"
        "  - {id: greeting, kind: said, phrases: [hello]}\n"
        "  - {id: raised_voice, kind: said, phrases: [never said]}\n"
    )
    # Titles are the packs' own; only their words are pinned here, so that packs may be reworded.
    titles = titles_of(
        [
            parse_rubric(
                "rubric: support\nlanguage: en\nitems:\n"
                "  - {id: raised_voice, title: Stays calm, kind: said, phrases: [a]}\n"
            )
        ]
    )
    monkeypatch.setattr("qa_inspect.report.titles.shipped_titles", lambda **_: titles)
    file = tmp_path / "titles.db"
    metadata = Metadata(agent_id="A1", team="desk")
    transcript = Transcript("en", (spoken(0, Role.AGENT, "Hello"),), duration_s=9.0)
    with open_store(file) as store:
        for number in range(2):
            recording = Recording(f"c{number}", None, str(number), metadata)
            verdict = judge_call(transcript, metadata, [made])
            store.save_call(CallResult(recording, CallStatus.OK, transcript, verdict))
    for by in ("agent", "team"):
        table = invoke("scorecard", "--db", str(file), "--by", by).stdout
        assert "Stays calm" in table and "Greeting" in table and "raised_voice" not in table
    (row,) = json.loads(invoke("scorecard", "--db", str(file), "--json").stdout)
    assert (row["best_item"], row["worst_item"]) == ("greeting", "raised_voice")
    assert (
        ",greeting,raised_voice,"
        in invoke("scorecard", "--db", str(file), "--format", "csv").stdout
    )


def test_the_table_of_scorecards_takes_the_titles_of_own_rubrics(db: str, tmp_path: Path) -> None:
    own = tmp_path / "titled.yaml"
    own.write_text(RULES.replace("id: greeting,", "id: greeting, title: Says hello,"), "utf-8")
    assert "Says hello" not in invoke("scorecard", "--db", db).stdout
    assert "Says" in invoke("scorecard", "--db", db, "--rubric", str(own)).stdout
    missing = invoke("scorecard", "--db", db, "--rubric", str(tmp_path / "none.yaml"))
    assert missing.exit_code == 1 and missing.stdout == ""


def test_a_wrong_index_is_refused_before_anything(db: str, tmp_path: Path) -> None:
    setting = tmp_path / "index.yaml"
    setting.write_text("parts: {nps: 0}\n", "utf-8")
    result = invoke("scorecard", "--db", db, "--index", str(setting))
    assert result.exit_code == 1 and "the weights add to nothing" in result.stderr


def test_the_report_shows_bands_index_and_fragile_verdicts(db: str, tmp_path: Path) -> None:
    setting = tmp_path / "index.yaml"
    setting.write_text("parts: {customer_rating: 1, inspection: 1}\nmin_answers: 3\n", "utf-8")
    out = tmp_path / "site"
    result = invoke("report", "--db", db, "--out", str(out), "--index", str(setting))
    assert result.exit_code == 0
    index = (out / "index.html").read_text("utf-8")
    assert "Teams" in index and "Service index" in index and "inspection 85 (6 calls)" in index
    pages = [page.read_text("utf-8") for page in sorted((out / "calls").glob("*.html"))]
    assert all("Fine" in page for page in pages)
    assert "Without the words that were hardly heard it would be" in pages[0]
    assert any("-3 points" in page for page in pages)
    agent = next((out / "agents").glob("*.html")).read_text("utf-8")
    assert "Calls by band" in agent and "Service index" in agent
