"""A text with its spoken numbers as figures, which still knows where each letter came from.

This module does not know what the figures mean.
"""

from __future__ import annotations

from dataclasses import dataclass

import regex

from qa_inspect.language.chinese_script import one_script
from qa_inspect.language.numbers.rewriting import Rewriting
from qa_inspect.language.written_numbers import rewritten

_LATIN = regex.compile("[a-z]{3}", regex.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Form:
    """``text`` as it was, and ``written`` with its numbers as figures, in one of the languages."""

    text: str
    language: str
    written: str
    origin: tuple[tuple[int, int], ...]

    def back(self, start: int, end: int) -> tuple[int, int]:
        """Where a stretch of the written form lies in the text."""
        return self.origin[start][0], self.origin[end - 1][1]

    def said(self, start: int, end: int) -> str:
        """What a stretch of the written form was in the text."""
        low, high = self.back(start, end)
        return self.text[low:high]


def folded(text: str, language: str) -> Form:
    """The text in the written form of its language, Chinese in simplified characters.

    In calls of the other languages figures are also said in English, so those are written too.
    """
    first = rewritten(one_script(text) if language == "zh" else text, language)
    if language == "en" or not _LATIN.search(first.text):
        return Form(text, language, first.text, first.origin)
    second: Rewriting = rewritten(first.text, "en")
    before = first.origin
    origin = tuple((before[start][0], before[end - 1][1]) for start, end in second.origin)
    return Form(text, language, second.text, origin)
