"""Secrets in what verdicts quote: numbers and codes shown in part, so that a list spreads none.

It masks figures and spoken figures in the quotes and explanations of flags that are about secrets,
and of whatever else quotes the same utterance. It does not know passwords made of plain words, and
leaves transcripts as they are.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace
from typing import TypeVar

from qa_inspect.domain import CallResult, CheckResult, Evidence, Flag

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
_CUT_BEFORE = re.compile(r"…\s*$")
_CUT_AFTER = re.compile(r"\s*…")
_QUOTED = re.compile(r"“[^”]*”")
_MIXED = re.compile(r"\b(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z\d]{4,}\b")


def masked(flag: Flag) -> Flag:
    """The flag with the figures in its quotes masked: all of one about secrets, and of any other
    the long rows that may be a card's number."""
    if flag.flag not in SECRETS:
        return _told(flag, frozenset())
    return replace(
        flag,
        explanation=masked_text(flag.explanation),
        evidence=tuple(_piece(piece, short=True) for piece in flag.evidence),
    )


def masked_call(call: CallResult) -> CallResult:
    """The call with its flags and checks masked, for lists and pages; its transcript stays whole.

    What quotes an utterance that a flag about secrets quotes is masked as that flag is.
    """
    secret = secret_utterances(call)
    checks = tuple(_told(check, secret) for check in call.verdict.checks)
    return replace(call, verdict=replace(call.verdict, flags=masked_flags(call), checks=checks))


def masked_flags(call: CallResult) -> tuple[Flag, ...]:
    """The call's flags as ``masked_call`` has them, in their order."""
    secret = secret_utterances(call)
    return tuple(
        masked(flag) if flag.flag in SECRETS else _told(flag, secret) for flag in call.verdict.flags
    )


def secret_utterances(call: CallResult) -> frozenset[int]:
    """The utterances that the call's flags about secrets quote."""
    about = (flag for flag in call.verdict.flags if flag.flag in SECRETS)
    pieces = (piece for flag in about for piece in flag.evidence)
    return frozenset(piece.utterance for piece in pieces if piece.utterance is not None)


_Told = TypeVar("_Told", Flag, CheckResult)


def _told(one: _Told, secret: Collection[int]) -> _Told:
    explanation = masked_text(one.explanation, short=False)
    if any(piece.utterance in secret for piece in one.evidence):
        # outside the quotes stand counts and measures
        explanation = _QUOTED.sub(lambda quoted: masked_text(quoted[0]), explanation)
    evidence = tuple(_piece(piece, short=piece.utterance in secret) for piece in one.evidence)
    return replace(one, explanation=explanation, evidence=evidence)


def _piece(piece: Evidence, *, short: bool) -> Evidence:
    # what is no speech names another call and its day
    if piece.utterance is None:
        return piece
    return replace(piece, quote=masked_text(piece.quote, short=short))


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
    # where a quote was cut, its edge lies within the number
    first = 2 if figures >= _LONG and not _CUT_BEFORE.search(found.string[: found.start()]) else 0
    last = 2 if figures >= _LONG and not _CUT_AFTER.match(found.string, found.end()) else 0
    places = iter(range(figures))

    def one(figure: re.Match[str]) -> str:
        at = next(places)
        return figure[0] if at < first or at >= figures - last else "•"

    return _ONE.sub(one, found[0])
