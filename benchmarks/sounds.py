"""Sounds of a telephone line that are no speech, made from nothing but numbers.

Nine kinds, each in several styles; a style is a function of a length and a generator of random
numbers, so that the same seed gives the same samples. This module knows no recogniser.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, lfilter, resample_poly, sosfilt

Samples = NDArray[np.float64]
Style = Callable[[int, np.random.Generator], Samples]

RATE = 16_000
"""Samples per second of everything here."""

LEVELS_DBFS = (-60.0, -42.0, -30.0, -18.0, -6.0)
"""Peak levels at which each kind is tried."""

_FLOOR = 10 ** (-75 / 20)
_SCALE_HZ = tuple(220.0 * 2 ** (step / 12) for step in (0, 2, 4, 7, 9, 12, 14, 16, 19, 21))


def _time(length: int) -> Samples:
    return np.arange(length) / RATE


def _tone(length: int, *frequencies_hz: float) -> Samples:
    time_s = _time(length)
    return np.asarray(sum(np.sin(2 * np.pi * hz * time_s) for hz in frequencies_hz))


def _cadence(length: int, *on_off_s: float) -> Samples:
    """1 while a tone sounds and 0 in its pauses; ``on_off_s`` takes turns, beginning with on."""
    steps = [np.full(round(s * RATE), float(i % 2 == 0)) for i, s in enumerate(on_off_s)]
    pattern = np.concatenate(steps)
    return np.resize(pattern, length)


def _band(sound: Samples, low_hz: float, high_hz: float) -> Samples:
    return np.asarray(
        sosfilt(butter(2, (low_hz, high_hz), "bandpass", fs=RATE, output="sos"), sound)
    )


def _white(length: int, random: np.random.Generator) -> Samples:
    return random.standard_normal(length)


def _pink(length: int, random: np.random.Generator) -> Samples:
    """Noise that falls by 3 dB an octave (a filter of three poles by Paul Kellet)."""
    white = random.standard_normal(length)
    return np.asarray(
        lfilter(
            [0.049922, -0.095993, 0.050612, -0.004408], [1, -2.494956, 2.017265, -0.5221], white
        )
    )


def _room(length: int, random: np.random.Generator) -> Samples:
    """A fan and far rumble that swell and fade."""
    time_s = _time(length)
    rumble = np.asarray(lfilter([1.0], [1.0, -0.97], random.standard_normal(length)))
    swell = 0.7 + 0.3 * np.sin(2 * np.pi * 0.11 * time_s) * np.sin(2 * np.pi * 0.37 * time_s)
    return rumble * swell + 0.4 * _tone(length, 118.0, 236.0)


def _street(length: int, random: np.random.Generator) -> Samples:
    """Cars that pass: noise whose colour and level rise and fall."""
    time_s = _time(length)
    passing = np.clip(np.sin(2 * np.pi * time_s / 5.3), 0, 1) ** 3
    return _room(length, random) + 6 * passing * _band(_white(length, random), 200, 1800)


def _digital_silence(length: int, random: np.random.Generator) -> Samples:
    """Nothing but dither; its level is the level asked for, however quiet."""
    return random.uniform(-1, 1, length) + random.uniform(-1, 1, length)


def _comfort_noise(length: int, random: np.random.Generator) -> Samples:
    """What a gateway sends in pauses: soft noise, renewed in blocks of 20 ms."""
    blocks = np.repeat(random.uniform(0.6, 1.0, length // 320 + 1), 320)[:length]
    return blocks * _band(random.standard_normal(length), 300, 2500)


def _hum(mains_hz: float) -> Style:
    def style(length: int, random: np.random.Generator) -> Samples:
        parts = [_tone(length, mains_hz * h) / h for h in (1, 2, 3, 5, 7, 9)]
        return np.asarray(sum(parts)) + 0.02 * random.standard_normal(length)

    return style


def _buzz(length: int, random: np.random.Generator) -> Samples:
    """A dimmer's buzz: a sharp pulse at each half wave, with many harmonics, wavering slowly."""
    time_s = _time(length)
    pulse = ((time_s * 100.0) % 1.0 < 0.06).astype(np.float64) - 0.06
    return pulse * (0.8 + 0.2 * np.sin(2 * np.pi * 0.3 * time_s)) + 0.01 * _white(length, random)


