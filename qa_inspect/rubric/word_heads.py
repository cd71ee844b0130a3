"""Heads that add to cues what the wording as a whole says, in log-odds.

Cues are signs that somebody wrote down; much of manners lies between them ("would it be all right
if"). Such a head is linear on hashed runs of one to three words, weighted by how rare they are and
scaled to length 1, and on the sentence vector. It was fitted to what the cues of its rubric leave
open, so the two are added. It holds a number a bucket, many runs of words share one, and no text.

This module does not know rubrics, calls or training (``benchmarks/train_politeness_head.py``).
"""

from __future__ import annotations

import functools
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from qa_inspect.errors import ModelError
from qa_inspect.language import tokens
from qa_inspect.language.embed import Vector
from qa_inspect.rubric.letter_heads import LetterHead, letter_head_of

Floats = npt.NDArray[np.float64]

BUCKETS = 1 << 16
FEW_WORDS = 8
"""A head learned from whole requests; of fewer words than this it says proportionally less."""

_TEXTS = 16_384
"""Texts of which a head remembers what their words say: half of them come again."""
_START = "^"
_ASKED = "?"
_CURE = "install the product again, or make it again as its page in models/heads says"
_DAMAGED = (OSError, EOFError, KeyError, TypeError, ValueError, zipfile.BadZipFile)


@dataclass(frozen=True, slots=True, eq=False)
class WordHead:
    """What a head knows.

    ``runs`` and ``rarity``: float32 (BUCKETS,), the weight of each bucket and how much it counts.
    ``centre`` and ``weights``: float32 (dimensions,), the mean sentence vector of the training and
    the weights on what differs from it. ``most`` bounds what the head adds, either way.
    """

    embedding: str
    runs: Vector
    rarity: Vector
    centre: Vector
    weights: Vector
    intercept: float
    most: float

    def check_model(self, model: str) -> None:
        """Raises ModelError where ``model`` is not the sentence model it was trained with."""
        if model != self.embedding:
            raise ModelError(
                f"a head was trained with the sentence model {self.embedding}, "
                f"and {model} is in use",
                cure="use that model, or leave `head` out of the rubric",
            )

    def odds(self, texts: Sequence[str], vectors: Vector, language: str) -> Floats:
        """Log-odds (n,) of texts and their unit vectors (n, dimensions)."""
        added = directions(vectors, self.centre) @ self.weights.astype(np.float64)
        said = np.array([_of_words(self, text, language) for text in texts]).reshape(-1, 2)
        added += self.intercept + said[:, 0]
        lengths = said[:, 1]
        return np.clip(added, -self.most, self.most) * np.minimum(1.0, lengths / FEW_WORDS)


@functools.lru_cache(maxsize=_TEXTS)
def _of_words(head: WordHead, text: str, language: str) -> tuple[float, int]:
    """What the runs of words of a text come to, and how many words it has."""
    said = words(text, language)
    at = buckets_of(said)
    counts = head.rarity[at].astype(np.float64)
    length = float(np.sqrt(np.square(counts).sum()))
    return (float(counts @ head.runs[at]) / length if length else 0.0), len(said)


def directions(vectors: Vector, centre: Vector) -> Floats:
    """Vectors (n, dimensions) seen from ``centre``, each of length 1."""
    away = vectors.astype(np.float64) - centre
    lengths = np.sqrt(np.square(away).sum(axis=1, keepdims=True))
    return np.asarray(away / np.maximum(lengths, 1e-9), dtype=np.float64)


def words(text: str, language: str) -> list[str]:
    """Words with a mark where a sentence starts and one where it asks; numbers are one."""
    found: list[str] = []
    for sentence in tokens.sentences(text, language):
        plain = ["0" if word.isdigit() else word for word in tokens.normalise(sentence).split()]
        if plain:
            asks = [_ASKED] if sentence.rstrip().endswith(("?", "？")) else []
            found += [_START, *plain, *asks]
    return found


def buckets(text: str, language: str) -> npt.NDArray[np.int64]:
    """The buckets of all runs of one to three words of a text, each once, ascending."""
    return buckets_of(words(text, language))


def buckets_of(said: Sequence[str]) -> npt.NDArray[np.int64]:
    """The same of words that are known already."""
    words = [word.encode() for word in said]
    after = [b" " + word for word in words]
    # the sum of a run goes on from that of the run which is a word shorter
    ones = list(map(zlib.crc32, words))
    twos = list(map(zlib.crc32, after[1:], ones))
    threes = map(zlib.crc32, after[2:], twos)
    return np.array(sorted({run % BUCKETS for run in (*ones, *twos, *threes)}), dtype=np.int64)


def save_word_head(head: WordHead, file: Path) -> None:
    """Writes a head: weights of runs in 8 bits, the rest in 16 and 32."""
    scale = float(np.abs(head.runs).max()) / 127 or 1.0
    arrays: dict[str, npt.NDArray[Any]] = {
        "embedding": np.array(head.embedding),
        "runs": np.round(head.runs / scale).astype(np.int8),
        "scale": np.array(scale),
        "rarity": head.rarity.astype(np.float16),
        "centre": head.centre.astype(np.float32),
        "weights": head.weights.astype(np.float32),
        "intercept": np.array(head.intercept),
        "most": np.array(head.most),
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as out:
        np.savez_compressed(out, allow_pickle=False, **arrays)


@functools.lru_cache(maxsize=16)
def load_word_head(file: Path) -> WordHead | LetterHead:
    """Reads a head for cues once. Raises ModelError where the file is missing or damaged."""
    try:
        with np.load(file, allow_pickle=False) as stored:
            return letter_head_of(stored) if "longest" in stored else _head_of(stored)
    except _DAMAGED as error:
        raise ModelError(
            f"the head for cues is missing or damaged ({error})", where=str(file), cure=_CURE
        ) from error


def _head_of(stored: Mapping[str, npt.NDArray[Any]]) -> WordHead:
    runs = stored["runs"].astype(np.float32) * np.float32(stored["scale"])
    rarity = stored["rarity"].astype(np.float32)
    centre, weights = stored["centre"], stored["weights"]
    numbers = (runs, rarity, centre, weights, stored["intercept"], stored["most"])
    if (
        runs.shape != (BUCKETS,)
        or rarity.shape != (BUCKETS,)
        or centre.shape != weights.shape
        or not all(np.isfinite(array).all() for array in numbers)
    ):
        raise ValueError("unexpected weights")
    for array in (runs, rarity, centre, weights):
        array.flags.writeable = False
    return WordHead(
        str(stored["embedding"]),
        runs,
        rarity,
        centre,
        weights,
        float(stored["intercept"]),
        float(stored["most"]),
    )
