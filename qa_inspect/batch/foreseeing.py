"""What would follow for other calls if some calls' verdicts changed; nothing is written.

This module does not know why verdicts would change.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping

from qa_inspect.batch.changes import Rescored, chained, compare
from qa_inspect.batch.histories import Histories
from qa_inspect.batch.inspect import Judge
from qa_inspect.batch.neighbours import Dated, looking_back
from qa_inspect.batch.settling import judged_again
from qa_inspect.store.history import languages
from qa_inspect.store.reading import load_calls
from qa_inspect.store.results import Store

_TOGETHER = 100
_LATE = float("inf")


def foresee(store: Store, judge: Judge, changes: Iterable[Rescored]) -> Mapping[str, Rescored]:
    """What follows from changes that are not in the store, by call id, beside the verdicts that are
    there now. Raises StoreError."""
    moved = {change.call_id: change for change in changes if change.changed}
    found: dict[str, Rescored] = {}
    due = _Due()
    with store.reading() as connection:
        needs = judge.needs(languages(connection))
        due.add(looking_back(connection, needs, moved.values()))
    histories = Histories(store, needs, moved=moved)
    while part := due.take(_TOGETHER):
        with store.reading() as connection:
            calls = load_calls(connection, part, words="when asked for")
            pasts = histories.pasts(connection, [call.recording for call in calls])
        steps: list[Rescored] = []
        for call, verdict in judged_again(judge, calls, pasts):
            whole = compare(call, verdict)
            before = moved.get(whole.call_id)
            step = whole if before is None else _since(before, whole)
            if step.changed:
                steps.append(step)
                found[whole.call_id] = moved[whole.call_id] = whole
        with store.reading() as connection:
            due.add(looking_back(connection, needs, steps))
    return found


class _Due:
    """Calls to be judged, earliest first; each is in it once at a time."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, str]] = []
        self._inside: set[str] = set()

    def add(self, calls: Iterable[Dated]) -> None:
        for start_s, call_id in calls:
            if call_id not in self._inside:
                self._inside.add(call_id)
                heapq.heappush(self._heap, (_LATE if start_s is None else start_s, call_id))

    def take(self, most: int) -> list[str]:
        taken = [heapq.heappop(self._heap)[1] for _ in range(min(most, len(self._heap)))]
        self._inside.difference_update(taken)
        return taken


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
