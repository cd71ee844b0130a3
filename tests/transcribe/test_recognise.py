"""What every engine gets from the shared way: order, retries, and texts that are not believed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pytest

from qa_inspect.errors import SpeechError
from qa_inspect.speech.chunks import Chunk
from qa_inspect.speech.transcribe.recognise import (
    Attempt,
    Decoded,
    WhisperTranscriber,
    compression_ratio,
)
from qa_inspect.speech.transcribe.words import TimedPiece

Samples = npt.NDArray[np.float32]


def chunk(seconds: float, level: float, start_s: float = 0.0) -> Chunk:
    samples = np.full(round(seconds * 16_000), level, dtype=np.float32)
    return Chunk(start_s, start_s + seconds, samples)


def good(text: str = " fine") -> Decoded:
    return Decoded((1,), text, -0.2, 0.05)


class Scripted:
    """A backend whose chunks are told apart by their level; answers come by level and attempt."""

    engine = "scripted"
    supported = frozenset({"en", "zh"})

    def __init__(self, answers: Mapping[float, Sequence[Decoded]] | None = None) -> None:
        self.answers = answers or {}
        self.batches: list[list[float]] = []
        self.attempts: list[Attempt] = []
        self.limits: list[int] = []
        self.windows: list[float] = []

    def encode(self, samples: Sequence[Samples]) -> list[float]:
        self.windows.extend(item.size / 16_000 for item in samples)
        return [round(float(item.max()), 2) for item in samples]

    def languages(self, encoded: list[float]) -> Sequence[Mapping[str, float]]:
        return [{"en": 1 - level, "zh": level} for level in encoded]

    def decode(
        self, encoded: list[float], language: str, attempt: Attempt, max_tokens: int
    ) -> Sequence[Decoded]:
        self.batches.append(encoded)
        self.attempts.append(attempt)
        self.limits.append(max_tokens)
        number = len(set(self.attempts)) - 1
        rows = [self.answers.get(level, [good(f" {level}")]) for level in encoded]
        return [row[min(number, len(row) - 1)] for row in rows]

    def align(
        self,
        encoded: list[float],
        language: str,
        decoded: Sequence[Decoded],
        durations_s: Sequence[float],
    ) -> Sequence[Sequence[TimedPiece]]:
        return [
            [TimedPiece(f" {part}", i * 0.3, i * 0.3 + 0.2, 0.8) for i, part in enumerate(parts)]
            for parts in (item.text.split() for item in decoded)
        ]


def transcriber(backend: Scripted, batch_size: int = 8) -> WhisperTranscriber[list[float]]:
    return WhisperTranscriber(backend, "toy", batch_size=batch_size)


def test_texts_come_in_the_order_of_the_chunks_and_in_the_calls_time() -> None:
    backend = Scripted()
    chunks = [chunk(5, 0.5, 100), chunk(1, 0.1, 7), chunk(9, 0.9, 40), chunk(3, 0.3, 0)]
    texts = transcriber(backend, batch_size=2).transcribe(chunks, "en")
    assert [text.text for text in texts] == ["0.5", "0.1", "0.9", "0.3"]
    assert [text.words[0].start_s for text in texts] == [100, 7, 40, 0]
    assert [(text.start_s, text.end_s) for text in texts] == [(c.start_s, c.end_s) for c in chunks]
    assert backend.batches == [[0.1, 0.3], [0.5, 0.9]]


def test_short_chunks_are_given_few_tokens() -> None:
    backend = Scripted()
    transcriber(backend, batch_size=1).transcribe([chunk(1, 0.1), chunk(30, 0.9)], "en")
    assert backend.limits[0] < 60
    assert backend.limits[1] <= 224


def test_a_repetitive_text_is_decoded_again_alone() -> None:
    loop = Decoded((1,), " again" * 60, -0.1, 0.0)
    backend = Scripted({0.5: [loop, good(" better")]})
    texts = transcriber(backend).transcribe([chunk(5, 0.5), chunk(6, 0.6)], "en")
    assert [text.text for text in texts] == ["better", "0.6"]
    assert backend.batches == [[0.5, 0.6], [0.5]]
    assert backend.attempts[:2] == [Attempt(1), Attempt(5)]


def test_an_improbable_text_is_decoded_in_every_way_and_the_best_is_kept() -> None:
    ways = [Decoded((1,), f" {p}", p, 0.1) for p in (-1.8, -1.2, -1.5, -1.6)]
    backend = Scripted({0.5: ways})
    text = transcriber(backend).transcribe([chunk(5, 0.5)], "en")[0]
    assert text.text == "-1.2"
    assert len(backend.attempts) == 4
    assert len(backend.windows) == 1, "encoding costs most and is done once"
    assert text.dropped is None


def test_a_loop_that_every_decoding_falls_into_is_cut() -> None:
    backend = Scripted({0.5: [Decoded((1,), " all right" * 30, -0.1, 0.0)]})
    text = transcriber(backend).transcribe([chunk(20, 0.5)], "en")[0]
    assert text.text == "all right"


def test_a_text_over_no_speech_is_dropped_without_another_try() -> None:
    backend = Scripted({0.5: [Decoded((1,), " thank you", -1.4, 0.9)]})
    text = transcriber(backend).transcribe([chunk(5, 0.5)], "en")[0]
    assert (text.words, text.text, text.dropped) == ((), "", "no speech")
    assert text.no_speech_probability == 0.9
    assert len(backend.attempts) == 1


def test_a_probable_text_is_kept_even_if_the_first_token_doubts_speech() -> None:
    backend = Scripted({0.5: [Decoded((1,), " yes", -0.3, 0.9)]})
    text = transcriber(backend).transcribe([chunk(5, 0.5)], "en")[0]
    assert (text.text, text.dropped) == ("yes", None)


def test_silence_is_not_decoded_at_all() -> None:
    backend = Scripted()
    silent = [chunk(5, 0.0), chunk(0, 0.0), chunk(5, 0.0005)]
    texts = transcriber(backend).transcribe(silent, "en")
    assert [text.dropped for text in texts] == ["silent"] * 3
    assert backend.batches == []


def test_no_chunks_give_no_texts() -> None:
    assert transcriber(Scripted()).transcribe([], "en") == ()


def test_a_language_the_model_does_not_know_is_that_calls_error() -> None:
    with pytest.raises(SpeechError, match="does not know the language 'xx'"):
        transcriber(Scripted()).transcribe([chunk(1, 0.5)], "xx")


def test_a_chunk_longer_than_the_window_is_a_mistake_of_the_program() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        transcriber(Scripted()).transcribe([chunk(31, 0.5)], "en")


@pytest.mark.parametrize("step", ["encode", "languages", "decode", "align"])
def test_a_failing_engine_is_that_calls_error(step: str) -> None:
    backend = Scripted()

    def fail(*_: object) -> None:
        raise RuntimeError("CUDA out of memory")

    setattr(backend, step, fail)
    recogniser = transcriber(backend)
    with pytest.raises(SpeechError, match=r"scripted failed \(CUDA out of memory\)"):
        if step == "languages":
            recogniser.detect_language([chunk(5, 0.5)])
        else:
            recogniser.transcribe([chunk(5, 0.5)], "en")


def test_the_language_is_the_mean_over_the_longest_chunks() -> None:
    backend = Scripted()
    chunks = [chunk(12, 0.9), *(chunk(2, 0.1) for _ in range(20)), chunk(12, 0.9), chunk(8, 0.0)]
    code, probability = transcriber(backend).detect_language(chunks)
    assert code == "zh"
    assert probability == pytest.approx((0.9 * 22 + 0.1 * 6) / 28)
    assert len(backend.windows) == 2
    assert max(backend.windows) <= 30


def test_no_language_where_nobody_speaks() -> None:
    with pytest.raises(SpeechError, match="nobody speaks"):
        transcriber(Scripted()).detect_language([chunk(5, 0.0)])


def test_compression_tells_repetition_from_speech() -> None:
    assert compression_ratio("") == 0
    assert compression_ratio("I would like to know where my parcel is, please.") < 2
    assert compression_ratio("thank you " * 30) > 2.4
    assert compression_ratio("谢谢" * 40) > 2.4
