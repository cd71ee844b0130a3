"""Trains the head that adds to the cues of politeness in English what the wording as a whole says.

    python -m benchmarks.train_politeness_head path/to/evaluation/data

reads ``text/en_politeness.jsonl`` there (requests, each with the mean of people's politeness
scores), says by ten folds how well cues and head together follow people, and writes
``models/heads/politeness_en.npz``. No text is kept: runs of words are hashed, and what fewer than
two lines share has no weight. Lines that read alike are in one fold.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.stats import rankdata, spearmanr
from sklearn.linear_model import Ridge
from sklearn.metrics import roc_auc_score

from benchmarks.run_heads import Floats, bucket_matrix, cue_sums, weighed
from qa_inspect.domain import Role
from qa_inspect.language.embed import MODEL, Vector, load_embedder
from qa_inspect.rubric.load import load_rubric
from qa_inspect.rubric.word_heads import BUCKETS, WordHead, buckets, directions, save_word_head

LANGUAGE = "en"
OUT = Path("models/heads/politeness_en.npz")
FOLDS = 10
SPREAD = 5.0
"""Log-odds of the politest line; the rudest has minus that many. Ranks lie evenly between."""
MOST_CUES = 2.5
"""What the cues of one line can weigh while the head is fitted: none has to be argued away."""
MOST_HEAD = 2.5
STRENGTH = 3.0
"""Ridge penalty, chosen by ten folds, as are the two below."""
RARITY = 0.75
VECTOR_SHARE = 0.4

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """Lines (n), people's scores (n,), their sentence vectors (n, dimensions), runs of words
    (n, BUCKETS), what the cues say of each (log-odds, n) and the fold each belongs to."""

    texts: Sequence[str]
    scores: Floats
    vectors: Vector
    runs: Any
    cues: Floats
    folds: npt.NDArray[np.int64]


def read(data: Path) -> Labelled:
    """The labelled lines with all that is needed to fit; embedding takes minutes."""
    with (data / "text" / "en_politeness.jsonl").open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    texts = [str(row["text"]) for row in rows]
    digests = [int(hashlib.md5(t.encode(), usedforsecurity=False).hexdigest(), 16) for t in texts]
    return Labelled(
        texts,
        np.array([row["score"] for row in rows], dtype=np.float64),
        load_embedder().embed(texts),
        bucket_matrix([buckets(text, LANGUAGE) for text in texts], BUCKETS),
        sums_of(texts),
        np.array([digest // 7 % FOLDS for digest in digests]),
    )


def sums_of(texts: Sequence[str]) -> Floats:
    """The shipped item's log-odds by its cues alone, without its bias."""
    rubric = load_rubric("support", LANGUAGE)
    item = rubric.item("politeness")
    if item is None:
        raise KeyError("politeness")
    return cue_sums(texts, item.rule, rubric, Role.AGENT)


def fit(lines: Labelled, chosen: Flags) -> WordHead:
    """The head from the ``chosen`` lines (n,), fitted to what their cues leave open."""
    counts, rarity = weighed(lines.runs[chosen], RARITY)
    centre = lines.vectors[chosen].mean(axis=0)
    away = directions(lines.vectors[chosen], centre) * VECTOR_SHARE
    ranks = rankdata(lines.scores[chosen]) / chosen.sum()
    open_left = SPREAD * (2 * ranks - 1) - np.clip(lines.cues[chosen], -MOST_CUES, MOST_CUES)
    model = Ridge(alpha=STRENGTH, solver="sparse_cg")
    model.fit(sparse.hstack([counts, away]).tocsr(), open_left)
    weights = model.coef_.astype(np.float32)
    return WordHead(
        MODEL,
        weights[:BUCKETS],
        rarity.astype(np.float32),
        centre.astype(np.float32),
        weights[BUCKETS:] * np.float32(VECTOR_SHARE),
        float(model.intercept_),
        MOST_HEAD,
    )


def judged(head: WordHead, lines: Labelled, asked: Flags) -> Floats:
    """Log-odds of the ``asked`` lines by cues and head together."""
    at = np.flatnonzero(asked)
    texts = [lines.texts[int(i)] for i in at]
    return lines.cues[at] + head.odds(texts, lines.vectors[at], LANGUAGE)


def held_back(lines: Labelled, parts: npt.NDArray[np.int64]) -> Floats:
    """Log-odds of every line by a head that was fitted on the other parts."""
    odds = np.zeros(len(lines.texts))
    for part in np.unique(parts):
        odds[parts == part] = judged(fit(lines, parts != part), lines, parts == part)
    return odds


def figures(odds: Floats, scores: Floats) -> tuple[float, float]:
    """Spearman's rank correlation, and the AUC of the politest quarter against the rudest."""
    low, high = np.quantile(scores, [0.25, 0.75])
    ends = (scores <= low) | (scores >= high)
    auc = roc_auc_score(scores[ends] >= high, odds[ends])
    return float(spearmanr(odds, scores)[0]), float(auc)


def main() -> None:
    """Measures by folds, then fits on all lines and writes the head."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, help="folder of evaluation data")
    parser.add_argument("--out", type=Path, default=OUT)
    asked = parser.parse_args()
    lines = read(asked.data)
    correlation, auc = figures(held_back(lines, lines.folds), lines.scores)
    print(f"{FOLDS} folds: rank correlation {correlation:.3f}, quarters AUC {auc:.3f}")
    save_word_head(fit(lines, np.ones(len(lines.texts), dtype=bool)), asked.out)
    print(f"{asked.out}: {asked.out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
