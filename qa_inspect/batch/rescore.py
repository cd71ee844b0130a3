"""Judging stored calls again, without audio, and telling what that changes.

This module does not hear anything: a call whose recording failed has no transcript and is skipped.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace

from qa_inspect.batch.changes import Rescored, compare, merged
from qa_inspect.batch.histories import Histories
from qa_inspect.batch.inspect import Judge
from qa_inspect.batch.settling import follow
from qa_inspect.batch.vectors import KeptSentences
from qa_inspect.batch.worker import end_with
from qa_inspect.domain import CallStatus, CheckStatus, Verdict
from qa_inspect.errors import StoreError
from qa_inspect.rubric.needs import Needs
from qa_inspect.store.history import EVER, languages
from qa_inspect.store.reading import load_calls
from qa_inspect.store.results import CallQuery, Store, open_store

TOGETHER = 100
"""Calls that a process takes at once and keeps in one transaction."""
_ALLOCATIONS = 500_000
"""Objects left over between two looks for garbage in a worker. What a call made goes without being
looked for, and each look walks through all that is kept: a tenth of a second."""


def rescore(
    store: Store, judge: Judge, query: CallQuery, *, write: bool, jobs: int | None = None
) -> Iterator[Rescored]:
    """Judge every stored call that the query asks for; ``write`` keeps the new verdicts.

    Many calls are shared out to ``jobs`` processes, one for each core unless given. Whatever the
    number, calls come in the order of the query. A verdict that is the same is not written again.
    Raises StoreError, and RubricError or ModelError where judging cannot begin.
    """
    needs = _needs(store, judge)
    if not needs.verdicts:
        yield from _in_parts(store, judge, query, write=write, jobs=jobs)
        return
    changes = list(_in_parts(store, judge, query, write=write, jobs=jobs))
    later = dict(follow(store, judge, changes, write=write))
    for change in changes:
        yield later.pop(change.call_id, change)
    yield from later.values()


def _needs(store: Store, judge: Judge) -> Needs:
    with store.reading() as connection:
        return judge.needs(languages(connection))


def _in_parts(
    store: Store, judge: Judge, query: CallQuery, *, write: bool, jobs: int | None
) -> Iterator[Rescored]:
    """Every call judged once, with other calls as they are in the store at that moment."""
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
    histories = _histories(store, judge)
    for part in parts:
        yield from rescore_part(store, judge, part, write=write, histories=histories)


def rescore_part(
    store: Store,
    judge: Judge,
    call_ids: Sequence[str],
    *,
    write: bool,
    histories: Histories | None = None,
) -> tuple[Rescored, ...]:
    """Judge some calls and keep what changed in one transaction. Raises StoreError."""
    around = _histories(store, judge) if histories is None else histories
    changes: list[Rescored] = []
    verdicts: dict[str, Verdict] = {}
    with store.reading() as connection:
        calls = load_calls(connection, call_ids, words="when asked for")
        pasts = around.pasts(connection, [call.recording for call in calls])
    if judge.vectors is not None:
        judge.vectors.expect(call.transcript for call in calls if call.transcript is not None)
    for call in calls:
        if call.status is not CallStatus.OK or call.transcript is None:
            continue
        call_id = call.recording.call_id
        judged = judge.judge(call.transcript, call.recording.metadata, pasts.get(call_id))
        verdict = merged(call.verdict, judged)
        if verdict != call.verdict:
            verdicts[call_id] = verdict
        wrong = [f"{c.rubric}.{c.item}" for c in judged.checks if c.status is CheckStatus.ERROR]
        changes.append(
            replace(
                compare(call, verdict),
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


_worker: tuple[Store, Judge, Histories, bool] | None = None


def _begin(work: _Work, parent: int) -> None:
    # Ctrl-C reaches the whole process group; the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=end_with, args=(parent,), daemon=True).start()
    global _worker
    gc.set_threshold(_ALLOCATIONS)
    store = open_store(work.address, create=False)
    judge = Judge(work.rubric_names)
    judge.vectors = KeptSentences(store)
    _worker = (store, judge, _histories(store, judge), work.write)


_frozen = False
"""Whether what is there to stay was set aside; to ask the interpreter walks through all of it."""


def _rescore_in_worker(call_ids: Sequence[str]) -> tuple[Rescored, ...]:
    global _frozen
    if _worker is None:
        raise StoreError("a process that scores calls did not start", cure="score again")
    store, judge, histories, write = _worker
    changes = rescore_part(store, judge, call_ids, write=write, histories=histories)
    if not _frozen:
        # rubrics and word lists are there to stay; walking them again and again finds nothing
        gc.freeze()
        _frozen = True
    return changes


def _histories(store: Store, judge: Judge) -> Histories:
    """Reads what is known around calls; what many share is read once."""
    return Histories(store, _needs(store, judge), span=EVER)
