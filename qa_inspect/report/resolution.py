"""First-call resolution: after which calls the customer did not have to call again.

A call is *unresolved* where its customer called about the same topic again within so many days,
*resolved* where nobody did and those days have passed, and *unknown* otherwise: customer, topic or
start is not given, the days have not passed yet, or the customer is no single person. This module
does not know rubrics' verdicts nor how figures are shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from qa_inspect.rubric.checks.history import came_back, crowded, folded_topic
from qa_inspect.rubric.past import DAY_S, CallLog
from qa_inspect.store.history import PastCall, all_calls, latest_start
from qa_inspect.store.results import Store

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


def resolution_rate(
    found: Iterable[Resolution], by: str = "agent_id"
) -> Mapping[str, tuple[int, int]]:
    """Resolved calls and calls that count either way, by ``agent_id`` or ``topic``."""
    good: Counter[str] = Counter()
    known: Counter[str] = Counter()
    for one in found:
        group = getattr(one.call, by)
        if group and one.counts and one.outcome is not Resolved.UNKNOWN:
            known[group] += 1
            good[group] += one.outcome is Resolved.RESOLVED
    return {group: (good[group], number) for group, number in sorted(known.items())}


def _resolutions(
    calls: Iterable[PastCall],
    logs: Mapping[str, CallLog],
    within_days: float,
    known_until_s: float | None,
) -> Iterator[Resolution]:
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
