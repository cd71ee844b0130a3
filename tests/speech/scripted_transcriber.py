"""A recogniser that knows beforehand what was said: sound says of itself who is heard and when.

Every sample of ``speech_sound`` is a level; the transcriber hears the words that its script has for
that level. No engine, no model.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from qa_inspect.config import SAMPLE_RATE
from qa_inspect.domain import Channels, Metadata, Span, Word
from qa_inspect.errors import SpeechError
from qa_inspect.speech.chunks import Chunk, cut_chunks
from qa_inspect.speech.listening import CHUNK_S, Lane, Listened
from qa_inspect.speech.transcribe.protocol import ChunkText, EncodedChunk

Said = tuple[float, float, str]
"""From, to (seconds) and the words, spread evenly."""


def sound(level: float, duration_s: float) -> npt.NDArray[np.float32]:
    """Sound of one level."""
    return np.full(round(duration_s * SAMPLE_RATE), level, dtype=np.float32)


def lane(level: float, spans: Sequence[tuple[float, float]], speaker: str | None = None) -> Lane:
    """A lane with speech in those spans."""
    samples = sound(level, max(end for _, end in spans) + 1.0)
    speech = tuple(Span(*span) for span in spans)
    return Lane(speaker, samples, speech, cut_chunks(samples, speech, CHUNK_S))


def call(*lanes: Lane, language: str | None = None) -> Listened:
    """A call whose speech is found."""
    return Listened(
        metadata=Metadata(language=language),
        lanes=lanes,
        segmentation=None,
        not_speech=(),
        channels=Channels.MONO if len(lanes) == 1 else Channels.AGENT_LEFT,
        speakers=2,
        agent_speaker=None,
        duration_s=max(len(part.samples) / SAMPLE_RATE for part in lanes),
        notes=(),
    )


class ScriptedTranscriber:
    """What is said and in which language, by the level of the sound.

    ``rows`` gives the languages of a chunk by level and the chunk's middle (seconds); ``deaf`` says
    which chunks (level, length in seconds) give no words; ``bad`` levels make the engine fail.
    """

    engine = "scripted"
    model = "toy"
    languages = frozenset({"en", "zh", "id", "ms", "jw", "th"})

    def __init__(
        self,
        said: Mapping[float, Sequence[Said]],
        rows: Callable[[float, float], Mapping[str, float]] = lambda level, at_s: {"en": 1.0},
        *,
        deaf: Callable[[float, float], bool] = lambda level, length_s: False,
        bad: frozenset[float] = frozenset(),
        confidence: float = 0.9,
    ) -> None:
        self.said = said
        self.rows = rows
        self.deaf = deaf
        self.bad = bad
        self.confidence = confidence
        self.encodings: list[list[float]] = []
        self.asked_rows = 0
        self.decoded: list[list[tuple[float, str]]] = []

    def encode(self, chunks: Sequence[Chunk]) -> tuple[EncodedChunk, ...]:
        """The levels."""
        levels = [_level(item) for item in chunks]
        if levels:
            self.encodings.append(levels)
        if self.bad & set(levels):
            raise SpeechError("scripted failure")
        return tuple(EncodedChunk(item, 30.0, _level(item)) for item in chunks)

    def language_rows(self, encoded: Sequence[EncodedChunk]) -> tuple[Mapping[str, float], ...]:
        """As scripted."""
        self.asked_rows += len(encoded)
        return tuple(
            self.rows(item.state, (item.chunk.start_s + item.chunk.end_s) / 2) for item in encoded
        )

    def decode(
        self, encoded: Sequence[EncodedChunk], languages: Sequence[str]
    ) -> tuple[ChunkText, ...]:
        """The words whose middle lies in the chunk, in the chunk's unbroken time."""
        for language in languages:
            if language not in self.languages:
                raise SpeechError(f"the model toy does not know the language {language!r}")
        if encoded:
            pairs = zip(encoded, languages, strict=True)
            self.decoded.append([(item.state, language) for item, language in pairs])
        return tuple(
            self._text(item, language) for item, language in zip(encoded, languages, strict=True)
        )

    def transcribe(self, chunks: Sequence[Chunk], language: str) -> tuple[ChunkText, ...]:
        """All at once."""
        return self.decode(self.encode(chunks), [language] * len(chunks))

    def _text(self, item: EncodedChunk, language: str) -> ChunkText:
        chunk = item.chunk
        length_s = len(chunk.samples) / SAMPLE_RATE
        silent = self.deaf(item.state, length_s)
        words = () if silent else tuple(self._words(item.state, chunk))
        return ChunkText(
            chunk.start_s,
            chunk.end_s,
            language,
            words,
            " ".join(word.text for word in words),
            -0.2,
            0.05,
            "no speech" if silent else None,
        )

    def _words(self, level: float, chunk: Chunk) -> list[Word]:
        found = []
        for start_s, end_s, text in self.said.get(level, ()):
            parts = text.split()
            step_s = (end_s - start_s) / len(parts)
            for number, part in enumerate(parts):
                at_s = start_s + number * step_s
                if chunk.start_s <= at_s + step_s / 2 < chunk.end_s:
                    at_s -= _skipped_s(chunk, at_s + step_s / 2)
                    word = Word(part, at_s, at_s + 0.9 * step_s, self.confidence)
                    found.append(word)
        return found


def _level(chunk: Chunk) -> float:
    return round(float(chunk.samples.max()), 3) if len(chunk.samples) else 0.0


def _skipped_s(chunk: Chunk, at_s: float) -> float:
    """The pauses of a chunk that were left out before a time of the call."""
    skipped_s = 0.0
    for offset_s, left_out_s in chunk.joins:
        if at_s >= chunk.start_s + offset_s + skipped_s + left_out_s:
            skipped_s += left_out_s
    return skipped_s
