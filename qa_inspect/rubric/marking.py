"""Points: what a verdict earns or costs, and the score that they make.

A rubric's score is the weighted mean of its sections, a section's the points earned of the points
possible there. Penalties only take away, and no section falls below nothing. Items that do not
apply, cannot be judged or went wrong are left out of both; where too much that applies could not be
judged, there is no score. This module does not know kinds, calls or how a verdict is reached.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from qa_inspect.domain import AutoFail, CheckResult, CheckStatus
from qa_inspect.rubric.outcome import Outcome, sound
from qa_inspect.rubric.schema import Item, Rubric

_JUDGED = (CheckStatus.PASS, CheckStatus.FAIL)
LEAST_JUDGED = 0.5
"""Part of the points that apply to a call which must have been judged for it to have a score."""


def status_of(item: Item, outcome: Outcome) -> CheckStatus:
    """The item's verdict: the rule's own, but a penalty fails exactly where its thing is found."""
    if item.is_penalty and outcome.judged:
        return CheckStatus.FAIL if outcome.found else CheckStatus.PASS
    return outcome.status


def result_of(rubric: Rubric, item: Item, outcome: Outcome) -> CheckResult:
    """The item's verdict with its points. Raises TypeError for an outcome that makes no sense."""
    sound(outcome)
    status = status_of(item, outcome)
    return CheckResult(
        rubric=rubric.name,
        item=item.id,
        kind=item.rule.kind,
        status=status,
        points=round(_points(item, outcome), 4),
        max_points=max(0.0, item.weight),
        explanation=_told(item, status, outcome),
        searched=outcome.searched,
        evidence=outcome.evidence,
        score=outcome.score,
        section=item.section or "",
        auto_fail=item.auto_fail if status is CheckStatus.FAIL else None,
        severity=item.severity,
    )


def _told(item: Item, status: CheckStatus, outcome: Outcome) -> str:
    """The rule's words and why it was asked; of a penalty not due first that it costs nothing."""
    told = f"{outcome.explanation} {outcome.because}".strip()
    if item.is_penalty and status is CheckStatus.PASS:
        return f"Not found, so nothing is deducted. {told}".strip()
    return told


def _points(item: Item, outcome: Outcome) -> float:
    if not outcome.judged:
        return 0.0
    if not item.is_penalty:
        return item.weight * outcome.share
    if not outcome.found:
        return 0.0
    # a kind that fails where it finds (a silence) says by its share what is left of the points
    lost = 1.0 - outcome.share if outcome.status is CheckStatus.FAIL else outcome.share
    return item.weight * lost


def rubric_score(rubric: Rubric, results: Sequence[CheckResult]) -> float | None:
    """0–100, or None where less than half of the points that apply to the call were judged.

    Points weigh as much as they count in the score. A failed item with ``auto_fail`` makes its
    section's part, or the whole score, 0. Penalties are taken from the points earned in their
    section; where nothing there was judged, they have nothing to be taken from.
    """
    failed = [r for r in results if r.auto_fail and r.status is CheckStatus.FAIL]
    if any(r.auto_fail is AutoFail.FORM for r in failed):
        return 0.0
    zeroed = {result.section for result in failed}
    weights = {section.id: section.weight for section in rubric.sections}
    earned: defaultdict[str, float] = defaultdict(float)
    possible: defaultdict[str, float] = defaultdict(float)
    applicable: defaultdict[str, float] = defaultdict(float)
    for result in results:
        if result.status is CheckStatus.NOT_APPLICABLE:
            continue
        applicable[result.section] += result.max_points
        if result.status in _JUDGED:
            earned[result.section] += result.points
            possible[result.section] += result.max_points
    total = weighted = applying = known = 0.0
    for section, points in applicable.items():
        weight = weights.get(section, 1.0)
        if weight <= 0 or (points <= 0 and section not in zeroed):
            continue
        applying += weight
        if section in zeroed:
            known += weight
            total += weight
            continue
        known += weight * possible[section] / points
        if possible[section] > 0:
            total += weight
            weighted += weight * part_earned(earned[section], possible[section])
    # of sums that are half but for rounding, half is meant
    if total == 0 or known < LEAST_JUDGED * applying * (1 - 1e-9):
        return None
    return round(min(1.0, weighted / total) * 100, 2)


def part_earned(earned: float, possible: float) -> float:
    """Points earned, penalties taken off, of those possible (more than 0), as a share 0–1."""
    return min(1.0, max(0.0, earned / possible))
