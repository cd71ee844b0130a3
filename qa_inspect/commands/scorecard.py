"""``qa-inspect scorecard``: how each agent, team, market, language or period does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qa_inspect.commands import options
from qa_inspect.commands.agents import agent_in_store
from qa_inspect.commands.periods import why_empty
from qa_inspect.commands.render import calls, console, emit, say
from qa_inspect.commands.scorecard_csv import flat_rows
from qa_inspect.errors import InputError

if TYPE_CHECKING:
    from qa_inspect.report.part_names import Naming
    from qa_inspect.report.scorecard_values import AgentScorecard
    from qa_inspect.report.trend import Stretch
    from qa_inspect.rubric.index import IndexRule
    from qa_inspect.rubric.schema import Rubric
    from qa_inspect.store.results import CallQuery, Store

_NOTES = 5
"""Scorecards of which each may have a line of its own below the table."""

EPILOG = """\b
Examples:
  qa-inspect scorecard
  qa-inspect scorecard --agent A17 --since 2026-11-01
  qa-inspect scorecard --by team --index our-index.yaml
  qa-inspect scorecard --by agent --period week
  qa-inspect scorecard --by market --measures
  qa-inspect scorecard --rubric our-rules.yaml
  qa-inspect scorecard --team returns --format csv > returns.csv
"""

GROUPINGS = ("agent", "team", "market", "language", "period")
PERIODS = ("day", "week", "month")


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the options ask for."""

    query: CallQuery
    by: str
    period: str | None
    min_calls: int
    rule: IndexRule
    shown: str

    @property
    def is_quick(self) -> bool:
        """Whether the figures that are kept beside calls hold all of it."""
        plain = self.period is None and self.query.since is None and self.by != "period"
        return plain and (self.query.agent_id is None or self.by != "agent")


@click.command("scorecard", epilog=EPILOG)
@options.db_option
@click.option("--agent", metavar="ID|NAME", help="Only this agent; shown as one card.")
@click.option("--team", metavar="T", help="Only this team.")
@click.option("--market", metavar="M", help="Only this market.")
@options.since_option
@options.until_option
@click.option(
    "--min-calls",
    type=click.IntRange(1),
    metavar="N",
    help="Calls an agent needs for a rank.  [default: 10]",
)
@click.option(
    "--by",
    type=click.Choice(GROUPINGS),
    default="agent",
    show_default=True,
    help="What the calls of one scorecard have in common.",
)
@click.option(
    "--period",
    type=click.Choice(PERIODS),
    help="A scorecard for each day, week (from Monday on) or month.  "
    "[default with --by period: week]",
)
@click.option(
    "--measures", is_flag=True, help="In the table, show talk, pace and times instead of scores."
)
@options.index_option
@options.titles_option
@options.format_options
def command(
    db: str,
    agent: str | None,
    team: str | None,
    market: str | None,
    since: datetime | None,
    until: datetime | None,
    min_calls: int | None,
    by: str,
    period: str | None,
    measures: bool,
    index_file: Path | None,
    rubrics: tuple[str, ...],
    output: str,
) -> None:
    """Show a scorecard for each agent: mean score with its 95 % interval, sections, what to coach.

    With --json, `index_parts` holds each part of the index from 0 to 100 (`score`) and as it is
    usually told (`reported`: NPS from -100 to +100). `items` holds the share of calls (0–1) in
    which an item passed in full; one that earned a part of its points did not pass.

    The trend compares with the stretch of the same length before --since; with --period, with the
    period before; else the last seven days of the calls with the seven before them. It says better
    or worse only where the 95 % interval of the difference leaves 0 out.

    The index joins customer rating (CSAT), inspection and NPS; a * marks one with parts missing.
    Calls that need review and calls that failed are counted, but do not count towards scores.
    """
    from qa_inspect.commands.rubric import chosen
    from qa_inspect.report.scorecards import MIN_CALLS
    from qa_inspect.rubric.index import load_index
    from qa_inspect.store.results import CallQuery, open_store

    rule = load_index(index_file)
    own = tuple(chosen(rubrics)) if rubrics else ()
    shown = "everything" if output != "table" else "measures" if measures else "scores"
    with open_store(db, create=False) as store:
        whose = agent_in_store(store, agent)
        query = CallQuery(agent_id=whose, team=team, market=market, since=since, until=until)
        asked = _Asked(query, by, period, min_calls or MIN_CALLS, rule, shown)
        cards = _gathered(store, asked)
        nothing = "" if cards else why_empty(store, query, "No calls yet.")
    if not cards:
        _refuse(query, db)
    if whose is not None:  # one agent's calls are compared with nobody's
        cards = tuple(replace(card, rank=None, rank_to=None) for card in cards)
    if output == "csv":
        emit(flat_rows([card.to_row() for card in cards]), (), output, "")
    elif output == "json":
        emit([card.to_row() for card in cards], (), output, "")
    elif not cards:
        click.echo(nothing)
    else:
        _print(cards, asked, own, measures=measures)


