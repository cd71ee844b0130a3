"""How a voice sounds: figures that follow the voice, and not the line, the pauses or the noise."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
from audio.made_voice import at_level, noise, telephone, voice
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_inspect.acoustics import Prosody
from qa_inspect.audio.prosody import prosody
from qa_inspect.config import SAMPLE_RATE
from qa_inspect.domain import Span


def heard(sound: np.ndarray, *spans: tuple[float, float]) -> Prosody:
    whole = ((0.0, len(sound) / SAMPLE_RATE),)
    found = prosody(np.asarray(sound, np.float32), [Span(*span) for span in spans or whole])
    assert found is not None
    return found


def semitones(found: Prosody, expected_hz: float) -> float:
    assert found.pitch_hz is not None
    return abs(12 * math.log2(found.pitch_hz / expected_hz))


@pytest.mark.parametrize("pitch_hz", [85, 120, 180, 250, 330])
def test_pitch_is_that_of_the_voice_also_on_a_telephone(pitch_hz: int) -> None:
    made = voice(pitch_hz=pitch_hz)
    assert semitones(heard(made), pitch_hz) < 0.7
    assert semitones(heard(telephone(made)), pitch_hz) < 0.7


def test_melody_is_how_far_the_pitch_moves() -> None:
    flat, lively = heard(voice(melody_st=0.1)), heard(voice(melody_st=4.0))
    assert flat.pitch_range_st is not None and flat.pitch_range_st < 1.0
    assert lively.pitch_range_st is not None and 5.0 < lively.pitch_range_st < 9.0


@settings(max_examples=15, deadline=None)
@given(st.floats(-12.0, 6.0))
def test_a_volume_control_moves_the_loudness_and_nothing_else(gain_db: float) -> None:
    made = voice(2.0, level_db=-24.0)
    before, after = heard(made), heard(made * 10 ** (gain_db / 20))
    assert after.loudness_db == pytest.approx(before.loudness_db + gain_db, abs=0.2)
    assert after.pitch_hz == before.pitch_hz and after.speech_s == before.speech_s
    assert before.effort_db is not None
    assert after.effort_db == pytest.approx(before.effort_db, abs=0.15)


def test_effort_is_heard_apart_from_loudness() -> None:
    calm, shouted = heard(voice(tilt=1.7)), heard(voice(tilt=1.1))
    assert calm.effort_db is not None and shouted.effort_db is not None
    assert shouted.effort_db > calm.effort_db + 4.0
    assert abs(shouted.loudness_db - calm.loudness_db) < 1.5


def test_noise_hum_a_bang_and_pauses_do_not_count() -> None:
    made = voice(3.0)
    clean = heard(made)
    times = np.arange(len(made)) / SAMPLE_RATE
    banged = made.copy()
    banged[20_000:20_400] = 0.9
    for other in (
        made + noise(3.0, -38.0),
        made + 0.1 * np.sin(2 * np.pi * 50 * times),
        banged,
        np.concatenate([made, np.zeros(48_000, np.float32), noise(2.0, -58.0)]),
    ):
        found = heard(other)
        assert found.loudness_db == pytest.approx(clean.loudness_db, abs=1.5)
        assert semitones(found, clean.pitch_hz or 0.0) < 0.5
        assert found.speech_s == pytest.approx(clean.speech_s, abs=0.35)


def test_only_the_given_stretches_are_heard() -> None:
    made = np.concatenate([voice(2.0, 120, level_db=-30), voice(2.0, 240, level_db=-12)])
    quiet, loud = heard(made, (0.0, 1.9)), heard(made, (2.1, 4.0))
    assert semitones(quiet, 120) < 1.5 and semitones(loud, 240) < 1.5
    assert loud.loudness_db - quiet.loudness_db == pytest.approx(18.0, abs=1.0)
    both = heard(made, (0.0, 0.9), (1.0, 1.9))
    assert both.loudness_db == pytest.approx(quiet.loudness_db, abs=0.5)


def test_what_cannot_be_told_is_unknown_and_never_zero() -> None:
    silent = np.zeros(SAMPLE_RATE * 2, np.float32)
    clipped = np.clip(voice(level_db=-10) * 30, -1, 1)
    for sound, span in (
        (silent, (0.0, 2.0)),
        (noise(2.0, -75.0), (0.0, 2.0)),
        (voice(), (1.0, 1.2)),
        (voice(), (1.0, 1.01)),
        (voice(), (7.0, 9.0)),
        (clipped, (0.0, 3.0)),
    ):
        assert prosody(np.asarray(sound, np.float32), [Span(*span)]) is None
    assert prosody(voice(), []) is None
    hiss = heard(noise(2.0, -25.0))
    assert hiss.pitch_hz is None and hiss.pitch_range_st is None and hiss.effort_db is None


def test_a_long_stretch_is_measured_in_pieces_and_costs_little() -> None:
    made = np.tile(voice(3.0), 25)
    heard(made[: 2 * SAMPLE_RATE])  # opens the libraries
    began = time.process_time()
    found = heard(made)
    spent = time.process_time() - began
    assert found.loudness_db == pytest.approx(heard(voice(3.0)).loudness_db, abs=0.3)
    assert spent < 0.02 * len(made) / SAMPLE_RATE


def test_without_the_pitch_library_the_rest_is_still_measured(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("qa_inspect.audio.prosody._tracker", lambda: None)
    found = heard(voice())
    assert found.pitch_hz is None and found.loudness_db > -30


def test_levels_are_those_of_full_scale() -> None:
    times = np.arange(SAMPLE_RATE * 2) / SAMPLE_RATE
    found = heard(at_level(np.sin(2 * np.pi * 440 * times), -20.0))
    assert found.loudness_db == pytest.approx(-20.0, abs=0.2)
