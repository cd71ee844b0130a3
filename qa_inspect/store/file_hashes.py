"""Hashes of recordings that were read before, so that unchanged files need not be read again.

A file counts as unchanged while its path, its size and both its times are the same. A row goes with
the last call that has its audio, because paths may tell about people. This module does not open
files, nor does it know when a hash may be believed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, insert, select

from qa_inspect.store import tables
from qa_inspect.store.results import Store

_AT_ONCE = 500
"""Rows in one query: below what either database allows."""


@dataclass(frozen=True, slots=True)
class FileHash:
    """The hash of a file of that many bytes; when it was written and when anything about it was
    changed last, in nanoseconds since 1970 by the file system's clock."""

    size: int
    modified_ns: int
    changed_ns: int
    sha256: str


def load_hashes(store: Store, paths: Sequence[str]) -> Mapping[str, FileHash]:
    """What is known of these files, by path. Raises StoreError."""
    f = tables.file_hashes.c
    found: dict[str, FileHash] = {}
    with store.reading() as connection:
        for some in _parts(paths):
            listed = select(f.path, f.bytes, f.modified_ns, f.changed_ns, f.sha256)
            for path, *told in connection.execute(listed.where(f.path.in_(some))):
                found[path] = FileHash(*told)
    return found


def keep_hashes(store: Store, fresh: Mapping[str, FileHash]) -> None:
    """Keep what was read, by path, in the place of what was known. Raises StoreError."""
    for some in _parts(list(fresh)):
        rows = [
            {
                "path": path,
                "bytes": fresh[path].size,
                "modified_ns": fresh[path].modified_ns,
                "changed_ns": fresh[path].changed_ns,
                "sha256": fresh[path].sha256,
            }
            for path in some
        ]
        with store.writing() as connection:
            connection.execute(
                delete(tables.file_hashes).where(tables.file_hashes.c.path.in_(some))
            )
            connection.execute(insert(tables.file_hashes), rows)


def _parts(paths: Sequence[str]) -> Iterator[Sequence[str]]:
    for first in range(0, len(paths), _AT_ONCE):
        yield paths[first : first + _AT_ONCE]
