"""Telephone dialogues with known truth, put together at run time from recordings at hand.

Stretches of single speakers are cut from the evaluation data (and from a folder of more voices,
one file a speaker) and laid out as calls: turns of 1 to 12 s, backchannels of 0.3 to 0.6 s, small
overlaps, a transfer to a third person, six people in conference, one person alone. Similar voices
are made by moving pitch and formants of a voice a little. Each call goes through the telephone
band, line noise of 15 to 30 dB and µ-law. Nothing made here is ever kept in the project.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LINE_RATE = 8000
Floats = NDArray[np.float32]
Turns = list[tuple[float, float, str]]


@dataclass(frozen=True, slots=True)
class Proxy:
    """A call: sound at 16 kHz, its true turns (start s, end s, who) and what it is for."""

    name: str
    kind: str
    samples: Floats
    truth: tuple[tuple[float, float, str], ...]

    @property
    def people(self) -> int:
        """How many people really speak."""
        return len({who for *_, who in self.truth})


class Tape:
    """One voice's stretches (8 kHz), taken in order and begun again when they are used up."""

    def __init__(self, stretches: Sequence[Floats], seed: int) -> None:
        order = np.random.default_rng(seed).permutation(len(stretches))
        self._next: Iterator[Floats] = itertools.cycle([stretches[i] for i in order])
        self._rest = np.zeros(0, dtype=np.float32)

    def take(self, seconds: float) -> Floats:
        """About so many seconds of speech, cut where it is quietest."""
        parts: list[Floats] = []
        wanted = int(seconds * LINE_RATE)
        while sum(map(len, parts)) < wanted - LINE_RATE // 2:
            piece = self._rest if len(self._rest) else next(self._next)
            left = wanted - sum(map(len, parts))
            cut = len(piece) if len(piece) < left + LINE_RATE // 2 else _quietest(piece, left)
            parts += [piece[:cut], np.zeros(int(0.2 * LINE_RATE), np.float32)]
            self._rest = piece[cut:] if len(piece) - cut > LINE_RATE else piece[:0]
        return np.concatenate(parts[:-1]) if parts else np.zeros(0, np.float32)

    def word(self, seconds: float) -> Floats:
        """A word or two of 0.3–0.6 s: the beginning of a stretch."""
        piece = next(self._next)
        return piece[: _quietest(piece, int(seconds * LINE_RATE), LINE_RATE // 10)]


def _quietest(piece: Floats, about: int, slack: int = LINE_RATE // 2) -> int:
    """The cut near ``about`` where 30 ms of sound have the least energy."""
    low, high = max(1, about - slack), min(len(piece), about + slack)
    if low >= high:
        return len(piece)
    energy = np.convolve(piece[low:high] ** 2, np.ones(240), mode="same")
    return low + int(energy.argmin())


def shifted(stretches: Sequence[Floats], factor: float) -> list[Floats]:
    """The same speech by a "similar" person: pitch and formants times ``factor``, same pace."""
    import librosa
    from librosa.effects import time_stretch

    made = []
    for piece in stretches:
        faster = librosa.resample(piece, orig_sr=LINE_RATE * factor, target_sr=LINE_RATE)
        made.append(time_stretch(faster, rate=1.0 / factor, n_fft=512).astype(np.float32))
    return made


def two_people(one: Tape, other: Tape, seconds: float, seed: int) -> dict[str, Floats]:
    """Clean tracks of a dialogue: alternating turns, backchannels, pauses and overlaps."""
    return turn_taking({"a": one, "b": other}, [("a", "b", seconds)], seed)


def turn_taking(
    tapes: Mapping[str, Tape], parts: Sequence[tuple[str, str, float]], seed: int
) -> dict[str, Floats]:
    """Clean tracks where each part (two people, seconds) is a dialogue after the part before."""
    rng = np.random.default_rng(seed)
    length = int((sum(s for *_, s in parts) + 20.0) * LINE_RATE)
    tracks = {name: np.zeros(length, np.float32) for name in tapes}
    now = 0.5
    for one, other, seconds in parts:
        end = now + seconds
        for speaker, listener in itertools.cycle([(one, other), (other, one)]):
            turn = float(np.clip(rng.lognormal(1.1, 0.55), 1.0, 12.0))
            spoken = tapes[speaker].take(turn)
            _lay(tracks[speaker], spoken, now)
            spoken_s = len(spoken) / LINE_RATE
            if spoken_s > 2.5 and rng.random() < 0.35:
                word = tapes[listener].word(float(rng.uniform(0.3, 0.6)))
                _lay(tracks[listener], word, now + float(rng.uniform(0.8, spoken_s - 1.0)))
            now += spoken_s + float(np.clip(rng.normal(0.3, 0.35), -0.4, 1.5))
            if now > end:
                break
    return {name: track[: int((now + 1.0) * LINE_RATE)] for name, track in tracks.items()}


def conference(tapes: Mapping[str, Tape], seconds: float, seed: int) -> dict[str, Floats]:
    """Clean tracks of many people in no fixed order."""
    rng = np.random.default_rng(seed)
    names = list(tapes)
    order = [names[0]]
    while len(order) < 400:
        order.append(names[int(rng.integers(len(names)))])
    tracks = {name: np.zeros(int((seconds + 30) * LINE_RATE), np.float32) for name in tapes}
    now = 0.5
    for name in order:
        spoken = tapes[name].take(float(np.clip(rng.lognormal(1.2, 0.5), 1.0, 12.0)))
        _lay(tracks[name], spoken, now)
        now += len(spoken) / LINE_RATE + float(np.clip(rng.normal(0.3, 0.3), -0.3, 1.2))
        if now > seconds:
            break
    return {name: track[: int((now + 1.0) * LINE_RATE)] for name, track in tracks.items()}


def _lay(track: Floats, piece: Floats, at_s: float) -> None:
    begin = int(max(0.0, at_s) * LINE_RATE)
    room = min(len(piece), len(track) - begin)
    if room > 0:
        fade = min(40, room // 2)
        shaped = piece[:room].copy()
        if fade:
            shaped[:fade] *= np.linspace(0, 1, fade)
            shaped[-fade:] *= np.linspace(1, 0, fade)
        track[begin : begin + room] += shaped


def on_the_line(
    name: str, kind: str, tracks: Mapping[str, Floats], seed: int, level_db: float | None = None
) -> Proxy:
    """Tracks mixed with different levels, noise, telephone band and µ-law; truth by energy."""
    import librosa
    from scipy.signal import butter, sosfilt

    rng = np.random.default_rng(seed)
    length = min(map(len, tracks.values()))
    mix = np.zeros(length, np.float32)
    truth: Turns = []
    for number, (who, track) in enumerate(tracks.items()):
        clean = track[:length]
        truth += [(a, b, who) for a, b in _heard(clean)]
        loud = float(np.sqrt((clean[clean != 0.0] ** 2).mean())) if clean.any() else 1.0
        apart = float(rng.uniform(0.0, 8.0)) if level_db is None else level_db
        mix += clean / max(loud, 1e-6) * 0.06 * 10 ** (-(apart if number else 0.0) / 20)
    hiss = rng.standard_normal(length)
    noise = 0.5 * hiss + 0.05 * np.cumsum(hiss - hiss.mean()) / 30
    snr = float(rng.uniform(15, 30))
    noise *= 0.04 * 10 ** (-snr / 20) / max(1e-9, float(noise.std()))
    band = butter(4, [300, 3400], "bandpass", fs=LINE_RATE, output="sos")
    line = np.asarray(sosfilt(band, mix + noise), dtype=np.float64)
    line = np.clip(line, -1, 1)
    code = np.round(np.sign(line) * np.log1p(255 * np.abs(line)) / np.log(256) * 127)
    back = np.sign(code) * np.expm1(np.abs(code) / 127 * np.log(256)) / 255
    samples = librosa.resample(back, orig_sr=LINE_RATE, target_sr=16000).astype(np.float32)
    return Proxy(name, kind, samples, tuple(sorted(truth)))


def _heard(track: Floats) -> list[tuple[float, float]]:
    """Where a clean track has speech: frames of 20 ms within 38 dB of its loud ones."""
    frames = track[: len(track) // 160 * 160].reshape(-1, 160)
    level = 10 * np.log10((frames**2).mean(axis=1) + 1e-12)
    on = level > np.percentile(level[level > -110], 95) - 38 if (level > -110).any() else level > 0
    edges = np.flatnonzero(np.diff(np.concatenate([[0], on.astype(int), [0]])))
    spans: list[list[float]] = []
    for begin, end in edges.reshape(-1, 2):
        if spans and begin * 0.02 - spans[-1][1] < 0.3:
            spans[-1][1] = end * 0.02
        else:
            spans.append([begin * 0.02, end * 0.02])
    return [(a, b) for a, b in spans if b - a >= 0.1]
