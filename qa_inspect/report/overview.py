"""What the first page of the report shows: the calls that matter, and how scores went.

This module does not know folders, nor how pages are made.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from qa_inspect.report import charts
from qa_inspect.report.catalogue import Catalogue
from qa_inspect.report.flagged import FlaggedCall
from qa_inspect.report.lines import CallLine
from qa_inspect.report.page_engine import drawn
from qa_inspect.report.part_names import Naming
from qa_inspect.report.queue import Candidate, QueuedCall, newest_first, queue
from qa_inspect.report.resolution import WITHIN_DAYS, Resolution, Resolved
from qa_inspect.report.scorecards import MIN_CALLS, AgentScorecard
from qa_inspect.report.statistics import Estimate, mean_estimate, share_estimate
from qa_inspect.report.surroundings import Surroundings, known_of

FIRST = 5
"""Calls of the queue on the first page: as many as somebody listens to before the day begins."""
_WEAKEST = 12


@dataclass(frozen=True, slots=True)
class QueueLine:
    """One call of the queue with the moment it opens at; ``flags`` are names and severities."""

    row: QueuedCall
    flags: tuple[tuple[str, str], ...]
    explanation: str
    agent: str
    href: str


@dataclass(frozen=True, slots=True)
class Morning:
    """The calls that matter this morning, of ``total`` in the queue, ``new`` of them new."""

    lines: tuple[QueueLine, ...]
    total: int
    new: int


def queue_lines(
    calls: Sequence[Candidate],
    around: Surroundings | None,
    naming: Naming,
    languages: Mapping[str, str | None],
    unnamed: str,
    address: Callable[[str, float | None], str],
) -> tuple[QueueLine, ...]:
    """The whole queue, calls of the last day before older ones.

    ``around`` None stands for what the calls tell by themselves. ``languages`` are the calls', by
    id; ``unnamed`` is what an agent without name is called; ``address`` gives the page of a call's
    moment (id, seconds).
    """

    def line(row: QueuedCall) -> QueueLine:
        call, told = row.call, row.told
        language = languages.get(call.call_id)
        named = [
            (naming.flag(one.flag.rubric, language, one.flag.flag), one.flag.severity.value)
            for one in call.flags
        ]
        piece = told.evidence if told else None
        return QueueLine(
            row,
            tuple(named),
            naming.explained(told.flag, language) if told else "",
            call.agent_name or call.agent_id or unnamed,
            address(call.call_id, piece.start_s if piece else None),
        )

    rows = queue(calls, known_of(_known(calls)) if around is None else around)
    return tuple(line(row) for row in newest_first(rows))


def morning(lines: Sequence[QueueLine]) -> Morning:
    """The first calls of the queue."""
    return Morning(tuple(lines[:FIRST]), len(lines), sum(line.row.fresh for line in lines))


def opens(moments: Iterable[FlaggedCall | None], heard: Collection[str]) -> bool:
    """Whether each of these is heard from its moment on; ``heard`` are calls with a recording."""
    return all(
        one is None or (one.call_id in heard and one.evidence and one.evidence.start_s is not None)
        for one in moments
    )


def period(lines: Iterable[CallLine]) -> str:
    """The days of the calls, such as ``2026-11-20 – 2026-11-21``; empty where none is known."""
    days = [line.started_at.date() for line in lines if line.started_at]
    if not days:
        return ""
    first, last = min(days), max(days)
    return str(first) if first == last else f"{first} – {last}"


def _known(calls: Iterable[Candidate]) -> Iterable[tuple[str, str | None, datetime | None]]:
    return ((call.call_id, call.customer_id, call.started_at) for call in calls)


def resolved_share(
    lines: Iterable[CallLine], resolutions: Mapping[str, Resolution]
) -> Estimate | None:
    """The share (0–1) of the calls after which nobody called again, of those where that is known;
    None where it is known of none."""
    found = (resolutions.get(line.call_id) for line in lines)
    told = [one.outcome for one in found if one is not None and one.counts]
    known = [outcome for outcome in told if outcome is not Resolved.UNKNOWN]
    return share_estimate(known.count(Resolved.RESOLVED), len(known))


def resolution_fact(found: Resolution | None, catalogue: Catalogue) -> tuple[tuple[str, str], ...]:
    """What a call's page tells of it, as label and value; nothing where it is not known."""
    if found is None or found.outcome is Resolved.UNKNOWN:
        return ()
    if found.outcome is Resolved.RESOLVED:
        told = catalogue.text("resolution_yes", days=f"{WITHIN_DAYS:g}")
    else:
        told = catalogue.text("resolution_no", calls=", ".join(found.again))
    return ((catalogue.text("resolution"), told),)


def shown(estimate: Estimate, least: int) -> Estimate:
    """The estimate as pages show it: fewer than ``least`` calls give an interval that says
    nothing."""
    return estimate if estimate.n >= least else replace(estimate, low=None, high=None)


def daily(lines: Iterable[CallLine], least: int) -> Any:
    """The average score of each day as a chart; nothing for a single day."""
    by_day: dict[date, list[float]] = {}
    for line in lines:
        if line.started_at is not None and line.score is not None and line.counts:
            by_day.setdefault(line.started_at.date(), []).append(line.score)
    if len(by_day) < 2:
        return ""
    days = [
        (day, charts.Range("", found.mean, shown(found, least).low, shown(found, least).high))
        for day, scores in sorted(by_day.items())
        if (found := mean_estimate(scores, 0, 100)) is not None
    ]
    return drawn(charts.daily_scores(days))


def weakest(cards: Iterable[AgentScorecard], naming: Naming, language: str | None) -> Any:
    """The items that fail most often as a chart; nothing where nothing was judged."""
    passed: dict[tuple[str, str], list[int]] = {}
    for card in cards:
        for item in card.items:
            counts = passed.setdefault((item.rubric, item.item), [0, 0])
            counts[0] += item.passed
            counts[1] += item.rate.n
    rates: list[tuple[str, Estimate]] = [
        (naming.item(rubric, language, item), rate)
        for (rubric, item), (hits, n) in sorted(passed.items())
        if (rate := share_estimate(hits, n)) is not None
    ]
    failing = (pair for pair in rates if pair[1].mean < 1)
    lowest = sorted(failing, key=lambda pair: pair[1].mean)[:_WEAKEST]
    if not lowest:
        return ""
    return drawn(charts.fail_rates([charts.Range(name, 1 - rate.mean) for name, rate in lowest]))


def pictures(
    lines: Sequence[CallLine],
    cards: Iterable[AgentScorecard],
    naming: Naming,
    catalogue: Catalogue,
    language: str | None,
) -> Mapping[str, Any]:
    """The first page's charts by name; empty where there is nothing to draw. ``language`` is that
    of most calls."""
    scores = [line.score for line in lines if line.counts and line.score is not None]
    unit = catalogue.text("number_of_calls")
    return {
        "histogram": drawn(charts.score_histogram(scores, unit)) if scores else "",
        "daily": daily(lines, MIN_CALLS),
        "weakest": weakest(cards, naming, language),
    }
