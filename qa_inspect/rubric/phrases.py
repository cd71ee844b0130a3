"""The phrase language: what rubric authors write instead of regular expressions.

Plain words match whole words whatever their casing and punctuation. ``(a|b)`` is one of several,
``[x]`` may be missing, ``...`` stands for up to five words (twelve letters in scripts without
spaces, twenty-four in Thai). A phrase compiles to a regular expression over folded text, which is
tried only on texts that hold the words it cannot do without.

This module does not know rubrics, roles or where text comes from.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from qa_inspect.language import thai
from qa_inspect.rubric.folding import has_thai, marks
from qa_inspect.rubric.phrase_grammar import PhraseFault, PhrasePattern, compile_phrase

__all__ = ["PhraseFault", "PhraseHit", "PhraseList", "compile_phrases"]


_KEYS = itertools.count()


class PhraseHit(NamedTuple):
    """A phrase found: where in the folded text, and which phrase of the list."""

    start: int
    end: int
    phrase: str


class MarkedTexts:
    """Texts by the marks they hold. Sets of texts are whole numbers, with a bit for each text."""

    def __init__(self, held: Sequence[Collection[str]]) -> None:
        index: dict[str, int] = {}
        for at, marks_held in enumerate(held):
            bit = 1 << at
            for mark in marks_held:
                index[mark] = index.get(mark, 0) | bit
        self.index: Mapping[str, int] = index
        self.every = (1 << len(held)) - 1
        self._with_one: dict[frozenset[str], int] = {}

    def holding(self, needs: Sequence[frozenset[str]], among: int) -> int:
        """Those ``among`` the texts that hold a mark of each of ``needs``."""
        for need in needs:
            known = self._with_one.get(need)
            if known is None:
                index, known = self.index, 0
                for mark in need:
                    if mark in index:
                        known |= index[mark]
                self._with_one[need] = known
            among &= known
            if not among:
                break
        return among


@dataclass(frozen=True, slots=True)
class PhraseList:
    """Phrases that can be read; each is compiled when it is first tried.

    ``by_mark`` names, for each mark, the phrases (by position) that may be in a text which holds
    it; ``anywhere`` those that may be in any text. ``key`` is this list's own number, by which it
    is looked up by the thousand: the hash of a long tuple is worked out each time.
    """

    texts: tuple[str, ...]
    patterns: tuple[PhrasePattern, ...] = field(default=(), compare=False, repr=False)
    by_mark: Mapping[str, tuple[int, ...]] = field(default_factory=dict, compare=False, repr=False)
    anywhere: tuple[int, ...] = field(default=(), compare=False, repr=False)
    key: int = field(default_factory=_KEYS.__next__, compare=False, repr=False)

    def likely(self, held: Collection[str]) -> list[int]:
        """Positions of the phrases that may be in a text holding these marks, in order."""
        found = set(self.anywhere)
        by_mark = self.by_mark
        for mark in held:
            if mark in by_mark:
                found.update(by_mark[mark])
        if not found:
            return []
        return self.likely_of(sorted(found), held)

    def likely_of(self, positions: Iterable[int], held: Collection[str]) -> list[int]:
        """Those of some phrases (by position) that may be in a text holding these marks."""
        found = []
        for at in positions:
            for need in self.patterns[at].needs:  # a loop, not all(): it is run by the hundred
                if need.isdisjoint(held):
                    break
            else:
                found.append(at)
        return found

    def hits(self, folded: str, held: Collection[str] | None = None) -> list[PhraseHit]:
        """Every stretch of folded text that a phrase matches, from left to right, none twice.

        ``held`` are the text's marks where they are known already.
        """
        if not self.texts:
            return []
        return self.hits_of(self.likely(marks(folded) if held is None else held), folded)

    def hits_of(self, positions: Iterable[int], folded: str) -> list[PhraseHit]:
        """The hits of some of the phrases, named by position in ascending order."""
        found: list[PhraseHit] = []
        for start, at, end in self._spans(positions, folded):
            if not found or start >= found[-1].end:
                found.append(PhraseHit(start, end, self.texts[at]))
        return found

    def every_hit(self, folded: str, held: Collection[str]) -> list[PhraseHit]:
        """Every stretch that a phrase matches, from left to right, also where they overlap."""
        spans = self._spans(self.likely(held), folded)
        return [PhraseHit(start, end, self.texts[at]) for start, at, end in spans]

    def _spans(self, positions: Iterable[int], folded: str) -> list[tuple[int, int, int]]:
        """Start, phrase and end of all matches of some of the phrases, in order."""
        spans: list[tuple[int, int, int]] = []
        in_thai = has_thai(folded)
        for at in positions:
            compiled = _compiled(self.patterns[at].pattern)
            found = _whole_thai(compiled, folded) if in_thai else compiled.finditer(folded)
            for match in found:
                said = match.group()
                start = match.start() + len(said) - len(said.lstrip(" "))
                spans.append((start, at, start + len(said.strip(" "))))
        return sorted(spans)

    def likely_in(self, texts: MarkedTexts) -> dict[int, list[int]]:
        """For many texts at once: the phrases that may be in each, by the text's position."""
        # by_mark is of first needs alone, so the texts that hold those are known on the way
        near = dict.fromkeys(self.anywhere, texts.every)
        for mark in self.by_mark.keys() & texts.index.keys():
            held = texts.index[mark]
            for at in self.by_mark[mark]:
                near[at] = near.get(at, 0) | held
        found: dict[int, list[int]] = {}
        for at in sorted(near):
            holding, needs = near[at], self.patterns[at].needs
            if len(needs) > 1:
                holding = texts.holding(needs[1:], holding)
            while holding:
                lowest = holding & -holding
                found.setdefault(lowest.bit_length() - 1, []).append(at)
                holding ^= lowest
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


def _whole_thai(compiled: re.Pattern[str], folded: str) -> Iterator[re.Match[str]]:
    """The matches from left to right without those that begin or end within a word."""
    at = 0
    while match := compiled.search(folded, at):
        whole = thai.stands_alone(folded, match.start(), match.end())
        at = max(match.end(), match.start() + 1) if whole else match.start() + 1
        if whole:
            yield match


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
