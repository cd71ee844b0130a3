"""Trying rules on lines, and the cases beside a rubric."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from rubric_helpers import rubric, tools

from qa_inspect.errors import InputError, RubricError
from qa_inspect.rubric.cases import cases_path, load_cases, run_cases
from qa_inspect.rubric.load import read_rubric
from qa_inspect.rubric.schema import Rubric
from qa_inspect.rubric.trial import try_lines

ITEMS = """\
  - {id: greeting, kind: said, scope: {first_utterances: 1}, phrases: ["good (morning|day)"]}
  - {id: forbidden, kind: not_said, phrases: [calm down]}
  - {id: rude, kind: none, rules: [{kind: said, phrases: [shut up]}, {kind: said, phrases: [no]}]}
  - {id: kept, kind: not_said, phrases: [shut it], unless: [please]}
  - {id: care, kind: similar, examples: ["That is annoying."], threshold: 0.6}
  - {id: warmth, kind: ratio, target: 0.3, of: {kind: similar, examples: ["annoying"]}}
  - {id: both, kind: all, rules: [{kind: said, phrases: [a]}, {kind: said, phrases: [b]}]}
  - {id: either, kind: any, only_if: {kind: said, phrases: [zzz]},
     rules: [{kind: said, phrases: [a]}, {kind: similar, examples: ["annoying"]}]}
  - {id: terms, kind: jargon, glossary: ["apr = yearly interest"]}
  - {id: script, kind: sequence, steps: [{item: greeting}, {item: both}]}
  - {id: quiet, kind: silence}
  - {id: ease, kind: readability}
"""


def made() -> Rubric:
    return rubric(ITEMS, "  - {id: legal, kind: said, role: customer, phrases: [sue]}")


@pytest.mark.parametrize(
    ("name", "line", "hit", "score"),
    [
        ("greeting", "Good morning!", True, 1.0),
        ("greeting", "Morning", False, 0.0),
        ("forbidden", "please calm down", True, 1.0),
        ("forbidden", "please wait", False, 0.0),
        ("kept", "shut it", True, 1.0),
        ("kept", "shut it please", False, 0.0),
        ("rude", "shut up", True, 1.0),
        ("rude", "of course", False, 0.0),
        ("care", "I understand how you feel", True, 1.0),
        ("care", "your number please", False, 0.0),
        ("warmth", "so annoying", True, 1.0),
        ("both", "a and b", True, 1.0),
        ("both", "only a", False, 0.0),
        ("either", "so upset", True, 1.0),
        ("either", "a thing", True, 1.0),
        ("terms", "Your APR is high", True, 1.0),
        ("terms", "Your APR, the yearly interest", False, 0.3),
        ("script", "good day", True, 1.0),
        ("legal", "I will sue", True, 1.0),
        ("quiet", "hello", False, None),
        ("ease", "hello", False, None),
        ("greeting", "", False, 0.0),
    ],
)
def test_lines(name: str, line: str, hit: bool, score: float | None) -> None:
    (trial,) = try_lines(made(), name, [line], tools())
    assert (trial.line, trial.hit) == (line, hit)
    assert trial.score == (None if score is None else pytest.approx(score, abs=0.01))
    assert trial.explanation


def test_a_trial_shows_only_what_was_said() -> None:
    form = rubric(
        '  - {id: a, kind: said, phrases: ["(kill|hang) me"], unless: ["(film|a [good] song)"]}\n'
        "  - {id: b, kind: all, partial: true, rules: [{kind: said, phrases: [name]}, "
        "{kind: said, phrases: [birth, postcode]}]}"
    )
    told = [t.explanation for t in try_lines(form, "a", ["hang me", "hang me, a song"], tools())]
    assert told == ["found in “hang me”, 100 %", "“hang me” does not count because of “a song”"]
    told = [t.explanation for t in try_lines(form, "b", ["Your name?", "no", "name, birth"])]
    assert told == [
        "found “name”; missing “birth”, “postcode”",
        "nothing of it is in this line",
        "found “name”, “birth”",
    ]


def test_an_unknown_name_is_told_with_those_there_are() -> None:
    with pytest.raises(InputError, match="did you mean greeting"):
        try_lines(made(), "greting", ["a"], tools())


def test_thousands_of_lines_keep_their_order_and_take_no_time() -> None:
    lines = [f"good morning number {n}" if n % 3 else f"number {n}" for n in range(5_000)]
    start = time.process_time()
    trials = try_lines(made(), "greeting", lines, tools())
    assert [trial.line for trial in trials] == lines
    assert [trial.hit for trial in trials] == [bool(n % 3) for n in range(5_000)]
    assert time.process_time() - start < 3


CASES = """\
greeting:
  hit:
    - Good morning, this is Ann.
    - - {agent: Good day}
      - {customer: Hello}
  miss:
    - Hello
    - - {agent: Hello}
      - {agent: Good day}
forbidden:
  hit:
    - - {customer: calm down}
      - {agent: calm down}
  miss: [Hello, "Now, calm down please"]
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A rubric file with a file of cases beside it."""
    (tmp_path / "cases").mkdir()
    path = tmp_path / "mine.en.yaml"
    path.write_text(f"rubric: mine\nlanguage: en\nitems:\n{ITEMS}")
    (tmp_path / "cases" / "mine.en.yaml").write_text(CASES)
    return path


def test_cases_are_counted_and_misses_listed(own: Path) -> None:
    mine = read_rubric(own)
    path = cases_path(mine)
    assert path is not None
    report = run_cases(mine, load_cases(path, mine), tools())
    greeting, forbidden = report.items
    assert (greeting.precision, greeting.recall, greeting.cases) == (1.0, 1.0, 4)
    assert (forbidden.precision, forbidden.recall) == (0.5, 1.0)
    assert not report.ok
    (miss,) = report.misses
    assert str(miss).startswith("forbidden should not hit: “Now, calm down please”")
    assert miss.case.source_line == 14
    assert "care" in report.untested and "greeting" not in report.untested


def test_faults_of_a_case_file_are_told_at_once(own: Path) -> None:
    path = own.parent / "cases" / "mine.en.yaml"
    path.write_text(
        "greting: {hit: [a]}\ngreeting: {hits: [a]}\nforbidden:\n  hit: [{agent: a}]\n"
        "  miss:\n    - [{boss: a}]\n"
    )
    with pytest.raises(RubricError) as caught:
        load_cases(path, read_rubric(own))
    message = str(caught.value)
    for part in (
        ":1: greting: no item or flag of this name — did you mean greeting?",
        ":2: greeting: only the fields hit and miss",
        ":4: forbidden.hit.0: a line is a text",
        ":6: forbidden.miss.0.0: a turn is written",
    ):
        assert part in message


def test_a_rubric_without_cases_has_no_path(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(f"rubric: x\nitems:\n{ITEMS}")
    assert cases_path(read_rubric(path)) is None
    assert cases_path(made()) is None
