"""What only seems to be speech is dropped, what is plainly speech is never questioned."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from qa_inspect.domain import Span
from qa_inspect.speech.activity import ChannelActivity, CheckedSpeech, check_speech
from qa_inspect.speech.segmentation import Segmentation, frame_time

RATE = 16_000
FRAMES = 590


def segmentation(*rows: tuple[float, float, float]) -> Segmentation:
    """One window in which somebody speaks between two seconds with a probability."""
    probability = np.zeros((1, FRAMES, 3), np.float32)
    middles = np.array([frame_time(i) for i in range(FRAMES)])
    for start, end, value in rows:
        probability[0, (middles >= start) & (middles < end), 0] = value
    return Segmentation(probability > 0.5, probability, (0,), FRAMES)


def voice(seconds: float = 10.0) -> np.ndarray:
    """A buzz whose pitch moves, with many harmonics."""
    time_s = np.arange(int(seconds * RATE)) / RATE
    phase = 2 * np.pi * (130 * time_s + 4 * np.sin(2 * np.pi * time_s))
    return (0.1 * sum(np.sin(h * phase) / h for h in range(1, 15))).astype(np.float32)


class Listener:
    """Gives a scripted answer and remembers the lengths that it was asked about (seconds)."""

    def __init__(self, *answers: Sequence[Span]) -> None:
        self.answers = [tuple(answer) for answer in answers]
        self.asked: list[float] = []

    def __call__(self, parts: Sequence[np.ndarray]) -> list[tuple[Span, ...]]:
        self.asked.extend(len(part) / RATE for part in parts)
        return self.answers


def test_sure_speech_is_never_heard_twice() -> None:
    listener = Listener()
    found = check_speech(segmentation((1, 4, 0.98), (6, 8, 0.95)), voice(), listener)
    assert listener.asked == []
    assert len(found.speech) == 2
    assert found.notes() == ()


def test_doubtful_speech_stays_where_the_second_detector_hears_it() -> None:
    # The part that is heard again begins 1.6 s before the span, at 3.4 s.
    listener = Listener([Span(2.6, 3.6)])
    found = check_speech(segmentation((1, 3, 0.98), (5, 9, 0.6)), voice(), listener)
    assert listener.asked == [pytest.approx(6.0, abs=0.1)]
    sure, kept = found.speech
    assert (sure.start_s, sure.end_s) == (pytest.approx(1, abs=0.05), pytest.approx(3, abs=0.05))
    assert (kept.start_s, kept.end_s) == (pytest.approx(5.6, abs=0.1), pytest.approx(7.4, abs=0.1))
    assert sum(s.duration_s for s in found.dropped) == pytest.approx(2.2, abs=0.15)
    assert "tones, music or noise" in found.notes()[0]


def test_surely_recognised_tones_are_doubtful_all_the_same() -> None:
    time_s = np.arange(10 * RATE) / RATE
    ringing = (0.1 * np.sin(2 * np.pi * 425 * time_s)).astype(np.float32)
    found = check_speech(segmentation((2, 6, 0.99)), ringing, Listener([Span(0.0, 5.0)]))
    assert found.speech == (), "a pure tone is none even if both detectors hear somebody"


def test_music_that_begins_where_speech_ends_is_doubtful_by_itself() -> None:
    listener = Listener([Span(0.0, 1.6)])
    found = check_speech(segmentation((1, 4, 0.98), (4, 6, 0.5)), voice(), listener)
    assert listener.asked == [pytest.approx(4.0, abs=0.1)]
    (kept,) = found.speech
    assert kept.end_s == pytest.approx(4.4, abs=0.1)


def test_another_line_that_leaks_in_is_not_this_call() -> None:
    sound = voice()
    sound[int(5.5 * RATE) :] *= 0.015
    found = check_speech(segmentation((1, 5, 0.98), (6, 8, 0.98)), sound, Listener())
    assert [round(span.start_s) for span in found.speech] == [1]
    assert [round(span.start_s) for span in found.faint] == [6]
    merged = check_speech(segmentation((1, 8, 0.98)), sound, Listener())
    assert merged.speech[0].end_s == pytest.approx(5.6, abs=0.2), "without a pause between them too"
    assert "another line" in found.notes()[0]
    quiet = voice()
    quiet[int(5.5 * RATE) :] *= 0.1
    assert check_speech(segmentation((1, 5, 0.98), (6, 8, 0.98)), quiet, Listener()).faint == ()


def test_little_that_was_dropped_is_not_worth_a_note() -> None:
    assert CheckedSpeech((), (Span(1.0, 1.5),)).notes() == ()
    assert (
        CheckedSpeech((), (Span(1.0, 2.5), Span(9.0, 9.5))).notes()[0].startswith("2.0 s between")
    )


@pytest.mark.models
def test_short_and_long_parts_are_heard_alike() -> None:
    from qa_inspect import weights

    activity = ChannelActivity(weights.find("silero-vad").files["silero_vad.onnx"])
    long = (0.3 * np.random.default_rng(0).standard_normal(RATE * 40)).astype(np.float32)
    short = voice(1.3)
    together = activity.probabilities([long, short])
    assert [len(row) for row in together] == [1250, 41]
    assert np.abs(together[1] - activity.probabilities([short])[0]).max() < 1e-4
    assert np.abs(together[0] - activity.probabilities([long])[0]).max() < 1e-4
    assert activity.spans([]) == []
