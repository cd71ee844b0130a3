"""What ``qa-inspect run`` tells people: what it would do, what will fit, and what came of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from qa_inspect.commands import run_summary
from qa_inspect.commands.render import calls, clock, emit_json, say
from qa_inspect.rubric.wording import count

if TYPE_CHECKING:
    from qa_inspect.audio.intake import Intake
    from qa_inspect.batch.local import BatchSummary, Plan
    from qa_inspect.commands.run_session import Round
    from qa_inspect.store.results import Store


def tell_forecast(
    settings: Mapping[str, Any], store: Store, due: int, deadline: datetime | None
) -> None:
    """Says what will fit before the deadline, by earlier runs with the same settings."""
    if deadline is None or not due:
        return
    from qa_inspect.batch.forecast import pace_of
    from qa_inspect.store import ledger

    pace = pace_of(ledger.runs(store, limit=50), settings)
    if pace is None:
        say(f"no earlier run tells how many of {calls(due)} will fit before the deadline", dim=True)
        return
    fit = pace.fit(due, datetime.now(), deadline)
    runs = "the last run" if pace.runs == 1 else f"the last {pace.runs} runs"
    say(
        f"about {fit} of {calls(due)} will fit before {deadline:%H:%M}, at "
        f"{pace.call_s:.1f} s a call as in {runs} with these settings; the most valuable come first"
    )


def tell_summary(
    found: Round, intake: Intake, given: Mapping[str, Any], *, broken_off: bool = False
) -> None:
    """What a run did, and how that compares; of one that was ``broken_off``, as far as it came."""
    summary = found.summary
    for twin in intake.duplicates:
        say(f"{twin.path}: the same audio as {twin.same_as}; inspected once", dim=True)
    if given["as_json"]:
        further = {
            "opening_s": round(found.opening_s, 1),
            "broken_off": broken_off,
            "db": given["db"],
            "duplicates": len(intake.duplicates),
            "night": run_summary.as_json(found.night, found.earlier, found.warnings),
        }
        _emit(summary.to_dict() | further, given)
        return
    if not (summary.done or summary.failed or summary.left or summary.unread):
        click.echo(f"Nothing to do: {calls(summary.known)} already inspected.")
    else:
        speed = f", {summary.speed:.1f} × real time" if summary.speed else ""
        click.echo(
            f"Inspected {calls(summary.done)} ({clock(summary.audio_s)} of recordings) "
            f"in {clock(summary.wall_s)}{speed}{_opened(found.opening_s)}."
        )
        if summary.known:
            click.echo(f"{calls(summary.known, 'were')} already inspected.")
    if summary.needs_review:
        click.echo(f"{calls(summary.needs_review, 'need')} a person's review of who is who.")
    if summary.flags:
        click.echo("Flags: " + ", ".join(f"{n} {c}" for n, c in summary.flags.items()) + ".")
    if summary.failed:
        click.secho(f"{calls(len(summary.failed))} failed:", fg="red")
        for failure in summary.failed:
            click.echo(f"  {failure.call_id}: {failure.reason}")
    for line in run_summary.told(found.night, found.tonight, found.earlier):
        click.echo(line)
    for warning in found.warnings:
        click.secho(f"Unusual: {warning}.", fg="yellow")
    if summary.failed_before:
        click.echo(f"{calls(summary.failed_before)} failed earlier; --retry-failed tries again.")
    if summary.elsewhere:
        click.echo(f"{calls(summary.elsewhere, 'were')} inspected by other runs meanwhile.")
    if summary.lost_attempts:
        attempts = "attempt" if summary.lost_attempts == 1 else "attempts"
        click.echo(f"{summary.lost_attempts} {attempts} crashed or hung and cost no other call.")
    for line in _left(summary, broken_off):
        click.secho(line, fg="yellow")


def _left(summary: BatchSummary, broken_off: bool) -> Iterator[str]:
    """What the next run takes up."""
    why = f" because {summary.stopped}" if summary.stopped else ""
    again = f"; {'once that is mended, the' if broken_off else 'the'} same command resumes."
    if summary.unread:
        files = count(summary.unread, "file was", "files were")
        yield f"{files} not looked at{why}, so it isn't known how many calls are new{again}"
    if summary.left:
        done = summary.done + len(summary.failed)
        more = clock(summary.wall_s / done * summary.left) if done else ""
        needs = f" and would take about {more} at this speed" if more else ""
        yield f"{calls(summary.left)} left{why}{needs}{again}"
    if summary.unsettled:
        yield (
            f"{calls(summary.unsettled, 'were')} not judged in view of one another yet{why} (who "
            "called again, and about what); the next run does that first."
        )


def _opened(seconds: float) -> str:
    return f", after {clock(seconds)} of opening models" if seconds >= 1 else ""


def tell_watched(figures: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    """What came of all rounds of a watch."""
    if given["as_json"]:
        _emit(figures, given)
        return
    click.echo(
        f"The watch inspected {calls(figures['done'])} ({clock(figures['audio_s'])} of recordings)."
    )
    if figures["watch_hindered"]:
        click.secho(f"It was hindered at the last: {figures['reason']}.", fg="red")


def _emit(value: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    """JSON: of a watch one object a line, for there are many."""
    if given["watch"]:
        click.echo(json.dumps(value, ensure_ascii=False))
    else:
        emit_json(value)


def tell_plan(plan: Plan, intake: Intake, *, as_json: bool) -> None:
    """What a run would do."""
    rows = [{"call_id": r.call_id, "path": str(r.path)} for r in plan.due]
    if as_json:
        emit_json(
            {
                "due": rows,
                "already_inspected": len(plan.known),
                "failed_before": len(plan.failed_before),
                "held_back": len(plan.held_back),
                "duplicates": [
                    {"path": str(d.path), "same_as": str(d.same_as)} for d in intake.duplicates
                ],
                "ignored": [str(p) for p in intake.ignored],
            }
        )
        return
    for row in rows:
        click.echo(f"{row['call_id']}  {row['path']}")
    click.echo(
        f"{calls(len(plan.due))} would be inspected; already inspected: {len(plan.known)}, "
        f"failed earlier: {len(plan.failed_before)}, beyond --limit: {len(plan.held_back)}, "
        f"copies: {len(intake.duplicates)}, other files ignored: {len(intake.ignored)}."
    )
