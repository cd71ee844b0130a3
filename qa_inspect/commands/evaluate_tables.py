"""Cells and files that the measuring commands share. It does not know what is measured."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qa_inspect.errors import InputError

if TYPE_CHECKING:
    from qa_inspect.evaluate.rates import Rate


def share_cell(value: float | None) -> str | None:
    """A share (0–1) in percent, None where there is none."""
    return None if value is None else f"{value:.1%}"


def rate_cell(rate: Rate) -> str | None:
    """A share with its interval, such as ``93.3% (70–99)``."""
    if rate.share is None or rate.interval is None:
        return None
    low, high = rate.interval
    return f"{rate.share:.1%} ({100 * low:.0f}–{100 * high:.0f})"


def write_rows(path: Path, rows: Sequence[Mapping[str, Any]], names: Sequence[str] = ()) -> Path:
    """Writes rows as a CSV file that spreadsheets read; returns its path. Raises InputError."""
    from qa_inspect.report.table_files import harmless

    columns = list(names) or list(dict.fromkeys(name for row in rows for name in row))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # the mark at the beginning is what tells spreadsheets that this is UTF-8
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.DictWriter(file, columns, lineterminator="\n")
            writer.writeheader()
            for row in rows:
                cells = {name: row.get(name) for name in columns}
                writer.writerow(
                    {n: harmless(v) if isinstance(v, str) else v for n, v in cells.items()}
                )
    except OSError as error:
        raise InputError(
            f"cannot be written ({error.strerror or error})",
            where=str(path),
            cure="give another folder with --out",
        ) from error
    return path
