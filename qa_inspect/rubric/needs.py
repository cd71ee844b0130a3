"""What rubrics have to know of other calls: whose, how far back, and which of their verdicts.

This module does not know calls or where they are kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from qa_inspect.rubric.checks.changed_story import ChangedStory
from qa_inspect.rubric.checks.history import HistoryRule
from qa_inspect.rubric.past import DAY_S
from qa_inspect.rubric.schema import Rubric
from qa_inspect.store.history import Key


@dataclass(frozen=True, slots=True)
class Needs:
    """What is asked of other calls; nothing where ``keys`` is empty.

    ``reach_s`` is how far before and after a call, in seconds. ``flags`` and ``items`` are the
    verdicts on other calls that verdicts depend on. ``ripens_s`` are seconds after a call when it
    is told whether nobody called again.
    """

    keys: frozenset[Key] = frozenset()
    reach_s: float = 0.0
    flags: frozenset[str] = frozenset()
    items: frozenset[str] = frozenset()
    ripens_s: frozenset[float] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.keys)

    @property
    def verdicts(self) -> bool:
        """Whether a verdict can depend on the verdict on another call."""
        return bool(self.flags or self.items)

    def __or__(self, other: Needs) -> Needs:
        return Needs(
            self.keys | other.keys,
            max(self.reach_s, other.reach_s),
            self.flags | other.flags,
            self.items | other.items,
            self.ripens_s | other.ripens_s,
        )


def needs_of(rubrics: Iterable[Rubric]) -> Needs:
    """What some rubrics need together."""
    needs = Needs()
    for rubric in rubrics:
        for rule in rubric.rules():
            if isinstance(rule, HistoryRule):
                needs |= Needs(
                    frozenset({rule.of}),
                    rule.within_days * DAY_S,
                    frozenset(rule.flagged),
                    frozenset(rule.failed),
                    frozenset({rule.within_days * DAY_S} if rule.measure == "resolved" else ()),
                )
            elif isinstance(rule, ChangedStory):
                needs |= Needs(frozenset({"customer"}), rule.within_days * DAY_S)
    return needs
