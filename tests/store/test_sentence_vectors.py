"""Vectors by digest: kept once, found again, and gone when nobody says the sentence any more."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from qa_inspect.store.results import open_store
from qa_inspect.store.sentence_vectors import (
    count_vectors,
    load_vectors,
    prune_vectors,
    save_vectors,
)


def key(number: int) -> bytes:
    return number.to_bytes(16, "big")


def test_vectors_come_back_and_are_kept_once(place: str) -> None:
    rows = {key(n): bytes([n % 256]) * 8 for n in range(1_203)}
    with open_store(place) as store:
        assert save_vectors(store, rows) == 1_203
        assert save_vectors(store, {key(3): b"another", key(5_000): b"new"}) == 1
        found = load_vectors(store, [key(n) for n in range(1_300)])
        assert found == rows
        assert count_vectors(store) == 1_204
        assert save_vectors(store, {}) == 0


def test_pruning_leaves_no_byte_behind(tmp_path: Path) -> None:
    path = tmp_path / "qa.db"
    secret = b"the-bytes-of-a-vector" * 20
    with open_store(path) as store:
        save_vectors(store, {key(1): secret, key(2): b"stays"})
        assert prune_vectors(store, {key(2), key(9)}) == 1
        assert prune_vectors(store, {key(2)}) == 0
        assert load_vectors(store, [key(1), key(2)]) == {key(2): b"stays"}
    assert secret not in path.read_bytes()
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT count(*) FROM sentence_vectors").fetchone() == (1,)
