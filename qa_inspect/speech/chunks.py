"""Chunks: stretches of sound short enough for a speech recogniser's window.

This module does not know what is said in a chunk, nor which recogniser will hear it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from qa_inspect.config import SAMPLE_RATE
from qa_inspect.domain import Span, Word

PAD_S = 0.3
"""Sound kept before and after speech (seconds), so that soft first and last sounds stay whole."""

LONGEST_PAUSE_S = 1.0
"""Longer pauses inside a chunk are shortened to twice ``PAD_S``: recognisers invent words on long
silences, and on a channel of one side half of the sound is the other side's turn."""
_MOST_AROUND_S = max(2 * PAD_S, LONGEST_PAUSE_S)
"""Seconds that a span gets at both ends together: padding, or half of a pause on each side."""

_FULL = 0.6
"""Share of a chunk that should be filled before a pause may end it."""

_LEVEL_S = 0.02


@dataclass(frozen=True, slots=True)
class Chunk:
    """Speech of one channel, at most 30 s of sound.

    ``start_s`` and ``end_s`` are seconds from the start of the recording; ``samples`` is float32,
    shape (n,), mono at 16 kHz, in −1–1. Where a pause was shortened ``joins`` holds the second of
    the chunk and the seconds left out there; times found by a recogniser, ``start_s`` plus the
    time in the chunk, become the call's by ``in_call_time``.
    """

    start_s: float
    end_s: float
    samples: npt.NDArray[np.float32]
    joins: tuple[tuple[float, float], ...] = ()


def in_call_time(chunk: Chunk, words: Sequence[Word]) -> tuple[Word, ...]:
    """Words timed as if the chunk were unbroken, in the true time of the call.

    A word across a join keeps the larger of its two parts.
    """
    if not chunk.joins:
        return tuple(words)
    return tuple(_moved(chunk, word) for word in words)


def _moved(chunk: Chunk, word: Word) -> Word:
    start_s, end_s = word.start_s, word.end_s
    for offset_s, _ in chunk.joins:
        join_s = chunk.start_s + offset_s
        if start_s < join_s < end_s:
            if join_s - start_s >= end_s - join_s:
                end_s = join_s
            else:
                start_s = join_s
    middle_s = (start_s + end_s) / 2 - chunk.start_s
    skipped_s = sum(skip for offset, skip in chunk.joins if offset <= middle_s)
    return replace(word, start_s=round(start_s + skipped_s, 3), end_s=round(end_s + skipped_s, 3))


def cut_chunks(
    samples: npt.NDArray[np.float32], speech: Sequence[Span], max_s: float = 30.0
) -> tuple[Chunk, ...]:
    """Packs all speech into as few chunks as is sound, in order and without overlap.

    ``samples`` is (n,) at 16 kHz and ``speech`` holds spans in seconds. Chunks end in the longest
    pause of their last part; only speech without any pause for ``max_s`` seconds is cut where it
    is quietest. Sound around speech is kept, long pauses are shortened.
    """
    duration_s = len(samples) / SAMPLE_RATE
    spans: list[Span] = []
    for span in _clean(speech, duration_s):
        spans.extend(_cut_long(samples, span, max_s - _MOST_AROUND_S))
    return tuple(_chunk(samples, group) for group in _pack(_padded(spans, duration_s), max_s))


def _padded(spans: Sequence[Span], duration_s: float) -> list[Span]:
    """Spans with the sound around them; pauses that are not too long belong to them."""
    padded: list[Span] = []
    for number, span in enumerate(spans):
        start_s = max(0.0, span.start_s - PAD_S)
        end_s = min(duration_s, span.end_s + PAD_S)
        if number and span.start_s - spans[number - 1].end_s <= LONGEST_PAUSE_S:
            start_s = (spans[number - 1].end_s + span.start_s) / 2
        if number + 1 < len(spans) and spans[number + 1].start_s - span.end_s <= LONGEST_PAUSE_S:
            end_s = (span.end_s + spans[number + 1].start_s) / 2
        padded.append(Span(start_s, end_s))
    return padded


def _chunk(samples: npt.NDArray[np.float32], group: Sequence[Span]) -> Chunk:
    edges = [(round(s.start_s * SAMPLE_RATE), round(s.end_s * SAMPLE_RATE)) for s in group]
    joins: list[tuple[float, float]] = []
    length = 0
    for number, (begin, end) in enumerate(edges):
        if number and begin > edges[number - 1][1]:
            joins.append((length / SAMPLE_RATE, (begin - edges[number - 1][1]) / SAMPLE_RATE))
        length += end - begin
    sound = np.concatenate([samples[begin:end] for begin, end in edges])
    return Chunk(edges[0][0] / SAMPLE_RATE, edges[-1][1] / SAMPLE_RATE, sound, tuple(joins))


def _clean(speech: Sequence[Span], duration_s: float) -> list[Span]:
    """Spans inside the recording, in order, those that touch made one."""
    joined: list[Span] = []
    for span in sorted(speech, key=lambda s: s.start_s):
        start_s, end_s = max(0.0, span.start_s), min(duration_s, span.end_s)
        if end_s <= start_s:
            continue
        if joined and start_s <= joined[-1].end_s:
            joined[-1] = Span(joined[-1].start_s, max(joined[-1].end_s, end_s))
        else:
            joined.append(Span(start_s, end_s))
    return joined


def _cut_long(samples: npt.NDArray[np.float32], span: Span, room_s: float) -> list[Span]:
    """A span that fits as it is, else cut where it is quietest."""
    pieces: list[Span] = []
    start_s = span.start_s
    while span.end_s - start_s > room_s:
        cut_s = _quietest(samples, start_s + _FULL * room_s, start_s + room_s)
        pieces.append(Span(start_s, cut_s))
        start_s = cut_s
    pieces.append(Span(start_s, span.end_s))
    return pieces


def _quietest(samples: npt.NDArray[np.float32], from_s: float, to_s: float) -> float:
    """The middle of the quietest 0.1 s between two times."""
    size = round(_LEVEL_S * SAMPLE_RATE)
    piece = samples[round(from_s * SAMPLE_RATE) : round(to_s * SAMPLE_RATE)]
    blocks = piece[: len(piece) // size * size].reshape(-1, size).astype(np.float64)
    if len(blocks) < 5:
        return to_s
    power = np.convolve((blocks**2).mean(axis=1), np.ones(5), mode="valid")
    return from_s + (int(power.argmin()) + 2.5) * _LEVEL_S


def _pack(spans: Sequence[Span], max_s: float) -> list[Sequence[Span]]:
    """Groups of consecutive spans, none with more than ``max_s`` seconds of sound."""
    groups: list[Sequence[Span]] = []
    first = 0
    while first < len(spans):
        last, sound_s = first, spans[first].duration_s
        while last + 1 < len(spans) and sound_s + spans[last + 1].duration_s <= max_s:
            last += 1
            sound_s += spans[last].duration_s
        if last + 1 < len(spans):
            last = _best_end(spans, first, last, max_s)
        groups.append(spans[first : last + 1])
        first = last + 1
    return groups


def _best_end(spans: Sequence[Span], first: int, last: int, max_s: float) -> int:
    """The span before the longest pause in the last part of a full chunk."""
    sound_s, best, longest_s = 0.0, last, -1.0
    for number in range(first, last + 1):
        sound_s += spans[number].duration_s
        pause_s = spans[number + 1].start_s - spans[number].end_s
        if sound_s >= _FULL * max_s and pause_s >= longest_s:
            best, longest_s = number, pause_s
    return best
