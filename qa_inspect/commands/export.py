"""``qa-inspect export``: the tables, for Excel, BI tools and programs."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from qa_inspect.commands import options

EPILOG = """\b
Examples:
  qa-inspect export --out tables --format xlsx
  qa-inspect export --out tables --format parquet --since 2026-11-01
"""


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
def command(db: str, out: Path, kind: str, since: datetime | None, until: datetime | None) -> None:
    """Write the tables calls, utterances, checks and flags (columns: docs/data-dictionary.md)."""
    from qa_inspect.report.export import export_tables
    from qa_inspect.store.results import CallQuery, open_store

    with open_store(db, create=False) as store:
        for path in export_tables(store.calls(CallQuery(since=since, until=until)), out, kind):
            click.echo(path)
