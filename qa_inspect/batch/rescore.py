"""Judging stored calls again, without audio, and telling what that changes.

This module does not hear anything: a call whose recording failed has no transcript and is skipped.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from typing import Any

from qa_inspect.batch.inspect import Judge
from qa_inspect.batch.processes import end_with
from qa_inspect.batch.vectors import KeptSentences
from qa_inspect.domain import CallStatus, CheckResult, CheckStatus, Verdict
from qa_inspect.errors import StoreError
from qa_inspect.store.reading import load_calls
from qa_inspect.store.results import CallQuery, Store, open_store

TOGETHER = 100
"""Calls that a process takes at once and keeps in one transaction."""
_ALLOCATIONS = 100_000
"""Objects made between two looks for garbage in a worker; a call makes some ten thousand."""


@dataclass(frozen=True, slots=True)
class CheckChange:
    """An item whose verdict is another now; None where it was or is absent.

    Verdicts are named as people read them: a failed item that earned some points is ``partly``.
    ``shared`` is whether another rubric of the call has an item of that name.
    """

    rubric: str
    item: str
    before: str | None
    after: str | None
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Rescored:
    """One call's verdict before and after. Scores are 0–100 or None.

    ``judged`` is whether one of the rubrics asked fits the call's language. ``went_wrong`` names
    the items (``rubric.item``) that ended in an error now.
    """

    call_id: str
    agent_id: str | None
    before: float | None
    after: float | None
    checks: tuple[CheckChange, ...]
    flags_gained: tuple[str, ...]
    flags_lost: tuple[str, ...]
    language: str = ""
    judged: bool = True
    went_wrong: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether the score, a check or a flag is another now."""
        moved = _rounded(self.before) != _rounded(self.after)
        return moved or bool(self.checks or self.flags_gained or self.flags_lost)

    def to_dict(self) -> dict[str, Any]:
        """The change as plain values."""
        return {
            "call_id": self.call_id,
            "agent_id": self.agent_id,
            "score_before": _rounded(self.before),
            "score_after": _rounded(self.after),
            "checks": [
                {"rubric": c.rubric, "item": c.item, "before": c.before, "after": c.after}
                for c in self.checks
            ],
            "flags_gained": list(self.flags_gained),
            "flags_lost": list(self.flags_lost),
        }


