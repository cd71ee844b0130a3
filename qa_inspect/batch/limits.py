"""What a worker process may cost before it is ended: time at a stage, and memory.

Time is allowed by the speed measured so far, many times over, because one call may be far slower
than the mean. This module does not know processes; it is told what was measured.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

GENEROUS = 20.0
"""So many times the usual time for its length may a stage take."""

UNMEASURED = 4.0
"""Seconds a stage may take for a recorded second, as long as nothing was measured."""

MEASURED_S = 60.0
"""Recorded seconds from which on a stage's speed counts as measured."""

WORKERS_SHARE = 0.85
"""Share of the machine's memory (0–1) that all workers may fill together."""

GIB = 1 << 30
_CGROUPS = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)


class Patience:
    """How long a stage may take; learns from stages that ended.

    ``floor_s`` is allowed to every stage, and a silence of that length where nothing is at any
    stage. ``decode_s`` is the decoder's own limit for one file, of which it may need several.
    """

    def __init__(self, floor_s: float, decode_s: float) -> None:
        self.floor_s = floor_s
        self._decode_s = decode_s
        self._spent_s: dict[str, float] = defaultdict(float)
        self._audio_s: dict[str, float] = defaultdict(float)

    def learn(self, stage: str, audio_s: float, spent_s: float) -> None:
        """A stage took ``spent_s`` seconds for ``audio_s`` recorded ones."""
        self._audio_s[stage] += audio_s
        self._spent_s[stage] += spent_s

    def limit_s(self, stage: str, audio_s: float) -> float:
        """Seconds that a stage may take for ``audio_s`` recorded ones."""
        if stage == "decode":
            return self.floor_s + 3 * self._decode_s
        measured = self._audio_s[stage]
        if measured < MEASURED_S:
            return self.floor_s + UNMEASURED * audio_s
        return self.floor_s + GENEROUS * self._spent_s[stage] / measured * audio_s


def machine_memory() -> int:
    """Bytes of memory that this process may use: the machine's, or its container's share."""
    import psutil

    total = int(psutil.virtual_memory().total)
    for path in _CGROUPS:
        try:
            allowed = int(path.read_text())
        except (OSError, ValueError):
            continue
        total = min(total, allowed)
    return total


def memory_limit(memory_gb: float, jobs: int) -> int:
    """Bytes that one of ``jobs`` workers may fill: as told, else an equal share of the machine."""
    if memory_gb:
        return int(memory_gb * GIB)
    return int(machine_memory() * WORKERS_SHARE / max(1, jobs))


def in_gb(size: int) -> str:
    """A size in words for people."""
    return f"{size / GIB:.1f} GB"
