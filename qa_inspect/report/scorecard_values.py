"""A scorecard as values: what is known of an agent's or a team's calls, and its row.

This module does not know how calls are gathered nor how a scorecard is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import Any

from qa_inspect.domain import Severity
from qa_inspect.report.call_figures import EMPATHY, POSITIVE, TALK_SHARE
from qa_inspect.report.grouping import Grouping, Period
from qa_inspect.report.index import CompositeIndex
from qa_inspect.report.statistics import Estimate
from qa_inspect.report.trend import Trend

_OF_WHAT_WAS_THERE = ("ratio", "sequence")
"""Kinds of checks that fail mostly for want of more than they cite."""
_MIN_ITEM_CALLS = 2
"""An item judged in fewer calls than this is nobody's best or worst."""


@dataclass(frozen=True, slots=True)
class Example:
    """One moment to listen to. ``start_s`` is None where the whole call is the example."""

    call_id: str
    start_s: float | None
    quote: str
    explanation: str


@dataclass(frozen=True, slots=True)
class SectionScore:
    """How a rubric's section went: points earned of those that counted, 0–100 per call."""

    rubric: str
    section: str
    score: Estimate


@dataclass(frozen=True, slots=True)
class ItemRate:
    """How often an item passed, of the calls in which it could be judged (0–1). ``example`` is a
    moment where it failed, ``good_example`` one where it passed."""

    rubric: str
    item: str
    section: str
    kind: str
    passed: int
    rate: Estimate
    example: Example | None = None
    severity: Severity = Severity.MEDIUM
    good_example: Example | None = None

    @property
    def to_coach(self) -> Example | None:
        """The moment to listen to where it failed. Where the evidence is of what was there (a
        share, steps), that is the whole call: the fault is what was not."""
        if self.example is None or self.kind not in _OF_WHAT_WAS_THERE:
            return self.example
        return replace(self.example, start_s=None, quote="")

    @property
    def harm(self) -> float:
        """How often it failed, times how grave that is (1–4)."""
        return (1 - self.rate.mean) * (1 + self.severity.rank)


@dataclass(frozen=True, slots=True)
class DayScore:
    """The mean score (0–100) of one day's calls."""

    day: date
    score: Estimate


@dataclass(frozen=True, slots=True)
class Distribution:
    """How scores (0–100) spread: the quartiles, and ``counts`` of calls in ten classes of equal
    width from 0 on; 100 belongs to the last."""

    lowest: float
    lower_quartile: float
    median: float
    upper_quartile: float
    highest: float
    counts: tuple[int, ...]

    def to_row(self) -> dict[str, Any]:
        """The distribution as JSON-ready values."""
        return {
            "lowest": round(self.lowest, 1),
            "lower_quartile": round(self.lower_quartile, 1),
            "median": round(self.median, 1),
            "upper_quartile": round(self.upper_quartile, 1),
            "highest": round(self.highest, 1),
            "counts": list(self.counts),
        }


