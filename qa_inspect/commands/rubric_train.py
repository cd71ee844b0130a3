"""``qa-inspect rubric train``: a head for the kind ``learned`` from labelled lines."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qa_inspect.commands.render import emit_json, say
from qa_inspect.errors import InputError

if TYPE_CHECKING:
    from qa_inspect.rubric.heads import HeadCard

WEAK = 0.7
"""Precision or recall (0–1) under which a head errs too often to be relied on."""

EPILOG = """\b
LINES has the columns text and label (yes or no):
  text,label
  "That is not my problem.",no
  "Let me put that right for you.",yes

\b
Example:
  qa-inspect rubric train lines.csv --out heads/rude.npz
"""


@click.command("train", epilog=EPILOG)
@click.argument("lines", type=click.Path(path_type=Path), metavar="LINES")
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="HEAD",
    help="The head to write, such as heads/rude.npz beside your rubric.",
)
@click.option("--name", metavar="NAME", help="What to call it. Default: the name of its file.")
@click.option("--force", is_flag=True, help="Replace a head that is there already.")
@click.option("--json", "as_json", is_flag=True, help="Print its card as JSON.")
def train(lines: Path, out: Path, name: str | None, force: bool, as_json: bool) -> None:
    """Train a head on lines of text that you labelled yes or no, and say how good it is.

    LINES is a CSV, TSV, JSONL or YAML file. The head keeps numbers, never a line. An item of kind
    learned then asks it.
    """
    from dataclasses import asdict

    from qa_inspect.language.embed import load_embedder
    from qa_inspect.rubric.head_lines import read_lines
    from qa_inspect.rubric.head_training import train_head
    from qa_inspect.rubric.heads import SUFFIX, save_head

    if out.suffix != SUFFIX:
        raise InputError(
            "a head is a file that ends in .npz", where=str(out), cure=f"name it {out.stem}{SUFFIX}"
        )
    if out.exists() and not force:
        raise InputError(
            "there is a head of that name already",
            where=str(out),
            cure="choose another name, or replace it with --force",
        )
    labelled = read_lines(lines)
    say(f"Reading {len(labelled):,} lines with the sentence model …")
    try:
        head = train_head(labelled, load_embedder(), name or out.stem)
    except InputError as error:
        raise InputError(error.problem, where=error.where or str(lines), cure=error.cure) from None
    try:
        save_head(head, out)
    except OSError as error:
        raise InputError(
            f"the head cannot be written ({error.strerror or error})",
            where=str(out),
            cure="name a folder that can be written",
        ) from error
    card = head.card
    if as_json:
        emit_json(asdict(card))
    else:
        _tell(card, out)
    if min(card.precision or 0.0, card.recall) < WEAK:
        say(
            f"Precision or recall is under {WEAK:g}: label more lines of both kinds before you "
            "rely on it."
        )


def _tell(card: HeadCard, out: Path) -> None:
    click.echo(f"{out}: {card.told}.")
    click.echo(
        f"{card.lines} different lines, {card.hits} of them yes; a hit from {card.threshold:.2f} "
        f"on; held-back lines told apart: {card.auc:.2f} (0.5 is chance, 1 is perfect)."
    )
    click.echo(
        f"In a rubric in this folder: {{kind: learned, head: {_as_yaml(out.as_posix())}}} (a "
        "relative path counts from the rubric file)."
    )


def _as_yaml(path: str) -> str:
    return path if re.fullmatch(r"[\w./-]+", path) else json.dumps(path, ensure_ascii=False)
