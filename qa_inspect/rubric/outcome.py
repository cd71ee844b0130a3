"""What a rule answers about one call, before weights make points of it.

This module does not know kinds, items or how a call is read.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from qa_inspect.domain import CheckStatus, Evidence


class Hit(NamedTuple):
    """One place where the thing was found: utterance index, position in its text, and the proof."""

    utterance: int
    position: int
    evidence: Evidence


class Outcome(NamedTuple):
    """The answer of one rule.

    ``found`` says that what the kind names is there: the phrase was said (``said``), was never
    said (``not_said``), there is a silence (``silence``). Combiners, conditions and flags go by
    it. ``status`` says whether that is good, ``share`` is the part of the points earned, 0–1.
    ``score`` is the measure behind it, 0–1, higher means more of the thing. ``strength`` is how
    much the evidence weighs for a flag, 0–1. ``hits`` are the places in order of time.
    ``because`` says in a sentence why a conditional rule was asked; empty for all others.
    """

    status: CheckStatus
    found: bool
    explanation: str
    searched: str = ""
    share: float = 0.0
    score: float | None = None
    evidence: tuple[Evidence, ...] = ()
    hits: tuple[Hit, ...] = ()
    strength: float = 1.0
    because: str = ""

    @property
    def judged(self) -> bool:
        """Whether there is a verdict at all."""
        return self.status in (CheckStatus.PASS, CheckStatus.FAIL)


def verdict(
    good: bool,
    *,
    found: bool,
    explanation: str,
    searched: str = "",
    share: float | None = None,
    score: float | None = None,
    hits: Sequence[Hit] = (),
    evidence: Sequence[Evidence] | None = None,
    strength: float = 1.0,
) -> Outcome:
    """A pass or a fail. The share is all or nothing unless given; evidence is that of the hits."""
    earned = (1.0 if good else 0.0) if share is None else min(1.0, max(0.0, share))
    return Outcome(
        CheckStatus.PASS if good else CheckStatus.FAIL,
        found,
        explanation,
        searched,
        earned,
        None if score is None else min(1.0, max(0.0, score)),
        tuple(hit.evidence for hit in hits) if evidence is None else tuple(evidence),
        tuple(hits),
        min(1.0, max(0.0, strength)),
    )


def sound(outcome: object) -> Outcome:
    """``outcome`` itself. Raises TypeError where a kind answered with something that is none."""
    if not isinstance(outcome, Outcome):
        raise TypeError(f"the check answered with {type(outcome).__name__} and no verdict")
    numbers = (outcome.share, outcome.strength, 0.0 if outcome.score is None else outcome.score)
    if not isinstance(outcome.status, CheckStatus) or not all(map(_is_share, numbers)):
        raise TypeError("the check answered with a verdict that has no status or wrong numbers")
    if not all(isinstance(proof, Evidence) for proof in outcome.evidence):
        raise TypeError("the check answered with evidence that is none")
    return outcome


def _is_share(number: object) -> bool:
    return isinstance(number, (int, float)) and math.isfinite(number) and 0 <= number <= 1


def not_applicable(reason: str, searched: str = "") -> Outcome:
    """The rule does not concern this call."""
    return Outcome(CheckStatus.NOT_APPLICABLE, False, reason, searched)


def cannot_judge(reason: str, searched: str = "") -> Outcome:
    """The rule concerns the call, but what is known does not suffice for a fair verdict."""
    return Outcome(CheckStatus.CANNOT_JUDGE, False, reason, searched)
