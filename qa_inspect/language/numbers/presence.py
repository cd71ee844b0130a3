"""Whether a text can hold a number at all, told without trying a single rule.

Nearly everything said on the telephone holds none, and to find that out rule by rule is most of
what bringing numbers into one form costs. This module does not know what numbers become.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

import regex

from qa_inspect.language.numbers.cardinals import Lexicon
from qa_inspect.language.numbers.casing import any_of, small

_DIGIT = re.compile(r"\d")
_LONE_DIGIT = re.compile(r"(?<!\d)\d(?!\d)")
GROUPED = r"\d(?:(?<=[０-９])|[.,]\d|(?:[ -]|, )\d+(?:[ -]|, )\d)"
"""Digits that the rules of every language act on: wide ones, grouped ones, one by one. It begins
with a digit whatever follows, for then only digits are tried."""
_GROUPED = re.compile(GROUPED)
_BESIDE = re.compile(r"\d[ -]+\d")
_LATIN_WORD = re.compile("[a-zß-öø-ɏḀ-ỿ]+")
_ONLY_WORDS = bytes(code if chr(code).islower() else 32 for code in range(128)).ljust(256)
"""A table of ASCII: small letters as they are, all else as blanks."""


class Presence:
    """What a language's rules act on. Every answer errs only in saying yes."""

    def __init__(self, lexicon: Lexicon, signs: Sequence[str], also: Iterable[str] = ()) -> None:
        """``signs`` are words and patterns of what else the rules act on where there are digits;
        ``also`` are words that are numbers only beside certain others."""
        atoms = {max(word.split(), key=len) for word in lexicon.atoms()}  # "hundred" of "a hundred"
        inner = lexicon.fillers | lexicon.points  # "and" and "point" only stand within a number
        self._values = (frozenset(atoms) - inner) | frozenset(also)
        self._digits = lexicon.digits.keys() - lexicon.weak - frozenset(also)
        self._inner = inner
        self._joins = re.compile(any_of(inner)) if inner else None
        # each by itself: of a single word or with a known beginning it is found many times faster
        self._sign_words = tuple(sign for sign in signs if sign.isalpha())
        self._signs = tuple(regex.compile(sign) for sign in signs if not sign.isalpha())
        self._pattern = None if lexicon.spaced else re.compile(any_of(self._values))

    def likely_in(self, text: str) -> bool:
        """Whether the rules may find something."""
        if self.value_in(text):
            return True
        if not _DIGIT.search(text):
            return False
        return _grouped(text) or self._sign_in(small(text)) or self._joined(text)

    def run_in(self, text: str) -> bool:
        """Whether there may be number words that are more than one small number by itself, or
        numbers side by side that may be one."""
        found = self._values_of(text)
        if len(found) == 1 and found[0] in self._digits:
            return _LONE_DIGIT.search(text) is not None
        return bool(found) or _BESIDE.search(text) is not None

    def value_in(self, text: str) -> bool:
        """Whether a word is there that makes a number."""
        if self._pattern is not None:
            return not text.isascii() and self._pattern.search(text) is not None
        return not self._values.isdisjoint(latin_words(text))

    def _values_of(self, text: str) -> list[str]:
        if self._pattern is not None:
            return self._pattern.findall(text)
        if self._values.isdisjoint(latin_words(text)):
            return []
        return [word for word in _LATIN_WORD.findall(small(text)) if word in self._values]

    def _sign_in(self, low: str) -> bool:
        for word in self._sign_words:  # a loop, not any(): all texts with digits come here
            if word in low:
                return True
        return any(sign.search(low) is not None for sign in self._signs)

    def _joined(self, text: str) -> bool:
        """Whether numbers stand side by side where a word is that may join some: they may be a
        time, and the word is enough for the gate."""
        if _BESIDE.search(text) is None:
            return False
        if self._pattern is not None:
            return self._joins is not None and self._joins.search(text) is not None
        return not self._inner.isdisjoint(latin_words(text))


@lru_cache(maxsize=64)
def _grouped(text: str) -> bool:
    return _GROUPED.search(text) is not None


@lru_cache(maxsize=64)
def latin_words(text: str) -> frozenset[str]:
    """Runs of Latin letters, small."""
    low = small(text)
    if low.isascii():  # ten times faster by table
        return frozenset(low.encode().translate(_ONLY_WORDS).decode().split())
    return frozenset(_LATIN_WORD.findall(low))


def may_hold_numbers(text: str, languages: Iterable[Presence]) -> bool:
    """Whether a text holds a digit or a number word of one of the languages."""
    return _DIGIT.search(text) is not None or any(told.value_in(text) for told in languages)
