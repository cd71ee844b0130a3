"""A batch on this machine: which calls are due, inspecting them, and storing each as it ends.

A call is due when its audio is not in the store yet. Each result is stored in one transaction as
soon as it is there, so a run that is cut off loses at most the calls in hand and a later run takes
up where it ended. Several runs may share the work. This module does not know models, rubrics,
processes or how progress is shown.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from qa_inspect.audio.intake import with_short_hash
from qa_inspect.batch.changes import Rescored
from qa_inspect.batch.claims import Claims, shape_of
from qa_inspect.batch.inspect import Inspector, failed
from qa_inspect.batch.messages import Done
from qa_inspect.batch.settling import expected_s, left_to_settle, settle_histories
from qa_inspect.batch.stopping import EarlierStop, Stop
from qa_inspect.batch.supply import Executor, InThisProcess, Outcome
from qa_inspect.batch.vectors import KeptSentences
from qa_inspect.batch.voices import VoiceBook, learn_from, open_book, settle
from qa_inspect.domain import CallResult, CallStatus, Recording
from qa_inspect.store.results import KnownCall, Store
from qa_inspect.store.work import Attempt


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
    are left alone, ``held_back`` are due but beyond ``--limit``. With ``retry_failed`` some of what
    is due failed earlier. ``unread`` is how many files were not looked at any more."""

    due: tuple[Recording, ...]
    known: tuple[Recording, ...] = ()
    failed_before: tuple[Recording, ...] = ()
    held_back: tuple[Recording, ...] = ()
    retry_failed: bool = False
    unread: int = 0


