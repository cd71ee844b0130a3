"""The database of inspected calls: opening it, saving a call whole, reading calls back.

One call is one transaction: after a crash at any moment it is there whole or not at all, and
inspecting it again replaces it. This module does not know audio, models or how calls are shown.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import ColumnElement, Connection, Engine, Select, func, select

from qa_inspect.domain import CallResult, CallStatus, Severity, Verdict
from qa_inspect.errors import InputError, StoreError
from qa_inspect.store import codec, dialect, migrations, tables, writing
from qa_inspect.store.reading import Words, load_calls

_BATCH = 100
"""Calls read at a time: few enough for memory, enough that queries do not count."""


@dataclass(frozen=True, slots=True)
class KnownCall:
    """A recording that the database already holds. ``path`` is None for imported transcripts."""

    call_id: str
    status: CallStatus
    path: Path | None = None


@dataclass(frozen=True, slots=True)
class CallQuery:
    """Which calls; a field that is None asks nothing.

    ``since`` is inclusive and ``until`` exclusive, on the call's start; a time without a zone
    counts as UTC, and calls whose start is not known are then left out. ``flag`` and
    ``min_severity`` hold for one and the same flag; ``failed_item`` is a rubric item that failed.
    """

    agent_id: str | None = None
    team: str | None = None
    market: str | None = None
    language: str | None = None
    customer_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    flag: str | None = None
    min_severity: Severity | None = None
    failed_item: str | None = None
    status: CallStatus | None = None
    needs_review: bool | None = None
    run_id: int | None = None


@dataclass(frozen=True, slots=True)
class StatusCounts:
    """How many calls the database holds. ``needs_review`` are among the ``ok`` ones."""

    ok: int
    failed: int
    needs_review: int

    @property
    def total(self) -> int:
        """All calls."""
        return self.ok + self.failed


def open_store(url_or_path: str | Path, *, create: bool = True) -> Store:
    """Open a database, bringing an older one to the newest schema.

    ``create=False`` is for readers: a database that is not there is an error. Raises StoreError
    (no such folder, not a database, newer schema, locked, not writable), each with its cure.
    """
    url = dialect.parse_url(url_or_path)
    where = url.render_as_string()
    path = dialect.sqlite_path(url)
    if path is not None:
        where = str(path)
        _check_file(path, create=create)
    engine = dialect.make_engine(url)
    store = Store(engine, where)
    try:
        with dialect.transaction(engine, where, write=False) as connection:
            version = migrations.schema_version(connection, where)
        if create or version < migrations.NEWEST:
            with dialect.transaction(engine, where, write=True) as connection:
                migrations.migrate(connection, dialect.identity(engine), where)
    except StoreError:
        store.close()
        raise
    return store


def is_there(url_or_path: str | Path) -> bool:
    """Whether a database was made there already; of a server that is taken for granted."""
    return "://" in str(url_or_path) or Path(url_or_path).exists()


def check_place(url_or_path: str | Path) -> None:
    """Whether a database could be there, before anything is written. Raises StoreError."""
    path = dialect.sqlite_path(dialect.parse_url(url_or_path))
    if path is None:
        return
    _check_file(path, create=True)
    if not path.exists() and not os.access(path.resolve().parent, os.W_OK):
        raise StoreError(
            "its folder cannot be written to", where=str(path), cure="name another file with --db"
        )
    if path.exists():
        open_store(path, create=False).close()


def _check_file(path: Path, *, create: bool) -> None:
    if path.is_dir():
        raise StoreError(
            "this is a folder, not a database", where=str(path), cure="name a file with --db"
        )
    if not path.exists():
        if not create:
            raise StoreError(f"no database at {path}", cure="run `qa-inspect run` first")
        if not path.resolve().parent.is_dir():
            raise StoreError(
                f"the folder {path.resolve().parent} does not exist",
                where=str(path),
                cure="create it, or name another file with --db",
            )
    elif create and not dialect.writable(path):
        raise StoreError(
            "the database cannot be written",
            where=str(path),
            cure="change its permissions and its folder's, or name another file with --db",
        )
    elif path.stat().st_size == 0 and not create:
        raise StoreError(f"the database at {path} is empty", cure="run `qa-inspect run` first")


class Store:
    """An open database. Use it as a context manager, or call ``close``.

    Every method raises StoreError where the database refuses. Safe to share between threads; a
    child process opens its own.
    """

    def __init__(self, engine: Engine, where: str) -> None:
        self._engine = engine
        self._where = where

    @property
    def where(self) -> str:
        """The database's path or URL, for messages (no password)."""
        return self._where

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def address(self) -> str:
        """What ``open_store`` opens this database by in another process; may hold a password."""
        return self._engine.url.render_as_string(hide_password=False)

    def scrub(self, table: str) -> None:
        """Leave no trace of a table's deleted rows in the database's files. Raises StoreError."""
        dialect.scrub(self._engine, self._where, table)

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def reading(self) -> AbstractContextManager[Connection]:
        """A read transaction, for the modules of this package."""
        return dialect.transaction(self._engine, self._where, write=False)

    def writing(self) -> AbstractContextManager[Connection]:
        """A write transaction, for the modules of this package."""
        return dialect.transaction(self._engine, self._where, write=True)

    # ------------------------------------------------------------------ writing

    def save_call(self, call: CallResult, *, run_id: int | None = None) -> None:
        """Save a call in one transaction, replacing what was known of it.

        ``run_id`` also notes in the run's list that this run inspected the call.
        """
        with self.writing() as connection:
            writing.write_call(connection, call, run_id)

    def save_verdict(self, call_id: str, verdict: Verdict) -> None:
        """Replace a call's verdict and nothing else. Raises InputError if there is no such call."""
        self.save_verdicts({call_id: verdict})

    def save_verdicts(self, verdicts: Mapping[str, Verdict]) -> None:
        """Replace the verdicts of several calls, by call id, in one transaction.

        Raises InputError if there is no such call; nothing is changed then.
        """
        with self.writing() as connection:
            missing = writing.write_verdicts(connection, verdicts)
            if missing is not None:
                raise InputError(
                    f"there is no call {missing!r}",
                    where=self._where,
                    cure="`qa-inspect status` lists calls",
                )

    def delete_call(self, call_id: str) -> bool:
        """Remove a call and everything that belongs to it. False if it was not there."""
        with self.writing() as connection:
            return writing.remove_call(connection, call_id)

    # ------------------------------------------------------------------ reading

    def load_call(self, call_id: str) -> CallResult | None:
        """One call with everything, or None if it is not there."""
        with self.reading() as connection:
            found = load_calls(connection, [call_id], outlines=True)
        return found[0] if found else None

    def calls(
        self,
        query: CallQuery | None = None,
        *,
        words: bool | Words = True,
        outlines: bool = False,
    ) -> Iterator[CallResult]:
        """The calls asked for, by start (those without one last) and call_id, as a stream.

        ``words=False`` leaves the utterances' single words out, which reads several times faster
        (``"when asked for"`` as well, where few are looked at). Either leaves out how loud the
        recording is, unless ``outlines`` asks for it.
        The calls may be written to while they are streamed: what is read is each call's newest
        state, and which calls are meant was settled at the first.
        """
        how: Words = words if isinstance(words, str) else "read" if words else "left out"
        call_ids = self.call_ids(query)
        for first in range(0, len(call_ids), _BATCH):
            with self.reading() as connection:
                some = call_ids[first : first + _BATCH]
                found = load_calls(
                    connection,
                    some,
                    words=how,
                    outlines=how == "read" or outlines,
                )
            yield from found

    def call_ids(self, query: CallQuery | None = None) -> tuple[str, ...]:
        """The ids of the calls asked for, in the order of ``calls``."""
        c = tables.calls.c
        ordered = _selected(query or CallQuery()).order_by(
            c.started_epoch_s.is_(None), c.started_epoch_s, c.call_id
        )
        with self.reading() as connection:
            return tuple(connection.execute(ordered).scalars())

    def customer_calls(
        self, customer_id: str, *, before: datetime | None = None
    ) -> tuple[CallResult, ...]:
        """A customer's calls in order of time (without single words).

        ``before`` leaves out calls that began at that moment or later.
        """
        query = CallQuery(customer_id=customer_id, until=before)
        return tuple(self.calls(query, words=False))

    def count(self, query: CallQuery | None = None) -> int:
        """How many calls are asked for."""
        chosen = _selected(query or CallQuery()).subquery()
        with self.reading() as connection:
            return int(connection.execute(select(func.count()).select_from(chosen)).scalar_one())

    def count_by_status(self) -> StatusCounts:
        """How many calls there are, by status."""
        c = tables.calls.c
        grouped = select(c.status, c.needs_review, func.count()).group_by(c.status, c.needs_review)
        counts = {"ok": 0, "failed": 0, "needs_review": 0}
        with self.reading() as connection:
            for status, needs_review, number in connection.execute(grouped):
                counts[status] += number
                counts["needs_review"] += number if needs_review else 0
        return StatusCounts(**counts)

    def failures(self) -> Mapping[str, str]:
        """Why calls failed, by call id, in the order of ``calls``."""
        c = tables.calls.c
        listed = select(c.call_id, c.error).where(c.status == CallStatus.FAILED.value)
        ordered = listed.order_by(c.started_epoch_s.is_(None), c.started_epoch_s, c.call_id)
        with self.reading() as connection:
            return {call_id: error or "" for call_id, error in connection.execute(ordered)}

    def known(self) -> Mapping[str, KnownCall]:
        """Every recording's sha256 and what became of it.

        Where several calls share one recording, one that is ok stands for them.
        """
        c = tables.calls.c
        # "failed" sorts before "ok": later rows overwrite earlier ones.
        listed = select(c.sha256, c.call_id, c.status, c.path).order_by(c.status, c.call_id)
        with self.reading() as connection:
            return {
                sha256: KnownCall(call_id, CallStatus(status), None if path is None else Path(path))
                for sha256, call_id, status, path in connection.execute(listed)
            }


