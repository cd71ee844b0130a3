"""The sentences of verdicts in the language of the pages.

The rubric engine tells everything in English, and so it is stored; pages in another language tell
it anew. This module does not know calls or pages, nor how sentences are told in a language.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Telling:
    """How stored texts are told: ``explained`` why a verdict or flag came about, ``searched`` where
    was looked, ``evidence`` a piece of evidence, ``noted`` what is odd about a call, ``failed`` why
    it could not be inspected."""

    explained: Callable[[str], str] = str
    searched: Callable[[str], str] = str
    evidence: Callable[[str], str] = str
    noted: Callable[[str], str] = str
    failed: Callable[[str], str] = str


def telling(language: str) -> Telling:
    """How stored texts are told on pages in ``language``; as they are where it is English."""
    if language != "zh":
        return Telling()
    from qa_inspect.report import explanations_zh as zh  # English pages need not load its tables

    return Telling(zh.explained, zh.searched, zh.evidence, zh.noted, zh.failed)
