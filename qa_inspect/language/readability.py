"""How easily spoken text is understood: one honest measure per language, on one 0–1 scale.

English is measured by the Flesch reading ease. It counts syllables, which says nothing about
Chinese, so Chinese has a measure of its own from familiar words and sentence length; those of
further languages stand in files beside this one. Languages without a measure get None, never a
number of another language's formula.

This module does not know who spoke or what score is good enough.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from types import MappingProxyType

from qa_inspect.domain import base_language
from qa_inspect.language import chinese_script, malay_ease, thai, tokens, vietnamese
from qa_inspect.language.syllables import count_syllables

MIN_WORDS = 30
"""Fewer words than this say nothing about a way of speaking."""

FAMILIAR_ZIPF = 3.5
"""Words at or above this Zipf frequency (about 3 in a million words) count as familiar; in English
and Chinese these are roughly the 10,000 most frequent words, in Indonesian and Malay 15,000."""

_MALAY = frozenset({"id", "ms"})
_FOREIGN_ZIPF = 0.5
_LONGEST_SENTENCE = 25
"""Speech without punctuation is cut after this many words: its sentences are not known."""


@dataclass(frozen=True, slots=True)
class Readability:
    """An ease of understanding. ``score`` is 0–1, higher is easier; ``raw`` is the measure's own
    number, ``name`` its name; ``words`` is how many words it stands on."""

    score: float
    name: str
    raw: float
    words: int


_Measure = Callable[[Sequence[str], str], Readability | None]


@dataclass(frozen=True, slots=True)
class Rarity:
    """How many unfamiliar words are used. ``score`` is their share, 0–1, higher is rarer;
    ``rare`` names them, rarest first, each once."""

    score: float
    words: int
    rare: tuple[str, ...]


def readability(texts: Sequence[str], language: str) -> Readability | None:
    """The ease of what one speaker said, given as utterances.

    None where ``language`` has no measure here or fewer than 30 words were said.
    """
    measure = _MEASURES.get(_base(language))
    return None if measure is None else measure(texts, language)


def word_rarity(texts: Sequence[str], language: str) -> Rarity | None:
    """The share of words less frequent than Zipf 3.5 in wordfreq's lists (Speer 2022), in Thai in
    the Thai National Corpus; in Vietnamese a word is a syllable.

    Numbers do not count as words. None where there is no list for ``language`` or fewer than
    30 words were said.
    """
    if _frequencies(_base(language)) is None:
        return None
    said = _words(texts, language)
    if len(said) < MIN_WORDS:
        return None
    known = zip(said, map(zipf, said, repeat(language)), strict=True)
    rare = [word for word, frequency in known if frequency < FAMILIAR_ZIPF]
    ordered = sorted(dict.fromkeys(rare), key=lambda word: (zipf(word, language), word))
    return Rarity(len(rare) / len(said), len(said), tuple(ordered))


@functools.lru_cache(maxsize=65_536)
def zipf(word: str, language: str) -> float:
    """How often ``word`` (lower case) is used: log10 of its occurrences in a thousand million
    words, 0.0 where it is not known. A word that is known without its apostrophe ending or, in
    Chinese, by all of its characters' shorter words takes the least of its parts."""
    if _base(language) == "th":
        return thai.zipf(word)
    table = _frequencies(_base(language))
    if not table:
        return 0.0
    if tokens.is_chinese(language):
        word = chinese_script.one_script(word)
    if _base(language) in _MALAY:
        return _malay_zipf(word, table)
    known = table.get(word)
    if known is not None:
        return known
    if "'" in word:
        return zipf(word.partition("'")[0], language)
    if tokens.is_chinese(language) and len(word) > 1:
        parts = [table.get(word[at : at + 2], table.get(word[at], 0.0)) for at in range(len(word))]
        return min(parts) - 1.0 if min(parts) > 0 else 0.0
    return 0.0


def _malay_zipf(word: str, table: Mapping[str, float]) -> float:
    """Of a word with a clitic ("pesanannya") that of the word itself where it is commoner.

    Calls in both languages are full of English ("cancel", "refund"), which the lists leave out: a
    word they do not know counts as in English, but half a step lower on Zipf's scale.
    """
    stem = malay_ease.without_clitic(word)
    known = max(table.get(word, 0.0), table.get(stem, 0.0) if stem else 0.0)
    return known or max(0.0, zipf(word, "en") - _FOREIGN_ZIPF)


