"""``qa-inspect evaluate``: measures recogniser, checks and flags against what people say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qa_inspect.commands import evaluate_checks, evaluate_flags, options
from qa_inspect.commands.render import Column, emit, say
from qa_inspect.errors import CallError, InputError

if TYPE_CHECKING:
    from qa_inspect.domain import Transcript
    from qa_inspect.evaluate.references import Reference

EPILOG = """\b
Examples:
  qa-inspect evaluate transcription samples
  qa-inspect evaluate diarization labelled/ --collar 0.25
  qa-inspect evaluate roles labelled/ --json
  qa-inspect evaluate flags labelled.jsonl --out quality/
"""

folder_argument = click.argument(
    "folder", type=click.Path(exists=True, file_okay=False, path_type=Path)
)


@click.group("evaluate", epilog=EPILOG)
def command() -> None:
    """Measure against references: recordings with their truth beside them, or labelled transcripts.

    For transcription, diarization and roles the truth of NAME.wav is NAME.json or truth/NAME.json
    (turns with text, role, start_s, end_s), or NAME.txt or NAME.stm (words) and NAME.rttm
    (speakers). For flags and checks it stands in the lines of transcripts.
    """


command.add_command(evaluate_flags.command)
command.add_command(evaluate_checks.command)


@command.command("transcription")
@folder_argument
@options.model_option
@options.format_options
def transcription(folder: Path, model: str, output: str) -> None:
    """Word errors (character errors for Chinese, Thai and the like) by recording and in all."""
    from qa_inspect.evaluate.speech import word_errors

    rows = []
    for reference, heard in _heard(folder, model):
        found = word_errors(reference, heard)
        if found is not None:
            rows.append(
                {
                    "call_id": found.call_id,
                    "language": found.language,
                    "unit": found.unit,
                    "reference": found.reference,
                    "substituted": found.substituted,
                    "deleted": found.deleted,
                    "inserted": found.inserted,
                }
            )
    counted = ("reference", "substituted", "deleted", "inserted")
    totals = [
        _total([row for row in rows if row["unit"] == unit], counted, {"unit": unit})
        for unit in ("words", "characters")
    ]
    rows += [total for total in totals if total is not None]
    _emit(rows, counted, "reference", output)


@command.command("diarization")
@folder_argument
@options.model_option
@click.option(
    "--collar",
    type=click.FloatRange(0, 2),
    default=0.0,
    show_default=True,
    help="Seconds on either side of a boundary that are not scored.",
)
@options.format_options
def diarization(folder: Path, model: str, collar: float, output: str) -> None:
    """Diarization error rate and its parts, by recording and in all.

    Where the references say who said which words, also how many words went to a wrong speaker.
    """
    from qa_inspect.evaluate.speech import speaker_errors, word_speaker_errors

    rows = []
    for reference, heard in _heard(folder, model):
        found = speaker_errors(reference, heard, collar_s=collar)
        by_word = word_speaker_errors(reference, heard)
        if found is not None:
            rows.append(
                {
                    "call_id": found.call_id,
                    "speech_s": found.speech_s,
                    "missed_s": found.missed_s,
                    "false_alarm_s": found.false_alarm_s,
                    "confused_s": found.confused_s,
                    "words": by_word.words if by_word else 0,
                    "words_misplaced": by_word.wrong if by_word else 0,
                }
            )
    counted = ("speech_s", "missed_s", "false_alarm_s", "confused_s")
    total = _total(rows, (*counted, "words", "words_misplaced"), {})
    _emit([*rows, total] if total else rows, counted, "speech_s", output)


@command.command("roles")
@folder_argument
@options.model_option
@options.format_options
def roles(folder: Path, model: str, output: str) -> None:
    """Share of the words' time given to the right role, and how much was decided at all."""
    from qa_inspect.evaluate.speech import role_times

    found = [times for r, heard in _heard(folder, model) if (times := role_times(r, heard))]
    rows: list[dict[str, Any]] = [
        {
            "call_id": times.call_id,
            "right_s": round(times.right_s, 2),
            "wrong_s": round(times.wrong_s, 2),
            "undecided_s": round(times.undecided_s, 2),
            "accuracy": times.accuracy,
            "coverage": times.coverage,
            "needs_review": times.needs_review,
        }
        for times in found
    ]
    columns = [Column(key, key.replace("_", " "), right=True) for key in rows[0]] if rows else []
    emit(_percents(rows, output, "accuracy", "coverage"), columns, output, "Nobody labelled roles.")


def _heard(folder: Path, model: str) -> Iterator[tuple[Reference, Transcript]]:
    from qa_inspect.batch.inspect import Inspector
    from qa_inspect.config import Config
    from qa_inspect.evaluate.references import find_references

    references = find_references(folder)
    inspector = Inspector(Config(model=model))
    inspector.pipeline.load()
    for number, reference in enumerate(references, 1):
        say(f"[{number}/{len(references)}] {reference.recording.call_id}", dim=True)
        audio = inspector.decode(reference.recording)
        try:
            if isinstance(audio, CallError):
                raise audio
            heard = inspector.pipeline.process(audio, reference.recording.metadata)
        except CallError as error:
            say(f"{reference.recording.call_id}: left out: {error}", fg="yellow")
            continue
        yield reference, heard


def _total(
    rows: Sequence[dict[str, Any]], counted: Sequence[str], extra: dict[str, Any]
) -> dict[str, Any] | None:
    if len(rows) < 2:
        return None
    return {"call_id": "ALL", **extra} | {key: sum(row[key] for row in rows) for key in counted}


def _emit(rows: Sequence[dict[str, Any]], counted: Sequence[str], whole: str, output: str) -> None:
    if not rows:
        raise InputError("nothing there is labelled for this", cure="see `evaluate --help`")
    rated = [
        {key: round(value, 2) if isinstance(value, float) else value for key, value in row.items()}
        | {"error_rate": sum(row[key] for key in counted if key != whole) / row[whole]}
        for row in rows
        if row[whole]
    ]
    columns = [Column(key, key.replace("_", " "), right=key != "call_id") for key in rated[0]]
    emit(_percents(rated, output, "error_rate"), columns, output, "Nothing to measure.")


def _percents(rows: Sequence[dict[str, Any]], output: str, *keys: str) -> list[dict[str, Any]]:
    def shown(value: float | None) -> Any:
        if value is None:
            return None
        return f"{value:.1%}" if output == "table" else round(value, 4)

    return [row | {key: shown(row[key]) for key in keys} for row in rows]
