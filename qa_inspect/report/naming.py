"""File names for calls and agents whose ids may hold anything.

This module does not know pages.
"""

from __future__ import annotations

import hashlib
import re

_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_UNSAFE_RUN = re.compile(r"[^A-Za-z0-9_-]+")
# Windows keeps these for devices, whatever their ending; reports lie on shared folders.
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def safe_name(identifier: str) -> str:
    """A file name for ``identifier``: itself where it is safe on every system, otherwise what is
    safe of it and a hash of the whole."""
    if _SAFE.fullmatch(identifier) and not _DEVICES.fullmatch(identifier):
        return identifier
    return _with_hash(identifier)


def _with_hash(identifier: str) -> str:
    digest = hashlib.sha256(identifier.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    start = _UNSAFE_RUN.sub("-", identifier).strip("-")[:40]
    return f"{start}-{digest}" if start else f"id-{digest}"


class FileNames:
    """One file name for each identifier, also where names differ only in capitals (file systems of
    Windows and macOS take those for the same)."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._taken: set[str] = set()

    def of(self, identifier: str) -> str:
        """The name of an identifier; always the same one."""
        known = self._names.get(identifier)
        if known is None:
            known = safe_name(identifier)
            if known.casefold() in self._taken:
                known = _with_hash(identifier)
            self._names[identifier] = known
            self._taken.add(known.casefold())
        return known
