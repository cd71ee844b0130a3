"""Bringing verdicts that depend on other calls to rest, in whatever order calls came.

A verdict on a call depends on when and about what others called, and on the verdicts on earlier
calls alone. So calls are judged in order of time, and where a verdict changes, the calls that look
back on it come again: that ends, and always with the same verdicts.

This module does not hear anything and does not know what histories mean.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from qa_inspect.batch.changes import Rescored, chained, compare, merged
from qa_inspect.batch.histories import Histories, matters
from qa_inspect.batch.inspect import Judge
from qa_inspect.domain import CallResult, CallStatus, Verdict
from qa_inspect.rubric.needs import Needs
from qa_inspect.store.history import (
    COLUMNS,
    EVER,
    PastCall,
    Window,
    calls_named,
    calls_with,
    languages,
    latest_settled,
    latest_start,
    mark_settled,
    started_between,
    unsettled_calls,
)
from qa_inspect.store.reading import load_calls
from qa_inspect.store.results import Store

TOGETHER = 100
"""Calls judged and kept in one transaction."""
_LATE = float("inf")


def settle_histories(store: Store, judge: Judge) -> Mapping[str, Rescored]:
    """Judges again, without audio, the calls stored since the last time and those around them.

    Calls that were judged before keep to the rubrics they were judged by. Returns what changed, by
    call id. Cut off, the next time takes it up. Raises StoreError.
    """
    with store.reading() as connection:
        fresh = unsettled_calls(connection)
        needs = judge.needs(languages(connection)) if fresh else judge.needs(())
    if not fresh:
        return {}
    changed: dict[str, Rescored] = {}
    if needs:
        histories = Histories(store, needs)
        due = _Due()
        for first in range(0, len(fresh), TOGETHER):
            with store.reading() as connection:
                some = calls_named(connection, fresh[first : first + TOGETHER])
            due.add((call.started_s, call.call_id) for call in some)
            due.add(_neighbours(store, needs, some, both_ways=True))
        due.add(_ripened(store, histories))
        changed = dict(_settled(store, judge, histories, due, write=True))
        if judge.vectors is not None:
            judge.vectors.flush()
    with store.writing() as connection:
        mark_settled(connection, fresh)
    return changed


def follow(
    store: Store, judge: Judge, changes: Iterable[Rescored], *, write: bool
) -> Mapping[str, Rescored]:
    """What follows, for calls that look back on them, from changes of some calls' verdicts.

    With ``write`` the changes are in the store and what follows is put there; without, nothing is
    written. Raises StoreError.
    """
    moved = {change.call_id: change for change in changes if change.changed}
    with store.reading() as connection:
        needs = judge.needs(languages(connection))
    histories = Histories(store, needs, moved=None if write else moved)
    due = _Due()
    _look_back_on(store, needs, moved.values(), due)
    later = dict(_settled(store, judge, histories, due, write=write, moved=moved))
    return {
        call_id: chained(moved[call_id], change) if write and call_id in moved else change
        for call_id, change in later.items()
    }


def _ripened(store: Store, histories: Histories) -> Iterator[tuple[float, str]]:
    """Settled calls of which the new ones show that nobody called again in time."""
    with store.reading() as connection:
        before_s, now_s = latest_settled(connection), latest_start(connection)
        if before_s is None or now_s is None:
            return
        for ripe_s in sorted(histories.needs.ripens_s):
            yield from started_between(connection, before_s - ripe_s, now_s - ripe_s)


class _Due:
    """Calls to be judged, earliest first; each is in it once at a time."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, str]] = []
        self._inside: set[str] = set()

    def add(self, calls: Iterable[tuple[float | None, str]]) -> None:
        for start_s, call_id in calls:
            if call_id not in self._inside:
                self._inside.add(call_id)
                heapq.heappush(self._heap, (_LATE if start_s is None else start_s, call_id))

    def take(self, most: int) -> list[str]:
        taken = [heapq.heappop(self._heap)[1] for _ in range(min(most, len(self._heap)))]
        self._inside.difference_update(taken)
        return taken


def _settled(
    store: Store,
    judge: Judge,
    histories: Histories,
    due: _Due,
    *,
    write: bool,
    moved: dict[str, Rescored] | None = None,
) -> Iterator[tuple[str, Rescored]]:
    changed: dict[str, Rescored] = {}
    while part := due.take(TOGETHER):
        verdicts: dict[str, Verdict] = {}
        steps: list[Rescored] = []
        for call, verdict in _judged(store, judge, histories, part):
            call_id = call.recording.call_id
            whole = compare(call, verdict)
            before = (moved or {}).get(call_id)
            # without writing, the verdict before is the one in memory, not the one in the store
            step = whole if write or before is None else _since(before, whole)
            if verdict != call.verdict:
                verdicts[call_id] = verdict
            if step.changed:
                steps.append(step)
                known = changed.get(call_id)
                changed[call_id] = whole if known is None or not write else chained(known, step)
                if not write and moved is not None:
                    moved[call_id] = whole
        if write and verdicts:
            store.save_verdicts(verdicts)
        _look_back_on(store, histories.needs, steps, due)
    yield from changed.items()


def _since(before: Rescored, whole: Rescored) -> Rescored:
    """What happened after ``before``, where ``whole`` is both together."""
    back = Rescored(
        before.call_id,
        before.agent_id,
        before.after,
        before.before,
        tuple(type(c)(c.rubric, c.item, c.after, c.before) for c in before.checks),
        before.flags_lost,
        before.flags_gained,
        before.language,
    )
    return chained(back, whole)


def _judged(
    store: Store, judge: Judge, histories: Histories, call_ids: Sequence[str]
) -> Iterator[tuple[CallResult, Verdict]]:
    with store.reading() as connection:
        calls = load_calls(connection, call_ids, words="when asked for")
        pasts = histories.pasts(connection, [call.recording for call in calls])
    for call in calls:
        if call.status is not CallStatus.OK or call.transcript is None:
            continue
        names = frozenset(rubric.name for rubric in call.verdict.rubrics)
        if not names:
            continue
        past = pasts.get(call.recording.call_id)
        judged = judge.judge(call.transcript, call.recording.metadata, past, only=names)
        yield call, merged(call.verdict, judged)


def _look_back_on(store: Store, needs: Needs, changes: Iterable[Rescored], due: _Due) -> None:
    """Makes the calls due whose verdicts depend on those that changed."""
    told = [change.call_id for change in changes if matters(change, needs)]
    for first in range(0, len(told), TOGETHER):
        with store.reading() as connection:
            some = calls_named(connection, told[first : first + TOGETHER])
        due.add(_neighbours(store, needs, some, both_ways=False))


def _neighbours(
    store: Store, needs: Needs, calls: Sequence[PastCall], *, both_ways: bool
) -> Iterator[tuple[float | None, str]]:
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
        with store.reading() as connection:
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
