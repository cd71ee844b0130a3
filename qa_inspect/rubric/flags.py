"""Flags: what a person should see, how sure it is, and why.

This module does not know kinds or how rules are judged.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from qa_inspect.domain import Flag
from qa_inspect.rubric.calibration import share_right
from qa_inspect.rubric.outcome import Outcome, sound
from qa_inspect.rubric.schema import FlagRule

_MOST_EVIDENCE = 20


def raised(rule: FlagRule, outcome: Outcome, rubric: str) -> Flag | None:
    """The flag where its rule was found, else None.

    Raises TypeError for an outcome that makes no sense.
    """
    sound(outcome)
    if not (outcome.judged and outcome.found):
        return None
    return Flag(
        flag=rule.id,
        severity=rule.severity,
        confidence=round(sureness(rule, outcome.strength), 3),
        explanation=f"{rule.label}: {outcome.explanation}",
        evidence=outcome.evidence,
        rubric=rubric,
    )


def sureness(rule: FlagRule, strength: float) -> float:
    """How sure a flag is (0–1) on evidence of this strength (0–1).

    Where the rule's ``calibration`` tells it, the share of such flags that people found right.
    Where nobody measured it, the bound that the rule's author set, times the strength: that puts
    flags in order and is no share.
    """
    if rule.calibration:
        return share_right(rule.calibration, strength)
    return rule.confidence * strength


def merged(flags: Iterable[Flag]) -> tuple[Flag, ...]:
    """Flags of one name made one: the graver severity, the surer confidence, all evidence.

    Gravest first, then surest.
    """
    known: dict[str, Flag] = {}
    for flag in flags:
        other = known.get(flag.flag)
        known[flag.flag] = flag if other is None else _joined(other, flag)
    return tuple(sorted(known.values(), key=lambda f: (-f.severity.rank, -f.confidence, f.flag)))


def _joined(one: Flag, other: Flag) -> Flag:
    surer, less = (one, other) if one.confidence >= other.confidence else (other, one)
    explanations = dict.fromkeys((surer.explanation, less.explanation))
    rubrics = dict.fromkeys((*one.rubric.split(", "), other.rubric))
    return replace(
        surer,
        severity=max(one.severity, other.severity, key=lambda severity: severity.rank),
        explanation=" ".join(explanations),
        evidence=tuple(dict.fromkeys((*surer.evidence, *less.evidence)))[:_MOST_EVIDENCE],
        rubric=", ".join(rubrics),
    )
