"""Which rows of a list hold a word that was said, in pieces that a page loads when it is searched.

Words are found by how they begin; scripts without spaces by pairs of characters. Numbers are left
out: they are card and telephone numbers far more often than anything one would look for. The same
is done with what is searched in ``static/lists.js``. This module does not know calls nor pages.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from unicodedata import normalize

_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]+")
_WORD = re.compile(r"(?:[^\W\d_]|[\u0300-\u036f]){2,40}")
_ROWS_A_SHARD = 100
_SHARDS = 64
"""Files at most: of ten thousand calls each is then some hundred kilobytes, and one or two are
loaded for a word."""
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


class SaidIndex:
    """Gathers words row by row; rows count from 0."""

    def __init__(self) -> None:
        self._rows: dict[str, list[int]] = {}
        self._total = 0

    def add(self, texts: Iterable[str]) -> None:
        """The next row, and what was said in it."""
        for piece in pieces(" ".join(texts)):
            self._rows.setdefault(piece, []).append(self._total)
        self._total += 1

    @property
    def shards(self) -> int:
        """How many pieces the index is in; 0 where nothing was said."""
        return min(_SHARDS, 1 + self._total // _ROWS_A_SHARD) if self._rows else 0

    def parts(self) -> Iterator[Mapping[str, str]]:
        """Every piece in order: rows by word, as steps from the row before in base 36, divided by
        spaces."""
        shards: list[dict[str, str]] = [{} for _ in range(self.shards)]
        for word in sorted(self._rows):
            shards[shard_of(word, self.shards)][word] = _steps(self._rows[word])
        yield from shards


def pieces(text: str) -> frozenset[str]:
    """What a text is found by: its words of two letters and more, or pairs of characters."""
    plain = normalize("NFC", text).lower()
    pairs = (a + b for run in _UNSPACED.findall(plain) for a, b in pairwise(run))
    return frozenset((*pairs, *_WORD.findall(_UNSPACED.sub(" ", plain))))


def shard_of(word: str, shards: int) -> int:
    """The piece that a word is in, by its first two characters."""
    return (31 * ord(word[0]) + ord(word[1])) % shards


def _steps(rows: Iterable[int]) -> str:
    before, steps = 0, []
    for row in rows:
        steps.append(_base36(row - before))
        before = row
    return " ".join(steps)


def _base36(number: int) -> str:
    digits = ""
    while number >= 36:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
    return _DIGITS[number] + digits
