"""The phrase language: what rubric authors write instead of regular expressions.

Plain words match whole words whatever their casing and punctuation. ``(a|b)`` is one of several,
``[x]`` may be missing, ``...`` stands for up to five words (twelve letters in scripts without
spaces). A phrase compiles to a regular expression over folded text, which is tried only on texts
that hold the words it cannot do without.

This module does not know rubrics, roles or where text comes from.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from qa_inspect.rubric.folding import marks
from qa_inspect.rubric.phrase_grammar import PhraseFault, PhrasePattern, compile_phrase

__all__ = ["PhraseFault", "PhraseHit", "PhraseList", "compile_phrases"]


@dataclass(frozen=True, slots=True)
class PhraseHit:
    """A phrase found: where in the folded text, and which phrase of the list."""

    start: int
    end: int
    phrase: str


@dataclass(frozen=True, slots=True)
class PhraseList:
    """Phrases that can be read; each is compiled when it is first tried.

    ``by_mark`` names, for each mark, the phrases (by position) that may be in a text which holds
    it; ``anywhere`` those that may be in any text.
    """

    texts: tuple[str, ...]
    patterns: tuple[PhrasePattern, ...] = field(default=(), compare=False, repr=False)
    by_mark: Mapping[str, tuple[int, ...]] = field(default_factory=dict, compare=False, repr=False)
    anywhere: tuple[int, ...] = field(default=(), compare=False, repr=False)

    def likely(self, held: Collection[str]) -> list[int]:
        """Positions of the phrases that may be in a text holding these marks, in order."""
        found = set(self.anywhere)
        by_mark = self.by_mark
        for mark in held:
            if mark in by_mark:
                found.update(by_mark[mark])
        if not found:
            return []
        return [at for at in sorted(found) if _may_match(self.patterns[at].needs, held)]

    def hits(self, folded: str, held: Collection[str] | None = None) -> list[PhraseHit]:
        """Every stretch of folded text that a phrase matches, from left to right, none twice.

        ``held`` are the text's marks where they are known already.
        """
        if not self.texts:
            return []
        spans: list[tuple[int, int, int]] = []
        for at in self.likely(marks(folded) if held is None else held):
            for match in _compiled(self.patterns[at].pattern).finditer(folded):
                said = match.group()
                start = match.start() + len(said) - len(said.lstrip(" "))
                spans.append((start, at, start + len(said.strip(" "))))
        found: list[PhraseHit] = []
        for start, at, end in sorted(spans):
            if not found or start >= found[-1].end:
                found.append(PhraseHit(start, end, self.texts[at]))
        return found

    def at_end_of(self, folded: str) -> bool:
        """Whether the last words of folded text are a phrase."""
        return bool(folded) and any(
            _compiled(f"{self.patterns[at].pattern}$").search(folded)
            for at in self.likely(marks(folded))
        )

    def first(self, folded: str, held: Collection[str] | None = None) -> PhraseHit | None:
        """The leftmost hit, or None."""
        found = self.hits(folded, held)
        return found[0] if found else None


def _may_match(needs: tuple[frozenset[str], ...], held: Collection[str]) -> bool:
    return not any(need.isdisjoint(held) for need in needs)


@lru_cache(maxsize=16_384)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


@lru_cache(maxsize=4_096)
def compile_phrases(texts: tuple[str, ...]) -> PhraseList:
    """Reads a list of phrases. Raises PhraseFault naming the first phrase that is wrong."""
    patterns = tuple(compile_phrase(text) for text in texts)
    by_mark: dict[str, list[int]] = {}
    for at, pattern in enumerate(patterns):
        for mark in pattern.needs[0] if pattern.needs else ():
            by_mark.setdefault(mark, []).append(at)
    return PhraseList(
        texts,
        patterns,
        {mark: tuple(at) for mark, at in by_mark.items()},
        tuple(at for at, pattern in enumerate(patterns) if not pattern.needs),
    )
