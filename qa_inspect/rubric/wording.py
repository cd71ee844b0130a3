"""How verdicts are put into words: times, quotes, lists and numbers in sentences.

This module does not know rules or calls.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from qa_inspect.domain import Evidence

_LONGEST_QUOTE = 90
_ONE_BRACKET = re.compile(r"\(([^()\[\]]+)\)")
_INNERMOST = re.compile(r"\([^()\[\]]*\)|\[[^()\[\]]*\]")


def clock(seconds: float) -> str:
    """``75.4`` as ``1:15``, ``3675`` as ``1:01:15``."""
    whole = max(0, int(seconds))
    hours, minutes = divmod(whole // 60, 60)
    tail = f"{minutes:02d}" if hours else f"{minutes}"
    return f"{hours}:{tail}:{whole % 60:02d}" if hours else f"{tail}:{whole % 60:02d}"


def quote(text: str) -> str:
    """``text`` in quotation marks, shortened."""
    tidy = " ".join(text.split())
    short = tidy if len(tidy) <= _LONGEST_QUOTE else f"{tidy[: _LONGEST_QUOTE - 1].rstrip()}…"
    return f"“{short}”"


def place(evidence: Evidence) -> str:
    """Where evidence is: ``at 1:15``, else ``in utterance 4``."""
    if evidence.start_s is not None:
        return f"at {clock(evidence.start_s)}"
    return "" if evidence.utterance is None else f"in utterance {evidence.utterance + 1}"


def cited(evidence: Evidence) -> str:
    """A quote with its place: ``“thank you” at 1:15``."""
    return f"{quote(evidence.quote)} {place(evidence)}".strip()


def listed(texts: Sequence[str], most: int = 4) -> str:
    """``“a”, “b” and 7 more``."""
    shown = ", ".join(quote(text) for text in texts[:most])
    left = len(texts) - most
    return f"{shown} and {left} more" if left > 0 else shown


def phrased(phrases: Sequence[str], most: int = 4) -> str:
    """Phrases of the phrase language in plain words, each by the first way to say it.

    A phrase that is nothing but alternatives stands for each of them.
    """
    return _phrased(tuple(phrases), most)


@lru_cache(maxsize=4_096)
def _phrased(phrases: tuple[str, ...], most: int) -> str:
    ways = (way for phrase in phrases for way in _alternatives(phrase))
    return listed(list(dict.fromkeys(plainly(way) for way in ways)), most)


def _alternatives(phrase: str) -> list[str]:
    whole = _ONE_BRACKET.fullmatch(phrase)
    return whole.group(1).split("|") if whole else [phrase]


@lru_cache(maxsize=16_384)
def plainly(phrase: str) -> str:
    """``(good|nice) day [sir|madam] ... bye`` as ``good day sir … bye``."""
    text = phrase
    while (shorter := _INNERMOST.sub(_first_way, text)) != text:
        text = shorter
    words = text.replace("...", " … ").split()
    # neighbouring brackets often begin with the same word
    return (
        " ".join(word for word, before in zip(words, ["", *words], strict=False) if word != before)
        or phrase
    )


def _first_way(bracket: re.Match[str]) -> str:
    # what may be missing is kept: phrases are often no sentence without it
    return bracket.group()[1:-1].split("|")[0]


def count(number: int, noun: str) -> str:
    """``1 phrase``, ``3 phrases``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def percent(share: float) -> str:
    """``0.3`` as ``30 %``."""
    return f"{round(share * 100)} %"


def whose(role: str) -> str:
    """``the agent's``; ``anybody's`` for either side."""
    return "anybody's" if role == "any" else f"the {role}'s"


def who(role: str) -> str:
    """``the agent``; ``anybody`` for either side."""
    return "anybody" if role == "any" else f"the {role}"
