"""How easily Indonesian and Malay are understood: syllables, and one published measure for each.

The two languages share their spelling, so syllables are counted alike, but each has a measure of
its own: Malay a formula fitted to Malaysian school books, Indonesian the reading ease with the
correction for syllables that its teachers use. This module does not know utterances or scores.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

HARDEST_GRADE = 11
EASIEST_GRADE = 2
"""The school years of the books that the Malay formula was fitted to."""

_SYLLABLE_CORRECTION = 0.6
_CONSONANT = "(?:ng|ny|sy|kh|[bcdfghjklmnpqrstvwxyz])"
_DIPHTHONG = re.compile(rf"(?:a[iu]|oi|ei)(?=$|{_CONSONANT}[aeiou])")
_VOWEL = re.compile("[aeiou]")
_CLITIC = re.compile("(.{3,}?)(?:nya|lah|kah|pun|ku|mu)")


@functools.lru_cache(maxsize=65_536)
def count_malay_syllables(word: str) -> int:
    """Syllables of an Indonesian or Malay word (lower case); at least one.

    Each vowel letter is a syllable ("dua" 2, "baik" 2, "keuangan" 4), except that ai, au, oi and ei
    are one sound at the end of a word or of an open syllable ("pulau" 2, "saudara" 3). English
    words in between are counted by the same rule, now one syllable too high, now one too low.
    """
    return max(1, len(_VOWEL.findall(word)) - len(_DIPHTHONG.findall(word)))


def without_clitic(word: str) -> str | None:
    """The word that -nya, -lah, -kah, -pun, -ku or -mu is written onto; None where none is."""
    match = _CLITIC.fullmatch(word)
    return match[1] if match else None


def indonesian_reading_ease(words: Sequence[str], sentences: int) -> float:
    """Flesch's reading ease with syllables weighted for Indonesian: 206.835 - 1.015 words per
    sentence - 84.6 * 0.6 syllables per word.

    No formula fitted to Indonesian readers has won acceptance. Indonesian teachers read Fry's
    graph, which stands on the same two quantities as Flesch's formula, after multiplying the
    syllables by 0.6 (A. S. Harjasujana & Y. Mulyati, 'Membaca 2', 1997), because an Indonesian
    word has about five syllables where an English one has three. Applying that factor to Flesch's
    formula (R. Flesch, J. Applied Psychology 32, 1948) is this project's own step.
    """
    syllables = sum(map(count_malay_syllables, words))
    return (
        206.835
        - 1.015 * len(words) / sentences
        - 84.6 * _SYLLABLE_CORRECTION * syllables / len(words)
    )


def malay_grade(words: Sequence[str], sentences: int) -> float:
    """The Malaysian school year, about 2–11, for which a text is written: 0.3793 words per sentence
    + 0.0207 syllables per 300 words - 13.988 (Khadijah Rohani Mohd. Yunus, 'An assessment of
    structural variables in Malay: a readability formula', dissertation, University of Miami, 1982).

    It was fitted to passages of 300 words; shorter texts are scaled to that length, which makes
    them less certain.
    """
    syllables = sum(map(count_malay_syllables, words))
    return 0.3793 * len(words) / sentences + 0.0207 * 300 * syllables / len(words) - 13.988
