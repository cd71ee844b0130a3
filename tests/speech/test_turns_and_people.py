"""Paths over cells, pooled parts of stretches, and how much proof a number of people needs."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from qa_inspect.speech.embedding import VoiceCells
from qa_inspect.speech.people import (
    Likeness,
    announced,
    choose,
    discovered,
    likenesses,
    overwhelming,
)
from qa_inspect.speech.turns import cheapest_paths, part, whole


@given(
    st.lists(st.tuples(st.floats(0, 5), st.floats(0, 5)), min_size=1, max_size=9),
    st.floats(0, 4),
)
def test_no_path_is_cheaper_than_the_one_that_is_found(
    rows: list[tuple[float, float]], change: float
) -> None:
    costs = np.array(rows)

    def cost(path: list[int]) -> float:
        changes = sum(a != b for a, b in itertools.pairwise(path))
        return sum(row[state] for row, state in zip(rows, path, strict=True)) + change * changes

    every = [[n >> i & 1 for i in range(len(rows))] for n in range(2 ** len(rows))]
    twice = np.concatenate([costs, costs[:1], costs])
    found = cheapest_paths(twice, [len(rows), 1, len(rows)], change).tolist()
    assert found[: len(rows)] == found[-len(rows) :], "sequences know nothing of one another"
    assert cost(found[: len(rows)]) <= min(map(cost, every)) + 1e-9


def test_parts_of_a_stretch_pool_to_the_whole() -> None:
    rng = np.random.default_rng(0)
    sums = rng.random((7, 5)).astype(np.float32)
    cells = VoiceCells(sums, sums**2, np.full(7, 12.0, dtype=np.float32))
    both = whole([part(cells, 0, 3), part(cells, 3, 7)])
    assert np.allclose(both.sums.sum(axis=0), whole([cells]).sums[0])
    assert both.frames.tolist() == [36.0, 48.0]


def pair(
    cosine: float, rivals: float = 0.0, heard_s: float = 30.0, broken: float = 0.1
) -> Likeness:
    return Likeness(cosine, rivals, 1.0 if rivals else 0.0, broken, heard_s)


def test_people_that_were_told_need_less_proof_than_others() -> None:
    alike = pair(0.75, rivals=12.0)
    assert announced(alike)
    assert not discovered(alike)
    assert not overwhelming(alike)
    assert overwhelming(pair(0.4))
    assert not overwhelming(pair(0.4, heard_s=5.0)), "five seconds are no transfer"
    assert not announced(pair(0.76, rivals=1.0)), "one voice cut in two"
    assert not announced(pair(0.88, rivals=20.0)), "one voice in two moods"


def test_the_number_told_is_a_wish_not_an_order() -> None:
    truth = {1: [], 2: [pair(0.3)], 3: [pair(0.4)] * 3, 4: [pair(0.9)] * 6}

    def found(count: int) -> tuple[int, list[Likeness]]:
        return count, truth[min(count, 4)]

    assert choose(2, found) == 3
    assert choose(4, found) == 3
    assert choose(None, found) == 3
    assert choose(1, found) == 3


def test_likeness_counts_what_windows_said() -> None:
    means = np.array([[1.0, 0.0], [0.6, 0.8]])
    apart = np.array([[1.0, 9.0], [9.0, 0.0]])
    joined = np.array([[4.0, 1.0], [1.0, 5.0]])
    (only,) = likenesses(means, np.array([40.0, 20.0]), apart, joined)
    assert only == Likeness(0.6, 9.0, 0.9, 0.1, 20.0)
