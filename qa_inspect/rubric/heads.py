"""Small heads that tell from a line's sentence vector how likely it shows something.

A head is linear: weights on the sentence vector, where they help also on hashed character n-grams,
and a logistic curve. ``shipped`` and trained heads are one kind of file: numpy arrays and a card
of text, opened without pickle. The card says how many lines it was trained on, by which sentence
model, and what precision and recall it had on lines it was not trained on. No line is kept.

This module does not know rubrics, calls or training.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa_inspect.config import shipped
from qa_inspect.errors import ModelError
from qa_inspect.language.embed import Embedder, Vector
from qa_inspect.language.hashed_ngrams import hashed_ngrams_of
from qa_inspect.rubric.folding import fold
from qa_inspect.rubric.known_texts import KnownTexts
from qa_inspect.rubric.wording import count

FORMAT = 1
SUFFIX = ".npz"
GRAM_BITS = 14
GRAM_LENGTHS = (1, 3)
"""Lengths of character n-grams: up to a Chinese word, a Latin syllable."""

MOST_BYTES = 4_000_000
"""Unpacked; a head takes a hundredth of that."""
_DAMAGED = (OSError, EOFError, KeyError, TypeError, ValueError, zipfile.BadZipFile)


@dataclass(frozen=True, slots=True)
class HeadCard:
    """What is known of a head.

    ``lines`` and ``hits`` count distinct training lines and those labelled yes. ``precision``,
    ``recall`` (at ``threshold``) and ``auc`` are of lines held back in ``folds`` folds; precision
    is None where no line held back reached the threshold. ``embedding`` and ``embedding_sha256``
    name the sentence model, the latter empty for a model that the registry does not know.
    """

    name: str
    lines: int
    hits: int
    folds: int
    precision: float | None
    recall: float
    auc: float
    threshold: float
    embedding: str
    embedding_sha256: str
    trained_on: str
    format: int = FORMAT

    @property
    def told(self) -> str:
        """``trained on 120 lines, cross-validated precision 0.91, recall 0.84``."""
        precision = "unknown" if self.precision is None else f"{self.precision:.2f}"
        return (
            f"trained on {count(self.lines, 'line')}, cross-validated precision {precision}, "
            f"recall {self.recall:.2f}"
        )


@dataclass(frozen=True, slots=True)
class Head:
    """Weights on sentence vectors, float32 (dimensions,), and on buckets of n-grams, or None.

    The n-grams of a line are counts ``log(1 + n)`` scaled to length 1. ``where`` names the file.
    """

    card: HeadCard
    weights: Vector
    intercept: float
    grams: Vector | None = None
    where: str = ""
    known: KnownTexts = field(default_factory=KnownTexts, compare=False, repr=False)

    def odds(self, vectors: Vector, texts: Sequence[str]) -> NDArray[np.float64]:
        """Natural log-odds (n,) of unit vectors (n, dimensions) and their texts.

        Raises ModelError where the vectors have another length than those of the training.
        """
        if vectors.shape[1:] != self.weights.shape:
            raise ModelError(
                f"the head {self.card.name} was trained on vectors of {len(self.weights)} numbers "
                f"and is given {vectors.shape[1]}",
                where=self.where,
                cure="train it again with `qa-inspect rubric train`",
            )
        odds = vectors.astype(np.float64) @ self.weights.astype(np.float64) + self.intercept
        if self.grams is not None:
            odds += self.known.of(texts, self._by_grams)
        return odds

    def _by_grams(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """What the n-grams of texts (n,) add."""
        if self.grams is None:
            return np.zeros(len(texts))
        owner, where, counts = gram_counts(texts)
        weighed = counts * self.grams[where].astype(np.float64)
        return np.bincount(owner, weighed, len(texts)).astype(np.float64)

    def scores(self, vectors: Vector, texts: Sequence[str]) -> NDArray[np.float64]:
        """The same as likelihoods 0–1, float64 (n,)."""
        return 1.0 / (1.0 + np.exp(-np.clip(self.odds(vectors, texts), -30.0, 30.0)))

    def check_model(self, embedder: Embedder) -> None:
        """Raises ModelError where ``embedder`` is not the sentence model it was trained with."""
        if embedder.model != self.card.embedding:
            raise ModelError(
                f"the head {self.card.name} was trained with the sentence model "
                f"{self.card.embedding}, and {embedder.model} is in use",
                where=self.where,
                cure="train it again with `qa-inspect rubric train`",
            )
        known = embedding_sha256(embedder.model)
        if known and self.card.embedding_sha256 and known != self.card.embedding_sha256:
            raise ModelError(
                f"the head {self.card.name} was trained with another version of the sentence "
                f"model {embedder.model}",
                where=self.where,
                cure="train it again with `qa-inspect rubric train`",
            )


def gram_counts(
    texts: Sequence[str],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """The n-grams of texts: whose each is (the text's position), its bucket, and how much it counts
    (length 1 over all of a text). Each bucket once a text, in ascending order."""
    owners, buckets = hashed_ngrams_of([fold(text) for text in texts], *GRAM_LENGTHS, GRAM_BITS)
    found, times = np.unique((owners << GRAM_BITS) | buckets, return_counts=True)
    owner, where = found >> GRAM_BITS, found & ((1 << GRAM_BITS) - 1)
    counts = np.log1p(times.astype(np.float64))
    lengths = np.sqrt(np.bincount(owner, np.square(counts), len(texts)))
    return owner, where, counts / lengths[owner]


def embedding_sha256(model: str) -> str:
    """The registry's checksum of a sentence model; empty for a model it does not know."""
    from qa_inspect.weights_registry import registry

    card = registry().get(model)
    if card is None:
        return ""
    return next((f.sha256 for source in card.sources for f in source.files if f.sha256), "")


def save_head(head: Head, file: Path) -> None:
    """Writes a head. Raises OSError where it cannot be written."""
    arrays: dict[str, NDArray[Any]] = {
        "card": np.array(json.dumps(asdict(head.card), ensure_ascii=False)),
        "weights": head.weights.astype(np.float32),
        "intercept": np.array(head.intercept, dtype=np.float64),
    }
    if head.grams is not None:
        scale = float(np.abs(head.grams).max()) / 127 or 1.0
        arrays["grams"] = np.round(head.grams / scale).astype(np.int8)
        arrays["gram_scale"] = np.array(scale, dtype=np.float64)
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as out:
        np.savez_compressed(out, allow_pickle=False, **arrays)


def load_head(file: Path) -> Head:
    """Reads a head, again only where the file changed. Raises ModelError."""
    try:
        state = file.stat()
    except OSError as error:
        raise ModelError(
            f"the head cannot be read ({error.strerror or error})",
            where=str(file),
            cure="make it with `qa-inspect rubric train`, or correct the path",
        ) from error
    return _load(file, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=64)
def _load(file: Path, changed: int, size: int) -> Head:
    del changed, size
    try:
        with zipfile.ZipFile(file) as packed:
            if sum(part.file_size for part in packed.infolist()) > MOST_BYTES:
                raise ValueError("larger than any head")
        with np.load(file, allow_pickle=False) as stored:
            return _head_of(stored, str(file))
    except _DAMAGED as error:
        raise ModelError(
            "this is no head, or it is damaged",
            where=str(file),
            cure="make it again with `qa-inspect rubric train`",
        ) from error


def _head_of(stored: Mapping[str, NDArray[Any]], where: str) -> Head:
    card = HeadCard(**json.loads(str(stored["card"][()])))
    weights = np.asarray(stored["weights"], dtype=np.float32)
    intercept = float(stored["intercept"])
    grams = None
    if "grams" in stored:
        grams = stored["grams"].astype(np.float32) * np.float32(stored["gram_scale"])
        if grams.shape != (1 << GRAM_BITS,) or not np.isfinite(grams).all():
            raise ValueError("unexpected n-grams")
        grams.flags.writeable = False
    if (
        card.format != FORMAT
        or weights.ndim != 1
        or not np.isfinite(weights).all()
        or not np.isfinite(intercept)
        or not 0.0 <= card.threshold <= 1.0
        or not card.told
    ):
        raise ValueError("unexpected weights")
    weights.flags.writeable = False
    return Head(card, weights, intercept, grams, where)


def find_head(name: str, rubric: Path | None) -> Path:
    """The file of a head that a rubric names. Raises ModelError naming where it was looked for.

    A name with a path or a suffix is looked for beside the rubric file (the working folder where
    it has none), a bare name (``rude``) as ``heads/rude.npz`` there; then among the shipped heads.
    """
    bare = not name.endswith(SUFFIX)
    relative = Path("heads") / f"{name}{SUFFIX}" if bare else Path(name)
    beside = (rubric.parent if rubric is not None else Path()) / relative
    ours = shipped("models") / "heads" / relative.name
    for place in (beside, ours):
        if place.is_file():
            return place
    raise ModelError(
        f"there is no head {name}",
        where=str(beside),
        cure="make it with `qa-inspect rubric train LINES --out FILE`, or correct the path",
    )
