"""``qa-inspect status``: runs, and how many calls are done, failed or need review."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from qa_inspect.commands import options
from qa_inspect.commands.render import Column, calls, emit, emit_json
from qa_inspect.rubric.wording import count

if TYPE_CHECKING:
    from qa_inspect.store.ledger import Run
    from qa_inspect.store.work_standing import WorkStanding

EPILOG = """\b
Examples:
  qa-inspect status
  qa-inspect status --db /data/qa.db --json
"""

COLUMNS = (
    Column("run", "Run", right=True),
    Column("started_at", "Started"),
    Column("finished_at", "Finished"),
    Column("outcome", "Outcome"),
    Column("done", "Done", right=True),
    Column("failed", "Failed", right=True),
    Column("left", "Left", right=True),
    Column("speed", "× real time", right=True),
)

_UNFINISHED = {True: "still going", False: "cut off", None: "cut off or still going"}
"""How a run without an end is told, by whether its process lives."""
MOST_FAILED = 50
"""Failed calls that a screen lists."""


@click.command("status", epilog=EPILOG)
@options.db_option
@click.option("--last", type=click.IntRange(1), default=7, show_default=True, help="Runs to show.")
@options.format_options
def command(db: str, last: int, output: str) -> None:
    """Show the last runs and what the database holds."""
    from qa_inspect.store import ledger
    from qa_inspect.store.results import open_store
    from qa_inspect.store.work_standing import work_standing

    with open_store(db, create=False) as store:
        counts = store.count_by_status()
        runs = ledger.runs(store, limit=last)
        failed = [
            {"call_id": call_id, "error": error} for call_id, error in store.failures().items()
        ]
        work = work_standing(store)
    rows = [_row(run) for run in runs]
    totals = {"ok": counts.ok, "failed": counts.failed, "needs_review": counts.needs_review}
    if output == "json":
        told = {
            "waiting": work.waiting,
            "in_hand": [asdict(holder) for holder in work.holders],
            "heard_with": dict(work.shapes),
            "unsettled": work.unsettled,
            "unread_files": _unread(runs),
        }
        emit_json({"calls": totals, "runs": rows, "failed": failed, "work": told})
        return
    if output == "table":
        needs = "needs" if counts.needs_review == 1 else "need"
        click.echo(
            f"{calls(counts.total)}: {counts.ok} inspected ({counts.needs_review} of them {needs} "
            f"review), {counts.failed} failed."
        )
        for line in (*_work_lines(work), *_unread_lines(runs)):
            click.echo(line)
        rows = [_shown(row) for row in rows]
    emit(rows, COLUMNS, output, "No runs yet.")
    if output == "table" and failed:
        click.echo("Failed:")
        for row in failed[:MOST_FAILED]:
            click.echo(f"  {row['call_id']}: {row['error']}")
        if len(failed) > MOST_FAILED:
            click.echo(f"  and {len(failed) - MOST_FAILED} more; --json names them all")


def _work_lines(work: WorkStanding) -> Iterator[str]:
    """What waits, who is at work, and what was heard with other settings, where there is any."""
    if work.waiting:
        verb = "waits" if work.waiting == 1 else "wait"
        yield f"{calls(work.waiting)} {verb} to be inspected; `qa-inspect run` takes them up."
    if work.unsettled:
        verb = "waits" if work.unsettled == 1 else "wait"
        yield (
            f"{calls(work.unsettled)} {verb} to be judged in view of one another; `qa-inspect run` "
            "does that first."
        )
    for holder in work.holders:
        if holder.gone:
            yield (
                f"{calls(holder.calls, 'were')} in the hands of {holder.told}, which is gone; "
                "`qa-inspect run` takes them up."
            )
            continue
        seen = datetime.fromisoformat(holder.beat_at).astimezone()
        yield f"{calls(holder.calls)} in the hands of {holder.told} (last sign {seen:%m-%d %H:%M})."
    if work.heard_otherwise:
        yield (
            f"{calls(work.heard_otherwise, 'were')} heard with other models or settings than those "
            "used last."
        )


def _unread(runs: Sequence[Run]) -> int:
    """How many files the last run did not look at any more."""
    last = runs[0].summary if runs else None
    return int(last.details.get("unread", 0)) if last is not None else 0


def _unread_lines(runs: Sequence[Run]) -> Iterator[str]:
    if unread := _unread(runs):
        files = count(unread, "file", "files")
        yield f"The last run did not look at {files} any more; some may be new."


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    local = {
        key: row[key] and f"{datetime.fromisoformat(row[key]).astimezone():%Y-%m-%d %H:%M}"
        for key in ("started_at", "finished_at")
    }
    return row | local


def _row(run: Run) -> dict[str, Any]:
    summary = run.summary
    row: dict[str, Any] = {
        "run": run.run_id,
        "started_at": run.started_at.isoformat(timespec="seconds"),
        "finished_at": run.finished_at and run.finished_at.isoformat(timespec="seconds"),
        "outcome": _UNFINISHED[run.lives] if summary is None else str(summary.outcome),
    }
    if summary is not None:
        heard = summary.elapsed_s and summary.audio_s
        speed = summary.audio_s / summary.elapsed_s if heard else None
        row |= {
            "done": summary.done,
            "failed": summary.failed,
            "left": summary.left,
            "speed": speed and round(speed, 1),
        }
    return row
