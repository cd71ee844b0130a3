"""Which calls have others in view, so that they are judged again when those come or change.

This module does not judge and writes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import Connection

from qa_inspect.batch.changes import Rescored
from qa_inspect.batch.histories import matters
from qa_inspect.rubric.needs import Needs
from qa_inspect.store.history import (
    COLUMNS,
    EVER,
    PastCall,
    Window,
    calls_named,
    calls_with,
    latest_settled,
    latest_start,
    started_between,
)

_TOGETHER = 100

Dated = tuple[float | None, str]
"""When a call began (seconds since 1970, None where unknown), and its id."""


def around(connection: Connection, needs: Needs, call_ids: Sequence[str]) -> Iterator[Dated]:
    """These calls, those that look back on them, and the earlier ones of their customers."""
    some = calls_named(connection, call_ids)
    yield from ((call.started_s, call.call_id) for call in some)
    yield from _neighbours(connection, needs, some, both_ways=True)


def looking_back(
    connection: Connection, needs: Needs, changes: Iterable[Rescored]
) -> Iterator[Dated]:
    """The calls whose verdicts depend on those that changed."""
    told = [change.call_id for change in changes if matters(change, needs)]
    for first in range(0, len(told), _TOGETHER):
        some = calls_named(connection, told[first : first + _TOGETHER])
        yield from _neighbours(connection, needs, some, both_ways=False)


def ripened(connection: Connection, needs: Needs) -> Iterator[Dated]:
    """Settled calls of which the new ones show that nobody called again in time."""
    before_s, now_s = latest_settled(connection), latest_start(connection)
    if before_s is None or now_s is None:
        return
    for ripe_s in sorted(needs.ripens_s):
        yield from started_between(connection, before_s - ripe_s, now_s - ripe_s)


def _neighbours(
    connection: Connection, needs: Needs, calls: Sequence[PastCall], *, both_ways: bool
) -> Iterator[Dated]:
    """The calls that have one of these in view: later ones, and earlier ones of its customer."""
    for key in sorted(needs.keys):
        views: dict[str, list[tuple[Window, str]]] = defaultdict(list)
        for call in calls:
            value = getattr(call, COLUMNS[key])
            if value:
                view = _view(call.started_s, needs.reach_s, earlier=both_ways and key == "customer")
                views[value].append((view, call.call_id))
        if not views:
            continue
        found = calls_with(
            connection, key, views, _together(w for v in views.values() for w, _ in v)
        )
        for value, seen_from in views.items():
            for other in found.get(value, ()):
                start_s = other.started_s
                if start_s is not None and any(
                    _inside(start_s, view) for view, own in seen_from if own != other.call_id
                ):
                    yield start_s, other.call_id


def _view(start_s: float | None, reach_s: float, *, earlier: bool) -> Window:
    if start_s is None:
        return EVER
    return Window(start_s - reach_s if earlier else start_s, start_s + reach_s)


def _together(windows: Iterable[Window]) -> Window:
    listed = [(window.since_s, window.until_s) for window in windows]
    since = [since_s for since_s, _ in listed if since_s is not None]
    until = [until_s for _, until_s in listed if until_s is not None]
    # a window is open at both ends or at none
    return Window(min(since), max(until)) if len(since) == len(listed) else EVER


def _inside(start_s: float, window: Window) -> bool:
    since_s, until_s = window.since_s, window.until_s
    return (since_s is None or start_s >= since_s) and (until_s is None or start_s <= until_s)
