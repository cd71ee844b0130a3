"""Whole runs with fake models, here or in a process of their own:
``python -m faults.nights DB CALLS JOBS [ORDER]…``.

Orders are those of ``fakes``, and ``deadline=S``: so many seconds after the first call is done.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from faults.fakes import GB, FaultyInspector, nothing, result_of
from scripted import ScriptedInspector, Silent, recording
from sqlalchemy import func, select

from qa_inspect.batch.local import BatchSummary, plan_run, run_batch
from qa_inspect.batch.processes import supervised
from qa_inspect.batch.stopping import Stop
from qa_inspect.config import Config
from qa_inspect.domain import CallResult, Recording
from qa_inspect.store import tables
from qa_inspect.store.ledger import start_run
from qa_inspect.store.results import open_store

STUCK_S = 60.0
"""Long enough for a machine that has other things to do."""


def calls(count: int) -> list[Recording]:
    """Recordings that need no file."""
    return [recording(number) for number in range(count)]


def night(
    db: Path,
    count: int,
    jobs: int,
    orders: Sequence[str] = (),
    *,
    stop: Stop | None = None,
    stuck_s: float = STUCK_S,
    progress: Silent | None = None,
) -> BatchSummary:
    """One run over the first ``count`` calls, as the command makes it."""
    config = Config(device="cpu", jobs=jobs, threads=1, memory_gb=GB, stuck_after_s=stuck_s)
    config = replace(config, decode=replace(config.decode, timeout_s=0.1))
    boss: Any = ScriptedInspector()
    made: Any = FaultyInspector
    with open_store(db) as store, supervised(config, orders, nothing, made) as executor:
        plan = plan_run(calls(count), store)
        run_id = start_run(store, {}) if plan.due else None
        return run_batch(
            plan,
            boss,
            store,
            run_id=run_id,
            stop=stop or Stop(),
            progress=progress or Silent(),
            executor=executor,
        )


def contents(db: Path) -> dict[str, tuple[Any, ...]]:
    """Every stored call with all that an inspection says of it."""
    with open_store(db, create=False) as store:
        return {
            call.recording.call_id: (
                call.recording.sha256,
                call.status,
                call.error,
                call.verdict,
                call.transcript,
            )
            for call in store.calls()
        }


def times_stored(db: Path) -> dict[str, int]:
    """How often a run's result of each call was kept, over all runs."""
    c = tables.run_calls.c
    with open_store(db, create=False) as store, store.reading() as connection:
        listed = connection.execute(select(c.call_id, func.count()).group_by(c.call_id))
        return {row[0]: row[1] for row in listed}


def undisturbed(count: int) -> dict[str, tuple[Any, ...]]:
    """What ``contents`` gives after a run in which nothing went wrong."""
    results = map(result_of, calls(count))
    return {
        result.recording.call_id: (
            result.recording.sha256,
            result.status,
            None,
            result.verdict,
            result.transcript,
        )
        for result in results
    }


class Ending(Silent):
    """Sets the deadline when the first call is done, however long that took."""

    def __init__(self, stop: Stop, seconds: float) -> None:
        super().__init__()
        self.stop = stop
        self.seconds = seconds

    def done(self, result: CallResult) -> None:
        """Note a result."""
        super().done(result)
        if self.stop.deadline is None:
            self.stop.deadline = datetime.now() + timedelta(seconds=self.seconds)


def main() -> None:
    """One run, told by the command line; prints its summary."""
    db, count, jobs, *orders = sys.argv[1:]
    after = [float(order.split("=")[1]) for order in orders if order.startswith("deadline=")]
    stop = Stop()
    progress = Ending(stop, after[0]) if after else None
    with stop.on_signals():
        summary = night(Path(db), int(count), int(jobs), orders, stop=stop, progress=progress)
    print(json.dumps(summary.to_dict()))  # noqa: T201


if __name__ == "__main__":
    main()
