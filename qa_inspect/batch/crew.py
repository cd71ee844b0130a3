"""Judging shared out to processes of this machine, each with a store and rubrics of its own.

This module does not know what is judged, nor why.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from qa_inspect.batch.inspect import Judge
from qa_inspect.batch.vectors import KeptSentences
from qa_inspect.batch.worker import end_with
from qa_inspect.errors import StoreError
from qa_inspect.store.results import Store, open_store

Desk = TypeVar("Desk")
Part = TypeVar("Part")
Judged = TypeVar("Judged")

_ALLOCATIONS = 500_000
"""Objects left over between two looks for garbage in a worker. What a call made goes without being
looked for, and each look walks through all that is kept: a tenth of a second."""


def crew_size(parts: int, jobs: int | None = None) -> int:
    """How many processes are worth starting for so many parts: one for each core unless ``jobs``
    are given, and two parts for each at least. 0 or 1 is this process alone."""
    return min(len(os.sched_getaffinity(0)) if jobs is None else jobs, parts // 2)


class Crew(Generic[Desk]):
    """Processes that judge. ``lay`` makes what each works with, from a store and a judge of its
    own; it and every task must be importable by name. Use it in a ``with``.

    Who is interrupted does not wait for what is in hand. ``died`` says that a process is gone.
    """

    died = False

    def __init__(
        self, store: Store, judge: Judge, size: int, lay: Callable[[Store, Judge], Desk]
    ) -> None:
        setup = _Setup(store.address, judge.rubric_names, lay)
        self._size = size
        self._pool = ProcessPoolExecutor(
            size,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_begin,
            initargs=(setup, os.getpid()),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        at_once = kind is not None and not issubclass(kind, Exception)
        self._pool.shutdown(wait=not at_once, cancel_futures=True)

    def each(self, task: Callable[[Desk, Part], Judged], parts: Iterable[Part]) -> Iterator[Judged]:
        """What comes of every part, in order. Parts are taken as there is room, a few are in hand
        at any time. Raises StoreError where a process died, and what a task raises."""
        waiting: deque[Future[Judged]] = deque()
        try:
            for part in parts:
                waiting.append(self._pool.submit(_work, task, part))
                if len(waiting) > 2 * self._size:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BrokenProcessPool:
            self.died = True
            raise StoreError(
                "a process that scored calls died, perhaps for want of memory",
                cure="score again; what was scored so far is kept",
            ) from None


@dataclass(frozen=True, slots=True)
class _Setup:
    """What a worker process needs to know."""

    address: str
    rubric_names: tuple[str, ...]
    lay: Callable[[Store, Judge], Any]


_desk: Any = None
_frozen = False
"""Whether what is there to stay was set aside; to ask the interpreter walks through all of it."""


def _begin(setup: _Setup, parent: int) -> None:
    # Both reach the whole process group or service; the parent decides what they mean.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    threading.Thread(target=end_with, args=(parent,), daemon=True).start()
    global _desk
    gc.set_threshold(_ALLOCATIONS)
    store = open_store(setup.address, create=False)
    judge = Judge(setup.rubric_names)
    judge.vectors = KeptSentences(store)
    _desk = setup.lay(store, judge)


def _work(task: Callable[[Any, Part], Judged], part: Part) -> Judged:
    global _frozen
    judged = task(_desk, part)
    if not _frozen:
        # rubrics and word lists are there to stay; walking them again and again finds nothing
        gc.freeze()
        _frozen = True
    return judged
