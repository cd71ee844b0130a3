"""On how much a score rests: the points that were judged of all that apply.

This module does not know rubrics or how points make a score.
"""

from __future__ import annotations

from dataclasses import dataclass

from qa_inspect.domain import CheckResult, CheckStatus, Verdict


@dataclass(frozen=True, slots=True)
class Basis:
    """Points ``judged`` of those of all items that apply (``most``).

    ``left`` is how many items are out because they could not be told or went wrong.
    """

    judged: float
    most: float
    left: int


def is_judged(check: CheckResult) -> bool:
    """Whether there is a verdict at all, so that its points count."""
    return check.status in (CheckStatus.PASS, CheckStatus.FAIL)


def basis(verdict: Verdict) -> Basis:
    """What a call's score rests on, over all of its rubrics."""
    due = [check for check in verdict.checks if check.status is not CheckStatus.NOT_APPLICABLE]
    judged = [check for check in due if is_judged(check)]
    return Basis(
        sum(check.max_points for check in judged),
        sum(check.max_points for check in due),
        len(due) - len(judged),
    )
