"""Timed words after their text was rewritten: which words became one, and when it was said.

This module does not know what is rewritten, or why.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import regex

from qa_inspect.domain import Word
from qa_inspect.language.numbers.rewriting import Rewriting

_UNSPACED = regex.compile(r"[\p{Han}\p{Thai}\u3000-\u303f\uff00-\uff65]")
_CHUNK = regex.compile(r"\S+")


def rewrite_words(words: Sequence[Word], rewrite: Callable[[str], Rewriting]) -> tuple[Word, ...]:
    """The words with their text rewritten as a whole.

    Words that became one have their whole stretch of time and their mean confidence (0–1); words
    that did not change come back as they were.
    """
    text, places = _joined(words)
    rewriting = rewrite(text)
    if rewriting.text == text:
        return tuple(words)
    owner = [-1] * len(text)
    for at, (start, end) in enumerate(places):
        owner[start:end] = [at] * (end - start)
    return tuple(_rebuilt(words, rewriting, owner))


def _joined(words: Sequence[Word]) -> tuple[str, list[tuple[int, int]]]:
    """The words as one text, and where each of them lies in it."""
    text = ""
    places = []
    for word in words:
        said = word.text.strip()
        if text and said and not (_UNSPACED.match(text[-1]) or _UNSPACED.match(said[0])):
            text += " "
        places.append((len(text), len(text) + len(said)))
        text += said
    return text, places


def _rebuilt(words: Sequence[Word], rewriting: Rewriting, owner: Sequence[int]) -> list[Word]:
    groups: list[tuple[int, int, str]] = []
    for letter, (start, end) in zip(rewriting.text, rewriting.origin, strict=True):
        own = [at for at in owner[start:end] if at >= 0]
        if not own:
            continue
        first, last = own[0], own[-1]
        if groups and first <= groups[-1][1]:
            low, high, text = groups[-1]
            groups[-1] = (low, max(high, last), text + letter)
        else:
            groups.append((first, last, letter))
    found: list[Word] = []
    for first, last, text in groups:
        found += _timed(words[first : last + 1], text)
    return found


def _timed(words: Sequence[Word], text: str) -> list[Word]:
    """The text of a group as words with the group's times, shared out by letters."""
    if len(words) == 1 and words[0].text.strip() == text:
        return [words[0]]
    chunks = _CHUNK.findall(text)
    start_s, end_s = words[0].start_s, max(word.end_s for word in words)
    confidence = sum(word.confidence for word in words) / len(words)
    length = sum(map(len, chunks))
    found, done = [], 0
    for chunk in chunks:
        begin_s = start_s + (end_s - start_s) * done / length
        done += len(chunk)
        until_s = start_s + (end_s - start_s) * done / length
        found.append(Word(chunk, round(begin_s, 3), round(until_s, 3), round(confidence, 4)))
    return found
