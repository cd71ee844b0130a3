"""Trains the heads that add to the cues of abuse what runs of letters say, English and Chinese.

    python -m benchmarks.train_abuse_head path/to/evaluation/data

reads ``text/en_abuse.jsonl`` (turns said to a bot, each with people's mean severity) and
``text/zh_offensive.jsonl`` (posts, offensive or not) there, says by ten folds how well cues and
head together follow people, and writes ``models/heads/abuse_LANGUAGE.npz``. No text is kept: runs
of letters are hashed, and what fewer than two lines share has no weight. Lines that read alike are
in one fold.
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
from sklearn.linear_model import Ridge
from sklearn.metrics import roc_auc_score

from benchmarks.run_heads import Floats, bucket_matrix, cue_sums, weighed
from qa_inspect.domain import Role
from qa_inspect.language import tokens
from qa_inspect.rubric.letter_heads import LetterHead, letter_buckets, save_letter_head
from qa_inspect.rubric.load import load_rubric

OUT = Path("models/heads")
FOLDS = 10
BUCKETS = 1 << 16
RARITY = 0.6
"""Chosen by ten folds, as are the settings of each language."""

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Setting:
    """How the head of a language is fitted.

    ``longest`` is the longest run of letters and ``penalty`` that of the ridge regression.
    ``slope`` is how many log-odds one unit of its answer means and ``middle`` the answer that
    speaks neither for nor against. ``most`` bounds what the head adds: less than a listed insult
    weighs in the rubric, so that no call is flagged for a head's sake alone.
    """

    data: str
    field: str
    longest: int
    penalty: float
    slope: float
    middle: float
    most: float


SETTINGS = {
    "en": Setting("en_abuse", "user", 5, 1.0, 3.0, -0.5, 2.2),
    "zh": Setting("zh_offensive", "text", 2, 1.0, 3.0, 0.0, 2.2),
}


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """Lines (n), whether each is abuse (n,), what is fitted (n,), runs of letters
    (n, BUCKETS), what the cues say of each (log-odds, n) and the fold each belongs to."""

    language: str
    texts: Sequence[str]
    abuse: Flags
    wanted: Floats
    runs: Any
    cues: Floats
    folds: npt.NDArray[np.int64]


def read(data: Path, language: str) -> Labelled:
    """The labelled lines of a language with all that is needed to fit."""
    setting = SETTINGS[language]
    with (data / "text" / f"{setting.data}.jsonl").open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    texts = [str(row[setting.field]) for row in rows]
    wanted = np.array([_wanted(row) for row in rows])
    alike = [" ".join(tokens.normalise(text).split()) for text in texts]
    digests = [int(hashlib.md5(t.encode(), usedforsecurity=False).hexdigest(), 16) for t in alike]
    return Labelled(
        language,
        texts,
        np.array([_is_abuse(row) for row in rows]),
        wanted,
        runs_of(texts, setting.longest),
        sums_of(texts, language),
        np.array([digest // 7 % FOLDS for digest in digests]),
    )


def _is_abuse(row: dict[str, Any]) -> bool:
    return bool(row["severity"] < 0 if "severity" in row else row["offensive"])


def _wanted(row: dict[str, Any]) -> float:
    """Severity upside down without its far ends, or plus and minus one."""
    if "severity" in row:
        return float(np.clip(-row["severity"], -1.0, 1.5))
    return 1.0 if row["offensive"] else -1.0


def runs_of(texts: Sequence[str], longest: int) -> Any:
    """Which buckets each text has: a sparse matrix of ones, (n, BUCKETS)."""
    return bucket_matrix([letter_buckets(text, longest, BUCKETS) for text in texts], BUCKETS)


def sums_of(texts: Sequence[str], language: str) -> Floats:
    """The shipped flag's log-odds by its cues alone, without its bias."""
    rubric = load_rubric("risk", language)
    flag = rubric.flag("abuse")
    if flag is None:
        raise KeyError("abuse")
    return cue_sums(texts, flag.rule, rubric, Role.CUSTOMER)


def fit(lines: Labelled, chosen: Flags) -> LetterHead:
    """The head from the ``chosen`` lines (n,), fitted beside their cues."""
    setting = SETTINGS[lines.language]
    counts, rarity = weighed(lines.runs[chosen], RARITY)
    cues = lines.cues[chosen][:, None]
    model = Ridge(alpha=setting.penalty, solver="sparse_cg")
    model.fit(sparse.hstack([counts, cues]).tocsr(), lines.wanted[chosen])
    return LetterHead(
        setting.longest,
        (setting.slope * model.coef_[:-1]).astype(np.float32),
        rarity.astype(np.float32),
        setting.slope * (float(model.intercept_) - setting.middle),
        setting.most,
    )


def held_back(lines: Labelled, parts: npt.NDArray[np.int64]) -> Floats:
    """Log-odds that a head adds to every line, fitted on the other parts."""
    odds = np.zeros(len(lines.texts))
    for part in np.unique(parts):
        head = fit(lines, parts != part)
        at = np.flatnonzero(parts == part)
        odds[at] = head.odds([lines.texts[int(i)] for i in at])
    return odds


def auc(odds: Floats, lines: Labelled, of: Flags | None = None) -> float:
    """The area under the ROC curve of odds, of all lines (n,) or of those chosen alone."""
    return float(roc_auc_score(lines.abuse if of is None else lines.abuse[of], odds))


def main() -> None:
    """Measures by folds, then fits on all lines and writes the heads."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, help="folder of evaluation data")
    parser.add_argument("--out", type=Path, default=OUT)
    asked = parser.parse_args()
    for language in SETTINGS:
        lines = read(asked.data, language)
        folded = held_back(lines, lines.folds)
        print(
            f"{language}, {FOLDS} folds: AUC of cues {auc(lines.cues, lines):.3f}, "
            f"of the head {auc(folded, lines):.3f}, of both {auc(lines.cues + folded, lines):.3f}"
        )
        file = asked.out / f"abuse_{language}.npz"
        save_letter_head(fit(lines, np.ones(len(lines.texts), dtype=bool)), file)
        print(f"{file}: {file.stat().st_size} bytes")


if __name__ == "__main__":
    main()
