"""``qa-inspect evaluate flags``: how well flags agree with people."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qa_inspect.commands import options
from qa_inspect.commands.evaluate_tables import rate_cell, share_cell, write_rows
from qa_inspect.commands.labelled import files_argument, out_option, ready_calls
from qa_inspect.commands.render import Column, emit, emit_json, say

if TYPE_CHECKING:
    from qa_inspect.evaluate.flags import FlagFigures, FlaggedCall
    from qa_inspect.evaluate.rates import Reliability

EPILOG = """\b
Examples:
  qa-inspect evaluate flags labelled.jsonl
  qa-inspect evaluate flags labelled.jsonl more.jsonl --out quality/
  qa-inspect evaluate flags labelled.jsonl --rubric ours.yaml --json

\b
One line:
  {"call_id": "c1", "language": "en", "flags": ["abuse"],
   "turns": [{"role": "agent", "text": "Thank you for calling…"}, …]}
"""

COLUMNS = (
    Column("language", "Language"),
    Column("flag", "Flag"),
    Column("calls", "Calls", right=True),
    Column("truly", "Truly", right=True),
    Column("raised", "Raised", right=True),
    Column("right", "Right", right=True),
    Column("precision", "Precision", right=True),
    Column("recall", "Recall", right=True),
    Column("f1", "F1", right=True),
    Column("average_precision", "Average precision", right=True),
)
BIN_COLUMNS = (
    Column("confidence", "Confidence"),
    Column("flags", "Flags", right=True),
    Column("mean_confidence", "Mean", right=True),
    Column("right", "Right", right=True),
)
WRONG = ("call_id", "language", "flag", "what", "confidence", "explanation", "quotes")


@click.command("flags", epilog=EPILOG)
@files_argument
@options.rubric_option
@out_option(
    "Folder for the curves (PNG and SVG), the figures and what was missed or raised wrongly."
)
@options.format_options
def command(
    files: tuple[Path, ...], rubrics: tuple[str, ...], out: Path | None, output: str
) -> None:
    """Judge calls whose flags people have written down, and say how well the flags agree.

    A file has the lines of import-transcripts with one more field: flags, the names of the flags
    that the call should have, [] for none. Calls of the files are each other's history. Shares come
    with their 95 % interval. Nothing is stored.
    """
    from qa_inspect.evaluate.flags import confidence_kept, figures

    judged = _judged(files, rubrics)
    found, kept = figures(judged), confidence_kept(judged)
    if output == "json":
        emit_json({"flags": [_row(one) for one in found], "reliability": _told(kept)})
    elif output == "csv":
        emit([_row(one) for one in found], COLUMNS, output, "")
    else:
        emit([_shown(one) for one in found], COLUMNS, output, "The rubrics have no flags.")
        emit(_bins(kept), BIN_COLUMNS, output, "No flag was raised.")
        if kept.error is not None:
            click.echo(f"Confidence is off by {kept.error:.1%} on average over {kept.count} flags.")
    if out is not None:
        for path in _write(out, judged):
            say(f"wrote {path}", dim=True)


def _judged(files: Sequence[Path], names: Sequence[str]) -> list[FlaggedCall]:
    from qa_inspect.domain import base_language
    from qa_inspect.evaluate.flags import FlaggedCall, answers, read_truth

    return [
        FlaggedCall(
            one.call_id,
            base_language(one.transcript.language),
            one.truth,
            answers(one.rubrics, one.transcript, one.metadata, judge.tools, one.past),
        )
        for one, judge in ready_calls(files, names, read_truth)
    ]


def _row(one: FlagFigures) -> dict[str, Any]:
    row: dict[str, Any] = {
        "language": one.language,
        "flag": one.flag,
        "calls": one.calls,
        "truly": one.truly,
        "raised": one.raised,
        "right": one.right,
    }
    for name, rate in (("precision", one.precision), ("recall", one.recall)):
        low, high = rate.interval or (None, None)
        row |= {name: rate.share, f"{name}_low": low, f"{name}_high": high}
    row |= {"f1": one.f1, "average_precision": one.average_precision, "too_few": one.few}
    return {key: round(v, 4) if isinstance(v, float) else v for key, v in row.items()}


def _shown(one: FlagFigures) -> dict[str, Any]:
    return _row(one) | {
        "precision": rate_cell(one.precision),
        "recall": rate_cell(one.recall),
        "f1": share_cell(one.f1),
        "average_precision": "too few" if one.few else share_cell(one.average_precision),
    }


def _bins(kept: Reliability) -> list[dict[str, Any]]:
    return [
        {
            "confidence": f"{one.low:.0%} to {one.high:.0%}",
            "flags": one.count,
            "mean_confidence": share_cell(one.confidence),
            "right": share_cell(one.share),
        }
        for one in kept.bins
    ]


def _told(kept: Reliability) -> dict[str, Any]:
    error = kept.error
    return {
        "flags": kept.count,
        "expected_calibration_error": None if error is None else round(error, 4),
        "bins": [
            {
                "from": one.low,
                "to": one.high,
                "flags": one.count,
                "mean_confidence": round(one.confidence, 4),
                "right": round(one.share, 4),
            }
            for one in kept.bins
        ],
    }


def _write(folder: Path, judged: Sequence[FlaggedCall]) -> list[Path]:
    """The pictures by language, the figures, and what was wrong; returns what was written."""
    from qa_inspect.evaluate.curves import curve_picture
    from qa_inspect.evaluate.flags import by_language, confidence_kept, curves, figures, wrong

    written = []
    figure_rows = [_row(one) for one in figures(judged)]
    written.append(write_rows(folder / "flags.csv", figure_rows))
    written.append(
        write_rows(
            folder / "reliability.csv",
            _told(confidence_kept(judged))["bins"],
            ("from", "to", "flags", "mean_confidence", "right"),
        )
    )
    rows = [
        {name: getattr(one, name) for name in WRONG} | {"quotes": " | ".join(one.quotes)}
        for one in wrong(judged)
    ]
    written.append(write_rows(folder / "wrong.csv", rows, WRONG))
    for language, own in by_language(judged).items():
        drawn = curves(own)
        for kind in ("png", "svg"):
            path = folder / f"precision_recall_{language}.{kind}"
            path.write_bytes(curve_picture(drawn, language, kind))
            written.append(path)
    return written
