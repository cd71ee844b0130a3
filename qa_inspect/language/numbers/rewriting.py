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
    """``text``, and the ``steps`` by which it came to be from a first text: the edits of each, of
    the text before it."""

    text: str
    steps: tuple[tuple[Edit, ...], ...] = ()

    @property
    def origin(self) -> tuple[tuple[int, int], ...]:
        """For each letter the stretch of the first text that it stands for.

        All letters of a new stretch stand for all that the old stretch stood for. It is worked out
        when somebody asks for the way back, which few do.
        """
        grown = sum(len(new) - (end - start) for step in self.steps for start, end, new in step)
        origin = list(pairwise(range(len(self.text) - grown + 1)))
        for step in self.steps:
            before, origin, position = origin, [], 0
            for start, end, new in step:
                origin += before[position:start]
                origin += [(before[start][0], before[end - 1][1])] * len(new)
                position = end
            origin += before[position:]
        return tuple(origin)

    def edit(self, edits: Iterable[Edit]) -> Rewriting:
        """The text with the stretches replaced; they are in order and do not overlap."""
        text: list[str] = []
        made: list[Edit] = []
        position = 0
        for edit in edits:
            start, end, new = edit
            if self.text[start:end] == new:
                continue
            text += (self.text[position:start], new)
            made.append(edit)
            position = end
        if not made:
            return self
        return Rewriting("".join((*text, self.text[position:])), (*self.steps, tuple(made)))

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
