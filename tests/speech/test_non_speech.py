"""Where nobody speaks no words are heard, on one channel and on two; the rest is in benchmarks."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.non_speech import alone
from benchmarks.sounds import KINDS, LEVELS_DBFS, make
from qa_inspect.config import Config
from qa_inspect.speech.pipeline import SpeechPipeline


@pytest.mark.parametrize("kind", KINDS)
def test_sounds_have_their_level_and_are_the_same_every_time(kind: str) -> None:
    sound = make(kind, 4.0, -18.0)
    assert len(sound) == 4 * 16_000
    assert (sound == make(kind, 4.0, -18.0)).all()
    assert (sound != make(kind, 4.0, -18.0, seed=1)).any()
    # A telephone's band takes most of a low hum away.
    assert -45 < 20 * np.log10(np.abs(sound).max()) < -14


def test_there_are_half_an_hour_of_them() -> None:
    assert len(KINDS) >= 8
    assert len(KINDS) * len(LEVELS_DBFS) >= 30


@pytest.mark.models
def test_no_words_where_nobody_speaks() -> None:
    rows = list(alone(SpeechPipeline(Config()), 10.0, levels_dbfs=(-12.0,), channels=(1,)))
    rows += alone(
        SpeechPipeline(Config()), 6.0, ("hold music", "keypad"), levels_dbfs=(-30.0,), channels=(2,)
    )
    assert sum(row.minutes for row in rows) > 1.8
    assert {row.kind: row.words for row in rows if row.words} == {}
