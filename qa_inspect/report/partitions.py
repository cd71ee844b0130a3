"""The contract's tables as Parquet partitioned by day: ``calls/day=2026-11-20/part-0.parquet``.

A day is the date of a call's start on its own clock. An export replaces the days it was asked for
and leaves the others, so the same command may run every night, or twice, over one growing folder.
This module does not know where calls come from, nor how the store compares times.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from types import MappingProxyType

from qa_inspect.domain import CallResult
from qa_inspect.report.dictionary import TABLES
from qa_inspect.report.export import sync, written_into
from qa_inspect.report.rows import Row, table_rows
from qa_inspect.report.table_files import ParquetFile

UNDATED = "__HIVE_DEFAULT_PARTITION__"
"""Where calls go whose start is not known; readers of Hive partitions take it for no value."""

_PREFIX = "day="
_OPEN = timedelta(days=2)
"""How long a day may still get calls after a later one began: clocks differ by up to 26 hours."""


@dataclass(frozen=True, slots=True)
class Days:
    """The days to export, both included; None is an open end."""

    first: date | None = None
    last: date | None = None

    def __contains__(self, day: object) -> bool:
        if not isinstance(day, date):
            return self.first is None and self.last is None
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


def export_by_day(calls: Iterable[CallResult], out: Path, days: Days) -> tuple[Path, ...]:
    """Write each table's folder of days into ``out``; gives the folders of the tables.

    ``calls`` come in order of time, as the store gives them; those of other days are left out. Days
    that were asked for and have no call any more lose their files. Nothing changes in ``out``
    before every file is written. Raises InputError where the folder or disk cannot be written.
    """
    with written_into(out):
        with _workshop(out) as made:
            parts = _Parts(made)
            for call in calls:
                start = call.recording.metadata.started_at
                day = None if start is None else start.date()
                if day in days:
                    parts.add(day, table_rows(call))
            parts.finish()
            for table in TABLES:
                _put(made / table, out / table, days)
        sync(out)
        return tuple(out / table for table in TABLES)


class _Parts:
    """Files being written, of the few days that calls still come for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: dict[date | None, Mapping[str, ParquetFile]] = {}

    def add(self, day: date | None, rows: Mapping[str, Sequence[Row]]) -> None:
        if day not in self._open:
            self._open[day] = self._begin(day)
            self._close([d for d in self._open if d and day and d < day - _OPEN])
        for name, found in rows.items():
            self._open[day][name].write(TABLES[name], found)

    def finish(self) -> None:
        self._close(list(self._open))

    def _begin(self, day: date | None) -> Mapping[str, ParquetFile]:
        return MappingProxyType({name: ParquetFile(self._place(name, day)) for name in TABLES})

    def _place(self, table: str, day: date | None) -> Path:
        folder = self._folder / table / (_PREFIX + (UNDATED if day is None else day.isoformat()))
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"part-{sum(1 for _ in folder.iterdir())}.parquet"

    def _close(self, days: Sequence[date | None]) -> None:
        for day in days:
            for file in self._open.pop(day).values():
                file.close()


@contextmanager
def _workshop(out: Path) -> Iterator[Path]:
    """A folder beside the finished ones, gone after the block whatever happens."""
    made = Path(tempfile.mkdtemp(prefix=".partial.", dir=out))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _put(made: Path, out: Path, days: Days) -> None:
    """Move a table's new days into place, and take away what is no longer true of them."""
    out.mkdir(exist_ok=True)
    written: set[Path] = set()
    for file in sorted(made.glob(f"{_PREFIX}*/*.parquet")):
        sync(file)
        place = out / file.relative_to(made)
        place.parent.mkdir(exist_ok=True)
        file.replace(place)
        written.add(place)
    for old in out.glob(f"{_PREFIX}*/part-*.parquet"):
        if old not in written and _day(old.parent) in days:
            old.unlink()
    for folder in out.glob(f"{_PREFIX}*"):
        if any(folder.iterdir()):
            sync(folder)
        else:
            folder.rmdir()
    sync(out)


def _day(folder: Path) -> date | None:
    name = folder.name.removeprefix(_PREFIX)
    return None if name == UNDATED else date.fromisoformat(name)
