"""Stretches of an utterance that the recogniser hardly heard.

One unsure word says little, for short words are often unsure; three in a row may be anything.
This module does not know rules, calls or what is looked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from qa_inspect.domain import Utterance, Word

LOW_CONFIDENCE = 0.45
"""Mean recogniser confidence (0–1) under which speech counts as poorly heard."""

DOUBTFUL_UTTERANCE = 0.65
"""Mean confidence (0–1) under which a phrase may have been heard as something else: utterances of
clear speech reach it, of badly heard speech about half do not."""

UNSURE_WORD = 0.5
"""Confidence (0–1) under which a word is likelier wrong than right. Of clear speech that is one
word in fifteen."""

_WINDOW = 3
"""Words whose mean confidence is taken, and the shortest stretch that can hide a phrase."""

_LEAST_LOW = 2
"""Unsure words that a stretch has at least: one alone lowers the mean of all its neighbours."""


def unclear_stretches(utterance: Utterance) -> tuple[tuple[int, int], ...]:
    """Stretches of the text (first character, after the last) that were hardly heard, in order.

    Without single words the utterance is judged as a whole.
    """
    words = utterance.words
    if surely_heard(words):
        return ()
    if not words:
        poor = utterance.confidence is not None and utterance.confidence < LOW_CONFIDENCE
        return ((0, len(utterance.text)),) if poor else ()
    told = as_told(words)
    heard = [confidence for _, _, _, confidence in told]
    if sum(confidence < LOW_CONFIDENCE for confidence in heard) < _LEAST_LOW:
        return ()
    runs = list(_runs(heard))
    places = _places(utterance.text, told) if runs else []
    found = []
    for first, after in runs:
        known = [place for place in places[first:after] if place is not None]
        if known:
            found.append((known[0][0], known[-1][1]))
    return tuple(found)


def doubtful_stretches(utterance: Utterance) -> tuple[tuple[int, int], ...]:
    """Stretches that may hold a phrase that was heard as something else, in order.

    That is all of an utterance that was heard badly on average, and of others what was hardly
    heard.
    """
    confidence = utterance.confidence
    if confidence is not None and confidence < DOUBTFUL_UTTERANCE:
        words = utterance.words
        if not words or len(words) >= _WINDOW:
            return ((0, len(utterance.text)),)
    return unclear_stretches(utterance)


def has_unsure_words(utterance: Utterance) -> bool:
    """Whether a word is likelier wrong than right."""
    words = utterance.words
    return not surely_heard(words) and any(told[3] < UNSURE_WORD for told in as_told(words))


def without_unsure_words(utterance: Utterance) -> Utterance:
    """The utterance without its least sure words; the same value where it has none."""
    if not has_unsure_words(utterance):
        return utterance
    text = utterance.text
    pieces: list[str] = []
    copied = 0
    told = as_told(utterance.words)
    for (_, _, _, confidence), place in zip(told, _places(text, told), strict=True):
        if confidence < UNSURE_WORD and place is not None:
            pieces.append(text[copied : place[0]])
            copied = place[1]
    pieces.append(text[copied:])
    kept = _surer(utterance.words)
    return replace(utterance, text="".join(pieces).strip(), words=kept)


def _surer(words: Sequence[Word]) -> tuple[Word, ...]:
    """The words that are not unsure; those still as they were stored stay so."""
    at_least: Callable[[float], tuple[Word, ...]] | None = getattr(words, "at_least", None)
    if at_least is not None:
        return at_least(UNSURE_WORD)
    return tuple(word for word in words if word.confidence >= UNSURE_WORD)


def rests_on_unsure_word(utterance: Utterance, start: int, end: int) -> bool:
    """Whether an unsure word lies within a stretch of the text (characters)."""
    if not has_unsure_words(utterance):
        return False
    told = as_told(utterance.words)
    return any(
        confidence < UNSURE_WORD and place is not None and place[0] < end and start < place[1]
        for (_, _, _, confidence), place in zip(told, _places(utterance.text, told), strict=True)
    )


def surely_heard(words: Sequence[Word]) -> bool:
    """Whether words that are still as they were stored say that none is unsure.

    Nearly every utterance is heard well, and reading its words to see that is most of the work.
    """
    return bool(getattr(words, "surely_heard", False))


def as_told(words: Sequence[Word]) -> Sequence[Sequence[Any]]:
    """Of each word its text, start and end in seconds, and confidence.

    Words that are still as they were stored are read, but not made.
    """
    plain: Sequence[Sequence[Any]] | None = getattr(words, "plain", None)
    if plain is not None:
        return plain
    return [(word.text, word.start_s, word.end_s, word.confidence) for word in words]


def word_places(text: str, words: Sequence[Word]) -> list[tuple[int, int] | None]:
    """Where each word stands in the text (characters), None where it is not found."""
    return _places(text, as_told(words))


def _places(text: str, told: Sequence[Sequence[Any]]) -> list[tuple[int, int] | None]:
    places: list[tuple[int, int] | None] = []
    read = 0
    for word, _, _, _ in told:
        said = word.strip()
        at = text.find(said, read) if said else -1
        if at < 0:
            places.append(None)
            continue
        read = at + len(said)
        places.append((at, read))
    return places


def _runs(heard: Sequence[float]) -> Iterator[tuple[int, int]]:
    """Runs of words (first, after the last) whose neighbourhoods were hardly heard; ``heard`` are
    the words' confidences."""
    low = []
    for at in range(len(heard)):
        near = heard[max(0, at - 1) : at + 2]
        low.append(sum(near) < LOW_CONFIDENCE * len(near))
    begin: int | None = None
    for at, is_low in enumerate([*low, False]):
        if is_low and begin is None:
            begin = at
        elif not is_low and begin is not None:
            long = at - begin >= _WINDOW or at - begin == len(heard)
            unsure = sum(confidence < LOW_CONFIDENCE for confidence in heard[begin:at])
            if long and unsure >= _LEAST_LOW:
                yield begin, at
            begin = None
