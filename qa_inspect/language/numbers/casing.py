"""Words as patterns read them: one of many, and whatever their case.

This module does not know which words are looked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

_OTHER_CASES = (("ſ", "s"), ("ı", "i"), ("i\u0307", "i"))
"""Letters that a pattern takes for s and i where it ignores case, though they are no capitals of
theirs; the last is the small letter of the Turkish İ."""


@lru_cache(maxsize=256)
def small(text: str) -> str:
    """``text`` in small letters, with those that count as s and i where case is ignored."""
    low = text.lower()
    if not low.isascii():
        for letter, plain in _OTHER_CASES:
            low = low.replace(letter, plain)
    return low


def any_of(words: Iterable[str]) -> str:
    """A pattern of one of these words, longest first."""
    return "(?:" + "|".join(sorted(map(re.escape, words), key=len, reverse=True)) + ")"
