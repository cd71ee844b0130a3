"""What will fit before a deadline, by the speed of earlier runs with the same settings.

This module does not know how calls are inspected, nor which come first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from qa_inspect.store.ledger import Run

ALIKE = ("model", "engine", "device", "diarization", "jobs", "executor")
"""Settings on which speed depends."""

LATEST = 5
"""Runs looked back on: machines and recordings change."""

ENOUGH_CALLS = 3
"""Calls from which on a run tells something about speed."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How long calls took: ``call_s`` seconds of wall time each, over ``calls`` in ``runs``."""

    call_s: float
    calls: int
    runs: int

    def fit(self, due: int, now: datetime, deadline: datetime) -> int:
        """How many of ``due`` calls will be done by then."""
        return max(0, min(due, int((deadline - now).total_seconds() / self.call_s)))


def pace_of(runs: Sequence[Run], settings: Mapping[str, Any]) -> Pace | None:
    """The pace of the latest ``runs`` (newest first) with settings like these; None without any."""
    calls, spent_s, count = 0, 0.0, 0
    for run in runs:
        if run.summary is None or not _alike(run.settings, settings):
            continue
        done = run.summary.done + run.summary.failed
        if done < ENOUGH_CALLS or run.summary.elapsed_s <= 0:
            continue
        calls, spent_s, count = calls + done, spent_s + run.summary.elapsed_s, count + 1
        if count == LATEST:
            break
    return Pace(spent_s / calls, calls, count) if calls else None


def _alike(earlier: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    return all(earlier.get(name) == now.get(name) for name in ALIKE)
