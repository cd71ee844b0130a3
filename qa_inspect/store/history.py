"""What the database knows of the calls around a call: who called, when, about what.

Many calls' neighbours are read in a few queries. This module does not know rules, nor what a
history means.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias

from sqlalchemy import Connection, Select, func, or_, select, update

from qa_inspect.store import tables

Key = Literal["customer", "agent", "topic"]
"""What calls have in common."""

COLUMNS = {"customer": "customer_id", "agent": "agent_id", "topic": "topic"}
_AT_ONCE = 500
"""Values in one query: far below what either database allows."""
_Names: TypeAlias = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class PastCall:
    """One call as others look back on it. ``started_s`` is in seconds since 1970, None where
    unknown. ``flags`` and ``failed`` (item ids) hold only what was asked for."""

    call_id: str
    sha256: str
    started_s: float | None
    customer_id: str | None = None
    agent_id: str | None = None
    topic: str | None = None
    flags: frozenset[str] = frozenset()
    failed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time in seconds since 1970, both ends included; None is open."""

    since_s: float | None = None
    until_s: float | None = None


EVER = Window()


def calls_with(
    connection: Connection,
    key: Key,
    values: Iterable[str],
    window: Window = EVER,
    *,
    flags: Sequence[str] = (),
    items: Sequence[str] = (),
) -> Mapping[str, tuple[PastCall, ...]]:
    """The calls of each customer, agent or topic within a window, by start and then call id.

    Calls whose start is not known come too, and last. Of verdicts only ``flags`` and failed
    ``items`` are read. Raises what the database raises, inside the caller's transaction.
    """
    found: dict[str, list[PastCall]] = defaultdict(list)
    wanted = sorted(set(values))
    for first in range(0, len(wanted), _AT_ONCE):
        for value, call in _some(connection, key, wanted[first : first + _AT_ONCE], window):
            found[value].append(call)
    if flags or items:
        return _with_traits(connection, found, flags, items)
    return {value: tuple(calls) for value, calls in found.items()}


def _some(
    connection: Connection, key: Key, values: Sequence[str], window: Window
) -> Iterable[tuple[str, PastCall]]:
    c = tables.calls.c
    column = c[COLUMNS[key]]
    start = c.started_epoch_s
    chosen = select(column, c.call_id, c.sha256, start, c.customer_id, c.agent_id, c.topic).where(
        column.in_(values)
    )
    if window.since_s is not None:
        chosen = chosen.where(or_(start.is_(None), start >= window.since_s))
    if window.until_s is not None:
        chosen = chosen.where(or_(start.is_(None), start <= window.until_s))
    for value, *rest in connection.execute(chosen.order_by(start.is_(None), start, c.call_id)):
        yield value, PastCall(*rest)


def _with_traits(
    connection: Connection,
    found: Mapping[str, Sequence[PastCall]],
    flags: Sequence[str],
    items: Sequence[str],
) -> Mapping[str, tuple[PastCall, ...]]:
    ids = sorted({call.call_id for calls in found.values() for call in calls})
    f, k = tables.flags.c, tables.checks.c
    raises = select(f.call_id, f.flag).where(f.flag.in_(flags))
    fails = select(k.call_id, k.item).where(k.item.in_(items), k.status == "fail")
    raised = _by_call(connection, ids, raises) if flags else {}
    failed = _by_call(connection, ids, fails) if items else {}
    nothing: frozenset[str] = frozenset()
    return {
        value: tuple(
            PastCall(
                call.call_id,
                call.sha256,
                call.started_s,
                call.customer_id,
                call.agent_id,
                call.topic,
                raised.get(call.call_id, nothing),
                failed.get(call.call_id, nothing),
            )
            for call in calls
        )
        for value, calls in found.items()
    }


def _by_call(connection: Connection, ids: Sequence[str], chosen: Select[Any]) -> _Names:
    """What ``chosen`` (call ids with a name) gives of these calls, by call."""
    call_id = chosen.selected_columns[0]
    found: dict[str, set[str]] = defaultdict(set)
    for first in range(0, len(ids), _AT_ONCE):
        some = chosen.where(call_id.in_(ids[first : first + _AT_ONCE]))
        for known, name in connection.execute(some):
            found[known].add(name)
    return {known: frozenset(names) for known, names in found.items()}


def said_by_customer(
    connection: Connection, call_ids: Sequence[str]
) -> Mapping[str, tuple[str, ...]]:
    """What the customer said in each of these calls, utterance by utterance."""
    u = tables.utterances.c
    listed = (
        select(u.call_id, u.text)
        .where(u.call_id.in_(call_ids), u.role == "customer")
        .order_by(u.call_id, u.position)
    )
    said: dict[str, list[str]] = defaultdict(list)
    for call_id, text in connection.execute(listed):
        said[call_id].append(text)
    return {call_id: tuple(texts) for call_id, texts in said.items()}


def latest_start(connection: Connection) -> float | None:
    """When the latest call began, in seconds since 1970; None where no start is known."""
    latest = connection.execute(select(func.max(tables.calls.c.started_epoch_s))).scalar()
    return None if latest is None else float(latest)


