"""Whose voice is heard in a word, by the cells of the stretches in which one person talks alone.

Diarization knows how likely each quarter of a second is under each person's voice; words ask here
before they are given to a speaker. This module does not know words' texts, turns or windows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MOST_COST = 6.0
"""The most that a voice can speak against a person in one word, in log-likelihood."""

_EDGE_S = 0.05
"""Cells whose middle lies this near a word still count as in it (seconds)."""

_NEAR_S = 0.6
"""Cells further than this from a word's middle say nothing about it (seconds)."""

_SHORT_S = 0.15
"""A word up to this length (seconds) falls between cells: the nearest one speaks for it."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class VoiceEvidence:
    """``log_likelihood`` (cells, speakers) of each cell under each of ``speakers``; ``middles_s``
    (cells,) are the cells' middles in seconds, ascending."""

    speakers: tuple[str, ...]
    middles_s: Floats
    log_likelihood: Floats

    def costs(self, start_s: float, end_s: float) -> dict[str, float]:
        """What the voice between two times (seconds) says against each speaker, the likeliest
        having 0 and none more than ``MOST_COST``. Empty where no cell was heard."""
        rows = self._cells(start_s, end_s)
        if rows is None:
            return {}
        cost = -self.log_likelihood[rows].mean(axis=0)
        against = np.minimum(cost - cost.min(), MOST_COST)
        return dict(zip(self.speakers, against.tolist(), strict=True))

    def _cells(self, start_s: float, end_s: float) -> slice | None:
        middle_s = (start_s + end_s) / 2
        if end_s - start_s <= _SHORT_S:
            after = int(np.searchsorted(self.middles_s, middle_s))
            near = [i for i in (after - 1, after) if 0 <= i < len(self.middles_s)]
            best = min(near, key=lambda i: abs(self.middles_s[i] - middle_s), default=None)
            if best is None or abs(self.middles_s[best] - middle_s) >= _NEAR_S:
                return None
            return slice(best, best + 1)
        reach_s = min(_NEAR_S, (end_s - start_s) / 2 + _EDGE_S)
        first = int(np.searchsorted(self.middles_s, middle_s - reach_s))
        last = int(np.searchsorted(self.middles_s, middle_s + reach_s))
        return slice(first, last) if last > first else None
