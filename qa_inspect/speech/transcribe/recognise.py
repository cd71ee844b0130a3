"""The way from chunks to texts that all Whisper engines share.

Batches of like length, a first fast decoding, better ones for what is doubtful, words with times,
and the reasons why a text is not believed. An engine gives the five primitives of ``Backend``;
nothing here knows which engine it is, nor where a chunk comes from.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Generic, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from qa_inspect.config import SAMPLE_RATE
from qa_inspect.domain import Word
from qa_inspect.errors import SpeechError
from qa_inspect.speech.chunks import Chunk
from qa_inspect.speech.transcribe.protocol import ChunkText
from qa_inspect.speech.transcribe.words import TimedPiece, TimedWord, cut_loops, settle

WINDOW_S = 30.0
"""What Whisper hears at once."""

MAX_COMPRESSION = 2.4
MIN_LOG_PROBABILITY = -1.0
MAX_NO_SPEECH = 0.6
"""Above, below and above these a text is doubted: the thresholds of the Whisper paper
(Radford et al. 2022, section 4.5)."""

SILENCE_PEAK = 0.001
"""A chunk whose peak is not above this (-60 dBFS) is not decoded at all."""

TOKENS_PER_S = 16
"""No language is spoken with more tokens a second; loops stop here instead of at the window's."""

LANGUAGE_CHUNKS = 6
LANGUAGE_SAMPLE_S = 10.0
"""How many of the longest chunks vote on the language, and how much of each is heard."""

MIN_CONFIDENCE = 0.25
"""Where the model doubts that anybody speaks, words less probable than this on average are noise:
mains hum gives "you" with 0.1, white noise 0.26 at a low log-probability, speech 0.5-0.95."""

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
    """What an engine can do with a batch. Samples are float32 at 16 kHz, at most 30 s each."""

    @property
    def engine(self) -> str:
        """The engine's name."""
        ...

    @property
    def supported(self) -> frozenset[str]:
        """The language codes that the model knows."""
        ...

    def encode(self, samples: Sequence[npt.NDArray[np.float32]]) -> Encoded:
        """The encoder's output for a batch."""
        ...

    def languages(self, encoded: Encoded) -> Sequence[Mapping[str, float]]:
        """The probability of every language code, for each chunk of the batch."""
        ...

    def decode(
        self, encoded: Encoded, language: str, attempt: Attempt, max_tokens: int
    ) -> Sequence[Decoded]:
        """The text of each chunk of the batch."""
        ...

    def align(
        self,
        encoded: Encoded,
        language: str,
        decoded: Sequence[Decoded],
        durations_s: Sequence[float],
    ) -> Sequence[Sequence[TimedPiece]]:
        """The aligned pieces of each chunk's text."""
        ...


@dataclass(frozen=True, slots=True)
class _Heard:
    decoded: Decoded
    pieces: Sequence[TimedPiece]


class WhisperTranscriber(Generic[Encoded]):
    """A ``Transcriber`` over any backend."""

    def __init__(
        self,
        backend: Backend[Encoded],
        model: str,
        *,
        batch_size: int = 8,
        beam_size: int = 1,
    ) -> None:
        self._backend = backend
        self._model = model
        self._batch_size = max(1, batch_size)
        better = max(5, beam_size)
        self._attempts = tuple(
            dict.fromkeys(
                (Attempt(beam_size), Attempt(better), Attempt(1, 0.4), Attempt(1, 0.8)),
            )
        )

    @property
    def engine(self) -> str:
        """The engine's name."""
        return self._backend.engine

    @property
    def model(self) -> str:
        """The model's name."""
        return self._model

    @property
    def languages(self) -> frozenset[str]:
        """The language codes that the model knows."""
        return self._backend.supported

    def detect_language(self, chunks: Sequence[Chunk]) -> tuple[str, float]:
        """The language with the highest mean probability over the longest chunks (0–1).

        The beginnings of several chunks are heard in one window: encoding is what costs.
        Raises SpeechError where there is nothing to hear.
        """
        audible = [chunk for chunk in chunks if not _silent(chunk)]
        if not audible:
            raise SpeechError("no language can be found: nobody speaks")
        chosen = sorted(audible, key=_length_s, reverse=True)[:LANGUAGE_CHUNKS]
        beginnings = [chunk.samples[: int(LANGUAGE_SAMPLE_S * SAMPLE_RATE)] for chunk in chosen]
        each = int(WINDOW_S / LANGUAGE_SAMPLE_S)
        windows = [np.concatenate(group) for group in _batches(beginnings, each)]
        try:
            rows = self._backend.languages(self._backend.encode(windows))
        except RuntimeError as error:
            raise _failed(self.engine, error) from error
        sums: dict[str, float] = {}
        for window, row in zip(windows, rows, strict=True):
            for code, probability in row.items():
                sums[code] = sums.get(code, 0.0) + probability * window.size
        best = max(sums, key=lambda code: sums[code])
        return best, min(1.0, sums[best] / sum(window.size for window in windows))

    def transcribe(self, chunks: Sequence[Chunk], language: str) -> tuple[ChunkText, ...]:
        """The text of every chunk, in the order given.

        Raises SpeechError where the model does not know the language or fails.
        """
        if language not in self.languages:
            raise SpeechError(
                f"the model {self._model} does not know the language {language!r}",
                cure="give --language one of Whisper's codes, such as en, zh, id, vi, th or ms",
            )
        texts: dict[int, ChunkText] = {}
        audible = []
        for index, chunk in enumerate(chunks):
            if _length_s(chunk) > WINDOW_S + 0.05:
                raise ValueError(f"a chunk of {_length_s(chunk):.1f} s does not fit the window")
            if _silent(chunk):
                texts[index] = _no_text(chunk, language, "silent")
            else:
                audible.append(index)
        audible.sort(key=lambda index: _length_s(chunks[index]))
        for batch in _batches(audible, self._batch_size):
            heard = self._hear([chunks[index] for index in batch], language, 0)
            for index, item in zip(batch, heard, strict=True):
                texts[index] = to_text(chunks[index], language, item.decoded, item.pieces)
        return tuple(texts[index] for index in range(len(chunks)))

    def _hear(
        self,
        batch: Sequence[Chunk],
        language: str,
        number: int,
        encoded: Encoded | None = None,
    ) -> list[_Heard]:
        """Decodes a batch; decodes again, in the next way, what is doubtful in it.

        ``encoded`` is the batch's encoding where it is known: encoding costs more than all else.
        """
        try:
            if encoded is None:
                encoded = self._backend.encode([chunk.samples for chunk in batch])
            heard = self._decode(encoded, batch, language, self._attempts[number])
        except RuntimeError as error:
            raise _failed(self.engine, error) from error
        doubtful = [i for i, item in enumerate(heard) if is_doubtful(item.decoded)]
        if doubtful and number + 1 < len(self._attempts):
            known = encoded if len(doubtful) == len(batch) else None
            again = self._hear([batch[i] for i in doubtful], language, number + 1, known)
            for i, item in zip(doubtful, again, strict=True):
                heard[i] = min(heard[i], item, key=lambda each: _doubt(each.decoded))
        return heard

    def _decode(
        self, encoded: Encoded, batch: Sequence[Chunk], language: str, attempt: Attempt
    ) -> list[_Heard]:
        durations = [_length_s(chunk) for chunk in batch]
        longest = 24 + math.ceil(TOKENS_PER_S * max(durations))
        decoded = self._backend.decode(encoded, language, attempt, min(longest, 220))
        pieces = self._backend.align(encoded, language, decoded, durations)
        return [_Heard(*pair) for pair in zip(decoded, pieces, strict=True)]


