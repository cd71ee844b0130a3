"""Flagged calls, with the little of each that a list of them shows.

Of the transcript only the utterances that flags quote are read, of the verdict only the flags and
the failed items that take something to zero: a small part of a call, whatever its length.

This module does not know how flags are ordered or shown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, Connection, select

from qa_inspect.domain import CallResult, Severity
from qa_inspect.store import codec, tables
from qa_inspect.store.results import CallQuery, Store

_TOGETHER = 500
_SAID = ("utterance", "role", "speaker", "text", "language", "start_s", "end_s", "confidence")


def flagged_calls(store: Store, query: CallQuery) -> Iterator[CallResult]:
    """The calls asked for that have a flag, in the order of ``Store.calls``.

    Each has its metadata, score and flags, the failed items that take something to zero, and of
    its transcript the utterances that flags quote, without single words. Raises StoreError.
    """
    least = query.min_severity or Severity.LOW
    return calls_with_signs(store, replace(query, min_severity=least))


def calls_with_signs(store: Store, query: CallQuery) -> Iterator[CallResult]:
    """As ``flagged_calls``, and the calls asked for that have no flag too."""
    call_ids = store.call_ids(query)
    for first in range(0, len(call_ids), _TOGETHER):
        with store.reading() as connection:
            found = _load(connection, call_ids[first : first + _TOGETHER])
        yield from found


def flag_names(store: Store) -> frozenset[str]:
    """The names of all flags that were ever raised. Raises StoreError."""
    with store.reading() as connection:
        return frozenset(connection.execute(select(tables.flags.c.flag).distinct()).scalars())


def _load(connection: Connection, call_ids: Sequence[str]) -> list[CallResult]:
    c, f, k = tables.calls.c, tables.flags.c, tables.checks.c
    listed = select(tables.calls).where(c.call_id.in_(call_ids))
    calls = {row["call_id"]: dict(row) for row in connection.execute(listed).mappings()}
    flags: dict[str, list[codec.Row]] = defaultdict(list)
    raised = select(tables.flags).where(f.call_id.in_(call_ids)).order_by(f.call_id, f.position)
    for row in connection.execute(raised).mappings():
        flags[row["call_id"]].append(dict(row))
    failed: dict[str, list[codec.Row]] = defaultdict(list)
    grave = select(tables.checks).where(
        k.call_id.in_(call_ids), k.auto_fail_of != "", k.status == "fail"
    )
    for row in connection.execute(grave.order_by(k.call_id, k.position)).mappings():
        failed[row["call_id"]].append(dict(row))
    said = _quoted(connection, flags)
    return [
        codec.decode_call(
            codec.CallRows(
                calls[call_id],
                utterances=said.get(call_id, ()),
                checks=failed.get(call_id, ()),
                flags=flags.get(call_id, ()),
            )
        )
        for call_id in call_ids
        if call_id in calls
    ]


def _quoted(
    connection: Connection, flags: Mapping[str, Sequence[codec.Row]]
) -> Mapping[str, list[codec.Row]]:
    """The utterances that flags quote, by call and in order."""
    wanted: dict[int, list[str]] = defaultdict(list)
    for call_id, rows in flags.items():
        for at in {piece[0] for row in rows for piece in row["evidence"]}:
            if at is not None:
                wanted[at].append(call_id)
    found: dict[str, list[codec.Row]] = defaultdict(list)
    u = tables.utterances.c
    for at, call_ids in sorted(wanted.items()):
        # an utterance's number is its place in almost every call, and the place is in the key
        some = _utterances(connection, u.call_id.in_(call_ids), u.position == at, u.utterance == at)
        missing = set(call_ids) - {row["call_id"] for row in some}
        if missing:
            some += _utterances(connection, u.call_id.in_(sorted(missing)), u.utterance == at)
        for row in some:
            found[row["call_id"]].append(row)
    return found


def _utterances(connection: Connection, *which: ColumnElement[bool]) -> list[codec.Row]:
    u = tables.utterances.c
    listed = select(u.call_id, *(u[name] for name in _SAID)).where(*which)
    rows = connection.execute(listed).mappings()
    return [{**row, "words": (), "prosody": None} for row in rows]
