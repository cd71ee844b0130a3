"""Trains ``models/heads/emotion.npz``: how likely it is that the speaker of a line is upset.

``python -m benchmarks.train_emotion_head DATA`` reads ``DATA/text/zh_emotion.jsonl`` (lines of
Chinese television series, each with a human label) and the project's own lines beside this file,
which bring the telephone and the other five languages. Each source has an intercept of its own in
training, so that the head learns what is upset, not what is television. The likelihood is that of
a service call: calibrated on the own calls' lines, each left out in turn, for a share of ``UPSET``
lines. No text goes into the head.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from qa_inspect.language.embed import MODEL, Embedder, load_embedder
from qa_inspect.rubric.head_training import gram_matrix, platt
from qa_inspect.rubric.heads import Head, HeadCard, embedding_sha256, save_head
from qa_inspect.rubric.yaml_tree import parse

OWN_LINES = Path(__file__).with_name("emotion_lines.yaml")
TALK = "zh_talk"
TELEVISION = "television"
CALLS = "calls"
STRENGTH = 0.6
GRAM_SCALE = 0.6
SHARES = {TELEVISION: 1.0, CALLS: 0.11, TALK: 0.36}
"""What all lines of a source weigh together, television being 1."""
UPSET = 0.2
"""Share of upset lines that likelihoods reckon with; in ordinary calls fewer are."""
FOLDS = 10
_INTERCEPT = 10.0
"""Size of a source's own input: so large that the penalty leaves its weight free."""

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Line:
    """A labelled line: ``source`` is television, calls or zh_talk, ``language`` a code."""

    text: str
    upset: bool
    source: str
    language: str


@dataclass(frozen=True, slots=True)
class Lines:
    """Labelled lines with what a head sees of them: vectors (n, d) and n-grams, sparse."""

    lines: tuple[Line, ...]
    vectors: Floats
    grams: Any

    @property
    def upset(self) -> Flags:
        """The labels."""
        return np.array([line.upset for line in self.lines])

    def of(self, source: str) -> NDArray[np.int64]:
        """Where the lines of a source stand, in their order."""
        return np.array([at for at, line in enumerate(self.lines) if line.source == source])


def read_television(data: Path) -> list[Line]:
    """The human-labelled lines in the order of the file."""
    rows = (data / "text" / "zh_emotion.jsonl").read_text(encoding="utf-8").splitlines()
    return [
        Line(row["text"], row["sentiment"] == "negative", TELEVISION, "zh")
        for row in map(json.loads, rows)
    ]


def read_own(file: Path = OWN_LINES) -> list[Line]:
    """The project's own lines."""
    groups = parse(file.read_text(encoding="utf-8")).data
    return [
        Line(text, label == "yes", TALK if group == TALK else CALLS, group.partition("_")[0])
        for group, labels in groups.items()
        for label, texts in labels.items()
        for text in texts
    ]


def prepared(lines: Sequence[Line], embedder: Embedder) -> Lines:
    """Lines with their vectors and n-grams."""
    texts = [line.text for line in lines]
    return Lines(tuple(lines), embedder.embed(texts).astype(np.float64), gram_matrix(texts))


def fit(data: Lines, train: Flags) -> tuple[Floats, Floats]:
    """Weights on vectors and on n-grams, from the lines marked in ``train``."""
    upset = data.upset
    weights = np.zeros(len(upset))
    sources = np.zeros((len(upset), len(SHARES)))
    television = max(1, int(train[data.of(TELEVISION)].sum()))
    for column, (source, share) in enumerate(SHARES.items()):
        at = data.of(source)
        chosen = at[train[at]]
        sources[at, column] = _INTERCEPT
        weights[chosen] = share * television / max(1, len(chosen))
    inputs = sparse.hstack(
        [sparse.csr_matrix(data.vectors), data.grams * GRAM_SCALE, sparse.csr_matrix(sources)]
    ).tocsr()
    model = LogisticRegression(C=STRENGTH, max_iter=1_000)
    model.fit(inputs[train], upset[train], sample_weight=weights[train])
    found = np.asarray(model.coef_[0], dtype=np.float64)
    dimensions = data.vectors.shape[1]
    buckets = data.grams.shape[1]
    return found[:dimensions], found[dimensions : dimensions + buckets] * GRAM_SCALE


