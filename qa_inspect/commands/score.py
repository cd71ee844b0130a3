"""``qa-inspect score``: judges stored calls again, without audio."""

from __future__ import annotations

from datetime import datetime

import click

from qa_inspect.commands import options
from qa_inspect.commands.main import EXIT_STOPPED
from qa_inspect.commands.render import Column, calls, emit, say

EPILOG = """\b
Examples:
  qa-inspect score
  qa-inspect score --rubric rubrics/support.en.yaml --diff --dry-run
  qa-inspect score --since 2026-11-01 --diff --json
"""

COLUMNS = (
    Column("call_id", "Call"),
    Column("agent_id", "Agent"),
    Column("score_before", "Before", right=True),
    Column("score_after", "After", right=True),
    Column("moved", "Items that changed", wrap=True),
    Column("flags_gained", "Flags gained", wrap=True),
    Column("flags_lost", "Flags lost", wrap=True),
)


@click.command("score", epilog=EPILOG)
@options.db_option
@options.rubric_option
@options.since_option
@click.option("--diff", is_flag=True, help="List the calls whose score, checks or flags change.")
@click.option("--dry-run", is_flag=True, help="Keep the old verdicts; only show what would move.")
@click.option(
    "--jobs", type=click.IntRange(1, 64), metavar="N", help="Processes at once. Default: the cores."
)
@options.format_options
@click.pass_context
def command(
    ctx: click.Context,
    /,
    db: str,
    rubrics: tuple[str, ...],
    since: datetime | None,
    diff: bool,
    dry_run: bool,
    jobs: int | None,
    output: str,
) -> None:
    """Score stored calls again with the rubrics as they are now. Needs no audio."""
    from qa_inspect.batch.inspect import Judge
    from qa_inspect.batch.rescore import rescore
    from qa_inspect.store.results import CallQuery, open_store

    judge = Judge(rubrics)
    judge.check()
    with open_store(db, create=False) as store:
        moved, count = [], 0
        query = CallQuery(since=since)
        try:
            for change in rescore(store, judge, query, write=not dry_run, jobs=jobs):
                count += 1
                if change.changed:
                    moved.append(change.to_dict())
        except KeyboardInterrupt:
            kept = "Nothing was kept." if dry_run else "What was scored is kept; score again."
            say(f"\nStopped after {calls(count)}. {kept}", fg="yellow")
            ctx.exit(EXIT_STOPPED)
    if diff or output != "table":
        rows = [
            row | {"moved": _moved(row["checks"])} if output == "table" else row for row in moved
        ]
        emit(rows, COLUMNS, output, "No call changes.")
    verb = "would change" if dry_run else "changed"
    say(f"{calls(count)} scored, {len(moved)} {verb}.")


def _moved(checks: list[dict[str, str | None]]) -> list[str]:
    return [f"{c['item']} {c['before'] or 'new'} → {c['after'] or 'gone'}" for c in checks]
