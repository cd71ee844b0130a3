"""Reading what can still be read from a damaged SQLite file into a sound one beside it.

Rows are read in the order in which they were written; where one cannot be read, the next that can
is looked for. A call of which a row may be missing is not kept half: it is left out and named, so
that its recording is inspected again. The damaged file is kept under another name.

This module does not look for damage. PostgreSQL looks after its own files.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, delete, exists, func, select

from qa_inspect.domain import CallStatus
from qa_inspect.errors import StoreError
from qa_inspect.store import dialect, tables
from qa_inspect.store.reading import load_calls
from qa_inspect.store.results import Store, open_store
from qa_inspect.store.writing import remove_call

_SIDES = ("", "-wal", "-shm")
_TOGETHER = 100
_JUDGED = frozenset(
    t.name for t in (tables.rubric_scores, tables.checks, tables.flags, tables.to_judge)
)
_HEARD = frozenset(table.name for table in tables.CHILDREN) - _JUDGED
_STEPS = 4_000
"""So many places after a row that cannot be read are tried one by one, then ever longer leaps."""
_MADE_AGAIN = (
    tables.schema_versions,
    tables.call_figures,
    tables.figure_names,
    tables.file_hashes,
)
"""Tables that are not copied: what is in them is written anew or worked out again."""
_FARTHEST = 2**62
_HEAD = 100
"""Bytes of a SQLite file's header."""


@dataclass(frozen=True, slots=True)
class Salvaged:
    """What came of it. ``calls`` are whole in the new file. ``lost`` may have lacked a row and were
    left out, to be inspected again; ``doubtful`` may lack one too and were kept, because they have
    no recording. ``judged`` is false where verdicts have lost rows, so that calls have to be judged
    again from their words. ``kept_as`` is the damaged file."""

    calls: int
    lost: tuple[str, ...]
    doubtful: tuple[str, ...]
    judged: bool
    kept_as: Path


@dataclass(frozen=True, slots=True)
class _Gap:
    """Rows between two numbers that cannot be read, both ends left out."""

    after: int
    before: int


@dataclass(frozen=True, slots=True)
class _Tear:
    """Missing rows of a table, between those of two calls (None: from the beginning, to the end).
    ``named`` are calls whose names can still be read there."""

    table: str
    since: str | None
    until: str | None
    named: frozenset[str]


_Row = tuple[int, tuple[Any, ...]]


def salvage(path: Path) -> Salvaged:
    """Replace a damaged database by what can be read of it.

    Raises StoreError: another program holds it, nothing of ours can be read, there is no room.
    """
    stamp = f"{datetime.now():%Y%m%d-%H%M%S}"
    fresh = path.with_name(f"{path.name}.repaired-{stamp}")
    kept = path.with_name(f"{path.name}.damaged-{stamp}")
    with dialect.plain_errors(str(path)):
        _nobody_else(path)
        try:
            open_store(fresh).close()
            with _whole_length(path) as readable:
                tears = _copied(readable, fresh)
            with open_store(fresh) as store:
                if not store.count():
                    raise _hopeless(path)
                lost, doubtful = _settled(store, tears)
                calls = store.count() - len(doubtful)
        except BaseException:
            for side in _SIDES:
                fresh.with_name(fresh.name + side).unlink(missing_ok=True)
            raise
    for side in _SIDES:  # its log belongs to the damaged file, and must not meet the new one
        part = path.with_name(path.name + side)
        if part.exists():
            part.rename(kept.with_name(kept.name + side))
    fresh.rename(path)
    judged = not any(tear.table in _JUDGED for tear in tears)
    return Salvaged(calls, tuple(sorted(lost)), tuple(sorted(doubtful)), judged, kept)


def remake_indexes(path: Path) -> None:
    """Make every index anew from its table. Raises StoreError."""
    with dialect.plain_errors(str(path)), closing(_opened(path)) as connection:
        connection.execute("REINDEX")


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=1.0, isolation_level=None)


def _nobody_else(path: Path) -> None:
    with closing(_opened(path)) as connection:
        try:
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("ROLLBACK")
        except sqlite3.DatabaseError as error:
            if "locked" in str(error):
                raise
            # else it is too damaged to be locked: nobody can be at work in it


