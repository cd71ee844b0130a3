"""Which kind of number is spoken of: the words of a text that name one, and the nearest to a place.

This module does not know figures.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import regex

from qa_inspect.language.pii.words import alternatives, words_of

BEFORE = 80
"""Letters before a number within which a word still tells what it is."""
AFTER = 24
_SENTENCE_END = regex.compile(r"[.!?。！？]\s|[。！？]")


@dataclass(frozen=True, slots=True)
class Mention:
    """Words that name a kind of number; ``order`` and ``money`` tell what is no personal data,
    ``reference`` what is some only where it is asked for."""

    start: int
    end: int
    kind: str


def mentions(written: str, language: str) -> tuple[Mention, ...]:
    """All mentions of a written form, in order, the longest at each place."""
    return tuple(
        Mention(match.start(), match.end(), match.lastgroup)
        for match in _pattern(language).finditer(written)
        if match.lastgroup
    )


def told(written: str, mentioned: Sequence[Mention], start: int, end: int) -> Mention | None:
    """The mention that a number at ``start`` to ``end`` belongs to: the last one before it, near
    enough; else the first one right after it in the same sentence."""
    best: Mention | None = None
    for mention in mentioned:
        if mention.start < start:
            if start - mention.end <= BEFORE:
                best = mention
        elif best is None and mention.start >= end and mention.start - end <= AFTER:
            if not _SENTENCE_END.search(written, end, mention.start):
                return mention
            break
    return best


@functools.cache
def _pattern(language: str) -> regex.Pattern[str]:
    words = words_of(language)
    groups = (
        f"(?P<{kind}>{alternatives(own, spaced=words.spaced)})"
        for kind, own in words.context.items()
    )
    # leftmost and longest: "account number" is not the "number" of something else
    return regex.compile("|".join(groups), regex.IGNORECASE | regex.POSIX)
