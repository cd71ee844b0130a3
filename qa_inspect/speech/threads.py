"""How torch models use the cores of a CPU: one batch a thread, not one operation over threads.

Small networks that step through time (the LSTMs of the segmentation) meet at a barrier thousands
of times a second when one operation is spread over threads: on two cores that costs a third more
work alone, and several times the time as soon as another process wants a core. A batch for each
thread has no barriers. This module does not know the models.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

_MMAP_THRESHOLD = -3
_TRIM_THRESHOLD = -1
_KEPT_BYTES = 512 << 20


def cores(wanted: int = 0) -> int:
    """Threads to use: as many as wanted, 0 for one on each core this process may use."""
    return wanted or len(os.sched_getaffinity(0))


class Workers:
    """A pool in which every thread runs torch by itself. One thread: no pool at all."""

    def __init__(self, threads: int = 1) -> None:
        self._pool = (
            ThreadPoolExecutor(threads, "speech", initializer=_single) if threads > 1 else None
        )

    def map(self, work: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
        """The result for every item, in order; the first error is raised."""
        if self._pool is None or len(items) < 2:
            return [work(item) for item in items]
        return list(self._pool.map(work, items))


def quiet_libraries() -> None:
    """Settings that libraries read when they load: no telemetry, and memory that is kept.

    glibc gives large buffers back to the system after every operation and the next one pays for
    fresh pages: a quarter of the time of segmentation. Up to 512 MB are kept instead.
    """
    os.environ.setdefault("PYANNOTE_METRICS_ENABLED", "0")
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):
        return
    mallopt(_MMAP_THRESHOLD, _KEPT_BYTES)
    mallopt(_TRIM_THRESHOLD, _KEPT_BYTES)


def _single() -> None:
    import torch

    torch.set_num_threads(1)
