"""The night's run over the shipped samples, on real models, as a user starts it.

One run serves every test here (about a minute on 2 cores).
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jiwer
import pytest
import yaml
from click.testing import CliRunner

from qa_inspect.commands.main import cli

SAMPLES = Path(__file__).parents[2] / "samples"
EXPECTED: dict[str, Any] = yaml.safe_load((SAMPLES / "truth" / "expected.yaml").read_text())
JUDGED = ("en", "zh")

pytestmark = [pytest.mark.models, pytest.mark.timeout(600)]


def _invoke(*arguments: str) -> Any:
    return CliRunner().invoke(cli, arguments, prog_name="qa-inspect")


def _json(*arguments: str) -> Any:
    result = _invoke(*arguments)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, Any], int]:
    """The samples inspected: database, the run's JSON summary and its exit code."""
    db = str(tmp_path_factory.mktemp("night") / "qa.db")
    result = _invoke("run", "--manifest", str(SAMPLES / "manifest.csv"), "--db", db, "--json")
    return db, json.loads(result.stdout), result.exit_code


@pytest.fixture(scope="module")
def calls(night: tuple[str, dict[str, Any], int]) -> dict[str, dict[str, Any]]:
    """Every call as `show --json` gives it."""
    return {call: _json("show", call, "--db", night[0], "--json") for call in EXPECTED["calls"]}


def test_broken_recordings_fail_alone_and_with_their_reason(night: Any) -> None:
    _, summary, code = night
    reasons = {failure["call_id"]: failure["reason"] for failure in summary["failed"]}
    assert code == 3
    assert summary["done"] == len(EXPECTED["calls"]) - len(EXPECTED["failed"])
    assert set(reasons) == set(EXPECTED["failed"])
    assert "silent" in reasons["11_silent"]


def test_a_second_run_does_no_work_and_says_so(night: Any) -> None:
    result = _invoke("run", "--manifest", str(SAMPLES / "manifest.csv"), "--db", night[0])
    assert result.exit_code == 0
    assert "Nothing to do: 10 calls already inspected." in result.stdout
    assert "2 calls failed earlier" in result.stdout


@pytest.mark.parametrize("call_id", sorted(set(EXPECTED["calls"]) - set(EXPECTED["failed"])))
def test_every_call_is_flagged_as_a_person_would(call_id: str, calls: Any) -> None:
    flags = {flag["flag"] for flag in calls[call_id]["flags"]}
    expected = EXPECTED["calls"][call_id]
    assert flags >= set(expected["must_flag"])
    assert not flags & set(expected["must_not_flag"])


@pytest.mark.parametrize("call_id", sorted(set(EXPECTED["calls"]) - set(EXPECTED["failed"])))
def test_items_come_out_as_a_person_would_judge(call_id: str, calls: Any) -> None:
    status = {check["item"]: check["status"] for check in calls[call_id]["checks"]}
    expected = EXPECTED["calls"][call_id]
    wrong = [f"{i} is {status.get(i)}" for i in expected["pass"] if status.get(i) != "pass"]
    wrong += [f"{i} is {status.get(i)}" for i in expected["fail"] if status.get(i) != "fail"]
    assert not wrong


def test_the_best_and_the_worst_agent_come_out_right(night: Any) -> None:
    cards = [c for c in _json("scorecard", "--db", night[0], "--json") if c["score"] is not None]
    assert max(cards, key=lambda card: card["score"])["agent_id"] == EXPECTED["best_agent"]
    assert min(cards, key=lambda card: card["score"])["agent_id"] == EXPECTED["worst_agent"]
    assert all(card["rank"] is None for card in cards), "two calls are too few for a rank"


@pytest.mark.parametrize("call_id", sorted(set(EXPECTED["calls"]) - set(EXPECTED["failed"])))
def test_agent_and_customer_say_their_own_words(call_id: str, calls: Any) -> None:
    truth = json.loads((SAMPLES / "truth" / f"{call_id}.json").read_text())
    call = calls[call_id]
    assert not call["needs_review"]
    limit = 0.35 if call["language"] == "en" else 0.6
    for role in ("agent", "customer"):
        said = " ".join(turn["text"] for turn in truth["turns"] if turn["role"] == role)
        heard = " ".join(u["text"] for u in call["utterances"] if u["role"] == role)
        assert _error_rate(said, heard, call["language"]) <= limit, role


def test_evidence_quotes_words_that_stand_in_the_transcript(calls: Any) -> None:
    checked = 0
    for call in calls.values():
        text = {u["index"]: u["text"] for u in call.get("utterances", ())}
        found = [e for part in ("checks", "flags") for c in call[part] for e in c["evidence"]]
        for evidence in found:
            if evidence["utterance"] is not None:
                assert _plain(evidence["quote"]) in _plain(text[evidence["utterance"]])
                checked += 1
    assert checked > 50


def test_the_report_has_a_page_for_every_agent_and_call(night: Any, tmp_path: Path) -> None:
    result = _invoke("report", "--db", night[0], "--out", str(tmp_path / "report"))
    assert result.exit_code == 0, result.output
    index = (tmp_path / "report" / "index.html").read_text(encoding="utf-8")
    assert "Mei Lin" in index and "05_abusive_customer_en" in index
    assert len(list((tmp_path / "report").rglob("*.html"))) >= 12 + 7
    for call_id in ("01_excellent_en", "02_rude_agent_en"):  # two channels, and one
        page = (tmp_path / "report" / "calls" / f"{call_id}.html").read_text(encoding="utf-8")
        for role in ("agent", "customer"):
            drawn = re.search(rf'<path class="role-{role}" d="M([^"]+)"', page)
            assert drawn and len(drawn[1]) > 300, f"{call_id} has no waveform of the {role}"


def _error_rate(said: str, heard: str, language: str) -> float:
    if language == "zh":
        return float(jiwer.cer(_plain(said), _plain(heard)))
    return float(jiwer.wer(_spaced(said), _spaced(heard)))


def _spaced(text: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in text.lower()).split())


def _plain(text: str) -> str:
    return "".join(c for c in text.lower() if c.isalnum())
