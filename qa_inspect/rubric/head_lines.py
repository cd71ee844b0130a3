"""Labelled lines from a file, to train a head on. Every fault is told at once, with its line.

This module does not know heads or how they are trained.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qa_inspect.errors import InputError
from qa_inspect.rubric.fields import did_you_mean
from qa_inspect.rubric.yaml_tree import parse

COLUMNS = ("text", "label")
_YES = frozenset({"yes", "y", "true", "1", "hit"})
_NO = frozenset({"no", "n", "false", "0", "miss"})
_MOST_SHOWN = 20

Row = tuple[int, Mapping[str, Any]]
"""A line number, from 1, and what stands there by column."""


@dataclass(frozen=True, slots=True)
class LabelledLine:
    """A line of text and whether it shows the thing."""

    text: str
    hit: bool


def read_lines(file: Path) -> tuple[LabelledLine, ...]:
    """The labelled lines of a CSV, TSV, JSONL or YAML file with ``text`` and ``label`` (yes or no).

    Raises InputError naming every fault with its line.
    """
    reader = _READERS.get(file.suffix.lower())
    if reader is None:
        ending = f"a {file.suffix} file" if file.suffix else "a file whose name has no ending"
        raise InputError(
            f"labelled lines cannot be read from {ending}",
            where=str(file),
            cure=f"use one of {', '.join(_READERS)}",
        )
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise InputError("is not UTF-8 text", where=str(file), cure="save it as UTF-8") from None
    except OSError as error:
        raise InputError(
            f"the labelled lines cannot be read ({error.strerror or error})",
            where=str(file),
            cure="check the path and its permissions",
        ) from error
    try:
        rows = list(reader(text))
    except (csv.Error, ValueError) as error:
        reason = " ".join(str(error).split())
        raise InputError(f"the labelled lines cannot be read ({reason})", where=str(file)) from None
    return _checked(rows, file)


def _checked(rows: Sequence[Row], file: Path) -> tuple[LabelledLine, ...]:
    if not rows:
        raise InputError(
            "the file holds no lines",
            where=str(file),
            cure="write one line a row, with the columns text and label",
        )
    columns = list(dict.fromkeys(str(key) for _, row in rows for key in row))
    missing = [name for name in COLUMNS if name not in columns]
    if missing:
        raise InputError(
            f"there is no column {' and no column '.join(missing)}",
            where=str(file),
            cure=f"name the columns text and label; the file has {', '.join(columns) or 'none'}",
        )
    strange = [name for name in columns if name not in COLUMNS]
    if strange:
        raise InputError(
            f"the column {strange[0]} is not known",
            where=str(file),
            cure=did_you_mean(strange[0], COLUMNS) + "; take other columns out",
        )
    faults: list[str] = []
    lines: list[LabelledLine] = []
    for number, row in rows:
        line = _line(row)
        if isinstance(line, str):
            faults.append(f"line {number}: {line}")
        else:
            lines.append(line)
    if faults:
        shown = "; ".join(faults[:_MOST_SHOWN])
        more = f"; and {len(faults) - _MOST_SHOWN} more" if len(faults) > _MOST_SHOWN else ""
        raise InputError(
            f"{shown}{more}",
            where=str(file),
            cure="give every line a text and the label yes or no",
        )
    return tuple(lines)


def _line(row: Mapping[str, Any]) -> LabelledLine | str:
    """The line, or what is wrong with it."""
    text, label = row.get("text"), row.get("label")
    if text is None or not str(text).strip():
        return "the text is empty"
    if not isinstance(text, str):
        return f"the text is no text ({text!r})"
    word = str("" if label is None else label).strip().casefold()
    if word in _YES:
        return LabelledLine(text.strip(), True)
    if word in _NO:
        return LabelledLine(text.strip(), False)
    return f"the label {word} is neither yes nor no" if word else "the label is empty"


def _separated(delimiters: str) -> Callable[[str], Iterator[Row]]:
    """A reader of values separated by the one of ``delimiters`` that the header has most of."""

    def read(text: str) -> Iterator[Row]:
        header = text.partition("\n")[0]
        delimiter = max(delimiters, key=header.count)
        reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        for row in reader:
            if None in row:
                raise ValueError(
                    f"line {reader.line_num} has more columns than the header; put quotes around "
                    "a text that holds the separator"
                )
            yield reader.line_num, row

    return read


def _json_lines(text: str) -> Iterator[Row]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise ValueError(f"line {number} is not JSON: {error.msg}") from None
        if not isinstance(row, dict):
            raise ValueError(f"line {number} is no object with text and label")
        yield number, row


def _yaml(text: str) -> Iterator[Row]:
    """A list of ``{text, label}``, or the lists ``yes`` and ``no``."""
    tree = parse(text)
    data = tree.data
    if isinstance(data, dict) and set(data) <= {"yes", "no"}:
        for label, texts in data.items():
            if not isinstance(texts, list):
                raise ValueError(f"{label} must be a list of texts")
            for at, line in enumerate(texts):
                yield tree.line((label, at)), {"text": line, "label": label}
        return
    if not isinstance(data, list) or not all(isinstance(row, dict) for row in data):
        raise ValueError("write a list of entries with text and label, or the lists yes and no")
    for at, row in enumerate(data):
        yield tree.line((at,)), row


_READERS: Mapping[str, Callable[[str], Iterator[Row]]] = {
    # spreadsheets write semicolons where the comma is the decimal sign
    ".csv": _separated(",;\t"),
    ".tsv": _separated("\t"),
    ".jsonl": _json_lines,
    ".yaml": _yaml,
    ".yml": _yaml,
}
