"""What every speech recogniser gives and takes, whatever engine is behind it.

This module does not know any engine, nor where chunks come from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from qa_inspect.domain import Word
from qa_inspect.speech.chunks import Chunk


@dataclass(frozen=True, slots=True)
class ChunkText:
    """What was recognised in one chunk.

    ``start_s``, ``end_s`` and the times of ``words`` are seconds from the start of the recording.
    ``average_log_probability`` is the mean natural logarithm of the tokens' probabilities (≤ 0),
    ``no_speech_probability`` the model's own belief that nobody speaks (0–1). ``dropped`` is the
    reason why a text was thrown away (``words`` is then empty), or None.
    """

    start_s: float
    end_s: float
    language: str
    words: tuple[Word, ...]
    text: str
    average_log_probability: float
    no_speech_probability: float
    dropped: str | None = None


@dataclass(frozen=True, slots=True)
class EncodedChunk:
    """A chunk as the encoder heard it in a window of ``window_s`` seconds; only the engine knows
    what ``state`` is. It is None for a silent chunk, which is never decoded."""

    chunk: Chunk
    window_s: float
    state: Any


class Transcriber(Protocol):
    """A loaded recogniser. ``engine`` and ``model`` name it in results.

    Chunks may come from several calls: they share batches. Encoding is what costs, so it is done
    once and serves the language, every attempt at decoding and the times.
    """

    @property
    def engine(self) -> str:
        """The engine's name: ``faster-whisper``, ``openai-whisper`` or ``transformers``."""
        ...

    @property
    def model(self) -> str:
        """The model's name in the registry, or the folder's name."""
        ...

    @property
    def languages(self) -> frozenset[str]:
        """The language codes that the model knows."""
        ...

    def encode(self, chunks: Sequence[Chunk]) -> tuple[EncodedChunk, ...]:
        """What the encoder makes of every chunk, in the order given; raises SpeechError."""
        ...

    def language_rows(self, encoded: Sequence[EncodedChunk]) -> tuple[Mapping[str, float], ...]:
        """The probability (0–1) of every language for each chunk, none for silent ones."""
        ...

    def decode(
        self, encoded: Sequence[EncodedChunk], languages: Sequence[str]
    ) -> tuple[ChunkText, ...]:
        """The text of every chunk in its own language, in the order given; raises SpeechError."""
        ...

    def transcribe(self, chunks: Sequence[Chunk], language: str) -> tuple[ChunkText, ...]:
        """The text of every chunk, all in one language, in the order given; raises SpeechError."""
        ...
