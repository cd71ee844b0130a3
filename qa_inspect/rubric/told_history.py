"""Earlier and later calls of a case: what its dialogue tells of the customer's other calls.

It is the first entry of a dialogue, before its turns::

    - history: [{days_ago: 3}, {days_ago: 9, said: ["I paid forty dollars."]}]
      topic: delivery
    - {customer: "Where is it?"}

``days_ago`` is how long before this call the other one began, below 0 after it. ``said`` is what
the customer said in it, ``flags`` and ``failed`` how it was judged. ``topic`` is this call's, and
every other call's that names none of its own. An empty list is a customer who never called before.
This module does not know rubrics.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from qa_inspect.domain import Metadata
from qa_inspect.rubric.fields import did_you_mean
from qa_inspect.rubric.past import DAY_S, CallLog, CallPast
from qa_inspect.store.history import PastCall

HISTORY = "history"
_FIELDS = ("days_ago", "topic", "said", "flags", "failed")
_ENTRY = (HISTORY, "topic")
_NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
_KNOWN_DAYS = 3_660.0
_CUSTOMER = "the customer"

Note = Callable[[tuple[str | int, ...], str], None]


@dataclass(frozen=True, slots=True)
class ToldCall:
    """Another call of the customer: days before this one, and what is known of it."""

    days_ago: float
    topic: str
    said: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ToldHistory:
    """This call's topic and the customer's other calls."""

    topic: str
    calls: tuple[ToldCall, ...] = ()

    @property
    def text(self) -> str:
        """It on one line."""
        days = ", ".join(f"{call.days_ago:g}" for call in self.calls)
        return f"history: called {days} days ago" if days else "history: never called before"

    @property
    def metadata(self) -> Metadata:
        """What a manifest would say of this call."""
        return Metadata(customer_id=_CUSTOMER, topic=self.topic, started_at=_NOW)

    @property
    def past(self) -> CallPast:
        """It as checks are given it."""
        now_s = _NOW.timestamp()
        said = {f"call {at}": call.said for at, call in enumerate(self.calls, 1)}
        others = [
            PastCall(
                call_id=f"call {at}",
                sha256=f"recording {at}",
                started_s=now_s - call.days_ago * DAY_S,
                customer_id=_CUSTOMER,
                topic=call.topic,
                flags=frozenset(call.flags),
                failed=frozenset(call.failed),
            )
            for at, call in enumerate(self.calls, 1)
        ]
        return CallPast(
            call_id="this call",
            sha256="this recording",
            started_s=now_s,
            logs=MappingProxyType({"customer": CallLog.of(others)}),
            known_until_s=now_s + _KNOWN_DAYS * DAY_S,
            said=lambda call_ids: {call_id: said[call_id] for call_id in call_ids},
        )


def read_history(entry: Mapping[str, Any], path: tuple[str | int, ...], note: Note) -> ToldHistory:
    """A history from what is written. ``note`` is told every fault with the path to it."""
    for key in set(entry) - set(_ENTRY):
        note((*path, key), f"unknown field — {did_you_mean(str(key), _ENTRY)}")
    topic = str(entry.get("topic") or "this")
    calls = entry[HISTORY]
    if not isinstance(calls, list):
        note((*path, HISTORY), "a list of calls is expected here, such as [{days_ago: 3}]")
        return ToldHistory(topic)
    read = (_call(call, topic, (*path, HISTORY, at), note) for at, call in enumerate(calls))
    return ToldHistory(topic, tuple(call for call in read if call is not None))


def _call(entry: Any, topic: str, path: tuple[str | int, ...], note: Note) -> ToldCall | None:
    days_ago = _number(entry.get("days_ago")) if isinstance(entry, Mapping) else 0.0
    if not days_ago or abs(days_ago) > _KNOWN_DAYS:
        note(path, "a call is written {days_ago: 3}, or {days_ago: -3} for one after this")
        return None
    for key in set(entry) - set(_FIELDS):
        note((*path, key), f"unknown field of a call — {did_you_mean(str(key), _FIELDS)}")
    return ToldCall(
        days_ago,
        str(entry.get("topic") or topic),
        *(_texts(entry.get(name), (*path, name), note) for name in ("said", "flags", "failed")),
    )


def _number(value: Any) -> float:
    """A number as YAML tells it; 0 for what is none."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return 0.0
    return number if math.isfinite(number) else 0.0


def _texts(value: Any, path: tuple[str | int, ...], note: Note) -> tuple[str, ...]:
    listed: Sequence[Any] = [value] if isinstance(value, str) else value or ()
    if isinstance(listed, list | tuple) and all(isinstance(text, str) for text in listed):
        return tuple(listed)
    note(path, "a text or a list of texts is expected here")
    return ()
