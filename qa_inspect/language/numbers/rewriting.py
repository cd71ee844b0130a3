"""Text that is being rewritten and still knows where each of its letters came from.

This module does not know numbers, words or languages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise

import regex

Edit = tuple[int, int, str]
"""Start, end and the new text of one stretch."""


@dataclass(frozen=True, slots=True)
class Rewriting:
    """``text``, and for each of its letters the stretch of the first text that it stands for.

    ``origin`` is empty where nobody asks for the way back, which is several times faster.
    """

    text: str
    origin: tuple[tuple[int, int], ...] = ()

    @classmethod
    def of(cls, text: str) -> Rewriting:
        """A text that nobody has changed yet."""
        return cls(text, tuple(pairwise(range(len(text) + 1))))

    def edit(self, edits: Iterable[Edit]) -> Rewriting:
        """The text with the stretches replaced; they are in order and do not overlap.

        All letters of a new stretch stand for all that the old stretch stood for.
        """
        text: list[str] = []
        origin: list[tuple[int, int]] = []
        position = 0
        for start, end, new in edits:
            if self.text[start:end] == new:
                continue
            text += (self.text[position:start], new)
            if self.origin:
                origin += self.origin[position:start]
                origin += [(self.origin[start][0], self.origin[end - 1][1])] * len(new)
            position = end
        if not text:
            return self
        return Rewriting("".join((*text, self.text[position:])), (*origin, *self.origin[position:]))

    def sub(
        self, pattern: regex.Pattern[str], make: Callable[[regex.Match[str]], str | None]
    ) -> Rewriting:
        """The text with every match replaced by what ``make`` gives; None leaves a match alone."""
        if pattern.search(self.text) is None:
            return self
        found = ((match, make(match)) for match in pattern.finditer(self.text))
        return self.edit(
            (match.start(), match.end(), new) for match, new in found if new is not None
        )
