"""Tables written as JSONL, CSV, Parquet or XLSX, row by row.

Columns and types come from ``dictionary``. This module does not know where a file lies, nor when it
takes the place of an older one.
"""

from __future__ import annotations

import csv
import json
import re
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

from qa_inspect.report.dictionary import TABLES, Column, Kind, TableSchema
from qa_inspect.report.rows import Row

_UNWRITABLE = re.compile("[\x00\ud800-\udfff]")
_FORMULA_START = ("=", "+", "-", "@", "\t", "\r", "\n")
_PARQUET_ROWS = 20_000
_XLSX_ROWS = 1_048_576
_XLSX_CHARACTERS = 32_767
_START = 16


class TableFile(Protocol):
    """Writes rows of one table (or of all) to a file."""

    def write(self, table: TableSchema, rows: Sequence[Row]) -> None:
        """Add rows; the first call tells the columns, even without rows."""
        ...

    def close(self) -> None:
        """Finish the file."""
        ...


def _clean(value: Any) -> Any:
    """The value with every character that no file format takes replaced by U+FFFD."""
    if isinstance(value, str):
        return _UNWRITABLE.sub("\ufffd", value)
    if isinstance(value, Mapping):
        return {_clean(name): _clean(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean(part) for part in value]
    return value


def harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula: a dangerous beginning is preceded by ``'``."""
    return f"'{text}" if text.startswith(_FORMULA_START) else text


def _flat(column: Column, value: Any) -> Any:
    """A value as one cell: text, number, boolean or None."""
    if value is None:
        return None
    if column.nested:
        return json.dumps(_clean(value), ensure_ascii=False)
    return harmless(_clean(value)) if isinstance(value, str) else value


class JsonlFile:
    """One JSON object a line, nested values as they are."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8", newline="\n")

    def write(self, table: TableSchema, rows: Sequence[Row]) -> None:
        for row in rows:
            self._file.write(json.dumps(_clean(row), ensure_ascii=False) + "\n")

    def close(self) -> None:
        self._file.close()


class CsvFile:
    """UTF-8 without a byte-order mark; nested values are JSON text."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8", newline="")
        self._csv = csv.writer(self._file)
        self._begun = False

    def write(self, table: TableSchema, rows: Sequence[Row]) -> None:
        if not self._begun:
            self._csv.writerow([column.name for column in table.columns])
            self._begun = True
        for row in rows:
            cells = [_flat(column, row[column.name]) for column in table.columns]
            self._csv.writerow(
                [str(cell).lower() if isinstance(cell, bool) else cell for cell in cells]
            )

    def close(self) -> None:
        self._file.close()


