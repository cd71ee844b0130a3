"""Runs of letters within the words of many texts, each as its CRC-32, worked out for all at once.

The sum is that of ``zlib.crc32`` over the run in UTF-8, so heads that were trained on it stay as
they are; asked run by run it is a tenth of judging a call. This module does not know heads, buckets
or how a text is levelled before.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

_ALL_ONES = np.uint32(0xFFFFFFFF)


def _table() -> NDArray[np.uint32]:
    """What CRC-32 (the reflected polynomial of ISO 3309) makes of each byte."""
    rest = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        rest = np.where(rest & 1, (rest >> 1) ^ np.uint32(0xEDB88320), rest >> 1).astype(np.uint32)
    return rest


_OF_BYTE = _table()


def crc_runs(texts: Sequence[str], longest: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For every run of 1 to ``longest`` letters its text's position, and its CRC-32.

    Runs lie within a stretch between blanks, with one blank before it and one behind counted in.
    """
    words = [text.split() for text in texts]
    framed = [f" {word} " for word in chain.from_iterable(words)]
    if not framed:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    word_of = np.repeat(np.arange(len(framed)), [len(word) for word in framed])
    text_of = np.repeat(np.arange(len(texts)), [len(own) for own in words])
    steps = _bytes_of("".join(framed))
    sums = np.full(len(word_of), _ALL_ONES)
    owners: list[NDArray[np.int64]] = []
    found: list[NDArray[np.uint32]] = []
    for length in range(1, min(longest, len(word_of)) + 1):
        sums = sums[: len(word_of) - length + 1]
        for byte, there in steps:
            added = _OF_BYTE[(sums ^ byte[length - 1 :]) & 0xFF] ^ (sums >> 8)
            sums = added if there is None else np.where(there[length - 1 :], added, sums)
        within = word_of[: len(sums)] == word_of[length - 1 :]
        owners.append(text_of[word_of[: len(sums)][within]])
        found.append(sums[within] ^ _ALL_ONES)
    return np.concatenate(owners), np.concatenate(found).astype(np.int64)


def _bytes_of(text: str) -> list[tuple[NDArray[np.uint32], NDArray[np.bool_] | None]]:
    """The first, second … byte of each letter in UTF-8, and which letters have one (None: all)."""
    data = np.frombuffer(text.encode(), dtype=np.uint8).astype(np.uint32)
    starts = np.flatnonzero((data & 0xC0) != 0x80)
    widths = np.diff(starts, append=len(data))
    return [
        (data[np.minimum(starts + at, len(data) - 1)], None if at == 0 else widths > at)
        for at in range(int(widths.max()))
    ]
