"""Texts as counts of hashed character n-grams, for small linear heads that keep nobody's words.

Every run of characters of some lengths falls into one of ``2 ** bits`` buckets; many share one, so
no text can be read back from a weight a bucket. This module does not know heads, labels or how a
text is levelled before.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_MIXER = np.uint64(0xBF58476D1CE4E5B9)
_SHIFT = np.uint64(29)


def hashed_ngrams(plain: str, shortest: int, longest: int, bits: int) -> NDArray[np.int64]:
    """The bucket (0 to 2^bits - 1) of every n-gram of ``plain``, in no special order.

    Begin and end of the text count as characters. Empty for an empty text.
    """
    return hashed_ngrams_of([plain], shortest, longest, bits)[1]


def hashed_ngrams_of(
    texts: Sequence[str], shortest: int, longest: int, bits: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The same of many texts at once: for every n-gram its text's position, and its bucket."""
    to_bucket = np.uint64(64 - bits)
    framed = [f"\x02{text}\x03" if text else "" for text in texts]
    codes = np.frombuffer("".join(framed).encode("utf-32-le"), dtype=np.uint32)
    letters = codes.astype(np.uint64)
    text_of = np.repeat(np.arange(len(texts)), [len(text) for text in framed])
    owners = [np.zeros(0, dtype=np.int64)]
    buckets = [np.zeros(0, dtype=np.int64)]
    hashed = np.zeros(len(letters), dtype=np.uint64)
    for length in range(1, min(longest, len(letters)) + 1):
        hashed = hashed[: len(letters) - length + 1] * _MULTIPLIER + letters[length - 1 :]
        if length >= shortest:
            within = text_of[: len(hashed)] == text_of[length - 1 :]
            seeded = hashed[within] + np.uint64(length)
            owners.append(text_of[: len(hashed)][within])
            mixed = ((seeded ^ (seeded >> _SHIFT)) * _MIXER) >> to_bucket
            buckets.append(mixed.astype(np.int64))
    return np.concatenate(owners), np.concatenate(buckets)
