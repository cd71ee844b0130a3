"""What is known of the calls before and after a call, handed to checks with the call itself.

A log holds the calls of one customer, agent or topic in order of time; checks cut windows from it.
This module does not know rules, nor where logs come from.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from types import MappingProxyType

from qa_inspect.store.history import Key, PastCall

DAY_S = 86_400.0
MOST_PER_DAY = 50
MOST_IN_WINDOW = 200
"""Calls of one customer in 24 hours, and in a window, above which it is no single person."""

Said = Callable[[Sequence[str]], Mapping[str, tuple[str, ...]]]
"""Gives what the customer said in calls, utterance by utterance, by call id."""


@dataclass(frozen=True, slots=True)
class CallLog:
    """Calls in order of their start, and those whose start is not known."""

    calls: tuple[PastCall, ...] = ()
    starts_s: tuple[float, ...] = ()
    undated: tuple[PastCall, ...] = ()

    @classmethod
    def of(cls, calls: Iterable[PastCall]) -> CallLog:
        """A log of calls in any order."""
        ordered = sorted(calls, key=_order)
        starts_s = tuple(call.started_s for call in ordered if call.started_s is not None)
        return cls(tuple(ordered[: len(starts_s)]), starts_s, tuple(ordered[len(starts_s) :]))

    def between(self, since_s: float, until_s: float) -> tuple[PastCall, ...]:
        """Calls that began at ``since_s`` or later and before ``until_s``."""
        first = bisect_left(self.starts_s, since_s)
        return self.calls[first : bisect_left(self.starts_s, until_s)]

    def after(self, since_s: float, until_s: float) -> tuple[PastCall, ...]:
        """Calls that began after ``since_s`` and up to ``until_s``."""
        first = bisect_right(self.starts_s, since_s)
        return self.calls[first : bisect_right(self.starts_s, until_s)]

    def crowd(self, around_s: float, within_s: float, per_day: int, in_all: int) -> int | None:
        """How many calls there are within ``within_s`` of a moment where that is too many for one
        person: more than ``in_all``, or more than ``per_day`` in 24 hours. Else None."""
        first = bisect_left(self.starts_s, around_s - within_s)
        last = bisect_right(self.starts_s, around_s + within_s)
        number = last - first
        if number > in_all:
            return number
        busy = any(
            self.starts_s[at + per_day] - self.starts_s[at] < DAY_S
            for at in range(first, last - per_day)
        )
        return number if busy else None


def _order(call: PastCall) -> tuple[bool, float, str]:
    return (call.started_s is None, call.started_s or 0.0, call.call_id)


def _nothing_said(call_ids: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    return {}


@dataclass(frozen=True, slots=True)
class CallPast:
    """What is known around one call.

    ``logs`` are of what it shares with others; one is missing where the call does not name its
    customer, agent or topic. ``known_until_s`` is when the latest call began that is known at all
    (seconds since 1970). ``said`` tells what the customer said in other calls.
    """

    call_id: str
    sha256: str
    started_s: float | None
    logs: Mapping[Key, CallLog] = field(default_factory=lambda: MappingProxyType({}))
    known_until_s: float | None = None
    said: Said = _nothing_said

    def others(self, calls: Iterable[PastCall]) -> tuple[PastCall, ...]:
        """``calls`` without this one, each recording once (the first of it counts)."""
        own = (call for call in calls if call.call_id != self.call_id)
        once = {call.sha256: call for call in reversed(list(own)) if call.sha256 != self.sha256}
        return tuple(reversed(once.values()))


def day_of(call: PastCall) -> str:
    """``2026-05-03 14:10`` (UTC), for sentences."""
    if call.started_s is None:
        return "an unknown day"
    return datetime.fromtimestamp(call.started_s, UTC).strftime("%Y-%m-%d %H:%M")


@lru_cache(maxsize=4096)
def folded_topic(topic: str | None) -> str:
    """A topic as topics are compared; empty where there is none."""
    from qa_inspect.rubric.folding import fold  # the numbers of five languages; few ask

    return fold(topic) or topic.strip() if topic else ""
