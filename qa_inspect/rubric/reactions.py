"""How people react to a word they may not know, by language: the phrases of ``reactions.yaml``.

This module does not know calls or what a term is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from qa_inspect.domain import base_language
from qa_inspect.rubric.phrases import PhraseList, compile_phrases

_FILE = Path(__file__).with_name("reactions.yaml")
_COMMON = "en"
"""English terms are asked about in English all over Asia, so its phrases always serve too."""


@dataclass(frozen=True, slots=True)
class Reactions:
    """Phrases by what they show: see ``reactions.yaml``."""

    asks: PhraseList
    asks_about: PhraseList
    lost: PhraseList
    explains: PhraseList
    acknowledges: PhraseList


def reactions(language: str) -> Reactions:
    """The phrases of a language with those of English; of all languages for one without its own."""
    return _reactions(base_language(language))


def languages() -> tuple[str, ...]:
    """The languages that have phrases of their own."""
    return tuple(_table())


@lru_cache(maxsize=16)
def _reactions(language: str) -> Reactions:
    table = _table()
    rows = [table[code] for code in dict.fromkeys((language, _COMMON)) if code in table]
    if language not in table:
        rows = list(table.values())

    def phrases(name: str) -> PhraseList:
        return compile_phrases(tuple(dict.fromkeys(text for row in rows for text in row[name])))

    return Reactions(
        phrases("asks"),
        phrases("asks_about"),
        phrases("lost"),
        phrases("explains"),
        phrases("acknowledges"),
    )


@lru_cache(maxsize=1)
def _table() -> Mapping[str, Mapping[str, list[str]]]:
    table: Mapping[str, Mapping[str, list[str]]] = yaml.safe_load(_FILE.read_text("utf-8"))
    return table
