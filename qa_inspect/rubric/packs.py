"""The rubric files that come with the package.

This module does not know what is in them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from qa_inspect.config import shipped


@dataclass(frozen=True, slots=True)
class Pack:
    """A shipped rubric file: ``language`` is empty for a pack that fits every language."""

    name: str
    language: str
    path: Path


def available() -> tuple[Pack, ...]:
    """The shipped packs, by name and language."""
    folder = shipped("rubrics")
    packs = []
    for path in sorted(folder.glob("*.y*ml")):
        name, _, language = path.stem.partition(".")
        packs.append(Pack(name, language, path))
    return tuple(packs)
