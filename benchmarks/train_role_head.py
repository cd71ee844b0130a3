"""Trains the head that tells agents from customers, and says how well it does on calls left out.

    python benchmarks/train_role_head.py path/to/evaluation/data

reads ``text/zh_phone_calls.jsonl`` and ``text/en_satisfaction.jsonl`` there and writes
``models/heads/roles.npz``, printing the tempers that fit calls left out (``role_odds`` trusts the
head less than that, for calls of other trades). One seed, no clock: the same data and library
versions give the same file.

Every call is seen many times: whole, its first turns, a few turns from its middle, one side
alone, and all of these again as a recogniser and a diarizer would spoil them.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.random import Generator
from scipy.sparse import csr_matrix, vstack
from sklearn.linear_model import LogisticRegression

from qa_inspect.speech.role_evidence import weigh_words
from qa_inspect.speech.role_head import BUCKETS, buckets

Turns = list[tuple[str, str]]
"""Who (``agent`` or ``customer``) and what was said."""

SIDES = ("agent", "customer")
STRENGTH = 0.05
"""Inverse regularisation of the logistic regression, chosen on the folds."""

FEWEST_CALLS = 8
"""What stands in fewer calls gets no weight: it is somebody's own words, not a manner."""

LENGTHS = {"zh": (1, 3), "en": (2, 4)}
MOST_CALLS = 300
FIRST_TURNS = (2, 3, 4, 6, 8, 12)
EXCERPTS = (3, 4, 6, 8, 12, 20)


@dataclass(frozen=True, slots=True)
class Spoiling:
    """Shares (0-1) of characters replaced and lost, turns and turn ends given to the other side."""

    replaced: float
    lost: float
    swapped: float
    shifted: float


CLEAN = Spoiling(0, 0, 0, 0)
RECOGNISED = Spoiling(0.12, 0.04, 0.0, 0.3)
MONO = Spoiling(0.12, 0.04, 0.05, 0.5)


