"""``qa-inspect run``: inspects every new recording and resumes what was cut off."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qa_inspect.commands import options
from qa_inspect.commands.main import EXIT_SOME_FAILED, EXIT_STOPPED
from qa_inspect.commands.render import calls, clock, emit_json, say
from qa_inspect.config import Config, VocabularyTerm
from qa_inspect.domain import Channels
from qa_inspect.errors import InputError, StoreError

if TYPE_CHECKING:
    from qa_inspect.audio.intake import Intake
    from qa_inspect.batch.local import BatchSummary, Plan
    from qa_inspect.store.ledger import RunSummary

EPILOG = """\b
Examples:
  qa-inspect run recordings/
  qa-inspect run --manifest calls.csv --deadline 06:30
  qa-inspect run 'monday/*.mp3' --channels agent-left --language id
  qa-inspect run recordings/ --rubric support --rubric our-rules.yaml
  qa-inspect run recordings/ --retry-failed
"""


@click.command("run", epilog=EPILOG)
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option(
    "--manifest",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="CSV or JSONL that describes the recordings.",
)
@click.option("--allow-outside", is_flag=True, help="Let a manifest name files outside its folder.")
@options.db_option
@options.rubric_option
@options.model_option
@click.option(
    "--engine",
    type=click.Choice(["auto", "faster-whisper", "openai-whisper", "transformers"]),
    default="auto",
    show_default=True,
)
@options.device_option
@click.option("--language", default="auto", show_default=True, metavar="auto|CODE")
@click.option(
    "--channels",
    type=click.Choice([str(c) for c in Channels]),
    default="auto",
    show_default=True,
    help="Which channel the agent is on, where the manifest does not say.",
)
@click.option(
    "--diarization",
    default="auto",
    show_default=True,
    metavar="auto|NAME|DIR",
    help="A pyannote pipeline to use on mono recordings instead of the bundled models.",
)
@click.option(
    "--speakers",
    type=click.Choice(["auto", "1", "2", "3", "4"]),
    default="2",
    show_default=True,
    help="How many people to expect on a mono recording.",
)
@click.option(
    "--chinese-script",
    type=click.Choice(["simplified", "traditional"]),
    default="simplified",
    show_default=True,
)
@options.vocabulary_option
@click.option(
    "--jobs",
    type=click.IntRange(1, 64),
    metavar="N",
    help="Processes at once, each with models of its own. Default: one for each GPU, else one.",
)
@click.option("--executor", type=click.Choice(["local", "ray"]), default="local", show_default=True)
@click.option(
    "--deadline",
    metavar="HH:MM|MINUTES",
    help="Begin no call after this; calls in hand (some minutes of recordings) are finished.",
)
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Inspect at most N calls.")
@click.option("--retry-failed", is_flag=True, help="Try calls again that failed earlier.")
@click.option("--dry-run", is_flag=True, help="Say what would be done; write nothing.")
@options.json_option
@click.pass_context
def command(ctx: click.Context, /, **given: Any) -> None:
    """Inspect every new recording: words, speakers, roles, scores and flags.

    PATHs are files, folders and glob patterns. Calls already in the database are left alone, so
    the same command every night does only what is new, and takes up what was cut off.
    """
    from qa_inspect.batch.stopping import Stop, parse_deadline

    if not given["paths"] and given["manifest"] is None:
        raise click.UsageError("name a recording, a folder or a --manifest")
    if given["executor"] == "ray":
        raise InputError(
            "this version has no Ray executor",
            where="--executor",
            cure="use --executor local, with --jobs for several calls at once",
        )
    deadline = parse_deadline(given["deadline"]) if given["deadline"] else None
    config = _config(given)
    intake = _intake(given, config)
    if given["dry_run"]:
        _tell_plan(_plan(given, intake), intake, given["as_json"])
        return
    stop = Stop(deadline, _tell_stop)
    try:
        with stop.on_signals():
            code = _run(given, config, intake, stop)
    except KeyboardInterrupt:
        say("stopped at once; the calls in hand will be inspected by the next run", fg="yellow")
        sys.stdout.flush()
        sys.stderr.flush()
        # Leaving in the usual way waits for the recogniser's threads; what is stored is on disk.
        os._exit(EXIT_STOPPED)
    ctx.exit(code)


def _tell_stop(reason: str) -> None:
    say(f"{reason}: finishing the calls in hand; once more stops at once", fg="yellow")


def _config(given: dict[str, Any]) -> Config:
    return Config(
        model=given["model"],
        engine=given["engine"],
        device=given["device"],
        language=given["language"],
        channels=Channels(given["channels"]),
        diarization=given["diarization"],
        speakers=None if given["speakers"] == "auto" else int(given["speakers"]),
        jobs=given["jobs"] or 0,
        chinese_script=given["chinese_script"],
        vocabulary=_vocabulary(given["vocabulary"]),
    )


def _vocabulary(path: Path | None) -> tuple[VocabularyTerm, ...]:
    from qa_inspect.language.vocabulary import read_vocabulary

    return () if path is None else read_vocabulary(path)


def _intake(given: dict[str, Any], config: Config) -> Intake:
    from qa_inspect.audio.intake import find_recordings

    intake = find_recordings(
        given["paths"], given["manifest"], allow_outside=given["allow_outside"]
    )
    if not intake.recordings:
        raise InputError(
            "no recordings found",
            where=", ".join(given["paths"]) or str(given["manifest"]),
            cure="name a folder with audio files (wav, mp3, m4a, ogg, opus, flac, amr, webm…)",
        )
    further = sorted({name for r in intake.recordings for name in r.metadata.attributes})
    if further:
        say(f"manifest columns kept as attributes: {', '.join(further)}", dim=True)
    if config.channels is Channels.AUTO:
        return intake
    told = tuple(
        replace(r, metadata=replace(r.metadata, channels=config.channels))
        if r.metadata.channels is Channels.AUTO
        else r
        for r in intake.recordings
    )
    return replace(intake, recordings=told)


def _plan(given: dict[str, Any], intake: Intake) -> Plan:
    from qa_inspect.batch.local import plan_run
    from qa_inspect.store.results import check_place, open_store

    chosen = {"retry_failed": given["retry_failed"], "limit": given["limit"]}
    check_place(given["db"])
    if not _exists(given["db"]):
        return plan_run(intake.recordings, None, **chosen)
    with open_store(given["db"], create=False) as store:
        return plan_run(intake.recordings, store, **chosen)


def _exists(db: str) -> bool:
    return "://" in db or Path(db).exists()


def _run(given: dict[str, Any], config: Config, intake: Intake, stop: Any) -> int:
    from qa_inspect.batch.inspect import Inspector
    from qa_inspect.batch.local import run_batch
    from qa_inspect.commands.progress import progress
    from qa_inspect.store import ledger
    from qa_inspect.store.results import open_store

    inspector = Inspector(config, given["rubrics"])
    inspector.judge.check()
    plan = _plan(given, intake)
    if plan.due:
        say("loading models…", dim=True)
        inspector.prepare()
    with open_store(given["db"]) as store:
        run_id = ledger.start_run(store, _settings(given)) if plan.due else None
        try:
            summary = run_batch(
                plan, inspector, store, run_id=run_id, stop=stop, progress=progress()
            )
        except StoreError as error:
            say(f"error: {error}", fg="red")
            say("Calls stored before this are safe; the same command resumes.")
            return EXIT_STOPPED
        if run_id is not None:
            ledger.finish_run(store, run_id, _entry(summary, intake))
    _tell(summary, intake, given)
    return exit_code(summary)


def _entry(summary: BatchSummary, intake: Intake) -> RunSummary:
    from qa_inspect.store.ledger import Outcome, RunSummary

    outcome = Outcome.SOME_FAILED if summary.failed else Outcome.DONE
    return RunSummary(
        outcome=Outcome.STOPPED if summary.stopped and summary.left else outcome,
        found=len(intake.recordings),
        known=summary.known,
        duplicates=len(intake.duplicates),
        done=summary.done,
        failed=len(summary.failed),
        needs_review=summary.needs_review,
        left=summary.left,
        audio_s=summary.audio_s,
        elapsed_s=summary.wall_s,
        details={"flags": summary.flags, "stopped": summary.stopped},
    )


def exit_code(summary: BatchSummary) -> int:
    """4 when stopped with work left, 3 when calls failed, else 0."""
    if summary.stopped and summary.left:
        return EXIT_STOPPED
    return EXIT_SOME_FAILED if summary.failed else 0


def _settings(given: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if name not in ("db", "as_json")} | {
        "manifest": str(given["manifest"] or ""),
        "vocabulary": str(given["vocabulary"] or ""),
        "begun_local": datetime.now().astimezone().isoformat(),
    }


def _tell(summary: BatchSummary, intake: Intake, given: dict[str, Any]) -> None:
    for twin in intake.duplicates:
        say(f"{twin.path}: the same audio as {twin.same_as}; inspected once", dim=True)
    if given["as_json"]:
        emit_json(summary.to_dict() | {"db": given["db"], "duplicates": len(intake.duplicates)})
        return
    if summary.done == 0 and not summary.failed and not summary.left:
        click.echo(f"Nothing to do: {calls(summary.known)} already inspected.")
    else:
        speed = f", {summary.speed:.1f} × real time" if summary.speed else ""
        click.echo(
            f"Inspected {calls(summary.done)} ({clock(summary.audio_s)} of recordings) "
            f"in {clock(summary.wall_s)}{speed}."
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
    if summary.failed_before:
        click.echo(f"{calls(summary.failed_before)} failed earlier; --retry-failed tries again.")
    if summary.left:
        why = f" because {summary.stopped}" if summary.stopped else ""
        click.secho(f"{calls(summary.left)} left{why}; the same command resumes.", fg="yellow")


def _tell_plan(plan: Plan, intake: Intake, as_json: bool) -> None:
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
