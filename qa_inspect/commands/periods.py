"""What to say of a period in which there are no calls.

It does not know what is listed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qa_inspect.commands.render import calls

if TYPE_CHECKING:
    from qa_inspect.store.results import CallQuery, Store


def why_empty(store: Store, query: CallQuery, nothing: str) -> str:
    """Why no call of a period is listed: none lies in it, or else ``nothing``. Raises
    StoreError."""
    from qa_inspect.store.history import first_and_last_start
    from qa_inspect.store.results import CallQuery

    if (query.since is None and query.until is None) or store.count(query):
        return nothing
    held = store.count(CallQuery())
    if not held:
        return nothing
    with store.reading() as connection:
        known = first_and_last_start(connection)
    if known is None:
        return f"No call in that period: the database holds {calls(held)}, none with a started_at."
    first, last = (f"{moment:%Y-%m-%d}" for moment in known)
    days = f"of {first}" if first == last else f"from {first} to {last}"
    return f"No call in that period: the database holds {calls(held)}, {days}."
