"""What ``evaluate flags`` and ``evaluate checks`` share: files of labelled calls, judged.

This module does not know what people have labelled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from qa_inspect.commands.render import calls as count_calls
from qa_inspect.commands.render import say

if TYPE_CHECKING:
    from qa_inspect.batch.inspect import Judge
    from qa_inspect.batch.references import ReadTruth, ReadyCall

Truth = TypeVar("Truth")

files_argument = click.argument(
    "files",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path),
    metavar="FILE.jsonl…",
)


def out_option(told: str) -> Callable[[Any], Any]:
    """``--out DIR``; ``told`` is its help."""
    return click.option(
        "--out", type=click.Path(file_okay=False, path_type=Path), metavar="DIR", help=told
    )


def ready_calls(
    files: Sequence[Path], names: Sequence[str], read_truth: ReadTruth[Truth]
) -> Iterator[tuple[ReadyCall[Truth], Judge]]:
    """The labelled calls of the files, each with the judge to ask; what is odd is told.

    Raises InputError for files that cannot be read, or with lines that are not right.
    """
    from qa_inspect.batch.inspect import Judge
    from qa_inspect.batch.references import read_labelled, with_pasts
    from qa_inspect.config import Config

    judge = Judge(names)
    labelled, notes = read_labelled(files, judge, read_truth)
    for note in notes:
        say(note, fg="yellow")
    say(f"judging {count_calls(len(labelled))}", dim=True)
    for one in with_pasts(labelled, judge, Config()):
        yield one, judge
