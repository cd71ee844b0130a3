"""Word times and word shapes that hold whatever the aligner gave.

A recogniser aligns tokens to sound; digits and characters may come without a time, words beside a
pause come too long, and pieces of one word come apart. This module mends that and cuts loops. It
does not know any engine.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

_SENTENCE_END = ".!?。！？"
_OPENING = "\"'“‘¿¡([{（《〈「『"
_MIN_WORD_S = 0.02


@dataclass(frozen=True, slots=True)
class TimedPiece:
    """A stretch of text as aligned: with its leading space, seconds from the chunk's start.

    ``start_s`` and ``end_s`` are None where the aligner gave none. ``probability`` is 0–1.
    """

    text: str
    start_s: float | None
    end_s: float | None
    probability: float


@dataclass(frozen=True, slots=True)
class TimedWord:
    """A word with its punctuation, as text is written, and its time in the chunk (seconds)."""

    text: str
    start_s: float
    end_s: float
    probability: float


def settle(pieces: Sequence[TimedPiece], duration_s: float) -> tuple[TimedWord, ...]:
    """Words in order, none without a time, none outside the chunk, none across a pause.

    ``text`` keeps its leading space, so that joining gives back the text.
    """
    joined = join_pieces(pieces)
    timed = fill_times(joined, duration_s)
    return spread(shorten(timed), duration_s)


def join_pieces(pieces: Sequence[TimedPiece]) -> list[TimedPiece]:
    """Puts punctuation to its word, and pieces of one Latin word or number together."""
    words: list[TimedPiece] = []
    opening: TimedPiece | None = None
    for piece in pieces:
        if not piece.text:
            continue
        bare = piece.text.strip()
        if bare and all(char in _OPENING for char in bare) and piece.text.startswith(" "):
            opening = piece
            continue
        current = _join(opening, piece) if opening else piece
        opening = None
        if words and _belongs(words[-1].text, current.text):
            words[-1] = _join(words[-1], current)
        else:
            words.append(current)
    return [word for word in words if any(_spoken(char) for char in word.text)]


def _belongs(before: str, text: str) -> bool:
    bare = text.strip()
    if not bare:
        return True
    if all(not _spoken(char) for char in bare):
        return True
    first, last = text[0], before[-1:]
    return _spaced_script(first) and bool(last) and _spaced_script(last)


def _spoken(char: str) -> bool:
    return unicodedata.category(char)[0] in "LNM"


def _spaced_script(char: str) -> bool:
    """Whether words of the character's script are written with spaces between them."""
    if char in "'’-":
        return True
    if not _spoken(char):
        return False
    name = unicodedata.name(char, "")
    return not name.startswith(
        ("CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "MYANMAR", "KHMER", "IDEOGRAPHIC")
    )


def _join(first: TimedPiece, second: TimedPiece) -> TimedPiece:
    spoken = [item for item in (first, second) if any(_spoken(char) for char in item.text)]
    timed = spoken or [first]
    starts = [item.start_s for item in timed if item.start_s is not None]
    ends = [item.end_s for item in timed if item.end_s is not None]
    return TimedPiece(
        text=first.text + second.text,
        start_s=min(starts) if starts else None,
        end_s=max(ends) if ends else None,
        probability=sum(item.probability for item in timed) / len(timed),
    )


def fill_times(words: Sequence[TimedPiece], duration_s: float) -> list[TimedWord]:
    """Gives every word a time of its own, in order, between 0 and ``duration_s``.

    Words without a time, or with none of their own (zero length), share the room between their
    neighbours by their number of characters, and a neighbour's time where there is no room.
    """
    filled: list[TimedWord] = []
    index = 0
    while index < len(words):
        stop = index
        while stop < len(words) and not _has_time(words[stop]):
            stop += 1
        low = filled[-1].end_s if filled else 0.0
        if stop > index:
            run = list(words[index:stop])
            high = _room_end(words, stop, low, duration_s)
            if high - low < _MIN_WORD_S * _size(run) and stop < len(words):
                run.append(words[stop])
                high = min(max(words[stop].end_s or low, low), duration_s)
                stop += 1
            elif high - low < _MIN_WORD_S * _size(run) and filled:
                last = filled.pop()
                run.insert(0, TimedPiece(last.text, None, None, last.probability))
                low = last.start_s
            filled.extend(_share(run, low, high))
            index = stop
        else:
            word = words[index]
            start = min(max(word.start_s or 0.0, low), duration_s)
            end = min(max(word.end_s or 0.0, start), duration_s)
            filled.append(TimedWord(word.text, start, end, word.probability))
            index += 1
    return filled


def _has_time(word: TimedPiece) -> bool:
    return (
        word.start_s is not None
        and word.end_s is not None
        and word.end_s - word.start_s >= _MIN_WORD_S
    )


def _room_end(words: Sequence[TimedPiece], stop: int, low: float, duration_s: float) -> float:
    following = words[stop].start_s if stop < len(words) else None
    return min(max(duration_s if following is None else following, low), duration_s)


def _size(words: Sequence[TimedPiece]) -> int:
    return sum(max(1, len(word.text.strip())) for word in words)


def _share(words: Sequence[TimedPiece], low: float, high: float) -> list[TimedWord]:
    total = _size(words)
    known = [word.start_s for word in words if word.start_s is not None]
    # A zero-length time still says where the word lies; 0.08 s a character is brisk speech.
    if known:
        low = min(max(low, known[0] - 0.08 * total), high)
    high = min(high, low + 0.16 * total)
    step = (high - low) / total
    shared = []
    for word in words:
        end = min(high, low + step * _size([word]))
        shared.append(TimedWord(word.text, low, end, word.probability))
        low = end
    return shared


def shorten(words: Sequence[TimedWord]) -> list[TimedWord]:
    """Takes the pause out of words that an aligner stretched over it.

    A word longer than twice the median (and 0.4 s, and 0.12 s a character) keeps its end after a
    sentence's end and at the beginning, and its start elsewhere.
    """
    lengths = [word.end_s - word.start_s for word in words if word.end_s > word.start_s]
    if not lengths:
        return list(words)
    usual = 2 * min(0.7, median(lengths))
    kept: list[TimedWord] = []
    for index, word in enumerate(words):
        limit = max(usual, 0.4, 0.12 * len(word.text.strip()))
        if word.end_s - word.start_s > limit:
            after_stop = index == 0 or words[index - 1].text.rstrip()[-1:] in _SENTENCE_END
            word = (
                replace(word, start_s=word.end_s - limit)
                if after_stop
                else replace(word, end_s=word.start_s + limit)
            )
        kept.append(word)
    return kept


def spread(words: Sequence[TimedWord], duration_s: float) -> tuple[TimedWord, ...]:
    """The words in order, without overlap and inside the chunk, each longer than nothing.

    The least length is 20 ms, less only where a chunk has not the room.
    """
    least = min(_MIN_WORD_S, duration_s / len(words)) if words else 0.0
    low = 0.0
    starts, ends = [], []
    for word in words:
        starts.append(max(word.start_s, low))
        ends.append(max(word.end_s, starts[-1] + least))
        low = ends[-1]
    high = duration_s
    for index in range(len(words) - 1, -1, -1):
        ends[index] = min(ends[index], high)
        starts[index] = max(0.0, min(starts[index], ends[index] - least))
        high = starts[index]
    return tuple(
        replace(word, start_s=start, end_s=end)
        for word, start, end in zip(words, starts, ends, strict=True)
    )


def cut_loops(
    words: Sequence[TimedWord], *, longest: int = 24, most: int = 4
) -> tuple[TimedWord, ...]:
    """Keeps one round of a phrase that comes round more than ``most`` times without a break.

    People do say "no, no, no"; a recogniser that fell into a loop repeats for the rest of its
    window. Phrases of up to ``longest`` words are looked for; single words may come twice as often.
    """
    kept: list[TimedWord] = []
    keys = [_key(word.text) for word in words]
    index = 0
    while index < len(words):
        size, rounds = _loop_at(keys, index, longest, most)
        kept.extend(words[index : index + size])
        index += size * rounds
    return tuple(kept)


def _key(text: str) -> str:
    return "".join(char for char in text.casefold() if _spoken(char))


def _loop_at(keys: Sequence[str], index: int, longest: int, most: int) -> tuple[int, int]:
    """The length of the phrase that loops from here and its rounds; (1, 1) where nothing loops."""
    for size in range(1, min(longest, (len(keys) - index) // 2) + 1):
        phrase = keys[index : index + size]
        rounds = 1
        while keys[index + rounds * size : index + (rounds + 1) * size] == phrase:
            rounds += 1
        if rounds > (2 * most if size == 1 else most):
            return size, rounds
    return 1, 1
