"""``qa-inspect run``: inspects every new recording and resumes what was cut off."""

from __future__ import annotations

import logging
import os
import sys
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qa_inspect.commands import options
from qa_inspect.commands.finding import find
from qa_inspect.commands.main import EXIT_STOPPED, unforeseen
from qa_inspect.commands.render import calls, say
from qa_inspect.commands.run_ending import Ending, tell_not_started
from qa_inspect.commands.run_session import Session, plan_of
from qa_inspect.commands.run_watch import arriving
from qa_inspect.commands.run_words import tell_plan, tell_summary, tell_watched
from qa_inspect.config import Config, VocabularyTerm
from qa_inspect.domain import Channels
from qa_inspect.errors import InputError, QaInspectError, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from qa_inspect.audio.intake import Intake
    from qa_inspect.batch.remembered import RememberedFiles
    from qa_inspect.batch.stopping import Stop

log = logging.getLogger(__name__)

EPILOG = """\b
Examples:
  qa-inspect run recordings/
  qa-inspect run --manifest calls.csv --deadline 06:30
  qa-inspect run 'monday/*.mp3' --channels agent-left --language id
  qa-inspect run recordings/ --rubric support --rubric our-rules.yaml
  qa-inspect run recordings/ --retry-failed
  qa-inspect run --watch incoming/ --deadline 06:30 --metrics qa_inspect.prom
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
@click.option(
    "--executor",
    type=click.Choice(["local", "ray"]),
    default="local",
    show_default=True,
    help="Where the processes run: on this machine, or on the Ray cluster of RAY_ADDRESS.",
)
@click.option(
    "--deadline",
    metavar="HH:MM|MINUTES",
    help="Begin no call after this; calls in hand (some minutes of recordings) are finished. The "
    "most valuable calls come first. Looking for new recordings ends then too, and so does "
    "judging calls in view of one another; the next run goes on with it. A time of day that has "
    "passed means tomorrow's.",
)
@click.option(
    "--limit",
    type=click.IntRange(1),
    metavar="N",
    help="Inspect at most N calls, the most valuable ones.",
)
@click.option("--retry-failed", is_flag=True, help="Try calls again that failed earlier.")
@click.option("--dry-run", is_flag=True, help="Say what would be done; write nothing.")
@click.option(
    "--watch",
    is_flag=True,
    help="Stay, and inspect recordings as they arrive in the folders, until stopped.",
)
@click.option(
    "--log-format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How progress is told on standard error; json is one object a line.",
)
@click.option(
    "--metrics",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the run's figures for Prometheus (node_exporter's textfile collector).",
)
@click.option(
    "--notify",
    multiple=True,
    metavar="ADDRESS",
    help="Tell somebody at the end: https://… (webhook), mailto://… and others; may be repeated. "
    "Also QA_INSPECT_NOTIFY.",
)
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
    from qa_inspect.batch.remembered import RememberedFiles

    if not given["paths"] and given["manifest"] is None:
        raise click.UsageError("name a recording, a folder or a --manifest")
    _refuse_with_watch(given)
    deadline, wanted = _deadline_and_addresses(given)
    json_log = _json_log() if given["log_format"] == "json" else None
    ending: Ending | None = None
    try:
        ending = Ending(wanted, given["metrics"], watches=given["watch"])
        config = _config(given)
        files = RememberedFiles(given["db"])
        if given["dry_run"]:
            intake = find(given, config, given["paths"], files)
            tell_plan(plan_of(given, intake), intake, as_json=given["as_json"])
            return
        session, stop = _session(given, config, deadline, files, json_log)
        with stop.on_signals():
            code = _run(given, session, _intakes(given, config, stop, ending, files), ending)
    except KeyboardInterrupt as interrupt:
        with suppress(KeyboardInterrupt):
            say("stopped at once; the calls in hand will be inspected by the next run", fg="yellow")
            if ending is not None and not given["dry_run"]:
                ending.broken(interrupt, None)
                ending.tell()
        sys.stdout.flush()
        sys.stderr.flush()
        # Leaving in the usual way waits for the recogniser's threads; what is stored is on disk.
        os._exit(EXIT_STOPPED)
    except BrokenPipeError:
        raise
    except Exception as error:
        if not given["dry_run"] and not (ending is not None and ending.told):
            tell_not_started(wanted, given["metrics"], error)
        raise
    ctx.exit(code)


def _deadline_and_addresses(given: dict[str, Any]) -> tuple[datetime | None, tuple[str, ...]]:
    """Raises UsageError: nothing was tried yet, and whoever wrote the line has to mend it."""
    from qa_inspect.batch.stopping import parse_deadline
    from qa_inspect.commands.notices import addresses

    try:
        deadline = parse_deadline(given["deadline"]) if given["deadline"] else None
        return deadline, addresses(given["notify"])
    except InputError as error:
        raise click.UsageError(str(error)) from error


def _json_log() -> logging.Logger:
    from qa_inspect.commands.json_log import start_json_log

    return start_json_log()


def _session(
    given: dict[str, Any],
    config: Config,
    deadline: datetime | None,
    files: RememberedFiles,
    json_log: logging.Logger | None,
) -> tuple[Session, Stop]:
    """A session, and what stops it; both know of each other what people are told at the stop."""
    from qa_inspect.batch.stopping import Stop
    from qa_inspect.commands.json_log import JsonLines
    from qa_inspect.commands.progress import progress

    stop = Stop(deadline, lambda reason: _tell_stop(reason, session.in_hand))
    lines = progress(lambda: session.in_hand if stop.reason else None)
    shown = lines if json_log is None else JsonLines(json_log)
    session = Session(given, config, stop, shown, files)
    return session, stop


def _refuse_with_watch(given: dict[str, Any]) -> None:
    if not given["watch"]:
        return
    if not given["paths"]:
        raise click.UsageError("--watch looks into folders; name one beside the manifest")
    for name in ("dry_run", "limit", "retry_failed"):
        if given[name]:
            raise click.UsageError(f"--watch and --{name.replace('_', '-')} don't go together")


def _run(given: dict[str, Any], session: Session, intakes: Iterator[Intake], ending: Ending) -> int:
    """Inspect until all is done, or told to stop, or nothing can be inspected any more; gives the
    exit code.

    Raises whatever comes before anything was written, and KeyboardInterrupt.
    """
    intake = None
    with session:
        try:
            for intake in intakes:
                found = session.inspect(intake)
                ending.add(found)
                tell_summary(found, intake, given)
        except BrokenPipeError:
            raise
        except (Exception, KeyboardInterrupt) as error:
            at_once = isinstance(error, KeyboardInterrupt)
            if not session.began and not at_once:
                raise
            ending.broken(error, session.unfinished)
            if session.unfinished is not None and intake is not None:
                tell_summary(session.unfinished, intake, given, broken_off=not at_once)
            if at_once:
                raise
            _tell_broken(error)
    if given["watch"]:
        tell_watched(ending.figures(), given)
    ending.tell()
    if not ending.broken_off:
        _prepare(given["db"])
    return ending.code


def _tell_broken(error: BaseException) -> None:
    if isinstance(error, QaInspectError):
        say(f"error: {error}", fg="red")
    else:
        log.debug("the run broke off", exc_info=error)
        say(unforeseen(error), fg="red")


def _prepare(db: str) -> None:
    """Have what scorecards need worked out before anybody comes to read them."""
    from qa_inspect.report.kept_figures import prepare
    from qa_inspect.store.results import open_store

    try:
        with open_store(db, create=False) as store:
            prepare(store)
    except StoreError:
        pass
    except Exception as error:
        log.warning("the scorecards' figures could not be prepared", exc_info=error)


def _intakes(
    given: dict[str, Any], config: Config, stop: Stop, ending: Ending, files: RememberedFiles
) -> Iterator[Intake]:
    """What to inspect: everything once, or what arrives as long as nobody stops it."""

    def look(paths: Sequence[str]) -> Intake:
        return find(given, config, paths, files, lambda: stop.reason)

    if given["watch"]:
        yield from arriving(given["paths"], look, lambda: stop.reason, ending.hindered)
    else:
        yield look(given["paths"])


def _tell_stop(reason: str, in_hand: int) -> None:
    hand = f"the {calls(in_hand)} in hand" if in_hand else "what is in hand"
    say(f"{reason}: finishing {hand}; once more stops at once", fg="yellow")


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
