"""What every engine gets from the shared way: order, retries, and texts that are not believed."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from transcribe.scripted_backend import ScriptedBackend, chunk, good

from qa_inspect.errors import SpeechError
from qa_inspect.speech.transcribe.backend import Attempt, Decoded
from qa_inspect.speech.transcribe.belief import compression_ratio
from qa_inspect.speech.transcribe.recognise import WhisperTranscriber

LOOP = Decoded((1,), " again" * 60, -0.1, 0.0)


def transcriber(backend: ScriptedBackend, batch_size: int = 8) -> WhisperTranscriber[Any]:
    return WhisperTranscriber(backend, "toy", batch_size=batch_size)


def test_texts_come_in_the_order_of_the_chunks_and_in_the_calls_time() -> None:
    backend = ScriptedBackend()
    chunks = [chunk(5, 0.5, 100), chunk(1, 0.1, 7), chunk(9, 0.9, 40), chunk(3, 0.3, 0)]
    texts = transcriber(backend, batch_size=2).transcribe(chunks, "en")
    assert [text.text for text in texts] == ["0.5", "0.1", "0.9", "0.3"]
    firsts = [text.words[0].start_s for text in texts]
    assert firsts == pytest.approx([100, 7, 40, 0], abs=0.1)
    assert [(text.start_s, text.end_s) for text in texts] == [(c.start_s, c.end_s) for c in chunks]
    assert all(len(batch) <= 2 for batch in backend.batches)


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.floats(0.1, 29.0), min_size=1, max_size=30),
    st.integers(1, 9),
    st.integers(1, 3),
    st.integers(1, 9),
)
def test_no_chunk_is_lost_or_takes_anothers_place(
    lengths: list[float], batch_size: int, lanes: int, room: int
) -> None:
    backend = ScriptedBackend(lanes=lanes, room=room)
    chunks = [chunk(s, (number + 1) / 100) for number, s in enumerate(lengths)]
    languages = ["en" if number % 3 else "zh" for number in range(len(chunks))]
    engine = transcriber(backend, batch_size)
    texts = engine.decode(engine.encode(chunks), languages)
    assert [text.text for text in texts] == [str((n + 1) / 100) for n in range(len(chunks))]
    assert [text.language for text in texts] == languages
    assert sorted(backend.encoded) == [(n + 1) / 100 for n in range(len(chunks))]


def test_chunks_of_like_length_share_batches_whatever_call_they_are_of() -> None:
    backend = ScriptedBackend()
    shuffled = [chunk(2 + 14 * (n % 2), (n + 1) / 10, 60.0 * n) for n in range(8)]
    transcriber(backend).transcribe(shuffled, "en")
    assert backend.batches == [[0.1, 0.3, 0.5, 0.7], [0.2, 0.4, 0.6, 0.8]]


def test_languages_never_share_a_batch() -> None:
    backend = ScriptedBackend()
    engine = transcriber(backend)
    encoded = engine.encode([chunk(3, 0.1), chunk(3, 0.2), chunk(3, 0.3), chunk(3, 0.4)])
    texts = engine.decode(encoded, ["zh", "en", "id", "en"])
    assert [text.language for text in texts] == ["zh", "en", "id", "en"]
    assert sorted(zip(backend.spoken, backend.batches, strict=True)) == [
        ("en", [0.2, 0.4]),
        ("id", [0.3]),
        ("zh", [0.1]),
    ]


@settings(deadline=None, max_examples=30)
@given(st.floats(0.05, 30.0), st.lists(st.floats(0.05, 30.0), max_size=6), st.booleans())
def test_a_chunks_window_depends_on_its_own_length_alone(
    length_s: float, others: list[float], short_windows: bool
) -> None:
    alone = ScriptedBackend(short_windows=short_windows)
    transcriber(alone).encode([chunk(length_s, 0.9)])
    beside = ScriptedBackend(short_windows=short_windows)
    transcriber(beside).encode([*(chunk(s, 0.1) for s in others), chunk(length_s, 0.9)])
    assert alone.windows[0.9] == beside.windows[0.9]
    assert min(30.0, length_s) <= alone.windows[0.9] + 1e-3 <= 30.1
    if not short_windows:
        assert alone.windows == {0.9: 30.0}


def test_a_chunks_limit_of_tokens_does_not_depend_on_the_chunks_beside_it() -> None:
    alone, beside = ScriptedBackend(), ScriptedBackend()
    transcriber(alone).transcribe([chunk(0.5, 0.1)], "en")
    transcriber(beside).transcribe([chunk(0.5, 0.1), chunk(6.9, 0.2)], "en")
    limit = next(n for n, b in zip(beside.limits, beside.batches, strict=True) if 0.1 in b)
    assert limit == alone.limits[0], "a loop would be longer, and other words kept"


def test_chunks_are_given_the_tokens_that_can_be_spoken_in_them() -> None:
    backend = ScriptedBackend()
    transcriber(backend, batch_size=1).transcribe([chunk(1, 0.1), chunk(30, 0.9)], "en")
    assert 40 <= backend.limits[0] < backend.limits[1]
    assert backend.limits[1] <= 224


def test_a_repetitive_text_is_decoded_again_alone() -> None:
    backend = ScriptedBackend({0.5: [LOOP, good(" better")]})
    texts = transcriber(backend).transcribe([chunk(5, 0.5), chunk(6, 0.6)], "en")
    assert [text.text for text in texts] == ["better", "0.6"]
    assert backend.batches == [[0.5, 0.6], [0.5]]
    assert backend.attempts == [Attempt(1), Attempt(5)]


def test_what_is_doubted_in_several_calls_is_decoded_again_together() -> None:
    backend = ScriptedBackend({level: [LOOP, good(f" mended {level}")] for level in (0.2, 0.5)})
    chunks = [chunk(4, level, 100 * level) for level in (0.1, 0.2, 0.3, 0.4, 0.5, 0.6)]
    texts = transcriber(backend, batch_size=2).transcribe(chunks, "en")
    expected = ["0.1", "mended 0.2", "0.3", "0.4", "mended 0.5", "0.6"]
    assert [text.text for text in texts] == expected
    assert backend.batches[3:] == [[0.2, 0.5]]
    assert sorted(backend.encoded) == [0.1, 0.2, 0.3, 0.4, 0.5, 0.6], "encoding is done once"


def test_an_improbable_text_is_decoded_in_every_way_and_the_best_is_kept() -> None:
    ways = [Decoded((1,), f" {p}", p, 0.1) for p in (-1.8, -1.2, -1.5, -1.6)]
    backend = ScriptedBackend({0.5: ways})
    text = transcriber(backend).transcribe([chunk(5, 0.5)], "en")[0]
    assert text.text == "-1.2"
    assert len(backend.attempts) == 4
    assert backend.encoded == [0.5], "encoding costs most and is done once"
    assert text.dropped is None


def test_every_chunk_keeps_its_own_best_attempt() -> None:
    rows = {
        level: [Decoded((1,), f" {level} {p}", p, 0.1) for p in chances]
        for level, chances in {
            0.2: (-1.5, -1.1, -1.9, -1.9),
            0.4: (-1.5, -1.9, -1.1, -1.9),
            0.6: (-1.5, -1.9, -1.9, -1.1),
            0.8: (-1.1, -1.9, -1.9, -1.9),
        }.items()
    }
    chunks = [chunk(3, level) for level in (0.8, 0.2, 0.6, 0.4)]
    random.Random(1).shuffle(chunks)
    texts = transcriber(ScriptedBackend(rows), 3).transcribe(chunks, "en")
    assert [text.text for text in texts] == [f"{c.samples[0]:.1f} -1.1" for c in chunks]


def test_a_loop_that_every_decoding_falls_into_is_cut() -> None:
    backend = ScriptedBackend({0.5: [Decoded((1,), " all right" * 30, -0.1, 0.0)]})
    text = transcriber(backend).transcribe([chunk(20, 0.5)], "en")[0]
    assert text.text == "all right"


def test_a_text_over_no_speech_is_dropped_without_another_try() -> None:
    backend = ScriptedBackend({0.5: [Decoded((1,), " thank you", -1.4, 0.9)]})
    text = transcriber(backend).transcribe([chunk(5, 0.5)], "en")[0]
    assert (text.words, text.text, text.dropped) == ((), "", "no speech")
    assert text.no_speech_probability == 0.9
    assert len(backend.attempts) == 1


def test_a_probable_text_is_kept_even_if_the_first_token_doubts_speech() -> None:
    backend = ScriptedBackend({0.5: [Decoded((1,), " yes", -0.3, 0.9)]})
    text = transcriber(backend).transcribe([chunk(5, 0.5)], "en")[0]
    assert (text.text, text.dropped) == ("yes", None)


def test_silence_is_neither_encoded_nor_decoded() -> None:
    backend = ScriptedBackend()
    engine = transcriber(backend)
    encoded = engine.encode([chunk(5, 0.0), chunk(5, 0.5), chunk(0, 0.0), chunk(5, 0.0005)])
    rows = engine.language_rows(encoded)
    texts = engine.decode(encoded, ["en"] * 4)
    assert [text.dropped for text in texts] == ["silent", None, "silent", "silent"]
    assert [bool(row) for row in rows] == [False, True, False, False]
    assert (backend.encoded, backend.batches) == ([0.5], [[0.5]])


def test_no_chunks_give_no_texts() -> None:
    assert transcriber(ScriptedBackend()).transcribe([], "en") == ()


def test_the_rows_of_languages_come_in_the_order_of_the_chunks() -> None:
    engine = transcriber(ScriptedBackend(lanes=2), 2)
    chunks = [chunk(29 - 4 * n, (n + 1) / 10) for n in range(7)]
    rows = engine.language_rows(engine.encode(chunks))
    assert [row["zh"] for row in rows] == [pytest.approx((n + 1) / 10) for n in range(7)]


def test_a_language_the_model_does_not_know_is_that_calls_error() -> None:
    backend = ScriptedBackend()
    with pytest.raises(SpeechError, match="does not know the language 'xx'"):
        transcriber(backend).transcribe([chunk(1, 0.5)], "xx")
    assert backend.encoded == [], "found before any work"


def test_a_chunk_longer_than_the_window_is_a_mistake_of_the_program() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        transcriber(ScriptedBackend()).transcribe([chunk(31, 0.5)], "en")


@pytest.mark.parametrize("step", ["encode", "languages", "decode", "align"])
@pytest.mark.parametrize("lanes", [1, 2])
def test_a_failing_engine_is_a_speech_error(step: str, lanes: int) -> None:
    backend = ScriptedBackend(lanes=lanes)

    def fail(*_: object) -> None:
        raise RuntimeError("CUDA out of memory\nand much more")

    setattr(backend, step, fail)
    engine = transcriber(backend)
    with pytest.raises(SpeechError, match=r"scripted failed \(CUDA out of memory\)"):
        encoded = engine.encode([chunk(5, 0.5), chunk(20, 0.6)])
        engine.language_rows(encoded)
        engine.decode(encoded, ["en", "en"])


def test_too_little_memory_makes_smaller_batches_and_loses_nothing() -> None:
    backend = ScriptedBackend(room=3)
    chunks = [chunk(3, (n + 1) / 100) for n in range(20)]
    texts = transcriber(backend, batch_size=16).transcribe(chunks, "en")
    assert [text.text for text in texts] == [str((n + 1) / 100) for n in range(20)]
    assert max(len(batch) for batch in backend.batches) <= 3


def test_compression_tells_repetition_from_speech() -> None:
    assert compression_ratio("") == 0
    assert compression_ratio("I would like to know where my parcel is, please.") < 2
    assert compression_ratio("thank you " * 30) > 2.4
    assert compression_ratio("谢谢" * 40) > 2.4
