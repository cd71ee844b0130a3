"""Patterns of one rule that are searched together where none is found in most lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_inspect.rubric.patterns import (
    Pattern,
    Patterns,
    PatternTimeout,
    Stopwatch,
    compile_pattern,
    compile_patterns,
)

ENDLESS = "(x|x)+y"
SOME = (r"^ab|b$", "(?=ca)|B", "(?=b)b?", r"\bc(?=a)", r"(?<!a)b+", "A[ab]?", r"(b|c)(a)")


@given(st.text(alphabet="abcAB \n", max_size=12), st.booleans())
def test_joined_patterns_find_what_each_finds(text: str, ignore_case: bool) -> None:
    patterns = compile_patterns(SOME, ignore_case)
    assert patterns.either is not None
    watch = Stopwatch()
    each = [span for pattern in patterns.each for span in watch.stretches(pattern, text)]
    assert list(watch.stretches_of(patterns, text)) == each


@pytest.mark.parametrize(
    "pattern", [r"(a)\1", "(?i)a", "(?P<name>a)", "(?<name>a)", r"\Ga", r"a\Kb", "(?>a)", "(?|a|b)"]
)
def test_what_means_another_thing_in_a_longer_pattern_is_not_joined(pattern: str) -> None:
    patterns = compile_patterns(("b", pattern), False)
    assert patterns.either is None
    assert list(Stopwatch().stretches_of(patterns, "aab"))


def test_a_single_pattern_is_searched_by_itself() -> None:
    assert compile_patterns(("b",), False).either is None


def test_joined_patterns_that_answer_late_are_asked_one_by_one() -> None:
    good = compile_pattern("x{3}y?", True)
    patterns = Patterns((good,), Pattern("late", compile_pattern(f"{ENDLESS}u", True).compiled))
    for _ in range(2):
        assert list(Stopwatch().stretches_of(patterns, "x" * 60))[:1] == [(0, 3)]
    assert patterns.either is not None and patterns.either.overran == 1


def test_time_runs_out_for_joined_patterns_as_for_each() -> None:
    patterns = compile_patterns(("nothing", f"{ENDLESS}v"), True)
    with pytest.raises(PatternTimeout, match="yv” ran past"):
        list(Stopwatch(seconds=0.05).stretches_of(patterns, "x" * 60))
    assert [pattern.overran for pattern in patterns.each] == [0, 1]
