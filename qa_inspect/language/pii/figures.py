"""Rows of figures in a written form: what may be one dictated number, and what only counts.

A row holds digits, single digit words that the written form left ("oh one three"), Latin letters
that belong to them ("A123456", a Chinese identity number's last X) and what stands between:
blanks, dashes, commas, stops, "uh", 然后. Amounts, shares, times of day, days and lengths are not
in a row. This module does not know what a row is the number of.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass

import regex

from qa_inspect.language.pii.words import Words, alternatives, words_of

_SEPARATORS = r"[\s\-–—‐.,，、。．…·()（）:：]{0,4}"
_CLOCK = r"\d{1,2}[:：]\d{2}(?![\d:：])|\d{1,2}\.\d{2} ?(?:[ap]\.?m\b)"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_WRITTEN_DAY = (
    rf"(?<![\d/-])(?:{_DAY}[/-]{_DAY}[/-](?:\d{{4}}|\d\d)|\d{{4}}[/-]{_DAY}[/-]{_DAY}|"
    r"(?:0?\d|1[0-2])/\d{2,4})(?![\d/-])"
)
_DECIMAL = r"(?<![\d.])\d++\.\d{1,2}(?![\d.]|[\s-]*\d)"
_HAS_DIGIT = regex.compile(r"\d")
_THOUSANDS = regex.compile(r"\d{1,3}(?:[,.]\d{3})+")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of figures: its place in the written form, and the figures (with letters and +)."""

    start: int
    end: int
    figures: str

    @property
    def digits(self) -> str:
        """The figures without letters."""
        return "".join(letter for letter in self.figures if letter.isdigit())


@dataclass(frozen=True, slots=True)
class _Patterns:
    counted: regex.Pattern[str]
    atom: regex.Pattern[str]
    gap: regex.Pattern[str]
    date: regex.Pattern[str]


def rows(written: str, language: str) -> tuple[Row, ...]:
    """The rows of figures of a written form, in order; a single figure is a row too."""
    patterns = _patterns(language)
    counted = [match.span() for match in patterns.counted.finditer(written)]
    return tuple(_grouped(written, counted, patterns, words_of(language)))


def days(written: str, language: str) -> tuple[tuple[int, int], ...]:
    """The days (day and month, or month and year, or all) of a written form."""
    return tuple(match.span() for match in _patterns(language).date.finditer(written))


def has_thousands(text: str) -> bool:
    """Whether a stretch is written as an amount is: 1,250,000."""
    return _THOUSANDS.fullmatch(text.strip()) is not None


def _grouped(
    written: str, counted: list[tuple[int, int]], patterns: _Patterns, words: Words
) -> Iterator[Row]:
    start = end = -1
    figures = ""
    for match in patterns.atom.finditer(written):
        if any(low < match.end() and match.start() < high for low, high in counted):
            continue
        said = match.group()
        value = words.digits.get(said.lower(), said)
        if start >= 0 and patterns.gap.fullmatch(written, end, match.start()):
            figures += value
            end = match.end()
            continue
        if _HAS_DIGIT.search(figures):
            yield Row(start, end, figures)
        start, end, figures = *match.span(), value
    if _HAS_DIGIT.search(figures):
        yield Row(start, end, figures)


@functools.cache
def _patterns(language: str) -> _Patterns:
    words = words_of(language)
    spaced = words.spaced
    digit_words = alternatives(tuple(words.digits), spaced=spaced)
    unit_end = r"(?![\p{L}\p{M}])" if spaced else ""
    amount = r"(?<!\d)\d++(?:[.,]\d++)?"
    several = rf"{amount}(?:\s?(?:-|to|sampai|hingga|đến|ถึง|至|到)\s?{amount})?"
    units = rf"{several}[\s-]?(?:{'|'.join(words.units)}){unit_end}"
    currency = rf"(?<![\p{{L}}])(?:{'|'.join(words.currency)})\s?\d++(?:[.,]\d++)*"
    date = "|".join((*words.dates, _WRITTEN_DAY))
    dash = rf"\s?(?:{'|'.join(words.dashes)})\s?"
    before = (
        r"(?<![\p{Latin}\p{M}'’])(?:[a-z]{1,2}(?=\d)|"
        rf"(?-i:[A-Z]{{1,3}})(?=(?:[ -]?|{dash})(?:\d|{digit_words})))"
    )
    after = (
        rf"(?<=\d)[a-z]{{1,2}}(?![\p{{Latin}}\p{{M}}'’])|"
        rf"(?<=\d(?:[ -]|{dash}))(?-i:[A-Z]{{1,3}})(?![\p{{Latin}}\p{{M}}'’])"
    )
    joints = "|".join((*words.joints, *words.dashes))
    plus = r"\+(?=\s?\d)"
    flags = regex.IGNORECASE
    return _Patterns(
        counted=regex.compile("|".join((currency, date, _CLOCK, _DECIMAL, units)), flags),
        atom=regex.compile(rf"{plus}|\d+|{digit_words}|{before}|{after}", flags),
        gap=regex.compile(rf"{_SEPARATORS}(?:(?:{joints}){_SEPARATORS})?", flags),
        date=regex.compile(date, flags),
    )
