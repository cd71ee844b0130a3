"""Vectors of sentences that were said, each kept once however many calls it was said in.

A row is a key of 16 bytes, a digest of the model's name and the sentence, and the vector's bytes;
the sentence itself is not in it. A vector still tells what was said to whoever has the model, so it
is personal data as the words are: ``prune_vectors`` removes those that no call holds any more.

This module does not know models, sentences or how many bits a number has.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import LargeBinary, bindparam, delete, func, insert, select

from qa_inspect.store import tables
from qa_inspect.store.results import Store

KEY_BYTES = 16
_AT_ONCE = 500
"""Keys asked for in one query; databases bound how many a statement may name."""

_c = tables.sentence_vectors.c
_ASKED = select(_c.digest, _c.vector).where(
    _c.digest.in_(bindparam("keys", expanding=True, type_=LargeBinary))
)
_THERE = select(_c.digest).where(
    _c.digest.in_(bindparam("keys", expanding=True, type_=LargeBinary))
)


def load_vectors(store: Store, keys: Sequence[bytes]) -> dict[bytes, bytes]:
    """The kept vectors among ``keys``. Raises StoreError."""
    found: dict[bytes, bytes] = {}
    with store.reading() as connection:
        for part in _parts(keys):
            rows = connection.execute(_ASKED, {"keys": part}).all()
            found.update((bytes(key), bytes(vector)) for key, vector in rows)
    return found


def save_vectors(store: Store, vectors: Mapping[bytes, bytes]) -> int:
    """Keep vectors in one transaction; those that are there already stay. How many were new.

    Raises StoreError.
    """
    if not vectors:
        return 0
    keys = list(vectors)
    with store.writing() as connection:
        there = {
            bytes(key)
            for part in _parts(keys)
            for key in connection.execute(_THERE, {"keys": part}).scalars()
        }
        fresh = [{"digest": key, "vector": vectors[key]} for key in keys if key not in there]
        if fresh:
            connection.execute(insert(tables.sentence_vectors), fresh)
    return len(fresh)


def count_vectors(store: Store) -> int:
    """How many vectors are kept. Raises StoreError."""
    with store.reading() as connection:
        counted = select(func.count()).select_from(tables.sentence_vectors)
        return int(connection.execute(counted).scalar_one())


def prune_vectors(store: Store, spoken: Collection[bytes]) -> int:
    """Remove every vector whose key is not among ``spoken``; how many went.

    They go down to the file's bytes, so it rewrites the database where any went. Raises StoreError
    where another program holds it.
    """
    table = tables.sentence_vectors
    with store.writing() as connection:
        kept = [bytes(key) for key in connection.execute(select(table.c.digest)).scalars()]
        gone = [key for key in kept if key not in spoken]
        for part in _parts(gone):
            connection.execute(delete(table).where(table.c.digest.in_(part)))
    if gone:
        store.scrub(table.name)
    return len(gone)


def _parts(keys: Sequence[bytes]) -> Iterable[Sequence[bytes]]:
    return (keys[first : first + _AT_ONCE] for first in range(0, len(keys), _AT_ONCE))
