"""Ways to say a phrase: the plain texts that its brackets stand for.

This module does not know lists of phrases or what they are matched on.
"""

from __future__ import annotations

import re
from itertools import islice, product

_PARTS = re.compile(r"\.{3,}|…+|[()\[\]|]|(?:(?!\.{3}|…)[^()\[\]|])+")


def is_plain(phrase: str) -> bool:
    """Whether a phrase is nothing but words."""
    return not re.search(r"[()\[\]|]|\.{3}|…", phrase)


def ways(phrase: str, limit: int = 64) -> list[str]:
    """The first ways to say a phrase that compiles; nothing stands for ``...``."""
    parts = _PARTS.findall(phrase)
    texts, _ = _either(parts, 0, limit)
    return list(dict.fromkeys(" ".join(text.split()) for text in texts))[:limit]


def _either(parts: list[str], at: int, limit: int) -> tuple[list[str], int]:
    found, at = _row(parts, at, limit)
    while at < len(parts) and parts[at] == "|":
        more, at = _row(parts, at + 1, limit)
        found += more
    return found[:limit], at


def _row(parts: list[str], at: int, limit: int) -> tuple[list[str], int]:
    texts = [""]
    while at < len(parts) and parts[at] not in ("|", ")", "]"):
        part = parts[at]
        at += 1
        if part in ("(", "["):
            inner, at = _either(parts, at, limit)
            options = inner + ([""] if part == "[" else [])
            at += 1
        else:
            options = [" "] if part.startswith(("...", "…")) else [part]
        texts = [a + b for a, b in islice(product(texts, options), limit)]
    return texts, at
