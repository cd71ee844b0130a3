"""Channels: fake stereo, dead channels, and the other side coming through."""

from __future__ import annotations

import numpy as np
import pytest

from qa_inspect.domain import Channels, Span
from qa_inspect.speech.channels import Layout, own_speech, plan_channels

RATE = 16000


def talk(spans: list[tuple[float, float]], seed: int, duration_s: float = 30.0) -> np.ndarray:
    """Noise that rises and falls like syllables where somebody speaks."""
    rng = np.random.default_rng(seed)
    time_s = np.arange(int(duration_s * RATE)) / RATE
    sound = 0.0003 * rng.standard_normal(len(time_s))
    for start, end in spans:
        inside = (time_s >= start) & (time_s < end)
        envelope = 0.15 * (0.3 + np.abs(np.sin(2 * np.pi * 3 * time_s[inside])))
        sound[inside] += envelope * rng.standard_normal(inside.sum())
    return sound.astype(np.float32)


LEFT = [(1.0, 5.0), (11.0, 15.0), (21.0, 25.0)]
RIGHT = [(6.0, 10.0), (16.0, 20.0), (24.0, 28.0)]


def spans(rows: list[tuple[float, float]]) -> list[Span]:
    return [Span(*row) for row in rows]


def leaked(gain: float, delay_s: float) -> np.ndarray:
    clean = np.stack([talk(LEFT, 1), talk(RIGHT, 2)])
    delay = int(delay_s * RATE)
    mixed = clean.copy()
    mixed[0, delay:] += gain * clean[1, : clean.shape[1] - delay]
    mixed[1, delay:] += gain * clean[0, : clean.shape[1] - delay]
    return mixed


def test_two_sides_are_heard_apart() -> None:
    stereo = np.stack([talk(LEFT, 1), talk(RIGHT, 2)])
    plan = plan_channels(stereo, Channels.AGENT_RIGHT)
    assert (plan.layout, plan.agent_channel) == (Layout.SEPARATE, 1)


@pytest.mark.parametrize("gain", [1.0, 0.5, -1.0])
def test_the_same_sound_on_both_channels_is_mono(gain: float) -> None:
    one = talk(LEFT + RIGHT, 1)
    plan = plan_channels(np.stack([one, (gain * one).astype(np.float32)]), Channels.AGENT_LEFT)
    assert plan.layout is Layout.MIXED
    assert plan.agent_channel is None
    assert "same sound" in plan.notes[0]


def test_a_dead_channel_leaves_the_other() -> None:
    plan = plan_channels(np.stack([talk(LEFT, 1), np.zeros(480000, np.float32)]), Channels.AUTO)
    assert (plan.layout, plan.live) == (Layout.MIXED, 0)
    assert "right channel is silent" in plan.notes[0]


def test_mono_is_mono_and_a_channel_named_there_is_noted() -> None:
    one = talk(LEFT, 1)[None, :]
    assert plan_channels(one, Channels.MONO).notes == ()
    assert plan_channels(one, Channels.AGENT_LEFT).notes


@pytest.mark.parametrize(("gain", "delay_s"), [(0.1, 0.0), (0.1, 0.2), (0.03, 0.15)])
def test_what_leaks_is_taken_off_and_own_speech_stays(gain: float, delay_s: float) -> None:
    everywhere = spans([(1, 5.2), (6, 10.2), (11, 15.2), (16, 20.2), (21, 28.2)])
    own = own_speech(leaked(gain, delay_s), [everywhere, everywhere])
    for channel, true in ((0, LEFT), (1, RIGHT)):
        kept = sum(s.duration_s for s in own.spans[channel])
        right = sum(s.overlap_s(t) for s in own.spans[channel] for t in spans(true))
        assert right > 0.95 * 12.0, "double talk at 24 s belongs to both"
        assert kept - right < 1.0
    silent = own.samples[0][int(7 * RATE) : int(9 * RATE)]
    assert float(np.abs(silent).max()) == 0.0


def test_clean_channels_are_left_alone() -> None:
    stereo = np.stack([talk(LEFT, 1), talk(RIGHT, 2)])
    own = own_speech(stereo, [spans(LEFT), spans(RIGHT)])
    assert own.dropped_s == (0.0, 0.0)
    assert [s.start_s for s in own.spans[0]] == pytest.approx([1.0, 11.0, 21.0], abs=0.03)
