"""``qa-inspect flags``: flagged calls, worst first, or the queue of calls for people to hear."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from qa_inspect.commands import options
from qa_inspect.commands.periods import why_empty
from qa_inspect.commands.render import ROLE_STYLE, SEVERITY_STYLE, Column, clock, emit, say
from qa_inspect.commands.small_charts import bar, drawn
from qa_inspect.domain import Severity
from qa_inspect.errors import InputError

if TYPE_CHECKING:
    from qa_inspect.report.part_names import Naming
    from qa_inspect.store.results import CallQuery, Store

EPILOG = """\b
Examples:
  qa-inspect flags
  qa-inspect flags --flag abuse --min-severity high
  qa-inspect flags --since 2026-11-20 --json
  qa-inspect flags --queue
  qa-inspect flags --budget 50 --since 2026-11-20 --format csv
"""

MOST_SHOWN = 300
"""Flags that a screen lists, the gravest; more take long to draw, and nobody reads them there."""

_BY_ANOTHER = "other"
"""Said of an older call that stands among the new ones for another call of its customer."""

COLUMNS = (
    Column("severity", "Severity", styles=SEVERITY_STYLE, spare=1),
    Column("flag", "Flag", wrap=True, most=20),
    Column("sure", "Sure", right=True, spare=3),
    Column("call_id", "Call"),
    Column("agent", "Agent", most=24, spare=4),
    Column("at", "At", right=True),
    Column("said_by", "By", styles=ROLE_STYLE, spare=2),
    Column("quote", "Said", wrap=True),
)

QUEUE_COLUMNS = (
    Column("place", "#", right=True),
    Column("risk", "Risk", right=True),
    Column("why", "Why", styles={"random check": "cyan", "other signs": "dim"}),
    Column("since", "New", styles={"new": "green"}, spare=1),
    Column("severity", "Severity", styles=SEVERITY_STYLE, spare=3),
    Column("flags", "Flags", wrap=True, most=26),
    Column("call_id", "Call", wrap=True),
    Column("agent", "Agent", most=24, spare=4),
    Column("at", "At", right=True),
    Column("said", "Said", wrap=True),
    Column("also", "Same customer", wrap=True, most=16, spare=2),
)


@click.command("flags", epilog=EPILOG)
@options.db_option
@click.option("--flag", metavar="NAME", help="Only flags of this name, such as abuse.")
@click.option(
    "--min-severity",
    type=click.Choice([str(s) for s in Severity]),
    help="Only flags at least this grave.",
)
@click.option(
    "--queue",
    "as_queue",
    is_flag=True,
    help="One row a call, new calls first, then the riskiest; one row a customer.",
)
@click.option(
    "--budget",
    type=click.IntRange(1),
    metavar="N",
    help="The N calls most worth a person's time, with random checks among them.",
)
@click.option(
    "--random-share",
    type=click.FloatRange(0, 1),
    show_default="0.1",
    metavar="SHARE",
    help="Share of the budget that is drawn by lot from the calls without a flag below the cut.",
)
@options.since_option
@options.until_option
@options.format_options
def command(
    db: str,
    flag: str | None,
    min_severity: str | None,
    as_queue: bool,
    budget: int | None,
    random_share: float | None,
    since: datetime | None,
    until: datetime | None,
    output: str,
) -> None:
    """Show flagged calls, the worst first, each with the words that raised the flag.

    With --queue or --budget each call is one row, and a customer's worst call stands for the
    others. Calls where a person may be in danger come first, for a week; then those of the latest
    day: critical ones, then by risk (0-100, from severity and confidence). Random checks are the
    same for the same day; the share of them that should have been flagged is what flags miss.
    """
    from qa_inspect.store.flagged import flag_names
    from qa_inspect.store.results import CallQuery, open_store

    if random_share is not None and budget is None:
        raise click.UsageError("--random-share is a share of --budget; give both")
    least = Severity(min_severity) if min_severity else None
    query = CallQuery(since=since, until=until)
    with open_store(db, create=False) as store:
        if flag and not store.count(CallQuery(flag=flag)):
            flag = _flag_named(flag, flag_names(store))
        nothing = why_empty(store, query, "No flagged calls.")
        if as_queue or budget is not None:
            _emit_queue(store, query, (flag, least), (budget, random_share), output, nothing)
        else:
            _emit_flags(store, query, flag, least, output, nothing)


def _emit_flags(
    store: Store,
    query: CallQuery,
    flag: str | None,
    least: Severity | None,
    output: str,
    nothing: str,
) -> None:
    from qa_inspect.report.flagged import ranked_flags
    from qa_inspect.store.flagged import flagged_calls

    asked = replace(query, flag=flag, min_severity=least)
    found = ranked_flags(flagged_calls(store, asked), flag, least)
    rows = [flagged.to_row() for flagged in found]
    if output == "table":
        naming = _naming()
        rows = [
            row
            | {
                "flag": naming.flag("", None, row["flag"]),
                "sure": f"{row['confidence']:.0%}",
                "agent": row["agent_name"] or row["agent_id"],
                "at": clock(row["start_s"]),
            }
            for row in rows[:MOST_SHOWN]
        ]
    emit(rows, COLUMNS, output, nothing)
    if output == "table" and len(found) > MOST_SHOWN:
        say(f"The {MOST_SHOWN} gravest of {len(found)} flags; --format csv lists all.", dim=True)
    if output == "table" and drawn():
        _chart(Counter(naming.flag("", None, one.flag.flag) for one in found))


def _chart(counts: Counter[str]) -> None:
    """How often each flag was raised, the most frequent first."""
    most = max(counts.values(), default=0)
    width = max(map(len, counts), default=0)
    for flag, count in counts.most_common():
        click.echo(f"{flag:<{width}}  {count:>4}  {bar(count / most, 30)}")


def _emit_queue(
    store: Store,
    query: CallQuery,
    wanted: tuple[str | None, Severity | None],
    workload: tuple[int | None, float | None],
    output: str,
    nothing: str,
) -> None:
    from qa_inspect.report.queue import RANDOM_SHARE, queue_in_store

    budget, share = workload
    share = RANDOM_SHARE if share is None else share
    found = queue_in_store(store, query, *wanted, budget, share)
    rows = [queued.to_row(place) for place, queued in enumerate(found, start=1)]
    if output == "table":
        naming = _naming()
        rows = [
            row
            | {
                "flags": "; ".join(naming.flag("", None, flag) for flag in row["flags"]),
                "since": _newness(row),
                "agent": row["agent_name"] or row["agent_id"],
                "at": clock(row["start_s"]),
                "said": _said(row),
                "also": _also(len(row["other_calls"]), row["other_calls_new"]),
            }
            for row in rows
        ]
    columns = [c for c in QUEUE_COLUMNS if c.key != "why" or budget is not None]
    emit(rows, columns, output, nothing)
    if output == "table" and any(row["since"] == _BY_ANOTHER for row in rows):
        say(
            f"“{_BY_ANOTHER}” under New: an older call, shown before newer ones because another "
            "flagged call of its customer is new.",
            dim=True,
        )
    checks = [row for row in found if row.drawn_from is not None]
    if output == "table" and checks:
        click.echo(
            f"{len(checks)} of the {checks[0].drawn_from} calls without a flag below the cut are "
            "random checks: the share of them that should have been flagged is what the flags miss."
        )


def _newness(row: Mapping[str, Any]) -> str | None:
    if row["new"] is False and row["other_calls_new"]:
        return _BY_ANOTHER
    return {True: "new", False: None, None: "?"}[row["new"]]


def _said(row: Mapping[str, Any]) -> str:
    """Who said what; of a call without a flag, its milder signs."""
    if not row["quote"]:
        return "; ".join(row["signs"])
    said = f"{row['said_by']}: {row['quote']}" if row["said_by"] else str(row["quote"])
    return f"A person may be in danger. {said}" if row["danger"] else said


def _also(others: int, new: int) -> str:
    """``2 more calls (1 new)``; empty without others."""
    if not others:
        return ""
    return f"{others} more call{'s' if others > 1 else ''}" + (f" ({new} new)" if new else "")


def _flag_named(name: str, raised: Collection[str]) -> str:
    """The id of the flag of that id or title. A name that neither a pack nor a stored call knows is
    a slip of the pen: raises InputError."""
    from qa_inspect.rubric.load import available, read_rubric

    packs = [read_rubric(pack.path) for pack in available()]
    known = {*raised, *(flag.id for pack in packs for flag in pack.flags)}
    titled = {f.title.casefold(): f.id for pack in packs for f in pack.flags}
    found = name if name in known else titled.get(name.casefold())
    if found is None:
        raise InputError(
            f"no flag is called {name!r}",
            where="--flag",
            cure=f"known are {', '.join(sorted(known))}",
        )
    return found


def _naming() -> Naming:
    """The flags' names for people, as the report has them."""
    from qa_inspect.report.catalogue import Catalogue
    from qa_inspect.report.part_names import Naming
    from qa_inspect.report.titles import shipped_titles

    return Naming(shipped_titles(languages={"en"}), Catalogue("en"))