def _plucked(length: int, random: np.random.Generator) -> Samples:
    sound = np.zeros(length)
    for begin in range(0, length, RATE // 4):
        note = min(RATE, length - begin)
        time_s = _time(note)
        hz = float(random.choice(_SCALE_HZ))
        harmonics = sum(np.sin(2 * np.pi * hz * h * time_s) / h for h in (1, 2, 3, 4))
        sound[begin : begin + note] += harmonics * np.exp(-4 * time_s)
    return sound


def _strings(length: int, random: np.random.Generator) -> Samples:
    """Chords of bowed strings with vibrato, a new one every two seconds."""
    sound = np.zeros(length)
    time_s = _time(length)
    for begin in range(0, length, 2 * RATE):
        part = slice(begin, min(length, begin + 2 * RATE))
        swell = np.hanning(part.stop - part.start)
        root = float(random.choice(_SCALE_HZ[:5]))
        for ratio in (1.0, 1.26, 1.5, 2.0):
            phase = 2 * np.pi * root * ratio * time_s[part]
            wave = sum(
                np.sin(h * (phase + 0.06 * np.sin(2 * np.pi * 5.5 * time_s[part]))) / h
                for h in range(1, 7)
            )
            sound[part] += swell * wave
    return sound


def _sung(length: int, random: np.random.Generator) -> Samples:
    """Vowels held on notes as a choir sings: a buzzing voice through gliding formants."""
    sound = np.zeros(length)
    vowels = ((700, 1150, 2600), (400, 800, 2600), (300, 2200, 2900), (500, 1700, 2500))
    each = round(1.2 * RATE)
    for begin in range(0, length, each):
        note = min(each, length - begin)
        time_s = _time(note)
        hz = float(random.choice(_SCALE_HZ[:7]))
        phase = hz * time_s + 0.9 * np.sin(2 * np.pi * 5.2 * time_s) / 5.2
        source = 2 * (phase % 1.0) - 1.0
        formants = vowels[int(random.integers(len(vowels)))]
        voice = sum(_band(source, f * 0.93, f * 1.07) / (i + 1) for i, f in enumerate(formants))
        sound[begin : begin + note] += voice * np.hanning(note) ** 0.4
    return sound


def _pop(length: int, random: np.random.Generator) -> Samples:
    """Drums, a bass, a melody with the strings behind it."""
    sound = 0.5 * _plucked(length, random) + 0.15 * _strings(length, random)
    beat = RATE // 2
    for number, begin in enumerate(range(0, length, beat)):
        hit = min(RATE // 5, length - begin)
        time_s = _time(hit)
        if number % 2:
            drum = 0.8 * random.standard_normal(hit) * np.exp(-25 * time_s)
        else:
            drum = 1.5 * np.sin(2 * np.pi * 55 * time_s * (1 + 2 * np.exp(-30 * time_s)))
            drum *= np.exp(-12 * time_s)
        sound[begin : begin + hit] += drum
    return sound


def _signal(frequencies_hz: Sequence[float], *on_off_s: float) -> Style:
    def style(length: int, random: np.random.Generator) -> Samples:
        sound = _tone(length, *frequencies_hz) * _cadence(length, *on_off_s)
        return sound + 0.002 * random.standard_normal(length)

    return style


def _modulated_ring(length: int, random: np.random.Generator) -> Samples:
    """The ringing of Japan, 400 Hz swelling 16 times a second, and of Australia like it."""
    time_s = _time(length)
    sound = _tone(length, 400.0) * (1 + 0.85 * np.sin(2 * np.pi * 16 * time_s))
    return sound * _cadence(length, 1.0, 2.0) + 0.002 * random.standard_normal(length)


def _information_tone(length: int, random: np.random.Generator) -> Samples:
    """The three rising tones before "the number is not in use"."""
    step = round(0.33 * RATE)
    three = np.concatenate([_tone(step, hz) for hz in (950.0, 1400.0, 1800.0)])
    once = np.concatenate([three, np.zeros(RATE)])
    return np.resize(once, length) + 0.002 * random.standard_normal(length)


def _dtmf(on_s: float, off_s: float) -> Style:
    def style(length: int, random: np.random.Generator) -> Samples:
        sound = np.zeros(length)
        for begin in range(0, length, round((on_s + off_s) * RATE)):
            key = min(round(on_s * RATE), length - begin)
            row = float(random.choice((697.0, 770.0, 852.0, 941.0)))
            column = float(random.choice((1209.0, 1336.0, 1477.0, 1633.0)))
            sound[begin : begin + key] = _tone(key, row, column)
        return sound + 0.002 * random.standard_normal(length)

    return style


def _breathing(rate_hz: float, low_hz: float, high_hz: float) -> Style:
    """Breath in, breath out, with a soft smack of the lips now and then."""

    def style(length: int, random: np.random.Generator) -> Samples:
        time_s = _time(length)
        turn = (time_s * rate_hz) % 1.0
        inward = np.clip(np.sin(np.pi * turn / 0.4), 0, 1) * (turn < 0.4)
        outward = np.clip(np.sin(np.pi * (turn - 0.5) / 0.45), 0, 1) * (turn > 0.5) * (turn < 0.95)
        air = random.standard_normal(length)
        high = _band(air, low_hz * 1.8, high_hz)
        sound = inward**2 * high + 1.3 * outward**2 * _band(air, low_hz, high_hz * 0.7)
        for begin in np.flatnonzero(np.diff((turn < 0.02).astype(int)) == 1)[::2]:
            end = min(length, int(begin) + 160)
            sound[int(begin) : end] += random.standard_normal(end - int(begin)) * 0.5
        return sound

    return style


def _clicks(per_s: float, decay: float, low_hz: float, high_hz: float) -> Style:
    def style(length: int, random: np.random.Generator) -> Samples:
        hits = np.zeros(length)
        count = max(1, round(per_s * length / RATE))
        hits[random.integers(0, length, count)] = random.uniform(0.3, 1.0, count)
        ringing = np.exp(-decay * _time(1600)) * random.standard_normal(1600)
        sound = _band(np.convolve(hits, ringing)[:length], low_hz, high_hz)
        return sound + 0.003 * random.standard_normal(length)

    return style


def _typing(length: int, random: np.random.Generator) -> Samples:
    """Keys in bursts, each with its press and its release."""
    bursts = _cadence(length, 2.5, 1.0)
    press = _clicks(7.0, 220.0, 900, 5000)(length, random)
    release = 0.5 * np.roll(_clicks(7.0, 300.0, 1500, 6000)(length, random), 1300)
    return (press + release) * bursts


def _fax_call(length: int, random: np.random.Generator) -> Samples:
    """The calling fax's 1100 Hz and the answering one's 2100 Hz in turn."""
    calling = _tone(length, 1100.0) * _cadence(length, 0.5, 3.0)
    answer = _tone(length, 2100.0) * (1.0 - _cadence(length, 4.5, 2.5))
    return calling + answer + 0.002 * random.standard_normal(length)


def _keyed(rate: int, marks_hz: tuple[float, float]) -> Style:
    """Bits as two frequencies, without a jump in phase."""

    def style(length: int, random: np.random.Generator) -> Samples:
        bits = random.integers(0, 2, length * rate // RATE + 1)
        hz = np.where(np.repeat(bits, RATE // rate + 1)[:length], *marks_hz)
        return np.sin(2 * np.pi * np.cumsum(hz) / RATE)

    return style


def _modem(length: int, random: np.random.Generator) -> Samples:
    """A page being sent: 2400 symbols a second on 1800 Hz, which sounds like a rush of noise."""
    symbols = random.choice([-3.0, -1.0, 1.0, 3.0], (2, length * 2400 // RATE + 2))
    i, q = (np.repeat(row, 7)[:length] for row in symbols)
    time_s = _time(length)
    carrier = 2 * np.pi * 1800 * time_s
    return _band(i * np.cos(carrier) - q * np.sin(carrier), 500, 3100)


KINDS: Mapping[str, tuple[Style, ...]] = MappingProxyType(
    {
        "silence": (_digital_silence, _comfort_noise),
        "noise": (_white, _pink, _room, _street),
        "mains hum": (_hum(50.0), _hum(60.0), _buzz),
        "hold music": (_plucked, _strings, _sung, _pop),
        "call tones": (
            _signal((440, 480), 2.0, 4.0),
            _signal((425,), 1.0, 4.0),
            _signal((400, 450), 0.4, 0.2, 0.4, 2.0),
            _signal((450,), 0.35, 0.35),
            _signal((480, 620), 0.5, 0.5),
            _modulated_ring,
            _information_tone,
        ),
        "keypad": (_dtmf(0.1, 0.1), _dtmf(0.3, 0.4), _dtmf(0.06, 0.06)),
        "breathing": (_breathing(0.25, 250, 2200), _breathing(0.5, 350, 3400)),
        "clicks": (_clicks(3.0, 60.0, 300, 3400), _typing, _clicks(90.0, 500.0, 300, 7000)),
        "fax": (_fax_call, _keyed(300, (1650.0, 1850.0)), _modem, _keyed(1200, (1300.0, 2100.0))),
    }
)
"""Each kind's styles."""


def make(kind: str, duration_s: float, level_dbfs: float, *, seed: int = 0) -> NDArray[np.float32]:
    """A kind's styles one after the other, as a telephone line carries them.

    Shape (n,) at 16 kHz; the peak of every style is ``level_dbfs``. Raises KeyError for a kind
    that does not exist.
    """
    styles = KINDS[kind]
    edges = np.linspace(0, round(duration_s * RATE), len(styles) + 1).astype(int)
    parts = []
    for number, style in enumerate(styles):
        random = np.random.default_rng(zlib.crc32(f"{kind} {number} {seed}".encode()))
        raw = style(int(edges[number + 1] - edges[number]), random)
        parts.append(on_telephone(raw / np.abs(raw).max() * 10 ** (level_dbfs / 20), random))
    return np.concatenate(parts).astype(np.float32)


def on_telephone(sound: Samples, random: np.random.Generator) -> Samples:
    """300-3400 Hz at 8 kHz and through 8-bit mu-law (ITU-T G.711's curve), given back at 16 kHz.

    The line's own noise of -75 dBFS is added.
    """
    low = butter(2, 300.0, "highpass", fs=RATE, output="sos")
    high = butter(6, 3400.0, "lowpass", fs=RATE, output="sos")
    noisy = sound + _FLOOR * random.standard_normal(len(sound))
    narrow = resample_poly(sosfilt(high, sosfilt(low, noisy)), 1, 2)
    bent = np.sign(narrow) * np.log1p(255 * np.minimum(np.abs(narrow), 1.0)) / np.log(256)
    bent = np.round(bent * 127) / 127
    back = np.sign(bent) * np.expm1(np.abs(bent) * np.log(256)) / 255
    return np.asarray(resample_poly(back, 2, 1)[: len(sound)])
