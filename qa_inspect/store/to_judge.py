"""The queue of calls that have to be judged again because of other calls.

A call stands in it once, with a ticket. When it becomes due once more, while somebody is judging it
perhaps, it gets another ticket: who judges a call notes its ticket together with all that the
verdict rests on, and may keep the verdict only while that ticket still stands. So a verdict that
rests on what has changed meanwhile is never kept, and never the last one.

This module does not know why calls are due, nor how they are judged.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection, delete, func, insert, or_, select

from qa_inspect.store import tables

_AT_ONCE = 500
"""Values in one query: far below what either database allows."""
_q = tables.to_judge.c


def put(connection: Connection, call_ids: Collection[str]) -> None:
    """Make calls due, each under a new ticket; those that are not there any more are left out."""
    wanted = sorted(set(call_ids))
    for first in range(0, len(wanted), _AT_ONCE):
        some = wanted[first : first + _AT_ONCE]
        c = tables.calls.c.call_id
        there = list(connection.execute(select(c).where(c.in_(some))).scalars())
        connection.execute(delete(tables.to_judge).where(_q.call_id.in_(some)))
        if there:
            rows = [{"call_id": call_id} for call_id in there]
            connection.execute(insert(tables.to_judge), rows)


def tickets(connection: Connection, call_ids: Sequence[str]) -> Mapping[str, int]:
    """The tickets of those of these calls that are due."""
    found: dict[str, int] = {}
    for first in range(0, len(call_ids), _AT_ONCE):
        some = call_ids[first : first + _AT_ONCE]
        listed = select(_q.call_id, _q.ticket).where(_q.call_id.in_(some))
        found.update((row[0], row[1]) for row in connection.execute(listed))
    return found


def take_out(connection: Connection, judged: Mapping[str, int]) -> None:
    """Take out calls that were judged under these tickets."""
    numbers = list(judged.values())
    for first in range(0, len(numbers), _AT_ONCE):
        some = _q.ticket.in_(numbers[first : first + _AT_ONCE])
        connection.execute(delete(tables.to_judge).where(some))


def waiting(connection: Connection) -> tuple[str, ...]:
    """The calls that are due, by start and then call id, those without a start last."""
    c = tables.calls.c
    listed = (
        select(c.call_id)
        .where(c.call_id == _q.call_id)
        .order_by(c.started_epoch_s.is_(None), c.started_epoch_s, c.call_id)
    )
    return tuple(connection.execute(listed).scalars())


def count_unsettled(connection: Connection) -> int:
    """How many calls have not been judged in view of one another yet."""
    c = tables.calls.c
    due = select(_q.call_id)
    listed = select(func.count()).where(or_(c.unsettled, c.call_id.in_(due)))
    return int(connection.execute(listed.select_from(tables.calls)).scalar_one())
