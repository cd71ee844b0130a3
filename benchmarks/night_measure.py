"""What the simulated night is made of, measured: ``python -m benchmarks.night_measure [PART]…``.

``stages``: processor seconds of each stage for a recorded second, real models on the samples with
one thread. ``driver``: what the process that keeps the books spends on a call of four minutes that
somebody else inspected, saving it into SQLite or PostgreSQL and settling it at the end of the run.
``ray``: what it spends on the messages about a call. ``hash``: how fast it hashes recordings. Each
part replaces its own figures in ``night_measured.json``. Processor time is taken because it bears
other work on the machine; waiting for the disk comes on top and is measured apart.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import pickle
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

from qa_inspect.acoustics import AgentVoice
from qa_inspect.batch.flow import Stopping
from qa_inspect.batch.messages import Done
from qa_inspect.batch.supply import Outcome, Supply
from qa_inspect.config import Config
from qa_inspect.domain import CallResult, Recording

MEASURED = Path(__file__).with_name("night_measured.json")
ROOT = Path(__file__).parents[1]
UTTERANCES = 60
"""Of a call of about four minutes."""


def processor_s() -> float:
    """Processor seconds of this process and all it started, whether these live or not."""
    import psutil

    used = os.times()
    total = used.user + used.system + used.children_user + used.children_system
    for child in psutil.Process().children(recursive=True):
        spent = child.cpu_times()
        total += spent.user + spent.system
    return total


def measure_stages() -> dict[str, Any]:
    """Processor seconds for a recorded second by stage, for mono and two-sided samples."""
    from qa_inspect.audio.intake import find_recordings
    from qa_inspect.batch.canary import open_and_hear
    from qa_inspect.batch.inspect import Inspector

    inspector = Inspector(Config(device="cpu", threads=1))
    began = processor_s()
    open_and_hear(inspector)
    start_s = processor_s() - began
    spent: dict[str, Counter[str]] = {"mono": Counter(), "two-sided": Counter()}
    found = find_recordings((), ROOT / "samples" / "manifest.csv", allow_outside=False)
    for number, recording in enumerate((found.recordings[0], *found.recordings)):
        took, result = _staged(inspector, recording)
        if number and result.transcript is not None:
            kind = "mono" if str(result.transcript.channels) == "mono" else "two-sided"
            spent[kind].update(took | {"recorded": result.transcript.duration_s or 0.0})
    return {
        "start_s": round(start_s, 1),
        "stage_s": {
            kind: {k: round(v / sums["recorded"], 5) for k, v in sums.items() if k != "recorded"}
            for kind, sums in spent.items()
        },
        "recorded_s": {kind: round(sums["recorded"]) for kind, sums in spent.items()},
    }


def _staged(inspector: Any, recording: Recording) -> tuple[dict[str, float], CallResult]:
    marks = [processor_s()]
    audio = inspector.decode(recording)
    marks.append(processor_s())
    hand = inspector.listen(recording, audio)
    marks.append(processor_s())
    (hand,) = inspector.recognise([hand])
    marks.append(processor_s())
    result: CallResult = inspector.finish(hand)
    marks.append(processor_s())
    stages = ("decode", "listen", "recognise", "finish")
    return {s: marks[n + 1] - marks[n] for n, s in enumerate(stages)}, result


class Elsewhere:
    """An ``Executor`` whose calls somebody else has inspected: costs next to nothing itself."""

    def __init__(self, done: Sequence[Done]) -> None:
        self._done = {one.result.recording.sha256: one for one in done}

    def ready(self, most: int) -> None:
        """Nothing to open."""

    def outcomes(
        self, supply: Supply, profiles: Mapping[str, AgentVoice | None], stop: Stopping
    ) -> Iterator[Outcome]:
        """The results as they are asked for."""
        while supply.waiting:
            for recording in supply.take(8):
                yield self._done[recording.sha256]


def made_results(count: int) -> list[Done]:
    """Calls of four minutes with the verdicts of the shipped packs, as workers hand them over: each
    with the vectors of sentences that were not met before."""
    from benchmarks.rescore import fill
    from qa_inspect.batch.inspect import Judge
    from qa_inspect.batch.vectors import KeptSentences, comparable, digest
    from qa_inspect.language.embed import identity, tidy
    from qa_inspect.store.results import open_store
    from qa_inspect.store.sentence_vectors import load_vectors

    judge, model = Judge(), identity()
    done: list[Done] = []
    met: set[bytes] = set()
    with tempfile.TemporaryDirectory() as folder, open_store(Path(folder) / "made.db") as store:
        fill(store, count, UTTERANCES, 3)
        judge.vectors = KeptSentences(store)
        for call in store.calls():
            if call.transcript is None:
                continue
            verdict = judge.judge(call.transcript, call.recording.metadata)
            keys = {digest(model, tidy(text)) for text in comparable(call.transcript)} - met
            met |= keys
            fresh = load_vectors(store, list(keys))
            done.append(Done(replace(call, verdict=verdict), vectors=fresh))
    return done


def measure_driver(done: Sequence[Done], places: Sequence[str | Path]) -> dict[str, float]:
    """Milliseconds for each call beyond the first fifth of them, so that what a run costs however
    short it is isn't counted: processor time of saving and of settling it, and all by the clock.

    ``places`` are two empty databases.
    """
    part = done[: len(done) // 5]
    few, many = _driven(part, places[0]), _driven(done, places[1])
    each = 1000.0 / (len(done) - len(part))
    return {name: round((many[name] - few[name]) * each, 2) for name in many}


def _driven(done: Sequence[Done], db: str | Path) -> dict[str, float]:
    """Seconds of one run."""
    from qa_inspect.batch.inspect import Inspector
    from qa_inspect.batch.stopping import Stop
    from qa_inspect.store.ledger import start_run
    from qa_inspect.store.results import open_store

    local: Any = import_module("qa_inspect.batch.local")
    settling: list[float] = []
    settle_histories = local.settle_histories

    def settled(*given: Any, **named: Any) -> Any:
        began = processor_s()
        changed = settle_histories(*given, **named)
        settling.append(processor_s() - began)
        return changed

    with open_store(db) as store, _replaced(local, "settle_histories", settled):
        plan = local.plan_run([one.result.recording for one in done], store)
        began, clock = processor_s(), time.perf_counter()
        local.run_batch(
            plan,
            Inspector(Config(device="cpu", threads=1)),
            store,
            run_id=start_run(store, {}),
            stop=Stop(),
            progress=_Silent(),
            executor=Elsewhere(done),
        )
        spent, waited = processor_s() - began, time.perf_counter() - clock
    return {"save_ms": spent - sum(settling), "settle_ms": sum(settling), "both_wall_ms": waited}


@contextmanager
def _replaced(where: Any, name: str, by: Callable[..., Any]) -> Iterator[None]:
    before = getattr(where, name)
    setattr(where, name, by)
    try:
        yield
    finally:
        setattr(where, name, before)


class _Silent:
    def begin(self, total: int) -> None: ...

    def done(self, result: CallResult) -> None: ...

    def end(self) -> None: ...


def measure_drivers(count: int) -> dict[str, Any]:
    """Both databases, and the bytes of a result on its way and at rest."""
    done = made_results(count)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "qa.db"
        sqlite = measure_driver(done, (Path(folder) / "few.db", path))
        stored = path.stat().st_size / count
    found: dict[str, Any] = {
        "calls": count,
        "result_bytes": round(sum(len(pickle.dumps(one)) for one in done) / count),
        "stored_bytes": round(stored),
        "sqlite": sqlite,
    }
    with _of_tests("postgres").start_server() as server:
        found["postgresql"] = measure_driver(done, (server.new_database(), server.new_database()))
    return found


def measure_ray(count: int) -> dict[str, float]:
    """Milliseconds of the driver's processor time for the messages about a call: those of a run
    with fake models, without what saving such small results takes."""
    calls = _of_tests("faults.nights").calls(count)
    fakes = [Done(_of_tests("faults.fakes").result_of(call)) for call in calls]
    ray_night = _of_tests("faults.ray_nights").ray_night
    with tempfile.TemporaryDirectory() as folder:
        saving = measure_driver(fakes, (Path(folder) / "few.db", Path(folder) / "all.db"))
        whole_ms = _each_further_call(ray_night, count, Path(folder) / "ray")
    return {
        "calls": count,
        "ray_ms": round(whole_ms - saving["save_ms"] - saving["settle_ms"], 2),
    }


def _each_further_call(run: Callable[[Path, int], object], count: int, db: Path) -> float:
    """Milliseconds of this process for each call beyond the first tenth of them."""
    spent = []
    for calls in (count // 10, count):
        began = time.process_time()
        run(db.with_suffix(f".{calls}"), calls)
        spent.append(time.process_time() - began)
    return (spent[1] - spent[0]) / (count - count // 10) * 1000


def _of_tests(name: str) -> Any:
    """A module that the tests have for themselves, here and for actors."""
    sys.path.insert(0, str(ROOT / "tests"))
    os.environ["PYTHONPATH"] = os.pathsep.join(sys.path)
    return import_module(name)


def measure_hash() -> dict[str, float]:
    """10⁶ bytes a second that one core hashes."""
    some, times = bytes(10_000_000), 30
    began = time.process_time()
    for _ in range(times):
        hashlib.sha256(some).digest()
    return {"mb_s": round(times * len(some) / 1e6 / (time.process_time() - began))}


PARTS: dict[str, Callable[[int], dict[str, Any]]] = {
    "stages": lambda _: measure_stages(),
    "driver": measure_drivers,
    "ray": measure_ray,
    "hash": lambda _: measure_hash(),
}


def main() -> None:
    """Measure the parts that were named, all if none was."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("parts", nargs="*", choices=sorted(PARTS), metavar="PART")
    parser.add_argument("--calls", type=int, default=1000, help="for driver and ray")
    given = parser.parse_args()
    for part in given.parts or sorted(PARTS):
        found = PARTS[part](given.calls)
        print(json.dumps({part: found}))
        known = json.loads(MEASURED.read_text()) if MEASURED.exists() else {}
        MEASURED.write_text(json.dumps(known | {part: found}, indent=2, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
