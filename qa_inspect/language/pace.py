"""How fast somebody speaks, counted as each language is: words, or characters where the script
puts no blanks between words.

Chinese and Japanese are counted in characters (one is one syllable in Chinese), Thai in letters
without vowel signs and tones, all others in words (in Vietnamese these are syllables). Among
characters a digit counts as one, as it is read out, and a word in Latin letters too. This module
does not know calls or what is fast.
"""

from __future__ import annotations

from dataclasses import dataclass

import regex

from qa_inspect.domain import base_language

_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+(?:['’][\p{L}\p{M}]+)*")
_CHARACTER = regex.compile(
    r"[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{N}]"
    r"|\p{Script=Latin}[\p{Script=Latin}\p{M}'’]*"
)
_THAI_LETTER = regex.compile(r"[\p{L}\p{N}]")


@dataclass(frozen=True, slots=True)
class PaceUnit:
    """What is counted: ``noun`` is its plural; ``fast`` a minute is as fast as people speak."""

    noun: str
    fast: float
    pattern: regex.Pattern[str]


WORDS = PaceUnit("words", 300.0, _WORD)
CHARACTERS = PaceUnit("characters", 480.0, _CHARACTER)
LETTERS = PaceUnit("letters", 1_200.0, _THAI_LETTER)

_UNITS = {"zh": CHARACTERS, "yue": CHARACTERS, "cmn": CHARACTERS, "ja": CHARACTERS, "th": LETTERS}


def pace_unit(language: str) -> PaceUnit:
    """What is counted in a language (a code such as ``en`` or ``zh-TW``)."""
    return _UNITS.get(base_language(language), WORDS)


def count_spoken(text: str, language: str) -> int:
    """How many words, characters or letters of ``text`` are spoken."""
    return len(pace_unit(language).pattern.findall(text))
