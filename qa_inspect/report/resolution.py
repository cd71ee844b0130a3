"""First-call resolution: after which calls the customer did not have to call again.

A call is *unresolved* where its customer called about the same topic again within so many days,
*resolved* where nobody did and those days have passed, and *unknown* otherwise: customer, topic or
start is not given, the days have not passed yet, or the customer is no single person. This module
does not know rubrics' verdicts nor how figures are shown.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from qa_inspect.rubric.past import (
    DAY_S,
    MOST_IN_WINDOW,
    MOST_PER_DAY,
    CallLog,
    folded_topic,
)
from qa_inspect.store.call_figures import CustomerCalls
from qa_inspect.store.history import PastCall, all_calls, latest_start
from qa_inspect.store.results import Store

if TYPE_CHECKING:
    from numpy import int8
    from numpy.typing import NDArray

WITHIN_DAYS = 7.0
"""Days in which a customer who calls again about the same topic was not helped."""
DEFINITION = (
    f"Resolved (first-call resolution): the part of calls after which the same customer did not "
    f"call about the same topic again within {WITHIN_DAYS:g} days. Calls of the last "
    f"{WITHIN_DAYS:g} days and those whose customer, topic or start is not known are left out."
)


class Resolved(StrEnum):
    """What became of the matter of a call."""

    RESOLVED = "resolved"
    UNRESOLVED = "unresolved"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Resolution:
    """One call's answer; ``again`` are the ids of the calls that show it is unresolved.

    ``counts`` says whether it may stand in a rate: both answers were possible. While the days have
    not passed, or other calls of the customer have no topic or start, only "unresolved" could be
    known, and a rate of such calls would be a false zero.
    """

    call: PastCall
    outcome: Resolved
    again: tuple[str, ...] = ()
    counts: bool = True


def resolution(store: Store, *, within_days: float = WITHIN_DAYS) -> tuple[Resolution, ...]:
    """The answer for every call in the store, by start and call id. Raises StoreError."""
    with store.reading() as connection:
        calls = all_calls(connection)
        known_until_s = latest_start(connection)
    by_customer: dict[str, list[PastCall]] = {}
    for call in calls:
        if call.customer_id:
            by_customer.setdefault(call.customer_id, []).append(call)
    logs = {customer: CallLog.of(own) for customer, own in by_customer.items()}
    return tuple(_resolutions(calls, logs, within_days, known_until_s))


def resolutions(store: Store) -> Mapping[str, Resolution]:
    """The answers that are known, by call id. Raises StoreError."""
    found = (one for one in resolution(store) if one.outcome is not Resolved.UNKNOWN)
    return {one.call.call_id: one for one in found}


class _Neighbours:
    """Customers' calls in order of customer and start, by their places in that order."""

    def __init__(
        self,
        calls: CustomerCalls,
        order: Sequence[int],
        customers: Sequence[int],
        starts: Sequence[float],
    ) -> None:
        self._calls = calls
        self._order = order
        self._customers = customers
        self._starts = starts

    def resolved(self, place: int, within_s: float) -> bool | None:
        """Whether nobody called again about the same topic; None where a later call says no topic,
        or where the customer is no single person."""
        customer, starts = self._customers[place], self._starts
        first = bisect_left(self._customers, customer)
        last = bisect_right(self._customers, customer)
        log = CallLog((), tuple(starts[first:last]))
        if log.crowd(starts[place], within_s, MOST_PER_DAY, MOST_IN_WINDOW) is not None:
            return None
        calls, own = self._calls, self._order[place]
        after = bisect_right(starts, starts[place], place, last)
        until = bisect_right(starts, starts[place] + within_s, place, last)
        later = [at for at in self._order[after:until] if calls.sha256[at] != calls.sha256[own]]
        topics = {folded_topic(calls.topic[at]) for at in later}
        return None if "" in topics else folded_topic(calls.topic[own]) not in topics


def resolved_calls(calls: CustomerCalls, *, within_days: float = WITHIN_DAYS) -> NDArray[int8]:
    """What ``resolutions`` tells of very many calls, one by one: 1 where a call is resolved, 0
    where it is not, and -1 where that does not count. ``calls`` are all that are known."""
    import numpy as np

    answers = np.full(len(calls.call_id), -1, dtype=np.int8)
    starts = np.array(calls.started_s, dtype=np.float64)  # None becomes NaN
    if np.isnan(starts).all():
        return answers
    known_until_s = np.nanmax(starts)
    number = {customer: at for at, customer in enumerate(dict.fromkeys(calls.customer_id))}
    customers = np.fromiter(map(number.__getitem__, calls.customer_id), np.int64, len(starts))
    no_customer = [number[nobody] for nobody in (None, "") if nobody in number]
    unsure = np.isin(customers, [*customers[np.isnan(starts)].tolist(), *no_customer])
    order = np.lexsort((starts, customers))
    customers, starts, unsure = customers[order], starts[order], unsure[order]
    until = starts + within_days * DAY_S
    near = np.r_[(customers[1:] == customers[:-1]) & (starts[1:] <= until[:-1]), False]
    many = np.bincount(customers)[customers] > MOST_PER_DAY
    about = {topic: bool(folded_topic(topic)) for topic in set(calls.topic)}
    told = np.fromiter(map(about.__getitem__, calls.topic), bool, len(starts))[order]
    counts = told & ~unsure & (until <= known_until_s)
    answers[order[counts & ~near & ~many]] = 1
    rest = np.flatnonzero(counts & (near | many)).tolist()
    window = _Neighbours(calls, order.tolist(), customers.tolist(), starts.tolist())
    for place in rest:
        answer = window.resolved(place, within_days * DAY_S)
        if answer is not None:
            answers[order[place]] = answer
    return answers


def _resolutions(
    calls: Iterable[PastCall],
    logs: Mapping[str, CallLog],
    within_days: float,
    known_until_s: float | None,
) -> Iterator[Resolution]:
    from qa_inspect.rubric.checks.history import came_back, crowded

    for call in calls:
        log = logs.get(call.customer_id or "")
        if log is None or call.started_s is None or not folded_topic(call.topic):
            yield Resolution(call, Resolved.UNKNOWN)
            continue
        crowd = crowded(log, call.started_s, within_days)
        again = () if crowd else came_back(call, log, within_days)
        clear = not crowd and _clear(call, log, call.started_s, within_days, known_until_s)
        if again:
            ids = tuple(one.call_id for one in again)
            yield Resolution(call, Resolved.UNRESOLVED, ids, clear)
            continue
        yield Resolution(call, Resolved.RESOLVED if clear else Resolved.UNKNOWN)


def _clear(
    call: PastCall, log: CallLog, started_s: float, within_days: float, known_until_s: float | None
) -> bool:
    """Whether silence would mean that the matter is resolved: the days have passed, and of no
    other call is it unknown what it was about."""
    until_s = started_s + within_days * DAY_S
    later = (one for one in log.after(started_s, until_s) if one.sha256 != call.sha256)
    unsure = log.undated or any(not folded_topic(one.topic) for one in later)
    passed = known_until_s is not None and known_until_s >= until_s
    return passed and not unsure
