"""The outline of a recording: its levels mean what they say, however long it is."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from qa_inspect.audio.outline import FRAME_S, LOUDEST, MOST_STEPS, decibels, outline
from qa_inspect.config import SAMPLE_RATE


def tone(seconds: float, amplitude: float) -> NDArray[np.float32]:
    at = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return (amplitude * np.sin(2 * np.pi * 200 * at)).astype(np.float32)


@pytest.mark.parametrize("level_db", [0.0, -3.0, -20.0, -45.0])
def test_a_tone_has_its_level(level_db: float) -> None:
    amplitude = math.sqrt(2) * 10 ** (level_db / 20)  # a sine's root mean square
    found = outline({"": tone(2.0, amplitude)})
    assert found is not None
    assert found.step_s == 0.1
    assert len(found.levels[""]) == 20
    assert all(abs(decibels(level) - level_db) <= 0.13 for level in found.levels[""])


def test_speech_stands_out_of_pauses_where_steps_are_long() -> None:
    samples = np.zeros(3600 * SAMPLE_RATE, dtype=np.float32)
    samples[1000 * SAMPLE_RATE : 1000 * SAMPLE_RATE + 800] = tone(0.05, 0.5)
    found = outline({"": samples})
    assert found is not None
    assert found.step_s == 3.0
    levels = found.levels[""]
    assert len(levels) == MOST_STEPS
    assert [at for at, level in enumerate(levels) if level] == [333]
    assert decibels(levels[333]) == pytest.approx(20 * math.log10(0.5 / math.sqrt(2)), abs=0.3)


@given(st.integers(1, 400_000))
@settings(max_examples=60, deadline=None)
def test_steps_cover_a_recording_of_any_length(samples: int) -> None:
    loud = np.full(samples, 0.1, dtype=np.float32)
    found = outline({"left": loud, "right": np.zeros(samples, dtype=np.float32)})
    assert found is not None
    steps = len(found.levels["left"])
    assert 1 <= steps <= MOST_STEPS
    assert (steps - 1) * found.step_s < samples / SAMPLE_RATE <= steps * found.step_s + 1e-9
    assert {decibels(level) for level in found.levels["left"]} == {-20.0}
    assert set(found.levels["right"]) == {0}
    assert round(found.step_s / FRAME_S, 6).is_integer()


def test_what_is_beyond_full_scale_is_the_loudest() -> None:
    found = outline({"": np.full(SAMPLE_RATE, 3.0, dtype=np.float32)})
    assert found is not None
    assert set(found.levels[""]) == {LOUDEST}


def test_nothing_has_no_outline() -> None:
    assert outline({}) is None
    assert outline({"": np.zeros(0, dtype=np.float32)}) is None
