"""One group's calls, gathered one by one into the numbers of its scorecard.

Only numbers are kept, each with the day of its call, so that any week can be told from the one
before. This module does not know which calls belong together nor who is ranked.
"""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from itertools import compress
from statistics import quantiles
from types import MappingProxyType

from qa_inspect.domain import CallResult, CallStatus, CheckResult, CheckStatus, Evidence
from qa_inspect.report.call_figures import SCORE, TALK_SHARE, CallFigures, Figure, was_judged
from qa_inspect.report.call_measures import MEASURES
from qa_inspect.report.flagged import first_piece
from qa_inspect.report.grouping import Grouping
from qa_inspect.report.index import composite_index
from qa_inspect.report.resolution import Resolution, Resolved
from qa_inspect.report.scorecard_values import (
    AgentScorecard,
    DayScore,
    Distribution,
    Example,
    ItemRate,
    SectionScore,
)
from qa_inspect.report.statistics import Estimate, estimate, mean_alone, share_estimate
from qa_inspect.report.trend import Change, Stretch, Trend, change
from qa_inspect.rubric.index import IndexRule
from qa_inspect.rubric.masking import masked_text

_CLASSES = 10


class Shown(StrEnum):
    """What of scorecards somebody looks at; intervals of the rest need not be worked out."""

    EVERYTHING = "everything"
    SCORES = "scores"
    MEASURES = "measures"

    def estimates(self, figure: Figure) -> bool:
        """Whether the mean of a figure is wanted."""
        if self is Shown.EVERYTHING or figure == SCORE:
            return True
        return bool(figure.rubric) == (self is Shown.SCORES)

    def bounds(self, figure: Figure) -> bool:
        """Whether the interval of a figure's mean is wanted."""
        return self is not Shown.SCORES or figure == SCORE

    def compares(self, figure: Figure) -> bool:
        """Whether a figure is wanted in the trend."""
        return self is Shown.EVERYTHING or figure == SCORE


class Series:
    """The numbers of one figure, with the days of their calls."""

    def __init__(self) -> None:
        self.values = array("d")
        self._days = array("q")

    def add(self, value: float, day: date | None) -> None:
        """One call's number."""
        self.values.append(value)
        self._days.append(0 if day is None else day.toordinal())

    def extend(self, values: bytes, days: bytes) -> None:
        """Many calls' numbers: doubles, and the days (ordinal, 0 for none) as 64-bit integers."""
        self.values.frombytes(values)
        self._days.frombytes(days)

    def between(self, first: date, until: date) -> list[float]:
        """The numbers of the days from ``first`` to before ``until``."""
        begin, end = first.toordinal(), until.toordinal()
        return list(compress(self.values, (begin <= day < end for day in self._days)))

    def by_day(self) -> dict[date, list[float]]:
        """The numbers of each day, by time; those whose day is not known are left out."""
        found: defaultdict[int, list[float]] = defaultdict(list)
        for day, value in zip(self._days, self.values, strict=True):
            found[day].append(value)
        return {date.fromordinal(day): found[day] for day in sorted(found) if day}


Figures = Mapping[Figure, Iterable[float]]
"""Numbers of a stretch of time, by what they are."""


