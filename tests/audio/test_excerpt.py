"""Cutting, silencing, disguising and writing sound: what is silent is silent, the rest stays."""

from __future__ import annotations

from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_inspect.audio.decode import decode
from qa_inspect.audio.disguise import change_voice, disguised, draw_disguise
from qa_inspect.audio.excerpt import FADE_S, Samples, SoundFormat, cut, silenced, write_sound
from qa_inspect.config import SAMPLE_RATE, DecodeLimits
from qa_inspect.domain import Span

SECONDS = 3.0


def noise(seconds: float = SECONDS, channels: int = 2) -> Samples:
    chance = np.random.default_rng(7)
    sound = 0.2 * chance.standard_normal((channels, round(seconds * SAMPLE_RATE)))
    return np.asarray(sound, dtype=np.float32)


def voice(pitch_hz: float, seconds: float = 2.0) -> Samples:
    """A buzz of a pitch through two formants: enough of a voice for a pitch tracker."""
    from scipy.signal import lfilter

    time_s = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    buzz = np.diff(np.floor(time_s * pitch_hz), prepend=0.0)
    for formant_hz, width_hz in ((700.0, 90.0), (1300.0, 110.0)):
        radius = np.exp(-np.pi * width_hz / SAMPLE_RATE)
        angle = 2 * np.pi * formant_hz / SAMPLE_RATE
        buzz = lfilter([1.0], [1.0, -2 * radius * np.cos(angle), radius**2], buzz)
    return np.asarray([0.3 * buzz / np.abs(buzz).max()], dtype=np.float32)


def pitch_of(wave: Samples) -> float:
    """The pitch at which sound repeats best, 60 to 450 Hz (librosa's own takes long to start)."""
    whole = np.fft.rfft(wave, 2 * len(wave))
    again = np.fft.irfft(whole * np.conj(whole))
    shortest, longest = SAMPLE_RATE // 450, SAMPLE_RATE // 60
    return SAMPLE_RATE / (shortest + int(np.argmax(again[shortest:longest])))


spans = st.lists(
    st.tuples(st.floats(-0.5, SECONDS), st.floats(0.01, 1.0)).map(
        lambda pair: Span(pair[0], pair[0] + pair[1])
    ),
    max_size=4,
)


@settings(max_examples=40, deadline=None)
@given(spans)
def test_silenced_stretches_are_zeros_on_every_channel_and_the_rest_is_untouched(
    quiet: list[Span],
) -> None:
    sound = noise()
    result = silenced(sound, quiet)
    near = np.zeros(sound.shape[1], dtype=bool)
    for span in quiet:
        begin = max(0, round(span.start_s * SAMPLE_RATE))
        end = max(begin, round(span.end_s * SAMPLE_RATE))
        assert not result[:, begin:end].any()
        fade = round(FADE_S * SAMPLE_RATE)
        near[max(0, begin - fade) : end + fade] = True
    assert np.array_equal(result[:, ~near], sound[:, ~near])
    assert (np.abs(result) <= np.abs(sound) + 1e-7).all()


def test_a_cut_reaches_as_far_as_the_recording_and_begins_and_ends_softly() -> None:
    sound = noise()
    piece = cut(sound, Span(2.5, 9.0))
    assert piece.shape == (2, round(0.5 * SAMPLE_RATE))
    assert piece[0, 0] == 0.0 and piece[0, -1] == 0.0
    assert np.array_equal(piece[:, 400:-400], sound[:, -8000 + 400 : -400])
    assert cut(sound, Span(5.0, 6.0)).shape == (2, 0)


@pytest.mark.parametrize("sound_format", list(SoundFormat))
def test_silence_stays_silent_in_every_format(sound_format: SoundFormat, tmp_path: Path) -> None:
    quiet = Span(1.0, 2.0)
    path = tmp_path / f"clip.{sound_format.value}"
    write_sound(silenced(noise(), [quiet]), path, sound_format)
    read = decode(path, DecodeLimits())
    assert read.channels == 2
    assert read.duration_s == pytest.approx(SECONDS, abs=0.08)
    heard = read.samples[:, round(1.05 * SAMPLE_RATE) : round(1.95 * SAMPLE_RATE)]
    assert 20 * np.log10(np.sqrt(np.square(heard).mean()) + 1e-12) < -60
    loud = read.samples[:, : round(0.9 * SAMPLE_RATE)]
    assert 20 * np.log10(np.sqrt(np.square(loud).mean())) > -20


def test_equal_sound_makes_equal_files(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_sound(noise(0.5), tmp_path / f"{name}.opus", SoundFormat.OPUS)
    assert (tmp_path / "a.opus").read_bytes() == (tmp_path / "b.opus").read_bytes()


@pytest.mark.parametrize("pitch_hz", [110.0, 220.0])
def test_a_disguised_voice_has_the_pitch_that_was_drawn(pitch_hz: float) -> None:
    sound = voice(pitch_hz)[0]
    how = draw_disguise(pitch_hz, Random(1))
    changed = change_voice(sound, how)
    assert changed.shape == sound.shape
    wanted = pitch_hz * 2 ** (how.semitones / 12)
    assert pitch_of(changed[4000:-4000]) == pytest.approx(wanted, rel=0.03)
    assert (pitch_hz < 150) == (how.semitones > 0), "voices meet in the middle"
    assert np.square(changed).sum() == pytest.approx(np.square(sound).sum(), rel=0.01)


def test_only_the_stretches_of_their_channel_are_disguised() -> None:
    sound = np.concatenate([voice(120.0), voice(200.0)])
    changed = disguised(sound, [(0, Span(0.5, 1.0))], draw_disguise(120.0, Random(2)))
    assert np.array_equal(changed[1], sound[1])
    away = np.ones(sound.shape[1], dtype=bool)
    away[round(0.47 * SAMPLE_RATE) : round(1.03 * SAMPLE_RATE)] = False
    assert np.array_equal(changed[0, away], sound[0, away])
    assert np.abs(changed[0, 10_000:14_000] - sound[0, 10_000:14_000]).max() > 0.01


def test_silence_and_scraps_can_be_disguised() -> None:
    how = draw_disguise(None, Random(3))
    assert how.semitones < 0
    assert not change_voice(np.zeros(16_000, dtype=np.float32), how).any()
    assert change_voice(np.ones(10, dtype=np.float32), how).shape == (10,)