@contextmanager
def _whole_length(path: Path) -> Iterator[Path]:
    """The file, or where it was cut off a copy as long as its first page says: SQLite reads
    nothing at all of a file that is too short."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    page = int.from_bytes(head[16:18], "big")
    length = int.from_bytes(head[28:32], "big") * (65_536 if page == 1 else page)
    if len(head) < _HEAD or path.stat().st_size >= length:
        yield path
        return
    with tempfile.TemporaryDirectory(prefix=f"{path.name}.", dir=path.parent) as folder:
        longer = Path(folder) / path.name
        shutil.copyfile(path, longer)
        os.truncate(longer, length)
        yield longer


def _copied(path: Path, fresh: Path) -> list[_Tear]:
    """Copy all tables row by row; gives where rows of calls are missing."""
    tears: list[_Tear] = []
    with closing(_opened(path)) as damaged, closing(sqlite3.connect(fresh)) as sound:
        sound.execute("PRAGMA foreign_keys = OFF")
        sound.execute("PRAGMA synchronous = OFF")
        there = _names_there(damaged, path)
        for table in tables.metadata.sorted_tables:
            if table in _MADE_AGAIN:
                continue
            wanted = [column.name for column in table.c if column.name in there[table.name]]
            if wanted:
                tears += _copied_table(damaged, sound, table.name, wanted)
        sound.commit()
        sound.execute("PRAGMA synchronous = FULL")
        sound.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return tears


def _names_there(damaged: sqlite3.Connection, path: Path) -> dict[str, tuple[str, ...]]:
    """The damaged database's tables with their columns."""
    found: dict[str, tuple[str, ...]] = {}
    try:
        for table in tables.metadata.sorted_tables:
            rows = damaged.execute(f"PRAGMA table_info({table.name})").fetchall()
            found[table.name] = tuple(str(row[1]) for row in rows)
    except sqlite3.DatabaseError as error:
        raise _hopeless(path) from error
    return found


def _hopeless(path: Path) -> StoreError:
    return StoreError(
        "no call can be read from it any more",
        where=str(path),
        cure="restore it from a copy, or start a new one with --db",
    )


def _copied_table(
    damaged: sqlite3.Connection, sound: sqlite3.Connection, name: str, columns: Sequence[str]
) -> list[_Tear]:
    tears: list[_Tear] = []
    belongs = columns.index("call_id") if "call_id" in columns else None
    marks = ", ".join("?" * len(columns))
    into = f"INSERT OR IGNORE INTO {name} ({', '.join(columns)}) VALUES ({marks})"
    last: str | None = None
    torn = False
    for found in _rows(damaged, name, columns):
        if isinstance(found, _Gap) or (belongs is not None and _garbled(found[1][belongs])):
            named = frozenset[str]()
            if belongs is not None and isinstance(found, _Gap):
                named = _named_in(damaged, name, found)
            tears.append(_Tear(name, last, None, named))
            torn = True
            continue
        call_id = None if belongs is None else found[1][belongs]
        if torn:
            tears[-1] = replace(tears[-1], until=call_id)
            torn = False
        if sound.execute(into, found[1]).rowcount == 0:
            tears.append(_Tear(name, call_id, call_id, frozenset()))
        last = call_id
    return [] if belongs is None else tears


def _garbled(call_id: object) -> bool:
    """Whether a name was overwritten: what is written never holds NUL (see ``SafeText``)."""
    return not isinstance(call_id, str) or "\0" in call_id


def _rows(damaged: sqlite3.Connection, name: str, columns: Sequence[str]) -> Iterator[_Row | _Gap]:
    """A table's rows by number, and the gaps in which none can be read."""
    at = 0
    while True:
        after = at
        for row in _read_from(damaged, name, columns, at):
            if row is None:
                break
            after = row[0]
            yield row
        else:
            return
        following = _next_readable(damaged, name, columns, after)
        if following is None:
            yield _Gap(after, after)
            return
        yield _Gap(after, following)
        at = following


def _read_from(
    damaged: sqlite3.Connection, name: str, columns: Sequence[str], first: int
) -> Iterator[_Row | None]:
    """Rows from a number on; None, and an end, where one cannot be read."""
    asked = f"SELECT rowid, {', '.join(columns)} FROM {name} WHERE rowid >= ? ORDER BY rowid"
    last = first - 1
    try:
        for number, *values in damaged.execute(asked, (first,)):
            if number <= last:  # a tree that leads round in a circle
                yield None
                return
            last = number
            yield number, tuple(values)
    except sqlite3.Error:
        yield None


