"""The morning's summary of a run says what its counts do not say already."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest

from qa_inspect.batch.drift import before
from qa_inspect.batch.night import Night
from qa_inspect.commands.run_summary import told

EMPTY, SILENT = "the file is empty", "the recording is silent"


@pytest.mark.parametrize(
    ("reasons", "line"),
    [
        ({EMPTY: 2, SILENT: 1}, f"By reason: {EMPTY} 2, {SILENT} 1."),
        ({EMPTY: 3}, f"By reason: {EMPTY} 3."),
        ({EMPTY: 1, SILENT: 1}, None),
        ({EMPTY: 1}, None),
        ({}, None),
    ],
)
def test_reasons_are_counted_where_one_occurs_more_than_once(
    reasons: Mapping[str, int], line: str | None
) -> None:
    """The failures are listed above it, each with its reason: once is no count."""
    night = Night(reasons=reasons)
    assert list(told(night, night, before([], date(2026, 11, 20)))) == ([line] if line else [])
