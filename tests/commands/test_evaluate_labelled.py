"""``evaluate flags`` and ``evaluate checks`` as they are typed."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from qa_inspect.commands.main import cli

RUBRIC = """\
rubric: own
items:
  - {id: greeting, kind: said, role: agent, phrases: [hello]}
flags:
  - {id: legal, kind: said, role: customer, phrases: [sue]}
  - {id: again, kind: history, within_days: 7, same_topic: true}
  - {id: told, kind: metadata, field: flags, present: true}
"""


def line(number: int, said: str = "Fine.", **fields: Any) -> dict[str, Any]:
    turns = [{"role": "agent", "text": "Hello."}, {"role": "customer", "text": said}]
    return {"call_id": f"c{number}", "language": "en", "turns": turns, **fields}


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "own.yaml"
    path.write_text(RUBRIC)
    return path


def ask(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["evaluate", *map(str, arguments)])


def test_flags_against_people(tmp_path: Path, own: Path) -> None:
    rows = [line(n, "I will sue you.", flags=["legal"]) for n in range(5)]
    rows += [line(5, "See you in court.", flags=["legal"]), line(6, "I sue nobody.", flags=[])]
    shared = {"customer_id": "K1", "topic": "delivery", "flags": []}
    rows += [line(7, started_at="2026-05-01T10:00:00", **shared)]
    rows += [line(8, started_at="2026-05-03T10:00:00", **{**shared, "flags": ["again"]})]
    out = tmp_path / "out"
    file = write(tmp_path / "labelled.jsonl", rows)
    result = ask("flags", file, "--rubric", own, "--out", out, "--json")
    assert result.exit_code == 0, result.stderr
    told = json.loads(result.stdout)
    legal, again, secret = told["flags"]
    assert (legal["truly"], legal["raised"], legal["right"]) == (6, 6, 5)
    # calls of the file are each other's history, and no rule can read the truth
    assert (again["truly"], again["raised"], again["right"]) == (1, 1, 1)
    assert secret["raised"] == 0
    assert again["too_few"] and again["average_precision"] is None
    assert told["reliability"]["flags"] == 7
    with (out / "wrong.csv").open(encoding="utf-8-sig") as opened:
        wrong = {(row["call_id"], row["what"]) for row in csv.DictReader(opened)}
    assert wrong == {("c5", "missed"), ("c6", "false alarm")}
    assert (out / "precision_recall_en.png").stat().st_size > 5_000
    shown = ask("flags", file, "--rubric", own)
    assert "83.3% (44–97)" in shown.stdout and "too few" in shown.stdout
    assert "Confidence is off by" in shown.stdout
    assert ask("flags", file, "--rubric", own, "--format", "csv").stdout.startswith("language,flag")


def test_faults_of_transcripts_and_labels_are_told_at_once(tmp_path: Path, own: Path) -> None:
    rows = [line(1, flags=["legall"], started_at="yesterday"), line(2, flags=[])]
    path = write(tmp_path / "one.jsonl", rows)
    path.write_text(path.read_text("utf-8") + "\n{not json\n", "utf-8")
    result = ask("flags", path, "--rubric", own)
    assert result.exit_code == 1 and "nothing was measured" in result.stderr
    assert "imported" not in result.stderr and "3 faults" in result.stderr
    for fault in ("1: started_at", "1: flags: 'legall'", "3: is not JSON"):
        assert f"one.jsonl:{fault}" in result.stderr


def test_every_faulty_line_is_named(tmp_path: Path, own: Path) -> None:
    one = write(tmp_path / "one.jsonl", [line(1, flags=["legall"]), line(2)])
    two = write(tmp_path / "two.jsonl", [line(3, flags=[]), line(1, flags=[])])
    result = ask("flags", one, two, "--rubric", own)
    assert result.exit_code == 1
    assert f"{one}:1: flags: 'legall' is no flag of this call's rubrics" in result.stderr
    assert f"{one}:2: flags: is missing" in result.stderr
    assert f"{two}:2: call_id: 'c1' is already used in {one}:1" in result.stderr


def test_a_language_without_a_rubric_is_told(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(f"language: en\n{RUBRIC}")
    rows = [line(1, flags=[]), line(2, flags=["whatever"]) | {"language": "fr"}]
    result = ask("flags", write(tmp_path / "a.jsonl", rows), "--rubric", path, "--json")
    assert result.exit_code == 0 and "fr" in result.stderr
    alone = ask("flags", write(tmp_path / "b.jsonl", rows[1:]), "--rubric", path)
    assert alone.exit_code == 1 and "no rubric fits" in alone.stderr


def test_checks_against_people(tmp_path: Path, own: Path) -> None:
    rows = [line(n, checks={"greeting": "pass"}, flags=[]) for n in range(3)]
    rows += [line(3, checks={"greeting": "fail"})]
    file, out = write(tmp_path / "labelled.jsonl", rows), tmp_path / "out"
    result = ask("checks", file, "--rubric", own, "--json", "--out", out)
    assert result.exit_code == 0, result.stderr
    (found,) = json.loads(result.stdout)
    assert (found["item"], found["calls"], found["agreed"]) == ("greeting", 4, 3)
    assert "c3,en,greeting,fail,pass" in (out / "disagreements.csv").read_text("utf-8-sig")
    wrong = ask("checks", write(tmp_path / "x.jsonl", [line(1, flags=[])]), "--rubric", own)
    assert wrong.exit_code == 1 and "x.jsonl:1: checks: is missing" in wrong.stderr
