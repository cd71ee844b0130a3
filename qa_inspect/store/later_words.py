"""An utterance's words as they are stored, read when somebody looks at them.

This module does not know tables or queries.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import starmap
from typing import Any

from qa_inspect.domain import Word
from qa_inspect.store.json_text import read_json

_HALF = 0.5
_BELOW_HALF = re.compile(r"0\.[0-4]\d*\]")
_OTHER_NUMBERS = (" 0]", ",0]", "e-", " -", ",-", "NaN")
"""How a stored word may end that has a confidence under 0.5."""


class LaterWords(Sequence[Word]):
    """Words as they are stored, read when somebody looks at them; then they act as the tuple.

    Most of a call is words, and whoever judges it looks at few of them.
    """

    __slots__ = ("_made", "_read", "_stored", "_sure")

    def __init__(self, stored: str) -> None:
        self._stored = stored
        self._sure: bool | None = None
        self._read: Sequence[Sequence[Any]] | None = None
        self._made: tuple[Word, ...] | None = None

    def at_least(self, confidence: float) -> Sequence[Word]:
        """The words of at least a confidence, not made either; an empty tuple where none is."""
        kept = [told for told in self.plain if told[3] >= confidence]
        if not kept:
            return ()
        words = LaterWords("")
        words._read = kept
        words._sure = all(told[3] >= _HALF for told in kept)
        return words

    @property
    def plain(self) -> Sequence[Sequence[Any]]:
        """Of each word its text, start and end in seconds, and confidence; to read them is a tenth
        of the work of making words of them."""
        if self._read is None:
            self._read = read_json(self._stored)
        return self._read

    @property
    def _words(self) -> tuple[Word, ...]:
        if self._made is None:
            self._made = tuple(starmap(Word, self.plain))
        return self._made

    @property
    def surely_heard(self) -> bool:
        """Whether there are words and each has a confidence of 0.5 and more; seen without reading
        them.

        It errs only in saying no.
        """
        if self._sure is None:
            ends = any(end in self._stored for end in _OTHER_NUMBERS)
            some = self._stored != "[]"
            self._sure = some and not ends and not _BELOW_HALF.search(self._stored)
        return self._sure

    def __getitem__(self, at: Any) -> Any:
        return self._words[at]

    def __len__(self) -> int:
        return len(self.plain)

    def __iter__(self) -> Iterator[Word]:
        return iter(self._words)

    def __eq__(self, other: object) -> bool:
        return self._words == (other._words if isinstance(other, LaterWords) else other)

    def __hash__(self) -> int:
        return hash(self._words)

    def __repr__(self) -> str:
        return repr(self._words)

    def __reduce__(self) -> tuple[Any, ...]:
        return tuple, (self._words,)
