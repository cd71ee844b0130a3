"""Vietnamese: one spelling for what is spelled in two ways, and how easy its words are.

This module does not know checks, phrases or speakers.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import regex

_TONES = "\u0300\u0301\u0303\u0309\u0323"
_EARLY_TONE = regex.compile(r"(?:[òóỏõọ](?=[ae]\b)|(?<=q)[ùúủũụ](?=[aeoy])|[ùúủũụ](?=y\b))(.)")
_TONED_I = regex.compile(r"\b([hklmst]|qu)([ìíỉĩị])\b")


def one_spelling(text: str) -> str:
    """Composed lower-case text with the tone of oa, oe and uy on the second vowel ("hòa" becomes
    "hoà", "thúy" "thuý") and y for a toned i after a consonant ("kĩ" becomes "kỹ")."""
    if text.isascii():
        return text
    moved = _EARLY_TONE.sub(_tone_on_second, text)
    return _TONED_I.sub(lambda m: m[1] + _with_tone("y", unicodedata.normalize("NFD", m[2])), moved)


def ease(said: Sequence[str], sentences: int) -> float:
    """0–100, higher is easier, of Vietnamese syllables (what blanks divide) and their sentences.

    The two quantities are those that Nguyen & Henkin ('A readability formula for Vietnamese',
    Journal of Reading 26, 1982) and Luong, Nguyen & Dinh (2018, 2020: sentence length, word length
    in letters) found to predict the difficulty of Vietnamese: letters per syllable and syllables
    per sentence. Everyday words are short ("em xem cho chị nhé"), those of Chinese origin that
    contracts are made of long ("nghĩa vụ hoàn trả phát sinh"). Their published weights could not be
    checked and are fitted to school books; the weights here are this project's own: 75 points run
    from 4.0 letters per syllable (none) to 3.1 (all), 25 points from sentences of 25 syllables
    (none) to 8 (all). The share of familiar words, the third quantity, tells nothing here: counted
    by the syllable, contracts and small talk both lie at 97–100 %.
    """
    letters = sum(map(len, said)) / len(said)
    return 75 * _part(letters, 4.0, 3.1) + 25 * _part(len(said) / sentences, 25, 8)


def _tone_on_second(match: regex.Match[str]) -> str:
    first = unicodedata.normalize("NFD", match.group()[0])
    return first[0] + _with_tone(match[1], first)


def _with_tone(vowel: str, toned: str) -> str:
    tone = next(mark for mark in toned if mark in _TONES)
    return unicodedata.normalize("NFC", vowel + tone)


def _part(value: float, none: float, most: float) -> float:
    return max(0.0, min(1.0, (value - none) / (most - none)))
