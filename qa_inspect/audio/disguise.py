"""Voices that are not recognised by ear: another pitch, and another mouth.

The pitch is moved by librosa's phase vocoder, which takes the formants along by the same factor.
Then the formants are moved by themselves: each short frame is split by linear prediction into what
the throat gives and what the mouth makes of it, the angles of the mouth's poles are raised to a
power (S. McAdams 1984; J. Patino et al., "Speaker anonymisation using the McAdams coefficient",
2021), and the frame is put together again. It hides a voice from colleagues, not from a laboratory:
both steps can be guessed and undone, and words, accent and rhythm stay.

This module does not know who speaks or when.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from random import Random

import numpy as np
import numpy.typing as npt

from qa_inspect.audio.excerpt import Samples
from qa_inspect.config import SAMPLE_RATE
from qa_inspect.domain import Span

_TARGET_HZ = (150.0, 185.0)
"""Where every voice's median pitch goes: between most men's and most women's."""
_LEAST_SEMITONES, _MOST_SEMITONES = 3.0, 5.0
_UNKNOWN_SEMITONES = (-5.0, -3.0)
"""Pitch is moved by so much where the voice's own was not measured."""
_FORMANTS = ((0.82, 0.88), (1.12, 1.18))
"""Factors by which formants end up elsewhere, whatever the pitch took along."""
_MIDDLE = 0.35
"""The angle at which that holds, 890 Hz: between a vowel's first formant and its second."""
_LEAST_BEND, _MOST_BEND = 0.92, 1.2
"""Beyond these a recogniser lost words (16 % at 0.9, 5 % at 1.25)."""
_WINDOW = 512
"""Samples of the phase vocoder's window, 32 ms. With librosa's own 128 ms a recogniser lost 34 to
47 % of the words, with this 5 to 6 %."""
_FRAME = round(0.03 * SAMPLE_RATE)
_HOP = _FRAME // 2
_ORDER = 20
"""Poles of the mouth: two for each 1,600 Hz, as is usual at 16 kHz."""
_JOIN_S = 0.02
"""How long a disguised stretch takes to blend with what lies beside it."""

Wave = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Disguise:
    """How one voice is changed: ``semitones`` up (or down), and ``bend``, the exponent on the
    angles of its formants."""

    semitones: float
    bend: float


def draw_disguise(pitch_hz: float | None, chance: Random) -> Disguise:
    """A disguise for a voice of a median pitch (None where not known)."""
    if pitch_hz is None or pitch_hz <= 0:
        semitones = chance.uniform(*_UNKNOWN_SEMITONES)
    else:
        away = 12 * math.log2(chance.uniform(*_TARGET_HZ) / pitch_hz)
        semitones = math.copysign(min(_MOST_SEMITONES, max(_LEAST_SEMITONES, abs(away))), away)
    wanted = chance.uniform(*chance.choice(_FORMANTS)) / 2 ** (semitones / 12)
    bend = 1.0 + math.log(wanted) / math.log(_MIDDLE)
    return Disguise(semitones, min(_MOST_BEND, max(_LEAST_BEND, bend)))


def disguised(samples: Samples, stretches: Iterable[tuple[int, Span]], how: Disguise) -> Samples:
    """A copy of sound (channels, n) with the voice changed within ``stretches``, each a channel and
    its time in seconds. What lies outside stays as it was."""
    changed = np.array(samples, dtype=np.float32)
    by_channel: dict[int, list[Span]] = {}
    for channel, span in stretches:
        by_channel.setdefault(channel, []).append(span)
    for channel, spans in by_channel.items():
        gain = _gain(spans, samples.shape[1])
        if gain.any():
            # The whole channel is changed before stretches are taken: pitch needs its surroundings
            other = change_voice(samples[channel], how)
            changed[channel] += gain * (other - samples[channel])
    return changed


def change_voice(wave: Wave, how: Disguise) -> Wave:
    """Sound (n,) at 16 kHz with another pitch and other formants, of the same length."""
    if wave.shape[0] < 2 * _FRAME or not np.any(wave):
        return np.array(wave, dtype=np.float32)
    from librosa.effects import pitch_shift

    moved = pitch_shift(wave, sr=SAMPLE_RATE, n_steps=how.semitones, n_fft=_WINDOW)
    changed = _bent(np.asarray(moved, dtype=np.float32), how.bend)
    before, after = float(np.square(wave).sum()), float(np.square(changed).sum())
    return np.asarray(changed * math.sqrt(before / after) if after else wave, dtype=np.float32)


def _gain(spans: Iterable[Span], length: int) -> Wave:
    gain = np.zeros(length, dtype=np.float32)
    join = round(_JOIN_S * SAMPLE_RATE)
    for span in spans:
        begin = max(0, round(span.start_s * SAMPLE_RATE) - join)
        end = min(length, round(span.end_s * SAMPLE_RATE) + join)
        if end <= begin:
            continue
        shape = np.ones(end - begin, dtype=np.float32)
        ramp = min(join, (end - begin) // 2)
        if ramp:
            rise = np.linspace(0.0, 1.0, ramp, dtype=np.float32)
            if begin > 0:
                shape[:ramp] = rise
            if end < length:
                shape[-ramp:] = rise[::-1]
        np.maximum(gain[begin:end], shape, out=gain[begin:end])
    return gain


def _bent(wave: Wave, bend: float) -> Wave:
    """Sound whose formants lie elsewhere, frame by frame, overlapped and added."""
    window = np.hanning(_FRAME + 1)[:-1]
    padded = np.concatenate([np.zeros(_HOP), wave, np.zeros(_FRAME)]).astype(np.float64)
    result = np.zeros_like(padded)
    for begin in range(0, len(padded) - _FRAME + 1, _HOP):
        frame = padded[begin : begin + _FRAME] * window
        result[begin : begin + _FRAME] += _bent_frame(frame, bend)
    return np.asarray(result[_HOP : _HOP + len(wave)], dtype=np.float32)


def _bent_frame(frame: npt.NDArray[np.float64], bend: float) -> npt.NDArray[np.float64]:
    from scipy.linalg import solve_toeplitz
    from scipy.signal import lfilter

    energy = np.correlate(frame, frame, "full")[_FRAME - 1 : _FRAME + _ORDER]
    if energy[0] < 1e-8:
        return frame
    energy[0] *= 1.0 + 1e-6
    mouth = np.concatenate([[1.0], -solve_toeplitz(energy[:-1], energy[1:])])
    poles = np.roots(mouth)
    angles = np.abs(np.angle(poles))
    complex_ones = np.abs(poles.imag) > 1e-9
    turned = np.where(complex_ones, np.minimum(angles**bend, math.pi * 0.999), angles)
    new = np.abs(poles) * np.exp(1j * turned * np.sign(np.angle(poles)))
    new = np.where(complex_ones, new, poles)
    new = np.where(np.abs(new) > 0.995, new / np.abs(new) * 0.995, new)
    throat = lfilter(mouth, [1.0], frame)
    made = np.asarray(lfilter([1.0], np.real(np.poly(new)), throat), dtype=np.float64)
    before, after = float(frame @ frame), float(made @ made)
    return made * math.sqrt(before / after) if after > 0 else frame
