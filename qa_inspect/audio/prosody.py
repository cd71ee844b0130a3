"""How a voice sounds in a stretch of sound: loudness, pitch, and the effort behind it.

Everything is measured on 8 kHz sound between 100 Hz and 4 kHz, so that telephone and studio
recordings give the same figures and hum counts for nothing. Figures rest on the frames that are
loud beside the stretch's own loudest: pauses, breath and the line's noise stay out. This module
does not know words, speakers or roles, nor what is loud for anybody.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa_inspect.acoustics import Prosody
from qa_inspect.config import SAMPLE_RATE
from qa_inspect.domain import Span

LEAST_SPEECH_S = 0.4
"""Speech (seconds) below which nothing is measured."""

LEAST_VOICED_S = 0.2
"""Voiced sound (seconds) below which pitch and effort are not told."""

FAINTEST_DB = -60.0
"""Level (dB below full scale) under which sound is taken for silence."""

MOST_CLIPPED = 0.05
"""Share of samples at the recording's ceiling from which a level says nothing any more."""

_CEILING = 0.985
_RATE = 8_000
_FRAME = 512
_HOP = 240
_BLOCK_S = 30.0
_LOWEST_HZ, _EFFORT_HZ = 100.0, 1_000.0
_PITCH_HZ = (65.0, 500.0)
_SPEECH_DB = 20.0
_LOUD_DB = 15.0
_PERIODIC = 0.5
_OCTAVE = 12.0

Floats = NDArray[np.float32]
Pitches = Callable[[Floats], NDArray[np.float64]]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Frames:
    """Frames of 64 ms, one every 30 ms: power below and above 1 kHz (full scale is 1.0), pitch in
    Hz (0 where there is none)."""

    low: Floats
    high: Floats
    pitch: Floats

    @property
    def level(self) -> Floats:
        """Level in dB below full scale."""
        return np.asarray(_decibels(self.low + self.high), dtype=np.float32)


def prosody(samples: Floats, spans: Sequence[Span]) -> Prosody | None:
    """How the voice within ``spans`` sounds; ``samples`` is (n,) at 16 kHz, 1.0 is full scale.

    ``spans`` are where one person, and nobody else, speaks. None where there is too little of it,
    where it is silent, or where it is clipped so often that its level is not known.
    """
    pieces = [
        samples[begin : begin + step]
        for span in spans
        for begin, step in _blocks(span, len(samples))
    ]
    if not pieces or _is_clipped(pieces):
        return None
    measured = [frames for piece in pieces if (frames := _measure(piece)) is not None]
    if not measured:
        return None
    return _summed_up(
        _Frames(
            np.concatenate([frames.low for frames in measured]),
            np.concatenate([frames.high for frames in measured]),
            np.concatenate([frames.pitch for frames in measured]),
        )
    )


def _blocks(span: Span, length: int) -> list[tuple[int, int]]:
    """A stretch as (first sample, samples), cut so that memory stays small."""
    first = max(0, round(span.start_s * SAMPLE_RATE))
    last = min(length, round(span.end_s * SAMPLE_RATE))
    step = int(_BLOCK_S * SAMPLE_RATE)
    return [(begin, min(step, last - begin)) for begin in range(first, last, step)]


def _is_clipped(pieces: Sequence[Floats]) -> bool:
    peak = max(float(np.abs(piece).max(initial=0.0)) for piece in pieces)
    total = sum(len(piece) for piece in pieces)
    if peak < 0.5 or not total:
        return False
    touching = sum(int((np.abs(piece) >= _CEILING * peak).sum()) for piece in pieces)
    return touching > MOST_CLIPPED * total


def _measure(piece: Floats) -> _Frames | None:
    from scipy.fft import rfft
    from scipy.signal import resample_poly, sosfilt

    slow = resample_poly(piece, _RATE, SAMPLE_RATE)
    sound = np.asarray(sosfilt(_without_rumble(), slow), dtype=np.float32)
    if len(sound) < _FRAME:
        return None
    windows = np.lib.stride_tricks.sliding_window_view(sound, _FRAME)[::_HOP]
    spectrum = rfft(windows * _window(), axis=1)
    power = spectrum.real**2 + spectrum.imag**2
    first, middle = (round(hz * _FRAME / _RATE) for hz in (_LOWEST_HZ, _EFFORT_HZ))
    power *= 2.0 / (_FRAME * float((_window() ** 2).sum()))
    return _Frames(
        power[:, first:middle].sum(axis=1), power[:, middle:].sum(axis=1), _pitch(sound, windows)
    )


