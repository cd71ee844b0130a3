"""How the work in a database stands: what waits, who holds what, what was heard with what.

This module does not take work.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select

from qa_inspect.store import owners, tables
from qa_inspect.store.results import Store
from qa_inspect.store.to_judge import count_unsettled
from qa_inspect.store.work import State


@dataclass(frozen=True, slots=True)
class Holder:
    """A run that has calls in hand. ``beat_at`` (ISO 8601) is when it last showed that it lives, by
    its own clock; ``gone`` says that its process has ended, as far as this machine can tell."""

    told: str
    calls: int
    beat_at: str
    gone: bool = False


@dataclass(frozen=True, slots=True)
class WorkStanding:
    """``waiting`` recordings were entered and not inspected; ``holders`` have others in hand.

    ``shapes`` counts inspected recordings by the digest of models and settings they were heard
    with, the shape used last coming first. ``unsettled`` calls have not been judged in view of one
    another yet.
    """

    waiting: int
    holders: tuple[Holder, ...]
    shapes: Mapping[str, int]
    unsettled: int = 0

    @property
    def heard_otherwise(self) -> int:
        """How many calls were heard with other models or settings than those used last."""
        return sum(list(self.shapes.values())[1:])


def work_standing(store: Store) -> WorkStanding:
    """How the work stands. Raises StoreError."""
    w, o = tables.work.c, tables.work_owners.c
    grouped = select(w.state, w.shape, func.count(), func.max(w.changed_at)).group_by(
        w.state, w.shape
    )
    held = (
        select(o.owner_id, o.pid, o.host, func.count(), o.beat_at)
        .where(o.owner_id == w.owner_id, w.state == State.CLAIMED.value)
        .group_by(o.owner_id, o.pid, o.host, o.beat_at)
        .order_by(o.host, o.pid)
    )
    with store.reading() as connection:
        unsettled = count_unsettled(connection)
        counted = [tuple(row) for row in connection.execute(grouped)]
        gone = owners.gone(connection)
        holders = tuple(
            Holder(f"process {pid} on {host}", calls, beat_at, gone.get(owner_id, True))
            for owner_id, pid, host, calls, beat_at in connection.execute(held)
        )
    done = sorted(
        ((last, shape, number) for state, shape, number, last in counted if state == State.DONE),
        reverse=True,
    )
    return WorkStanding(
        waiting=sum(number for state, _, number, _ in counted if state == State.WAITING),
        holders=holders,
        shapes={shape: number for _, shape, number in done},
        unsettled=unsettled,
    )
