"""``qa-inspect evaluate checks``: how well verdicts on items agree with people."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qa_inspect.commands import options
from qa_inspect.commands.evaluate_tables import rate_cell, write_rows
from qa_inspect.commands.labelled import files_argument, out_option, ready_calls
from qa_inspect.commands.render import Column, emit, say

if TYPE_CHECKING:
    from qa_inspect.evaluate.checks import CheckedCall, CheckFigures

EPILOG = """\b
Examples:
  qa-inspect evaluate checks labelled.jsonl
  qa-inspect evaluate checks labelled.jsonl --rubric support --out quality/

\b
One line:
  {"call_id": "c1", "language": "en", "checks": {"greeting": "pass", "closing": "fail"},
   "turns": [{"role": "agent", "text": "Thank you for calling…"}, …]}
"""

COLUMNS = (
    Column("language", "Language"),
    Column("item", "Item"),
    Column("calls", "Calls", right=True),
    Column("agreement", "Agreement", right=True),
    Column("kappa", "Kappa", right=True),
    Column("truly_failed", "Truly failed", right=True),
    Column("failed", "Failed", right=True),
    Column("precision", "Precision of fails", right=True),
    Column("recall", "Recall of fails", right=True),
    Column("unjudged", "Not judged", right=True),
)
WRONG = ("call_id", "language", "item", "people", "rubric", "explanation", "quotes")


@click.command("checks", epilog=EPILOG)
@files_argument
@options.rubric_option
@out_option("Folder for the figures and the verdicts that people see otherwise.")
@options.format_options
def command(
    files: tuple[Path, ...], rubrics: tuple[str, ...], out: Path | None, output: str
) -> None:
    """Judge calls whose items people have judged, and say how well the verdicts agree.

    A file has the lines of import-transcripts with one more field: checks, which says of items
    pass, fail or not_applicable. Items that it leaves out are not compared. Shares come with their
    95 % interval. Nothing is stored.
    """
    from qa_inspect.evaluate.checks import disagreements, figures

    judged = _judged(files, rubrics)
    found = figures(judged)
    shown = [_shown(one) if output == "table" else _row(one) for one in found]
    emit(shown, COLUMNS, output, "Nobody judged an item of these rubrics.")
    if out is None:
        return
    rows = [
        {name: getattr(one, name) for name in WRONG} | {"quotes": " | ".join(one.quotes)}
        for one in disagreements(judged)
    ]
    say(f"wrote {write_rows(out / 'checks.csv', [_row(one) for one in found])}", dim=True)
    say(f"wrote {write_rows(out / 'disagreements.csv', rows, WRONG)}", dim=True)


def _judged(files: Sequence[Path], names: Sequence[str]) -> list[CheckedCall]:
    from qa_inspect.domain import base_language
    from qa_inspect.evaluate.checks import CheckedCall, read_truth

    found = []
    for one, judge in ready_calls(files, names, read_truth):
        verdict = judge.judge(one.transcript, one.metadata, one.past)
        checks = {check.item: check for check in reversed(verdict.checks)}
        ordered = {check.item: checks[check.item] for check in verdict.checks}
        language = base_language(one.transcript.language)
        found.append(CheckedCall(one.call_id, language, one.truth, ordered))
    return found


def _row(one: CheckFigures) -> dict[str, Any]:
    row: dict[str, Any] = {"language": one.language, "item": one.item, "calls": one.calls}
    row |= {"agreed": one.agreed, "agreement": one.agreement.share, "kappa": one.kappa}
    row |= {"truly_failed": one.truly_failed, "failed": one.failed}
    for name, rate in (("precision", one.precision), ("recall", one.recall)):
        low, high = rate.interval or (None, None)
        row |= {name: rate.share, f"{name}_low": low, f"{name}_high": high}
    row["unjudged"] = one.unjudged
    return {key: round(v, 4) if isinstance(v, float) else v for key, v in row.items()}


def _shown(one: CheckFigures) -> dict[str, Any]:
    return _row(one) | {
        "agreement": rate_cell(one.agreement),
        "kappa": None if one.kappa is None else f"{one.kappa:.2f}",
        "precision": rate_cell(one.precision),
        "recall": rate_cell(one.recall),
    }