def weigh(data: Lines, at: NDArray[np.int64], weights: tuple[Floats, Floats]) -> Floats:
    """Log-odds of lines, but for a constant."""
    return np.asarray(data.vectors[at] @ weights[0] + data.grams[at] @ weights[1])


def held_back(data: Lines, source: str, folds: NDArray[np.int64], given: Flags) -> Floats:
    """Log-odds of the lines of a source, each from weights that never saw its fold.

    Of all other lines those marked in ``given`` are learned from.
    """
    at = data.of(source)
    odds = np.zeros(len(at))
    for number in range(int(folds.max()) + 1):
        test = folds == number
        train = given.copy()
        train[at[test]] = False
        odds[test] = weigh(data, at[test], fit(data, train))
    return odds


def blocks(number: int, folds: int) -> NDArray[np.int64]:
    """Folds of neighbouring lines, so that one scene does not lie on both sides."""
    return np.arange(number, dtype=np.int64) * folds // number


def calibration(data: Lines, given: Flags) -> tuple[float, float]:
    """Slope and shift that make of log-odds those of an upset line in an ordinary call."""
    calls = data.of(CALLS)
    odds = held_back(data, CALLS, np.arange(len(calls)) % FOLDS, given)
    slope, shift = platt(odds, data.upset[calls])
    share = data.upset[calls].mean()
    return slope, shift + float(np.log(UPSET / (1 - UPSET)) - np.log(share / (1 - share)))


def head_of(data: Lines, given: Flags) -> Head:
    """A head from the lines marked in ``given``; its card has no figures yet."""
    slope, shift = calibration(data, given)
    weights, grams = fit(data, given)
    card = HeadCard(
        name="emotion",
        lines=int(given.sum()),
        hits=int((data.upset & given).sum()),
        folds=2,
        precision=None,
        recall=0.0,
        auc=0.5,
        threshold=0.5,
        embedding=MODEL,
        embedding_sha256=embedding_sha256(MODEL),
        trained_on=datetime.now(UTC).date().isoformat(),
    )
    return Head(card, (weights * slope).astype("f4"), shift, (grams * slope).astype("f4"))


def train_emotion(data: Lines) -> Head:
    """The head, with its figures on television lines of the half it was not trained on."""
    everything = np.ones(len(data.lines), dtype=bool)
    head = head_of(data, everything)
    slope, shift = calibration(data, everything)
    television = data.of(TELEVISION)
    labels = data.upset[television]
    odds = held_back(data, TELEVISION, blocks(len(television), 2), everything)
    found = odds * slope + shift >= 0.0
    right = int((found & labels).sum())
    card = replace(
        head.card,
        precision=round(right / max(1, int(found.sum())), 4),
        recall=round(right / int(labels.sum()), 4),
        auc=round(mean_auc(odds, labels, blocks(len(labels), 2)), 4),
    )
    return replace(head, card=card)


def mean_auc(odds: Floats, labels: Flags, folds: NDArray[np.int64]) -> float:
    """The mean of the folds' AUC, each measured on its own."""
    numbers = range(int(folds.max()) + 1)
    return float(np.mean([roc_auc_score(labels[folds == k], odds[folds == k]) for k in numbers]))


def main() -> None:
    """Embeds, trains, writes the head and prints its card."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, help="folder of evaluation data")
    parser.add_argument("--out", type=Path, default=Path("models/heads/emotion.npz"))
    asked = parser.parse_args()
    lines = [*read_television(asked.data), *read_own()]
    head = train_emotion(prepared(lines, load_embedder()))
    save_head(head, asked.out)
    print(f"{asked.out}: {asked.out.stat().st_size} bytes")
    print(head.card)


if __name__ == "__main__":
    main()
