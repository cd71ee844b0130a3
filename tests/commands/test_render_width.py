"""A table on a narrow terminal keeps what matters and leaves out what is spare."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from qa_inspect.commands.render import Column, fitting

COLUMNS = (
    Column("call", "Call"),
    Column("agent", "Agent", spare=2),
    Column("sure", "Sure", spare=1),
    Column("said", "Said", wrap=True),
)
CELLS = {
    "call": ["2026-11-20-0017"],
    "agent": ["Priya Nair"],
    "sure": ["83%"],
    "said": ["I will come down there and break your things"],
}


def names(width: int) -> list[str]:
    return [column.key for column in fitting(COLUMNS, CELLS, width)]


def test_spare_columns_go_one_by_one_and_the_others_never() -> None:
    assert names(100) == ["call", "agent", "sure", "said"]
    assert names(55) == ["call", "sure", "said"]
    assert names(45) == ["call", "said"]
    assert names(10) == ["call", "said"]


@given(st.integers(1, 200), st.integers(1, 200))
def test_more_room_never_shows_less(one: int, other: int) -> None:
    assert set(names(min(one, other))) <= set(names(max(one, other)))
