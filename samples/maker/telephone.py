"""Lays spoken lines on a time line and makes a telephone call of them.

Knows no synthesiser and no codec. Sound is 8 kHz, levels are dBFS (RMS while speaking).
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, lfilter, resample_poly, sosfilt

from maker.dialogue import Dialogue, Line, Turn
from maker.synthesis import RATE, Speech, SpokenWord, speak

Samples = NDArray[np.float64]

LINE_RATE = 8_000
"""Samples per second on the telephone line."""

BAND_HZ = (300.0, 3400.0)
SPEECH_DBFS = {"agent": -21.0, "customer": -23.0}
PAUSES_S = (0.4, 0.5, 0.45, 0.6, 0.35, 0.55)
"""Pauses between turns, taken in this order where a dialogue names none."""
LEAD_S = 0.6
TAIL_S = 0.7
LEAK_DELAY_S = 0.018


@dataclass(frozen=True, slots=True)
class PlacedTurn:
    """A turn on the time line, times in seconds from the start of the recording."""

    turn: Turn
    start_s: float
    end_s: float
    words: tuple[SpokenWord, ...]
    samples: Samples


@dataclass(frozen=True, slots=True)
class Call:
    """A finished call: ``samples`` is (channels, n) in -1..1 at 8 kHz, and what is in it."""

    samples: Samples
    turns: tuple[PlacedTurn, ...]

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return float(self.samples.shape[1]) / LINE_RATE


def make_call(dialogue: Dialogue) -> Call:
    """The dialogue as it would have been recorded. The same dialogue gives the same samples."""
    noise = np.random.default_rng(zlib.crc32(dialogue.call_id.encode()))
    turns = _place(dialogue)
    end_s = max((t.end_s for t in turns), default=0.0) + TAIL_S
    length = round(max(end_s, dialogue.line.silence_s) * LINE_RATE)
    agent, customer = (_lane(turns, role, length) for role in ("agent", "customer"))
    if dialogue.line.background:
        customer = customer + _background(dialogue.line, length, noise)
    if dialogue.channels == "mono":
        lanes = [agent + customer]
    else:
        leak = dialogue.line.leakage_db
        agent, customer = _with_leak(agent, customer, leak), _with_leak(customer, agent, leak)
        lanes = [agent, customer] if dialogue.channels == "agent-left" else [customer, agent]
    hiss = _power(dialogue.line.line_noise_dbfs)
    samples = np.stack([_band(lane + hiss * noise.standard_normal(length)) for lane in lanes])
    return Call(np.clip(samples, -0.98, 0.98), turns)


def _place(dialogue: Dialogue) -> tuple[PlacedTurn, ...]:
    placed: list[PlacedTurn] = []
    clock = LEAD_S
    for number, turn in enumerate(dialogue.turns):
        speech = speak(turn.say, dialogue.voices[turn.role])
        gap_s = PAUSES_S[number % len(PAUSES_S)] if turn.gap_s is None else turn.gap_s
        first = round((clock + (gap_s if placed else 0.0)) * LINE_RATE)
        samples = _to_level(_down(speech), SPEECH_DBFS[turn.role])
        start_s, end_s = first / LINE_RATE, (first + len(samples)) / LINE_RATE
        words = tuple(
            SpokenWord(w.word, start_s + w.start_s, start_s + w.end_s) for w in speech.words
        )
        placed.append(PlacedTurn(turn, start_s, end_s, words, samples))
        clock = end_s
    return tuple(placed)


def _lane(turns: tuple[PlacedTurn, ...], role: str, length: int) -> Samples:
    lane = np.zeros(length)
    for placed in turns:
        if placed.turn.role == role:
            first = round(placed.start_s * LINE_RATE)
            lane[first : first + len(placed.samples)] += placed.samples
    return lane


def _with_leak(lane: Samples, other: Samples, leakage_db: float | None) -> Samples:
    if leakage_db is None:
        return lane
    delay = round(LEAK_DELAY_S * LINE_RATE)
    leak = np.concatenate([np.zeros(delay), other[:-delay]]) * 10 ** (leakage_db / 20)
    return lane + leak


def _background(line: Line, length: int, noise: np.random.Generator) -> Samples:
    """What is heard behind the customer: traffic that comes and goes, or a humming office."""
    seconds = np.arange(length) / LINE_RATE
    rumble = lfilter([1.0], [1.0, -0.92], noise.standard_normal(length))
    if line.background == "street":
        swell = 0.6 + 0.4 * np.sin(2 * np.pi * seconds / 7.3) * np.sin(2 * np.pi * seconds / 2.9)
        sound = rumble * swell
    elif line.background == "office":
        clicks = np.zeros(length)
        clicks[noise.integers(0, length, size=max(1, length // (LINE_RATE // 2)))] = 25.0
        keys = lfilter([1.0], [1.0, -1.2, 0.7], clicks)
        sound = rumble + keys + 0.8 * np.sin(2 * np.pi * 400.0 * seconds)
    else:
        raise ValueError(f"background is street or office, not {line.background}")
    return np.asarray(sound / np.sqrt(np.mean(sound**2)) * _power(line.background_dbfs))


def _down(speech: Speech) -> Samples:
    return np.asarray(resample_poly(speech.samples, 1, RATE // LINE_RATE))


def _to_level(samples: Samples, dbfs: float) -> Samples:
    """The line at that level, measured where it is louder than a tenth of its loudest frame."""
    frame = LINE_RATE // 50
    whole = samples[: len(samples) // frame * frame].reshape(-1, frame)
    power = np.mean(whole**2, axis=1)
    active = power[power > 0.01 * power.max()].mean()
    return np.asarray(samples * _power(dbfs) / np.sqrt(active))


def _band(samples: Samples) -> Samples:
    """The telephone band. A second-order slope, as a real line has, not a wall."""
    low = butter(2, BAND_HZ[0], "highpass", fs=LINE_RATE, output="sos")
    high = butter(4, BAND_HZ[1], "lowpass", fs=LINE_RATE, output="sos")
    return np.asarray(sosfilt(high, sosfilt(low, samples)))


def _power(dbfs: float) -> float:
    ratio: float = 10.0 ** (dbfs / 20.0)
    return ratio
