"""``qa-inspect flags``: flagged calls, worst first."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import click

from qa_inspect.commands import options
from qa_inspect.commands.render import ROLE_STYLE, SEVERITY_STYLE, Column, clock, emit
from qa_inspect.domain import CallResult, Severity
from qa_inspect.errors import InputError

EPILOG = """\b
Examples:
  qa-inspect flags
  qa-inspect flags --flag abuse --min-severity high
  qa-inspect flags --since 2026-11-20 --json
"""

COLUMNS = (
    Column("severity", "Severity", styles=SEVERITY_STYLE),
    Column("flag", "Flag"),
    Column("sure", "Sure", right=True),
    Column("call_id", "Call"),
    Column("agent", "Agent"),
    Column("at", "At", right=True),
    Column("said_by", "By", styles=ROLE_STYLE),
    Column("quote", "Said", wrap=True),
)


@click.command("flags", epilog=EPILOG)
@options.db_option
@click.option("--flag", metavar="NAME", help="Only flags of this name, such as abuse.")
@click.option(
    "--min-severity",
    type=click.Choice([str(s) for s in Severity]),
    help="Only flags at least this grave.",
)
@options.since_option
@options.until_option
@options.format_options
def command(
    db: str,
    flag: str | None,
    min_severity: str | None,
    since: datetime | None,
    until: datetime | None,
    output: str,
) -> None:
    """Show flagged calls, the worst first, each with the words that raised the flag."""
    from qa_inspect.report.flagged import ranked_flags
    from qa_inspect.store.results import CallQuery, open_store

    least = Severity(min_severity) if min_severity else None
    query = CallQuery(flag=flag, min_severity=least or Severity.LOW, since=since, until=until)
    with open_store(db, create=False) as store:
        found = ranked_flags(store.calls(query, words=False), flag, least)
        if flag and not found:
            _refuse_unknown(flag, store.calls(CallQuery(min_severity=Severity.LOW), words=False))
    rows = [flagged.to_row() for flagged in found]
    if output == "table":
        rows = [
            row
            | {
                "sure": f"{row['confidence']:.0%}",
                "agent": row["agent_name"] or row["agent_id"],
                "at": clock(row["start_s"]),
            }
            for row in rows
        ]
    emit(rows, COLUMNS, output, "No flagged calls.")


def _refuse_unknown(name: str, flagged: Iterable[CallResult]) -> None:
    """A name that neither a pack nor a stored call knows is a slip of the pen."""
    from qa_inspect.rubric.load import available, read_rubric

    known = {flag.id for pack in available() for flag in read_rubric(pack.path).flags}
    known |= {flag.flag for call in flagged for flag in call.verdict.flags}
    if name not in known:
        raise InputError(
            f"no flag is called {name!r}",
            where="--flag",
            cure=f"known are {', '.join(sorted(known))}",
        )