def _flesch(texts: Sequence[str], language: str) -> Readability | None:
    """Flesch reading ease, 206.835 - 1.015 words/sentences - 84.6 syllables/words (R. Flesch,
    'A new readability yardstick', J. Applied Psychology 32, 1948). 60 is plain English, 90 is
    everyday talk, 30 is a contract; the score is a hundredth of it, within 0–1."""
    said = _words(texts, language)
    if len(said) < MIN_WORDS:
        return None
    syllables = sum(map(count_syllables, said))
    raw = 206.835 - 1.015 * len(said) / _sentence_count(texts, language)
    raw -= 84.6 * syllables / len(said)
    return Readability(_within(raw / 100), "Flesch reading ease", raw, len(said))


def _chinese_ease(texts: Sequence[str], language: str) -> Readability | None:
    """Ease of Chinese from the two quantities that predict its reading level best after length:
    the share of familiar words and the mean sentence length (Jing Xiyu 1995; Sung, Chang, Lin,
    Hsieh & Chang, 'CRIE', Behavior Research Methods 48, 2016). Their weights are fitted to school
    books, so they are not used: 70 points run from 75 % familiar words (none) to 100 % (all), 30
    points from sentences of 40 words (none) to 10 (all). The combination is this project's own."""
    said = _words(texts, language)
    if len(said) < MIN_WORDS:
        return None
    known = map(zipf, said, repeat(language))
    familiar = sum(frequency >= FAMILIAR_ZIPF for frequency in known) / len(said)
    length = len(said) / _sentence_count(texts, language)
    raw = 70 * _within((familiar - 0.75) / 0.25) + 30 * _within((40 - length) / 30)
    return Readability(
        _within(raw / 100), "Chinese ease (familiar words, sentences)", raw, len(said)
    )


def _by_words(name: str, formula: Callable[[Sequence[str], int], float]) -> _Measure:
    """A measure that stands on the words said and how many sentences they are; 0–100."""

    def measure(texts: Sequence[str], language: str) -> Readability | None:
        said = _words(texts, language)
        if len(said) < MIN_WORDS:
            return None
        raw = formula(said, _sentence_count(texts, language))
        return Readability(_within(raw / 100), name, raw, len(said))

    return measure


def _malay_ease(texts: Sequence[str], language: str) -> Readability | None:
    """``malay_ease.malay_grade``; year 2 of school scores 1, year 11 scores 0."""
    said = _words(texts, language)
    if len(said) < MIN_WORDS:
        return None
    raw = malay_ease.malay_grade(said, _sentence_count(texts, language))
    years = malay_ease.HARDEST_GRADE - malay_ease.EASIEST_GRADE
    score = _within((malay_ease.HARDEST_GRADE - raw) / years)
    return Readability(score, "Khadijah Rohani school year", raw, len(said))


_MEASURES: Mapping[str, _Measure] = MappingProxyType(
    {
        "en": _flesch,
        "zh": _chinese_ease,
        "id": _by_words("Indonesian reading ease", malay_ease.indonesian_reading_ease),
        "ms": _malay_ease,
        "vi": _by_words("Vietnamese ease (letters, sentences)", vietnamese.ease),
        "th": _by_words("Thai ease (letters, familiar words, clauses)", thai.ease),
    }
)


def _words(texts: Sequence[str], language: str) -> Sequence[str]:
    return _words_of(tuple(texts), language)


@functools.lru_cache(maxsize=8)
def _words_of(texts: tuple[str, ...], language: str) -> tuple[str, ...]:
    """Kept for the other measure of the same call."""
    return tuple(chain.from_iterable(_words_in(text, language) for text in texts))


@functools.lru_cache(maxsize=16_384)
def _words_in(text: str, language: str) -> tuple[str, ...]:
    """Kept too, for measures of one call differ in few of its texts."""
    return tuple(filter(tokens.has_letters, tokens.words(text, language)))


def _sentence_count(texts: Sequence[str], language: str) -> int:
    return max(1, sum(_sentences_in(text, language) for text in texts))


@functools.lru_cache(maxsize=16_384)
def _sentences_in(text: str, language: str) -> int:
    lengths = (len(tokens.words(said, language)) for said in tokens.sentences(text, language))
    return sum(math.ceil(length / _LONGEST_SENTENCE) for length in lengths)


def _base(language: str) -> str:
    return "zh" if tokens.is_chinese(language) else base_language(language)


@functools.cache
def _frequencies(language: str) -> Mapping[str, float] | None:
    if language == "th":
        return thai.frequencies()
    import wordfreq

    if language not in wordfreq.available_languages():
        return None
    return {
        word: math.log10(frequency) + 9
        for word, frequency in wordfreq.get_frequency_dict(language).items()
    }


def _within(value: float) -> float:
    return max(0.0, min(1.0, value))
