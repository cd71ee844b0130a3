"""Means and shares with their uncertainty.

This module does not know calls or agents; it is given numbers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean with the interval that holds the true one in 95 of 100 cases, and its number of calls.

    ``low`` and ``high`` are None where one value alone says nothing about the spread.
    """

    mean: float
    low: float | None
    high: float | None
    n: int

    def clearly_above(self, other: Estimate) -> bool:
        """Whether the two intervals do not meet and this one is the higher."""
        return self.low is not None and other.high is not None and self.low > other.high


def mean_estimate(values: Sequence[float], lowest: float, highest: float) -> Estimate | None:
    """The mean of ``values`` with Student's t interval, kept within what values can be.

    None for no values at all.
    """
    n = len(values)
    if n == 0:
        return None
    mean = math.fsum(values) / n
    if n == 1:
        return Estimate(mean, None, None, 1)
    deviation = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (n - 1))
    half = _student(n - 1) * deviation / math.sqrt(n)
    return Estimate(mean, max(lowest, mean - half), min(highest, mean + half), n)


def share_estimate(hits: int, n: int) -> Estimate | None:
    """The share ``hits`` of ``n`` with Wilson's score interval (Wilson 1927). None for n = 0."""
    if n == 0:
        return None
    z, share = 1.959964, hits / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    # Rounding must not push the interval off the share where all or none hit.
    return Estimate(
        share, min(share, max(0.0, centre - half)), max(share, min(1.0, centre + half)), n
    )


@lru_cache(maxsize=4096)
def _student(freedom: int) -> float:
    # scipy.stats has the same under a nicer name, and takes two seconds to import.
    from scipy.special import stdtrit

    return float(stdtrit(freedom, 0.5 + CONFIDENCE / 2))