def first_and_last_start(connection: Connection) -> tuple[datetime, datetime] | None:
    """When the earliest and the latest call began, on their own clocks; None where no start is
    known."""
    c = tables.calls.c
    listed = select(c.started_at).where(c.started_epoch_s.is_not(None))
    ends = [
        connection.execute(listed.order_by(order).limit(1)).scalar()
        for order in (c.started_epoch_s, c.started_epoch_s.desc())
    ]
    found = [datetime.fromisoformat(text) for text in ends if text is not None]
    return (found[0], found[1]) if len(found) > 1 else None


def latest_started(connection: Connection, until_s: float | None = None) -> datetime | None:
    """When the latest call began (before ``until_s``, seconds since 1970), on its own clock as the
    manifest says; None where no start is known."""
    c = tables.calls.c
    listed = select(c.started_at).where(c.started_epoch_s.is_not(None))
    if until_s is not None:
        listed = listed.where(c.started_epoch_s < until_s)
    found = connection.execute(listed.order_by(c.started_epoch_s.desc()).limit(1)).scalar()
    return None if found is None else datetime.fromisoformat(found)


def unsettled_calls(connection: Connection) -> tuple[str, ...]:
    """Calls that were stored since histories were last settled, by call id."""
    c = tables.calls.c
    listed = select(c.call_id).where(c.unsettled).order_by(c.call_id)
    return tuple(connection.execute(listed).scalars())


def mark_settled(connection: Connection, call_ids: Sequence[str]) -> None:
    """Note that these calls, and those around them, were judged with one another in view."""
    c = tables.calls.c
    for first in range(0, len(call_ids), _AT_ONCE):
        some = c.call_id.in_(call_ids[first : first + _AT_ONCE])
        connection.execute(update(tables.calls).where(some).values(unsettled=False))


def mark_neighbours(connection: Connection, call_id: str) -> None:
    """Note that the other calls of a call's customer have to be settled again: it goes away."""
    c = tables.calls.c
    customer = select(c.customer_id).where(c.call_id == call_id).scalar_subquery()
    connection.execute(update(tables.calls).where(c.customer_id == customer).values(unsettled=True))


def count_without_start(connection: Connection) -> int:
    """How many calls do not say when they began: no period holds them."""
    c = tables.calls.c
    listed = select(func.count()).select_from(tables.calls).where(c.started_epoch_s.is_(None))
    return int(connection.execute(listed).scalar_one())


def languages(connection: Connection) -> tuple[str, ...]:
    """The languages that are spoken in calls, by code."""
    c = tables.calls.c
    listed = select(c.language).where(c.language.is_not(None)).distinct().order_by(c.language)
    return tuple(connection.execute(listed).scalars())


def calls_named(connection: Connection, call_ids: Sequence[str]) -> tuple[PastCall, ...]:
    """The calls of these ids that are there, without verdicts, in no order."""
    c = tables.calls.c
    columns = (c.call_id, c.sha256, c.started_epoch_s, c.customer_id, c.agent_id, c.topic)
    found: list[PastCall] = []
    for first in range(0, len(call_ids), _AT_ONCE):
        some = select(*columns).where(c.call_id.in_(call_ids[first : first + _AT_ONCE]))
        found += (PastCall(*row) for row in connection.execute(some))
    return tuple(found)


def all_calls(connection: Connection) -> tuple[PastCall, ...]:
    """Every call by start and call id, those without a start last; without verdicts."""
    c = tables.calls.c
    start = c.started_epoch_s
    listed = select(c.call_id, c.sha256, start, c.customer_id, c.agent_id, c.topic).order_by(
        start.is_(None), start, c.call_id
    )
    return tuple(PastCall(*row) for row in connection.execute(listed))


def calls_of_frequent(connection: Connection, more_than: int) -> tuple[PastCall, ...]:
    """Every call of customers with more than so many calls, in no order; without verdicts."""
    c = tables.calls.c
    frequent = select(c.customer_id).group_by(c.customer_id).having(func.count() > more_than)
    columns = (c.call_id, c.sha256, c.started_epoch_s, c.customer_id, c.agent_id, c.topic)
    listed = select(*columns).where(c.customer_id.in_(frequent))
    return tuple(PastCall(*row) for row in connection.execute(listed))


def latest_settled(connection: Connection) -> float | None:
    """When the latest of the settled calls began, in seconds since 1970; None without any."""
    c = tables.calls.c
    latest = connection.execute(
        select(func.max(c.started_epoch_s)).where(c.unsettled.is_(False))
    ).scalar()
    return None if latest is None else float(latest)


def started_between(
    connection: Connection, after_s: float, until_s: float
) -> tuple[tuple[float, str], ...]:
    """Start (seconds since 1970) and id of calls that began after a moment and up to another."""
    c = tables.calls.c
    start = c.started_epoch_s
    listed = select(start, c.call_id).where(start > after_s, start <= until_s)
    return tuple((row[0], row[1]) for row in connection.execute(listed.order_by(start, c.call_id)))