def read_calls(data: Path, language: str) -> list[Turns]:
    """The labelled calls of a language among the evaluation data."""
    if language == "zh":
        lines = (data / "text" / "zh_phone_calls.jsonl").read_text(encoding="utf-8").splitlines()
        return [[(t["role"], t["text"]) for t in json.loads(x)["turns"]] for x in lines]
    lines = (data / "text" / "en_satisfaction.jsonl").read_text(encoding="utf-8").splitlines()
    named = {"USER": "customer", "SYSTEM": "agent"}
    calls = [[(named[t["role"]], t["text"]) for t in json.loads(x)["turns"]] for x in lines]
    return calls[:: -(-len(calls) // MOST_CALLS)]


def spoil(call: Turns, how: Spoiling, letters: Sequence[str], rng: Generator) -> Turns:
    """The call as a poor recogniser and a mono diarizer would hand it on."""
    other = dict(zip(SIDES, reversed(SIDES), strict=True))
    out: Turns = []
    for who, text in call:
        kept = [c for c in text if rng.random() >= how.lost]
        heard = (
            letters[int(rng.integers(len(letters)))] if rng.random() < how.replaced else c
            for c in kept
        )
        out.append((other[who] if rng.random() < how.swapped else who, "".join(heard)))
    for i in range(len(out) - 1):
        (who, text), (next_who, next_text) = out[i], out[i + 1]
        if who == next_who or rng.random() >= how.shifted:
            continue
        size = int(rng.integers(1, 4))
        if rng.random() < 0.5:
            out[i], out[i + 1] = (who, text + next_text[:size]), (next_who, next_text[size:])
        else:
            out[i], out[i + 1] = (who, text[:-size]), (next_who, text[-size:] + next_text)
    return [(who, text) for who, text in out if text.strip()]


def variants(call: Turns, letters: Sequence[str], rng: Generator) -> list[Turns]:
    """The call whole and in parts, plain and spoilt."""
    parts = [call, *(call[:k] for k in FIRST_TURNS)]
    for _ in range(3):
        size = int(rng.choice(EXCERPTS))
        start = int(rng.integers(0, max(1, len(call) - size)))
        parts.append(call[start : start + size])
    side = SIDES[int(rng.integers(2))]
    parts.append([turn for turn in call[:20] if turn[0] == side])
    spoilt = [
        spoil(
            part,
            Spoiling(
                rng.uniform(0, 0.15), rng.uniform(0, 0.05), rng.uniform(0, 0.1), rng.uniform(0, 0.5)
            ),
            letters,
            rng,
        )
        for part in parts
    ]
    return [part for part in (*parts, *spoilt) if part]


def contrast(call: Turns, language: str) -> dict[int, float]:
    """Agent's n-grams minus the customer's, each as log(1 + times)."""
    made: dict[int, float] = {}
    for sign, side in ((1.0, "agent"), (-1.0, "customer")):
        found = [buckets(t, language, *LENGTHS[language]) for who, t in call if who == side]
        if not found:
            continue
        where, times = np.unique(np.concatenate(found), return_counts=True)
        for bucket, value in zip(where.tolist(), np.log1p(times).tolist(), strict=True):
            made[bucket] = made.get(bucket, 0.0) + sign * value
    return made


def matrix(rows: Sequence[dict[int, float]]) -> csr_matrix:
    """Sparse rows of shape (rows, BUCKETS)."""
    starts = np.cumsum([0, *(len(row) for row in rows)])
    where = [bucket for row in rows for bucket in row]
    values = [value for row in rows for value in row.values()]
    return csr_matrix((values, where, starts), shape=(len(rows), BUCKETS))


def fit(calls: Sequence[Turns], language: str, rng: Generator) -> np.ndarray:
    """The weights (BUCKETS,) learned from labelled calls."""
    letters = list("".join(text for call in calls for _, text in call))
    spread = np.zeros(BUCKETS)
    for call in calls:
        spread[list(contrast(call, language))] += 1
    kept = spread >= FEWEST_CALLS
    rows = [contrast(part, language) for call in calls for part in variants(call, letters, rng)]
    x = matrix([{b: v for b, v in row.items() if kept[b]} for row in rows])
    model = LogisticRegression(
        C=STRENGTH, fit_intercept=False, solver="liblinear", max_iter=300, random_state=0
    )
    model.fit(vstack([x, -x]), np.r_[np.ones(len(rows)), np.zeros(len(rows))])
    return np.asarray(model.coef_[0] * kept)


def stored(weights: np.ndarray) -> tuple[np.ndarray, np.float32]:
    """int8 weights and their scale."""
    scale = np.float32(np.abs(weights).max() / 127)
    return np.round(weights / scale).astype(np.int8), scale


def left_out(
    calls: Sequence[Turns], language: str, folds: int, say: Callable[[str], None]
) -> list[tuple[float, float]]:
    """Phrases' and head's log-odds of parts of every call, from heads that never saw the call."""
    letters = list("".join(text for call in calls for _, text in call))
    made: list[tuple[float, float]] = []
    by_part: dict[str, list[float]] = {}
    for fold in range(folds):
        rng = np.random.default_rng(fold)
        rest = [call for i, call in enumerate(calls) if i % folds != fold]
        raw, scale = stored(fit(rest, language, rng))
        weights = raw * float(scale)
        for call in calls[fold::folds]:
            for name, part in parts_to_judge(call, letters, rng):
                row = contrast(part, language)
                head = float(sum(weights[b] * v for b, v in row.items()))
                words = phrase_odds(part, language)
                made.append((words, head))
                by_part.setdefault(name, []).append(head)
    for name, odds in by_part.items():
        right = np.mean(np.array(odds) > 0)
        say(f"{language} {name:>22}: head alone right {right:.4f} of {len(odds)}")
    return made


def parts_to_judge(
    call: Turns, letters: Sequence[str], rng: Generator
) -> Iterable[tuple[str, Turns]]:
    """The parts that roles must be told from, with their names; both sides speak in each."""
    for spoiling, how in (("clean", CLEAN), ("recognised", RECOGNISED), ("mono", MONO)):
        for size in (None, 8, 6, 4, 2):
            part = spoil(call[:size], how, letters, rng)
            if len({who for who, _ in part}) == 2:
                yield f"{spoiling} {size or 'whole'}", part


def phrase_odds(call: Turns, language: str) -> float:
    """What the phrases say for the agent being the agent."""
    agent, customer = (
        weigh_words((t for who, t in call if who == side), language).agent_over_customer
        for side in SIDES
    )
    return agent - customer


def temper(odds: Sequence[tuple[float, float]]) -> np.ndarray:
    """How much phrases and head count in the sum: a logistic regression on left-out odds."""
    x = np.array(odds)
    x = np.clip(x, -20, 20)
    model = LogisticRegression(fit_intercept=False, C=100.0)
    model.fit(np.vstack([x, -x]), np.r_[np.ones(len(x)), np.zeros(len(x))])
    return np.asarray(model.coef_[0])


def main() -> None:
    """Trains on all calls after the folds have said what to expect."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, help="folder of evaluation data")
    parser.add_argument("--out", type=Path, default=Path("models/heads/roles.npz"))
    parser.add_argument("--folds", type=int, default=5, help="0: train only")
    asked = parser.parse_args()
    arrays: dict[str, Any] = {}
    for language in LENGTHS:
        calls = read_calls(asked.data, language)
        if asked.folds:
            odds = left_out(calls, language, asked.folds, print)
            print(language, "tempers of phrases and head:", temper(odds), flush=True)
        raw, scale = stored(fit(calls, language, np.random.default_rng(0)))
        arrays[f"{language}_weights"] = raw
        arrays[f"{language}_scale"] = np.asarray(scale)
        arrays[f"{language}_lengths"] = np.asarray(LENGTHS[language], dtype=np.int8)
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(asked.out, **arrays)
    print(f"{asked.out}: {asked.out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
