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
_SEVERAL_WAYS = re.compile(" / |, ")
_BRACKET = re.compile(r"[()\[\]|]|\.{3}|…")
_FEW, _SHORT = 4, 2
"""Alternatives that are all read out, and the words that each may have for it."""
_HARDLY, _SEVERAL = 3, 3
"""So few words are hardly a phrase where so many in a row may be missing between them."""
_SMALL_WORDS = frozenset(("a", "an", "the", "my", "your", "our", "their", "to", "of", "anything"))
"""Words of which a phrase may do without one, but does not read well without all."""


def clock(seconds: float) -> str:
    """``75.4`` as ``1:15``, ``3675`` as ``1:01:15``."""
    whole = max(0, int(seconds))
    hours, minutes = divmod(whole // 60, 60)
    tail = f"{minutes:02d}" if hours else f"{minutes}"
    return f"{hours}:{tail}:{whole % 60:02d}" if hours else f"{tail}:{whole % 60:02d}"


def length(seconds: float) -> str:
    """How long something is, to the nearest second: ``62.96`` as ``1:03``."""
    return clock(round(seconds))


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
def _unspaced(phrase: str) -> bool:
    """Whether a phrase is in a script without spaces."""
    # here, because every command words something and few read phrases: folding takes 0.1 s to load
    from qa_inspect.rubric.folding import has_unspaced

    return has_unspaced(phrase)


def plainly(phrase: str) -> str:
    """One plain reading: ``(good|nice) day [sir] ... bye`` as ``good day … bye``.

    Of alternatives the first is read out; of a few short ones at the end all are, as in ``by monday
    / tuesday``, and of many two. What may be missing is left out, but for small words such as
    ``your`` and ``the``, and where the phrase is hardly one without.
    """
    pieces = [piece for piece in _pieces(phrase) if piece[1]]
    spaced = not _unspaced(phrase)
    bare = [not optional and not text.isspace() for optional, text in pieces]
    words = [len(_SEVERAL_WAYS.split(text)[0].split()) for _, text in pieces]
    last = max((at for at, told in enumerate(bare) if told), default=0)
    few = sum(words[at] for at, told in enumerate(bare) if told) if spaced else 0
    read: list[str] = []
    for at, (optional, text) in enumerate(pieces):
        if not optional:
            read.append(text)
            continue
        known = " ".join(read).split()
        fits = at < last and not any(word in known for word in text.split())
        run = _run(pieces, at)
        small = [i for i in run if pieces[i][1] in _SMALL_WORDS]
        hardly = 0 < few <= _HARDLY and len(run) >= _SEVERAL and not small
        kept = fits and (hardly or at == max(small, default=-1))
        read.append(text if kept else " " * spaced)
    return " ".join("".join(read).replace("...", " … ").split()) or phrase


def _run(pieces: Sequence[tuple[bool, str]], at: int) -> Sequence[int]:
    """The neighbouring pieces that may be missing, by their places, the one at ``at`` included."""
    told = [i for i, (_, text) in enumerate(pieces) if text.strip()]
    before = [i for i in reversed(told) if i < at]
    after = [i for i in told if i >= at]
    return [i for side in (before, after) for i in takewhile(lambda i: pieces[i][0], side)]


def _pieces(phrase: str) -> Iterator[tuple[bool, str]]:
    """The pieces of a phrase in plain words, each with whether it may be missing."""
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
                optional = phrase[begin] == "["
                ways = _ways(phrase[begin + 1 : at])
                apart = begin > 0 and phrase[begin - 1] == " "
                if optional:
                    small = next((way for way in ways if way in _SMALL_WORDS), ways[0])
                    yield True, plainly(small)
                elif at == len(phrase) - 1 and (apart or _unspaced(phrase)):
                    yield False, _either(ways)
                else:
                    yield False, plainly(ways[0])
                begin = at + 1
    yield False, phrase[begin:]


def _either(ways: Sequence[str]) -> str:
    """Alternatives: all of a few short ones, two of many; of longer ones the first."""
    short = all(len(way.split()) <= _SHORT and not _BRACKET.search(way) for way in ways)
    if len(ways) == 1 or not short:
        return plainly(ways[0])
    if len(ways) <= _FEW:
        return " / ".join(ways)
    return f"{', '.join(ways[:2])} …"


def _ways(text: str) -> list[str]:
    """The alternatives of a bracket's inside."""
    found, begin, depth = [], 0, 0
    for at, letter in enumerate(text):
        depth += (letter in "([") - (letter in ")]")
        if letter == "|" and depth == 0:
            found.append(text[begin:at])
            begin = at + 1
    return [*found, text[begin:]]


def count(number: int, noun: str, plural: str = "") -> str:
    """``1 phrase``, ``3 phrases``; ``plural`` where it is not made by an s."""
    return f"{number} {noun}" if number == 1 else f"{number} {plural or f'{noun}s'}"


def signed(value: float) -> str:
    """A whole number with its sign: ``+56``, ``−33``, ``0``."""
    return f"{value:+.0f}".replace("-", "−") if round(value) else "0"


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