def _next_readable(
    damaged: sqlite3.Connection, name: str, columns: Sequence[str], after: int
) -> int | None:
    """The first row after one that can be read again; None where there is none."""
    step, place = 1, after
    for tried in range(_STEPS * 2):
        step = 1 if tried < _STEPS else step * 2
        place += step
        if place >= _FARTHEST:
            return None
        row = next(_read_from(damaged, name, columns, place), (None,))
        if row is None:
            continue
        return row[0]
    return None


def _named_in(damaged: sqlite3.Connection, name: str, gap: _Gap) -> frozenset[str]:
    """The calls that rows in a gap belong to, as far as their names can still be read."""
    named: set[str] = set()
    for number in range(gap.after + 1, min(gap.before, gap.after + _STEPS)):
        asked = f"SELECT call_id FROM {name} WHERE rowid = ?"
        try:
            named |= {
                row[0] for row in damaged.execute(asked, (number,)) if isinstance(row[0], str)
            }
        except sqlite3.Error:
            continue
    return frozenset(named)


def _settled(store: Store, tears: Sequence[_Tear]) -> tuple[set[str], set[str]]:
    """Takes out what is not whole; gives what was taken out and what was kept all the same."""
    with store.writing() as connection:
        for table in (*tables.CHILDREN, tables.run_calls, tables.to_judge):
            mother = exists().where(tables.calls.c.call_id == table.c.call_id)
            connection.execute(delete(table).where(~mother))
    with store.reading() as connection:
        torn = {call_id for tear in tears for call_id in _torn(connection, tear)}
        torn |= set(connection.execute(select(tables.calls.c.call_id).where(_silent())).scalars())
        for table in (tables.utterances, tables.turns):
            torn |= set(connection.execute(_holed(table)).scalars())
    torn |= set(_unreadable(store))
    with store.writing() as connection:
        c = tables.calls.c
        kept = select(c.call_id).where(c.path.is_(None), c.status == CallStatus.OK.value)
        doubtful = torn & set(connection.execute(kept).scalars())
        for call_id in torn - doubtful:
            remove_call(connection, call_id)
    return torn - doubtful, doubtful


def _torn(connection: Connection, tear: _Tear) -> set[str]:
    """The calls of which something that was heard may be missing through a tear.

    Those at its edges; and of those written between them any without a row in that table.
    """
    if tear.table == tables.calls.name:
        return set(tear.named)
    if tear.table not in _HEARD:
        return set()
    edges = {call_id for call_id in (tear.since, tear.until) if call_id is not None}
    c, rows = tables.calls.c, tables.metadata.tables[tear.table].c
    none = ~exists().where(rows.call_id == c.call_id)
    inside = select(c.call_id).where(c.has_transcript, none, c.path.is_not(None))
    for call_id, after in ((tear.since, True), (tear.until, False)):
        written = connection.execute(select(c.saved_at).where(c.call_id == call_id)).scalar()
        if written is not None:
            inside = inside.where(c.saved_at >= written if after else c.saved_at <= written)
    return edges | tear.named | set(connection.execute(inside).scalars())


def _silent() -> ColumnElement[bool]:
    """Calls with a transcript of which no utterance is left."""
    c = tables.calls.c
    said = exists().where(tables.utterances.c.call_id == c.call_id)
    return and_(c.has_transcript, ~said)


def _holed(table: Table) -> Select[Any]:
    """Calls of which a row in the middle is missing."""
    c = table.c
    return select(c.call_id).group_by(c.call_id).having(func.max(c.position) + 1 != func.count())


def _unreadable(store: Store) -> Iterator[str]:
    """Calls whose rows are there and make no sense."""
    call_ids = store.call_ids()
    for first in range(0, len(call_ids), _TOGETHER):
        some = call_ids[first : first + _TOGETHER]
        if not _readable(store, some):
            yield from (call_id for call_id in some if not _readable(store, (call_id,)))


def _readable(store: Store, call_ids: Sequence[str]) -> bool:
    try:
        with store.reading() as connection:
            load_calls(connection, call_ids)
    except (StoreError, ValueError, TypeError, LookupError, AttributeError):
        return False
    return True
