"""The composite index: what customers say and what the inspection found, as one number.

It is honest about what is missing: each part tells over how many calls it is known, a part with too
few answers is left out, the weights are shared among the rest only with a note, and with too little
weight left there is no index. This module does not know calls, agents or files.

Customer rating is CSAT as the field reports it, the share of answers 4 and 5 on a scale of 1–5
("top two box"), not their mean. NPS is the share of promoters (9–10) less that of detractors (0–6)
on a scale of 0–10 (F. Reichheld, "The One Number You Need to Grow", Harvard Business Review,
December 2003).
It lies between −100 and 100; in the index it counts on 0–100, halved and raised by 50, and wherever
it is called NPS it is shown as it is.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from qa_inspect.report.statistics import Estimate, mean_estimate, share_estimate
from qa_inspect.rubric.index import IndexRule, Part
from qa_inspect.rubric.wording import count

_SATISFIED = 4
_PROMOTER, _DETRACTOR = 9, 6


@dataclass(frozen=True, slots=True)
class IndexPart:
    """One part: its share of the weight as configured (0–1), and its value, 0–100, over
    ``value.n`` calls; None where no call has it. ``counts`` says whether it is in the index.
    ``reported`` is the figure as the field tells it: of NPS −100 to 100."""

    part: Part
    share: float
    value: Estimate | None
    counts: bool

    @property
    def calls(self) -> int:
        """Calls in which the part is known."""
        return self.value.n if self.value else 0

    @property
    def reported(self) -> float | None:
        """The mean as the field tells it: NPS from −100 to 100, others from 0 to 100."""
        if self.value is None:
            return None
        return 2 * self.value.mean - 100 if self.part is Part.NPS else self.value.mean


@dataclass(frozen=True, slots=True)
class CompositeIndex:
    """The index, 0–100, or None where too much of it is missing.

    ``low`` and ``high`` bound it in 95 of 100 cases, taking the parts as independent; None where a
    part rests on one call. ``reweighed`` says that parts were missing and the others stand for
    them.
    """

    name: str
    value: float | None
    low: float | None
    high: float | None
    parts: tuple[IndexPart, ...]
    reweighed: bool

    @property
    def missing(self) -> tuple[Part, ...]:
        """The parts that have weight but too few answers."""
        return tuple(part.part for part in self.parts if not part.counts)

    @property
    def note(self) -> str:
        """What a reader has to know of it, as a sentence; empty where every part is there."""
        if not self.missing:
            return ""
        known = ", ".join(f"{_named(part.part)} {count(part.calls, 'call')}" for part in self.parts)
        names = " and ".join(_named(part) for part in self.missing)
        if self.value is None:
            return f"none: too few answers for {names} ({known})"
        used = sum(part.share for part in self.parts if part.counts)
        shares = ", ".join(
            f"{_named(part.part)} {part.share / used:.0%}" for part in self.parts if part.counts
        )
        return f"without {names}: {shares} ({known})"

    def to_row(self) -> dict[str, Any]:
        """The index as JSON-ready fields of a scorecard."""
        return {
            "index": _rounded(self.value),
            "index_low": _rounded(self.low),
            "index_high": _rounded(self.high),
            "index_parts": {
                part.part.value: {
                    "score": _rounded(part.value.mean) if part.value else None,
                    "reported": _rounded(part.reported),
                    "calls": part.calls,
                    "weight": round(100 * part.share, 1),
                    "counts": part.counts,
                }
                for part in self.parts
            },
            "index_note": self.note,
        }


def composite_index(
    rule: IndexRule,
    csat: Sequence[int],
    scores: Sequence[float],
    nps: Sequence[int],
    inspection: Estimate | None = None,
) -> CompositeIndex:
    """The index of a group of calls.

    ``csat`` are answers 1–5, ``scores`` inspection scores 0–100, ``nps`` answers 0–10, one for each
    call that has it. ``inspection`` is the estimate of ``scores`` where it is known already.
    """
    values: Mapping[Part, Estimate | None] = {
        Part.CUSTOMER_RATING: csat_score(csat),
        Part.INSPECTION: inspection or mean_estimate(scores, 0, 100),
        Part.NPS: nps_score(nps),
    }
    parts = tuple(
        IndexPart(part, rule.share(part), value, value is not None and value.n >= rule.min_answers)
        for part, value in values.items()
        if rule.share(part) > 0
    )
    known = [part for part in parts if part.counts]
    weight = sum(part.share for part in known)
    whole = len(known) == len(parts)
    enough = weight > 0 and 100 * weight >= rule.min_weight * (1 - 1e-9)
    if not whole and (rule.missing == "none" or not enough):
        return CompositeIndex(rule.index, None, None, None, parts, False)
    value, low, high = _weighted(known, weight)
    return CompositeIndex(rule.index, value, low, high, parts, not whole)


def csat_score(answers: Sequence[int]) -> Estimate | None:
    """Share of answers 4 and 5 (of 1–5) in percent, with Wilson's interval. None for none."""
    found = share_estimate(sum(answer >= _SATISFIED for answer in answers), len(answers))
    if found is None or found.low is None or found.high is None:
        return found
    return Estimate(100 * found.mean, 100 * found.low, 100 * found.high, found.n)


def nps_score(answers: Sequence[int]) -> Estimate | None:
    """Promoters less detractors (of 0–10), put on 0–100, with its interval. None for none."""
    marks = [
        100.0 if answer >= _PROMOTER else 0.0 if answer <= _DETRACTOR else 50.0
        for answer in answers
    ]
    return mean_estimate(marks, 0, 100)


def _weighted(
    parts: Sequence[IndexPart], weight: float
) -> tuple[float, float | None, float | None]:
    mean, square, bounded = 0.0, 0.0, True
    for part in parts:
        found, share = part.value, part.share / weight
        if found is None:
            continue
        mean += share * found.mean
        if found.low is None or found.high is None:
            bounded = False
        else:
            square += (share * (found.high - found.low) / 2) ** 2
    half = math.sqrt(square)
    if not bounded:
        return mean, None, None
    return mean, max(0.0, mean - half), min(100.0, mean + half)


def _named(part: Part) -> str:
    return {Part.CUSTOMER_RATING: "customer rating", Part.NPS: "NPS"}.get(part, part.value)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
