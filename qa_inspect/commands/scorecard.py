"""``qa-inspect scorecard``: how each agent does."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qa_inspect.commands import options
from qa_inspect.commands.render import Column, calls, console, emit, say
from qa_inspect.errors import InputError

if TYPE_CHECKING:
    from qa_inspect.domain import CallResult
    from qa_inspect.report.scorecards import AgentScorecard
    from qa_inspect.rubric.index import IndexRule
    from qa_inspect.rubric.schema import Rubric

EPILOG = """\b
Examples:
  qa-inspect scorecard
  qa-inspect scorecard --agent A17 --since 2026-11-01
  qa-inspect scorecard --by team --index our-index.yaml
  qa-inspect scorecard --rubric our-rules.yaml
  qa-inspect scorecard --team returns --format csv > returns.csv
"""

COLUMNS = (
    Column("rank_shown", "Rank", right=True),
    Column("agent", "Agent"),
    Column("team", "Team"),
    Column("calls", "Calls", right=True),
    Column("score_shown", "Score", right=True),
    Column("index_shown", "Index", right=True),
    Column("sections_shown", "Sections", wrap=True),
    Column("best_item", "Best", wrap=True, most=14),
    Column("worst_item", "To coach", wrap=True, most=14),
    Column("flags_shown", "Flags", right=True),
    Column("needs_review", "Review", right=True),
    Column("fragile_shown", "Fragile", right=True),
    Column("resolved_shown", "Resolved", right=True),
)

WIDE = ("best_item", "needs_review", "fragile_shown")
"""Columns that a narrow terminal has no room for; ``--json`` and ``--format csv`` tell them all."""
WIDTH = 140
"""Letters in a line from which there is room for all columns."""

Spoken = defaultdict[str | None, Counter[str]]
"""Calls by language, of each agent or team."""


@click.command("scorecard", epilog=EPILOG)
@options.db_option
@click.option("--agent", metavar="ID", help="Only this agent.")
@click.option("--team", metavar="T", help="Only this team.")
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
    type=click.Choice(["agent", "team"]),
    default="agent",
    show_default=True,
    help="One scorecard for each agent, or for each team.",
)
@options.index_option
@options.titles_option
@options.format_options
def command(
    db: str,
    agent: str | None,
    team: str | None,
    since: datetime | None,
    until: datetime | None,
    min_calls: int | None,
    by: str,
    index_file: Path | None,
    rubrics: tuple[str, ...],
    output: str,
) -> None:
    """Show a scorecard for each agent: mean score with its 95 % interval, sections, what to coach.

    With --json, `items` holds the share of calls (0–1) in which an item passed in full; one that
    earned a part of its points did not pass.

    The index joins customer rating (CSAT), inspection and NPS; a * marks one with parts missing.
    Calls that need review and calls that failed are counted, but do not count towards scores.
    """
    from qa_inspect.commands.rubric import chosen
    from qa_inspect.report.resolution import DEFINITION, resolutions
    from qa_inspect.report.scorecards import MIN_CALLS, agent_scorecards
    from qa_inspect.rubric.index import load_index
    from qa_inspect.store.results import CallQuery, open_store

    rule = load_index(index_file)
    own = tuple(chosen(rubrics)) if rubrics else ()
    least = min_calls or MIN_CALLS
    query = CallQuery(agent_id=agent, team=team, since=since, until=until)
    spoken: Spoken = defaultdict(Counter)
    with open_store(db, create=False) as store:
        noted = _noting_languages(store.calls(query, words=False), spoken, by_team=by == "team")
        cards = agent_scorecards(
            noted,
            min_calls=least,
            index=rule,
            by_team=by == "team",
            resolutions=resolutions(store),
        )
    if (agent or team) and not cards:
        who = f"agent {agent!r}" if agent else f"team {team!r}"
        raise InputError(
            f"no calls of {who} in that period",
            where=db,
            cure="`qa-inspect scorecard` alone lists agents and teams",
        )
    rows = [card.to_row() for card in cards]
    if output == "table":
        rows = [
            _shown(row) | names for row, names in zip(rows, _named(cards, spoken, own), strict=True)
        ]
    emit(rows, _columns(console().width, by_team=by == "team"), output, "No calls yet.")
    if output == "table":
        _say_what_is_missing(rows, rule)
    if output == "table" and any(row["resolution_calls"] for row in rows):
        say(DEFINITION, dim=True)
    if output == "table" and any(not row["enough_calls"] for row in rows):
        say(f"No rank with fewer than {least} judged calls; ± is half the 95 % interval.", dim=True)


def _columns(width: int, *, by_team: bool) -> tuple[Column, ...]:
    """The columns that a line of ``width`` letters has room for."""
    return tuple(
        Column("agents", "Agents", right=True) if by_team and column.key == "agent" else column
        for column in COLUMNS
        if width >= WIDTH or column.key not in WIDE
    )


def _noting_languages(
    calls: Iterable[CallResult], spoken: Spoken, *, by_team: bool
) -> Iterator[CallResult]:
    """The calls as they come; ``spoken`` then counts each agent's (or team's) languages."""
    for call in calls:
        metadata, transcript = call.recording.metadata, call.transcript
        language = transcript.language if transcript else metadata.language
        if language:
            spoken[metadata.team if by_team else metadata.agent_id][language] += 1
        yield call


def _named(
    cards: Sequence[AgentScorecard], spoken: Spoken, rubrics: Sequence[Rubric]
) -> list[dict[str, object]]:
    """Each scorecard's best and worst item by title, as the report has them."""
    from qa_inspect.report.catalogue import Catalogue
    from qa_inspect.report.pages import Naming
    from qa_inspect.report.titles import shipped_titles

    languages = {language for counted in spoken.values() for language in counted}
    shipped = shipped_titles(others=rubrics, languages=languages | {"en"})
    naming = Naming(shipped, Catalogue("en"))
    named: list[dict[str, object]] = []
    for card in cards:
        most = spoken[card.team if card.of_team else card.agent_id].most_common(1)
        language = most[0][0] if most else None
        named.append(
            {
                key: rate and naming.item(rate.rubric, language, rate.item)
                for key, rate in (("best_item", card.best), ("worst_item", card.worst))
            }
        )
    return named


