"""Thai text as words and clauses, and how easy it is: Thai puts no blanks between words.

Words are divided by PyThaiNLP's ``newmm`` (maximal matching over its own word list, cut only
where a cluster of Thai letters ends; Apache-2.0, list CC0). The word list and the frequencies come
with the package; nothing is downloaded or written. The package is opened when Thai is first met.

This module does not know what words are compared with or measured for.
"""

from __future__ import annotations

import functools
import math
import os
from collections.abc import Mapping, Sequence
from typing import Any

import regex

FAMILIAR_ZIPF = 3.5
"""Words at or above this Zipf frequency count as familiar, as in the other languages."""

_TWIN_E = "\u0e40\u0e40"
_SARA_AM = regex.compile("([\u0e48-\u0e4b]?)\u0e4d([\u0e48-\u0e4b]?)\u0e32")
_CLAUSE_END = regex.compile(
    r"(?<=(?:ครับผม|ครับ|คับ|ค่ะ|คะ|จ้ะ|จ้า|ฮะ))\s+(?!ๆ)|(?<=[.!?])\s+|(?<=[!?…])|\n+"
)
_THAI = regex.compile(r"\p{Thai}").match
_WORD_LIKE = regex.compile(r"[\p{L}\p{M}\p{N}]+")


def one_spelling(text: str) -> str:
    """Text with แ as one letter where it was typed as two."""
    return text.replace(_TWIN_E, "\u0e41")


def words(folded: str) -> tuple[str, ...]:
    """The words of lower-case text in order, blanks and punctuation left out."""
    cut = _divide()(_whole_letters(folded), engine="newmm-safe", keep_whitespace=False)
    return tuple(piece for piece in cut if _WORD_LIKE.fullmatch(piece))


def stands_alone(folded: str, start: int, end: int) -> bool:
    """Whether a stretch of folded text begins and ends where a word can: "บ้า" does not in "บ้าน".

    A known word may be divided there only into two known words ("ให้บริการ" into ให้ and บริการ);
    what the word list does not hold is left to the text.
    """
    return _divisible(folded, start) and _divisible(folded, end)


def _divisible(folded: str, at: int) -> bool:
    if not (0 < at < len(folded)) or not (_THAI(folded[at - 1]) and _THAI(folded[at])):
        return True
    for start, word in _placed(folded):
        if start < at < start + len(word):
            known = _known()
            parts = (word, word[: at - start], word[at - start :])
            whole, left, right = (_whole_letters(part) in known for part in parts)
            return not whole or (left and right)
    return True


@functools.lru_cache(maxsize=16_384)
def _placed(folded: str) -> tuple[tuple[int, str], ...]:
    """The words of folded text of two letters and more, as they are written there, with their
    positions."""
    cut = _divide()(_whole_letters(folded), engine="newmm-safe", keep_whitespace=True)
    placed = []
    at = 0
    for piece in cut:
        written = piece.replace("\u0e33", "\u0e4d\u0e32")
        if len(written) > 1:
            placed.append((at, written))
        at += len(written)
    return tuple(placed)


def clauses(text: str) -> tuple[str, ...]:
    """Text divided where a polite particle and a blank, closing punctuation or a line ends it.

    A blank alone stands between phrases, in numbers and around names, and divides nothing.
    """
    parts = (part.strip() for part in _CLAUSE_END.split(text))
    return tuple(part for part in parts if _WORD_LIKE.search(part))


@functools.cache
def frequencies() -> Mapping[str, float]:
    """Zipf frequencies (log10 of occurrences in a thousand million words) of the words of the
    Thai National Corpus (33 million words, Chulalongkorn University) as PyThaiNLP counts them."""
    _stay_at_home()
    from pythainlp.corpus import tnc

    counts = dict(tnc.word_freqs())
    total = sum(counts.values())
    return {word: math.log10(count / total) + 9 for word, count in counts.items() if count}


@functools.lru_cache(maxsize=16_384)
def zipf(word: str) -> float:
    """How often ``word`` is used, 0.0 where it is not known. The corpus divides words more finely
    than the word list: a compound of two known words takes the rarer one's."""
    table = frequencies()
    if word in table:
        return table[word]
    splits = ((table.get(word[:at], 0.0), table.get(word[at:], 0.0)) for at in range(2, len(word)))
    return max((min(parts) for parts in splits), default=0.0)


def ease(said: Sequence[str], clauses: int) -> float:
    """0–100, higher is easier, of Thai words and the clauses they stand in.

    Daowadung & Chen ('Using word segmentation and SVM to assess readability of Thai text for
    primary school students', JCSSE 2011; Maejo Int. J. Sci. Technol. 9, 2015) tell school years
    apart by the frequency of terms and by shallow features such as lengths of words and sentences.
    They publish a trained classifier, no formula, so the weights are this project's own: 50 points
    run from 6.0 letters (with vowel and tone signs) a word (none) to 3.8 (all), 30 points from 75 %
    familiar words (none) to 100 % (all), 20 points from clauses of 25 words (none) to 8 (all).
    """
    letters = sum(map(len, said)) / len(said)
    familiar = sum(zipf(word) >= FAMILIAR_ZIPF for word in said) / len(said)
    clause = len(said) / clauses
    return 50 * _part(letters, 6.0, 3.8) + 30 * _part(familiar, 0.75, 1) + 20 * _part(clause, 25, 8)


def _whole_letters(text: str) -> str:
    """Sara am as one letter, as word lists write it; NFKC had divided it."""
    return _SARA_AM.sub("\\1\\2\u0e33", text)


def _stay_at_home() -> None:
    """PyThaiNLP would else make a folder in the user's home when imported."""
    os.environ.setdefault("PYTHAINLP_READ_ONLY", "1")
    os.environ.setdefault("PYTHAINLP_OFFLINE", "1")


@functools.cache
def _known() -> frozenset[str]:
    _stay_at_home()
    from pythainlp.corpus import thai_words

    return frozenset(thai_words())


@functools.cache
def _divide() -> Any:
    _stay_at_home()
    from pythainlp.tokenize import word_tokenize

    return word_tokenize


def _part(value: float, none: float, most: float) -> float:
    return max(0.0, min(1.0, (value - none) / (most - none)))