class Gathered:
    """One group's numbers so far; ``earlier`` are those of calls from before the scorecard's time,
    which only its trend looks at."""

    def __init__(self, by: Grouping, key: str | None) -> None:
        self.by = by
        self.key = key
        self.series: defaultdict[Figure, Series] = defaultdict(Series)
        self.earlier: defaultdict[Figure, Series] = defaultdict(Series)
        self.names: Counter[str | None] = Counter()
        self.teams: Counter[str | None] = Counter()
        self.languages: Counter[str | None] = Counter()
        self.ids: set[str | None] = set()
        self.calls = self.judged = self.not_judged = self.needs_review = self.failed = 0
        self.items: defaultdict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
        self.about: dict[tuple[str, str], CheckResult] = {}
        self.examples: dict[tuple[str, str, CheckStatus], Example] = {}
        self.flags: Counter[str] = Counter()
        self.csat: list[int] = []
        self.nps: list[int] = []
        self.resolved: list[bool] = []
        self.bands: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.fragile = self.verdicts = 0

    def add_earlier(self, call: CallResult, figures: CallFigures) -> None:
        """A call from before the scorecard's time."""
        self._keep(self.earlier, call, figures)

    def add(self, call: CallResult, figures: CallFigures, known: Resolution | None) -> None:
        """One of the scorecard's calls; ``known`` is whether the customer called again."""
        metadata = call.recording.metadata
        self.calls += 1
        self.ids.add(metadata.agent_id)
        self.names[metadata.agent_name] += metadata.agent_name is not None
        self.teams[metadata.team] += metadata.team is not None
        language = Grouping.LANGUAGE.key(call)
        self.languages[language] += language is not None
        self.flags.update({flag.flag for flag in call.verdict.flags})
        # what a customer answered or did holds whether or not the recording could be judged
        self.csat += [] if metadata.csat is None else [metadata.csat]
        self.nps += [] if metadata.nps is None else [metadata.nps]
        if known is not None and known.counts and known.outcome is not Resolved.UNKNOWN:
            self.resolved.append(known.outcome is Resolved.RESOLVED)
        if call.status is CallStatus.FAILED or call.transcript is None:
            self.failed += 1
        elif not figures.counts:
            self.needs_review += 1
        else:
            self._add_readable(call, figures)

    def _add_readable(self, call: CallResult, figures: CallFigures) -> None:
        self.judged += figures.judged
        self.not_judged += not figures.judged
        self._keep(self.series, call, figures)
        for rubric in call.verdict.rubrics:
            if rubric.band:
                self.bands[rubric.name][rubric.band] += 1
        for check in filter(was_judged, call.verdict.checks):
            self._add_check(call.recording.call_id, check)

    def _keep(
        self, kept: defaultdict[Figure, Series], call: CallResult, figures: CallFigures
    ) -> None:
        started_at = call.recording.metadata.started_at
        day = started_at and started_at.date()
        for figure, value in figures.by_figure().items():
            kept[figure].add(value, day)

    def _add_check(self, call_id: str, check: CheckResult) -> None:
        self.verdicts += 1
        self.fragile += bool(check.fragile)
        key = (check.rubric, check.item)
        self.about.setdefault(key, check)
        passed_of = self.items[key]
        passed_of[0] += check.status is CheckStatus.PASS
        passed_of[1] += 1
        known = self.examples.get((*key, check.status))
        if known is None or known.start_s is None:
            example = example_of(call_id, check.explanation, check.evidence)
            if known is None or example.start_s is not None:
                self.examples[(*key, check.status)] = example

    def all_figures(self) -> Figures:
        """The numbers of all the scorecard's calls."""
        return {figure: series.values for figure, series in self.series.items()}

    def earlier_figures(self) -> Figures:
        """The numbers of the calls from before the scorecard's time."""
        return {figure: series.values for figure, series in self.earlier.items()}

    def known_figures(self) -> Figures:
        """The numbers of all calls, those from before the scorecard's time among them."""
        now, earlier = self.all_figures(), self.earlier_figures()
        return {
            figure: [*now.get(figure, ()), *earlier.get(figure, ())]
            for figure in {**now, **earlier}
        }

    def figures_between(self, first: date, until: date, shown: Shown = Shown.EVERYTHING) -> Figures:
        """The numbers of the calls of some days, ``until`` not among them."""
        return {
            figure: series.between(first, until)
            for figure, series in self.series.items()
            if shown.compares(figure)
        }

    def scorecard(
        self,
        min_calls: int,
        index: IndexRule,
        *,
        days: bool = True,
        shown: Shown = Shown.EVERYTHING,
    ) -> AgentScorecard:
        """What is known of these calls, without rank, period and trend; ``days`` asks for the mean
        of every day too."""
        known = {f: v for f, v in self.all_figures().items() if shown.estimates(f)}
        found = _estimates(known, shown.bounds)
        scores = self.series[SCORE].values if SCORE in self.series else array("d")
        resolved = share_estimate(sum(self.resolved), len(self.resolved))
        measures = {name: found[Figure(name)] for name in MEASURES if Figure(name) in found}
        shares = {
            figure.name: value
            for figure, value in found.items()
            if figure.name and figure != SCORE and figure.name not in (*MEASURES, TALK_SHARE)
        }
        of_agent = self.by is Grouping.AGENT
        return AgentScorecard(
            agent_id=self.key if of_agent else None,
            agent_name=_most_common(self.names) if of_agent else None,
            team=_most_common(self.teams) if self.by in (Grouping.AGENT, Grouping.TEAM) else None,
            judged=self.judged,
            needs_review=self.needs_review,
            failed=self.failed,
            not_judged=self.not_judged,
            enough=len(scores) >= min_calls,
            score=found.get(SCORE),
            sections=tuple(
                SectionScore(figure.rubric, figure.section, value)
                for figure, value in found.items()
                if figure.rubric
            ),
            items=tuple(self._items()),
            flags=MappingProxyType(dict(sorted(self.flags.items(), key=_most_first))),
            talk_share=found.get(Figure(TALK_SHARE)),
            shares=MappingProxyType(shares),
            bands=MappingProxyType(
                {name: MappingProxyType(dict(counts)) for name, counts in self.bands.items()}
            ),
            fragile=self.fragile,
            verdicts=self.verdicts,
            index=composite_index(index, self.csat, scores, self.nps, found.get(SCORE)),
            resolved=resolved,
            agents=len(self.ids - {None}),
            by=self.by,
            key=self.key,
            language=_most_common(self.languages),
            by_day=tuple(_days(self.series[SCORE]) if days and SCORE in self.series else ()),
            measures=MappingProxyType(measures),
            distribution=distribution(scores),
        )

    def _items(self) -> Iterable[ItemRate]:
        for (rubric, item), (passed, n) in self.items.items():
            rate = share_estimate(passed, n)
            about = self.about[rubric, item]
            if rate is not None:
                yield ItemRate(
                    rubric,
                    item,
                    about.section,
                    about.kind,
                    passed,
                    rate,
                    self.examples.get((rubric, item, CheckStatus.FAIL)),
                    severity=about.severity,
                    good_example=self.examples.get((rubric, item, CheckStatus.PASS)),
                )


