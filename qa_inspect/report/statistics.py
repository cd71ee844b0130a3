"""Means, shares and their differences with their uncertainty.

Intervals are made to hold what they promise for numbers as calls give them: scores piled at 100,
shares near 0, counts that are mostly 0, times with a long tail. The tests measure it
(``tests/report/test_intervals.py``). This module does not know calls or agents; it is given
numbers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from qa_inspect.report.student import student_quantile

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy import float64
    from numpy.typing import NDArray

CONFIDENCE = 0.95
_Z = 1.959964
_UNSEEN = 1.25
"""How far beyond the values of a sample others may lie, in parts of the sample's range."""
_STEPS = 60
_DECIMALS = 9
_CLOSE = 1e-9
"""Numbers whose ratio is nearer to 0 (or to 1) than this are taken as equal."""


class Values(StrEnum):
    """What numbers can be: points 0–100, shares 0–1, counts 0, 1, 2…, or anything from 0 on."""

    POINTS = "points"
    SHARE = "share"
    COUNT = "count"
    POSITIVE = "positive"


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


def estimate(values: Sequence[float], kind: Values) -> Estimate | None:
    """The mean of values of a kind, with the interval that suits them. None for no values."""
    if kind is Values.COUNT:
        return count_estimate(values)
    highest = {Values.POINTS: 100.0, Values.SHARE: 1.0}.get(kind, math.inf)
    return mean_estimate(values, 0.0, highest)


def mean_alone(values: Sequence[float]) -> Estimate | None:
    """The mean of values without its interval, which takes long. None for no values."""
    return Estimate(math.fsum(values) / len(values), None, None, len(values)) if values else None


def mean_estimate(values: Sequence[float], lowest: float, highest: float) -> Estimate | None:
    """The mean of ``values``, which all lie from ``lowest`` to ``highest`` (may be infinite).

    The interval is that of empirical likelihood (A. Owen, "Empirical likelihood ratio confidence
    intervals for a single functional", Biometrika 75, 1988), with Student's t² in place of χ² for
    small samples, and with room for values that the sample happens not to hold, as in J. Honda and
    A. Takemura, "An asymptotically optimal bandit algorithm for bounded support models" (COLT
    2010): one and a quarter of its range beyond it, or as far as values can lie where all are
    the same. Student's t interval, which knows no such room, holds the mean of ten scores that are
    mostly 100 in no more than 40 to 85 of 100 cases. Ends are None for one value, and where all are
    the same and values have no limit. None for no values at all.
    """
    import numpy as np  # a tenth of a second that `--help` need not wait for

    n = len(values)
    if n == 0:
        return None
    mean = math.fsum(values) / n
    if n == 1:
        return Estimate(mean, None, None, 1)
    # what differs by less than anybody measures is the same
    known = np.round(np.asarray(values, dtype=float), _DECIMALS)
    least, most = float(known.min()), float(known.max())
    reach = _UNSEEN * (most - least) if most > least else math.inf
    low = _lower_end(known, max(lowest, least - reach))
    high = _lower_end(-known, max(-highest, -most - reach))
    if low is None or high is None:
        return Estimate(mean, None, None, n)
    return Estimate(mean, min(mean, max(lowest, low)), max(mean, min(highest, -high)), n)


def _lower_end(known: NDArray[float64], support: float) -> float | None:
    """The lowest mean that the values speak for no less than the interval allows, where further
    ones may lie down to ``support``; None where that is infinite.

    Of all distributions of a mean μ on the values and the support, the likeliest gives value x a
    weight in proportion to 1 / (x + s); the logarithm of its likelihood ratio is then
    n · log(geometric mean / harmonic mean) of x + s. With s at the support (0 here) some weight
    lies on the support itself.
    """
    import numpy as np

    if not math.isfinite(support):
        return None
    above, n = known - support, len(known)
    scale = float(above.max())
    if scale <= 0:
        return support
    parts = np.where(above < _CLOSE * scale, 0.0, above / scale)
    allowed = student_quantile(n - 1, CONFIDENCE) ** 2 / 2

    def spread(shift: float) -> float:
        moved = parts + shift
        return float(np.log(moved).sum() + n * np.log((1 / moved).sum() / n))

    if parts.min() > 0 and spread(0.0) <= allowed:
        return support + scale * math.exp(float(np.log(parts).mean()) - allowed / n)
    shift = _root(spread, allowed, math.sqrt(n * float(parts.var()) / (2 * allowed)))
    return support + scale * (n / float((1 / (parts + shift)).sum()) - shift)


