"""Prints rows as a table, JSON or CSV. Colours and widths adapt to the terminal; pipes stay plain.

It does not know what the rows mean.
"""

from __future__ import annotations

import csv
import json
import logging
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from qa_inspect.commands.json_log import told_as_json
from qa_inspect.rubric import wording

if TYPE_CHECKING:
    from rich.console import Console

SEVERITY_STYLE = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "cyan"}
STATUS_STYLE = {
    "pass": "green",
    "fail": "red",
    "partly": "yellow",
    "not_applicable": "dim",
    "cannot_judge": "yellow",
    "error": "magenta",
}
_LEVELS = {"red": logging.ERROR, "yellow": logging.WARNING}
"""How grave a line for people is, by its colour."""
_WRAPPED = 20
_PADDING = 3
ROLE_STYLE = {"agent": "cyan", "customer": "green", "other": "dim", "unknown": "yellow"}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: the row's key, its heading, and how it is set.

    ``most`` is how many letters it may be wide before its text goes on in the next line. ``spare``
    columns are left out where the terminal is too narrow for all, the highest number first.
    """

    key: str
    heading: str
    right: bool = False
    styles: Mapping[str, str] | None = None
    wrap: bool = False
    most: int | None = None
    spare: int = 0


def console() -> Console:
    """Standard output; wide enough not to fold where it is no terminal."""
    from rich.console import Console

    if sys.stdout.isatty():
        return Console(highlight=False)
    return Console(highlight=False, width=160, no_color=True)


def emit(
    rows: Sequence[Mapping[str, Any]], columns: Sequence[Column], output: str, empty: str
) -> None:
    """Print rows in the format ``table``, ``json`` or ``csv``; ``empty`` is said of no rows."""
    if output == "json":
        emit_json(list(rows))
    elif output == "csv":
        _emit_csv(rows, columns)
    elif rows:
        _emit_table(rows, columns)
    else:
        click.echo(empty)


def emit_json(value: Any) -> None:
    """Print a value as JSON to standard output."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=_plain))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (set, frozenset, tuple)):
        return list(value)
    return str(value)


def _emit_csv(rows: Sequence[Mapping[str, Any]], columns: Sequence[Column]) -> None:
    keys = list(dict.fromkeys(key for row in rows for key in row)) or [c.key for c in columns]
    writer = csv.DictWriter(sys.stdout, keys, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({key: _csv_cell(row.get(key)) for key in keys})


def _csv_cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (Mapping, list, tuple)):
        return json.dumps(value, ensure_ascii=False, default=_plain)
    from qa_inspect.report.table_files import harmless

    return harmless(value) if isinstance(value, str) else value


def _emit_table(rows: Sequence[Mapping[str, Any]], columns: Sequence[Column]) -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    out = console()
    cells = {c.key: [table_cell(row.get(c.key)) for row in rows] for c in columns}
    shown = fitting(columns, cells, out.width) if out.is_terminal else columns
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in shown:
        table.add_column(
            column.heading,
            justify="right" if column.right else "left",
            overflow="fold" if column.wrap else "ellipsis",
            min_width=min(14, _widest(column, cells)) if column.wrap else None,
            max_width=column.most,
        )
    for place in range(len(rows)):
        texts = ((column, cells[column.key][place]) for column in shown)
        table.add_row(*(Text(text, style=(c.styles or {}).get(text, "")) for c, text in texts))
    out.print(table)


def fitting(
    columns: Sequence[Column], cells: Mapping[str, Sequence[str]], width: int
) -> list[Column]:
    """The columns whose ``cells`` fit ``width`` characters: spare ones are left out until they do.

    Text that may go on in the next line asks for little room.
    """

    def room(column: Column) -> int:
        widest = _widest(column, cells)
        return min(widest, column.most or (_WRAPPED if column.wrap else widest)) + _PADDING

    shown = list(columns)
    while sum(map(room, shown)) > width and any(column.spare for column in shown):
        shown.remove(max(shown, key=lambda column: column.spare))
    return shown


def _widest(column: Column, cells: Mapping[str, Sequence[str]]) -> int:
    """How many characters the heading or the longest cell takes."""
    from rich.cells import cell_len

    return max(map(cell_len, (column.heading, *cells[column.key])), default=0)


def table_cell(value: Any) -> str:
    """A value as a person reads it: numbers short, nothing as a dash, lists with commas."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.1f}"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {table_cell(count)}" for name, count in value.items()) or "–"
    if isinstance(value, (list, tuple)):
        return ", ".join(table_cell(item) for item in value) or "–"
    return str(value)


def clock(seconds: float | None) -> str:
    """Seconds as m:ss or h:mm:ss; a dash where the time is not known."""
    return "–" if seconds is None else wording.clock(seconds)


def calls(count: int, verb: str = "") -> str:
    """``1 call needs``, ``3 calls need``: the verb in its plural form is fitted to the number."""
    if not verb:
        return wording.count(count, "call")
    singular = {"are": "is", "were": "was", "have": "has"}.get(verb, f"{verb}s")
    return wording.count(count, f"call {singular}", f"calls {verb}")


def say(text: str, **style: Any) -> None:
    """A line for people, on standard error; as JSON where the run's log is."""
    if not told_as_json(text, _LEVELS.get(style.get("fg", ""), logging.INFO)):
        click.secho(text, err=True, **style)
