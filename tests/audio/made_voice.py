"""Makes sound like a voice for tests: harmonics under a tilt, in syllables, with a moving pitch."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfiltfilt

from qa_inspect.config import SAMPLE_RATE

Floats = NDArray[np.float32]


def voice(
    seconds: float = 3.0,
    pitch_hz: float = 120.0,
    *,
    level_db: float = -22.0,
    tilt: float = 1.6,
    melody_st: float = 2.0,
) -> Floats:
    """(n,) at 16 kHz. The k-th harmonic has the amplitude ``k ** -tilt``: shouting is flatter.
    The pitch moves ``melody_st`` semitones up and down; ``level_db`` is that of the whole."""
    times = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    pitch = pitch_hz * 2 ** (melody_st * np.sin(2 * np.pi * 0.7 * times) / 12)
    phase = 2 * np.pi * np.cumsum(pitch) / SAMPLE_RATE
    sound = np.zeros_like(times)
    for k in range(1, int(3_800 / (pitch_hz * 1.2)) + 1):
        sound += k**-tilt * np.sin(k * phase)
    sound *= np.clip(0.15 + np.sin(2 * np.pi * 4 * times), 0.0, 1.0)
    return at_level(sound, level_db)


def at_level(sound: NDArray[np.floating], level_db: float) -> Floats:
    """The same sound with that root mean square, in dB below full scale."""
    own = float(np.sqrt(np.mean(np.square(sound))))
    return np.asarray(sound * (10 ** (level_db / 20) / own), dtype=np.float32)


def telephone(sound: Floats) -> Floats:
    """What a telephone leaves of it: 300 to 3400 Hz."""
    band = butter(6, (300, 3_400), "bandpass", fs=SAMPLE_RATE, output="sos")
    return np.asarray(sosfiltfilt(band, sound), dtype=np.float32)


def noise(seconds: float, level_db: float, seed: int = 1) -> Floats:
    """White noise."""
    drawn = np.random.default_rng(seed).standard_normal(round(seconds * SAMPLE_RATE))
    return at_level(drawn, level_db)
