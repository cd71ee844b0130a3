"""Whether a decoded text is believed, and the text of a chunk in the call's time.

The tests of the Whisper paper, which batched decoding elsewhere leaves out, and those for noise.
This module does not know engines or batches.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from qa_inspect.config import SAMPLE_RATE
from qa_inspect.domain import Word
from qa_inspect.speech.chunks import Chunk
from qa_inspect.speech.transcribe.backend import Decoded
from qa_inspect.speech.transcribe.edges import snap
from qa_inspect.speech.transcribe.protocol import ChunkText
from qa_inspect.speech.transcribe.words import TimedPiece, TimedWord, cut_loops, settle

MAX_COMPRESSION = 2.4
MIN_LOG_PROBABILITY = -1.0
MAX_NO_SPEECH = 0.6
"""Above, below and above these a text is doubted: the thresholds of the Whisper paper
(Radford et al. 2022, section 4.5)."""

SILENCE_PEAK = 0.001
"""A chunk whose peak is not above this (-60 dBFS) is not decoded at all."""

RATTLE_LETTERS = 8
"""A text of this many letters, no more than half as many different ones, is a noise spelled out."""

MIN_CONFIDENCE = 0.25
"""Where the model doubts that anybody speaks, words less probable than this on average are noise:
mains hum gives "you" with 0.1, white noise 0.26 at a low log-probability, speech 0.5-0.95."""


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


def doubt(decoded: Decoded) -> tuple[bool, float]:
    """A key by which the text that deserves most belief comes first."""
    return compression_ratio(decoded.text) > MAX_COMPRESSION, -decoded.average_log_probability


def compression_ratio(text: str) -> float:
    """Length of the text's bytes over their length when compressed; high for repetition."""
    raw = text.encode()
    return len(raw) / len(zlib.compress(raw)) if raw else 0.0


def to_text(
    chunk: Chunk, language: str, decoded: Decoded, pieces: Sequence[TimedPiece]
) -> ChunkText:
    """The chunk's text in the call's time, or why it is not believed."""
    words = snap(cut_loops(settle(pieces, length_s(chunk))), chunk.samples)
    if is_no_speech(decoded) or _is_noise(decoded, words) or _is_rattle(decoded):
        return replace(
            no_text(chunk, language, "no speech"),
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


def no_text(chunk: Chunk, language: str, reason: str) -> ChunkText:
    """A chunk without words, and why."""
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


def length_s(chunk: Chunk) -> float:
    """Seconds of sound in a chunk."""
    return float(chunk.samples.shape[0]) / SAMPLE_RATE


def is_silent(chunk: Chunk) -> bool:
    """Whether there is nothing to hear."""
    return chunk.samples.size == 0 or float(np.abs(chunk.samples).max()) <= SILENCE_PEAK


def _is_noise(decoded: Decoded, words: Sequence[TimedWord]) -> bool:
    if decoded.no_speech_probability <= MAX_NO_SPEECH or not words:
        return False
    return sum(word.probability for word in words) / len(words) < MIN_CONFIDENCE


def _is_rattle(decoded: Decoded) -> bool:
    """Whether the best text is one sound over and over where the model doubts that anybody speaks:
    keypad tones give ドッド ドッド."""
    if decoded.no_speech_probability <= MAX_NO_SPEECH:
        return False
    letters = [char for char in decoded.text.casefold() if char.isalpha()]
    few = len(letters) >= RATTLE_LETTERS and len(set(letters)) <= RATTLE_LETTERS // 2
    return few or compression_ratio(decoded.text) > MAX_COMPRESSION


def _word(word: TimedWord, offset_s: float) -> Word:
    return Word(
        text=word.text.strip(),
        start_s=round(offset_s + word.start_s, 3),
        end_s=round(offset_s + word.end_s, 3),
        confidence=min(1.0, max(0.0, word.probability)),
    )
