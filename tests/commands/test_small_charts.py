"""Bars and sparklines say no more and no less than their numbers."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from qa_inspect.commands.small_charts import bar, sparkline

SHARES = st.floats(0, 1)


@given(SHARES, SHARES, st.integers(1, 40))
def test_more_is_never_a_shorter_bar(one: float, other: float, width: int) -> None:
    less, more = sorted((bar(one, width), bar(other, width)), key=lambda text: (len(text), text))
    assert len(more) <= width
    assert (len(bar(min(one, other), width)), len(bar(max(one, other), width))) == (
        len(less),
        len(more),
    )


def test_nothing_is_empty_something_shows_and_all_is_full() -> None:
    assert bar(0) == ""
    assert bar(0.0001) == "▏"
    assert bar(0.5, 4) == "██"
    assert bar(1, 4) == bar(7, 4) == "████"


@given(st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6)), max_size=50))
def test_a_sparkline_has_a_character_for_each_value(values: list[float | None]) -> None:
    line = sparkline(values)
    assert len(line) == len(values)
    assert [one == " " for one in line] == [value is None for value in values]


def test_a_sparkline_goes_from_low_to_high() -> None:
    assert sparkline([0, None, 50, 100]) == "▁ ▅█"
    assert sparkline([70, 72], 0, 100) == "▆▆"
    assert sparkline([5, 5]) == "▅▅"
