"""Mending rows of a database whose file is sound: what ``health`` finds, put right.

This module does not look for faults and does not touch files.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, exists, select, update

from qa_inspect.store import tables
from qa_inspect.store.health import Fault, Kind
from qa_inspect.store.owners import gone, leave
from qa_inspect.store.results import Store
from qa_inspect.store.work import State
from qa_inspect.store.writing import now, remove_call

_HEARD_AGAIN = "removed them, so that the next run inspects their recordings again"


def mend_rows(store: Store, faults: Sequence[Fault]) -> tuple[str, ...]:
    """Mend what can be mended, in one transaction; a sentence for each thing done.

    Calls that lost what was said are removed, so that their recordings are due again; imported
    ones, which have none, are left as they are. Raises StoreError.
    """
    done: list[str] = []
    with store.writing() as connection:
        for fault in faults:
            what = _mended(connection, fault)
            if what:
                done.append(f"{fault.problem}: {what}")
    return tuple(done)


def _mended(connection: Connection, fault: Fault) -> str:
    if fault.kind is Kind.ORPHANS:
        for table in (*tables.CHILDREN, tables.run_calls):
            mother = exists().where(tables.calls.c.call_id == table.c.call_id)
            connection.execute(delete(table).where(~mother))
        return "removed the rows"
    if fault.kind is Kind.HALF_WRITTEN:
        return _removed(connection, fault.calls)
    if fault.kind is Kind.DEAD_CLAIMS:
        return _released(connection)
    if fault.kind is Kind.LOST_FILES:
        w = tables.work.c
        for call_id in fault.calls:
            waiting = delete(tables.work).where(w.call_id == call_id)
            connection.execute(waiting.where(w.state == State.WAITING.value))
        return "took them off the list"
    return ""


def _removed(connection: Connection, call_ids: Sequence[str]) -> str:
    c = tables.calls.c
    removed = 0
    for call_id in call_ids:
        heard = select(c.path).where(c.call_id == call_id)
        if connection.execute(heard).scalar() is not None:
            removed += remove_call(connection, call_id)
    left = len(call_ids) - removed
    kept = f"; kept {left} that were imported: import them again" if left else ""
    return (_HEARD_AGAIN if removed else "") + kept


def _released(connection: Connection) -> str:
    dead = {owner for owner, is_gone in gone(connection).items() if is_gone}
    w, o = tables.work.c, tables.work_owners.c
    living = select(o.owner_id).where(o.owner_id.not_in(sorted(dead)))
    held = update(tables.work).where(w.state == State.CLAIMED.value, w.owner_id.not_in(living))
    connection.execute(
        held.values(
            state=State.WAITING.value,
            owner_id=None,
            interruptions=w.interruptions + 1,
            changed_at=now(),
        )
    )
    for owner_id in sorted(dead):
        leave(connection, owner_id)
    return "put them back, so that any run may take them"
