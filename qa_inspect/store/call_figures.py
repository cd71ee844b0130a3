"""What each call adds to scorecards, kept beside the call so that whole calls need not be read.

A row is bytes that whoever works figures out understands (``version`` says how). It goes with
whatever is written to the call, in the same transaction, so figures that are there are those of the
call as it is; those that are not there are worked out when somebody asks. Names of figures are kept
once, as numbers.

This module does not know what figures mean.
"""

from __future__ import annotations

import gc
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, case, delete, exists, insert, select

from qa_inspect.domain import CallResult, Evidence
from qa_inspect.store import tables
from qa_inspect.store.reading import load_calls
from qa_inspect.store.results import CallQuery, Store, selected
from qa_inspect.store.tables import as_stored, restored

_TOGETHER = 200
_AT_ONCE = 500
_f = tables.call_figures.c


class CustomerCalls(NamedTuple):
    """When and about what customers called, call by call; ``started_s`` in seconds since 1970."""

    call_id: Sequence[str]
    customer_id: Sequence[str | None]
    topic: Sequence[str | None]
    started_s: Sequence[float | None]
    sha256: Sequence[str]


class FigureRows(NamedTuple):
    """Calls as scorecards see them, column by column. ``started_at`` is ISO 8601 and ``language``
    the one spoken, or stated where nobody heard. ``heard`` says whether there is a transcript and
    the call did not fail. ``figures`` is None where none are kept."""

    call_id: Sequence[str]
    started_at: Sequence[str | None]
    agent_id: Sequence[str | None]
    agent_name: Sequence[str | None]
    team: Sequence[str | None]
    market: Sequence[str | None]
    language: Sequence[str | None]
    heard: Sequence[bool]
    needs_review: Sequence[bool]
    csat: Sequence[int | None]
    nps: Sequence[int | None]
    figures: Sequence[bytes | None]
    customers: CustomerCalls


def read_figures(store: Store, query: CallQuery, version: int) -> FigureRows:
    """The calls asked for, in no order. Raises StoreError."""
    c = tables.calls.c
    spoken = case((c.has_transcript, c.language), else_=c.stated_language)
    heard = c.has_transcript.is_(True) & (c.status == "ok")
    texts = (
        c.call_id, c.customer_id, c.topic, c.started_at, c.agent_id, c.agent_name, c.team,
        c.market, spoken,
    )  # fmt: skip
    others = (c.started_epoch_s, c.sha256, heard, c.needs_review, c.csat, c.nps, _f.figures)
    listed = (
        select(*map(as_stored, (*texts, *others)))
        .select_from(
            tables.calls.outerjoin(
                tables.call_figures, (_f.call_id == c.call_id) & (_f.version == version)
            )
        )
        .where(*selected(query))
    )
    columns = _columns(store, listed, len(texts))
    call_id, customer_id, topic, *whose = columns[: len(texts)]
    started_s, sha256, *numbers = columns[len(texts) :]
    customers = CustomerCalls(call_id, customer_id, topic, started_s, sha256)
    return FigureRows._make((call_id, *whose, *numbers, customers))


def read_customer_calls(store: Store) -> CustomerCalls:
    """Every call, in no order. Raises StoreError."""
    c = tables.calls.c
    listed = (c.call_id, c.customer_id, c.topic, c.started_epoch_s, c.sha256)
    return CustomerCalls(*_columns(store, select(*map(as_stored, listed)), texts=3))


def _columns(store: Store, listed: Select[Any], texts: int) -> list[Sequence[Any]]:
    """What is ``listed``, column by column, of which the first so many are texts."""
    with store.reading() as connection, uncollected():
        cursor = connection.execute(listed).cursor  # whose rows need no further reading
        rows = cursor.fetchall() if cursor is not None else []
        columns = list(zip(*rows, strict=True)) or [()] * len(listed.selected_columns)
    return [*map(restored, columns[:texts]), *columns[texts:]]


