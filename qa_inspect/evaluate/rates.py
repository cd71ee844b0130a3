"""Shares with their uncertainty, and whether stated confidence is what it says.

This module does not know what is counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    """``hits`` of ``total``."""

    hits: int
    total: int

    @property
    def share(self) -> float | None:
        """The share (0–1), None of nothing."""
        return self.hits / self.total if self.total else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Wilson's score interval at 95 % (Wilson 1927), each end 0–1; None of nothing."""
        if not self.total:
            return None
        from scipy.stats import binomtest

        found = binomtest(self.hits, self.total).proportion_ci(0.95, method="wilson")
        return float(found.low), float(found.high)


@dataclass(frozen=True, slots=True)
class Bin:
    """Statements of like confidence: their number, their mean confidence (0–1), those right."""

    low: float
    high: float
    count: int
    confidence: float
    right: float

    @property
    def share(self) -> float:
        """The share (0–1) that is right."""
        return self.right / self.count


@dataclass(frozen=True, slots=True)
class Reliability:
    """Whether confidence is what it says: bins that hold something, from the least sure.

    ``error`` is the expected calibration error (Naeini, Cooper and Hauskrecht 2015): how far mean
    confidence and share right lie apart, bin by bin, weighed by their numbers; None of nothing.
    """

    bins: tuple[Bin, ...]

    @property
    def count(self) -> int:
        """How many statements there are."""
        return sum(one.count for one in self.bins)

    @property
    def error(self) -> float | None:
        """The expected calibration error, 0–1."""
        if not self.count:
            return None
        apart = sum(one.count * abs(one.confidence - one.share) for one in self.bins)
        return apart / self.count


def reliability(
    confidences: Sequence[float], rights: Sequence[float], bins: int = 5
) -> Reliability:
    """Statements with their confidence (0–1, n) and whether each is right (1, 0, or between for
    those that can be seen either way, n), in ``bins`` of equal width."""
    groups: list[list[tuple[float, float]]] = [[] for _ in range(bins)]
    for confidence, right in zip(confidences, rights, strict=True):
        groups[min(bins - 1, int(confidence * bins))].append((confidence, right))
    return Reliability(
        tuple(
            Bin(
                at / bins,
                (at + 1) / bins,
                len(group),
                sum(confidence for confidence, _ in group) / len(group),
                sum(right for _, right in group),
            )
            for at, group in enumerate(groups)
            if group
        )
    )
