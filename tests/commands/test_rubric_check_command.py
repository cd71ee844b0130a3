"""``rubric check`` and ``rubric test`` on the command line: what is told, and the exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from qa_inspect.commands.main import cli

RUBRIC = """\
rubric: own
language: en
phrases: {old: [bye]}
items:
  - {id: a, kind: said, phrases: [hello]}
"""
CASES = "a: {hit: [Hello.], miss: [Your number?]}\n"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["rubric", *arguments])


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "own.yaml"
    path.write_text(RUBRIC)
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "own.yaml").write_text(CASES)
    return path


def test_warnings_are_told_with_file_line_and_cure(own: Path) -> None:
    result = run("check", str(own))
    assert result.exit_code == 0
    assert f"{own}:3: the list old of phrases is used nowhere — write" in result.stderr
    assert result.stdout == "own.yaml: 1 item, 0 flags, no faults, 1 warning\n"


def test_strict_turns_warnings_into_a_no(own: Path) -> None:
    assert run("check", str(own), "--strict").exit_code == 5
    own.write_text(RUBRIC.replace("phrases: {old: [bye]}\n", ""))
    assert run("check", str(own), "--strict").exit_code == 0


def test_warnings_for_programs(own: Path) -> None:
    result = run("check", str(own), "--json")
    assert [(row["line"], row["about"]) for row in json.loads(result.stdout)] == [(3, "unused")]


def test_a_fault_ends_with_one_whatever_else_is_asked(own: Path) -> None:
    own.write_text(RUBRIC + "  - {id: b, kind: sayd}\n")
    result = run("check", str(own), "--strict")
    assert result.exit_code == 1
    assert f"{own}:6: items[1]: unknown kind 'sayd'" in result.stderr


def test_a_wrong_case_is_told_with_its_line_and_ends_with_five(own: Path) -> None:
    (own.parent / "cases" / "own.yaml").write_text("a:\n  hit:\n    - Hello.\n    - Good day.\n")
    result = run("test", str(own), "--json")
    assert result.exit_code == 5
    assert "cases/own.yaml:4: a should hit: “Good day.”" in result.stderr
    assert "fewer than 4 that must hit or must miss: a (2 and 0)" in result.stderr
    (row,) = json.loads(result.stdout)
    assert (row["must_hit"], row["must_miss"], row["wrong"], row["recall"]) == (2, 0, 1, 0.5)


def test_several_rubrics_are_tested_at_once(own: Path) -> None:
    other = own.with_name("other.yaml")
    other.write_text(RUBRIC.replace("own", "other"))
    (own.parent / "cases" / "other.yaml").write_text(CASES)
    result = run("test", str(own), str(other), "--json")
    assert result.exit_code == 0
    assert [row["rubric"] for row in json.loads(result.stdout)] == ["own.en", "other.en"]


def test_lines_are_tried_from_standard_input(own: Path) -> None:
    result = CliRunner().invoke(
        cli, ["rubric", "try", str(own), "a", "--lines", "-", "--json"], input="Hello!\nNo.\n"
    )
    assert result.exit_code == 0
    rows = json.loads(result.stdout)
    assert [(row["line"], row["hit"]) for row in rows] == [("Hello!", True), ("No.", False)]
    assert all(set(row) == {"line", "hit", "score", "explanation"} for row in rows)
