"""Whether a text can hold a number at all, told without trying a single rule.

Nearly everything said on the telephone holds none, and to find that out rule by rule is most of
what bringing numbers into one form costs. This module does not know what numbers become.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

import regex

from qa_inspect.language.numbers.cardinals import Lexicon
from qa_inspect.language.numbers.casing import any_of, small

_DIGIT = regex.compile(r"\d")
GROUPED = r"[０-９]|\d[.,]\d|\d(?:[ -]|, )\d+(?:[ -]|, )\d"
"""Digits that the rules of every language act on: wide ones, grouped ones, one by one."""
_GROUPED = regex.compile(GROUPED)
_BESIDE = regex.compile(r"\d[ -]+\d")
_LATIN_WORD = re.compile("[a-zß-öø-ɏḀ-ỿ]+")


class Presence:
    """What a language's rules act on. Every answer errs only in saying yes."""

    def __init__(self, lexicon: Lexicon, signs: str, also: Iterable[str] = ()) -> None:
        """``signs`` is a pattern of what else the rules act on where there are digits; ``also``
        are words that are numbers only beside certain others."""
        words = frozenset(part for word in lexicon.atoms() for part in word.split())
        inner = lexicon.fillers | lexicon.points  # "and" and "point" only stand within a number
        self._values = (words - inner) | frozenset(also)
        self._words = words | self._values
        self._signs = regex.compile(signs, regex.IGNORECASE)
        self._pattern = None if lexicon.spaced else regex.compile(any_of(words))

    def likely_in(self, text: str) -> bool:
        """Whether the rules may find something."""
        if not _DIGIT.search(text):
            return self.value_in(text)
        return (
            self._holds(text, self._words) or _grouped(text) or self._signs.search(text) is not None
        )

    def run_in(self, text: str) -> bool:
        """Whether there may be number words, or numbers side by side that may be one."""
        return self.value_in(text) or _BESIDE.search(text) is not None

    def value_in(self, text: str) -> bool:
        """Whether a word is there that makes a number."""
        return self._holds(text, self._values)

    def _holds(self, text: str, words: frozenset[str]) -> bool:
        if self._pattern is not None:
            return not text.isascii() and self._pattern.search(text) is not None
        return not words.isdisjoint(latin_words(text))


@lru_cache(maxsize=64)
def _grouped(text: str) -> bool:
    return _GROUPED.search(text) is not None


@lru_cache(maxsize=64)
def latin_words(text: str) -> frozenset[str]:
    """Runs of Latin letters, small."""
    return frozenset(_LATIN_WORD.findall(small(text)))


def may_hold_numbers(text: str, languages: Iterable[Presence]) -> bool:
    """Whether a text holds a digit or a number word of one of the languages."""
    return _DIGIT.search(text) is not None or any(told.value_in(text) for told in languages)