def _pitch(sound: Floats, windows: Floats) -> Floats:
    """Pitch in Hz by frame (YIN, de Cheveigné and Kawahara 2002); 0 where there is none.

    YIN names a pitch for noise too, so a frame has one only where it repeats itself after a period.
    """
    track = _tracker()
    if track is None or not sound.any():
        return np.zeros(len(windows), dtype=np.float32)
    found = np.asarray(track(sound)[: len(windows)], dtype=np.float32)
    half = _FRAME // 2
    lags = np.rint(_RATE / found).astype(np.int64)
    later = np.take_along_axis(windows, lags[:, None] + np.arange(half), axis=1)
    first = windows[:, :half]
    shared = np.einsum("ij,ij->i", first, later)
    energy = np.einsum("ij,ij->i", first, first) * np.einsum("ij,ij->i", later, later)
    repeats = shared > _PERIODIC * np.sqrt(energy) + 1e-9
    return np.where(repeats, found, np.float32(0.0))


@functools.cache
def _tracker() -> Pitches | None:
    """YIN on 8 kHz sound, or None where librosa's compiled parts cannot be loaded."""
    try:
        from librosa import yin
    except Exception as error:
        log.warning("pitch is not measured: %s", error)
        return None
    low, high = _PITCH_HZ

    def track(sound: Floats) -> Any:
        return yin(
            sound, fmin=low, fmax=high, sr=_RATE, frame_length=_FRAME, hop_length=_HOP, center=False
        )

    return track


@functools.cache
def _without_rumble() -> Floats:
    """A filter that takes mains hum and rumble away, which YIN would take for pitch."""
    from scipy.signal import butter

    return np.asarray(butter(4, 80.0, "highpass", fs=_RATE, output="sos"), dtype=np.float32)


@functools.cache
def _window() -> Floats:
    from scipy.signal.windows import hann

    return np.asarray(hann(_FRAME, sym=False), dtype=np.float32)


def _summed_up(frames: _Frames) -> Prosody | None:
    levels = frames.level
    loudest = float(np.percentile(levels, 95))
    speech = levels >= max(loudest - _SPEECH_DB, FAINTEST_DB)
    seconds = float(speech.sum()) * _HOP / _RATE
    if seconds < LEAST_SPEECH_S:
        return None
    low, high = np.percentile(levels[speech], (10, 90))
    loud = speech & (levels >= loudest - _LOUD_DB)
    # a bang is louder than any speech: nothing counts for more than the loudest twentieth
    power = 10.0 ** (np.minimum(levels[loud], loudest) / 10.0)
    voiced = loud & (frames.pitch > 0)
    told = float(voiced.sum()) * _HOP / _RATE >= LEAST_VOICED_S
    pitch = _pitch_of(frames.pitch[voiced]) if told else (None, None)
    return Prosody(
        speech_s=round(seconds, 2),
        loudness_db=round(float(_decibels(power.mean())), 1),
        loudness_range_db=round(float(high - low), 1),
        pitch_hz=pitch[0],
        pitch_range_st=pitch[1],
        effort_db=_effort_of(frames, voiced) if told else None,
    )


def _pitch_of(pitch: Floats) -> tuple[float, float]:
    """Median in Hz and movement in semitones; octaves mistaken for one another stay out."""
    middle = float(np.median(pitch))
    steps = 12.0 * np.log2(pitch / middle)
    low, high = np.percentile(steps[np.abs(steps) < _OCTAVE], (10, 90))
    return round(middle, 1), round(float(high - low), 1)


def _effort_of(frames: _Frames, voiced: NDArray[np.bool_]) -> float:
    """What vowels have above 1 kHz against what they have below, in dB, over their whole energy:
    the mean of single frames depends twice as much on which vowels they are."""
    below, above = float(frames.low[voiced].sum()), float(frames.high[voiced].sum())
    return round(float(_decibels(above) - _decibels(below)), 1)


def _decibels(power: Any) -> Any:
    return 10.0 * np.log10(power + 1e-12)
