"""Whether a database is sound: its file, its rows, and the work in it.

Everything here only looks. This module does not know how damage is mended nor how it is told.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from sqlalchemy import Connection, Select, exists, func, select

from qa_inspect.domain import CallStatus
from qa_inspect.store import dialect, owners, tables
from qa_inspect.store.results import Store
from qa_inspect.store.work import State

_MOST_TOLD = 20
"""Faults that are asked of SQLite's check; after that it is damaged anyway."""


class Kind(StrEnum):
    """What a fault is about, and so what mends it."""

    FILE = "file"
    INDEX = "index"
    ORPHANS = "orphans"
    HALF_WRITTEN = "half written"
    NO_VERDICT = "no verdict"
    DEAD_CLAIMS = "dead claims"
    LOST_FILES = "lost files"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is not as it should be. ``calls`` names calls it is about, where known."""

    kind: Kind
    problem: str
    calls: tuple[str, ...] = ()


def file_faults(path: Path) -> tuple[Fault, ...]:
    """What SQLite finds wrong with a database file. Nothing is written; a log that a crash left
    behind is taken into account. Raises what keeps the file from being opened at all."""
    try:
        with closing(dialect.connect_to_read(path)) as connection:
            rows = connection.execute(f"PRAGMA integrity_check({_MOST_TOLD})").fetchall()
            _read_all(connection)
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError) and _of_access(error):
            raise
        return (Fault(Kind.FILE, f"SQLite cannot read it: {error}"),)
    told = [line for (text,) in rows for line in str(text).splitlines() if line != "ok"]
    if not told:
        return ()
    kind = Kind.INDEX if all(_of_index(line) for line in told) else Kind.FILE
    more = " and more" if len(told) > 2 else ""
    return (Fault(kind, "; ".join(told[:2]) + more),)


def _of_access(error: sqlite3.OperationalError) -> bool:
    """Whether the file may be sound and only is not to be had now."""
    return any(sign in str(error) for sign in ("locked", "readonly", "unable to open"))


def _read_all(connection: sqlite3.Connection) -> None:
    """Read every value of every row; raises where one makes no sense as text or as JSON.

    SQLite's own check looks at the structure of pages and not at what is written in them.
    """
    there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    for table in tables.metadata.sorted_tables:
        if table.name not in there:
            continue
        for _ in connection.execute(f"SELECT * FROM {table.name}"):
            pass
        columns = {row[1] for row in connection.execute(f"PRAGMA table_info({table.name})")}
        for column in table.c:
            if isinstance(column.type, tables.Json) and column.name in columns:
                asked = (
                    f"SELECT count(*) FROM {table.name} "
                    f"WHERE {column.name} IS NOT NULL AND NOT json_valid({column.name})"
                )
                (wrong,) = connection.execute(asked).fetchone()
                if wrong:
                    raise sqlite3.DatabaseError(f"{wrong} values in {table.name} are garbled")


def _of_index(line: str) -> bool:
    """Whether the fault is one of an index alone, which is made anew from its table."""
    return "index" in line and ("missing from" in line or "wrong # of entries" in line)


def row_faults(store: Store) -> Iterator[Fault]:
    """What is wrong with the rows of a database whose file is sound. Raises StoreError."""
    with store.reading() as connection:
        yield from _orphans(connection)
        yield from _half_written(connection)
        yield from _work(connection)


def _orphans(connection: Connection) -> Iterator[Fault]:
    for table in (*tables.CHILDREN, tables.run_calls):
        c = table.c.call_id
        mother = exists().where(tables.calls.c.call_id == c)
        number = connection.execute(select(func.count(c.distinct())).where(~mother)).scalar_one()
        if number:
            yield Fault(Kind.ORPHANS, f"rows of {number} calls in {table.name} belong to no call")


def _half_written(connection: Connection) -> Iterator[Fault]:
    c = tables.calls.c
    ok = select(c.call_id).where(c.status == CallStatus.OK.value)
    said = exists().where(tables.utterances.c.call_id == c.call_id)
    broken = _ids(connection, ok.where(c.has_transcript, ~said))
    if broken:
        yield Fault(Kind.HALF_WRITTEN, f"{len(broken)} calls have lost what was said", broken)
    judged = exists().where(tables.rubric_scores.c.call_id == c.call_id)
    unjudged = _ids(connection, ok.where(c.has_transcript, said, ~judged))
    if unjudged:
        yield Fault(Kind.NO_VERDICT, f"{len(unjudged)} calls have no verdict", unjudged)


def _work(connection: Connection) -> Iterator[Fault]:
    w = tables.work.c
    dead = owners.gone(connection)
    held = select(w.call_id, w.owner_id).where(w.state == State.CLAIMED.value)
    lost = tuple(call_id for call_id, owner in connection.execute(held) if dead.get(owner, True))
    if lost:
        problem = f"{len(lost)} calls are in the hands of runs that have died"
        yield Fault(Kind.DEAD_CLAIMS, problem, lost)
    waiting = select(w.call_id, w.path).where(w.state == State.WAITING.value, w.path.is_not(None))
    gone = tuple(
        call_id for call_id, path in connection.execute(waiting) if not Path(path).exists()
    )
    if gone:
        problem = f"{len(gone)} recordings that wait to be inspected are not there any more"
        yield Fault(Kind.LOST_FILES, problem, gone)


def _ids(connection: Connection, listed: Select[tuple[str]]) -> tuple[str, ...]:
    ordered = listed.order_by(tables.calls.c.call_id)
    return tuple(str(call_id) for call_id in connection.execute(ordered).scalars())
