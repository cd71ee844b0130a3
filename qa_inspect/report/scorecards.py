"""Scorecards of agents and other groups: how each one's calls went, and what to coach.

A scorecard judges a person, so it says how sure it is: every mean carries its interval and its
number of calls, calls that need review are left out and counted, and too few calls give no rank.
This module does not know where calls come from nor how a scorecard is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType

from qa_inspect.domain import CallResult
from qa_inspect.report.call_figures import (
    CallFigures,
    call_figures,
    section_scores,
    talk_share,
)
from qa_inspect.report.gathering import Gathered, Shown, trend_of
from qa_inspect.report.grouping import Grouping, Period, PeriodLength, midnight, period_of
from qa_inspect.report.resolution import Resolution
from qa_inspect.report.scorecard_values import AgentScorecard, Example, ItemRate, SectionScore
from qa_inspect.report.trend import Stretch, Trend
from qa_inspect.rubric.index import SEED, IndexRule

__all__ = [
    "MIN_CALLS",
    "AgentScorecard",
    "Example",
    "ItemRate",
    "ScorecardBuilder",
    "SectionScore",
    "agent_scorecards",
    "section_scores",
    "talk_share",
]

NOTHING_KNOWN: Mapping[str, Resolution] = MappingProxyType({})
MIN_CALLS = 10
"""Fewer judged calls than this show "too few calls" and no rank."""
_LEAST_RANKED = 2
TREND_DAYS = 7
"""Without another stretch of time, the last so many days are compared with those before."""


def agent_scorecards(
    calls: Iterable[CallResult],
    *,
    min_calls: int = MIN_CALLS,
    index: IndexRule = SEED,
    by: Grouping = Grouping.AGENT,
    period: PeriodLength | None = None,
    stretch: Stretch | None = None,
    resolutions: Mapping[str, Resolution] = NOTHING_KNOWN,
    latest: datetime | None = None,
) -> tuple[AgentScorecard, ...]:
    """A scorecard for each agent (or other group); see ``ScorecardBuilder``. Calls are read once.
    Which calls (agent, team, period) is the caller's choice."""
    gathering = ScorecardBuilder(
        min_calls=min_calls,
        index=index,
        by=by,
        period=period,
        stretch=stretch,
        resolutions=resolutions,
        latest=latest,
    )
    for call in calls:
        gathering.add(call)
    return gathering.scorecards()


