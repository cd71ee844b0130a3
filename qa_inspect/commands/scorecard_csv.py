"""Scorecards as rows of a spreadsheet: one figure a column, such as ``section:support.script``.

This module does not know how scorecards are made; it is given their JSON-ready rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_NESTED = {
    "sections": "section:",
    "section_intervals": "section:",
    "items": "item:",
    "flags": "flag:",
    "bands": "band:",
    "measures": "measure:",
    "index_parts": "index:",
    "distribution": "scores:",
    "worst_item_example": "worst_item_example:",
    "best_item_example": "best_item_example:",
}
"""What the columns of a nested value begin with."""
_COUNTED = ("flag:", "band:")
"""Columns of counts: what a row does not have happened never."""
_COMPARED = ("before", "before_calls", "now", "now_calls")
_TREND_PARTS = {"sections": "section:", "measures": "measure:"}


def flat_rows(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The rows with every nested value in columns of its own, the same ones in each row.

    A section, item, flag, band or measure has a column of its name, and further ones for its
    interval and calls (``measure:hold_s:low``) and for its trend (``measure:hold_s:before``,
    ``measure:hold_s:trend``).
    """
    flat = [dict(_flat(row)) for row in rows]
    columns = list(dict.fromkeys(name for row in flat for name in row))
    order = sorted(columns, key=lambda name: (":" in name, *_family(name)))
    return [
        {name: row.get(name, 0 if name.startswith(_COUNTED) else None) for name in order}
        for row in flat
    ]


def _family(name: str) -> tuple[str, str]:
    """What a nested column is of; those of plain values keep their order."""
    parts = name.split(":")
    return ("", "") if len(parts) < 2 else (parts[0], parts[1])


def _flat(row: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in row.items():
        if key == "trends":
            yield from _trends(value or {})
        elif key in _NESTED:
            yield from _nested(_NESTED[key], value or {})
        else:
            yield key, value


def _nested(begin: str, found: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in found.items():
        column = f"{begin}{name}"
        if isinstance(value, Mapping):
            for part, told in value.items():
                yield (column if part == "mean" else f"{column}:{part}"), told
        elif isinstance(value, list):  # the calls of each tenth of the scale
            width = 100 // len(value)
            yield from (
                (f"{begin}{n * width}-{(n + 1) * width}", n_of) for n, n_of in enumerate(value)
            )
        else:
            yield column, value


def _trends(found: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in found.items():
        if key in _TREND_PARTS:
            for name, change in value.items():
                yield from _change(f"{_TREND_PARTS[key]}{name}:", change)
        elif key == "score":
            yield from _change("trend_", value or {})
        else:
            yield f"trend_{key}", value


def _change(begin: str, change: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """What a figure was and is; what the row tells of the score already is left out."""
    for key, value in change.items():
        if not begin.startswith("trend_") or key in _COMPARED:
            yield f"{begin}{key}", value
