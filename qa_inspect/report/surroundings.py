"""What a queue of calls needs to know beyond the calls in it: the day, and who is no one person.

The *day* is that of the latest call (before ``until``) on that call's own clock. A call is new
where it began on that day, so the answer is the same whenever it is asked. A call whose start is
not known is new where the latest night of runs was the first to inspect it; runs that began within
twelve hours before the latest belong to the same night. Of an import without a start nobody knows.
This module does not know verdicts, nor how calls are ranked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType

from qa_inspect.rubric.checks.history import crowded
from qa_inspect.rubric.past import MOST_IN_WINDOW, MOST_PER_DAY, CallLog
from qa_inspect.store.codec import epoch_s
from qa_inspect.store.history import PastCall, calls_of_frequent, latest_started
from qa_inspect.store.ledger import first_runs, starts_of_first_runs
from qa_inspect.store.results import Store

CROWD_DAYS = 14.0
"""A customer id is looked at over so many days before and after a call, as histories are."""
SAME_NIGHT = timedelta(hours=12)
_DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Surroundings:
    """``day_s`` is when the day of the latest call began, in seconds since 1970, and ``day`` names
    it (2026-11-21); both empty where no start is known. ``shared`` are customer ids that are no
    single person. ``first_seen`` tells when the run began that inspected a call first, and
    ``night`` when the earliest run of the latest night began."""

    day_s: float | None = None
    day: str = ""
    shared: frozenset[str] = frozenset()
    first_seen: Mapping[str, datetime] = field(default_factory=lambda: MappingProxyType({}))
    night: datetime | None = None

    def is_new(self, call_id: str, started_at: datetime | None) -> bool | None:
        """Whether a call is new since the day before; None where that cannot be told."""
        if started_at is not None:
            if self.day_s is None:
                return None
            return self.day_s <= epoch_s(started_at) < self.day_s + _DAY_S
        seen = self.first_seen.get(call_id)
        return None if seen is None or self.night is None else seen >= self.night

    def within(self, days: float, started_at: datetime | None) -> bool:
        """Whether a call began at most so many days before the day; yes where nobody knows."""
        if self.day_s is None or started_at is None:
            return True
        return epoch_s(started_at) >= self.day_s - days * _DAY_S


def surroundings(store: Store, until: datetime | None = None) -> Surroundings:
    """What the store knows around its calls that began before ``until``. Raises StoreError."""
    with store.reading() as connection:
        calls = calls_of_frequent(connection, MOST_PER_DAY)
        latest = latest_started(connection, None if until is None else epoch_s(until))
    return known_around(calls, latest, first_runs(store), _night(starts_of_first_runs(store)))


def known_around(
    calls: Iterable[PastCall],
    latest: datetime | None,
    first_seen: Mapping[str, datetime] | None = None,
    night: datetime | None = None,
) -> Surroundings:
    """The surroundings of ``calls``, of which the latest began at ``latest``.

    ``night`` is worked out from ``first_seen`` where it is not given.
    """
    seen = first_seen or {}
    night = night or _night(sorted(set(seen.values())))
    day_s, day = None, f"{night:%Y-%m-%d}" if night else ""
    if latest is not None:
        midnight = latest.replace(hour=0, minute=0, second=0, microsecond=0)
        day_s, day = epoch_s(midnight), f"{midnight:%Y-%m-%d}"
    return Surroundings(day_s, day, shared_customers(calls), MappingProxyType(dict(seen)), night)


def known_of(calls: Iterable[tuple[str, str | None, datetime | None]]) -> Surroundings:
    """The surroundings that calls tell by themselves: each its id, its customer and its start."""
    listed = list(calls)
    starts = [start for _, _, start in listed if start is not None]
    past = (
        PastCall(call_id, "", None if start is None else epoch_s(start), customer)
        for call_id, customer, start in listed
    )
    return known_around(past, max(starts, key=epoch_s, default=None))


def shared_customers(calls: Iterable[PastCall]) -> frozenset[str]:
    """Customer ids that stand on more calls at a time than one person makes (a switchboard)."""
    by_customer: dict[str, list[PastCall]] = {}
    for call in calls:
        if call.customer_id:
            by_customer.setdefault(call.customer_id, []).append(call)
    return frozenset(customer for customer, own in by_customer.items() if _crowd(CallLog.of(own)))


def _crowd(log: CallLog) -> bool:
    if len(log.undated) > MOST_IN_WINDOW:
        return True
    return any(crowded(log, start_s, CROWD_DAYS) for start_s in log.starts_s)


def _night(began: Sequence[datetime]) -> datetime | None:
    if not began:
        return None
    return next(moment for moment in began if began[-1] - moment <= SAME_NIGHT)
