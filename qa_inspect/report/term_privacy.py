"""Which terms are about a person: names, addresses, and numbers said or written.

A term is judged by itself and by utterances it was said in, each with the one before it. This
module does not know how terms are counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from qa_inspect.domain import base_language
from qa_inspect.language import tokens
from qa_inspect.language.numbers.lexicons import CHINESE, ENGLISH, MALAY, THAI, VIETNAMESE
from qa_inspect.language.pii import find_in_utterances
from qa_inspect.language.pii.name_lists import wide_given_names

SURE_NAME, LIKELY_NAME = 0.85, 0.65
"""Confidence (0–1) from which something found in one utterance is a name in every other, and from
which it is one if it is hardly a word."""
_HARDLY_A_WORD_ZIPF = 3.0
_FEWEST_FIGURES, _FEWEST_NUMBERS = 3, 2
"""Figures, and words of numbers, from which a term holds a number of somebody's."""
_LEAST_PART = 0.5
"""A term is personal from this part of its utterances on in which it is."""
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


def is_personal(words: tuple[str, ...], said: Iterable[tuple[str, str]], language: str) -> bool:
    """Whether a term is part of a name, an address or a number of somebody where it was said.

    ``words`` are the term's, as ``tokens.words`` gives them, ``said`` some utterances that hold it,
    each after what was said before it.
    """
    if holds_number(words, language):
        return True
    heard = tuple(said)
    personal = 0
    for before, utterance in heard:
        bare, names = _without_personal_data(before, utterance, language)
        if any(_names(name, confidence, words, language) for name, confidence in names):
            return True
        personal += not _holds(tokens.words(bare, language), words)
    return bool(heard) and personal >= _LEAST_PART * len(heard)


def holds_number(words: Iterable[str], language: str) -> bool:
    """Whether words hold a number that may be somebody's: three figures, or two said."""
    figures = numbers = 0
    for word in words:
        figures += sum(letter.isdigit() for letter in word)
        if is_number_word(word, language) or is_number_word(word, "en"):
            numbers += len(word) if tokens.is_chinese(language) and not word.isascii() else 1
    return figures >= _FEWEST_FIGURES or numbers >= _FEWEST_NUMBERS


def _names(name: tuple[str, ...], confidence: float, words: tuple[str, ...], language: str) -> bool:
    """Whether a term is a name that was found, or holds a word of it that is hardly another."""
    if confidence >= SURE_NAME and _holds(name, words):
        return True
    return any(word in name and _hardly_a_word(word, language) for word in words)


@lru_cache(maxsize=4_096)
def _hardly_a_word(word: str, language: str) -> bool:
    from wordfreq import zipf_frequency

    if tokens.is_chinese(language):
        return len(word) > 1 and not tokens.is_known_chinese(word)
    if base_language(language) == "th":
        return False
    own = zipf_frequency(word, base_language(language))
    return word in wide_given_names() or max(own, zipf_frequency(word, "en")) < _HARDLY_A_WORD_ZIPF


@lru_cache(maxsize=4_096)
def _without_personal_data(
    before: str, utterance: str, language: str
) -> tuple[str, tuple[tuple[tuple[str, ...], float], ...]]:
    """An utterance without what is personal, and the words of likely names with how likely."""
    left, names = utterance, []
    found_in = find_in_utterances([(before, language), (utterance, language)], references=True)
    for found in reversed(found_in[1]):
        if found.kind == "name" and found.confidence >= LIKELY_NAME:
            name = tokens.words(utterance[found.start : found.end], language)
            names.append((name, found.confidence))
        beside = _BESIDE.match(left, found.end)
        left = left[: found.start] + _GONE + left[beside.end() if beside else found.end :]
    return left, tuple(names)


def _holds(words: tuple[str, ...], part: tuple[str, ...]) -> bool:
    last = len(words) - len(part)
    return any(words[first : first + len(part)] == part for first in range(last + 1))
