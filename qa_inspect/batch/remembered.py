"""The hashes of recordings that earlier runs have read, out of the database and back into it.

What a run reads is gathered first and kept when it writes for the first time, so that a run that
cannot start has written nothing. This module does not read recordings.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from qa_inspect.audio.hashing import FileState
from qa_inspect.store.file_hashes import FileHash, keep_hashes, load_hashes
from qa_inspect.store.results import Store, is_there, open_store


class RememberedFiles:
    """A ``Memory`` over the database ``db``, which need not be there yet."""

    def __init__(self, db: str) -> None:
        self._db = db
        self._fresh: dict[str, FileHash] = {}

    def recall(self, files: Mapping[Path, FileState]) -> Mapping[Path, str]:
        """The sha256 of those of these files that are unchanged since they were read. Raises
        StoreError."""
        if not files or not is_there(self._db):
            return {}
        with open_store(self._db, create=False) as store:
            kept = load_hashes(store, [str(file) for file in files])
        return {
            file: kept[str(file)].sha256
            for file, state in files.items()
            if str(file) in kept and _state(kept[str(file)]) == state
        }

    def note(self, file: Path, state: FileState, sha256: str) -> None:
        """Remember a file that was read in this state, from the next ``keep`` on."""
        told = FileHash(state.size, state.modified_ns, state.changed_ns, sha256)
        self._fresh[str(file)] = told

    def keep(self, store: Store) -> None:
        """Write what was read since the last time. Raises StoreError."""
        fresh, self._fresh = self._fresh, {}
        keep_hashes(store, fresh)


def _state(kept: FileHash) -> FileState:
    return FileState(kept.size, kept.modified_ns, kept.changed_ns)
