"""Each distinct text is computed once; what comes out are unit rows in the order asked."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_inspect.errors import ModelError
from qa_inspect.language.embed import (
    CachedEmbedder,
    MemoryCache,
    Vector,
    load_embedder,
    packed,
    unpacked,
    unpacked_rows,
)


class Scripted:
    """Gives each text a unit vector of its own length's making and remembers what was asked."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def __call__(self, texts: Sequence[str]) -> Vector:
        self.asked.append(list(texts))
        angles = np.array([hash(text) % 628 / 100 for text in texts])
        return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def embedder(scripted: Scripted, limit: int = 100, batch: int = 3) -> CachedEmbedder:
    return CachedEmbedder(
        scripted, model="scripted", dimensions=2, cache=MemoryCache(limit), batch=batch
    )


@given(st.lists(st.sampled_from(["a", "b", "c", "d d", "  d   d", "e"]), max_size=12))
def test_each_distinct_text_is_computed_once(texts: list[str]) -> None:
    scripted = Scripted()
    own = embedder(scripted)
    first, again = own.embed(texts), own.embed(texts)
    asked = [text for batch in scripted.asked for text in batch]
    assert len(asked) == len(set(asked)) == len({" ".join(text.split()) for text in texts})
    assert all(len(batch) <= 3 for batch in scripted.asked)
    assert first.shape == (len(texts), 2) and (first == again).all()


def test_rows_follow_the_texts() -> None:
    own = embedder(Scripted())
    rows = own.embed(["x", "y", "x"])
    assert (rows[0] == rows[2]).all() and (rows[1] == own.embed(["y"])[0]).all()


def test_the_cache_forgets_what_was_asked_longest_ago() -> None:
    cache = MemoryCache(2)
    one = np.ones(2, dtype=np.float32)
    cache.put({"a": one, "b": one})
    cache.get(["a"])
    cache.put({"c": one})
    assert set(cache.get(["a", "b", "c"])) == {"a", "c"}


def test_text_that_no_engine_can_take_is_made_fit() -> None:
    scripted = Scripted()
    embedder(scripted).embed(["a\0b", "\ud800", "x " * 5000])
    asked = [text for batch in scripted.asked for text in batch]
    assert all("\0" not in text and len(text) <= 800 for text in asked)
    assert all(text.encode("utf-8") is not None for text in asked)


def test_vectors_that_are_no_numbers_are_refused() -> None:
    broken = CachedEmbedder(
        lambda texts: np.full((len(texts), 2), np.nan, np.float32), model="broken", dimensions=2
    )
    with pytest.raises(ModelError, match="broken"):
        broken.embed(["a"])


def test_a_model_that_is_not_there_says_what_to_do() -> None:
    with pytest.raises(ModelError) as caught:
        load_embedder("no-such-model")
    assert caught.value.cure


@pytest.mark.models
def test_meanings_lie_near_across_languages(sentence_model: CachedEmbedder) -> None:
    rows = sentence_model.embed(
        ["Hello, how can I help you?", "您好，请问有什么可以帮您？", "The invoice is wrong."]
    )
    assert rows.dtype == np.float32 and rows.shape == (3, 384)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-4)
    assert rows[0] @ rows[1] > rows[0] @ rows[2]


@given(st.lists(st.lists(st.integers(-127, 127), min_size=5, max_size=5), min_size=1, max_size=6))
def test_kept_vectors_are_the_same_read_alone_and_together(rows: list[list[int]]) -> None:
    kept = [packed(np.array(row, dtype=np.float32)) for row in rows]
    together = unpacked_rows(kept)
    for one, bytes_kept in zip(together, kept, strict=True):
        whole = np.frombuffer(bytes_kept, dtype=np.int8).astype(np.float64)
        assert (one == unpacked(bytes_kept)).all()
        assert one == pytest.approx(whole / max(1.0, float(np.linalg.norm(whole))), abs=1e-6)
