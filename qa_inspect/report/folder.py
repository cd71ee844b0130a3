"""The folder a report is written into: whole files only, and what an earlier report left is known.

This module does not know what pages show.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from qa_inspect.errors import InputError

_MARKER = ".qa-inspect-report"


def write_whole(path: Path, text: str) -> None:
    """Write a file so that a reader sees the old one or the new one, never half of it."""
    handle, made = tempfile.mkstemp(prefix=".page.", dir=path.parent)
    temporary = Path(made)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as file:
            file.write(text)
        temporary.chmod(0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


class ReportFolder:
    """Files being written into ``out``, and those of an earlier report that they replace."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self._written: set[Path] = set()
        self._before: set[str] = set()

    def begin(self, folders: tuple[str, ...]) -> None:
        """Make the folders. Raises InputError where other files than a report's lie there."""
        if self._out.is_dir() and not self._marker.exists() and any(self._out.iterdir()):
            raise InputError(
                "the folder holds other files than a report of qa-inspect's",
                where=str(self._out),
                cure="name a new or an empty folder with --out",
            )
        for folder in folders:
            (self._out / folder).mkdir(parents=True, exist_ok=True)
        self._before = self._earlier()
        # First of all, so that a report that was cut off can be replaced.
        self.put(self._marker, "\n".join(sorted(self._before)))

    def put(self, path: Path, text: str) -> None:
        """Write a file whole."""
        write_whole(path, text)
        self._written.add(path)

    def keep(self, path: Path) -> None:
        """Count a file that somebody else wrote as one of this report's."""
        self._written.add(path)

    def finish(self) -> None:
        """Take away what an earlier report left, and note what this one wrote."""
        written = {path.relative_to(self._out).as_posix() for path in self._written}
        for left in self._before - written:
            (self._out / left).unlink(missing_ok=True)
        self.put(self._marker, "\n".join(sorted(written)))

    @property
    def _marker(self) -> Path:
        return self._out / _MARKER

    def _earlier(self) -> set[str]:
        """The files that an earlier report wrote here, as it listed them."""
        marker = self._marker
        listed = marker.read_text(encoding="utf-8").splitlines() if marker.exists() else ()
        within = {name for name in listed if name and ".." not in Path(name).parts}
        return {name for name in within if not Path(name).is_absolute()}
