"""Secrets in what a flag quotes: numbers and codes shown in part, so that a list spreads none.

It masks figures and spoken figures in the quotes and explanations of flags that are about secrets.
It does not know passwords made of plain words, and leaves transcripts as they are.
"""

from __future__ import annotations

import re
from dataclasses import replace

from qa_inspect.domain import Flag

SECRETS = ("data_exposure", "fraud")
"""Flags whose quotes may hold card numbers, codes and passwords."""
_SHORTEST = 3
"""Figures in a row from which they may be a code."""
_LONG = 8
"""Figures from which the first and last two are shown: enough to tell two cards apart."""

_SPOKEN = (
    "zero|oh|one|two|three|four|five|six|seven|eight|nine|"
    "nol|kosong|satu|dua|tiga|empat|lima|enam|tujuh|delapan|lapan|sembilan|"
    "không|một|hai|ba|bốn|tư|năm|sáu|bảy|tám|chín"
)
_ASIAN = "[零〇一二三四五六七八九幺两]|ศูนย์|หนึ่ง|สอง|สาม|สี่|ห้า|หก|เจ็ด|แปด|เก้า"
_FIGURE = rf"(?:\d|{_ASIAN}|\b(?:{_SPOKEN})\b)"
_GAP = r"[\s\-–.,，、]{0,3}(?:(?:double|triple)\s+)?"
_DAY = r"\d{4}-\d\d-\d\d(?: \d\d:\d\d)?"
_ROW = re.compile(
    rf"(?P<known>\S+ \({_DAY}\)|\b{_DAY}\b)|{_FIGURE}(?:{_GAP}{_FIGURE}){{{_SHORTEST - 1},}}",
    re.IGNORECASE,
)
"""Figures in a row; a day, or a call named with its day, is known and no secret."""
_ONE = re.compile(_FIGURE, re.IGNORECASE)
_MIXED = re.compile(r"\b(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z\d]{4,}\b")


def masked(flag: Flag) -> Flag:
    """The flag with the figures in its quotes masked: all of one about secrets, and of any other
    the long rows that may be a card's number."""
    short = flag.flag in SECRETS
    return replace(
        flag,
        explanation=masked_text(flag.explanation, short=short),
        evidence=tuple(
            # what is no speech names another call and its day
            e if e.utterance is None else replace(e, quote=masked_text(e.quote, short=short))
            for e in flag.evidence
        ),
    )


def masked_text(text: str, *, short: bool = True) -> str:
    """The text with rows of eight or more figures masked but for the first and last two.

    With ``short``, rows of three or more and words made of letters and figures are masked whole.
    ``4111 1111 1111 1111`` becomes ``41•• •••• •••• ••11``.
    """
    if not short:
        return _ROW.sub(lambda row: row[0] if _figures(row[0]) < _LONG else _row(row), text)
    return _ROW.sub(_row, _MIXED.sub(lambda found: "•" * len(found[0]), text))


def _figures(text: str) -> int:
    return len(_ONE.findall(text))


def _row(found: re.Match[str]) -> str:
    if found["known"]:
        return found[0]
    figures = _figures(found[0])
    kept = 2 if figures >= _LONG else 0
    places = iter(range(figures))

    def one(figure: re.Match[str]) -> str:
        at = next(places)
        return figure[0] if at < kept or at >= figures - kept else "•"

    return _ONE.sub(one, found[0])