class ScorecardBuilder:
    """Gathers calls one by one, keeping numbers only; for callers that stream calls once."""

    def __init__(
        self,
        *,
        min_calls: int = MIN_CALLS,
        index: IndexRule = SEED,
        by: Grouping = Grouping.AGENT,
        period: PeriodLength | None = None,
        stretch: Stretch | None = None,
        resolutions: Mapping[str, Resolution] = NOTHING_KNOWN,
        latest: datetime | None = None,
    ) -> None:
        """``by`` is whose calls make one scorecard. With ``period`` each of its days, weeks or
        months has a scorecard of its own, whose trend is against the period before; without one,
        ``by`` the period takes weeks. With ``stretch``, calls from before it serve the trend only,
        which is against the stretch of the same length before. Otherwise the trend is that of the
        last seven days against the seven before, counted from the latest of all calls.
        ``resolutions`` tells by call id after which calls the customer called again. ``latest`` is
        when the latest of all calls began, where others than those that are added count too.
        """
        self._resolutions = resolutions
        self._min_calls = min_calls
        self._index = index
        self._by = by
        self._length = PeriodLength.WEEK if period is None and by is Grouping.PERIOD else period
        self._stretch = stretch
        self._latest = _aware(latest)
        self._groups: dict[tuple[str | None, Period | None], Gathered] = {}

    def add(self, call: CallResult, figures: CallFigures | None = None) -> None:
        """Take one call into account; ``figures`` are its numbers, where they are known."""
        started_at = _aware(call.recording.metadata.started_at)
        found = call_figures(call) if figures is None else figures
        group = self._group(call)
        now = self._stretch
        if now is not None and started_at is not None and started_at < now.since:
            if self._length is not None or now.before.holds(started_at):
                group.add_earlier(call, found)
            return
        if started_at is not None and (self._latest is None or started_at > self._latest):
            self._latest = started_at
        group.add(call, found, self._resolutions.get(call.recording.call_id))

    def _group(self, call: CallResult) -> Gathered:
        key = self._by.key(call)
        period = period_of(call.recording.metadata.started_at, self._length)
        group = self._groups.get((key, period))
        if group is None:
            group = self._groups[key, period] = Gathered(self._by, key)
        return group

    def take(self, groups: Mapping[str | None, Gathered], latest: datetime | None) -> None:
        """Take groups that were gathered elsewhere; the latest of their calls began at
        ``latest``."""
        self._latest = max(filter(None, (self._latest, _aware(latest))), default=None)
        self._groups.update(((key, None), group) for key, group in groups.items())

    def scorecards(
        self, *, days: bool = True, shown: Shown = Shown.EVERYTHING
    ) -> tuple[AgentScorecard, ...]:
        """The scorecards of the calls so far: the best first and those with too few calls last,
        or, with periods, one group after the other, each by time. ``days`` asks for the mean of
        every day too; what is not ``shown`` is left out of those without a period."""
        cards = [
            replace(
                group.scorecard(self._min_calls, self._index, days=days, shown=shown),
                period=period,
                trend=self._trend(key, period, group, shown),
            )
            for (key, period), group in self._groups.items()
            if group.calls
        ]
        ranked = [
            card
            for period in {card.period for card in cards}
            for card in _ranked(
                [card for card in cards if card.period == period],
                known=(period is not None or self._length is None)
                and self._by is not Grouping.PERIOD,
            )
        ]
        return tuple(sorted(ranked, key=_place if self._length is None else _by_time))

    def _trend(
        self, key: str | None, period: Period | None, group: Gathered, shown: Shown
    ) -> Trend | None:
        now = group.all_figures()
        if self._length is not None:
            if period is None:
                return None
            previous = self._groups.get((key, period.previous))
            before = {} if previous is None else previous.known_figures()
            return trend_of(now, before, _stretches(period), self._min_calls)
        if self._stretch is not None:
            both = (self._stretch, self._stretch.before)
            return trend_of(now, group.earlier_figures(), both, self._min_calls)
        if self._latest is None:
            return None
        until = self._latest.date() + timedelta(days=1)
        since = until - timedelta(days=TREND_DAYS)
        zone = self._latest.tzinfo
        stretch = Stretch(midnight(since, zone), midnight(until, zone))
        return trend_of(
            group.figures_between(since, until, shown),
            group.figures_between(since - timedelta(days=TREND_DAYS), since, shown),
            (stretch, stretch.before),
            self._min_calls,
        )


def _stretches(period: Period) -> tuple[Stretch, Stretch]:
    days = [midnight(one.first) for one in (period.previous, period, period.next)]
    return Stretch(days[1], days[2]), Stretch(days[0], days[1])


def _aware(moment: datetime | None) -> datetime | None:
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)


def _ranked(cards: Sequence[AgentScorecard], *, known: bool) -> list[AgentScorecard]:
    """The cards with their ranks among one another, where it is ``known`` that they compare; who
    has nobody to compare with has none."""
    scores = [c.score for c in cards if known and c.score and c.enough and c.named]
    if len(scores) < _LEAST_RANKED:
        return list(cards)
    return [
        replace(
            card,
            rank=1 + sum(other.clearly_above(card.score) for other in scores),
            rank_to=len(scores) - sum(card.score.clearly_above(other) for other in scores),
        )
        if card.score and card.enough and card.named
        else card
        for card in cards
    ]


def _place(card: AgentScorecard) -> tuple[bool, bool, float, str]:
    score = card.score.mean if card.score else -1.0
    return (not card.named, not card.enough, -score, card.key or "")


def _by_time(card: AgentScorecard) -> tuple[bool, str, str, bool, date]:
    first = card.period.first if card.period else date.max
    name = "" if card.by is Grouping.PERIOD else card.label
    return (not card.named, name, card.key or "", card.period is None, first)


def everyones_sections(cards: Iterable[AgentScorecard]) -> dict[tuple[str, str], float]:
    """Every section's average score (0–100) over all agents' calls, by rubric and section."""
    sums: dict[tuple[str, str], list[float]] = {}
    for card in cards:
        for section in card.sections:
            known = sums.setdefault((section.rubric, section.section), [0.0, 0.0])
            known[0] += section.score.mean * section.score.n
            known[1] += section.score.n
    return {key: total / n for key, (total, n) in sums.items() if n}