def _gathered(store: Store, asked: _Asked) -> tuple[AgentScorecard, ...]:
    """The scorecards asked for."""
    from qa_inspect.report.grouping import Grouping, PeriodLength, midnight
    from qa_inspect.report.resolution import resolutions
    from qa_inspect.report.scorecards import agent_scorecards

    if asked.is_quick:
        found = _from_kept_figures(store, asked)
        if found is not None:
            return found
    length = PeriodLength(asked.period) if asked.period else None
    if length is None and asked.by == Grouping.PERIOD:
        length = PeriodLength.WEEK
    stretch, query = stretch_of(store, asked.query), asked.query
    if stretch is not None:
        earlier = stretch.before.since
        if length is not None:
            earlier = midnight(length.of(stretch.since.date()).previous.first)
        query = replace(query, since=earlier, until=stretch.until)
    return agent_scorecards(
        store.calls(query, words="when asked for"),
        min_calls=asked.min_calls,
        index=asked.rule,
        by=Grouping(asked.by),
        period=length,
        stretch=stretch,
        resolutions=resolutions(store),
        latest=latest_of_all(store, asked.query),
    )


def _from_kept_figures(store: Store, asked: _Asked) -> tuple[AgentScorecard, ...] | None:
    """The scorecards asked for, without reading whole calls; None where figures cannot be kept."""
    from qa_inspect.report.gathering import Shown
    from qa_inspect.report.grouping import Grouping
    from qa_inspect.report.kept_figures import kept_scorecards

    return kept_scorecards(
        store,
        asked.query,
        by=Grouping(asked.by),
        min_calls=asked.min_calls,
        index=asked.rule,
        shown=Shown(asked.shown),
        latest=latest_of_all(store, asked.query),
    )


def latest_of_all(store: Store, query: CallQuery) -> datetime | None:
    """When the latest call of all (before the end asked for) began: trends of one agent or team
    count their weeks from it, as everybody's do. Raises StoreError."""
    from qa_inspect.store.codec import epoch_s
    from qa_inspect.store.history import latest_started

    with store.reading() as connection:
        return latest_started(connection, None if query.until is None else epoch_s(query.until))


def stretch_of(store: Store, query: CallQuery) -> Stretch | None:
    """The time asked for, up to the end of the latest call's day where no end is given; None
    without a beginning."""
    from qa_inspect.report.grouping import midnight
    from qa_inspect.report.trend import Stretch
    from qa_inspect.store.history import latest_start

    if query.since is None:
        return None
    if query.until is not None:
        return Stretch(query.since, query.until)
    with store.reading() as connection:
        latest_s = latest_start(connection)
    latest = query.since if latest_s is None else datetime.fromtimestamp(latest_s, UTC)
    after = midnight(max(latest, query.since).date() + timedelta(days=1))
    return Stretch(query.since, after)


def _refuse(query: CallQuery, db: str) -> None:
    """Raises InputError where somebody was asked for of whom there are no calls."""
    asked = {"agent": query.agent_id, "team": query.team, "market": query.market}
    named = [f"{what} {name!r}" for what, name in asked.items() if name is not None]
    if named:
        raise InputError(
            f"no calls of {' and '.join(named)} in that period",
            where=db,
            cure="`qa-inspect scorecard --by team` (or market) lists those there are; ask for a "
            "longer period",
        )


