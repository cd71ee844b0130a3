"""Trains a head from labelled lines: logistic regression on sentence vectors, measured honestly.

How strongly weights are held down, and whether character n-grams help, is chosen by cross-
validation; lines that read alike stay in one fold. The likelihood is calibrated (Platt) on scores
of held-back lines, and precision and recall come from lines on which neither the weights, nor the
calibration, nor the threshold were fitted (the choice among eight was made on all of them, which
flatters a little). No line is stored in the head.

This module does not know files, rubrics or calls.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa_inspect.errors import InputError
from qa_inspect.language.embed import Embedder
from qa_inspect.rubric.folding import fold
from qa_inspect.rubric.head_lines import LabelledLine
from qa_inspect.rubric.heads import (
    GRAM_BITS,
    Head,
    HeadCard,
    embedding_sha256,
    gram_counts,
)
from qa_inspect.rubric.wording import count

LEAST_A_SIDE = 10
MOST_FOLDS = 10
MANY_LINES = 1_000
"""From here on five folds do: each still leaves enough to learn from."""
STRENGTHS = (0.4, 3.0, 20.0, 100.0)
"""Inverse penalties tried (scikit-learn's C); unit vectors of e5 differ little, so up to 100."""
GRAM_SCALES = (0.0, 0.25)
"""How much n-grams weigh beside vectors: not at all, or so that neither drowns the other."""
LEAST_GAIN = 0.01
"""Part of the loss that n-grams must save, or the simpler head is kept."""
LEAST_LINES_A_GRAM = 3
"""Lines a bucket must be found in: what one line alone holds leaves nothing behind."""

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Data:
    vectors: Floats
    grams: Any
    hits: Flags
    groups: NDArray[np.int64]

    def inputs(self, scale: float) -> Any:
        """What the regression sees: (lines, dimensions), with n-grams a sparse matrix."""
        if scale == 0:
            return self.vectors
        from scipy import sparse

        return sparse.hstack([sparse.csr_matrix(self.vectors), self.grams * scale]).tocsr()


@dataclass(frozen=True, slots=True)
class _Choice:
    strength: float
    scale: float


def train_head(lines: Sequence[LabelledLine], embedder: Embedder, name: str) -> Head:
    """A head from labelled lines; lines that read alike count once a label.

    Raises InputError where fewer than ten distinct lines a side are given, and ModelError where
    the sentence model fails.
    """
    distinct, groups = _distinct(lines)
    _enough(distinct)
    texts = [line.text for line in distinct]
    grams = gram_matrix(texts)
    used = np.flatnonzero(grams.getnnz(axis=0))
    data = _Data(
        embedder.embed(texts).astype(np.float64),
        grams[:, used],
        np.array([line.hit for line in distinct]),
        groups,
    )
    folds = _folds(data)
    choice, held_back = _chosen(data, folds)
    slope, shift = platt(held_back, data.hits)
    weights, intercept = _fit(data, choice, np.ones(len(texts), dtype=bool))
    dimensions = data.vectors.shape[1]
    buckets = None
    if choice.scale:
        buckets = np.zeros(1 << GRAM_BITS, dtype=np.float32)
        buckets[used] = weights[dimensions:] * choice.scale * slope
    return Head(
        _card(name, data, folds, held_back, embedder),
        (weights[:dimensions] * slope).astype(np.float32),
        intercept * slope + shift,
        buckets,
    )


def _distinct(lines: Sequence[LabelledLine]) -> tuple[list[LabelledLine], NDArray[np.int64]]:
    """Lines without repetitions, and a number for each that is the same where they read alike."""
    kept: dict[tuple[str, bool], LabelledLine] = {}
    numbers: dict[str, int] = {}
    groups: list[int] = []
    for line in lines:
        plain = fold(line.text) or line.text
        if (plain, line.hit) in kept:
            continue
        kept[plain, line.hit] = line
        groups.append(numbers.setdefault(plain, len(numbers)))
    return list(kept.values()), np.array(groups, dtype=np.int64)


def _enough(lines: Sequence[LabelledLine]) -> None:
    hits = sum(line.hit for line in lines)
    for label, number in (("yes", hits), ("no", len(lines) - hits)):
        if number == 0:
            raise InputError(
                f"no line is labelled {label}",
                cure=f"a head learns from both; give at least {LEAST_A_SIDE} lines of each",
            )
        if number < LEAST_A_SIDE:
            raise InputError(
                f"only {count(number, 'different line')} {'is' if number == 1 else 'are'} "
                f"labelled {label}",
                cure=f"give at least {LEAST_A_SIDE} of each label; fifty are better",
            )


def gram_matrix(texts: Sequence[str]) -> Any:
    """Sparse (lines, buckets); buckets found in few lines are left empty."""
    from scipy import sparse

    line, at, values = gram_counts(texts)
    common = np.bincount(at, minlength=1 << GRAM_BITS)[at] >= LEAST_LINES_A_GRAM
    return sparse.csr_matrix(
        (values[common], (line[common], at[common])), shape=(len(texts), 1 << GRAM_BITS)
    )


def _folds(data: _Data) -> NDArray[np.int64]:
    """The fold of every line, both labels in each."""
    from sklearn.model_selection import StratifiedGroupKFold

    rarer = min(int(data.hits.sum()), int((~data.hits).sum()))
    number = 5 if len(data.hits) >= MANY_LINES else min(MOST_FOLDS, rarer)
    split = StratifiedGroupKFold(number, shuffle=True, random_state=0)
    folds = np.zeros(len(data.hits), dtype=np.int64)
    for at, (_, test) in enumerate(split.split(data.vectors, data.hits, data.groups)):
        folds[test] = at
    return folds


def _chosen(data: _Data, folds: NDArray[np.int64]) -> tuple[_Choice, Floats]:
    """The choice with the least loss on held-back lines, and the log-odds it gave them."""
    best: dict[float, tuple[float, _Choice, Floats]] = {}
    for scale in GRAM_SCALES:
        inputs = data.inputs(scale)
        for strength in STRENGTHS:
            choice = _Choice(strength, scale)
            odds = np.zeros(len(folds))
            for train, test in _splits(folds):
                weights, intercept = _solved(inputs, data.hits, strength, train)
                odds[test] = inputs[test] @ weights + intercept
            slope, shift = platt(odds, data.hits)
            loss = _loss(odds * slope + shift, data.hits)
            if scale not in best or loss < best[scale][0]:
                best[scale] = (loss, choice, odds)
    plain, with_grams = (best[scale] for scale in GRAM_SCALES)
    _, choice, odds = with_grams if with_grams[0] < plain[0] * (1 - LEAST_GAIN) else plain
    return choice, odds


def _splits(folds: NDArray[np.int64]) -> Iterator[tuple[Flags, Flags]]:
    for fold_number in range(int(folds.max()) + 1):
        test = folds == fold_number
        if test.any():
            yield ~test, test


def _fit(data: _Data, choice: _Choice, train: Flags) -> tuple[Floats, float]:
    return _solved(data.inputs(choice.scale), data.hits, choice.strength, train)


def _solved(inputs: Any, hits: Flags, strength: float, train: Flags) -> tuple[Floats, float]:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=strength, max_iter=1_000)
    model.fit(inputs[train], hits[train])
    return np.asarray(model.coef_[0], dtype=np.float64), float(model.intercept_[0])


