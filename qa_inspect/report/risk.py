"""How much a call needs a person's attention, as one number from 0 to 100.

Each sign of harm is taken for a chance that the call is one somebody must see, and the chances are
joined as if they were independent ("noisy or", Pearl 1988, *Probabilistic Reasoning*, 4.3.2)::

    risk = 100 · (1 − Π over signs of (1 − weight · sure))

A flag's weight is by its severity and ``sure`` is its confidence; of flags with one name the
weightiest counts. Further signs are mild: a failed must-pass item, a low score, and doubt about
who is who, all three together less than one sure flag of medium severity. A flag more, a surer or
a graver one never lowers the number.
The chances say how bad a call is as a whole; they cannot say that a person may be in danger and has
to be heard before any rude word. That is the call's urgency, and a list goes by it first.
This module does not know other calls, nor how a list is made.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from math import prod
from types import MappingProxyType

from qa_inspect.domain import AutoFail, CallResult, CheckStatus, Flag, Severity

SEVERITY_WEIGHTS: Mapping[Severity, float] = MappingProxyType(
    {
        Severity.CRITICAL: 0.90,
        Severity.HIGH: 0.60,
        Severity.MEDIUM: 0.35,
        Severity.LOW: 0.15,
    }
)
"""What a sure flag is worth by itself. Each step is wide enough that a sure flag outranks a sure
one a step below it, and that two of a step outrank one of the same. A critical flag that is two
thirds sure stands beside a sure high one: it must be looked at although it may be wrong."""

AUTO_FAIL_WEIGHTS: Mapping[AutoFail, float] = MappingProxyType(
    {AutoFail.FORM: 0.12, AutoFail.SECTION: 0.06}
)
"""A failed item that takes the form or its section to zero: poor service, seldom danger."""

LOW_SCORE, LOW_SCORE_WEIGHT = 60.0, 0.12
"""Scores below ``LOW_SCORE`` (shown as low in reports) count in proportion, up to the weight."""

REVIEW_WEIGHT = 0.04
"""A person has to look at such a call anyway; it moves ties and little else."""


SURE = 0.5
"""Confidence from which a critical flag goes before everything that is not critical."""

TO_SELF, TO_OTHERS = "self_harm", "threat"
"""Flags of a person in danger, where their rubric calls them critical."""


class Urgency(IntEnum):
    """What a call is about at the gravest; a higher one stands before any lower one."""

    USUAL = 0
    CRITICAL = 1
    VIOLENCE = 2
    LIFE = 3


@dataclass(frozen=True, slots=True)
class RiskPart:
    """One sign: what it is in words, and the chance (0–1) that it gives the call."""

    reason: str
    chance: float


@dataclass(frozen=True, slots=True)
class Risk:
    """A call's risk, 0–100 with one decimal, its urgency, and the signs behind it, the weightiest
    first."""

    value: float
    parts: tuple[RiskPart, ...] = ()
    urgency: Urgency = Urgency.USUAL


def risk_of(call: CallResult) -> Risk:
    """The risk of a call; 0 for one that failed, or without any sign."""
    found = (*_flags(call), *_mild(call))
    parts = sorted(found, key=lambda part: (-part.chance, part.reason))
    left = prod(1.0 - part.chance for part in parts)
    urgency = max(map(urgency_of, call.verdict.flags), default=Urgency.USUAL)
    return Risk(round(100.0 * (1.0 - left), 1), tuple(parts), urgency)


def urgency_of(flag: Flag) -> Urgency:
    """How urgent one flag is. Danger to self counts however unsure: to hear one call in vain costs
    less than to hear it too late."""
    if flag.severity is not Severity.CRITICAL:
        return Urgency.USUAL
    if flag.flag == TO_SELF:
        return Urgency.LIFE
    if flag.confidence < SURE:
        return Urgency.USUAL
    return Urgency.VIOLENCE if flag.flag == TO_OTHERS else Urgency.CRITICAL


def _flags(call: CallResult) -> Iterator[RiskPart]:
    weightiest: dict[str, RiskPart] = {}
    for flag in call.verdict.flags:
        chance = SEVERITY_WEIGHTS[flag.severity] * flag.confidence
        reason = f"{flag.flag} ({flag.severity}, {flag.confidence:.0%} sure)"
        known = weightiest.get(flag.flag)
        if known is None or chance > known.chance:
            weightiest[flag.flag] = RiskPart(reason, chance)
    yield from weightiest.values()


def _mild(call: CallResult) -> Iterator[RiskPart]:
    verdict, transcript = call.verdict, call.transcript
    failed = {
        check.auto_fail: check.item
        for check in reversed(verdict.checks)
        if check.auto_fail is not None and check.status is CheckStatus.FAIL
    }
    grave = max(failed, key=lambda kind: AUTO_FAIL_WEIGHTS[kind], default=None)
    if grave is not None:
        yield RiskPart(f"{failed[grave]} failed", AUTO_FAIL_WEIGHTS[grave])
    if verdict.score is not None and verdict.score < LOW_SCORE:
        short = (LOW_SCORE - max(0.0, verdict.score)) / LOW_SCORE
        yield RiskPart(f"score {verdict.score:.0f}", LOW_SCORE_WEIGHT * short)
    if transcript is not None and transcript.needs_review:
        yield RiskPart("needs review", REVIEW_WEIGHT)
