"""Chunks hold all speech and no time twice; times come back; what was missed is found."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from qa_inspect.config import SAMPLE_RATE
from qa_inspect.domain import Span, Word
from qa_inspect.speech.activity import without_tones
from qa_inspect.speech.chunks import Chunk, cut_chunks, in_call_time
from qa_inspect.speech.coverage import believed, unheard

DURATION_S = 120


def clock(seconds: float = DURATION_S) -> np.ndarray:
    """Sound whose every sample is its own time, so that chunks show where they come from."""
    return (np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE).astype(np.float32)


@st.composite
def speech(draw: st.DrawFn) -> list[Span]:
    lengths = draw(
        st.lists(st.tuples(st.floats(0.05, 9.0), st.floats(0.1, 50.0)), min_size=1, max_size=12)
    )
    spans, now = [], 0.0
    for pause, length in lengths:
        start = now + pause
        end = min(DURATION_S, start + length)
        if end - start > 0.1:
            spans.append(Span(start, end))
        now = end
    return spans


@settings(deadline=None)
@given(speech(), st.sampled_from([10.0, 25.0, 30.0]))
@example([Span(1.0, 2.0), Span(3.0, 12.25)], 10.0).via("half a pause is longer than the padding")
def test_chunks_hold_all_speech_once_and_fit(spans: list[Span], max_s: float) -> None:
    sound = clock()
    chunks = cut_chunks(sound, spans, max_s)
    heard = np.concatenate([c.samples for c in chunks]) if chunks else np.zeros(0, np.float32)
    assert all(len(c.samples) / SAMPLE_RATE <= max_s + 0.01 for c in chunks)
    assert (np.diff(heard) > 0).all(), "in order, nothing twice"
    times = np.round(heard * SAMPLE_RATE).astype(int)
    inside = np.zeros(len(sound), dtype=bool)
    inside[np.clip(times, 0, len(sound) - 1)] = True
    for span in spans:
        first, last = int(span.start_s * SAMPLE_RATE) + 2, int(span.end_s * SAMPLE_RATE) - 2
        assert inside[first:last].mean() > 0.999, f"{span} is not all there"


@settings(deadline=None)
@given(speech(), st.integers(0, 1_000_000))
def test_times_found_in_a_chunk_become_times_of_the_call(spans: list[Span], pick: int) -> None:
    sound = clock()
    chunks = cut_chunks(sound, spans, 25.0)
    if not chunks:
        return
    chunk = chunks[pick % len(chunks)]
    sample = pick % len(chunk.samples)
    at = chunk.start_s + sample / SAMPLE_RATE
    (moved,) = in_call_time(chunk, [Word("x", at, at, 1.0)])
    assert moved.start_s == pytest.approx(float(chunk.samples[sample]), abs=0.002)


def test_a_word_across_a_join_keeps_its_larger_part() -> None:
    chunk = Chunk(10.0, 30.0, np.zeros(16000 * 4, np.float32), ((2.0, 16.0),))
    (word,) = in_call_time(chunk, [Word("late", 11.9, 12.5, 0.9)])
    assert (word.start_s, word.end_s) == (28.0, 28.5)


def test_long_pauses_are_shortened_and_short_ones_kept() -> None:
    sound = clock(60)
    one = cut_chunks(sound, [Span(1, 3), Span(3.5, 5), Span(40, 42)], 25.0)
    assert len(one) == 1
    assert len(one[0].joins) == 1, "the half second between the first two is still there"
    assert len(one[0].samples) / SAMPLE_RATE < 8


def test_speech_without_a_pause_is_cut_where_it_is_quietest() -> None:
    sound = np.full(50 * SAMPLE_RATE, 0.5, np.float32)
    sound[int(20.0 * SAMPLE_RATE) : int(20.3 * SAMPLE_RATE)] = 0.0
    chunks = cut_chunks(sound, [Span(0, 50)], 30.0)
    assert chunks[0].end_s == pytest.approx(20.15, abs=0.1)


def test_no_speech_makes_no_chunks() -> None:
    assert cut_chunks(clock(5), []) == ()


def test_speech_without_words_is_found() -> None:
    words = [Word("a", 1.0, 1.4, 1.0), Word("b", 6.0, 6.4, 1.0)]
    gaps = unheard([Span(0.8, 3.5), Span(5.8, 6.6), Span(8.0, 12.0)], words)
    assert gaps == (Span(pytest.approx(1.75), 3.5), Span(8.0, 12.0))


@settings(deadline=None)
@given(speech())
def test_speech_covered_by_words_has_no_gaps(spans: list[Span]) -> None:
    words = [
        Word("w", s.start_s + i * 0.5, min(s.end_s, s.start_s + i * 0.5 + 0.5), 1.0)
        for s in spans
        for i in range(int(s.duration_s / 0.5) + 1)
    ]
    assert unheard(spans, words) == ()
    everything = unheard(spans, [])
    assert len(everything) == sum(s.duration_s >= 1.2 for s in spans)
    assert all(a.end_s <= b.start_s for a, b in itertools.pairwise(everything))


def test_only_believable_words_of_a_second_hearing_are_kept() -> None:
    gaps = [Span(0, 2), Span(5, 7)]
    words = [Word("yes", 0.5, 1, 0.9), Word("hm", 5.5, 6, 0.1), Word("far", 3, 3.2, 0.9)]
    assert [w.text for w in believed(words, gaps)] == ["yes"]


@pytest.mark.parametrize("tones", [(425,), (440, 480), (697, 1209)])
def test_signalling_tones_are_no_speech(tones: tuple[int, ...]) -> None:
    time_s = np.arange(16_000) / 16_000
    noise = np.random.default_rng(0).normal(0, 0.002, 16_000)
    tone = sum(np.sin(2 * np.pi * f * time_s) for f in tones) * 0.1 + noise
    voice = sum(np.sin(2 * np.pi * 130 * h * time_s) / h for h in range(1, 12)) * 0.1 + noise
    span = Span(0.0, 1.0)
    assert without_tones([span], tone) == ()
    assert without_tones([span], voice) == (span,)
