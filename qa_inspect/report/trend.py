"""How a group's calls changed against the stretch of the same length before.

A change is told only where the interval of the difference leaves 0 out; with too few calls on
either side nothing is told. This module does not know calls nor how a trend is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from qa_inspect.report.call_measures import Good
from qa_inspect.report.statistics import Difference, Estimate, difference

_DAY_S = 86_400


class Told(StrEnum):
    """What a change amounts to; ``HIGHER`` and ``LOWER`` where neither is better by itself."""

    BETTER = "better"
    WORSE = "worse"
    HIGHER = "higher"
    LOWER = "lower"
    SAME = "no difference that can be told"
    TOO_FEW = "too few calls"


@dataclass(frozen=True, slots=True)
class Change:
    """One figure now and before; ``difference`` is None where there was none before."""

    now: Estimate
    before: Estimate | None
    difference: Difference | None
    told: Told

    def to_row(self, digits: int = 1) -> dict[str, Any]:
        """The change as JSON-ready values."""

        def rounded(value: float | None) -> float | None:
            return None if value is None else round(value, digits)

        apart = self.difference
        return {
            "before": self.before and rounded(self.before.mean),
            "before_calls": self.before.n if self.before else 0,
            "now": rounded(self.now.mean),
            "now_calls": self.now.n,
            "difference": apart and rounded(apart.value),
            "difference_low": apart and rounded(apart.low),
            "difference_high": apart and rounded(apart.high),
            "trend": self.told.value,
        }


@dataclass(frozen=True, slots=True)
class Stretch:
    """From ``since`` (included) to ``until`` (not included)."""

    since: datetime
    until: datetime

    @property
    def before(self) -> Stretch:
        """The stretch of the same length that ends where this one begins."""
        return Stretch(self.since - (self.until - self.since), self.since)

    def holds(self, moment: datetime) -> bool:
        """Whether a moment lies in it."""
        return self.since <= moment < self.until


@dataclass(frozen=True, slots=True)
class Trend:
    """The changes from the stretch ``before`` to the stretch ``now``.

    ``score`` is None where no call has a score now. ``sections`` are by rubric and section (0–100),
    ``measures`` by the names of ``MEASURES`` and of the rubric's ratio items, ``talk_share`` among
    them.
    """

    now: Stretch
    before: Stretch
    score: Change | None
    sections: Mapping[tuple[str, str], Change] = field(default_factory=lambda: MappingProxyType({}))
    measures: Mapping[str, Change] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def days(self) -> int:
        """How many days either stretch has, at least 1."""
        return max(1, round((self.now.until - self.now.since).total_seconds() / _DAY_S))

    def to_row(self) -> dict[str, Any]:
        """The trend as JSON-ready values."""
        return {
            "now_since": self.now.since.isoformat(),
            "now_until": self.now.until.isoformat(),
            "before_since": self.before.since.isoformat(),
            "score": self.score and self.score.to_row(),
            "sections": {
                f"{rubric}.{section}": change.to_row()
                for (rubric, section), change in self.sections.items()
            },
            "measures": {name: change.to_row(3) for name, change in self.measures.items()},
        }


def change(now: Estimate, before: Estimate | None, good: Good, min_calls: int) -> Change:
    """What became of a figure; ``min_calls`` are needed on either side to tell."""
    apart = None if before is None else difference(now, before)
    if before is None or apart is None or min(now.n, before.n) < min_calls:
        return Change(now, before, apart, Told.TOO_FEW)
    if not apart.is_told:
        return Change(now, before, apart, Told.SAME)
    if good is Good.NEITHER:
        return Change(now, before, apart, Told.HIGHER if apart.value > 0 else Told.LOWER)
    improved = (apart.value > 0) == (good is Good.MORE)
    return Change(now, before, apart, Told.BETTER if improved else Told.WORSE)
