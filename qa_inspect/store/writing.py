"""Calls into their tables, inside a transaction of the caller's.

This module does not know when a transaction begins or ends, nor why a call is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection, Table, delete, insert, update

from qa_inspect.domain import CallResult, Verdict
from qa_inspect.store import codec, tables
from qa_inspect.store.history import mark_neighbours


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
    _forget_figures(connection, call_id)
    for table in tables.CHILDREN:
        _replace(connection, table, call_id, getattr(rows, table.name))
    if run_id is not None:
        _note_run(connection, run_id, call, saved_at)


def write_verdict(connection: Connection, call_id: str, verdict: Verdict) -> bool:
    """Replace a call's verdict and nothing else. False where there is no such call."""
    there = (
        update(tables.calls)
        .where(tables.calls.c.call_id == call_id)
        .values(score=verdict.score, saved_at=now())
    )
    if connection.execute(there).rowcount == 0:
        return False
    _forget_figures(connection, call_id)
    scores, checks, flags = codec.encode_verdict(call_id, verdict)
    _replace(connection, tables.rubric_scores, call_id, scores)
    _replace(connection, tables.checks, call_id, checks)
    _replace(connection, tables.flags, call_id, flags)
    return True


def remove_call(connection: Connection, call_id: str) -> bool:
    """Remove a call and everything that belongs to it. False if it was not there."""
    mark_neighbours(connection, call_id)
    connection.execute(delete(tables.work).where(tables.work.c.call_id == call_id))
    found = connection.execute(delete(tables.calls).where(tables.calls.c.call_id == call_id))
    return bool(found.rowcount)


def _forget_figures(connection: Connection, call_id: str) -> None:
    """What was worked out of a call does not hold for what is written now."""
    table = tables.call_figures
    connection.execute(delete(table).where(table.c.call_id == call_id))


def _replace(connection: Connection, table: Table, call_id: str, rows: Sequence[codec.Row]) -> None:
    connection.execute(delete(table).where(table.c.call_id == call_id))
    if rows:
        connection.execute(insert(table), list(rows))


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
