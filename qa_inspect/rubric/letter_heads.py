"""Heads that add to cues what runs of letters say, in log-odds, without any sentence vector.

Abuse is spelled in a hundred ways and in Chinese has no gaps between words; runs of a few letters
see through both. Such a head is linear on hashed runs of letters within each stretch between
blanks, weighted by how rare they are and scaled to length 1. It was fitted beside the cues of its
rubric, so the two are added. It holds a number a bucket, many runs share one, and no text.

This module does not know rubrics, calls or training (``benchmarks/train_abuse_head.py``).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from qa_inspect.language import tokens
from qa_inspect.language.embed import Vector
from qa_inspect.language.letter_runs import crc_runs
from qa_inspect.rubric.known_texts import Floats, KnownTexts

Buckets = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class LetterHead:
    """What a head knows.

    ``runs`` and ``rarity``: float32 (a power of two of buckets,), the weight of each bucket and how
    much it counts. ``longest`` is the length of the longest run. The sum bends towards ``most``,
    which bounds what the head adds, either way.
    """

    longest: int
    runs: Vector
    rarity: Vector
    intercept: float
    most: float
    known: KnownTexts = field(default_factory=KnownTexts, compare=False, repr=False)

    def odds(self, texts: Sequence[str]) -> Floats:
        """Log-odds (n,) of texts."""
        return self.known.of(texts, self._odds)

    def _odds(self, texts: Sequence[str]) -> Floats:
        at, bounds = _buckets_of(texts, self.longest, len(self.runs))
        counts, runs = self.rarity[at].astype(np.float64), self.runs[at].astype(np.float64)
        squares = np.square(counts)
        said = np.zeros(len(texts), dtype=np.float64)
        for text, (first, after) in enumerate(pairwise(bounds.tolist())):
            length = math.sqrt(squares[first:after].sum())
            if length:
                said[text] = (counts[first:after] @ runs[first:after]) / length
        return self.most * np.tanh((self.intercept + said) / self.most)


def letter_buckets(text: str, longest: int, buckets: int) -> Buckets:
    """The buckets of all runs of 1 to ``longest`` letters of a text, each once, ascending."""
    return _buckets_of([text], longest, buckets)[0]


def _buckets_of(texts: Sequence[str], longest: int, buckets: int) -> tuple[Buckets, Buckets]:
    """The same of many texts, one after the other, and where each begins (and the last ends)."""
    owners, sums = crc_runs([tokens.normalise(text) for text in texts], longest)
    found = np.sort(owners * buckets + sums % buckets)  # np.unique hashes: ten times as long
    found = found[np.diff(found, prepend=-1) > 0]
    bounds = np.searchsorted(found, np.arange(len(texts) + 1) * buckets)
    return found % buckets, bounds


def save_letter_head(head: LetterHead, file: Path) -> None:
    """Writes a head: weights of runs in 8 bits, the rest in 16 and 64."""
    scale = float(np.abs(head.runs).max()) / 127 or 1.0
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as out:
        np.savez_compressed(
            out,
            allow_pickle=False,
            longest=np.array(head.longest),
            runs=np.round(head.runs / scale).astype(np.int8),
            scale=np.array(scale),
            rarity=head.rarity.astype(np.float16),
            intercept=np.array(head.intercept),
            most=np.array(head.most),
        )


def letter_head_of(stored: Mapping[str, npt.NDArray[Any]]) -> LetterHead:
    """The head in a file's arrays. Raises ValueError where they do not fit together."""
    runs = stored["runs"].astype(np.float32) * np.float32(stored["scale"])
    rarity = stored["rarity"].astype(np.float32)
    longest, most = int(stored["longest"]), float(stored["most"])
    numbers = (runs, rarity, stored["intercept"])
    if (
        runs.ndim != 1
        or runs.shape != rarity.shape
        or not runs.size
        or not 1 <= longest <= 10
        or not (np.isfinite(most) and most > 0)
        or not all(np.isfinite(array).all() for array in numbers)
    ):
        raise ValueError("unexpected weights")
    for array in (runs, rarity):
        array.flags.writeable = False
    return LetterHead(longest, runs, rarity, float(stored["intercept"]), most)
