"""One agent's scorecard, as a team lead reads it: overall, sections, measures, what to play.

This module does not know how calls are gathered.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from qa_inspect.commands import small_charts
from qa_inspect.commands.render import Column, calls, clock, console, emit
from qa_inspect.commands.scorecard_table import histogram, resolved
from qa_inspect.commands.scorecard_words import (
    changed,
    compared,
    compared_days,
    compared_measure,
    left_out,
    measured,
    spread,
)
from qa_inspect.rubric import wording

if TYPE_CHECKING:
    from qa_inspect.report.part_names import Naming
    from qa_inspect.report.scorecard_values import AgentScorecard, Example, ItemRate
    from qa_inspect.report.trend import Change, Stretch, Trend

_LABEL = 12
"""Characters of the words that stand before a figure."""
_DAYS = 30
"""So many of the last days are drawn."""
_QUARTERS = 4
"""Fewer scores have no quartiles."""
_ITEMS = 8
"""So many of the items that failed are listed, those to coach first."""
_FAILED = (
    Column("name", "Failed items"),
    Column("passed", "Passed", right=True),
    Column("call", "Play"),
    Column("at", "At", right=True),
)


def print_card(
    card: AgentScorecard, naming: Naming, min_calls: int, *, of_period: bool = False
) -> None:
    """Print the scorecard for people, as wide as the terminal. ``of_period`` says that its calls
    are those of the days that the trend compares with the days before."""
    click.echo(click.style(_title(card), bold=True))
    for label, told in _overall(card, min_calls, of_period=of_period):
        _line(label, told)
    click.echo("")
    for found, label in ((card.worst, "To coach"), (card.best, "Best")):
        if found is not None:
            _print_item(label, card, found, naming)
    _print_sections(card, naming, min_calls, of_period=of_period)
    _print_failed(card, naming)
    _print_measures(card, naming, min_calls, of_period=of_period)
    if card.flags:
        names = (
            f"{naming.flag('', card.language, flag)} {count}" for flag, count in card.flags.items()
        )
        _line("Flags", "; ".join(names))


def _title(card: AgentScorecard) -> str:
    known = card.label if card.named else "unknown agent"
    if card.agent_id and card.agent_id != known:
        known += f" ({card.agent_id})"
    return f"{known}, {card.team}" if card.team else known


def _overall(card: AgentScorecard, min_calls: int, *, of_period: bool) -> Iterator[tuple[str, str]]:
    yield "Calls", _counted(card)
    if card.score is not None:
        few = "" if card.enough else f"; too few calls to compare, {min_calls} are needed"
        known = "" if card.score.n == card.judged else f", {calls(card.score.n)} with a score"
        yield "Score", f"{spread(card.score, min_calls)}{known}{few}"
    spread_of = card.distribution
    if spread_of is not None and sum(spread_of.counts) >= _QUARTERS:
        drawn = f"{histogram(spread_of.counts)}  " if small_charts.drawn() else ""
        yield (
            "Scores",
            f"{drawn}half lie from {spread_of.lower_quartile:.0f} to "
            f"{spread_of.upper_quartile:.0f}, the middle is {spread_of.median:.0f}, "
            f"all from {spread_of.lowest:.0f} to {spread_of.highest:.0f}",
        )
    if card.trend is not None and card.trend.score is not None:
        yield "Trend", _trend(card.trend.score, card.trend, of_period=of_period)
    if small_charts.drawn() and len(card.by_day) > 1:
        days = card.by_day[-_DAYS:]
        drawn = small_charts.sparkline([day.score.mean for day in days])
        yield "By day", f"{days[0].day} {drawn} {days[-1].day}"
    index = card.index
    if index is not None and index.value is not None:
        yield "Index", f"{index.value:.0f}{f' ({index.note})' if index.note else ''}"
    yield from _recommended(card)
    done = resolved(card)
    if done:
        yield "Resolved", f"{done} calls, nobody called again"
    for rubric, bands in card.bands.items():
        named = ", ".join(f"{band} {count}" for band, count in bands.items())
        yield "Bands", f"{rubric}: {named}"
    if card.fragile:
        yield (
            "Fragile",
            (
                f"{card.fragile} of {wording.count(card.verdicts, 'verdict')} would be another if "
                "who is who, or words hardly heard, were taken otherwise"
            ),
        )


def _recommended(card: AgentScorecard) -> Iterator[tuple[str, str]]:
    from qa_inspect.rubric.index import Part

    for part in card.index.parts if card.index else ():
        if part.part is Part.NPS and part.reported is not None:
            rated = calls(part.calls)
            yield "NPS", f"{wording.signed(part.reported)} (from −100 to +100, {rated} rated)"


def _counted(card: AgentScorecard) -> str:
    left = left_out([card])
    return f"{card.judged} judged" + (f"; not counted: {left}" if left else "")


def _trend(found: Change, trend: Trend, *, of_period: bool) -> str:
    from qa_inspect.report.trend import Told

    now, before = compared_days(trend, of_period=of_period)
    lately = f"{now} {found.now.mean:.1f} in {calls(found.now.n)}"
    apart, earlier = found.difference, found.before
    if earlier is None or apart is None:
        return f"{lately}, none {_days(trend.before)}"
    interval = (
        f" ({apart.low:+.0f} to {apart.high:+.0f})"
        if found.told is not Told.TOO_FEW and apart.low is not None and apart.high is not None
        else ""
    )
    return (
        f"{lately}, {before} {earlier.mean:.1f} in {calls(earlier.n)} ({_days(trend.before)}): "
        f"{changed(found)}{interval}"
    )


def _days(stretch: Stretch) -> str:
    from datetime import timedelta

    first = stretch.since.date()
    last = (stretch.until - timedelta(microseconds=1)).date()
    return f"on {first}" if first == last else f"from {first} to {last}"


def _print_item(label: str, card: AgentScorecard, found: ItemRate, naming: Naming) -> None:
    example = found.to_coach if label == "To coach" else found.good_example
    name = naming.item(found.rubric, card.language, found.item)
    _line(label, f"{name}: passed in {found.passed} of {calls(found.rate.n)}")
    if example is not None:
        _line("", f"play {_played(example)}")
        if example.explanation:
            _line("", example.explanation)


def _played(example: Example) -> str:
    at = "" if example.start_s is None else f" at {clock(example.start_s)}"
    said = f" {wording.quote(example.quote)}" if example.quote else ""
    return f"{example.call_id}{at}{said}"


def _line(label: str, told: str) -> None:
    """A figure behind its name, its further lines below it."""
    from rich.text import Text

    on = console()
    for place, line in enumerate(Text(told).wrap(on, on.width - _LABEL)):
        name = click.style(f"{label:<{_LABEL}}", dim=True) if place == 0 else " " * _LABEL
        click.echo(f"{name}{line.plain.rstrip()}")


def _columns(heading: str, mean: str, card: AgentScorecard, *, of_period: bool) -> list[Column]:
    """A figure of all calls, and what the trend compares."""
    columns = [
        Column("name", heading),
        Column("mean", mean, right=True),
        Column("calls", "Calls", right=True),
    ]
    if card.trend is None:
        return columns
    now, before = compared_days(card.trend, of_period=of_period)
    lately = [] if of_period else [Column("now", now.capitalize(), right=True)]
    earlier = Column("before", before.capitalize(), right=True)
    return [*columns, *lately, earlier, Column("trend", "Trend")]


def _print_sections(
    card: AgentScorecard, naming: Naming, min_calls: int, *, of_period: bool
) -> None:
    trends = card.trend.sections if card.trend else {}
    rows = [
        {
            "name": naming.section(one.rubric, card.language, one.section),
            "mean": spread(one.score, min_calls),
            "calls": one.score.n,
            **compared(trends.get((one.rubric, one.section))),
        }
        for one in card.sections
    ]
    if rows:
        emit(rows, _columns("Section", "Score", card, of_period=of_period), "table", "")


def _print_failed(card: AgentScorecard, naming: Naming) -> None:
    failed = [item for item in card.items if item.rate.mean < 1]
    failed.sort(key=lambda item: (-item.harm, -item.rate.n))
    rows = [
        {
            "name": naming.item(item.rubric, card.language, item.item),
            "passed": f"{item.passed} of {item.rate.n}",
            "call": item.to_coach.call_id if item.to_coach else None,
            "at": clock(item.to_coach.start_s) if item.to_coach else None,
        }
        for item in failed[:_ITEMS]
    ]
    if len(rows) > 1:
        emit(rows, _FAILED, "table", "")


def _print_measures(
    card: AgentScorecard, naming: Naming, min_calls: int, *, of_period: bool
) -> None:
    trends = card.trend.measures if card.trend else {}
    rows = [
        {
            "name": _measure_name(card, name, naming),
            "mean": measured(name, found, min_calls),
            "calls": found.n,
            **compared_measure(name, trends.get(name)),
        }
        for name, found in card.every_measure.items()
    ]
    if rows:
        emit(rows, _columns("Measure", "Mean", card, of_period=of_period), "table", "")


def _measure_name(card: AgentScorecard, name: str, naming: Naming) -> str:
    from qa_inspect.report.call_figures import TALK_SHARE
    from qa_inspect.report.call_measures import MEASURES

    if name == TALK_SHARE:
        return "Talk share"
    if name in MEASURES:
        return MEASURES[name].title
    rubric = next((item.rubric for item in card.items if item.item == name), "")
    return f"{naming.item(rubric, card.language, name)}, share of the agent's turns"
