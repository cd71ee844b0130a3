"""How a recogniser is best run on this machine: measured once, remembered, used ever after.

The number of batches at once, the threads of each, the kind of arithmetic and the batch size are
tried on real speech, in alternation because machines are shared. What was found is kept with the
machine's cached files, by model, device and cores. This module does not know the engines.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from qa_inspect.speech.chunks import Chunk
from qa_inspect.speech.transcribe.batching import is_out_of_memory
from qa_inspect.speech.transcribe.protocol import Transcriber
from qa_inspect.weights_cache import cache_folder

MOST_LANES = 4
DEFAULT_BATCH = 16
ROUNDS = 2

SAME_WORDS = 0.9
"""Share of words (0–1) that a quicker kind of arithmetic must leave as they were."""


@dataclass(frozen=True, slots=True)
class Tuning:
    """A way of running a recogniser. ``compute_type`` is CTranslate2's name for the arithmetic."""

    lanes: int
    threads: int
    batch_size: int
    compute_type: str


@dataclass(frozen=True, slots=True)
class Trial:
    """A way that was tried: its speed in recorded seconds a second, None where it failed."""

    tuning: Tuning
    speed: float | None


Open = Callable[[Tuning], Transcriber]


def default_tuning(device: str, cores: int) -> Tuning:
    """What is used on a machine that was never calibrated.

    Measured on 2 cores: two lanes of one thread take 0.8 of the time of one lane of two.
    """
    if device != "cpu":
        return Tuning(1, 1, DEFAULT_BATCH, "float16")
    lanes = max(1, min(cores, MOST_LANES))
    return Tuning(lanes, max(1, cores // lanes), DEFAULT_BATCH, "int8")


def calibrate(device: str, cores: int, chunks: Sequence[Chunk], open_with: Open) -> Iterator[Trial]:
    """Tries ways of running a recogniser on ``chunks``, one question after another.

    The best way is ``best_of`` all trials that were given.
    """
    best = default_tuning(device, cores)
    reference: list[str] | None = None
    for question in (_splits, _kinds, _batches):
        trials = list(_measured(question(best, device, cores), chunks, open_with, reference))
        yield from (trial for trial, _ in trials)
        good = [(trial, words) for trial, words in trials if trial.speed is not None]
        if not good:
            continue
        found, words = max(good, key=lambda pair: pair[0].speed or 0.0)
        best, reference = found.tuning, reference or words


def best_of(trials: Sequence[Trial]) -> Tuning | None:
    """The fastest way that worked."""
    good = [trial for trial in trials if trial.speed is not None]
    return max(good, key=lambda trial: trial.speed or 0.0).tuning if good else None


def remember(tuning: Tuning, key: str) -> Path:
    """Keeps what was found for ``key`` and returns the file. Raises OSError."""
    path = _file()
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = {**_all(), key: asdict(tuning)}
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as stream:
        json.dump(kept, stream, indent=1)
        stream.flush()
        os.fsync(stream.fileno())
    return Path(stream.name).replace(path)


def remembered(key: str) -> Tuning | None:
    """What was found earlier for ``key``; None where nothing was, or it cannot be read."""
    kept: Any = _all().get(key)
    try:
        return None if kept is None else Tuning(**kept)
    except TypeError:
        return None


def key_of(model: str, device: str, cores: int) -> str:
    """What a calibration holds for: the model, the device's name and the cores."""
    name = device
    if device != "cpu":
        import torch

        name = torch.cuda.get_device_name(device)
    return f"{model} · {name} · {cores} cores"


def _file() -> Path:
    return cache_folder() / "calibration.json"


def _all() -> dict[str, dict[str, object]]:
    try:
        found = json.loads(_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _splits(best: Tuning, device: str, cores: int) -> list[Tuning]:
    if device != "cpu":
        return [best]
    counts = sorted({1, *(n for n in (2, 4, 8, 16) if n <= cores), cores})
    return [replace(best, lanes=n, threads=max(1, cores // n)) for n in counts]


def _kinds(best: Tuning, device: str, cores: int) -> list[Tuning]:
    kinds = ("int8", "float32") if device == "cpu" else ("float16", "int8_float16")
    return [replace(best, compute_type=kind) for kind in kinds]


def _batches(best: Tuning, device: str, cores: int) -> list[Tuning]:
    sizes = (4, 8, 16, 32) if device == "cpu" else (16, 32, 64, 128)
    return [replace(best, batch_size=size) for size in sizes]


def _measured(
    ways: Sequence[Tuning], chunks: Sequence[Chunk], open_with: Open, reference: list[str] | None
) -> Iterator[tuple[Trial, list[str]]]:
    """Each way's best speed over rounds in alternating order, and the words it gave."""
    if len(ways) < 2:
        return
    seconds: dict[Tuning, float] = {}
    words: dict[Tuning, list[str]] = {}
    for number in range(ROUNDS):
        for way in ways if number % 2 == 0 else ways[::-1]:
            if number and way not in seconds:
                continue
            try:
                recogniser = open_with(way)
                recogniser.transcribe(chunks[:1], "en")
                begin = time.perf_counter()
                texts = recogniser.transcribe(chunks, "en")
                spent = time.perf_counter() - begin
            except (RuntimeError, MemoryError, ValueError) as error:
                if isinstance(error, ValueError) or is_out_of_memory(error):
                    seconds.pop(way, None)
                    continue
                raise
            seconds[way] = min(spent, seconds.get(way, spent))
            words[way] = [word.text for text in texts for word in text.words]
    total_s = sum(chunk.end_s - chunk.start_s for chunk in chunks)
    for way in ways:
        said = words.get(way, [])
        trusted = way in seconds and _same(said, reference or said)
        yield Trial(way, round(total_s / seconds[way], 1) if trusted else None), said


def _same(said: Sequence[str], expected: Sequence[str]) -> bool:
    from difflib import SequenceMatcher

    match = SequenceMatcher(None, list(said), list(expected), autojunk=False)
    return not expected or match.ratio() >= SAME_WORDS