def _selected(query: CallQuery) -> Select[Any]:
    return select(tables.calls.c.call_id).where(*selected(query))


def selected(query: CallQuery) -> tuple[ColumnElement[bool], ...]:
    """What holds for the calls asked for, for queries on ``tables.calls``."""
    c = tables.calls.c
    chosen: list[ColumnElement[bool]] = []
    equal = {
        c.agent_id: query.agent_id,
        c.team: query.team,
        c.market: query.market,
        c.language: query.language,
        c.customer_id: query.customer_id,
        c.status: query.status and query.status.value,
        c.needs_review: query.needs_review,
    }
    for column, wanted in equal.items():
        if wanted is not None:
            chosen.append(column == wanted)
    if query.since is not None:
        chosen.append(c.started_epoch_s >= codec.epoch_s(query.since))
    if query.until is not None:
        chosen.append(c.started_epoch_s < codec.epoch_s(query.until))
    if query.flag is not None or query.min_severity is not None:
        f = tables.flags.c
        flagged = select(f.call_id)
        if query.flag is not None:
            flagged = flagged.where(f.flag == query.flag)
        if query.min_severity is not None:
            grave = [s.value for s in Severity if s.rank >= query.min_severity.rank]
            flagged = flagged.where(f.severity.in_(grave))
        chosen.append(c.call_id.in_(flagged))
    if query.failed_item is not None:
        k = tables.checks.c
        failed = select(k.call_id).where(k.item == query.failed_item, k.status == "fail")
        chosen.append(c.call_id.in_(failed))
    if query.run_id is not None:
        r = tables.run_calls.c
        chosen.append(c.call_id.in_(select(r.call_id).where(r.run_id == query.run_id)))
    return tuple(chosen)
