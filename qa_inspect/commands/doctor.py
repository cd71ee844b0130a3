"""``qa-inspect doctor``: says in plain words what is missing and the command that mends it."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from qa_inspect.commands import options
from qa_inspect.commands.main import EXIT_NO
from qa_inspect.commands.render import emit_json, say
from qa_inspect.errors import QaInspectError

NEEDED = ("whisper-base", "segmentation-3.0", "campplus-zh-en", "silero-vad", "e5-small")
MIN_FREE_GB = 2.0
MIN_MEMORY_GB = 4.0

EPILOG = """\b
Examples:
  qa-inspect doctor
  qa-inspect doctor --db /data/qa.db --json
  qa-inspect doctor --db /data/qa.db --repair
  qa-inspect doctor --calibrate
"""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. ``ok`` is None for advice that stops nothing."""

    what: str
    ok: bool | None
    detail: str
    cure: str = ""


@click.command("doctor", epilog=EPILOG)
@options.db_option
@options.json_option
@click.option(
    "--calibrate",
    is_flag=True,
    help="Measure for some minutes how the recogniser runs best here, and remember it.",
)
@click.option(
    "--repair",
    is_flag=True,
    help="Mend the database: what can be read goes into a new file, the damaged one is kept.",
)
@options.model_option
@options.device_option
@click.pass_context
def command(
    ctx: click.Context,
    /,
    db: str,
    as_json: bool,
    calibrate: bool,
    repair: bool,
    model: str,
    device: str,
) -> None:
    """Check the installation and the database; exit code 5 where something must be mended."""
    if repair:
        _repair(db)
    findings = list(examine(db))
    if calibrate and not any(finding.ok is False for finding in findings):
        findings.append(_calibrated(model, device))
    if as_json:
        emit_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            _print(finding)
    ctx.exit(EXIT_NO if any(finding.ok is False for finding in findings) else 0)


def _repair(db: str) -> None:
    from qa_inspect.commands.doctor_db import repair_db

    done = list(repair_db(db))
    for what in done or ["nothing had to be mended"]:
        say(f"repair: {what}")


def _calibrated(model: str, device: str) -> Finding:
    from qa_inspect.commands import calibration

    found = calibration.calibrate(model, device)
    detail = f"{calibration.describe(found.best)}; remembered for {found.key}"
    return Finding("calibration", True, detail)


def examine(db: str) -> Iterator[Finding]:
    """Everything a run depends on, cheapest first."""
    yield _python()
    yield from _engines()
    yield from _models()
    yield _device()
    yield _memory()
    yield _disk(db)
    yield from _database(db)
    yield _language_model()


def _print(finding: Finding) -> None:
    mark, colour = {
        True: ("ok     ", "green"),
        False: ("missing", "red"),
        None: ("note   ", "yellow"),
    }[finding.ok]
    click.echo(click.style(mark, fg=colour) + f"  {finding.what}: {finding.detail}")
    if finding.cure:
        click.echo(f"         → {finding.cure}")


def _python() -> Finding:
    return Finding("Python", sys.version_info >= (3, 11), sys.version.split()[0])


def _engines() -> Iterator[Finding]:
    yield _package("faster_whisper", "speech recognition", "pip install qa-inspect", needed=True)
    yield _package("pyannote.audio", "diarization", "pip install qa-inspect", needed=True)
    yield _package("whisper", "engine openai-whisper", 'pip install "qa-inspect[openai-whisper]"')
    yield _package("transformers", "engine transformers", 'pip install "qa-inspect[transformers]"')


def _package(module: str, purpose: str, cure: str, *, needed: bool = False) -> Finding:
    try:
        found = importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        found = False
    if found:
        return Finding(purpose, True, f"{module} is installed")
    return Finding(purpose, False if needed else None, f"{module} is not installed", cure)


def _models() -> Iterator[Finding]:
    from qa_inspect.weights import catalogue, find

    entries = {entry.name: entry for entry in catalogue()}
    for name in NEEDED:
        entry = entries[name]
        if entry.ok and entry.path is not None:
            checked = "checksum right" if entry.verified else "no checksum is known for it"
            yield Finding(f"model {name}", True, f"{checked} ({entry.source})")
            continue
        try:
            find(name)
        except QaInspectError as error:
            yield Finding(f"model {name}", False, error.problem, error.cure)
    large = entries["whisper-large-v3-turbo"]
    if not large.ok:
        yield Finding(
            "model whisper-large-v3-turbo",
            None,
            "not here; on a GPU it hears far more than whisper-base",
            "qa-inspect models pull whisper-large-v3-turbo",
        )


def _device() -> Finding:
    if shutil.which("nvidia-smi") is None:
        return Finding("GPU", None, f"none found; runs on {os.cpu_count()} CPU cores")
    from qa_inspect.speech.devices import usable_gpus

    count = usable_gpus()
    if count:
        return Finding("GPU", True, f"{count} usable")
    cure = "install an NVIDIA driver that fits torch's CUDA"
    return Finding("GPU", False, "there is one, but torch or CTranslate2 cannot use it", cure)


def _memory() -> Finding:
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    enough = total >= MIN_MEMORY_GB
    detail = f"{total:.0f} GB"
    return Finding(
        "memory", enough, detail, "" if enough else f"use {MIN_MEMORY_GB:.0f} GB or more"
    )


def _disk(db: str) -> Finding:
    folder = Path(db).resolve().parent if "://" not in db else Path.cwd()
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free / 1e9
    temporary = shutil.disk_usage(tempfile.gettempdir()).free / 1e9
    enough = min(free, temporary) >= MIN_FREE_GB
    cure = "" if enough else f"free {MIN_FREE_GB:.0f} GB or more, or set TMPDIR to a larger disk"
    detail = f"{free:.0f} GB free for the database, {temporary:.0f} GB for temporary files"
    return Finding("disk", enough, detail, cure)


def _database(db: str) -> Iterator[Finding]:
    from qa_inspect.commands.doctor_db import examine_db

    for found in examine_db(db):
        yield Finding("database", found.ok, found.detail, found.cure)


def _language_model() -> Finding:
    from qa_inspect.rubric.llm_server import URL, LlmFault, LlmServer, settings_from

    what = "language model"
    try:
        settings = settings_from()
        if settings is None:
            return Finding(what, None, f"off; rules of kind llm do not apply ({URL} is not set)")
        return Finding(what, True, f"{LlmServer(settings).model} at {settings.url}")
    except QaInspectError as error:
        return Finding(what, False, error.problem, error.cure)
    except LlmFault as fault:
        return Finding(what, False, str(fault), f"start the server, or unset {URL} to go without")
