"""The contract's tables as files: JSONL, CSV, Parquet or one XLSX workbook.

Calls are read once and streamed; each file is written beside its place, synced and then renamed,
so a reader never sees half a file. Columns and types come from ``dictionary``. This module does
not know where calls come from.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import MappingProxyType

from qa_inspect.domain import CallResult
from qa_inspect.errors import InputError
from qa_inspect.report.dictionary import TABLES
from qa_inspect.report.rows import table_rows
from qa_inspect.report.table_files import (
    CsvFile,
    JsonlFile,
    ParquetFile,
    TableFile,
    XlsxFile,
    is_export,
)
from qa_inspect.rubric.masking import masked_call


def export_tables(calls: Iterable[CallResult], out: Path, format: str) -> tuple[Path, ...]:
    """Write every table of the contract into the folder ``out``, replacing older exports.

    ``format`` is ``jsonl``, ``csv``, ``parquet`` or ``xlsx`` (one workbook, ``qa-inspect.xlsx``).
    Returns the files written. Raises InputError for another format and for a folder or disk that
    cannot be written; nothing half-written is left behind.
    """
    make = _WRITERS.get(format)
    if make is None:
        raise InputError(
            f"there is no export format {format!r}", cure=f"choose one of {', '.join(FORMATS)}"
        )
    with written_into(out):
        return _export(calls, out, format, make)


@contextmanager
def written_into(out: Path) -> Iterator[None]:
    """A block that writes into the folder ``out``, made where it is missing.

    Raises InputError for a folder or disk that cannot be written.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise InputError(
            f"the export cannot be written: {error.strerror or error}",
            where=str(out),
            cure="choose another folder with --out, or free some space",
        ) from error


def _export(
    calls: Iterable[CallResult], out: Path, format: str, make: Callable[[Path], TableFile]
) -> tuple[Path, ...]:
    names = ["qa-inspect"] if format == "xlsx" else list(TABLES)
    for name in names:
        _refuse_others(out / f"{name}.{format}")
    with ExitStack() as cleanup:
        temporary = {name: _temporary(out, f"{name}.{format}", cleanup) for name in names}
        writers = {name: make(path) for name, path in temporary.items()}
        by_table = {name: writers.get(name) or writers["qa-inspect"] for name in TABLES}
        try:
            for name, writer in by_table.items():
                writer.write(TABLES[name], ())
            for call in calls:
                # people open and pass on a workbook; the others are read by programs
                told = masked_call(call) if format == "xlsx" else call
                for name, rows in table_rows(told).items():
                    by_table[name].write(TABLES[name], rows)
        finally:
            for writer in writers.values():
                writer.close()
        finished = tuple(out / f"{name}.{format}" for name in names)
        for path in temporary.values():
            sync(path)
        for path, final in zip(temporary.values(), finished, strict=True):
            path.replace(final)
        sync(out)
    return finished


def _refuse_others(path: Path) -> None:
    """Raises InputError for a file that is no earlier export: nobody's own table is lost."""
    if path.exists() and not is_export(path):
        raise InputError(
            "a file of this name is there already, and it is no export of qa-inspect's",
            where=str(path),
            cure="choose another folder with --out, or move the file",
        )


def _temporary(out: Path, name: str, cleanup: ExitStack) -> Path:
    handle, made = tempfile.mkstemp(prefix=f".{name}.", suffix=".partial", dir=out)
    os.close(handle)
    path = Path(made)
    cleanup.callback(path.unlink, missing_ok=True)
    # mkstemp gives 0600; an export is for others to read, as far as the umask allows.
    umask = os.umask(0)
    os.umask(umask)
    path.chmod(0o666 & ~umask)
    return path


def sync(path: Path) -> None:
    """Have the disk keep what was written to a file, or the names in a folder."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


_WRITERS: Mapping[str, Callable[[Path], TableFile]] = MappingProxyType(
    {"jsonl": JsonlFile, "csv": CsvFile, "parquet": ParquetFile, "xlsx": XlsxFile}
)
FORMATS = tuple(_WRITERS)
"""The formats that ``export_tables`` writes."""
