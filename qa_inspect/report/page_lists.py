"""Long lists in pieces that a page loads when they are looked at.

A page holds a list's first rows. Beside it lie an index of all rows, which search and filters go
through, and the rows themselves in chunks. These are scripts that hand over data, because a page
opened from a folder may load scripts and nothing else. This module does not know what rows show.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from qa_inspect.report.said_index import SaidIndex

SHOWN = 100
"""Rows shown at a time."""
CHUNK = 250
"""Rows loaded at a time."""
Facet = tuple[str, str]
"""A value that rows can be filtered by, and what it is called."""


@dataclass(frozen=True, slots=True)
class ListRow:
    """One row: its markup, what else it is found by, and what it is filtered by.

    ``facets`` are a row's values by the name of a filter; ``score`` is 0–100, ``day`` as
    2026-11-21, ``marks`` are properties that a row has or has not.
    """

    html: str
    text: str
    facets: Mapping[str, tuple[Facet, ...]] = field(default_factory=lambda: MappingProxyType({}))
    score: float | None = None
    day: str = ""
    marks: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PageList:
    """A list named ``name`` with the filters it has, in their order."""

    name: str
    rows: tuple[ListRow, ...]
    facets: tuple[str, ...]
    marks: tuple[str, ...] = ()
    said: SaidIndex | None = None
    """Of what was said in each row."""

    @property
    def first(self) -> tuple[str, ...]:
        """The markup of the rows that the page itself holds."""
        return tuple(row.html for row in self.rows[:SHOWN])

    @property
    def total(self) -> int:
        """All rows."""
        return len(self.rows)

    @property
    def used(self) -> tuple[str, ...]:
        """The filters in which rows differ."""
        kinds = {name: {row.facets.get(name, ()) for row in self.rows} for name in self.facets}
        return tuple(name for name, values in kinds.items() if len(values) > 1)

    def files(self) -> Iterator[tuple[str, str]]:
        """The files beside the page: each its name and its text."""
        if not self.rows:
            return
        yield f"{self.name}.js", _handing_over("index", self.name, self._index())
        for place, words in enumerate(self.said.parts() if self.said else ()):
            yield f"{self.name}-said-{place}.js", _handing_over("said", self.name, place, words)
        if self.total > SHOWN:
            for place, first in enumerate(range(0, self.total, CHUNK)):
                rows = [row.html for row in self.rows[first : first + CHUNK]]
                yield f"{self.name}-{place}.js", _handing_over("rows", self.name, rows, place)

    def _index(self) -> dict[str, Any]:
        """Each value once; rows name values by their places."""
        places: dict[str, dict[Facet, int]] = {name: {} for name in self.facets}

        def place(name: str, value: Facet) -> int:
            return places[name].setdefault(value, len(places[name]))

        rows = [
            [
                row.text,
                None if row.score is None else round(row.score, 1),
                row.day,
                sum(1 << bit for bit, mark in enumerate(self.marks) if mark in row.marks),
                *([place(name, value) for value in row.facets.get(name, ())] for name in places),
            ]
            for row in self.rows
        ]
        return {
            "shown": SHOWN,
            "chunk": CHUNK,
            "said": self.said.shards if self.said else 0,
            "marks": self.marks,
            "facets": {name: list(values) for name, values in places.items()},
            "rows": rows,
        }


def _handing_over(what: str, name: str, *values: object) -> str:
    told: Sequence[str] = [
        json.dumps(value, ensure_ascii=False, separators=(",", ":")) for value in (name, *values)
    ]
    return f"qaInspect.{what}({','.join(told)});\n"