@dataclass(frozen=True, slots=True)
class AgentScorecard:
    """One agent, or another group, over a set of calls.

    ``judged`` calls count; ``needs_review`` and ``failed`` ones are left out, and ``not_judged``
    ones, to which no rubric gave a verdict, add only what was measured. ``score`` is 0–100.
    ``rank`` to ``rank_to`` are the places the agent may hold, 1 being the best: only agents whose
    interval lies wholly above or below count, so the ranges of two agents who cannot be told apart
    always meet. Both are None with too few calls. ``talk_share`` is
    the agent's part of the talking of agent and customer, 0–1. ``shares`` are the measures of the
    rubric's ratio items, such as empathy, by item (0–1). ``flags`` counts calls by flag, ``bands``
    calls by the name of their score, for each rubric that has bands. ``fragile`` of ``verdicts``
    hinge on a doubt about the transcript. ``index`` is the composite index. ``resolved`` is the
    first-call resolution, the share (0–1) of calls after which the customer did not call again, of
    those where that is known.

    ``by`` says whose calls these are, ``key`` is that agent's id, team, market or language, and
    ``agents`` are how many agents took them. With a ``period`` they are the calls of that period
    only, and are ranked among its others. ``language`` is what most of the calls are in, ``by_day``
    the mean scores of the days, by time. ``measures`` are the means over calls of ``MEASURES``,
    by name. ``trend`` compares with the stretch of the same length before, None where no call's
    start is known. ``distribution`` is that of the scores.
    """

    agent_id: str | None
    agent_name: str | None
    team: str | None
    judged: int
    needs_review: int
    failed: int
    enough: bool
    score: Estimate | None
    rank: int | None = None
    rank_to: int | None = None
    sections: tuple[SectionScore, ...] = ()
    items: tuple[ItemRate, ...] = ()
    flags: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    talk_share: Estimate | None = None
    shares: Mapping[str, Estimate] = field(default_factory=lambda: MappingProxyType({}))
    bands: Mapping[str, Mapping[str, int]] = field(default_factory=lambda: MappingProxyType({}))
    fragile: int = 0
    verdicts: int = 0
    index: CompositeIndex | None = None
    resolved: Estimate | None = None
    agents: int = 1
    by: Grouping = Grouping.AGENT
    key: str | None = None
    period: Period | None = None
    language: str | None = None
    by_day: tuple[DayScore, ...] = ()
    measures: Mapping[str, Estimate] = field(default_factory=lambda: MappingProxyType({}))
    trend: Trend | None = None
    distribution: Distribution | None = None
    not_judged: int = 0

    @property
    def label(self) -> str:
        """What to call the agent, or what the calls are gathered by."""
        if self.by is Grouping.PERIOD:
            return self.period.label if self.period else "–"
        return (self.agent_name if self.by is Grouping.AGENT else None) or self.key or "–"

    @property
    def named(self) -> bool:
        """Whether it is known whose calls these are."""
        return (self.period if self.by is Grouping.PERIOD else self.key) is not None

    @property
    def rank_label(self) -> str:
        """The places the agent may hold: ``2`` or ``1–3``; a dash with too few calls."""
        if self.rank is None:
            return "–"
        return f"{self.rank}" if self.rank == self.rank_to else f"{self.rank}–{self.rank_to}"

    @property
    def worst(self) -> ItemRate | None:
        """The item to coach first: failed most often for its severity; None if all passed."""
        known = [item for item in self.items if item.rate.n >= _MIN_ITEM_CALLS or not self.enough]
        worst = max(known, key=lambda item: (item.harm, item.rate.n), default=None)
        return worst if worst is not None and worst.rate.mean < 1 else None

    @property
    def best(self) -> ItemRate | None:
        """The item that passes most often, over the most calls; None if nothing ever passed."""
        known = [item for item in self.items if item.rate.n >= _MIN_ITEM_CALLS or not self.enough]
        best = max(known, key=lambda item: (item.rate.mean, item.rate.n), default=None)
        return best if best is not None and best.rate.mean > 0 and best != self.worst else None

    @property
    def empathy_share(self) -> Estimate | None:
        """Share of the agent's utterances that show empathy, where the rubric measures it."""
        return self._share(EMPATHY)

    @property
    def positive_share(self) -> Estimate | None:
        """Share of the agent's utterances in positive language, where the rubric measures it."""
        return self._share(POSITIVE)

    def _share(self, beginning: str) -> Estimate | None:
        return next((v for name, v in self.shares.items() if name.startswith(beginning)), None)

    @property
    def every_measure(self) -> dict[str, Estimate]:
        """Talk share, the rubric's shares and the measures over calls, by name."""
        talk = {} if self.talk_share is None else {TALK_SHARE: self.talk_share}
        return {**talk, **self.shares, **self.measures}

    def to_row(self) -> dict[str, Any]:
        """The scorecard as one JSON-ready row."""
        best, worst = self.best, self.worst
        return {
            **self._group_row(),
            "agent_id": self.agent_id,
            "agent_name": self.agent_name,
            "team": self.team,
            "calls": self.judged,
            "needs_review": self.needs_review,
            "failed": self.failed,
            "not_judged": self.not_judged,
            "rank": self.rank,
            "rank_to": self.rank_to,
            "score": _mean(self.score),
            "score_low": self.score and _rounded(self.score.low),
            "score_high": self.score and _rounded(self.score.high),
            "enough_calls": self.enough,
            "sections": {f"{s.rubric}.{s.section}": _mean(s.score) for s in self.sections},
            "items": {f"{i.rubric}.{i.item}": _mean(i.rate, 3) for i in self.items},
            "best_item": best and best.item,
            "worst_item": worst and worst.item,
            "worst_item_pass_rate": worst and _mean(worst.rate, 3),
            "worst_item_example": _example_row(worst.to_coach if worst else None),
            "best_item_example": _example_row(best.good_example if best else None),
            "flags": dict(self.flags),
            "talk_share": _mean(self.talk_share, 3),
            "empathy_share": _mean(self.empathy_share, 3),
            "positive_share": _mean(self.positive_share, 3),
            "bands": {rubric: dict(counts) for rubric, counts in self.bands.items()},
            "fragile_verdicts": self.fragile,
            "verdicts": self.verdicts,
            "first_call_resolution": _mean(self.resolved, 3),
            "resolution_calls": self.resolved.n if self.resolved else 0,
            **(self.index.to_row() if self.index else {}),
            **({} if self.by is Grouping.AGENT else {"agents": self.agents}),
            "score_calls": self.score.n if self.score else 0,
            "section_intervals": {
                f"{s.rubric}.{s.section}": _interval_row(s.score, 1) for s in self.sections
            },
            "measures": {
                name: {"mean": _mean(found, 3), **_interval_row(found, 3)}
                for name, found in self.every_measure.items()
            },
            "distribution": self.distribution and self.distribution.to_row(),
            **self._trend_row(),
        }

    def _group_row(self) -> dict[str, Any]:
        """What the calls are gathered by; nothing for an agent's of all time."""
        named: dict[str, Any] = {}
        if self.by in (Grouping.MARKET, Grouping.LANGUAGE):
            named[self.by.value] = self.key
        if self.period is not None or self.by is Grouping.PERIOD:
            period = self.period
            named["period"] = None if period is None else period.label
            named["period_first"] = None if period is None else period.first.isoformat()
            named["period_last"] = None if period is None else period.last.isoformat()
        return named

    def _trend_row(self) -> dict[str, Any]:
        score = self.trend.score if self.trend else None
        apart = score.difference if score else None
        return {
            "trend": score and score.told.value,
            "trend_difference": apart and _rounded(apart.value),
            "trend_low": apart and _rounded(apart.low),
            "trend_high": apart and _rounded(apart.high),
            "trends": self.trend and self.trend.to_row(),
        }


def _mean(estimate: Estimate | None, digits: int = 1) -> float | None:
    return None if estimate is None else _rounded(estimate.mean, digits)


def _rounded(value: float | None, digits: int = 1) -> float | None:
    return None if value is None else round(value, digits)


def _interval_row(estimate: Estimate, digits: int) -> dict[str, Any]:
    return {
        "low": _rounded(estimate.low, digits),
        "high": _rounded(estimate.high, digits),
        "calls": estimate.n,
    }


def _example_row(example: Example | None) -> dict[str, Any] | None:
    if example is None:
        return None
    return {"call_id": example.call_id, "start_s": example.start_s, "quote": example.quote}
