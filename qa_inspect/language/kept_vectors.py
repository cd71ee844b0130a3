"""Vectors of rubric examples, kept on this machine so that a start does not compute them again.

Only a rubric's own sentences are kept here, never what anyone said in a call. This module does not
know models: a file belongs to the model that its name carries.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from qa_inspect.language.embed import Vector

_MOST = 20_000


class KeptVectors:
    """A ``VectorCache`` in one file. A file that cannot be read or written only costs time."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._rows: dict[str, Vector] = self._read()

    def get(self, texts: Sequence[str]) -> Mapping[str, Vector]:
        """The known vectors among ``texts``, each float32 of shape (dimensions,)."""
        keys = {text: _key(text) for text in texts}
        return {text: self._rows[key] for text, key in keys.items() if key in self._rows}

    def put(self, vectors: Mapping[str, Vector]) -> None:
        """Keeps vectors; beyond 20,000 the oldest are dropped."""
        self._rows |= {_key(text): vector for text, vector in vectors.items()}
        while len(self._rows) > _MOST:
            del self._rows[next(iter(self._rows))]
        with contextlib.suppress(OSError):
            self._write()

    def _read(self) -> dict[str, Vector]:
        try:
            with np.load(self._file, allow_pickle=False) as kept:
                keys, rows = kept["keys"].tolist(), kept["rows"].astype(np.float32)
        except (OSError, EOFError, TypeError, ValueError, LookupError, zipfile.BadZipFile):
            return {}
        return dict(zip(keys, rows, strict=True)) if len(keys) == len(rows) else {}

    def _write(self) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self._file.parent, suffix=".npz")
        try:
            with os.fdopen(handle, "wb") as out:
                np.savez(
                    out, keys=np.array(list(self._rows)), rows=np.stack([*self._rows.values()])
                )
            Path(name).replace(self._file)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


def _key(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
