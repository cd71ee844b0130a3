"""``python -m benchmarks.memory``: resident memory after each call of a long batch, as JSON.

A few short calls are inspected again and again under new names in one process, scoring and storing
included. Memory is this process and its children (the decoder). The last calls are compared with
those a tenth of the way: the 500th with the 50th. This module does not know rivals or speed.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import wave
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.folder import SHARED, BenchmarkCall, make_folder
from benchmarks.isolate import set_threads
from benchmarks.ways import Settings

if TYPE_CHECKING:
    from qa_inspect.domain import CallResult, Recording

LIMIT = 0.10
"""How much the last calls may stand above the early ones (0–1)."""

_NEAR = 5
_SHORTEST_S, _LONGEST_S, _KINDS = 4.0, 12.0, 12


class Watch:
    """Hears how a batch goes and notes memory in MiB after every call."""

    def __init__(self) -> None:
        self.mib: list[float] = []
        self.failed = 0

    def begin(self, total: int) -> None:
        """Nothing is told."""

    def done(self, result: CallResult) -> None:
        """One more call is stored."""
        self.mib.append(resident_mib())
        self.failed += result.transcript is None
        if len(self.mib) % 50 == 0:
            print(f"call {len(self.mib)}: {self.mib[-1]:.0f} MiB", flush=True)

    def end(self) -> None:
        """Nothing is told."""


def resident_mib() -> float:
    """Resident memory of this process and its children, in MiB."""
    page = os.sysconf("SC_PAGE_SIZE")
    pages = 0
    for number in (os.getpid(), *_children()):
        try:
            pages += int(Path(f"/proc/{number}/statm").read_text().split()[1])
        except (OSError, IndexError):
            continue
    return pages * page / 2**20


def growth(mib: Sequence[float]) -> dict[str, float]:
    """The last calls against those a tenth of the way, medians over five; ``growth`` is 0–1."""
    early = max(_NEAR, len(mib) // 10)
    before = statistics.median(mib[early - _NEAR : early])
    after = statistics.median(mib[-_NEAR:])
    return {
        "early_call": early,
        "last_call": len(mib),
        "early_mib": round(before, 1),
        "last_mib": round(after, 1),
        "peak_mib": round(max(mib), 1),
        "growth": round(after / before - 1, 4),
    }


def repeated(recordings: Sequence[Recording], calls: int) -> tuple[Recording, ...]:
    """``calls`` recordings: the given ones by turns, each under a name and hash of its own."""
    return tuple(
        replace(
            recordings[number % len(recordings)],
            call_id=f"call-{number:05d}",
            sha256=f"{number:064x}",
        )
        for number in range(calls)
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Measures and writes the result."""
    given = parser().parse_args(arguments)
    set_threads(given.threads)
    with tempfile.TemporaryDirectory() as scratch:
        result = measure(Settings(given.threads, given.model, given.device), Path(scratch), given)
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(f"{result['growth']:+.1%} from call {result['early_call']} to {result['last_call']}")
    print(f"wrote {given.out}")


def parser() -> argparse.ArgumentParser:
    """The options; the defaults take about five minutes on two quiet cores."""
    made = argparse.ArgumentParser(prog="python -m benchmarks.memory", description=__doc__)
    made.add_argument("--out", type=Path, default=Path("benchmarks/results/memory.json"))
    made.add_argument("--data", type=Path, default=SHARED, help="evaluation data, else samples")
    made.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    made.add_argument("--model", default="whisper-base")
    made.add_argument("--device", default="cpu")
    made.add_argument("--seed", type=int, default=3)
    made.add_argument("--calls", type=int, default=500)
    return made


def measure(settings: Settings, scratch: Path, given: argparse.Namespace) -> dict[str, Any]:
    """One long batch over short calls, mono and stereo."""
    from benchmarks.ours import configuration
    from qa_inspect.audio.intake import find_recordings
    from qa_inspect.batch.inspect import Inspector
    from qa_inspect.batch.local import Plan, run_batch
    from qa_inspect.batch.stopping import Stop
    from qa_inspect.store.results import open_store

    folder = make_folder(
        scratch / "calls", seed=given.seed, mono_s=400.0, stereo_s=120.0, data=given.data
    )
    paths = _shortened([*folder.mono, *folder.stereo], scratch)
    recordings = find_recordings(paths).recordings
    inspector = Inspector(configuration(settings))
    inspector.prepare()
    watch = Watch()
    plan = Plan(repeated(recordings, given.calls))
    with open_store(scratch / "qa.db") as store:
        run_batch(plan, inspector, store, run_id=None, stop=Stop(), progress=watch)
    return {
        "source": folder.source,
        "kinds": len(recordings),
        "failed": watch.failed,
        **growth(watch.mib),
        "mib": [round(value, 1) for value in watch.mib],
    }


def _shortened(calls: Sequence[BenchmarkCall], scratch: Path) -> list[Path]:
    """The middles of calls, 4–12 s long: cheap, and of many lengths as a day's calls are."""
    paths = []
    for number in range(_KINDS):
        call = calls[number % len(calls)]
        share = number / (_KINDS - 1)
        seconds = _SHORTEST_S + share * (_LONGEST_S - _SHORTEST_S)
        begin = max(0.0, call.duration_s * (0.3 + 0.3 * share) - seconds / 2)
        paths.append(scratch / f"short-{number:02d}.wav")
        with wave.open(str(call.path)) as whole, wave.open(str(paths[-1]), "wb") as part:
            part.setparams(whole.getparams())
            whole.setpos(int(begin * whole.getframerate()))
            part.writeframes(whole.readframes(int(seconds * whole.getframerate())))
    return paths


def _children() -> list[int]:
    """The processes that this one started, and theirs."""
    found: list[int] = []
    waiting = [os.getpid()]
    while waiting:
        number = waiting.pop()
        for listing in Path(f"/proc/{number}/task").glob("*/children"):
            try:
                children = [int(child) for child in listing.read_text().split()]
            except OSError:
                continue
            found += children
            waiting += children
    return found


if __name__ == "__main__":
    main()
