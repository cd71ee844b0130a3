"""Stretches in which one person talks alone, and what windows say of every two of them.

Windows overlap and each numbers its local speakers anew: two stretches that one window heard are
its one speaker's, or two speakers'. This module does not know voices or people.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qa_inspect.speech.activity import runs
from qa_inspect.speech.segmentation import FRAME_S, FRAMES_PER_WINDOW, Segmentation

SHORTEST_STRETCH_FRAMES = 6
LONGEST_STRETCH_S = 4.0

Floats = NDArray[np.float64]
Rows = NDArray[np.int_]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Frames ``first`` to ``last`` (exclusive) in which a window's local speaker is alone."""

    first: int
    last: int
    window: int
    local: int

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return (self.last - self.first) * FRAME_S


@dataclass(frozen=True, slots=True)
class Bonds:
    """Pairs of stretches seen by the same windows, as columns of one length.

    ``one`` and ``other`` are numbers of stretches, ``one`` the earlier; ``same`` is 1 where every
    window gave the two to one local speaker, −1 where to two.
    """

    one: Rows
    other: Rows
    same: Floats

    def where(self, kept: NDArray[np.bool_]) -> Bonds:
        """The pairs for which ``kept`` is true."""
        return Bonds(self.one[kept], self.other[kept], self.same[kept])


def solo_stretches(segmentation: Segmentation) -> tuple[Stretch, ...]:
    """Stretches in which a window's local speaker talks alone, every second covered once.

    Windows overlap; what lies nearest to a window's middle is heard best there, so such runs are
    taken first and later ones keep only what is still free.
    """
    longest = round(LONGEST_STRETCH_S / FRAME_S)
    candidates: list[tuple[float, Stretch]] = []
    for window, first in enumerate(segmentation.first_frames):
        active = segmentation.active[window][: segmentation.n_frames - first]
        solo = active & (active.sum(axis=1, keepdims=True) == 1)
        for local in range(solo.shape[1]):
            for begin, end in runs(solo[:, local]):
                off_centre = abs((begin + end) / 2 - FRAMES_PER_WINDOW / 2)
                stretch = Stretch(first + begin, first + end, window, local)
                candidates.append((off_centre, stretch))
    taken = np.zeros(segmentation.n_frames, dtype=bool)
    kept: list[Stretch] = []
    for _, stretch in sorted(candidates, key=lambda pair: pair[0]):
        free = runs(~taken[stretch.first : stretch.last])
        taken[stretch.first : stretch.last] = True
        for begin, end in free:
            pieces = max(1, round((end - begin) / longest))
            edges = np.linspace(begin, end, pieces + 1).round().astype(int) + stretch.first
            for left, right in itertools.pairwise(edges):
                if right - left >= SHORTEST_STRETCH_FRAMES:
                    kept.append(Stretch(int(left), int(right), stretch.window, stretch.local))
    return tuple(sorted(kept, key=lambda s: s.first))


def window_bonds(segmentation: Segmentation, stretches: Sequence[Stretch]) -> Bonds:
    """What windows say of every two stretches that they see together.

    Work and memory are in proportion to the stretches: only those within one window of each other
    are compared.
    """
    firsts = np.array([s.first for s in stretches], dtype=np.int_)
    lasts = np.array([s.last for s in stretches], dtype=np.int_)
    begins, shares = _window_shares(segmentation, firsts, lasts)
    found: list[tuple[Rows, Rows, Floats]] = []
    for step in range(1, len(stretches)):
        one = np.flatnonzero(lasts[step:] - firsts[:-step] <= FRAMES_PER_WINDOW)
        if not len(one):
            break
        other = one + step
        total, weight = np.zeros(len(one)), np.zeros(len(one))
        for place in range(shares.shape[1]):
            back = begins[other] + place - begins[one]
            both = (back >= 0) & (back < shares.shape[1])
            left = shares[one, np.where(both, back, 0)] * both[:, None]
            right = shares[other, place]
            sure = left.sum(axis=1) * right.sum(axis=1)
            total += np.where(sure > 0.0, 2.0 * (left * right).sum(axis=1) - sure, 0.0)
            weight += sure > 0.0
        seen = weight > 0.0
        found.append((one[seen], other[seen], total[seen] / weight[seen]))
    if not found:
        return Bonds(np.zeros(0, np.int_), np.zeros(0, np.int_), np.zeros(0))
    ones, others, sames = (np.concatenate(column) for column in zip(*found, strict=True))
    order = np.lexsort((others, ones))
    return Bonds(ones[order], others[order], sames[order])


def _window_shares(segmentation: Segmentation, firsts: Rows, lasts: Rows) -> tuple[Rows, Floats]:
    """For each stretch the first window that sees most of it, and in that and the next ones the
    share in which each local speaker is heard, (stretches, windows, locals); 0 where unseen."""
    starts = np.array(segmentation.first_frames, dtype=np.int_)
    lengths = lasts - firsts
    windows, _, locals_ = segmentation.active.shape
    heard = np.zeros((windows, FRAMES_PER_WINDOW + 1, locals_), dtype=np.int32)
    np.cumsum(segmentation.active, axis=1, out=heard[:, 1:])
    low = np.searchsorted(starts, firsts - FRAMES_PER_WINDOW + 1)
    high = np.searchsorted(starts, lasts)
    most = int((high - low).max(initial=0))
    shares = np.zeros((len(firsts), most, locals_))
    for place in range(most):
        window = np.minimum(low + place, windows - 1)
        begin = np.clip(firsts - starts[window], 0, FRAMES_PER_WINDOW)
        end = np.clip(lasts - starts[window], begin, FRAMES_PER_WINDOW)
        seen = (low + place < high) & (end - begin > 0.5 * lengths)
        counts = heard[window, end] - heard[window, begin]
        shares[:, place] = np.where(seen[:, None], counts / np.maximum(1, end - begin)[:, None], 0)
    return low, shares
