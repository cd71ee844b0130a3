"""Diarization by a pyannote pipeline that the user names, such as community-1.

This module does not know words or roles, nor what is inside the pipeline.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from qa_inspect import weights
from qa_inspect.config import SAMPLE_RATE
from qa_inspect.domain import SpeakerTurn
from qa_inspect.errors import ModelError
from qa_inspect.speech.speaker_frames import name_turns


class PipelineDiarizer:
    """A pyannote pipeline that the user names, such as community-1, by name or folder."""

    def __init__(self, name: str, *, device: str = "cpu") -> None:
        import torch
        from pyannote.audio import Pipeline

        place = _place_of(name)
        _refuse_foreign_code(Path(place), name)
        try:
            pipeline: Any = Pipeline.from_pretrained(place)
        except Exception as error:
            raise _not_opened(name, f" ({error})") from error
        if pipeline is None:
            raise _not_opened(name, "")
        pipeline.to(torch.device(device))
        for setting in ("segmentation_batch_size", "embedding_batch_size"):
            if hasattr(pipeline, setting):
                setattr(pipeline, setting, 16)
        self._pipeline = pipeline

    def run(self, samples: NDArray[np.float32], speakers: int | None) -> tuple[SpeakerTurn, ...]:
        """Turns of ``speakers`` people (None: the pipeline finds out), ordered by start."""
        import torch

        sound = {
            "waveform": torch.from_numpy(np.ascontiguousarray(samples)).unsqueeze(0),
            "sample_rate": SAMPLE_RATE,
        }
        told = {} if speakers is None else {"num_speakers": speakers}
        made: Any = self._pipeline(sound, **told)
        annotation: Any = getattr(made, "speaker_diarization", made)
        people: dict[str, int] = {}
        spans: list[tuple[float, float, int]] = []
        for segment, _, label in annotation.itertracks(yield_label=True):
            person = people.setdefault(str(label), len(people))
            spans.append((float(segment.start), float(segment.end), person))
        return name_turns(spans)


def _place_of(name: str) -> str:
    """The folder of a pipeline that is on this machine."""
    try:
        return str(weights.find(name).path)
    except ModelError as error:
        raise _not_opened(name, ": nothing of that name is on this machine") from error


def _refuse_foreign_code(place: Path, name: str) -> None:
    """pyannote imports and calls whatever a pipeline's ``config.yaml`` names."""
    file = place / "config.yaml" if place.is_dir() else place
    if not file.is_file():
        return
    try:
        config = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise _not_opened(name, f" ({error})") from error
    for named in _names(config):
        if not named.startswith("pyannote."):
            raise ModelError(
                f"this pipeline would run code that is not pyannote's ({named})",
                where=str(file),
                cure="use a pipeline whose config.yaml names only pyannote's own classes",
            )


def _names(config: Any) -> Iterator[str]:
    if isinstance(config, dict):
        if isinstance(config.get("name"), str):
            yield config["name"]
        for part in config.values():
            yield from _names(part)
    elif isinstance(config, list):
        for part in config:
            yield from _names(part)


def _not_opened(name: str, reason: str) -> ModelError:
    return ModelError(
        f"this is no pyannote pipeline that can be opened here{reason}",
        where=name,
        cure="give its folder, or fetch it with `qa-inspect models pull`",
    )
