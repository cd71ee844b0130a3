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


class Resolved(StrEnum):
    """What became of the matter of a call."""

    RESOLVED = "resolved"
    UNRESOLVED = "unresolved"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Resolution:
    """One call's answer; ``again`` are the ids of the calls that show it is unresolved."""

    call: PastCall
    outcome: Resolved
    again: tuple[str, ...] = ()


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


def resolution_rate(
    found: Iterable[Resolution], by: str = "agent_id"
) -> Mapping[str, tuple[int, int]]:
    """Resolved calls and calls that are known either way, by ``agent_id`` or ``topic``."""
    good: Counter[str] = Counter()
    known: Counter[str] = Counter()
    for one in found:
        group = getattr(one.call, by)
        if group and one.outcome is not Resolved.UNKNOWN:
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
        if again:
            yield Resolution(call, Resolved.UNRESOLVED, tuple(one.call_id for one in again))
            continue
        quiet = _quiet(call, log, call.started_s, within_days, known_until_s)
        yield Resolution(call, Resolved.UNKNOWN if crowd else quiet)


def _quiet(
    call: PastCall, log: CallLog, started_s: float, within_days: float, known_until_s: float | None
) -> Resolved:
    """The answer where no call is known to be about it again."""
    until_s = started_s + within_days * DAY_S
    later = (one for one in log.after(started_s, until_s) if one.sha256 != call.sha256)
    unsure = log.undated or any(not folded_topic(one.topic) for one in later)
    passed = known_until_s is not None and known_until_s >= until_s
    return Resolved.RESOLVED if passed and not unsure else Resolved.UNKNOWN