@contextmanager
def uncollected() -> Iterator[None]:
    """Spare Python the search for garbage while very many values are made, none of which is any."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def calls_without_figures(store: Store, version: int) -> tuple[str, ...]:
    """Calls of which no figures of this version are kept, by id. Raises StoreError."""
    c = tables.calls.c
    kept = exists().where(_f.call_id == c.call_id, _f.version == version)
    with store.reading() as connection:
        return tuple(
            connection.execute(select(c.call_id).where(~kept).order_by(c.call_id)).scalars()
        )


def load_with_stamps(
    store: Store, call_ids: Sequence[str]
) -> Iterator[Sequence[tuple[CallResult, str]]]:
    """Calls, some at a time, each with the stamp of its last writing. Raises StoreError."""
    for first in range(0, len(call_ids), _TOGETHER):
        some = call_ids[first : first + _TOGETHER]
        with store.reading() as connection:
            stamps = _stamps(connection, some)
            calls = load_calls(connection, some, words="when asked for")
        yield [(call, stamps[call.recording.call_id]) for call in calls]


def keep_figures(store: Store, version: int, figures: Mapping[str, tuple[str, bytes]]) -> None:
    """Keep calls' figures, each with the stamp of the call that it was worked out from.

    Those of a call that was written to since are left out. Raises StoreError.
    """
    with store.writing() as connection:
        for part in _parts(list(figures)):
            stamps = _stamps(connection, part)
            rows = [
                {"call_id": call_id, "version": version, "figures": figures[call_id][1]}
                for call_id in part
                if stamps.get(call_id) == figures[call_id][0]
            ]
            connection.execute(
                delete(tables.call_figures).where(_f.call_id.in_([row["call_id"] for row in rows]))
            )
            if rows:
                connection.execute(insert(tables.call_figures), rows)


def load_evidence(
    store: Store, wanted: Collection[tuple[str, str, str]]
) -> Mapping[tuple[str, str, str], tuple[str, tuple[Evidence, ...]]]:
    """The explanation and evidence of items, by call id, rubric and item. Raises StoreError."""
    k = tables.checks.c
    found: dict[tuple[str, str, str], tuple[str, tuple[Evidence, ...]]] = {}
    call_ids = sorted({call_id for call_id, _, _ in wanted})
    items = sorted({item for _, _, item in wanted})
    for part in _parts(call_ids):
        listed = select(k.call_id, k.rubric, k.item, k.explanation, k.evidence).where(
            k.call_id.in_(part), k.item.in_(items)
        )
        with store.reading() as connection:
            for call_id, rubric, item, told, pieces in connection.execute(listed):
                if (call_id, rubric, item) in wanted:
                    found[call_id, rubric, item] = (told, tuple(Evidence(*p) for p in pieces))
    return found


def figure_codes(store: Store, names: Collection[str] = ()) -> Mapping[str, int]:
    """Every name's number; names that have none get one. Raises StoreError."""
    with store.reading() as connection:
        known = _codes(connection)
    fresh = sorted(set(names) - known.keys())
    if not fresh:
        return known
    with store.writing() as connection:
        known = _codes(connection)
        rows = [{"name": name} for name in fresh if name not in known]
        if rows:
            connection.execute(insert(tables.figure_names), rows)
        return _codes(connection)


def _codes(connection: Connection) -> dict[str, int]:
    n = tables.figure_names.c
    return {row[0]: row[1] for row in connection.execute(select(n.name, n.code))}


def _stamps(connection: Connection, call_ids: Sequence[str]) -> dict[str, str]:
    """When each call was written to last."""
    c = tables.calls.c
    stamped = select(c.call_id, c.saved_at).where(c.call_id.in_(call_ids))
    return {row[0]: row[1] for row in connection.execute(stamped)}


def _parts(items: Sequence[str]) -> Iterator[Sequence[str]]:
    return (items[first : first + _AT_ONCE] for first in range(0, len(items), _AT_ONCE))
