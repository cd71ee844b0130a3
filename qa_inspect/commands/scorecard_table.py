"""Scorecards as tables: one row a group, and as many columns as the terminal has room for.

This module does not know how calls are gathered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from qa_inspect.commands import small_charts
from qa_inspect.commands.render import Column, fitting, table_cell
from qa_inspect.commands.scorecard_words import changed_shortly, measured, rank, spread

if TYPE_CHECKING:
    from qa_inspect.report.grouping import Period
    from qa_inspect.report.part_names import Naming
    from qa_inspect.report.scorecard_values import AgentScorecard

_WHOSE = (
    Column("rank", "Rank", right=True),
    Column("whose", "Agent", most=24),
    Column("period", "Period"),
    Column("team", "Team", spare=6),
    Column("agents", "Agents", right=True, spare=6),
    Column("calls", "Calls", right=True),
)
_SCORES = (
    Column("score", "Score", right=True),
    Column("spread", "0 to 100", spare=3),
    Column("trend", "Trend", spare=2),
    Column("index", "Index", right=True, spare=4),
    Column("sections", "Sections", wrap=True, spare=7),
    Column("best", "Best", wrap=True, most=14, spare=9),
    Column("worst", "To coach", wrap=True, most=14, spare=1),
    Column("flags", "Flags", right=True, spare=5),
    Column("review", "Review", right=True, spare=8),
    Column("fragile", "Fragile", right=True, spare=11),
    Column("resolved", "Resolved", right=True, spare=10),
)
_MEASURED = (
    ("talk_share", "Talk %"),
    ("pace", "Pace /min"),
    ("dead_air_share", "Dead air %"),
    ("interruptions", "Interrupts"),
    ("first_response_s", "Response s"),
    ("hold_s", "Hold s"),
    ("handling_s", "Handling s"),
    ("pick_up_s", "Pick-up s"),
    ("empathy", "Empathy %"),
    ("positive", "Positive %"),
)
_MEASURES = tuple(
    Column(key, heading, right=True, spare=place) for place, (key, heading) in enumerate(_MEASURED)
)


def score_rows(
    cards: Sequence[AgentScorecard], naming: Naming, min_calls: int
) -> list[dict[str, object]]:
    """What the table of scores shows of each card."""
    return [_whose(card) | _scores(card, naming, min_calls) for card in cards]


def measure_rows(cards: Sequence[AgentScorecard], min_calls: int) -> list[dict[str, object]]:
    """What the table of measures shows of each card; calls without a verdict are measured too."""
    return [
        _whose(card) | {"calls": card.judged + card.not_judged} | _measures(card, min_calls)
        for card in cards
    ]


def score_columns(rows: Sequence[Mapping[str, Any]], by: str, width: int) -> list[Column]:
    """The columns of scores that a line of ``width`` characters has room for."""
    return _fitting((*_WHOSE, *_SCORES), rows, by, width)


def measure_columns(rows: Sequence[Mapping[str, Any]], by: str, width: int) -> list[Column]:
    """The columns of measures that a line of ``width`` characters has room for."""
    return _fitting((*_WHOSE[1:], *_MEASURES), rows, by, width)


def _fitting(
    columns: Sequence[Column], rows: Sequence[Mapping[str, Any]], by: str, width: int
) -> list[Column]:
    """The columns that make sense for what calls are gathered ``by``, have anything to show and
    fit."""
    unfit = {"agent": {"agents"}, "period": {"rank", "whose", "team"}}.get(by, {"team"})
    kept = [
        replace(column, heading=by.capitalize()) if column.key == "whose" else column
        for column in columns
        if column.key not in unfit
        and any(row.get(column.key) not in (None, "", {}) for row in rows)
    ]
    cells = {column.key: [table_cell(row.get(column.key)) for row in rows] for column in kept}
    return fitting(kept, cells, width)


def _whose(card: AgentScorecard) -> dict[str, object]:
    return {
        "rank": rank(card),
        "whose": card.label if card.named else "unknown",
        "period": _period(card.period) if card.period else None,
        "team": card.team,
        "agents": card.agents,
        "calls": card.judged,
    }


def _period(period: Period) -> str:
    """The period, of a week also its days: ``2026-W45 (11-02 to 11-08)``."""
    from qa_inspect.report.grouping import PeriodLength

    if period.length is not PeriodLength.WEEK:
        return period.label
    return f"{period.label} ({period.first:%m-%d} to {period.last:%m-%d})"


def _scores(card: AgentScorecard, naming: Naming, min_calls: int) -> dict[str, object]:
    index, distribution = card.index, card.distribution
    told = {
        name: found and naming.item(found.rubric, card.language, found.item)
        for name, found in (("best", card.best), ("worst", card.worst))
    }
    return {
        **told,
        "score": spread(card.score, min_calls) if card.score else None,
        "spread": histogram(distribution.counts) if distribution and small_charts.drawn() else None,
        "trend": changed_shortly(card.trend.score if card.trend else None),
        "index": f"{index.value:.0f}{'*' if index.note else ''}"
        if index and index.value is not None
        else None,
        "sections": {
            section.section or section.rubric: f"{section.score.mean:.0f}"
            for section in card.sections
        },
        "flags": sum(card.flags.values()),
        "review": card.needs_review,
        "fragile": f"{card.fragile} of {card.verdicts}" if card.fragile else None,
        "resolved": resolved(card),
    }


def _measures(card: AgentScorecard, min_calls: int) -> dict[str, object]:
    found = card.measures
    paces = [name for name in found if name.startswith("pace_")]
    pace = max(paces, key=lambda name: found[name].n, default="")
    told = {
        **{name: (name, value) for name, value in found.items()},
        "pace": (pace, found.get(pace)),
        "talk_share": ("talk_share", card.talk_share),
        "empathy": ("empathy", card.empathy_share),
        "positive": ("positive", card.positive_share),
    }
    return {
        key: measured(name, value, min_calls, unit=False)
        for key, _ in _MEASURED
        for name, value in [told.get(key, (key, None))]
        if value is not None
    }


def histogram(counts: Sequence[int]) -> str:
    """Counts as blocks, a dot where there is none: ``······▂▁█▅``."""
    drawn = small_charts.sparkline(counts, low=0)
    return "".join(block if n else "·" for block, n in zip(drawn, counts, strict=True))


def resolved(card: AgentScorecard) -> str | None:
    """Calls that were resolved, and of how many it is known: ``12 of 15``."""
    known = card.resolved
    return None if known is None else f"{round(known.mean * known.n)} of {known.n}"
