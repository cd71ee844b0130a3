"""Calls as the store keeps them, made of what a manifest says: one place for what all have."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from qa_inspect.batch.inspect import Judge
from qa_inspect.domain import CallResult, CallStatus, Metadata, Recording, Transcript, Verdict
from qa_inspect.store.results import Store

START = datetime(2026, 5, 1, 9, tzinfo=UTC)
"""The day and hour from which ``days_later`` counts."""
_NOTHING_FOUND = Verdict()


def days_later(days: float | None) -> datetime | None:
    """So many days after ``START``; None for a call whose start is not known."""
    return None if days is None else START + timedelta(days=days)


def inspected(
    call_id: str,
    transcript: Transcript | None = None,
    verdict: Verdict = _NOTHING_FOUND,
    *,
    sha256: str = "",
    **told: Any,
) -> CallResult:
    """A call that was inspected and has no file; ``told`` is what its metadata says. Calls of
    different names are different recordings, unless ``sha256`` says otherwise."""
    recording = Recording(call_id, None, sha256 or f"sha {call_id}", Metadata(**told))
    return CallResult(recording, CallStatus.OK, transcript, verdict)


def arrive(store: Store, judge: Judge, calls: Iterable[CallResult]) -> None:
    """Calls stored as a run stores them: judged when nothing is known of others yet."""
    for one in calls:
        assert one.transcript is not None
        verdict = judge.judge(one.transcript, one.recording.metadata)
        store.save_call(replace(one, verdict=verdict))