def trend_of(
    now: Figures, before: Figures, stretches: tuple[Stretch, Stretch], min_calls: int
) -> Trend:
    """The changes of all figures that are known now; ``stretches`` are now and before."""
    earlier = _estimates(before)
    changes: dict[Figure, Change] = {
        figure: change(value, earlier.get(figure), figure.good, min_calls)
        for figure, value in _estimates(now).items()
    }
    return Trend(
        *stretches,
        changes.get(SCORE),
        MappingProxyType({(f.rubric, f.section): c for f, c in changes.items() if f.rubric}),
        MappingProxyType({f.name: c for f, c in changes.items() if f.name and f != SCORE}),
    )


def distribution(scores: Iterable[float]) -> Distribution | None:
    """How scores (0–100) spread; None for none. Quartiles lie between the values around them."""
    known = sorted(scores)
    if not known:
        return None
    quarters = quantiles(known, n=4, method="inclusive") if len(known) > 1 else known * 3
    classes = Counter(min(_CLASSES - 1, int(score * _CLASSES / 100)) for score in known)
    counts = tuple(classes[place] for place in range(_CLASSES))
    return Distribution(known[0], quarters[0], quarters[1], quarters[2], known[-1], counts)


def _days(scores: Series) -> Iterable[DayScore]:
    for day, values in scores.by_day().items():
        found = estimate(values, SCORE.values)
        if found is not None:
            yield DayScore(day, found)


def _estimates(
    figures: Figures, bounds: Callable[[Figure], bool] = lambda _: True
) -> dict[Figure, Estimate]:
    """The means of figures, with their intervals where ``bounds`` asks for them."""
    found: dict[Figure, Estimate] = {}
    for figure, numbers in figures.items():
        values = list(numbers)
        known = estimate(values, figure.values) if bounds(figure) else mean_alone(values)
        if known is not None:
            found[figure] = known
    return found


def example_of(call_id: str, explanation: str, evidence: Sequence[Evidence]) -> Example:
    """A moment to listen to."""
    piece = first_piece(evidence)
    return Example(
        call_id=call_id,
        start_s=piece.start_s if piece else None,
        quote=masked_text(piece.quote, short=False) if piece else "",
        explanation=masked_text(explanation, short=False),
    )


def _most_first(counted: tuple[str, int]) -> tuple[int, str]:
    name, count = counted
    return (-count, name)


def _most_common(counts: Counter[str | None]) -> str | None:
    named = [(name, count) for name, count in counts.items() if name is not None]
    return min(named, key=_most_first, default=(None, 0))[0]
