"""What a sentence is about: its units of content, each with how much it tells.

Of scripts with spaces the units are words, weighted by how rare they are in the language
(wordfreq's Zipf scale); everyday words weigh nothing. Of Chinese they are pairs of neighbouring
characters once the grammatical ones are left out. Numbers tell nothing here: a number is read out
and read back in every call.

This module does not know rubrics, roles or how alike is alike.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from types import MappingProxyType

from qa_inspect.domain import base_language
from qa_inspect.language import tokens

EVERYDAY_ZIPF = 6.0
"""Words at least this frequent (one in a thousand) are grammar, not content."""
UNKNOWN_ZIPF = 3.0

_HAN = re.compile("[\u3400-\u9fff]")
_LEAST_LETTERS = 4
_GRAMMAR = frozenset(
    "的了是我你您他她它們们這这那就也都還还在有個个嗎吗呢吧啊嘛呀哦嗯呃哎喂好對对說说給给把跟和可以現现"
    "啦哈誒诶唉唄呗麼么之與与而但然後后所因為为要會会能想去來来到不沒没著着過过得地一"
)
_NO_GRAMMAR = dict.fromkeys(map(ord, [*_GRAMMAR, " "]))
_UNSPACED = frozenset(["th"])
_SOUNDS_BY_LANGUAGE = {
    "en": "ah aha aw eh er erm hm hmm huh mhm mm mmm mmhm oh okay ok right so uh uhhuh uhuh um umm "
    "well yeah yep yes yup",
    "id": "iya ya oke he heeh",
    "vi": "dạ vâng ừ ừm à ờ ạ",
}
_SOUNDS = frozenset(sound for sounds in _SOUNDS_BY_LANGUAGE.values() for sound in sounds.split())
"""Listening and hesitating in the languages of the packs, as recognisers write it."""


def content(folded: str, language: str) -> Mapping[str, float]:
    """The units of a text and their weights (above 0); empty for hesitation, numbers, small talk.

    ``folded`` is text as phrases are matched on it (``rubric.folding``), ``language`` a code such
    as ``en`` or ``zh-TW``. A text of which more than half is numbers has no content. Equal words
    count once.
    """
    return _content(folded, base_language(language))


@functools.lru_cache(maxsize=16_384)
def _content(folded: str, language: str) -> Mapping[str, float]:
    found = _of_han(folded) if _HAN.search(folded) else _of_words(folded, language)
    return MappingProxyType(found)


def _of_han(folded: str) -> dict[str, float]:
    said = folded.translate(_NO_GRAMMAR)
    if 2 * sum(map(str.isdigit, said)) > len(said):
        return {}
    return dict.fromkeys(map(str.__add__, said, said[1:]), 1.0)


def _of_words(folded: str, language: str) -> dict[str, float]:
    said = tokens.words(folded, language) if language in _UNSPACED else folded.split()
    telling = [word for word in said if not word.isdigit()]
    if 2 * len(telling) < len(said):
        return {}
    return {word: weight for word in telling if (weight := _weight(word, language)) > 0}


@functools.lru_cache(maxsize=65_536)
def _weight(word: str, language: str) -> float:
    return 0.0 if word in _SOUNDS else EVERYDAY_ZIPF - _zipf(word, language)


def _zipf(word: str, language: str) -> float:
    """How frequent a word is; where the language has no list, short words count as everyday."""
    import wordfreq

    if tokens.is_chinese(language):
        language = "en"  # Latin letters in a Chinese call
    if language not in _listed():
        return UNKNOWN_ZIPF if len(word) >= _LEAST_LETTERS else EVERYDAY_ZIPF
    return float(wordfreq.zipf_frequency(word, language)) or UNKNOWN_ZIPF


@functools.cache
def _listed() -> frozenset[str]:
    import wordfreq

    return frozenset(wordfreq.available_languages())
