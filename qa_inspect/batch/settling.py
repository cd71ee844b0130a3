"""Bringing verdicts that depend on other calls to rest, in whatever order calls came.

A verdict on a call depends on when and about what others called, and on the verdicts on earlier
calls alone. So calls are judged in order of time, and where a verdict changes, the calls that look
back on it come again: that ends, and always with the same verdicts.

Which calls are due stands in the store: with each verdict that is kept, in the same transaction,
its call leaves the queue and those that look back on it enter. So this can be cut off at any
moment, shared by processes and by runs, and taken up where it ended.

This module does not hear anything and does not know what histories mean.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from qa_inspect.batch.changes import Rescored, chained, compare, merged
from qa_inspect.batch.crew import Crew, crew_size
from qa_inspect.batch.flow import Stopping
from qa_inspect.batch.histories import Histories
from qa_inspect.batch.inspect import Judge
from qa_inspect.batch.neighbours import around, looking_back, ripened
from qa_inspect.batch.stopping import Stop
from qa_inspect.domain import CallResult, CallStatus, Verdict
from qa_inspect.errors import StoreError
from qa_inspect.rubric.needs import Needs
from qa_inspect.rubric.past import CallPast
from qa_inspect.store import to_judge
from qa_inspect.store.history import languages, mark_settled, unsettled_calls
from qa_inspect.store.reading import load_calls
from qa_inspect.store.results import Store
from qa_inspect.store.writing import write_verdicts

TOGETHER = 50
"""Calls judged and kept in one transaction: as many are finished after being told to stop."""

ABOUT_S = 0.04
"""Seconds of one core that a call takes, for planning (docs/scaling.md)."""

log = logging.getLogger(__name__)


def settle_histories(
    store: Store, judge: Judge, *, stop: Stopping | None = None, jobs: int | None = None
) -> Mapping[str, Rescored]:
    """Judges again, without audio, the calls stored since the last time and those around them.

    Calls that were judged before keep to the rubrics they were judged by. Many calls are shared out
    to ``jobs`` processes, one for each core unless given. Returns what changed, by call id. Cut
    off, or told to ``stop``, the next time takes it up (``left_to_settle``). Raises StoreError.
    """
    stop = Stop() if stop is None else stop
    with store.reading() as connection:
        fresh = unsettled_calls(connection)
        due = fresh or to_judge.waiting(connection)
        needs = judge.needs(languages(connection) if due else ())
    if not due:
        return {}
    if not needs:
        with store.writing() as connection:
            mark_settled(connection, fresh)
        return {}
    _enter(store, needs, fresh, stop)
    return _work_off(store, judge, needs, stop, jobs)


def left_to_settle(store: Store) -> int:
    """How many calls have not been judged in view of one another yet. Raises StoreError."""
    with store.reading() as connection:
        return to_judge.count_unsettled(connection)


def expected_s(calls: int) -> float:
    """About how many seconds settling takes after that many new calls."""
    return calls * ABOUT_S / max(1, crew_size(calls // TOGETHER))


def make_due(store: Store, needs: Needs, changes: Iterable[Rescored]) -> None:
    """Calls that look back on those that are about to change have to be judged again."""
    with store.writing() as connection:
        to_judge.put(connection, _ids(looking_back(connection, needs, changes)))


def follow(store: Store, judge: Judge, changes: Iterable[Rescored]) -> Mapping[str, Rescored]:
    """What follows from changes that were kept, for the calls that were made due before; by call
    id, each with its own part of ``changes``. Raises StoreError."""
    moved = {change.call_id: change for change in changes if change.changed}
    with store.reading() as connection:
        needs = judge.needs(languages(connection))
    later = _work_off(store, judge, needs, Stop(), None)
    return {
        call_id: chained(moved[call_id], change) if call_id in moved else change
        for call_id, change in later.items()
    }


def _enter(store: Store, needs: Needs, fresh: Sequence[str], stop: Stopping) -> None:
    """Puts new calls and those that have them in view into the queue; none is new after that."""
    entered: set[str] = set()
    if fresh:
        with store.writing() as connection:
            ripe = _ids(ripened(connection, needs))
            to_judge.put(connection, ripe)
    for first in range(0, len(fresh), TOGETHER):
        if stop.reason:
            return
        some = fresh[first : first + TOGETHER]
        with store.reading() as connection:
            due = _ids(around(connection, needs, some)) - entered
        with store.writing() as connection:
            to_judge.put(connection, due)
            mark_settled(connection, some)
        entered |= due


def _work_off(
    store: Store, judge: Judge, needs: Needs, stop: Stopping, jobs: int | None
) -> dict[str, Rescored]:
    """Judges what is in the queue, in order of time, until it is empty or told to stop."""
    changed: dict[str, Rescored] = {}
    while not stop.reason:
        with store.reading() as connection:
            due = to_judge.waiting(connection)
        if not due:
            break
        parts = [due[first : first + TOGETHER] for first in range(0, len(due), TOGETHER)]
        size = crew_size(len(parts), jobs)
        try:
            for change in _judged_parts(store, judge, needs, _until(stop, parts), size):
                known = changed.get(change.call_id)
                changed[change.call_id] = change if known is None else chained(known, change)
        except _CrewGone:
            log.warning("a process that judged calls died; the rest is judged one by one")
            jobs = 1
    return changed


class _CrewGone(Exception):
    """The processes that judged cannot go on; the queue knows what is left."""


def _until(stop: Stopping, parts: Iterable[Sequence[str]]) -> Iterator[Sequence[str]]:
    for part in parts:
        if stop.reason:
            return
        yield part


def _judged_parts(
    store: Store, judge: Judge, needs: Needs, parts: Iterable[Sequence[str]], size: int
) -> Iterator[Rescored]:
    if size < 2:
        desk = _lay(needs, store, judge)
        for part in parts:
            yield from judge_due(desk, part)
        return
    with Crew(store, judge, size, partial(_lay, needs)) as crew:
        try:
            for changes in crew.each(judge_due, parts):
                yield from changes
        except StoreError:
            if crew.died:
                raise _CrewGone from None
            raise


@dataclass(frozen=True, slots=True)
class Desk:
    """What a process settles with."""

    store: Store
    judge: Judge
    histories: Histories


def _lay(needs: Needs, store: Store, judge: Judge) -> Desk:
    return Desk(store, judge, Histories(store, needs))


def judge_due(desk: Desk, call_ids: Sequence[str]) -> tuple[Rescored, ...]:
    """Judges those of these calls that are due; keeps the verdicts whose tickets still stand, with
    what is due because of them. Gives what changed. Raises StoreError."""
    store, judge, histories = desk.store, desk.judge, desk.histories
    with store.reading() as connection:
        held = to_judge.tickets(connection, call_ids)
        due = [call_id for call_id in call_ids if call_id in held]
        calls = load_calls(connection, due, words="when asked for")
        pasts = histories.pasts(connection, [call.recording for call in calls])
    judged = {
        call.recording.call_id: (compare(call, verdict), verdict)
        for call, verdict in judged_again(judge, calls, pasts)
        if verdict != call.verdict
    }
    with store.writing() as connection:
        stand = to_judge.tickets(connection, due)
        valid = {call_id: own for call_id, own in held.items() if stand.get(call_id) == own}
        kept = {call_id: found for call_id, found in judged.items() if call_id in valid}
        write_verdicts(connection, {call_id: verdict for call_id, (_, verdict) in kept.items()})
        to_judge.take_out(connection, valid)
        changes = tuple(change for change, _ in kept.values() if change.changed)
        to_judge.put(connection, _ids(looking_back(connection, histories.needs, changes)))
    if judge.vectors is not None:
        judge.vectors.flush()
    return changes


def judged_again(
    judge: Judge, calls: Sequence[CallResult], pasts: Mapping[str, CallPast]
) -> Iterator[tuple[CallResult, Verdict]]:
    """The verdicts on calls by the rubrics that judged them before; calls without are left out."""
    if judge.vectors is not None:
        judge.vectors.expect(call.transcript for call in calls if call.transcript is not None)
    for call in calls:
        if call.status is not CallStatus.OK or call.transcript is None:
            continue
        names = frozenset(rubric.name for rubric in call.verdict.rubrics)
        if not names:
            continue
        past = pasts.get(call.recording.call_id)
        judged = judge.judge(call.transcript, call.recording.metadata, past, only=names)
        yield call, merged(call.verdict, judged)


def _ids(calls: Iterable[tuple[float | None, str]]) -> set[str]:
    return {call_id for _, call_id in calls}
