"""How verdicts are put into words: times, quotes, lists and numbers in sentences.

This module does not know rules or calls.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import takewhile

from qa_inspect.domain import Evidence

_LONGEST_QUOTE = 90
_ONE_BRACKET = re.compile(r"\(([^()\[\]]+)\)")
_WHOLE_ENOUGH, _WHOLE_WITHOUT_SEVERAL = 4, 2
"""Words from which a phrase reads well without what may be missing at its end, one or several."""
_FEW = 3


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
    """One plain reading: ``(good|nice) day [sir|madam] ... bye`` as ``good day sir … bye``.

    Of two or three neighbouring words that may each be missing only the last is read out, for they
    are written for different sentences; many, or those of scripts without spaces, are parts of one.
    None is read out that would say a word twice, or come at the end of what is whole without it.
    """
    pieces = [piece for piece in _pieces(phrase) if piece[1]]
    read: list[str] = []
    for at, (optional, text) in enumerate(pieces):
        known = " ".join(read).split()
        if optional and (
            (" " in phrase and _another_follows(pieces, at))
            or any(word in known for word in text.split())
            or (at == len(pieces) - 1 and len(known) >= _whole(pieces))
        ):
            read.append(" ")
        else:
            read.append(text)
    words = "".join(read).replace("...", " … ").split()
    # neighbouring brackets often begin with the same word
    return (
        " ".join(word for word, before in zip(words, ["", *words], strict=False) if word != before)
        or phrase
    )


def _whole(pieces: Sequence[tuple[bool, str]]) -> int:
    """Words from which a phrase is whole without its last piece, which may be missing."""
    before = next((optional for optional, text in pieces[-2::-1] if text.strip()), False)
    return _WHOLE_WITHOUT_SEVERAL if before else _WHOLE_ENOUGH


def _another_follows(pieces: Sequence[tuple[bool, str]], at: int) -> bool:
    """Whether a piece that may be missing is one of a few and not the last of them."""
    told = [piece for piece in enumerate(pieces) if piece[1][1].strip()]
    run = [at]
    for side in (told, told[::-1]):
        beyond = [(i, optional) for i, (optional, _) in side if (i > at) == (side is told)]
        run += [i for i, _ in takewhile(lambda pair: pair[1], beyond) if i != at]
    return len(run) <= _FEW and max(run) > at


def _pieces(phrase: str) -> Iterator[tuple[bool, str]]:
    """The pieces of a phrase, each with whether it may be missing; of brackets the first way."""
    begin, depth = 0, 0
    for at, letter in enumerate(phrase):
        if letter in "([":
            if depth == 0:
                yield False, phrase[begin:at]
                begin = at
            depth += 1
        elif letter in ")]" and depth:
            depth -= 1
            if depth == 0:
                yield phrase[begin] == "[", plainly(_first_way(phrase[begin + 1 : at]))
                begin = at + 1
    yield False, phrase[begin:]


def _first_way(ways: str) -> str:
    depth = 0
    for at, letter in enumerate(ways):
        depth += (letter in "([") - (letter in ")]")
        if letter == "|" and depth == 0:
            return ways[:at]
    return ways


def count(number: int, noun: str, plural: str = "") -> str:
    """``1 phrase``, ``3 phrases``; ``plural`` where it is not made by an s."""
    return f"{number} {noun}" if number == 1 else f"{number} {plural or f'{noun}s'}"


def number(value: float) -> str:
    """At most one decimal: ``2.6667`` as ``2.7``, ``5.0`` as ``5``.

    Two where one would make a whole number of what is none: ``4.97`` is not ``5``.
    """
    short = round(value + math.copysign(1e-9, value), 1)
    nearly_whole = short == int(short) and abs(value - short) >= 0.005
    return f"{round(value, 2) if nearly_whole else short:g}"


def percent(share: float) -> str:
    """``0.3`` as ``30 %``."""
    return f"{round(share * 100)} %"


def whose(role: str) -> str:
    """``the agent's``; ``anybody's`` for either side."""
    return "anybody's" if role == "any" else f"the {role}'s"


def who(role: str) -> str:
    """``the agent``; ``anybody`` for either side."""
    return "anybody" if role == "any" else f"the {role}"