@dataclass(frozen=True, slots=True)
class Failure:
    """A call that could not be inspected, and why."""

    call_id: str
    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class BatchSummary:
    """What a batch did. Times in seconds; ``audio_s`` is recorded time of the calls done.
    ``elsewhere`` were inspected meanwhile by other runs on the same database, and
    ``lost_attempts`` is how often a call's attempt crashed, hung or ran out of memory. A run that
    was ``stopped`` may leave ``unread`` files, of which nobody knows whether they are new, and
    ``unsettled`` calls, which were not judged in view of one another yet."""

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
    elsewhere: int = 0
    lost_attempts: int = 0
    unread: int = 0
    unsettled: int = 0

    @property
    def cut_short(self) -> bool:
        """Whether the run was told to stop with work left."""
        return bool(self.stopped and (self.left or self.unread or self.unsettled))

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
            "unread": self.unread,
            "unsettled": self.unsettled,
            "inspected_by_other_runs": self.elsewhere,
            "lost_attempts": self.lost_attempts,
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
    order: Callable[[Sequence[Recording]], Sequence[Recording]] = tuple,
) -> Plan:
    """Sort recordings into what is due and what is not; what is due in ``order``.

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
    ordered = tuple(order(due))
    return Plan(
        ordered[:cut], tuple(seen), tuple(failed_before), ordered[cut:], retry_failed=retry_failed
    )


def _with_free_id(recording: Recording, owner: Mapping[str, KnownCall]) -> Recording:
    holder = owner.get(recording.call_id)
    if holder is None:
        return recording
    mended = holder.status is CallStatus.FAILED and holder.path == recording.path
    return recording if mended else with_short_hash(recording)


@dataclass(slots=True)
class Tally:
    """What a run has done so far."""

    done: int = 0
    review: int = 0
    audio_s: float = 0.0
    lost_attempts: int = 0
    failures: list[Failure] = field(default_factory=list)
    flags: Counter[str] = field(default_factory=Counter)

    def add(self, result: CallResult) -> None:
        """Count a call that was stored."""
        self.done += 1
        if result.transcript is None:
            path = str(result.recording.path or "")
            self.failures.append(Failure(result.recording.call_id, path, result.error or ""))
            return
        self.review += result.transcript.needs_review
        self.audio_s += result.transcript.duration_s or 0.0
        self.flags.update(flag.flag for flag in result.verdict.flags)


def run_batch(
    plan: Plan,
    inspector: Inspector,
    store: Store,
    *,
    run_id: int | None,
    stop: Stop,
    progress: Progress,
    executor: Executor | None = None,
    tally: Tally | None = None,
) -> BatchSummary:
    """Inspect and store every call that is due, until done or told to stop.

    Calls are judged in view of one another at the end, for which some time is left before a
    deadline; where an earlier run had to leave that, first of all. ``inspector`` judges then; it
    also inspects where no ``executor`` does. A ``tally`` that is given, empty, tells what was done
    so far, also where the batch breaks off.

    Raises:
        StoreError: a result could not be stored; what was stored before is safe.
        StartError: no call can be inspected any more; what was stored before is safe.
    """
    started = time.monotonic()
    judge, book = inspector.judge, open_book(store)
    tally = Tally() if tally is None else tally
    inspector.profiles = book.profiles
    judge.vectors = KeptSentences(store)
    settle_histories(store, judge, stop=stop)
    hearing = EarlierStop(stop, lambda: expected_s(tally.done))
    claims = Claims(
        store,
        plan.due,
        shape=shape_of(inspector.config),
        run_id=run_id,
        redo="failed" if plan.retry_failed else "never",
    )
    progress.begin(len(plan.due))
    try:
        with claims:
            outcomes = (executor or InThisProcess(inspector)).outcomes(
                ClaimedSupply(claims), book.profiles, hearing
            )
            for result in _stored(outcomes, claims, store, book, judge.vectors, tally):
                progress.done(result)
    finally:
        progress.end()
    tally.review -= settle(book, store, judge, inspector.config.min_role_confidence)
    judge.vectors.flush()
    _count_again(tally.flags, settle_histories(store, judge, stop=stop), plan)
    unsettled = left_to_settle(store) if stop.reason else 0
    wall_s = time.monotonic() - started
    return summed_up(plan, tally, claims.elsewhere, unsettled, hearing.reason, wall_s)


def _stored(
    outcomes: Iterable[Outcome],
    claims: Claims,
    store: Store,
    book: VoiceBook,
    vectors: KeptSentences,
    tally: Tally,
) -> Iterator[CallResult]:
    """Keeps what comes of calls, and what they teach; gives the results that are in the store."""
    for outcome in outcomes:
        result = _kept(outcome, claims, store, tally)
        if result is None:
            continue
        if isinstance(outcome, Done):
            if outcome.voices is not None:
                book.heard[result.recording.call_id] = outcome.voices
            vectors.add(outcome.vectors or {})
        learn_from(book, result, store)
        vectors.flush()
        tally.add(result)
        yield result


def summed_up(
    plan: Plan, tally: Tally, elsewhere: int, unsettled: int, reason: str | None, wall_s: float
) -> BatchSummary:
    """What came of a plan, as far as it was ``tally``-ed."""
    not_reached = len(plan.due) - tally.done - elsewhere
    return BatchSummary(
        done=tally.done - len(tally.failures),
        failed=tuple(tally.failures),
        needs_review=tally.review,
        known=len(plan.known),
        failed_before=len(plan.failed_before),
        left=not_reached + len(plan.held_back),
        flags={name: number for name, number in tally.flags.most_common() if number > 0},
        audio_s=tally.audio_s,
        wall_s=wall_s,
        stopped=reason if not_reached or plan.unread or unsettled else None,
        elsewhere=elsewhere,
        lost_attempts=tally.lost_attempts,
        unread=plan.unread,
        unsettled=unsettled,
    )


def _kept(outcome: Outcome, claims: Claims, store: Store, tally: Tally) -> CallResult | None:
    """The result that this outcome put into the store, None where it put none there."""
    if isinstance(outcome, Done):
        return outcome.result if claims.save(outcome.result) else None
    tally.lost_attempts += 1
    lost = failed(outcome.recording, outcome.reason)
    if claims.attempt_failed(lost) is not Attempt.GIVEN_UP:
        return None
    return store.load_call(outcome.recording.call_id)


class ClaimedSupply:
    """Claims as a ``Supply``: a call that lost an attempt, or was in hand when runs died, is
    suspected."""

    def __init__(self, claims: Claims) -> None:
        self._claims = claims

    @property
    def waiting(self) -> int:
        """How many calls nobody has finished and this run does not hold."""
        return self._claims.waiting

    def take(self, limit: int) -> tuple[Recording, ...]:
        """Up to so many calls, now this run's."""
        return self._claims.take(limit)

    def put_back(self, recordings: Sequence[Recording]) -> None:
        """Let go of calls that were not inspected."""
        self._claims.put_back(recordings)

    def suspected(self, recording: Recording) -> bool:
        """Whether something died with the call in hand (a run: twice)."""
        claim = self._claims.claim_of(recording)
        return claim is not None and (claim.attempt > 1 or claim.interruptions > 1)


def _count_again(flags: Counter[str], changes: Mapping[str, Rescored], plan: Plan) -> None:
    """Flags of the run's calls that other calls brought or took away."""
    for recording in plan.due:
        change = changes.get(recording.call_id)
        if change is not None:
            flags.update(change.flags_gained)
            flags.subtract(change.flags_lost)