def rescore(
    store: Store, judge: Judge, query: CallQuery, *, write: bool, jobs: int | None = None
) -> Iterator[Rescored]:
    """Judge every stored call that the query asks for; ``write`` keeps the new verdicts.

    Many calls are shared out to ``jobs`` processes, one for each core unless given. Whatever the
    number, calls come in the order of the query. A verdict that is the same is not written again.
    Raises StoreError, and RubricError or ModelError where judging cannot begin.
    """
    call_ids = store.call_ids(query)
    parts = [call_ids[first : first + TOGETHER] for first in range(0, len(call_ids), TOGETHER)]
    crew = min(len(os.sched_getaffinity(0)) if jobs is None else jobs, len(parts) // 2)
    if crew > 1:
        work = _Work(store.address, judge.rubric_names, write)
        for changes in _shared_out(parts, work, crew):
            yield from changes
        return
    if judge.vectors is None:
        judge.vectors = KeptSentences(store)
    for part in parts:
        yield from rescore_part(store, judge, part, write=write)


def rescore_part(
    store: Store, judge: Judge, call_ids: Sequence[str], *, write: bool
) -> tuple[Rescored, ...]:
    """Judge some calls and keep what changed in one transaction. Raises StoreError."""
    changes: list[Rescored] = []
    verdicts: dict[str, Verdict] = {}
    with store.reading() as connection:
        calls = load_calls(connection, call_ids, words="when asked for")
    for call in calls:
        if call.status is not CallStatus.OK or call.transcript is None:
            continue
        call_id = call.recording.call_id
        judged = judge.judge(call.transcript, call.recording.metadata)
        verdict = merged(call.verdict, judged)
        if verdict != call.verdict:
            verdicts[call_id] = verdict
        agent_id = call.recording.metadata.agent_id
        change = compare(call_id, agent_id, call.verdict, verdict)
        wrong = [f"{c.rubric}.{c.item}" for c in judged.checks if c.status is CheckStatus.ERROR]
        changes.append(
            replace(
                change,
                language=call.transcript.language,
                judged=bool(judged.rubrics),
                went_wrong=tuple(wrong),
            )
        )
    if write and verdicts:
        store.save_verdicts(verdicts)
    if judge.vectors is not None:
        judge.vectors.flush()
    return tuple(changes)


@dataclass(frozen=True, slots=True)
class _Work:
    """What a worker process needs to know."""

    address: str
    rubric_names: tuple[str, ...]
    write: bool


def _shared_out(
    parts: Sequence[Sequence[str]], work: _Work, jobs: int
) -> Iterator[tuple[Rescored, ...]]:
    """The changes of every part in order; a few parts are in hand at any time."""
    pool = ProcessPoolExecutor(
        jobs,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_begin,
        initargs=(work, os.getpid()),
    )
    waiting: deque[Future[tuple[Rescored, ...]]] = deque()
    try:
        for part in parts:
            waiting.append(pool.submit(_rescore_in_worker, part))
            if len(waiting) > 2 * jobs:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    except BrokenProcessPool:
        raise StoreError(
            "a process that scored calls died, perhaps for want of memory",
            cure="score again; what was scored so far is kept",
        ) from None
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


_worker: tuple[Store, Judge, bool] | None = None


def _begin(work: _Work, parent: int) -> None:
    # Ctrl-C reaches the whole process group; the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=end_with, args=(parent,), daemon=True).start()
    global _worker
    store = open_store(work.address, create=False)
    judge = Judge(work.rubric_names)
    judge.vectors = KeptSentences(store)
    _worker = (store, judge, work.write)


def _rescore_in_worker(call_ids: Sequence[str]) -> tuple[Rescored, ...]:
    if _worker is None:
        raise StoreError("a process that scores calls did not start", cure="score again")
    store, judge, write = _worker
    changes = rescore_part(store, judge, call_ids, write=write)
    if not gc.get_freeze_count():
        # rubrics and word lists are there to stay; walking them again and again finds nothing
        gc.freeze()
        gc.set_threshold(_ALLOCATIONS)
    return changes


def merged(before: Verdict, judged: Verdict) -> Verdict:
    """The new verdicts, with what rubrics that were not asked said before.

    Where such a rubric has a score, the call's score is the plain mean of all rubrics' scores.
    """
    asked = {rubric.name for rubric in judged.rubrics}
    kept = tuple(rubric for rubric in before.rubrics if rubric.name not in asked)
    if not kept:
        return judged
    rubrics = (*judged.rubrics, *kept)
    scores = [rubric.score for rubric in rubrics if rubric.score is not None]
    alone = all(rubric.score is None for rubric in kept)
    return Verdict(
        rubrics=rubrics,
        checks=(*judged.checks, *(c for c in before.checks if c.rubric not in asked)),
        flags=(*judged.flags, *(f for f in before.flags if f.rubric not in asked)),
        score=judged.score if alone else round(sum(scores) / len(scores), 2),
    )


def compare(call_id: str, agent_id: str | None, before: Verdict, after: Verdict) -> Rescored:
    """What moved between two verdicts on one call."""
    old = {(check.rubric, check.item): _word(check) for check in before.checks}
    new = {(check.rubric, check.item): _word(check) for check in after.checks}
    named = Counter(item for _, item in {**old, **new})
    moved = [key for key in {**old, **new} if old.get(key) != new.get(key)]
    flags_before = {flag.flag for flag in before.flags}
    flags_after = {flag.flag for flag in after.flags}
    return Rescored(
        call_id=call_id,
        agent_id=agent_id,
        before=before.score,
        after=after.score,
        checks=tuple(
            CheckChange(*key, old.get(key), new.get(key), named[key[1]] > 1) for key in moved
        ),
        flags_gained=tuple(sorted(flags_after - flags_before)),
        flags_lost=tuple(sorted(flags_before - flags_after)),
    )


def _word(check: CheckResult) -> str:
    return "partly" if check.is_partly else str(check.status)


def _rounded(score: float | None) -> float | None:
    return None if score is None else round(score, 1)
