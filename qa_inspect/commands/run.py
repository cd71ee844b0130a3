"""``qa-inspect run``: inspects every new recording and resumes what was cut off."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qa_inspect.commands import options
from qa_inspect.commands.main import EXIT_SOME_FAILED, EXIT_STOPPED
from qa_inspect.commands.render import say
from qa_inspect.commands.run_words import tell_forecast, tell_plan, tell_summary
from qa_inspect.config import Config, VocabularyTerm
from qa_inspect.domain import Channels, Recording
from qa_inspect.errors import InputError, StartError

if TYPE_CHECKING:
    from qa_inspect.audio.intake import Intake
    from qa_inspect.batch.local import BatchSummary, Plan
    from qa_inspect.batch.stopping import Stop
    from qa_inspect.batch.supervisor import Supervisor
    from qa_inspect.store.ledger import RunSummary
    from qa_inspect.store.results import Store

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
@click.option(
    "--memory",
    type=click.FloatRange(0.25),
    metavar="GB",
    help="What one process may fill before it is ended. Default: an equal share of the machine.",
)
@click.option("--executor", type=click.Choice(["local", "ray"]), default="local", show_default=True)
@click.option(
    "--deadline",
    metavar="HH:MM|MINUTES",
    help="Begin no call after this; calls in hand (some minutes of recordings) are finished. The "
    "most valuable calls come first.",
)
@click.option(
    "--limit",
    type=click.IntRange(1),
    metavar="N",
    help="Inspect at most N calls, the most valuable ones.",
)
@click.option("--retry-failed", is_flag=True, help="Try calls again that failed earlier.")
@click.option("--dry-run", is_flag=True, help="Say what would be done; write nothing.")
@options.json_option
@click.pass_context
def command(ctx: click.Context, /, **given: Any) -> None:
    """Inspect every new recording: words, speakers, roles, scores and flags.

    PATHs are files, folders and glob patterns. Calls already in the database are left alone, so
    the same command every night does only what is new, and takes up what was cut off. Runs on the
    same database share the work.

    With --deadline or --limit the most valuable calls come first: of agents whose calls raise
    flags, of new customers, some of every agent, the oldest first. Otherwise the order is that of
    the PATHs or the manifest.
    """
    from qa_inspect.batch.stopping import Stop, parse_deadline

    if not given["paths"] and given["manifest"] is None:
        raise click.UsageError("name a recording, a folder or a --manifest")
    deadline = parse_deadline(given["deadline"]) if given["deadline"] else None
    config = _config(given)
    intake = _intake(given, config)
    if given["dry_run"]:
        tell_plan(_plan(given, intake), intake, as_json=given["as_json"])
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
        memory_gb=given["memory"] or 0.0,
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

    check_place(given["db"])
    with ExitStack() as opened:
        store = None
        if _exists(given["db"]):
            store = opened.enter_context(open_store(given["db"], create=False))
        chosen = {"retry_failed": given["retry_failed"], "limit": given["limit"]}
        return plan_run(intake.recordings, store, order=_order(given, store), **chosen)


def _order(
    given: dict[str, Any], store: Store | None
) -> Callable[[Sequence[Recording]], Sequence[Recording]]:
    """The order of what is due: by value where not all may be reached, else as given."""
    if not given["deadline"] and not given["limit"]:
        return tuple
    from qa_inspect.batch.priorities import AgentPast, Known, by_value
    from qa_inspect.store.standing import customers_heard, flagged_by_agent

    known = Known()
    if store is not None:
        agents = {agent: AgentPast(*past) for agent, past in flagged_by_agent(store).items()}
        known = Known(agents, customers_heard(store))
    return lambda due: by_value(due, known)


def _exists(db: str) -> bool:
    return "://" in db or Path(db).exists()


def _run(given: dict[str, Any], config: Config, intake: Intake, stop: Stop) -> int:
    from qa_inspect.batch.inspect import Inspector
    from qa_inspect.batch.local import run_batch
    from qa_inspect.commands.progress import progress
    from qa_inspect.store import ledger
    from qa_inspect.store.results import open_store

    inspector = Inspector(config, given["rubrics"])
    inspector.judge.check()
    plan = _plan(given, intake)
    with ExitStack() as opened:
        executor = None
        if plan.due:
            say("loading models…", dim=True)
            rubric_names = inspector.judge.rubric_names
            executor = opened.enter_context(
                _workers(given["executor"], config, rubric_names, plan.due)
            )
            executor.ready(len(plan.due))
        store = opened.enter_context(open_store(given["db"]))
        tell_forecast(_settings(given), store, len(plan.due), stop.deadline)
        run_id = ledger.start_run(store, _settings(given)) if plan.due else None
        try:
            summary = run_batch(
                plan,
                inspector,
                store,
                run_id=run_id,
                stop=stop,
                progress=progress(),
                executor=executor,
            )
        except StartError as error:
            say(f"error: {error}", fg="red")
            say("Calls stored before this are safe; the same command resumes.")
            return EXIT_STOPPED
        if run_id is not None:
            ledger.finish_run(store, run_id, _entry(summary, intake))
    tell_summary(summary, intake, given["db"], as_json=given["as_json"])
    return exit_code(summary)


def _workers(
    executor: str, config: Config, rubric_names: Sequence[str], due: Sequence[Recording]
) -> AbstractContextManager[Supervisor]:
    """Who inspects: processes of this machine, or actors on a Ray cluster."""
    from qa_inspect.batch.canary import open_and_hear
    from qa_inspect.batch.processes import supervised

    if executor == "local":
        return supervised(config, rubric_names, open_and_hear)
    from qa_inspect.batch.ray import on_ray

    paths = (recording.path for recording in due)
    probe = next((path.absolute() for path in paths if path is not None and path.exists()), None)
    return on_ray(config, rubric_names, open_and_hear, probe=probe)


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
        details={
            "flags": summary.flags,
            "stopped": summary.stopped,
            "lost_attempts": summary.lost_attempts,
        },
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
