"""One call judged by rubrics: every item's verdict, the scores, the flags.

One rule that goes wrong is that item's error, never the call's. How points make a score is
``marking``'s. This module does not know kinds, files or the store.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence

from qa_inspect.domain import (
    CheckResult,
    CheckStatus,
    Flag,
    Metadata,
    RubricScore,
    Severity,
    Transcript,
    Verdict,
)
from qa_inspect.rubric.checks.context import Context
from qa_inspect.rubric.checks.table import KINDS
from qa_inspect.rubric.flags import merged, raised
from qa_inspect.rubric.fragility import Shaken, fragile
from qa_inspect.rubric.marking import result_of, rubric_score
from qa_inspect.rubric.past import CallPast
from qa_inspect.rubric.schema import Item, Rubric
from qa_inspect.rubric.tools import Tools
from qa_inspect.rubric.view import CallView

_log = logging.getLogger(__name__)


def judge_call(
    transcript: Transcript,
    metadata: Metadata,
    rubrics: Sequence[Rubric],
    tools: Tools | None = None,
    past: CallPast | None = None,
) -> Verdict:
    """All that ``rubrics`` say about a call. Never raises for a rule: it becomes ``error``.

    The call's score is the mean of the rubrics that have one, by their ``weight``.
    """
    shared = tools or Tools()
    view = CallView(transcript, metadata, past=past, memory=shared.phrases)
    shaken = Shaken(view)
    contexts = [Context(view, rubric, shared, KINDS) for rubric in rubrics]
    _embed_at_once(contexts, shared)
    checks: list[CheckResult] = []
    flags: list[Flag] = []
    scores: list[RubricScore] = []
    for context in contexts:
        rubric = context.rubric
        results = [_judge_item(context, item) for item in rubric.items]
        results = fragile(context, results, shaken, KINDS)
        score = rubric_score(rubric, results)
        scores.append(RubricScore(rubric.name, rubric.version, score, rubric.band(score)))
        found, failed = _raise_flags(context)
        flags += found
        checks += [*results, *failed]
    return Verdict(tuple(scores), tuple(checks), merged(flags), _mean(rubrics, scores))


def uses_embeddings(rubrics: Iterable[Rubric]) -> bool:
    """Whether a rule compares by meaning, so that a run needs the sentence model."""
    return any(KINDS[rule.kind].texts for rubric in rubrics for rule in rubric.rules())


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
        return result_of(context.rubric, item, context.item(item.id))
    except Exception as error:
        return _failed(context.rubric, item.id, item.rule.kind, error, item)


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
        max_points=max(0.0, item.weight) if item else 0.0,
        explanation=f"This could not be judged because of a fault: {error or type(error).__name__}",
        section=(item.section or "") if item else "",
        severity=item.severity if item else Severity.MEDIUM,
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
                for rule in named.rules:
                    texts.update(dict.fromkeys(context.texts(rule)))
    if not texts:
        return
    try:
        tools.have_at_hand(list(texts))
    except Exception as error:
        _log.warning("sentences could not be embedded", exc_info=error)
