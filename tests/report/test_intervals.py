"""Intervals hold what they promise, measured on numbers as calls give them.

Each case simulates 400 samples of 10, 30 and 100 calls from a fixed seed and counts how often the
interval holds the true mean. Nominal are 95 of 100; no case may fall below 90, less twice the error
of such a count.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy import float64
from numpy.random import Generator
from numpy.typing import NDArray

from qa_inspect.report.statistics import (
    Estimate,
    Values,
    count_estimate,
    difference,
    estimate,
    mean_estimate,
    share_estimate,
)

SAMPLES = 400
LEAST = 0.90 - 2 * math.sqrt(0.9 * 0.1 / SAMPLES)
Draw = Callable[[Generator, tuple[int, int]], NDArray[float64]]


def piled(share: float, a: float, b: float) -> Draw:
    """Scores of which a share is 100 and the others are 100 times a beta variable."""
    return lambda rng, size: np.where(rng.random(size) < share, 100, 100 * rng.beta(a, b, size))


def with_auto_fails(rng: Generator, size: tuple[int, int]) -> NDArray[float64]:
    lot = rng.random(size)
    good = np.where(lot < 0.3, 100, 100 * rng.beta(12, 2.5, size))
    return np.where(lot < 0.1, 0.0, good)


def mostly_nothing(share: float, draw: Draw) -> Draw:
    return lambda rng, size: np.where(rng.random(size) < share, 0, draw(rng, size))


def lognormal(mean: float, spread: float) -> Draw:
    return lambda rng, size: rng.lognormal(mean, spread, size)


CASES: dict[str, tuple[Values, Draw, float]] = {
    "scores around 80": (Values.POINTS, lambda r, s: r.normal(80, 7, s).clip(0, 100), 80),
    "half of the scores 100": (Values.POINTS, piled(0.5, 5, 2), 50 + 50 * 5 / 7),
    "four of five scores 100": (Values.POINTS, piled(0.8, 4, 3), 80 + 20 * 4 / 7),
    "nearly all scores 100": (Values.POINTS, piled(0.95, 4, 3), 95 + 5 * 4 / 7),
    "one in ten failed whole": (Values.POINTS, with_auto_fails, 20 + 70 * 12 / 14.5),
    "talk shares": (Values.SHARE, lambda r, s: r.beta(14, 10, s), 14 / 24),
    "shares near 0": (Values.SHARE, lambda r, s: r.beta(1.2, 6, s), 1.2 / 7.2),
    "shares mostly 0": (
        Values.SHARE,
        mostly_nothing(0.7, lambda r, s: r.beta(1, 4, s)),
        0.3 * 0.2,
    ),
    "handling times": (Values.POSITIVE, lognormal(5, 0.5), math.exp(5.125)),
    "times with a long tail": (Values.POSITIVE, lognormal(5, 1), math.exp(5.5)),
    "response times": (Values.POSITIVE, lambda r, s: r.exponential(1.5, s), 1.5),
    "hold times, mostly none": (
        Values.POSITIVE,
        mostly_nothing(0.6, lognormal(3.5, 0.7)),
        0.4 * math.exp(3.745),
    ),
    "interruptions": (Values.COUNT, lambda r, s: r.poisson(0.5, s).astype(float), 0.5),
    "interruptions of a few": (
        Values.COUNT,
        lambda r, s: r.negative_binomial(0.7, 0.7 / 1.7, s).astype(float),
        1.0,
    ),
}


def coverage(kind: Values, draw: Draw, truth: float, n: int) -> float:
    """How often intervals of ``n`` calls hold the truth, of those samples that have one."""
    rng = np.random.default_rng(6)
    found = [estimate(sample.tolist(), kind) for sample in draw(rng, (SAMPLES, n))]
    ends = [(one.low, one.high) for one in found if one is not None and one.low is not None]
    assert len(ends) > 0.95 * SAMPLES
    return sum(low <= truth <= (high or 0.0) for low, high in ends if low is not None) / len(ends)


@pytest.mark.parametrize("n", [10, 30, 100])
@pytest.mark.parametrize("case", CASES)
def test_an_interval_holds_the_true_mean_as_often_as_it_says(case: str, n: int) -> None:
    held = coverage(*CASES[case], n)
    assert held >= LEAST, f"{case}, {n} calls: {held:.1%}"


@pytest.mark.parametrize("share", [0.5, 0.9, 0.97])
@pytest.mark.parametrize("n", [10, 30, 100])
def test_the_interval_of_a_pass_rate_holds(share: float, n: int) -> None:
    hits = np.random.default_rng(6).binomial(n, share, SAMPLES)
    found = [share_estimate(int(one), n) for one in hits]
    held = [one for one in found if one is not None and (one.low or 0) <= share <= (one.high or 0)]
    assert len(held) / SAMPLES >= LEAST


@pytest.mark.parametrize("n", [10, 30, 100])
@pytest.mark.parametrize("case", ["four of five scores 100", "times with a long tail"])
def test_the_interval_of_a_difference_holds(case: str, n: int) -> None:
    kind, draw, _ = CASES[case]
    rng = np.random.default_rng(6)
    held = 0
    for first, second in zip(draw(rng, (SAMPLES, n)), draw(rng, (SAMPLES, n)), strict=True):
        now, before = estimate(first.tolist(), kind), estimate(second.tolist(), kind)
        assert now is not None and before is not None
        held += not difference(now, before).is_told
    assert held / SAMPLES >= LEAST


@example([0.0, 8.4e-165])
@given(st.lists(st.floats(0, 100, allow_subnormal=False), min_size=2, max_size=60))
def test_an_interval_holds_its_mean_within_what_values_can_be(values: list[float]) -> None:
    found = mean_estimate(values, 0, 100)
    assert found is not None and found.low is not None and found.high is not None
    assert 0 <= found.low <= found.mean <= found.high <= 100
    turned = mean_estimate([100 - value for value in values], 0, 100)
    assert turned is not None and turned.low is not None
    assert turned.low == pytest.approx(100 - found.high, abs=1e-4)


@given(st.lists(st.floats(0, 1e4, allow_subnormal=False), min_size=2, max_size=60))
def test_times_have_an_interval_unless_all_are_the_same(values: list[float]) -> None:
    found = mean_estimate(values, 0, math.inf)
    assert found is not None
    if found.low is None or found.high is None:
        assert max(values) - min(values) <= 1e-9
    else:
        assert 0 <= found.low <= found.mean <= found.high


@given(st.lists(st.integers(0, 20), min_size=2, max_size=60))
def test_counts_have_an_interval_even_where_nothing_happened(counts: list[int]) -> None:
    found = count_estimate(counts)
    assert found is not None and found.low is not None and found.high is not None
    assert 0 <= found.low <= found.mean <= found.high
    assert found.high > 0


def test_ten_scores_of_100_do_not_prove_that_all_are() -> None:
    found = mean_estimate([100.0] * 10, 0, 100)
    assert found is not None and found.low is not None
    assert 70 < found.low < 85 and found.high == 100.0


def test_more_calls_tell_more() -> None:
    values = [60.0, 80.0, 90.0, 100.0]
    few, many = mean_estimate(values * 3, 0, 100), mean_estimate(values * 30, 0, 100)
    assert few and many and few.low is not None and many.low is not None
    assert few.mean == many.mean and few.low < many.low


def test_a_difference_is_told_from_the_two_intervals() -> None:
    apart = difference(Estimate(80, 78, 83, 40), Estimate(70, 66, 73, 40))
    assert apart.value == 10
    assert apart.low == pytest.approx(10 - math.hypot(2, 3))
    assert apart.high == pytest.approx(10 + math.hypot(3, 4))
    assert apart.is_told
    assert not difference(Estimate(80, None, None, 1), Estimate(70, 66, 73, 40)).is_told