def platt(odds: Floats, hits: Flags) -> tuple[float, float]:
    """Slope and shift that make log-odds of held-back lines likelihoods (Platt 1999).

    Targets lie a little inside 0 and 1, as he proposed, so that few lines never make it certain. A
    slope of odds that tell nothing is 0, never below.
    """
    from scipy.optimize import minimize

    yes, no = int(hits.sum()), int((~hits).sum())
    targets = np.where(hits, (yes + 1) / (yes + 2), 1 / (no + 2))

    def loss(parameters: Floats) -> float:
        z = parameters[0] * odds + parameters[1]
        return float(np.mean(np.logaddexp(0.0, z) - targets * z))

    start = np.array([1.0, 0.0])
    found = minimize(loss, start, method="L-BFGS-B", bounds=[(0.0, None), (None, None)])
    return float(found.x[0]), float(found.x[1])


def _loss(odds: Floats, hits: Flags) -> float:
    return float(np.mean(np.logaddexp(0.0, odds) - hits * odds))


def _card(
    name: str, data: _Data, folds: NDArray[np.int64], odds: Floats, embedder: Embedder
) -> HeadCard:
    from sklearn.metrics import roc_auc_score

    found = np.zeros(len(odds), dtype=bool)
    for train, test in _splits(folds):
        likely = _likely(odds, data.hits, train)
        found[test] = likely[test] >= best_threshold(likely[train], data.hits[train])
    right = int((found & data.hits).sum())
    everything = np.ones(len(odds), dtype=bool)
    threshold = best_threshold(_likely(odds, data.hits, everything), data.hits)
    return HeadCard(
        name=name,
        lines=len(odds),
        hits=int(data.hits.sum()),
        folds=int(folds.max()) + 1,
        precision=round(right / int(found.sum()), 4) if found.any() else None,
        recall=round(right / int(data.hits.sum()), 4),
        auc=round(float(roc_auc_score(data.hits, odds)), 4),
        threshold=round(threshold, 4),
        embedding=embedder.model,
        embedding_sha256=embedding_sha256(embedder.model),
        trained_on=datetime.now(UTC).date().isoformat(),
    )


def _likely(odds: Floats, hits: Flags, fitted_on: Flags) -> Floats:
    slope, shift = platt(odds[fitted_on], hits[fitted_on])
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(odds * slope + shift, -30, 30))))


def best_threshold(likely: Floats, hits: Flags) -> float:
    """The likelihood from which on precision and recall are best together (F1).

    It lies half-way between two lines' likelihoods, so that rounding moves no line across it.
    """
    order = np.argsort(-likely, kind="stable")
    sorted_hits, values = hits[order], likely[order]
    right = np.cumsum(sorted_hits)
    f1 = 2 * right / (np.arange(1, len(order) + 1) + hits.sum())
    f1[:-1][values[:-1] == values[1:]] = -1.0
    best = int(np.argmax(f1))
    below = values[best + 1] if best + 1 < len(values) else 0.0
    return float((values[best] + below) / 2)
