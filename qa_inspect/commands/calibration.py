"""Measuring how the recogniser runs best on this machine, for ``qa-inspect doctor --calibrate``."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qa_inspect.commands.render import say
from qa_inspect.config import Config, sample_call
from qa_inspect.errors import ModelError

if TYPE_CHECKING:
    from qa_inspect.speech.chunks import Chunk
    from qa_inspect.speech.tuning import Trial, Tuning

COPIES = 4
"""How often the sample call's chunks are put into the material: batches need company."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was tried for ``key``, and what was found best and remembered."""

    key: str
    trials: tuple[Trial, ...]
    best: Tuning


def calibrate(model: str = "auto", device: str = "auto") -> Calibration:
    """Tries ways of running the recogniser and remembers the best. Takes minutes.

    Raises ModelError where no way works.
    """
    from qa_inspect.speech import tuning
    from qa_inspect.speech.devices import resolve_device
    from qa_inspect.speech.transcribe.load import choose_model, open_transcriber

    config = Config(model=model, device=device)
    place = resolve_device(device)
    cores = len(os.sched_getaffinity(0))
    located = choose_model(model, place)
    key = tuning.key_of(located.name, place, cores)
    say(f"calibrating {key}; this takes some minutes…", dim=True)
    trials = []
    for trial in tuning.calibrate(
        place,
        cores,
        _material(),
        lambda way: open_transcriber("faster-whisper", located, place, way, config),
    ):
        shown = "does not work here" if trial.speed is None else f"{trial.speed:.1f} × real time"
        say(f"  {describe(trial.tuning)}: {shown}", dim=True)
        trials.append(trial)
    best = tuning.best_of(trials)
    if best is None:
        raise ModelError(
            f"no way of running {located.name} works on {place}", cure="try --device cpu"
        )
    tuning.remember(best, key)
    return Calibration(key, tuple(trials), best)


def describe(way: Tuning) -> str:
    """A way of running in words."""
    return (
        f"{way.compute_type}, {way.lanes} at once with {way.threads} threads each, "
        f"batches of {way.batch_size}"
    )


def _material() -> list[Chunk]:
    from qa_inspect.audio.decode import decode
    from qa_inspect.domain import Metadata
    from qa_inspect.speech.pipeline import SpeechPipeline

    config = Config(device="cpu")
    listened = SpeechPipeline(config).listen(decode(sample_call(), config.decode), Metadata())
    return [chunk for lane in listened.lanes for chunk in lane.chunks] * COPIES
