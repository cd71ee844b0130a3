"""``any``: at least one of several rules finds what it looks for.

What it does: judges its ``rules`` and passes when one of them is found. Parts that do not concern
the call are left out; where none is found and one cannot be judged, neither can the whole.
With ``at_least: N`` or ``at_least: every`` the parts are asked about each utterance: so many of
them must show one of the parts.

Why it matters: most things can be shown in more than one way, by fixed wording or by meaning.

Example::

    kind: any
    role: agent
    rules:
      - {kind: said, phrases: ["[i am] sorry (for|about)"]}
      - {kind: similar, examples: ["I can see why that is upsetting."]}
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from qa_inspect.domain import CheckStatus
from qa_inspect.rubric.checks import logic
from qa_inspect.rubric.checks.context import Context, Findings, Kind
from qa_inspect.rubric.outcome import Outcome, verdict
from qa_inspect.rubric.view import Line


class AnyOf(logic.Combiner):
    """Fields of ``any``."""

    kind: Literal["any"] = "any"


def _check(rule: AnyOf, context: Context) -> Outcome:
    if rule.at_least is not None:
        return logic.judge_lines(rule, context, _find)
    outcomes = logic.judge_parts(rule, context)
    found = [outcome for outcome in outcomes if outcome.judged and outcome.found]
    score = logic.best_score(outcomes)
    if found:
        misses = 1.0
        for outcome in found:
            misses *= 1.0 - outcome.strength
        return verdict(
            True,
            found=True,
            explanation=logic.explained(found),
            searched=logic.looked(outcomes),
            score=score,
            hits=logic.hits_of_all(found),
            evidence=logic.evidence_of_all(found),
            strength=1.0 - misses,
        )
    judged = [outcome for outcome in outcomes if outcome.judged]
    if not judged or any(o.status is CheckStatus.CANNOT_JUDGE for o in outcomes):
        return logic.undecided(outcomes)
    return verdict(
        False,
        found=False,
        explanation=logic.explained(judged),
        searched=logic.looked(judged),
        share=max((o.share for o in judged if o.status is CheckStatus.FAIL), default=0.0),
        score=score,
        evidence=logic.evidence_of_all(judged),
    )


def _find(rule: AnyOf, lines: Sequence[Line], context: Context) -> Findings:
    """The best finding of the parts, line by line."""
    return logic.best_of(logic.find_in_parts(rule, lines, context))


KIND = Kind(
    "any",
    AnyOf,
    _check,
    _find,
    shows=logic.shown_in_parts,
    change="It would have passed had one of its parts been found as often as is asked for.",
    kept="It would have failed had none of its parts been found.",
)
