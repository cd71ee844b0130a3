"""The pasts of calls that are about to be judged, read from the store many at a time.

This module does not judge, and does not know when calls have to be judged again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from sqlalchemy import Connection

from qa_inspect.batch.changes import Rescored
from qa_inspect.domain import CheckStatus, Recording
from qa_inspect.rubric.needs import Needs
from qa_inspect.rubric.past import CallLog, CallPast
from qa_inspect.store.codec import epoch_s
from qa_inspect.store.history import (
    EVER,
    Key,
    PastCall,
    Window,
    calls_with,
    latest_start,
    said_by_customer,
)
from qa_inspect.store.results import Store

_MOST_REMEMBERED = 2_000
"""Calls whose words are kept at hand for stories; most are asked for by one or two others."""


class Histories:
    """Reads pasts from a store for rubrics with these ``needs``.

    ``span`` is the time of all calls that will be judged: what many of them share (an agent's or a
    topic's calls) is then read once. ``moved`` are changes of verdicts that are not in the store.
    """

    def __init__(
        self,
        store: Store,
        needs: Needs,
        span: Window | None = None,
        moved: Mapping[str, Rescored] | None = None,
    ) -> None:
        self.needs = needs
        self._store = store
        self._span = span
        self._moved = {} if moved is None else moved
        self._shared: dict[tuple[Key, str], CallLog] = {}
        self._words: dict[str, tuple[str, ...]] = {}
        self._known_until_s: float | None = None

    def pasts(
        self, connection: Connection, recordings: Sequence[Recording]
    ) -> Mapping[str, CallPast]:
        """What is known around each of some calls, by call id; empty where nobody asks."""
        if not self.needs:
            return {}
        until_s = self._latest(connection)
        logs = {key: self._logs(connection, key, recordings) for key in sorted(self.needs.keys)}
        pasts = {}
        for recording in recordings:
            own: dict[Key, CallLog] = {}
            for key in logs:
                value = value_of(recording, key)
                if value is not None:
                    own[key] = logs[key].get(value, CallLog())
            call_id = recording.call_id
            pasts[call_id] = CallPast(
                call_id,
                recording.sha256,
                started_s(recording),
                MappingProxyType(own),
                until_s,
                self._said,
            )
        return pasts

    def _latest(self, connection: Connection) -> float | None:
        if self._span is None or self._known_until_s is None:
            self._known_until_s = latest_start(connection)
        return self._known_until_s

    def _logs(
        self, connection: Connection, key: Key, recordings: Sequence[Recording]
    ) -> Mapping[str, CallLog]:
        values = {value for r in recordings if (value := value_of(r, key)) is not None}
        if key == "customer" or self._span is None:
            return self._read(connection, key, values, self._around(recordings))
        fresh = {value for value in values if (key, value) not in self._shared}
        read = self._read(connection, key, fresh, self._widened(self._span))
        for value in fresh:
            self._shared[key, value] = read.get(value, CallLog())
        return {value: self._shared[key, value] for value in values}

    def _read(
        self, connection: Connection, key: Key, values: Iterable[str], window: Window
    ) -> Mapping[str, CallLog]:
        found = calls_with(
            connection,
            key,
            values,
            window,
            flags=sorted(self.needs.flags),
            items=sorted(self.needs.items),
        )
        return {value: CallLog.of(map(self._now, calls)) for value, calls in found.items()}

    def _now(self, call: PastCall) -> PastCall:
        """A call with its verdict as it is now, where the store does not have it yet."""
        change = self._moved.get(call.call_id)
        if change is None:
            return call
        flags, failed = self.needs.flags, self.needs.items
        came, went = moved_items(change)
        return replace(
            call,
            flags=(call.flags | (flags & set(change.flags_gained))) - set(change.flags_lost),
            failed=(call.failed | (failed & came)) - went,
        )

    def _around(self, recordings: Sequence[Recording]) -> Window:
        starts = [start for r in recordings if (start := started_s(r)) is not None]
        return self._widened(Window(min(starts), max(starts))) if starts else EVER

    def _widened(self, window: Window) -> Window:
        since_s, until_s, reach_s = window.since_s, window.until_s, self.needs.reach_s
        return Window(
            None if since_s is None else since_s - reach_s,
            None if until_s is None else until_s + reach_s,
        )

    def _said(self, call_ids: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
        missing = [call_id for call_id in call_ids if call_id not in self._words]
        if missing:
            if len(self._words) + len(missing) > _MOST_REMEMBERED:
                self._words = {k: v for k, v in self._words.items() if k in call_ids}
            with self._store.reading() as connection:
                found = said_by_customer(connection, missing)
            self._words |= {call_id: found.get(call_id, ()) for call_id in missing}
        return {call_id: self._words[call_id] for call_id in call_ids}


def value_of(recording: Recording, key: Key) -> str | None:
    """A call's customer, agent or topic; None where it is not given."""
    metadata = recording.metadata
    value = {
        "customer": metadata.customer_id,
        "agent": metadata.agent_id,
        "topic": metadata.topic,
    }[key]
    return value or None


def started_s(recording: Recording) -> float | None:
    """When a call began, in seconds since 1970; None where that is not known."""
    moment = recording.metadata.started_at
    return None if moment is None else epoch_s(moment)


def moved_items(change: Rescored) -> tuple[frozenset[str], frozenset[str]]:
    """The items that fail now, and those that fail no longer."""
    fail = CheckStatus.FAIL.value
    came = {c.item for c in change.checks if c.after == fail and c.before != fail}
    went = {c.item for c in change.checks if c.before == fail and c.after != fail}
    return frozenset(came), frozenset(went - came)


def matters(change: Rescored, needs: Needs) -> bool:
    """Whether a change of one call's verdict can change the verdict on another."""
    came, went = moved_items(change)
    flags = {*change.flags_gained, *change.flags_lost}
    return bool(flags & needs.flags or (came | went) & needs.items)
