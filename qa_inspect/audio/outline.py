"""The outline of a recording: its level from step to step, small enough to keep beside a call.

This module does not know who speaks when, nor how an outline is drawn.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from qa_inspect.acoustics import Outline
from qa_inspect.config import SAMPLE_RATE

FRAME_S = 0.05
"""Seconds whose root mean square is one level: shorter than a syllable, longer than a pitch
period."""

SHORTEST_STEP_S = 0.1
MOST_STEPS = 1_200
"""Steps of a recording at most: about one a pixel of a wide screen."""

DECIBELS_A_LEVEL = 0.25
LOUDEST: Final = 255

Floats = NDArray[np.float32]


def outline(channels: Mapping[str, Floats]) -> Outline | None:
    """The outline of channels by name, each (n,) at 16 kHz; None where there is no sound at all.

    A step's level is that of its loudest ``FRAME_S``, so that speech stands out from pauses where
    steps are long. A step has as many frames as keep the whole within ``MOST_STEPS``, and never
    less than ``SHORTEST_STEP_S``.
    """
    length_s = max((len(samples) for samples in channels.values()), default=0) / SAMPLE_RATE
    if not length_s:
        return None
    frames = math.ceil(max(SHORTEST_STEP_S, length_s / MOST_STEPS) / FRAME_S - 1e-9)
    levels = {name: _levels(samples, frames) for name, samples in channels.items()}
    return Outline(round(frames * FRAME_S, 2), MappingProxyType(levels))


def decibels(level: int) -> float:
    """What a level stands for, in dB below full scale."""
    return (level - LOUDEST) * DECIBELS_A_LEVEL


def _levels(samples: Floats, frames: int) -> bytes:
    size = round(FRAME_S * SAMPLE_RATE)
    whole = len(samples) // size * size
    rows = samples[:whole].reshape(-1, size)
    power = np.einsum("ij,ij->i", rows, rows) / size
    if whole < len(samples):
        rest = samples[whole:]
        power = np.append(power, float(rest @ rest) / len(rest))
    power = np.append(power, np.zeros(-len(power) % frames))
    loudest = power.reshape(-1, frames).max(axis=1)
    levels = LOUDEST + 10.0 * np.log10(loudest + 1e-12) / DECIBELS_A_LEVEL
    return bytes(np.clip(np.rint(levels), 0, LOUDEST).astype(np.uint8))
