"""Sound measured on a real two-channel call: plausible, the same on its mix, and raised voices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.raised_voice import CALL, measure, read_call
from qa_inspect.audio.decode import decode
from qa_inspect.config import DecodeLimits
from qa_inspect.domain import SpeakerTurn, Utterance
from qa_inspect.rubric import sound_measures as sounds
from qa_inspect.speech.listening import Lane
from qa_inspect.speech.sounding import with_prosody

pytestmark = pytest.mark.shared_data

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class RealCall:
    """Channels, turns by the reference, and each long turn as it sounds on its own channel."""

    sides: Mapping[str, Floats]
    turns: tuple[SpeakerTurn, ...]
    heard: tuple[Utterance, ...]


def on_channels(
    sides: Mapping[str, Floats], utterances: tuple[Utterance, ...], turns: tuple[SpeakerTurn, ...]
) -> tuple[Utterance, ...]:
    return with_prosody(utterances, [Lane(who, s, (), ()) for who, s in sides.items()], turns)


@pytest.fixture(scope="module")
def real(shared_data: Path) -> RealCall:
    sides, utterances, turns = read_call(shared_data / CALL)
    return RealCall(sides, turns, on_channels(sides, utterances, turns))


def raised_in(heard: tuple[Utterance, ...]) -> list[int]:
    bases = sounds.voice_bases(heard)
    return [
        u.index
        for u in heard
        if (apart := sounds.departure(u, bases)) is not None
        and sounds.raised(apart, 6.0) >= sounds.RAISED
    ]


def test_figures_are_those_of_a_man_and_a_woman(real: RealCall) -> None:
    bases = sounds.voice_bases(real.heard)
    man, woman = bases["customer"], bases["agent"]
    assert 100 < (man.pitch_hz or 0) < 165 and 200 < (woman.pitch_hz or 0) < 290
    for base in (man, woman):
        assert -30 < base.loudness_db < -10
        assert 3 < (base.pitch_range_st or 0) < 12 and 8 < (base.loudness_range_db or 0) < 20


def test_the_mix_tells_the_same_as_the_channels(real: RealCall, shared_data: Path) -> None:
    mix = decode(shared_data / CALL / "mono.flac", DecodeLimits()).samples[0]
    mixed = with_prosody(real.heard, [Lane(None, mix, (), ())], real.turns)
    gain, pitch = [], []
    for one, other in zip(real.heard, mixed, strict=True):
        if one.prosody is not None and other.prosody is not None:
            gain.append(other.prosody.loudness_db - one.prosody.loudness_db)
            pitch.append(sounds.semitones(other.prosody.pitch_hz, one.prosody.pitch_hz) or 0.0)
    assert len(gain) > 30
    assert np.std(gain) < 0.7
    assert np.mean(np.abs(pitch) < 1.0) > 0.9


def test_nobody_raises_the_voice_in_this_calm_call(real: RealCall) -> None:
    assert raised_in(real.heard) == []
    gained = {
        who: sound * np.float32(0.4 if who == "agent" else 1.0) for who, sound in real.sides.items()
    }
    assert raised_in(on_channels(gained, real.heard, real.turns)) == []


def test_shouted_utterances_are_found_and_a_nearer_microphone_is_none(real: RealCall) -> None:
    changes = ((10.0, 5.0, 10.0), (10.0, 0.0, 0.0))
    shouted, nearer = measure(real.heard, real.sides, changes)
    assert shouted.raised > 0.85 * shouted.utterances
    assert nearer.raised < 0.2 * nearer.utterances
