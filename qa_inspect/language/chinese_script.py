"""Chinese in one script for comparing: traditional characters as simplified ones.

Character by character, by OpenCC's table, so that lengths and places stay as they were. That is
enough to compare by; for showing, ``speech.assemble`` converts whole words.

This module does not know words, phrases or which script a call is shown in.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping

import regex

_HAN = regex.compile(r"\p{Script=Han}")
_FIRST, _LAST = 0x3400, 0x9FFF
_ALSO = {"著": "着", "妳": "你", "祂": "他", "牠": "它"}
"""What OpenCC leaves, for it can mean something else: as a spoken word it hardly ever does."""


def one_script(text: str) -> str:
    """``text`` with traditional characters simplified, of the same length. Idempotent."""
    return text.translate(_table()) if _HAN.search(text) else text


@functools.cache
def _table() -> Mapping[int, str]:
    from opencc import OpenCC

    letters = [chr(code) for code in range(_FIRST, _LAST + 1)]
    simple = str(OpenCC("t2s").convert("\n".join(letters))).split("\n")
    pairs = zip(letters, simple, strict=True)
    changed = {old: new for old, new in pairs if old != new and len(new) == 1} | _ALSO
    return {ord(old): changed.get(new, new) for old, new in changed.items()}
