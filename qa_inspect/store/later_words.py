"""An utterance's words as they are stored, read when somebody looks at them.

This module does not know tables or queries.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from itertools import starmap
from typing import Any

from qa_inspect.domain import Word
from qa_inspect.store.json_text import read_json

_BELOW_HALF = re.compile(r"0\.[0-4]\d*\]")
_OTHER_NUMBERS = (" 0]", ",0]", "e-", " -", ",-", "NaN")
"""How a stored word may end that has a confidence under 0.5."""


class LaterWords(Sequence[Word]):
    """Words as they are stored, read when somebody looks at them; then they act as the tuple.

    Most of a call is words, and whoever judges it looks at few of them.
    """

    def __init__(self, stored: str) -> None:
        self._stored = stored

    @functools.cached_property
    def _words(self) -> tuple[Word, ...]:
        return tuple(starmap(Word, read_json(self._stored)))

    @functools.cached_property
    def surely_heard(self) -> bool:
        """Whether every word has a confidence of 0.5 and more; seen without reading them.

        It errs only in saying no.
        """
        stored = self._stored
        return not _BELOW_HALF.search(stored) and not any(end in stored for end in _OTHER_NUMBERS)

    def __getitem__(self, at: Any) -> Any:
        return self._words[at]

    def __len__(self) -> int:
        return len(self._words)

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
