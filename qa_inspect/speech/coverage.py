"""Speech that has no words: found, so that it can be heard once more another way.

A recogniser now and then leaves out a clause at the edge of a chunk. This module does not know
recognisers; it compares spans of speech with words.
"""

from __future__ import annotations

from collections.abc import Sequence

from qa_inspect.domain import Span, Word

SHORTEST_GAP_S = 1.2
"""A stretch of speech without words from this length (seconds) is heard again."""

_REACH_S = 0.35
"""How far a word speaks for the sound around it (seconds)."""

_BELIEVED = 0.35
"""Mean confidence (0–1) from which words of the second hearing are kept."""


def unheard(
    speech: Sequence[Span], words: Sequence[Word], shortest_s: float = SHORTEST_GAP_S
) -> tuple[Span, ...]:
    """Stretches of speech of at least ``shortest_s`` seconds near which no word lies, in order."""
    covered = sorted((w.start_s - _REACH_S, w.end_s + _REACH_S) for w in words)
    found: list[Span] = []
    position = 0
    for span in sorted(speech, key=lambda s: s.start_s):
        start_s = span.start_s
        while position and covered[position - 1][1] > start_s:
            position -= 1
        while position < len(covered) and covered[position][0] < span.end_s:
            begin_s, end_s = covered[position]
            if begin_s - start_s >= shortest_s:
                found.append(Span(start_s, begin_s))
            start_s = max(start_s, end_s)
            position += 1
        if span.end_s - start_s >= shortest_s:
            found.append(Span(start_s, span.end_s))
    return tuple(found)


def believed(words: Sequence[Word], gaps: Sequence[Span]) -> tuple[Word, ...]:
    """Words of a second hearing that lie in a gap and are believable there as a whole."""
    kept: list[Word] = []
    for gap in gaps:
        inside = [w for w in words if gap.start_s <= (w.start_s + w.end_s) / 2 <= gap.end_s]
        if inside and sum(w.confidence for w in inside) / len(inside) >= _BELIEVED:
            kept.extend(inside)
    return tuple(kept)
