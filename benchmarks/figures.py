"""Figures from measured runs: speeds, ratios within a round with their spread, word errors.

Pure: this module does not know how anything was measured or how it is shown.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from benchmarks.ways import Duel

Simplifier = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Run:
    """One way's pass over its calls in one round; both times in seconds."""

    way: str
    round: int
    wall_s: float
    audio_s: float

    @property
    def speed(self) -> float:
        """Recorded seconds a wall second."""
        return self.audio_s / self.wall_s


@dataclass(frozen=True, slots=True)
class Spread:
    """A figure over the rounds: its median, least and greatest value."""

    median: float
    least: float
    greatest: float


@dataclass(frozen=True, slots=True)
class WordCount:
    """A way's words, and its errors where references are known.

    ``unit`` is ``words`` or ``characters``; ``reference`` is the references' length in them and
    ``errors`` what was substituted, deleted and inserted.
    """

    language: str
    unit: str
    heard: int
    reference: int
    errors: int

    @property
    def rate(self) -> float | None:
        """Errors over the reference's length, 0–1 and up."""
        return self.errors / self.reference if self.reference else None


def spread(values: Iterable[float]) -> Spread | None:
    """The spread of the values; None of none."""
    known = list(values)
    return Spread(statistics.median(known), min(known), max(known)) if known else None


def speed_of(runs: Sequence[Run], way: str) -> Spread | None:
    """A way's speed over the rounds."""
    return spread(run.speed for run in runs if run.way == way)


def ratio_of(runs: Sequence[Run], duel: Duel) -> Spread | None:
    """How many times faster ours is, each round by itself.

    Where the two heard different amounts of sound, speeds for each second of it are compared.
    """
    ours = {run.round: run.speed for run in runs if run.way == duel.ours}
    rival = {run.round: run.speed for run in runs if run.way == duel.rival}
    return spread(ours[number] / rival[number] for number in sorted(ours.keys() & rival.keys()))


def count_words(
    language: str,
    heard: Sequence[str],
    references: Sequence[str | None],
    simplify: Simplifier = lambda text: text,
) -> WordCount:
    """Words and errors over the calls of one language.

    ``references`` go with ``heard``; ``simplify`` brings Chinese into one script on both sides.
    """
    import jiwer

    from qa_inspect.evaluate.speech import UNSPACED, plain

    unspaced = language in UNSPACED

    def tidy(text: str) -> str:
        return plain(simplify(text) if language == "zh" else text, spaced=not unspaced)

    def length(text: str) -> int:
        return len(text) if unspaced else len(text.split())

    total, known, errors = 0, 0, 0
    for text, reference in zip(heard, references, strict=True):
        found = tidy(text)
        total += length(found)
        truth = tidy(reference) if reference else ""
        if truth:
            measure = jiwer.process_characters if unspaced else jiwer.process_words
            made = measure(truth, found)
            known += length(truth)
            errors += made.substitutions + made.deletions + made.insertions
    return WordCount(language, "characters" if unspaced else "words", total, known, errors)
