"""Batches that share a device: even sizes, several at once, smaller when memory runs out.

This module does not know what is in a batch or what is done with it.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby, pairwise
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

GROW_AFTER = 8
"""Batches that must go well before the size is doubled again."""

_OUT_OF_MEMORY = (
    "out of memory",
    "bad_alloc",
    "cannot allocate",
    "can't allocate",
    "alloc_failed",
    "cublas_status_not_initialized",
    "cudaerrormemoryallocation",
    "cuda failed with error out of",
)
"""How engines say that memory ran out, lower case. cuBLAS says that it is not initialised when its
workspace cannot be had."""


class BatchSize:
    """How many items share a batch: halved when memory runs out, doubled when all goes well again.

    ``most`` is never exceeded. Safe to use from several threads.
    """

    def __init__(self, most: int) -> None:
        self._most = max(1, most)
        self._now = self._most
        self._good = 0
        self._lock = threading.Lock()

    @property
    def now(self) -> int:
        """The size to use for the next batch."""
        return self._now

    def halve(self, tried: int) -> None:
        """A batch of ``tried`` items did not fit."""
        with self._lock:
            self._now = max(1, min(self._now, tried // 2))
            self._good = 0

    def went_well(self) -> None:
        """A batch was done."""
        with self._lock:
            self._good += 1
            if self._good >= GROW_AFTER and self._now < self._most:
                self._now = min(self._most, self._now * 2)
                self._good = 0


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an engine's error means that memory ran out, on a GPU or in the machine."""
    if isinstance(error, MemoryError):
        return True
    said = str(error).casefold()
    return any(sign in said for sign in _OUT_OF_MEMORY)


def even_batches(items: Sequence[Item], most: int, lanes: int) -> list[Sequence[Item]]:
    """Items in order in batches of like size, at most ``most``, that keep ``lanes`` lanes busy."""
    if not items:
        return []
    count = math.ceil(len(items) / most)
    count = min(len(items), math.ceil(count / lanes) * lanes)
    edges = [round(number * len(items) / count) for number in range(count + 1)]
    return [items[begin:end] for begin, end in pairwise(edges)]


def run_batches(
    items: Sequence[Item],
    work: Callable[[Sequence[Item]], Sequence[Result]],
    *,
    key: Callable[[Item], Hashable],
    size: BatchSize,
    lanes: int = 1,
) -> list[Result]:
    """The result of every item, in order; only neighbours with the same ``key`` share a batch.

    When memory runs out the same items are tried again in halves. Raises what ``work`` raises, and
    the error of memory where a single item does not fit.
    """
    batches = [
        batch
        for _, group in groupby(items, key)
        for batch in even_batches(list(group), size.now, lanes)
    ]
    if lanes < 2 or len(batches) < 2:
        return [result for batch in batches for result in _fitting(batch, work, size)]
    with ThreadPoolExecutor(lanes, "lane") as pool:
        done = pool.map(lambda batch: _fitting(batch, work, size), batches)
        return [result for results in done for result in results]


def _fitting(
    batch: Sequence[Item], work: Callable[[Sequence[Item]], Sequence[Result]], size: BatchSize
) -> list[Result]:
    """A batch done in pieces that fit into memory."""
    results: list[Result] = []
    while len(results) < len(batch):
        piece = batch[len(results) : len(results) + size.now]
        try:
            made = work(piece)
        except (RuntimeError, MemoryError) as error:
            if len(piece) < 2 or not is_out_of_memory(error):
                raise
            size.halve(len(piece))
        else:
            if len(made) != len(piece):
                raise RuntimeError(f"{len(made)} results came for a batch of {len(piece)}")
            results.extend(made)
            size.went_well()
    return results
