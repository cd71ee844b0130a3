"""One night in figures: what came of a run's calls, kept with the run for later nights to compare.

The figures grow call by call and hold no text. This module does not know what is unusual; ``drift``
does.
"""

from __future__ import annotations

import heapq
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from qa_inspect.domain import CallResult

_BRACKETS = re.compile(r"\s*\([^()]*\)")
_FIGURES = re.compile(r"\d+(?:[.,:]\d+)*")

SLOWEST = 5
"""How many of the slowest calls are told."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Many numbers as their count, mean and sample standard deviation (0 for fewer than 2)."""

    n: int = 0
    mean: float = 0.0
    deviation: float = 0.0

    def to_dict(self) -> dict[str, float]:
        """Plain values for JSON."""
        return {
            "n": self.n,
            "mean": round(self.mean, 4),
            "deviation": round(self.deviation, 4),
        }

    @staticmethod
    def from_dict(stored: Mapping[str, Any]) -> Spread:
        """What ``to_dict`` gave."""
        return Spread(int(stored["n"]), float(stored["mean"]), float(stored["deviation"]))


@dataclass(frozen=True, slots=True)
class SlowCall:
    """A call and how long it took to inspect: ``seconds`` for ``audio_s`` of recording."""

    call_id: str
    seconds: float
    audio_s: float


def _none() -> Mapping[str, int]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Night:
    """A run's calls in figures.

    ``reasons`` counts failed calls by reason. ``languages``, ``models`` (as ``task: name``) and
    ``rubrics`` (as ``name version``) count calls that were heard. ``score`` is over calls that were
    scored (0–100), ``silence`` the share of the recording in which nobody speaks (0–1).
    """

    heard: int = 0
    reasons: Mapping[str, int] = field(default_factory=_none)
    languages: Mapping[str, int] = field(default_factory=_none)
    models: Mapping[str, int] = field(default_factory=_none)
    rubrics: Mapping[str, int] = field(default_factory=_none)
    score: Spread = Spread()
    silence: Spread = Spread()
    slowest: tuple[SlowCall, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "heard": self.heard,
            "reasons": dict(self.reasons),
            "languages": dict(self.languages),
            "models": dict(self.models),
            "rubrics": dict(self.rubrics),
            "score": self.score.to_dict(),
            "silence": self.silence.to_dict(),
            "slowest": [
                {
                    "call_id": call.call_id,
                    "seconds": round(call.seconds, 1),
                    "audio_s": round(call.audio_s, 1),
                }
                for call in self.slowest
            ],
        }

    @staticmethod
    def from_dict(stored: Mapping[str, Any]) -> Night:
        """What ``to_dict`` gave."""
        counted = {
            name: MappingProxyType(dict(stored[name]))
            for name in ("reasons", "languages", "models", "rubrics")
        }
        return Night(
            heard=int(stored["heard"]),
            score=Spread.from_dict(stored["score"]),
            silence=Spread.from_dict(stored["silence"]),
            slowest=tuple(SlowCall(**call) for call in stored["slowest"]),
            **counted,
        )


class NightCounter:
    """A night's figures so far."""

    def __init__(self) -> None:
        self._reasons: Counter[str] = Counter()
        self._languages: Counter[str] = Counter()
        self._models: Counter[str] = Counter()
        self._rubrics: Counter[str] = Counter()
        self._score, self._silence = _Sums(), _Sums()
        self._slowest: list[tuple[float, str, float]] = []
        self._heard = 0

    def add(self, result: CallResult) -> None:
        """Count one call."""
        transcript = result.transcript
        if transcript is None:
            path = result.recording.path
            reason = result.error or "no reason was given"
            self._reasons[kind_of(reason, path.name if path else "")] += 1
            return
        self._heard += 1
        self._languages[transcript.language] += 1
        self._models.update(f"{task}: {name}" for task, name in result.models.items())
        self._rubrics.update(f"{one.name} {one.version}" for one in result.verdict.rubrics)
        if result.verdict.score is not None:
            self._score.add(result.verdict.score)
        if transcript.duration_s and transcript.speech_s is not None:
            self._silence.add(max(0.0, 1 - transcript.speech_s / transcript.duration_s))
        seconds = sum(result.timings_s.values())
        if seconds:
            entry = (seconds, result.recording.call_id, transcript.duration_s or 0.0)
            heapq.heappush(self._slowest, entry)
            if len(self._slowest) > SLOWEST:
                heapq.heappop(self._slowest)

    def night(self) -> Night:
        """The figures of all calls counted."""
        return Night(
            heard=self._heard,
            reasons=_most_first(self._reasons),
            languages=_most_first(self._languages),
            models=_most_first(self._models),
            rubrics=_most_first(self._rubrics),
            score=self._score.spread(),
            silence=self._silence.spread(),
            slowest=tuple(
                SlowCall(call_id, seconds, audio_s)
                for seconds, call_id, audio_s in sorted(self._slowest, reverse=True)
            ),
        )


class _Sums:
    """Count, mean and squared distance so far (Welford 1962)."""

    def __init__(self) -> None:
        self._n, self._mean, self._squares = 0, 0.0, 0.0

    def add(self, value: float) -> None:
        self._n += 1
        away = value - self._mean
        self._mean += away / self._n
        self._squares += away * (value - self._mean)

    def spread(self) -> Spread:
        deviation = math.sqrt(self._squares / (self._n - 1)) if self._n > 1 else 0.0
        return Spread(self._n, self._mean, deviation)


def joined(spreads: Iterable[Spread]) -> Spread:
    """Several sets of numbers as one, from their figures alone."""
    n, mean, squares = 0, 0.0, 0.0
    for one in spreads:
        if not one.n:
            continue
        away = one.mean - mean
        total = n + one.n
        squares += one.deviation**2 * (one.n - 1) + away**2 * n * one.n / total
        mean += away * one.n / total
        n = total
    return Spread(n, mean, math.sqrt(squares / (n - 1)) if n > 1 else 0.0)


def kind_of(reason: str, file_name: str = "") -> str:
    """A reason without its particulars, so that alike failures are counted together: without the
    recording's name, what stands in brackets, what follows a colon, figures and the cure."""
    problem = reason.split(" — ", 1)[0].removeprefix(f"{file_name}: ")
    bare = _FIGURES.sub("…", _BRACKETS.sub("", problem).split(": ", 1)[0])
    return bare.strip() or reason


def _most_first(counts: Counter[str]) -> Mapping[str, int]:
    return MappingProxyType(dict(counts.most_common()))
