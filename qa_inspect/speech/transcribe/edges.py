"""Word edges put where the sound begins and ends.

A recogniser's attention says roughly when a word is said: on the whole a little early, and beside
a pause a word takes some of the pause with it or stops before its last sound. Pauses are plain in
the sound itself, so each is given to the gap between words that it fits best, and the words on
either side end and begin at its edges. This module does not know any engine, nor what is said
beyond where a sentence ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from qa_inspect.config import SAMPLE_RATE
from qa_inspect.speech.transcribe.words import TimedWord, spread

EARLY_S = 0.05
"""How much earlier than the sound Whisper's attention puts word edges (seconds): starts 44 ms and
ends 58 ms, the medians over 1,092 words of the samples."""

SHORTEST_PAUSE_S = 0.08
"""Shorter silences (seconds) are the closures of consonants such as p, t and k."""

_REACH_S = 0.45
"""How far a pause may lie from the gap between words that it is given to (seconds)."""

_STOP_BONUS_S = 0.12
"""How much nearer a pause counts to a gap that follows a comma or a full stop (seconds)."""

_HOP = 160
_FIELD = 400
_BELOW_LOUD_DB = 32.0
_ABOVE_NOISE_DB = 6.0
_PUNCTUATION = ".,;:!?。，、；：！？…"


@dataclass(frozen=True, slots=True)
class Pause:
    """A stretch without voice, in seconds from the chunk's start."""

    start_s: float
    end_s: float

    @property
    def duration_s(self) -> float:
        """Its length in seconds."""
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True)
class _Way:
    """One way of giving the pauses so far to gaps; ``gap`` is the last one given (-1: none)."""

    cost: float
    gap: int
    given: bool = False
    before: _Way | None = None


def snap(words: Sequence[TimedWord], samples: npt.NDArray[np.float32]) -> tuple[TimedWord, ...]:
    """The words with edges where the sound of ``samples`` ((n,) at 16 kHz) has them.

    Words stay in order, inside the chunk and longer than nothing.
    """
    if not words:
        return ()
    later = [replace(w, start_s=w.start_s + EARLY_S, end_s=w.end_s + EARLY_S) for w in words]
    return spread(_beside(later, pauses(samples)), len(samples) / SAMPLE_RATE)


def pauses(samples: npt.NDArray[np.float32]) -> tuple[Pause, ...]:
    """Silences of a chunk between, before and after its sounds, in order."""
    level = _level_db(samples)
    if not len(level):
        return ()
    noise, loud = np.percentile(level, (5, 95))
    if loud - noise < 2 * _ABOVE_NOISE_DB:
        return ()
    silent = level < max(loud - _BELOW_LOUD_DB, noise + _ABOVE_NOISE_DB)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], silent.astype(np.int8), [0]])))
    hop_s = _HOP / SAMPLE_RATE
    found = [
        Pause(int(begin) * hop_s, int(end) * hop_s)
        for begin, end in zip(edges[::2], edges[1::2], strict=True)
    ]
    return tuple(pause for pause in found if pause.duration_s >= SHORTEST_PAUSE_S)


def _level_db(samples: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """The level of every 10 ms, heard through 25 ms around it."""
    power = np.concatenate([[0.0], np.cumsum(samples.astype(np.float64) ** 2)])
    middles = np.arange(_HOP // 2, len(samples), _HOP)
    first = np.maximum(middles - _FIELD // 2, 0)
    last = np.minimum(middles + _FIELD // 2, len(samples))
    mean = (power[last] - power[first]) / np.maximum(last - first, 1)
    return np.asarray(10.0 * np.log10(np.maximum(mean, 0.0) + 1e-10))


def _beside(words: Sequence[TimedWord], found: Sequence[Pause]) -> list[TimedWord]:
    """Words whose edges lie at the pauses that the gaps between them were given."""
    given: dict[int, Pause] = {}
    for pause, gap in zip(found, _gaps_of(words, found), strict=True):
        if gap is not None:
            first = given.get(gap, pause)
            given[gap] = Pause(first.start_s, pause.end_s)
    moved = []
    for index, word in enumerate(words):
        before, after = given.get(index), given.get(index + 1)
        start_s = word.start_s if before is None else before.end_s
        end_s = word.end_s if after is None else after.start_s
        moved.append(replace(word, start_s=start_s, end_s=end_s))
    return moved


def _gaps_of(words: Sequence[TimedWord], found: Sequence[Pause]) -> list[int | None]:
    """For each pause the number of the word that follows it, or None where it is inside a word.

    The cheapest way to give pauses to gaps in order (dynamic programming): a pause costs its
    distance from its gap, or its length where it is given to none; two pauses in one gap also cost
    the sound between them, twice.
    """
    ways = [_Way(0.0, -1)]
    for number, pause in enumerate(found):
        sound_s = pause.start_s - found[number - 1].end_s if number else 0.0
        made = [_Way(way.cost + pause.duration_s, way.gap, False, way) for way in ways]
        for gap, distance_s in _candidates(words, pause):
            for way in ways:
                if way.gap <= gap:
                    blip = 2 * sound_s if way.gap == gap else 0.0
                    made.append(_Way(way.cost + distance_s + blip, gap, True, way))
        ways = _undominated(made)
    chosen: list[int | None] = []
    last: _Way | None = min(ways, key=lambda way: way.cost)
    while last is not None and last.before is not None:
        chosen.append(last.gap if last.given else None)
        last = last.before
    return chosen[::-1]


def _candidates(words: Sequence[TimedWord], pause: Pause) -> list[tuple[int, float]]:
    """Gaps within reach of a pause with their distances (seconds)."""
    near = []
    for gap in range(len(words) + 1):
        edges = [w.end_s for w in words[gap - 1 : gap] if gap] + [
            w.start_s for w in words[gap : gap + 1]
        ]
        distance_s = max(min(edges) - pause.end_s, pause.start_s - max(edges), 0.0)
        if distance_s <= _REACH_S:
            stop = gap > 0 and words[gap - 1].text.rstrip()[-1:] in _PUNCTUATION
            near.append((gap, distance_s - _STOP_BONUS_S * stop))
    return near


def _undominated(ways: Sequence[_Way]) -> list[_Way]:
    """The ways worth going on with: for each last gap the cheapest, unless an earlier gap is."""
    kept: list[_Way] = []
    for way in sorted(ways, key=lambda each: (each.gap, each.cost)):
        if not kept or (way.gap != kept[-1].gap and way.cost < kept[-1].cost):
            kept.append(way)
    return kept