def _print(
    cards: Sequence[AgentScorecard], asked: _Asked, own: Sequence[Rubric], *, measures: bool
) -> None:
    """The table, or one agent's card, and what has to be known to read it."""
    from qa_inspect.commands import scorecard_card, scorecard_table

    width = console().width
    whole = asked.by == "agent" and asked.period is None and not measures
    if asked.query.agent_id is not None and whole:
        of_period = asked.query.since is not None
        named = _naming(cards, own, flags=True)
        scorecard_card.print_card(cards[0], named, asked.min_calls, of_period=of_period)
    elif measures:
        rows = scorecard_table.measure_rows(cards, asked.min_calls)
        emit(rows, scorecard_table.measure_columns(rows, asked.by, width), "table", "")
    else:
        rows = scorecard_table.score_rows(cards, _naming(cards, own), asked.min_calls)
        emit(rows, scorecard_table.score_columns(rows, asked.by, width), "table", "")
        _say_what_is_left_out(cards)
        ranked = asked.by != "period" and asked.query.agent_id is None
        if ranked and any(_is_alone(card) for card in cards):
            say("A dash for a rank: nobody else there has enough calls for one.", dim=True)
    _say_what_is_missing(cards, asked.rule)
    if any(card.resolved for card in cards):
        from qa_inspect.report.resolution import DEFINITION

        say(DEFINITION, dim=True)
    say(
        "In brackets: the 95 % interval of the mean. A trend is unclear where no difference can "
        "be told.",
        dim=True,
    )
    if any(card.fragile for card in cards):
        say(
            "Fragile: verdicts that would be others if who is who, or words hardly heard, were "
            "taken otherwise.",
            dim=True,
        )
    if any(not card.enough for card in cards):
        say(
            f"Too few: no rank, interval or trend with fewer than {asked.min_calls} judged calls.",
            dim=True,
        )


def _is_alone(card: AgentScorecard) -> bool:
    """Whether a group has enough calls for a rank and none to be ranked with."""
    return card.enough and card.named and card.rank is None


def _say_what_is_left_out(cards: Sequence[AgentScorecard]) -> None:
    from qa_inspect.commands.scorecard_words import left_out

    told = left_out(cards)
    if told:
        say(f"Not counted in scores: {told}.", dim=True)


def _naming(
    cards: Sequence[AgentScorecard], rubrics: Sequence[Rubric], *, flags: bool = False
) -> Naming:
    """Titles of items and sections, and of ``flags``, as the report has them."""
    from qa_inspect.report import titles
    from qa_inspect.report.catalogue import Catalogue
    from qa_inspect.report.part_names import Naming

    spoken = {card.language for card in cards if card.language}
    judged = {item.rubric for card in cards for item in card.items}
    names = None if flags else judged
    shipped = titles.shipped_titles(others=rubrics, languages=spoken | {"en"}, names=names)
    return Naming(shipped, Catalogue("en"))


def _say_what_is_missing(cards: Sequence[AgentScorecard], rule: IndexRule) -> None:
    """The indexes that were made without a part, and how many there are none of."""
    partly = [c for c in cards if c.index and c.index.value is not None and c.index.note]
    for card in partly if len(partly) <= _NOTES else ():
        whose = card.label if card.named else "unknown"
        say(f"* {rule.index} of {whose} is {card.index.note if card.index else ''}.", dim=True)
    if len(partly) > _NOTES:
        told = f"* {rule.index} of {len(partly)} of {len(cards)} is made without a part"
        say(f"{told}; `--agent ID` or `--json` says which.", dim=True)
    without = sum(card.index is None or card.index.value is None for card in cards)
    if without:
        say(
            f"No {rule.index.lower()} {'here' if without == len(cards) else f'for {without}'}: "
            f"it needs what customers answered (CSAT, NPS) in {calls(rule.min_answers)} or more.",
            dim=True,
        )