def is_doubtful(decoded: Decoded) -> bool:
    """Whether a text should be decoded in a better way: repetitive, or improbable speech."""
    if is_no_speech(decoded):
        return False
    return (
        compression_ratio(decoded.text) > MAX_COMPRESSION
        or decoded.average_log_probability < MIN_LOG_PROBABILITY
    )


def is_no_speech(decoded: Decoded) -> bool:
    """Whether the model believes that nobody speaks and does not believe its own text."""
    return (
        decoded.no_speech_probability > MAX_NO_SPEECH
        and decoded.average_log_probability < MIN_LOG_PROBABILITY
    )


def compression_ratio(text: str) -> float:
    """Length of the text's bytes over their length when compressed; high for repetition."""
    raw = text.encode()
    return len(raw) / len(zlib.compress(raw)) if raw else 0.0


def _doubt(decoded: Decoded) -> tuple[bool, float]:
    return compression_ratio(decoded.text) > MAX_COMPRESSION, -decoded.average_log_probability


def to_text(
    chunk: Chunk, language: str, decoded: Decoded, pieces: Sequence[TimedPiece]
) -> ChunkText:
    """The chunk's text in the call's time, or why it is not believed."""
    words = cut_loops(settle(pieces, _length_s(chunk)))
    if is_no_speech(decoded) or _is_noise(decoded, words):
        return replace(
            _no_text(chunk, language, "no speech"),
            average_log_probability=decoded.average_log_probability,
            no_speech_probability=decoded.no_speech_probability,
        )
    return ChunkText(
        start_s=chunk.start_s,
        end_s=chunk.end_s,
        language=language,
        words=tuple(_word(word, chunk.start_s) for word in words),
        text="".join(word.text for word in words).strip(),
        average_log_probability=decoded.average_log_probability,
        no_speech_probability=decoded.no_speech_probability,
    )


def _is_noise(decoded: Decoded, words: Sequence[TimedWord]) -> bool:
    if decoded.no_speech_probability <= MAX_NO_SPEECH or not words:
        return False
    return sum(word.probability for word in words) / len(words) < MIN_CONFIDENCE


def _word(word: TimedWord, offset_s: float) -> Word:
    return Word(
        text=word.text.strip(),
        start_s=round(offset_s + word.start_s, 3),
        end_s=round(offset_s + word.end_s, 3),
        confidence=min(1.0, max(0.0, word.probability)),
    )


def _no_text(chunk: Chunk, language: str, reason: str) -> ChunkText:
    return ChunkText(
        start_s=chunk.start_s,
        end_s=chunk.end_s,
        language=language,
        words=(),
        text="",
        average_log_probability=0.0,
        no_speech_probability=1.0,
        dropped=reason,
    )


def first_line(error: BaseException) -> str:
    """What an engine's error says, in one line."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def _failed(engine: str, error: RuntimeError) -> SpeechError:
    return SpeechError(
        f"{engine} failed ({first_line(error)})",
        cure="try --device cpu, or a smaller model or batch",
    )


def _length_s(chunk: Chunk) -> float:
    return float(chunk.samples.shape[0]) / SAMPLE_RATE


def _silent(chunk: Chunk) -> bool:
    return chunk.samples.size == 0 or float(np.abs(chunk.samples).max()) <= SILENCE_PEAK


Item = TypeVar("Item")


def _batches(items: Sequence[Item], size: int) -> list[Sequence[Item]]:
    return [items[start : start + size] for start in range(0, len(items), size)]
