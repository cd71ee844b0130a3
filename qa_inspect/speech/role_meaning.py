"""Agent or customer by the meaning of sentences, for calls that words leave open.

A linear head on the multilingual sentence vectors of ``language.embed``: learned from Chinese and
English calls, it knows what agents do in a call (ask for a number, look something up, promise)
in languages without labelled calls too. Vectors cost several milliseconds a sentence, so
``roles`` asks only where phrases and n-grams cannot tell. This module does not decide.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from qa_inspect.config import shipped
from qa_inspect.errors import ModelError
from qa_inspect.language.embed import DIMENSIONS, Embedder, load_embedder

HEAD = Path("heads") / "role_meaning.npz"
MOST_SENTENCES = 20
"""Sentences of a side that are read, the first ones: calls begin with who is who."""

INDEPENDENT = 4
"""Sentences of a side beyond this many add no evidence: what makes the head err errs in all."""

MOST_MEANING = 2.0
"""The most (log-odds) that meaning adds: it speaks for calls unlike those it was learned from."""

Floats = NDArray[np.float32]


def meaning_odds(agent: Sequence[str], customer: Sequence[str]) -> float:
    """Natural log-odds that the first texts are the agent's and the second the customer's.

    0.0 where the sentence model is not installed.
    """
    embedder = _embedder()
    if embedder is None:
        return 0.0
    return weigh_meaning(embedder, agent, customer)


def weigh_meaning(
    embedder: Embedder,
    agent: Sequence[str],
    customer: Sequence[str],
    *,
    head: tuple[Floats, float] | None = None,
) -> float:
    """The same with a given embedder of ``DIMENSIONS`` dimensions, and a head of one's own."""
    weights, intercept = load_meaning_head() if head is None else head
    sides = [_first_sentences(agent), _first_sentences(customer)]
    if not all(sides):
        return 0.0
    scores = embedder.embed([text for side in sides for text in side]) @ weights + intercept
    first = len(sides[0])
    odds = _evidence(scores[:first]) - _evidence(scores[first:])
    return max(-MOST_MEANING, min(MOST_MEANING, odds))


@functools.cache
def load_meaning_head(path: Path | None = None) -> tuple[Floats, float]:
    """Weights (DIMENSIONS,) and intercept for a sentence. Raises ModelError."""
    file = shipped("models") / HEAD if path is None else path
    try:
        with np.load(file, allow_pickle=False) as stored:
            weights = np.asarray(stored["weights"], dtype=np.float32)
            intercept = float(np.asarray(stored["intercept"]))
        if weights.shape != (DIMENSIONS,):
            raise ValueError(f"{weights.shape} weights")
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise ModelError(
            f"the head that tells agents from customers by meaning cannot be read ({error})",
            where=str(file),
            cure="install qa-inspect again or run benchmarks/train_role_head.py",
        ) from error
    weights.flags.writeable = False
    return weights, intercept


@functools.cache
def _embedder() -> Embedder | None:
    try:
        return load_embedder()
    except ModelError:
        return None


def _evidence(scores: Floats) -> float:
    return float(scores.mean()) * min(len(scores), INDEPENDENT)


def _first_sentences(texts: Sequence[str]) -> list[str]:
    said = [text.strip() for text in texts if text.strip()]
    return said[:MOST_SENTENCES]
