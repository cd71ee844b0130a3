"""A batch on this machine: which calls are due, inspecting them, and storing each as it ends.

A call is due when its audio is not in the store yet. Each result is stored in one transaction as
soon as it is there, so a run that is cut off loses at most the calls in hand and a later run takes
up where it ended. This module does not know models, rubrics or how progress is shown.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from qa_inspect.audio.intake import with_short_hash
from qa_inspect.batch.changes import Rescored
from qa_inspect.batch.flow import Flow
from qa_inspect.batch.inspect import Inspector
from qa_inspect.batch.processes import job_count, results_of_processes
from qa_inspect.batch.settling import settle_histories
from qa_inspect.batch.stopping import Stop
from qa_inspect.batch.vectors import KeptSentences
from qa_inspect.batch.voices import learn_from, open_book, settle
from qa_inspect.domain import CallResult, CallStatus, Recording
from qa_inspect.store.results import KnownCall, Store


class Progress(Protocol):
    """Hears how a batch goes."""

    def begin(self, total: int) -> None:
        """``total`` calls are due."""

    def done(self, result: CallResult) -> None:
        """One more call is stored."""

    def end(self) -> None:
        """No further call will come."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run would do. ``known`` were inspected earlier, ``failed_before`` failed earlier and
    are left alone, ``held_back`` are due but beyond ``--limit``."""

    due: tuple[Recording, ...]
    known: tuple[Recording, ...] = ()
    failed_before: tuple[Recording, ...] = ()
    held_back: tuple[Recording, ...] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """A call that could not be inspected, and why."""

    call_id: str
    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class BatchSummary:
    """What a batch did. Times in seconds; ``audio_s`` is recorded time of the calls done."""

    done: int
    failed: tuple[Failure, ...]
    needs_review: int
    known: int
    failed_before: int
    left: int
    flags: dict[str, int]
    audio_s: float
    wall_s: float
    stopped: str | None = None

    @property
    def speed(self) -> float | None:
        """Recorded time over wall time, None when nothing was done."""
        return self.audio_s / self.wall_s if self.done and self.wall_s > 0 else None

    def to_dict(self) -> dict[str, Any]:
        """The summary as plain values for JSON."""
        return {
            "done": self.done,
            "failed": [
                {"call_id": f.call_id, "path": f.path, "reason": f.reason} for f in self.failed
            ],
            "needs_review": self.needs_review,
            "already_inspected": self.known,
            "failed_before": self.failed_before,
            "left": self.left,
            "flags": dict(self.flags),
            "audio_s": round(self.audio_s, 1),
            "wall_s": round(self.wall_s, 1),
            "speed": round(self.speed, 2) if self.speed is not None else None,
            "stopped": self.stopped,
        }


def plan_run(
    recordings: Sequence[Recording],
    store: Store | None,
    *,
    retry_failed: bool = False,
    limit: int | None = None,
) -> Plan:
    """Sort recordings into what is due and what is not.

    A call id that the store holds for other audio gets a short hash appended, so that a folder
    used afresh each day never overwrites yesterday's calls. Only a failed call gives way, to a
    mended file in its place.
    """
    known = store.known() if store is not None else {}
    owner = {call.call_id: call for call in known.values()}
    due: list[Recording] = []
    seen: list[Recording] = []
    failed_before: list[Recording] = []
    for recording in recordings:
        earlier = known.get(recording.sha256)
        if earlier is None:
            due.append(_with_free_id(recording, owner))
        elif earlier.status is CallStatus.OK:
            seen.append(recording)
        elif retry_failed:
            due.append(replace(recording, call_id=earlier.call_id))
        else:
            failed_before.append(recording)
    cut = len(due) if limit is None else limit
    return Plan(tuple(due[:cut]), tuple(seen), tuple(failed_before), tuple(due[cut:]))


def _with_free_id(recording: Recording, owner: Mapping[str, KnownCall]) -> Recording:
    holder = owner.get(recording.call_id)
    if holder is None:
        return recording
    mended = holder.status is CallStatus.FAILED and holder.path == recording.path
    return recording if mended else with_short_hash(recording)


def run_batch(
    plan: Plan,
    inspector: Inspector,
    store: Store,
    *,
    run_id: int | None,
    stop: Stop,
    progress: Progress,
) -> BatchSummary:
    """Inspect and store every call that is due, until done or told to stop.

    Raises:
        StoreError: a result could not be stored; what was stored before is safe.
    """
    started = time.monotonic()
    done, review, audio_s = 0, 0, 0.0
    failures: list[Failure] = []
    flags: Counter[str] = Counter()
    book = open_book(store)
    inspector.profiles = book.profiles
    book.heard = inspector.heard_voices
    vectors = inspector.judge.vectors = KeptSentences(store)
    progress.begin(len(plan.due))
    try:
        for result in _results(plan.due, inspector, stop):
            store.save_call(result, run_id=run_id)
            learn_from(book, result, store)
            vectors.flush()
            progress.done(result)
            done += 1
            if result.transcript is None:
                path = str(result.recording.path or "")
                failures.append(Failure(result.recording.call_id, path, result.error or ""))
                continue
            review += result.transcript.needs_review
            audio_s += result.transcript.duration_s or 0.0
            flags.update(flag.flag for flag in result.verdict.flags)
    finally:
        progress.end()
    review -= settle(book, store, inspector.judge, inspector.config.min_role_confidence)
    vectors.flush()
    _count_again(flags, settle_histories(store, inspector.judge), plan)
    left = len(plan.due) - done + len(plan.held_back)
    return BatchSummary(
        done=done - len(failures),
        failed=tuple(failures),
        needs_review=review,
        known=len(plan.known),
        failed_before=len(plan.failed_before),
        left=left,
        flags={name: number for name, number in flags.most_common() if number > 0},
        audio_s=audio_s,
        wall_s=time.monotonic() - started,
        stopped=stop.reason if len(plan.due) > done else None,
    )


def _count_again(flags: Counter[str], changes: Mapping[str, Rescored], plan: Plan) -> None:
    """Flags of the run's calls that other calls brought or took away."""
    for recording in plan.due:
        change = changes.get(recording.call_id)
        if change is not None:
            flags.update(change.flags_gained)
            flags.subtract(change.flags_lost)


def _results(due: Sequence[Recording], inspector: Inspector, stop: Stop) -> Iterator[CallResult]:
    jobs = job_count(inspector.config)
    if jobs > 1 and len(due) > 1:
        return results_of_processes(due, inspector, jobs, stop)
    return Flow(inspector, stop).results(due)
