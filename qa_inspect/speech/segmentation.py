"""Who is heard when inside ten-second windows: the one acoustic pass over a recording.

``segmentation-3.0`` tells, for every frame of about 17 ms, which of up to three *local* speakers
of a window is heard. It does not know that a local speaker of one window is the same person as a
local speaker of another; ``diarize`` finds that out. Activity, overlap, chunks and diarization
all read the frames that this module makes, so that the network runs once per recording.

This module does not know about calls, roles or words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa_inspect.config import SAMPLE_RATE
from qa_inspect.errors import ModelError
from qa_inspect.speech.threads import Workers

FRAME_SAMPLES = 270
"""Samples from one frame to the next (SincNet's stride 10, then three poolings by 3)."""

FIELD_SAMPLES = 991
"""Samples that one frame sees; its middle is the frame's time."""

FRAME_S = FRAME_SAMPLES / SAMPLE_RATE
WINDOW_SAMPLES = 10 * SAMPLE_RATE
FRAMES_PER_WINDOW = (WINDOW_SAMPLES - FIELD_SAMPLES) // FRAME_SAMPLES + 1

Bools = NDArray[np.bool_]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Segmentation:
    """What was heard, window by window.

    ``active`` is (windows, frames, local speakers), true where the local speaker is heard.
    ``probability`` has the same shape and holds each local speaker's marginal probability (0–1).
    ``first_frames`` is each window's first frame on the recording's own grid, whose frame ``i``
    has its middle at ``frame_time(i)`` seconds. ``n_frames`` is the length of that grid.
    """

    active: Bools
    probability: Floats
    first_frames: tuple[int, ...]
    n_frames: int

    def speech_probability(self) -> Floats:
        """How sure the windows are, on average, that anybody speaks: (n_frames,), 0–1."""
        silence = np.prod(1.0 - self.probability, axis=2, dtype=np.float32)
        return self._average(1.0 - np.asarray(silence, dtype=np.float32))

    def expected_speakers(self) -> Floats:
        """How many people are heard in each frame by the windows' mean: (n_frames,), 0–2."""
        return self._average(self.probability.sum(axis=2, dtype=np.float32))

    def _average(self, values: Floats) -> Floats:
        total = np.zeros(self.n_frames, dtype=np.float32)
        seen = np.zeros(self.n_frames, dtype=np.float32)
        for first, row in zip(self.first_frames, values, strict=True):
            length = min(len(row), self.n_frames - first)
            total[first : first + length] += row[:length]
            seen[first : first + length] += 1.0
        return np.asarray(total / np.maximum(seen, 1.0), dtype=np.float32)


def frame_time(frame: float) -> float:
    """The middle of a frame in seconds."""
    return (FIELD_SAMPLES / 2 + frame * FRAME_SAMPLES) / SAMPLE_RATE


def time_frame(time_s: float) -> int:
    """The frame whose middle is nearest to a time in seconds (may lie outside the recording)."""
    return round((time_s * SAMPLE_RATE - FIELD_SAMPLES / 2) / FRAME_SAMPLES)


def window_frames(n_samples: int, hop_s: float) -> tuple[int, ...]:
    """First frames of the windows that cover a recording; the last one ends with it.

    Windows start on whole frames so that frames of different windows lie on one grid.
    """
    hop = max(1, round(hop_s / FRAME_S))
    last = max(0, -(-(n_samples - WINDOW_SAMPLES) // FRAME_SAMPLES))
    return (*range(0, last, hop), last)


class SegmentationModel:
    """``segmentation-3.0`` in memory. ``hop_s`` is the distance between windows in seconds."""

    def __init__(
        self,
        path: Path,
        *,
        device: str = "cpu",
        hop_s: float = 2.0,
        batch_size: int = 8,
        workers: Workers | None = None,
    ) -> None:
        from pyannote.audio import Model
        from pyannote.audio.utils.powerset import Powerset

        model: Any = Model.from_pretrained(str(path))
        if model is None:
            raise ModelError(
                "not a pyannote segmentation model",
                where=str(path),
                cure="run `qa-inspect models verify`",
            )
        specification = model.specifications
        self._model = model.eval().to(device)
        self._powerset: Any = Powerset(
            len(specification.classes), specification.powerset_max_classes
        ).to(device)
        self._device = device
        self._hop_s = hop_s
        self._batch_size = batch_size
        self._workers = workers or Workers()

    def run(self, samples: Floats) -> Segmentation:
        """Hears a whole recording (mono, 16 kHz, (n,) float32)."""
        firsts = window_frames(len(samples), self._hop_s)
        size = self._batch_size
        batches = [firsts[begin : begin + size] for begin in range(0, len(firsts), size)]
        heard = self._workers.map(lambda batch: self._hear(samples, batch), batches)
        n_frames = max(1, (len(samples) - FIELD_SAMPLES) // FRAME_SAMPLES + 1)
        active = np.concatenate([hard for hard, _ in heard])
        probability = np.concatenate([soft for _, soft in heard])
        return Segmentation(active, probability, firsts, n_frames)

    def _hear(self, samples: Floats, firsts: Sequence[int]) -> tuple[Bools, Floats]:
        """Which local speakers are heard in a batch of windows, and how surely."""
        import torch

        batch = np.stack([_window(samples, first) for first in firsts])
        with torch.inference_mode():
            scores = self._model(torch.from_numpy(batch).unsqueeze(1).to(self._device))
            hard = self._powerset.to_multilabel(scores).cpu().numpy() > 0.5
            soft = scores.exp() @ self._powerset.mapping.to(scores.dtype)
        return hard, soft.cpu().numpy().astype(np.float32)


def _window(samples: Floats, first_frame: int) -> Floats:
    begin = first_frame * FRAME_SAMPLES
    piece = samples[begin : begin + WINDOW_SAMPLES]
    return np.pad(piece, (0, WINDOW_SAMPLES - len(piece))).astype(np.float32, copy=False)
