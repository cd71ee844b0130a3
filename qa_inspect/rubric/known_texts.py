"""What heads said of texts: half of what is said comes again in other calls.

This module does not know heads.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

MOST = 65_536
"""Texts that are remembered, unless more are asked about at once."""


class KnownTexts:
    """A number a text, asked for once. Belongs to one head, whose answers never change."""

    def __init__(self) -> None:
        self._known: dict[str, float] = {}

    def of(self, texts: Sequence[str], ask: Callable[[Sequence[str]], Floats]) -> Floats:
        """The numbers (n,) of texts; ``ask`` gives those of distinct ones that are not known."""
        known = self._known
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if len(known) + len(new) > MOST:
            known.clear()
            new = list(dict.fromkeys(texts))
        if new:
            known.update(zip(new, ask(new).tolist(), strict=True))
        return np.array([known[text] for text in texts], dtype=np.float64)