class ParquetFile:
    """Nested values keep their types; each column carries its meaning."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: Any = None
        self._rows: list[Row] = []
        self._table: TableSchema | None = None

    def write(self, table: TableSchema, rows: Sequence[Row]) -> None:
        self._table = table
        self._rows += rows
        if self._writer is None or len(self._rows) >= _PARQUET_ROWS:
            self._flush()

    def _flush(self) -> None:
        import pyarrow
        import pyarrow.parquet

        if self._table is None:
            return
        schema = pyarrow.schema([_arrow_field(column) for column in self._table.columns])
        if self._writer is None:
            self._writer = pyarrow.parquet.ParquetWriter(self._path, schema, compression="zstd")
        columns = {
            column.name: [_arrow_value(column, row[column.name]) for row in self._rows]
            for column in self._table.columns
        }
        if self._rows:
            self._writer.write_table(pyarrow.table(columns, schema=schema))
        self._rows = []

    def close(self) -> None:
        self._flush()
        if self._writer is not None:
            self._writer.close()


def _arrow_field(column: Column) -> Any:
    import pyarrow

    simple = {
        Kind.TEXT: pyarrow.string(),
        Kind.INTEGER: pyarrow.int64(),
        Kind.NUMBER: pyarrow.float64(),
        Kind.BOOLEAN: pyarrow.bool_(),
        Kind.TIME: pyarrow.timestamp("us"),
        Kind.NAMES: pyarrow.list_(pyarrow.string()),
        Kind.MAP: pyarrow.map_(pyarrow.string(), pyarrow.string()),
    }
    if column.kind is Kind.RECORDS:
        kind = pyarrow.list_(pyarrow.struct([_arrow_field(part) for part in column.fields]))
    else:
        kind = simple[column.kind]
    return pyarrow.field(
        column.name, kind, metadata={"meaning": column.meaning}, nullable=not column.required
    )


def _arrow_value(column: Column, value: Any) -> Any:
    if value is None:
        return None
    if column.kind is Kind.TIME:
        moment = datetime.fromisoformat(value)
        # Without a zone label: readers such as DuckDB in Python need a further package for one.
        return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
    if column.kind is Kind.MAP:
        return list(_clean(value).items())
    return _clean(value)


class XlsxFile:
    """One workbook with a sheet for each table: frozen head, filters, real dates and numbers."""

    _WIDTHS: Mapping[str, int] = MappingProxyType(
        {"call_id": 24, "path": 32, "text": 72, "explanation": 60, "evidence": 48, "error": 48}
    )

    def __init__(self, path: Path) -> None:
        import xlsxwriter

        self._book: Any = xlsxwriter.Workbook(
            str(path),
            {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "tmpdir": str(path.parent),
            },
        )
        self._head = self._book.add_format(
            {"bold": True, "bg_color": "#1F3A4D", "font_color": "#FFFFFF", "valign": "vcenter"}
        )
        self._time = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._sheets: dict[str, tuple[Any, int, int]] = {}
        for table in TABLES.values():
            self._begin(table, 1)

    def _begin(self, table: TableSchema, number: int) -> None:
        sheet = self._book.add_worksheet(table.name if number == 1 else f"{table.name} {number}")
        for place, column in enumerate(table.columns):
            sheet.set_column(place, place, self._WIDTHS.get(column.name, 14))
        sheet.freeze_panes(1, 1)
        for place, column in enumerate(table.columns):
            sheet.write_string(0, place, column.name, self._head)
        self._sheets[table.name] = (sheet, 1, number)

    def write(self, table: TableSchema, rows: Sequence[Row]) -> None:
        for row in rows:
            if self._sheets[table.name][1] >= _XLSX_ROWS:
                self._finish(table)
                self._begin(table, self._sheets[table.name][2] + 1)
            sheet, line, number = self._sheets[table.name]
            for place, column in enumerate(table.columns):
                self._cell(sheet, line, place, column, row[column.name])
            self._sheets[table.name] = (sheet, line + 1, number)

    def _cell(self, sheet: Any, line: int, place: int, column: Column, value: Any) -> None:
        if value is None:
            return
        if column.kind is Kind.TIME:
            moment = datetime.fromisoformat(value).replace(tzinfo=None)
            if moment.year >= 1900:
                sheet.write_datetime(line, place, moment, self._time)
            else:
                sheet.write_string(line, place, value)
        elif isinstance(value, bool):
            sheet.write_boolean(line, place, value)
        elif isinstance(value, (int, float)):
            sheet.write_number(line, place, value)
        else:
            sheet.write_string(line, place, _flat(column, value)[:_XLSX_CHARACTERS])

    def _finish(self, table: TableSchema) -> None:
        sheet, line, _ = self._sheets[table.name]
        sheet.autofilter(0, 0, max(line - 1, 1), len(table.columns) - 1)

    def close(self) -> None:
        from xlsxwriter.exceptions import FileCreateError

        for table in TABLES.values():
            self._finish(table)
        try:
            self._book.close()
        except FileCreateError as error:
            raise OSError(str(error)) from error


def is_export(path: Path) -> bool:
    """Whether a file begins as one of these tables does; an empty file counts, as nobody misses it.

    Raises OSError where it cannot be read.
    """
    with path.open("rb") as file:
        start = file.read(_START)
    if not start:
        return True
    if path.suffix == ".jsonl":
        return start.startswith(b'{"call_id"')
    if path.suffix == ".csv":
        return start.startswith(b"call_id,")
    if path.suffix == ".parquet":
        return start.startswith(b"PAR1") and _first_column(path) == "call_id"
    return start.startswith(b"PK") and all(name in _sheets(path) for name in TABLES)


def _first_column(path: Path) -> str:
    import pyarrow
    import pyarrow.parquet

    try:
        return str(next(iter(pyarrow.parquet.read_schema(path).names), ""))
    except pyarrow.ArrowException:
        return ""


def _sheets(path: Path) -> str:
    """What a workbook says of its sheets, as it stands there."""
    try:
        with zipfile.ZipFile(path) as book:
            return book.read("xl/workbook.xml").decode("utf-8", "replace")
    except (zipfile.BadZipFile, KeyError):
        return ""
