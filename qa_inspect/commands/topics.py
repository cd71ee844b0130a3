"""``qa-inspect topics``: what calls are about, most frequent terms, what rose."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from qa_inspect.commands import options
from qa_inspect.commands.render import Column, emit, emit_json

EPILOG = """\b
Examples:
  qa-inspect topics
  qa-inspect topics --since 2026-11-20
  qa-inspect topics --since 2026-11-16 --until 2026-11-22 --json
"""

COLUMNS = (
    Column("language", "Language"),
    Column("term", "Term"),
    Column("calls", "Calls", right=True),
    Column("percent", "Share", right=True),
    Column("before_percent", "Before", right=True),
    Column("rose", "Rose", styles={"yes": "red"}),
)


@click.command("topics", epilog=EPILOG)
@options.db_option
@options.since_option
@options.until_option
@click.option("--limit", type=click.IntRange(1), default=15, show_default=True, metavar="N")
@options.format_options
def command(
    db: str, since: datetime | None, until: datetime | None, limit: int, output: str
) -> None:
    """Show the topics that manifests name and the terms that customers use most.

    With --since, terms are compared with the period of the same length before it; "rose" says
    that the growth is more than chance would give.
    """
    from qa_inspect.report.topics import find_topics
    from qa_inspect.store.results import CallQuery, open_store

    with open_store(db, create=False) as store:
        now = store.calls(CallQuery(since=since, until=until), words=False)
        found = find_topics(now, store.calls(_before(since, until), words=False) if since else ())
    rows = [term.to_row() for term in found.terms]
    if output == "json":
        rising = [term.to_row() for term in found.rising]
        emit_json({"topics": dict(found.topics), "terms": rows, "rising": rising})
        return
    if output == "table" and found.topics:
        named = ", ".join(f"{name} {count}" for name, count in found.topics.items())
        click.echo(f"Topics of the manifest: {named}")
    emit(_shown(rows, limit) if output == "table" else rows, COLUMNS, output, "No terms yet.")


def _before(since: datetime | None, until: datetime | None) -> Any:
    from qa_inspect.store.results import CallQuery

    if since is None:
        return CallQuery()
    end = until or datetime.now(since.tzinfo)
    return CallQuery(since=since - (end - since), until=since)


def _shown(rows: list[dict[str, Any]], limit: int) -> list[dict[str, Any]]:
    shown: list[dict[str, Any]] = []
    count: dict[str, int] = {}
    for row in rows:
        count[row["language"]] = count.get(row["language"], 0) + 1
        if count[row["language"]] <= limit:
            before = row["before_share"]
            shown.append(
                row
                | {
                    "percent": f"{row['share']:.0%}",
                    "before_percent": None if before is None else f"{before:.0%}",
                }
            )
    return shown
