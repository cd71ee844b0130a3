"""Which terms are about a person: names, addresses, and numbers said or written.

A term is judged by sentences it was said in. This module does not know how terms are counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from qa_inspect.domain import base_language
from qa_inspect.language import tokens
from qa_inspect.language.numbers.lexicons import CHINESE, ENGLISH, MALAY, THAI, VIETNAMESE
from qa_inspect.language.pii import find_personal_data

SURE_NAME = 0.85
"""Confidence (0–1) from which something found in one sentence is a name in every other."""
_LEAST_PART = 0.5
"""A term is personal from this part of its sentences on in which it is."""
_LEXICONS = {"en": ENGLISH, "id": MALAY, "ms": MALAY, "vi": VIETNAMESE, "th": THAI, "zh": CHINESE}
_BESIDE = re.compile(r"(?:[\s,.-]+[^\W\d_]{0,3}\d\w*)+")
"""Words of figures after something personal belong to it: the postcode after a street."""
_GONE = " 0 "


def is_number_word(word: str, language: str) -> bool:
    """Whether a word is nothing but a number: "seven", 八八, "ratus"."""
    known = number_words(language)
    return word in known or (tokens.is_chinese(language) and known.issuperset(word))


@lru_cache(maxsize=32)
def number_words(language: str) -> frozenset[str]:
    """The words of which a language makes numbers; in Chinese single characters."""
    code = "zh" if tokens.is_chinese(language) else base_language(language)
    lexicon = _LEXICONS.get(code)
    if lexicon is None:
        return frozenset()
    counted = (lexicon.digits, lexicon.wholes, lexicon.small_powers, lexicon.big_powers)
    return frozenset(word for known in counted for word in known) | lexicon.teen_endings


def is_personal(words: tuple[str, ...], sentences: Iterable[str], language: str) -> bool:
    """Whether a term is part of a name, an address or a number of somebody where it was said.

    ``words`` are the term's, as ``tokens.words`` gives them, ``sentences`` some that hold it.
    """
    said = tuple(sentences)
    personal = 0
    for sentence in said:
        bare, names = _without_personal_data(sentence, language)
        if any(_holds(name, words) for name in names):
            return True
        personal += not _holds(tokens.words(bare, language), words)
    return bool(said) and personal >= _LEAST_PART * len(said)


@lru_cache(maxsize=4_096)
def _without_personal_data(sentence: str, language: str) -> tuple[str, tuple[tuple[str, ...], ...]]:
    """A sentence with what is personal taken out, and the words of names that are sure."""
    left, names = sentence, []
    for found in reversed(find_personal_data(sentence, language)):
        if found.kind == "name" and found.confidence >= SURE_NAME:
            names.append(tokens.words(sentence[found.start : found.end], language))
        beside = _BESIDE.match(left, found.end)
        left = left[: found.start] + _GONE + left[beside.end() if beside else found.end :]
    return left, tuple(names)


def _holds(words: tuple[str, ...], part: tuple[str, ...]) -> bool:
    last = len(words) - len(part)
    return any(words[first : first + len(part)] == part for first in range(last + 1))