def _shown(row: dict[str, object]) -> dict[str, object]:
    score, low, high = row["score"], row["score_low"], row["score_high"]
    half = ""
    if isinstance(low, float) and isinstance(high, float) and high > low:
        half = f" ± {(high - low) / 2:.0f}"
    sections = row["sections"] if isinstance(row["sections"], dict) else {}
    whose = row["team"] if "agents" in row else row["agent_name"] or row["agent_id"]
    index, note = row["index"], row["index_note"]
    mark = "*" if note else ""
    return row | {
        "agent": row["agent_name"] or row["agent_id"] or "unknown",
        "whose": whose or "unknown",
        "index_shown": f"{index:.0f}{mark}" if isinstance(index, float) else None,
        "fragile_shown": _fragile(row["fragile_verdicts"], row["verdicts"]),
        "resolved_shown": _resolved(row["first_call_resolution"], row["resolution_calls"]),
        "rank_shown": _rank(row) if row["enough_calls"] else "too few",
        "flags_shown": sum(row["flags"].values()) if isinstance(row["flags"], dict) else None,
        "score_shown": f"{score:.0f}{half}" if isinstance(score, float) else None,
        "sections_shown": {
            name.split(".", 1)[-1]: f"{value:.0f}" for name, value in sections.items()
        },
    }


def _say_what_is_missing(rows: Sequence[dict[str, object]], rule: IndexRule) -> None:
    """Each index that was made without a part, and how many there are none of."""
    for row in rows:
        if row["index"] is not None and row["index_note"]:
            say(f"* {rule.index} of {row['whose']} is {row['index_note']}.", dim=True)
    without = sum(row["index"] is None for row in rows)
    if without:
        say(
            f"{without} of {len(rows)} without a {rule.index.lower()}: each part needs "
            f"{calls(rule.min_answers)} with an answer, and {rule.min_weight:g} % of the weight "
            "has to be there.",
            dim=True,
        )


def _fragile(fragile: object, verdicts: object) -> str | None:
    """The part of the verdicts that hinge on a doubt, and how many there are: ``3 of 160``."""
    return f"{fragile} of {verdicts}" if fragile else None


def _resolved(share: object, known: object) -> str | None:
    """Calls that were resolved, and of how many it is known: ``12 of 15``."""
    if not isinstance(share, float) or not isinstance(known, int):
        return None
    return f"{round(share * known)} of {known}"


def _rank(row: dict[str, object]) -> str:
    """A range where agents cannot be told apart, such as 1–3."""
    first, last = row["rank"], row["rank_to"]
    return f"{first}" if first == last else f"{first}–{last}"