def _root(falling: Callable[[float], float], level: float, start: float) -> float:
    """Where a function that falls like 1/s² reaches ``level``, for s > 0; near ``start``.

    Regula falsi as the Illinois algorithm mends it, on 1/√f, which is nearly a straight line.
    """

    def above(at: float) -> float:
        value = falling(at)
        return 1 / math.sqrt(value) - wanted if value > 0 else math.inf

    wanted = 1 / math.sqrt(level)
    left, left_value, right = 0.0, -wanted, start
    right_value = above(right)
    while right_value < 0:
        left, left_value, right = right, right_value, 2 * right
        right_value = above(right)
    side = 0
    for _ in range(_STEPS):
        if math.isfinite(right_value):
            middle = right - right_value * (right - left) / (right_value - left_value)
        else:
            middle = (left + right) / 2
        value = above(middle)
        if abs(value) <= _CLOSE * wanted or right - left <= _CLOSE * right:
            return middle
        if value > 0:
            right, right_value = middle, value
            left_value, side = (left_value / 2 if side > 0 else left_value), 1
        else:
            left, left_value = middle, value
            right_value, side = (right_value / 2 if side < 0 else right_value), -1
    return (left + right) / 2


def share_estimate(hits: int, n: int) -> Estimate | None:
    """The share ``hits`` of ``n`` with Wilson's score interval (Wilson 1927). None for n = 0."""
    if n == 0:
        return None
    share = hits / n
    centre = (share + _Z * _Z / (2 * n)) / (1 + _Z * _Z / n)
    half = _Z / (1 + _Z * _Z / n) * math.sqrt(share * (1 - share) / n + _Z * _Z / (4 * n * n))
    # Rounding must not push the interval off the share where all or none hit.
    return Estimate(
        share, min(share, max(0.0, centre - half)), max(share, min(1.0, centre + half)), n
    )


def count_estimate(counts: Sequence[float]) -> Estimate | None:
    """The mean of counts (0, 1, 2…) with the score interval of a Poisson mean, widened where the
    counts vary by more than a Poisson law has it (P. McCullagh and J. Nelder, "Generalized Linear
    Models", 1989, on overdispersion). None for no counts.
    """
    n = len(counts)
    if n == 0:
        return None
    mean = math.fsum(counts) / n
    if n == 1:
        return Estimate(mean, None, None, 1)
    variance = math.fsum((count - mean) ** 2 for count in counts) / (n - 1)
    dispersion = max(1.0, variance / mean) if mean > 0 else 1.0
    square = student_quantile(n - 1, CONFIDENCE) ** 2 * dispersion / n
    half = math.sqrt(square * (mean + square / 4))
    return Estimate(mean, max(0.0, mean + square / 2 - half), mean + square / 2 + half, n)


@dataclass(frozen=True, slots=True)
class Difference:
    """How much higher one mean is than another, with the 95 % interval of that; ends None where
    either mean has none."""

    value: float
    low: float | None
    high: float | None

    @property
    def is_told(self) -> bool:
        """Whether the interval leaves 0 out."""
        return self.low is not None and self.high is not None and not self.low <= 0 <= self.high


def difference(now: Estimate, before: Estimate) -> Difference:
    """``now`` less ``before``, two independent means, from their own intervals whatever these were
    made by: G. Zou and A. Donner, "Construction of confidence limits about effect measures",
    Statistics in Medicine 27 (2008); for shares it is R. Newcombe's method 10 (ibid. 17, 1998).
    """
    value = now.mean - before.mean
    if now.low is None or now.high is None or before.low is None or before.high is None:
        return Difference(value, None, None)
    return Difference(
        value,
        value - math.hypot(now.mean - now.low, before.high - before.mean),
        value + math.hypot(now.high - now.mean, before.mean - before.low),
    )
