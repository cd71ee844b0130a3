"""Where one voice gives way to another inside a stretch that the windows took for one person's.

Segmentation fuses people whose voices are alike and who leave no pause. The voice of every quarter
of a second, heard together with its surroundings, is compared with the people found so far; the
cheapest path over them says where a stretch has to be cut.

This module does not know windows, words or the call.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from qa_inspect.speech.embedding import VoiceCells

REACH_CELLS = 2
"""Cells on either side that are heard together with a cell: 1.2 seconds in all."""

CHANGE_COST = 6.0
"""What a change of person costs inside a stretch, in log-likelihood."""

CELL_WORTH = 0.2
"""Share of a cell's log-likelihood that is its own: five cells are heard together."""

_ROUNDS = 3
_BLOCK = 500
"""Stretches whose cells are pooled at once, which bounds memory."""

Floats = NDArray[np.float64]
Pool = Callable[[VoiceCells], NDArray[np.float32]]


def whole(cells: Sequence[VoiceCells]) -> VoiceCells:
    """One row for each stretch: all its cells together."""
    return VoiceCells(
        np.stack([c.sums.sum(axis=0) for c in cells]),
        np.stack([c.squares.sum(axis=0) for c in cells]),
        np.array([c.frames.sum() for c in cells]),
    )


def part(cells: VoiceCells, begin: int, end: int) -> VoiceCells:
    """The cells from ``begin`` to ``end`` (exclusive)."""
    return VoiceCells(cells.sums[begin:end], cells.squares[begin:end], cells.frames[begin:end])


def voice_changes(
    cells: Sequence[VoiceCells], labels: NDArray[np.int_], people: int, pool: Pool
) -> list[list[int]]:
    """For each stretch the cells at which another person begins to speak.

    ``labels`` are the stretches' persons as known so far, 0 to ``people`` − 1. How far voices
    spread about their means is taken from the call itself, so that people who sound alike are told
    apart by what differs between them; means, spread and paths are found in turns.
    """
    if people < 2 or not cells:
        return [[] for _ in cells]
    lengths = [len(c.frames) for c in cells]
    vectors = _vectors(cells, pool)
    owner = np.repeat(labels, lengths)
    for _ in range(_ROUNDS):
        owner = cheapest_paths(-_fit(vectors, owner, people), lengths, CHANGE_COST)
    paths = np.split(owner, np.cumsum(lengths)[:-1])
    return [(np.flatnonzero(np.diff(path)) + 1).tolist() for path in paths]


def likelihoods(
    cells: Sequence[VoiceCells], labels: NDArray[np.int_], people: int, pool: Pool
) -> Floats:
    """Log-likelihood of every cell, heard with its surroundings, under each person's voice.

    (cells of all stretches, people), up to a constant; stretches' persons are ``labels``.
    """
    owner = np.repeat(labels, [len(c.frames) for c in cells])
    return _fit(_vectors(cells, pool), owner, people)


def _vectors(cells: Sequence[VoiceCells], pool: Pool) -> NDArray[np.float32]:
    """The voice of every cell of every stretch, heard together with its surroundings."""
    blocks = range(0, len(cells), _BLOCK)
    return np.concatenate([pool(_surroundings(cells[i : i + _BLOCK])) for i in blocks])


def _fit(vectors: NDArray[np.float32], owner: NDArray[np.int_], people: int) -> Floats:
    """Log-likelihood of each cell under each person, (cells, people), up to a constant.

    A sphere about each person's mean, of one size for all: a full covariance learned from labels
    that are partly wrong explains them away.
    """
    counts = np.bincount(owner, minlength=people).astype(np.float64)
    means = np.stack(
        [vectors[owner == person].sum(axis=0, dtype=np.float64) for person in range(people)]
    )
    means /= np.maximum(counts, 1.0)[:, None]
    squares = np.einsum("ij,ij->", vectors, vectors, dtype=np.float64)
    spread = squares - float((counts * (means**2).sum(axis=1)).sum())
    variance = max(0.0, spread) / max(1, vectors.size) + 1e-6
    score = (vectors @ means.T - 0.5 * (means**2).sum(axis=1)) / variance
    score[:, counts == 0] = -np.inf
    return np.asarray(CELL_WORTH * score)


def cheapest_paths(costs: Floats, lengths: Sequence[int], change: float) -> NDArray[np.int_]:
    """The state of every row when each change of state costs too (Viterbi), rows in sequences.

    ``costs`` is (rows, states); the first sequence has ``lengths[0]`` rows, the next ``lengths[1]``
    and so on. All sequences are walked at once, step by step.
    """
    sizes = np.asarray(lengths, dtype=np.int_)
    longest = int(sizes.max(initial=0))
    if not longest:
        return np.zeros(0, dtype=np.int_)
    inside = np.arange(longest) < sizes[:, None]
    padded = np.zeros((len(sizes), longest, costs.shape[1]))
    padded[inside] = costs
    total = padded[:, 0].copy()
    states = np.arange(costs.shape[1])
    origins = np.zeros(padded.shape, dtype=np.int_)
    for step in range(1, longest):
        best = total.argmin(axis=1)[:, None]
        changed = np.take_along_axis(total, best, axis=1) + change
        origins[:, step] = np.where(total <= changed, states, best)
        total = np.minimum(total, changed) + padded[:, step]
    paths = np.zeros((len(sizes), longest), dtype=np.int_)
    paths[:, -1] = total.argmin(axis=1)
    for step in range(longest - 1, 0, -1):
        last = paths[:, step, None]
        paths[:, step - 1] = np.take_along_axis(origins[:, step], last, axis=1)[:, 0]
    return np.asarray(paths[inside], dtype=np.int_)


def _surroundings(cells: Sequence[VoiceCells]) -> VoiceCells:
    """A row for every cell of every stretch: the cell with those within reach on either side."""
    rows = [_reached(c) for c in cells]
    return VoiceCells(
        np.concatenate([r.sums for r in rows]),
        np.concatenate([r.squares for r in rows]),
        np.concatenate([r.frames for r in rows]),
    )


def _reached(cells: VoiceCells) -> VoiceCells:
    index = np.arange(len(cells.frames))
    low = np.maximum(index - REACH_CELLS, 0)
    high = np.minimum(index + REACH_CELLS + 1, len(index))

    def reach(values: NDArray[np.float32]) -> NDArray[np.float32]:
        total = np.concatenate([np.zeros_like(values[:1]), np.cumsum(values, axis=0)])
        return np.asarray(total[high] - total[low], dtype=np.float32)

    return VoiceCells(reach(cells.sums), reach(cells.squares), reach(cells.frames))
