"""``qa-inspect flags``: flagged calls, worst first."""

from __future__ import annotations

from datetime import datetime

import click

from qa_inspect.commands import options
from qa_inspect.commands.render import SEVERITY_STYLE, Column, clock, emit
from qa_inspect.domain import Severity

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
