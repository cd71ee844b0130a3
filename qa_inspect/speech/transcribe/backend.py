"""What an engine must be able to do, and the values that pass between it and the driver.

This module does not know how batches are made or which texts are believed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from qa_inspect.speech.transcribe.words import TimedPiece

WINDOW_S = 30.0
"""What Whisper hears at once."""

Encoded = TypeVar("Encoded")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One way of decoding: the number of beams, or freer where the temperature is above 0.

    Freer means sampling, or what an engine has instead. The same call gives the same text again.
    """

    beam_size: int
    temperature: float = 0.0


@dataclass(frozen=True, slots=True)
class Decoded:
    """One chunk's text tokens (without special ones) and what the model thinks of them."""

    tokens: tuple[int, ...]
    text: str
    average_log_probability: float
    no_speech_probability: float


class Backend(Protocol[Encoded]):
    """What an engine can do. Samples are float32 at 16 kHz, at most 30 s each.

    ``Encoded`` is one chunk's encoding, so that chunks can be put into other batches later; all
    that are decoded together were encoded with the same window.
    """

    @property
    def engine(self) -> str:
        """The engine's name."""
        ...

    @property
    def supported(self) -> frozenset[str]:
        """The language codes that the model knows."""
        ...

    @property
    def lanes(self) -> int:
        """How many batches the engine works on at once, each called from a thread of its own."""
        ...

    @property
    def short_windows(self) -> bool:
        """Whether the encoder hears windows shorter than 30 s."""
        ...

    def encode(
        self, samples: Sequence[npt.NDArray[np.float32]], window_s: float
    ) -> Sequence[Encoded]:
        """Each chunk's encoding, padded with silence to ``window_s`` seconds."""
        ...

    def languages(self, encoded: Sequence[Encoded]) -> Sequence[Mapping[str, float]]:
        """The probability of every language code, for each chunk."""
        ...

    def decode(
        self,
        encoded: Sequence[Encoded],
        language: str,
        attempt: Attempt,
        max_tokens: int,
    ) -> Sequence[Decoded]:
        """The text of each chunk."""
        ...

    def align(
        self,
        encoded: Sequence[Encoded],
        language: str,
        decoded: Sequence[Decoded],
        durations_s: Sequence[float],
    ) -> Sequence[Sequence[TimedPiece]]:
        """The aligned pieces of each chunk's text."""
        ...
