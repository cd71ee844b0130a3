"""Calls into their tables, inside a transaction of the caller's.

This module does not know when a transaction begins or ends, nor why a call is written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection, Table, delete, exists, insert, select, update

from qa_inspect.domain import CallResult, Verdict
from qa_inspect.store import codec, tables
from qa_inspect.store.history import mark_neighbours

_TOGETHER = 100
"""Calls of which one statement removes the rows."""


def now() -> str:
    """The time of writing, ISO 8601, fine enough to tell two writings of a call apart."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def write_call(connection: Connection, call: CallResult, run_id: int | None = None) -> None:
    """Write a call whole, replacing what was known of it.

    ``run_id`` also notes in the run's list that this run inspected the call.
    """
    saved_at = now()
    rows = codec.encode_call(call, saved_at)
    call_id = call.recording.call_id
    there = update(tables.calls).where(tables.calls.c.call_id == call_id).values(rows.call)
    if connection.execute(there).rowcount == 0:
        connection.execute(insert(tables.calls), rows.call)
    # what was worked out of the call does not hold for what is written now
    _remove(connection, tables.call_figures, [call_id])
    for table in tables.CHILDREN:
        _replace(connection, table, [call_id], getattr(rows, table.name))
    if run_id is not None:
        _note_run(connection, run_id, call, saved_at)


def write_verdicts(connection: Connection, verdicts: Mapping[str, Verdict]) -> str | None:
    """Replace the verdicts of calls, by id, and nothing else, table by table.

    Gives the first id of which there is no call; the caller then undoes the transaction.
    """
    saved_at = now()
    scores: list[codec.Row] = []
    checks: list[codec.Row] = []
    flags: list[codec.Row] = []
    for call_id, verdict in verdicts.items():
        there = (
            update(tables.calls)
            .where(tables.calls.c.call_id == call_id)
            .values(score=verdict.score, saved_at=saved_at)
        )
        if connection.execute(there).rowcount == 0:
            return call_id
        for rows, own in zip(
            (scores, checks, flags), codec.encode_verdict(call_id, verdict), strict=True
        ):
            rows += own
    call_ids = list(verdicts)
    _remove(connection, tables.call_figures, call_ids)
    _replace(connection, tables.rubric_scores, call_ids, scores)
    _replace(connection, tables.checks, call_ids, checks)
    _replace(connection, tables.flags, call_ids, flags)
    return None


def remove_call(connection: Connection, call_id: str) -> bool:
    """Remove a call and everything that belongs to it. False if it was not there."""
    mark_neighbours(connection, call_id)
    _forget_files(connection, call_id)
    connection.execute(delete(tables.work).where(tables.work.c.call_id == call_id))
    found = connection.execute(delete(tables.calls).where(tables.calls.c.call_id == call_id))
    return bool(found.rowcount)


def _forget_files(connection: Connection, call_id: str) -> None:
    """Forget the paths of a call's audio, unless another call has the same."""
    f, c = tables.file_hashes.c, tables.calls.c
    audio = select(c.sha256).where(c.call_id == call_id).scalar_subquery()
    others = exists().where(c.sha256 == f.sha256, c.call_id != call_id)
    connection.execute(delete(tables.file_hashes).where(f.sha256 == audio, ~others))


def _replace(
    connection: Connection, table: Table, call_ids: Sequence[str], rows: Sequence[codec.Row]
) -> None:
    """Puts ``rows`` in the place of what the calls have; a statement a call would take longer."""
    _remove(connection, table, call_ids)
    if rows:
        connection.execute(insert(table), list(rows))


def _remove(connection: Connection, table: Table, call_ids: Sequence[str]) -> None:
    for first in range(0, len(call_ids), _TOGETHER):
        part = call_ids[first : first + _TOGETHER]
        connection.execute(delete(table).where(table.c.call_id.in_(part)))


def _note_run(connection: Connection, run_id: int, call: CallResult, saved_at: str) -> None:
    table = tables.run_calls
    call_id = call.recording.call_id
    connection.execute(
        delete(table).where(table.c.run_id == run_id).where(table.c.call_id == call_id)
    )
    row = {
        "run_id": run_id,
        "call_id": call_id,
        "status": call.status.value,
        "saved_at": saved_at,
    }
    connection.execute(insert(table), row)
