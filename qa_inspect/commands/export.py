"""``qa-inspect export``: the tables, for Excel, BI tools and programs."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import click

from qa_inspect.commands import options

EPILOG = """\b
Examples:
  qa-inspect export --out tables --format xlsx
  qa-inspect export --out tables --format parquet --since 2026-11-01
  qa-inspect export --out lake --format parquet --by-day --since 2026-11-20
"""


_CLOCKS_APART = timedelta(hours=26)


@click.command("export", epilog=EPILOG)
@options.db_option
@options.out_option
@click.option(
    "--format",
    "kind",
    type=click.Choice(["jsonl", "csv", "parquet", "xlsx"]),
    default="jsonl",
    show_default=True,
)
@options.since_option
@options.until_option
@click.option(
    "--by-day",
    is_flag=True,
    help="Parquet in a folder for each table and day (calls/day=2026-11-20/…). Only whole days "
    "from --since to --until are replaced, by the calls' own clocks, so it can be repeated safely.",
)
def command(
    db: str,
    out: Path,
    kind: str,
    since: datetime | None,
    until: datetime | None,
    by_day: bool,
) -> None:
    """Write the tables calls, utterances, checks and flags (columns: docs/data-dictionary.md)."""
    from qa_inspect.report.export import export_tables
    from qa_inspect.report.partitions import Days, export_by_day
    from qa_inspect.store.results import CallQuery, open_store

    if by_day and kind != "parquet":
        raise click.UsageError("--by-day is for Parquet; add --format parquet")
    with open_store(db, create=False) as store:
        if by_day:
            days = Days(
                first=since.date() if since else None,
                # an end is the first moment that is left out
                last=(until - timedelta(microseconds=1)).date() if until else None,
            )
            # A day on a call's own clock may begin or end a day away from this machine's.
            query = CallQuery(
                since=since and since - _CLOCKS_APART, until=until and until + _CLOCKS_APART
            )
            paths = export_by_day(store.calls(query), out, days)
        else:
            paths = export_tables(store.calls(CallQuery(since=since, until=until)), out, kind)
    for path in paths:
        click.echo(path)
