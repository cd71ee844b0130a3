"""Student's t distribution, as far as intervals need it.

SciPy has all of it, but takes longer to import than a hundred thousand calls take to be gathered.
This module does not know what is estimated.
"""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist

_MANY = 1000
"""Degrees of freedom from which the expansion is exact to the last digits."""
_CLOSE = 1e-14
_STEPS = 50


@lru_cache(maxsize=4096)
def student_quantile(freedom: int, confidence: float) -> float:
    """The t that a variable of so many degrees of freedom (from 1 on) stays within, on both sides,
    with probability ``confidence``.

    From the normal quantile by Fisher's expansion (M. Abramowitz and I. Stegun, "Handbook of
    Mathematical Functions", 1964, 26.7.5), and with few degrees of freedom by Newton's steps on the
    exact distribution (ibid. 26.7.3 and 26.7.4).
    """
    if freedom > _MANY:
        return _expanded(freedom, NormalDist().inv_cdf(0.5 + confidence / 2))
    half = (freedom + 1) / 2
    peak = math.lgamma(half) - math.lgamma(freedom / 2) - math.log(freedom * math.pi) / 2
    # the distribution bends down, so that steps from below never pass beyond the answer
    t = NormalDist().inv_cdf(0.5 + confidence / 2)
    for _ in range(_STEPS):
        density = math.exp(peak - half * math.log1p(t * t / freedom))
        step = (confidence - _within(t, freedom)) / (2 * density)
        t += step
        if abs(step) <= _CLOSE * t:
            break
    return t


def _within(t: float, freedom: int) -> float:
    """The probability of lying between -t and t."""
    angle = math.atan(t / math.sqrt(freedom))
    sine, cosine = math.sin(angle), math.cos(angle)
    odd = freedom % 2
    term = cosine if odd else 1.0
    total = 0.0
    for power in range(odd, freedom - 1, 2):
        total += term
        term *= cosine * cosine * (power + 1) / (power + 2)
    return 2 / math.pi * (angle + sine * total) if odd else sine * total


def _expanded(freedom: int, x: float) -> float:
    square = x * x
    return x * (
        1
        + (square + 1) / (4 * freedom)
        + ((5 * square + 16) * square + 3) / (96 * freedom**2)
        + (((3 * square + 19) * square + 17) * square - 15) / (384 * freedom**3)
        + ((((79 * square + 776) * square + 1482) * square - 1920) * square - 945)
        / (92160 * freedom**4)
    )
