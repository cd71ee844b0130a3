"""One call judged by rubrics: every item's verdict, the scores, the flags.

A rubric's score is the weighted mean of its sections, a section's the points earned of the points
possible there. Items that do not apply, cannot be judged or went wrong are left out of both; where
too much that applies could not be judged, there is no score. This module does not know kinds, files
or the store.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence

from qa_inspect.domain import (
    CheckResult,
    CheckStatus,
    Flag,
    Metadata,
    RubricScore,
    Transcript,
    Verdict,
)
from qa_inspect.rubric.checks.context import Context
from qa_inspect.rubric.checks.table import KINDS
from qa_inspect.rubric.flags import merged, raised
from qa_inspect.rubric.outcome import Outcome
from qa_inspect.rubric.schema import Item, Rubric
from qa_inspect.rubric.tools import Tools
from qa_inspect.rubric.view import CallView

_log = logging.getLogger(__name__)
_JUDGED = (CheckStatus.PASS, CheckStatus.FAIL)
LEAST_JUDGED = 0.5
"""Part of the points that apply to a call which must have been judged for it to have a score."""


def judge_call(
    transcript: Transcript,
    metadata: Metadata,
    rubrics: Sequence[Rubric],
    tools: Tools | None = None,
) -> Verdict:
    """All that ``rubrics`` say about a call. Never raises for a rule: it becomes ``error``.

    The call's score is the mean of the rubrics that have one, by their ``weight``.
    """
    view = CallView(transcript, metadata)
    shared = tools or Tools()
    contexts = [Context(view, rubric, shared, KINDS) for rubric in rubrics]
    _embed_at_once(contexts, shared)
    checks: list[CheckResult] = []
    flags: list[Flag] = []
    scores: list[RubricScore] = []
    for context in contexts:
        rubric = context.rubric
        results = [_judge_item(context, item) for item in rubric.items]
        scores.append(RubricScore(rubric.name, rubric.version, rubric_score(rubric, results)))
        found, failed = _raise_flags(context)
        flags += found
        checks += [*results, *failed]
    return Verdict(tuple(scores), tuple(checks), merged(flags), _mean(rubrics, scores))


def uses_embeddings(rubrics: Iterable[Rubric]) -> bool:
    """Whether a rule compares by meaning, so that a run needs the sentence model."""
    return any(KINDS[rule.kind].texts for rubric in rubrics for rule in rubric.rules())


def rubric_score(rubric: Rubric, results: Sequence[CheckResult]) -> float | None:
    """0–100, or None where less than half of the points that apply to the call were judged.

    Points weigh as much as they count in the score. An ``auto_fail`` item that failed makes it 0.
    """
    judged = [result for result in results if result.status in _JUDGED]
    if any(r.auto_fail and r.status is CheckStatus.FAIL for r in judged):
        return 0.0
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
        if points <= 0 or weight <= 0:
            continue
        applying += weight
        known += weight * possible[section] / points
        if possible[section] > 0:
            total += weight
            weighted += weight * earned[section] / possible[section]
    # of sums that are half but for rounding, half is meant
    if total == 0 or known < LEAST_JUDGED * applying * (1 - 1e-9):
        return None
    return round(min(1.0, weighted / total) * 100, 2)


def _mean(rubrics: Sequence[Rubric], scores: Sequence[RubricScore]) -> float | None:
    known = [
        (rubric.weight, score.score)
        for rubric, score in zip(rubrics, scores, strict=True)
        if score.score is not None
    ]
    total = sum(weight for weight, _ in known)
    return round(sum(w * s for w, s in known) / total, 2) if total > 0 else None


def _judge_item(context: Context, item: Item) -> CheckResult:
    try:
        outcome = context.item(item.id)
    except Exception as error:
        return _failed(context.rubric, item.id, item.rule.kind, error, item)
    return _result(context.rubric, item, outcome)


def _result(rubric: Rubric, item: Item, outcome: Outcome) -> CheckResult:
    return CheckResult(
        rubric=rubric.name,
        item=item.id,
        kind=item.rule.kind,
        status=outcome.status,
        points=round(item.weight * outcome.share, 4) if outcome.judged else 0.0,
        max_points=item.weight,
        explanation=outcome.explanation,
        searched=outcome.searched,
        evidence=outcome.evidence,
        score=outcome.score,
        section=item.section or "",
        auto_fail=item.auto_fail and outcome.status is CheckStatus.FAIL,
    )


def _failed(
    rubric: Rubric, name: str, kind: str, error: Exception, item: Item | None = None
) -> CheckResult:
    _log.warning("%s.%s could not be judged", rubric.name, name, exc_info=error)
    return CheckResult(
        rubric=rubric.name,
        item=name,
        kind=kind,
        status=CheckStatus.ERROR,
        points=0.0,
        max_points=item.weight if item else 0.0,
        explanation=f"This could not be judged because of a fault: {error or type(error).__name__}",
        section=(item.section or "") if item else "",
    )


def _raise_flags(context: Context) -> tuple[list[Flag], list[CheckResult]]:
    """The flags that fire; a flag whose rule went wrong is told as a check of status error."""
    found: list[Flag] = []
    failed: list[CheckResult] = []
    for rule in context.rubric.flags:
        try:
            flag = raised(rule, context.judge(rule.rule), context.rubric.name)
        except Exception as error:
            failed.append(_failed(context.rubric, rule.id, rule.rule.kind, error))
            continue
        if flag is not None:
            found.append(flag)
    return found, failed


def _embed_at_once(contexts: Sequence[Context], tools: Tools) -> None:
    """Hands the sentence model all it will be asked for in one go; it keeps the vectors.

    Conditional rules are left out, for most of them will not be asked.
    """
    texts: dict[str, None] = {}
    for context in contexts:
        for named in (*context.rubric.items, *context.rubric.flags):
            if named.rule.only_if is None:
                for rule in named.rule.every_rule():
                    texts.update(dict.fromkeys(context.texts(rule)))
    if not texts:
        return
    try:
        tools.vectors(list(texts))
    except Exception as error:
        _log.warning("sentences could not be embedded", exc_info=error)
