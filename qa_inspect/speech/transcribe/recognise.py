"""The way from chunks to texts that all Whisper engines share.

Chunks of many calls go through in batches of like length: encoded once, decoded fast, and what is
doubtful decoded again in better ways, all still in batches. An engine gives the primitives of
``Backend``; nothing here knows which engine it is, nor where a chunk comes from.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from qa_inspect.errors import SpeechError
from qa_inspect.speech.chunks import Chunk
from qa_inspect.speech.transcribe.backend import (
    WINDOW_S,
    Attempt,
    Backend,
    Decoded,
    Encoded,
)
from qa_inspect.speech.transcribe.batching import BatchSize, run_batches
from qa_inspect.speech.transcribe.belief import (
    doubt,
    is_doubtful,
    is_silent,
    length_s,
    no_text,
    to_text,
)
from qa_inspect.speech.transcribe.protocol import ChunkText, EncodedChunk
from qa_inspect.speech.transcribe.words import TimedPiece

TOKENS_PER_S = 16
"""No language is spoken with more tokens a second; loops stop here instead of at the window's."""

MOST_TOKENS = 220

SILENCE_AFTER_S = 2.0
SHORTEST_WINDOW_S = 12.0
WINDOW_STEP_S = 2.0
"""Where an engine can, a chunk is encoded with this much silence after it, in no shorter window
and in steps of this, so that chunks of like length share a batch. A chunk's window depends on its
own length alone: its text must not change with the calls beside it."""

Outcome = TypeVar("Outcome")


@dataclass(frozen=True, slots=True)
class _Task:
    """One chunk to decode: its place in the order given."""

    place: int
    encoded: EncodedChunk
    language: str

    @property
    def key(self) -> tuple[str, float]:
        return self.language, self.encoded.window_s


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
        self._size = BatchSize(batch_size)
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

    def encode(self, chunks: Sequence[Chunk]) -> tuple[EncodedChunk, ...]:
        """What the encoder makes of every chunk, in the order given. Raises SpeechError."""
        windows = [self._window_s(chunk) for chunk in chunks]
        places = [place for place, chunk in enumerate(chunks) if not is_silent(chunk)]
        places.sort(key=lambda place: windows[place])
        states = self._batched(
            places,
            lambda batch: self._backend.encode(
                [chunks[place].samples for place in batch], windows[batch[0]]
            ),
            key=lambda place: windows[place],
        )
        state_of: dict[int, Any] = dict(zip(places, states, strict=True))
        return tuple(
            EncodedChunk(chunk, windows[place], state_of.get(place))
            for place, chunk in enumerate(chunks)
        )

    def language_rows(self, encoded: Sequence[EncodedChunk]) -> tuple[Mapping[str, float], ...]:
        """The probability (0–1) of every language for each chunk, none for silent ones."""
        heard = [place for place, item in enumerate(encoded) if item.state is not None]
        heard.sort(key=lambda place: encoded[place].window_s)
        rows = self._batched(
            heard,
            lambda batch: self._backend.languages([encoded[place].state for place in batch]),
            key=lambda place: encoded[place].window_s,
        )
        row_of = dict(zip(heard, rows, strict=True))
        return tuple(row_of.get(place, {}) for place in range(len(encoded)))

    def transcribe(self, chunks: Sequence[Chunk], language: str) -> tuple[ChunkText, ...]:
        """The text of every chunk, in the order given.

        Raises SpeechError where the model does not know the language or fails.
        """
        self._require_known([language])
        return self.decode(self.encode(chunks), [language] * len(chunks))

    def decode(
        self, encoded: Sequence[EncodedChunk], languages: Sequence[str]
    ) -> tuple[ChunkText, ...]:
        """The text of every chunk in its own language, in the order given.

        Raises SpeechError where the model does not know a language or fails.
        """
        self._require_known(languages)
        tasks = [
            _Task(place, item, language)
            for place, (item, language) in enumerate(zip(encoded, languages, strict=True))
            if item.state is not None
        ]
        tasks.sort(key=lambda task: (task.key, length_s(task.encoded.chunk)))
        best: dict[int, _Heard] = {}
        for attempt in self._attempts:
            heard = self._batched(tasks, self._hear(attempt), key=lambda task: task.key)
            for task, item in zip(tasks, heard, strict=True):
                known = best.get(task.place, item)
                best[task.place] = min(known, item, key=lambda each: doubt(each.decoded))
            doubted = {
                task.place
                for task, item in zip(tasks, heard, strict=True)
                if is_doubtful(item.decoded)
            }
            tasks = [task for task in tasks if task.place in doubted]
        return tuple(
            to_text(item.chunk, language, best[place].decoded, best[place].pieces)
            if place in best
            else no_text(item.chunk, language, "silent")
            for place, (item, language) in enumerate(zip(encoded, languages, strict=True))
        )

    def _hear(self, attempt: Attempt) -> Callable[[Sequence[_Task]], list[_Heard]]:
        """Decodes and aligns one batch in one way."""

        def hear(batch: Sequence[_Task]) -> list[_Heard]:
            states = [task.encoded.state for task in batch]
            durations = [length_s(task.encoded.chunk) for task in batch]
            window_s = batch[0].encoded.window_s
            tokens = min(24 + math.ceil(TOKENS_PER_S * window_s), MOST_TOKENS)
            language = batch[0].language
            decoded = self._backend.decode(states, language, attempt, tokens)
            pieces = self._backend.align(states, language, decoded, durations)
            return [_Heard(*pair) for pair in zip(decoded, pieces, strict=True)]

        return hear

    def _batched(
        self,
        items: Sequence[Any],
        work: Callable[[Sequence[Any]], Sequence[Outcome]],
        key: Callable[[Any], Any],
    ) -> list[Outcome]:
        try:
            return run_batches(items, work, key=key, size=self._size, lanes=self._backend.lanes)
        except (RuntimeError, MemoryError) as error:
            raise SpeechError(
                f"{self.engine} failed ({first_line(error)})",
                cure="try --device cpu, or a smaller model or batch",
            ) from error

    def _window_s(self, chunk: Chunk) -> float:
        seconds = length_s(chunk)
        if seconds > WINDOW_S + 0.05:
            raise ValueError(f"a chunk of {seconds:.1f} s does not fit the window")
        if not self._backend.short_windows:
            return WINDOW_S
        steps = math.ceil((seconds + SILENCE_AFTER_S) / WINDOW_STEP_S)
        return min(WINDOW_S, max(SHORTEST_WINDOW_S, steps * WINDOW_STEP_S))

    def _require_known(self, languages: Sequence[str]) -> None:
        for language in sorted(set(languages) - self.languages):
            raise SpeechError(
                f"the model {self._model} does not know the language {language!r}",
                cure="give --language one of Whisper's codes, such as en, zh, id, vi, th or ms",
            )


def first_line(error: BaseException) -> str:
    """What an engine's error says, in one line."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
