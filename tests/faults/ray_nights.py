"""Whole runs with fake models on a Ray cluster, here or in a process of their own:
``python -m faults.ray_nights DB CALLS [ORDER]…`` on the cluster of ``RAY_ADDRESS``."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from faults.fakes import GB, FaultyInspector, unless_unfit
from faults.nights import calls
from scripted import ScriptedInspector, Silent

from qa_inspect.batch.local import BatchSummary, plan_run, run_batch
from qa_inspect.batch.ray import on_ray
from qa_inspect.batch.stopping import Stop
from qa_inspect.config import Config
from qa_inspect.store.ledger import start_run
from qa_inspect.store.results import open_store


def ray_night(
    db: Path,
    count: int,
    orders: Sequence[str] = (),
    progress: Silent | None = None,
    *,
    stop: Stop | None = None,
    probe: Path | None = None,
    tell: Callable[[str], None] = print,
) -> BatchSummary:
    """One run over the first ``count`` calls, as the command makes it."""
    config = Config(device="cpu", threads=1, memory_gb=GB, stuck_after_s=60.0)
    boss: Any = ScriptedInspector()
    made: Any = FaultyInspector
    with (
        open_store(db) as store,
        on_ray(config, orders, unless_unfit, made, probe=probe, tell=tell) as executor,
    ):
        plan = plan_run(calls(count), store)
        executor.ready(len(plan.due))
        return run_batch(
            plan,
            boss,
            store,
            run_id=start_run(store, {}),
            stop=stop or Stop(),
            progress=progress or Silent(),
            executor=executor,
        )


def main() -> None:
    """One run, told by the command line; prints its summary."""
    db, count, *orders = sys.argv[1:]
    stop = Stop()
    with stop.on_signals():
        summary = ray_night(Path(db), int(count), orders, stop=stop)
    print(json.dumps(summary.to_dict()))  # noqa: T201


if __name__ == "__main__":
    main()
