"""A session's rounds of one night, taken together beside the nights before.

A watched folder makes many small rounds, none of which says anything alone. This module does not
know how calls are inspected, nor how figures are shown.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from qa_inspect.batch.drift import before, changes, night_of, together
from qa_inspect.batch.night import Night
from qa_inspect.commands.run_summary import figures

if TYPE_CHECKING:
    from qa_inspect.store.results import Store

_LOOKED_BACK = timedelta(days=15)
"""The last seven nights with calls are looked for so far back: weekends and holidays have none."""
_GROWN = 1.5
"""How often as many calls as at the last comparison a night must have for the next: whoever looks
after every call finds something unusual in the end, by chance."""


class Tonight:
    """The night's rounds so far. A session that goes on begins afresh with every night."""

    def __init__(self) -> None:
        self._date: date | None = None
        self._told: set[str] = set()
        self._compared = 0
        self.so_far = Night()
        self.earlier = before((), date.min)

    def begin(self, store: Store, now: datetime) -> None:
        """A round begins ``now`` (aware); earlier nights are read once. Raises StoreError."""
        from qa_inspect.store import ledger

        tonight = night_of(now)
        if tonight == self._date:
            return
        runs = ledger.runs(store, since=now - _LOOKED_BACK)
        self.earlier = before(figures(runs), tonight)
        self._date, self.so_far, self._told, self._compared = tonight, Night(), set(), 0

    def add(self, night: Night) -> tuple[str, ...]:
        """One more round's figures: warnings of what has become unusual, each once a night."""
        self.so_far = together((self.so_far, night))
        calls = self.so_far.heard + sum(self.so_far.reasons.values())
        if calls < _GROWN * self._compared:
            return ()
        self._compared = calls
        found = changes(self.so_far, self.earlier)
        fresh = tuple(text for kind, text in found.items() if kind not in self._told)
        self._told |= found.keys()
        return fresh
