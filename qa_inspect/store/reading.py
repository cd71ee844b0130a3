"""Whole calls read back from their tables, many in a few queries.

This module does not know which calls are asked for, nor how a connection is made.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Literal

from sqlalchemy import Connection, Table, select, type_coerce

from qa_inspect.domain import CallResult
from qa_inspect.store import codec, tables

Words = Literal["read", "left out", "when asked for"]
"""What becomes of utterances' single words, which are most of a call. ``when asked for`` keeps
them as they are stored until somebody looks at them."""


def load_calls(
    connection: Connection,
    call_ids: Sequence[str],
    *,
    words: Words = "read",
    outlines: bool = False,
) -> list[CallResult]:
    """The calls of these ids that are there, in the order asked for; ``outlines`` are of sound."""
    found = select(tables.calls).where(tables.calls.c.call_id.in_(call_ids))
    calls = {row["call_id"]: dict(row) for row in connection.execute(found).mappings()}
    children = {
        table.name: _load_children(connection, table, call_ids, words=words)
        for table in tables.CHILDREN
        if outlines or table is not tables.outlines
    }
    return [
        codec.decode_call(
            codec.CallRows(
                call=calls[call_id],
                **{name: rows.get(call_id, ()) for name, rows in children.items()},
            )
        )
        for call_id in call_ids
        if call_id in calls
    ]


def _load_children(
    connection: Connection, table: Table, call_ids: Sequence[str], *, words: Words
) -> Mapping[str, Sequence[codec.Row]]:
    columns = [
        type_coerce(column, tables.SafeText).label("words") if later else column
        for column in table.columns
        for later in [column.name == "words" and words == "when asked for"]
        if column.name != "words" or words != "left out"
    ]
    listed = (
        select(*columns)
        .where(table.c.call_id.in_(call_ids))
        .order_by(table.c.call_id, table.c.position)
    )
    rows: dict[str, list[codec.Row]] = defaultdict(list)
    result = connection.execute(listed)
    names = tuple(result.keys())
    for values in result.all():  # plain zips: this is most of what reading a call costs
        row = dict(zip(names, values, strict=True))
        rows[row["call_id"]].append(row)
    return rows
