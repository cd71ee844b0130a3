"""What phrases may be in a text, worked out once for a text in whatever calls it is said.

Half of what is said on the telephone has been said in other calls, word for word. One index holds
the phrases of all lists that were ever asked for, so that a new text is looked up once and not list
by list. This module does not know calls or rubrics.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from qa_inspect.rubric.folding import marks
from qa_inspect.rubric.phrases import PhraseHit, PhraseList

_TEXTS = 32_768
"""Texts that are remembered, about 1 kB each."""
_LISTS = 4_096
"""Lists of phrases that are held; whoever tries out more rubrics than that begins afresh."""

_AT_BITS = 20
"""Bits for a phrase's position in its list, where list and position are one number."""
_POSITION = (1 << _AT_BITS) - 1

_Needs = tuple[frozenset[str], ...]


@dataclass(frozen=True, slots=True)
class KnownText:
    """What is known of a folded text.

    ``likely`` names by the list's key the phrases (by position, ascending) that may be in it, for
    lists where there are any. ``hits`` is filled, by the list's key, by whoever looks for them.
    """

    likely: Mapping[int, Sequence[int]]
    hits: dict[int, tuple[PhraseHit, ...]] = field(default_factory=dict)


class PhraseMemory:
    """Many lists of phrases and the texts that were asked about. ``of`` tells of a folded text."""

    def __init__(self) -> None:
        self.lists: frozenset[int] = frozenset()
        """Keys of the lists that ``of`` tells about."""
        self._by_mark: dict[str, dict[_Needs, list[int]]] = {}
        """By a mark, phrases (list and position as one number) with the same other needs."""
        self._shared: dict[frozenset[str], frozenset[str]] = {}
        self._anywhere: list[int] = []
        self._often: Counter[str] = Counter()
        self.of = lru_cache(maxsize=_TEXTS)(self._told_of)

    def add(self, phrases: PhraseList) -> None:
        """Texts asked about from now on are looked through for these phrases too."""
        if phrases.key in self.lists:
            return
        if len(self.lists) >= _LISTS:
            self.lists, self._by_mark, self._anywhere = frozenset(), {}, []
        self.lists |= {phrases.key}
        self._often.update(m for p in phrases.patterns for need in p.needs for m in need)
        for at, pattern in enumerate(phrases.patterns):
            self._list(phrases.key << _AT_BITS | at, pattern.needs)
        self.of.cache_clear()

    def _list(self, number: int, needs: _Needs) -> None:
        """Lists a phrase by that of its needs which is rarest among phrases, not by "you"."""
        if not needs:
            self._anywhere.append(number)
            return
        rarest, *others = sorted(needs, key=lambda need: sum(self._often[mark] for mark in need))
        shared = tuple(self._shared.setdefault(need, need) for need in others)
        for mark in rarest:
            self._by_mark.setdefault(mark, {}).setdefault(shared, []).append(number)

    def _told_of(self, folded: str) -> KnownText:
        held = marks(folded)
        by_mark = self._by_mark
        found = set(self._anywhere)
        for mark in held:
            if mark in by_mark:
                for needs, numbers in by_mark[mark].items():
                    for need in needs:  # a loop, not all(): it is run a hundred million times
                        if need.isdisjoint(held):
                            break
                    else:
                        found.update(numbers)
        likely: dict[int, list[int]] = {}
        for number in sorted(found):
            key, at = number >> _AT_BITS, number & _POSITION
            if key in likely:
                likely[key].append(at)
            else:
                likely[key] = [at]
        return KnownText(likely)
