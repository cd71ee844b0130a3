"""``none``: not one of several rules finds what it looks for.

What it does: judges its ``rules`` and passes when none of them is found; what was found is cited.
With ``at_least: N`` (or ``every``) the parts are asked about each utterance: so many of them must
show none of the parts.

Why it matters: rudeness, blame or a promise that may not be made are each shown in several ways,
by words and by meaning.

Example::

    kind: none
    role: agent
    rules:
      - {kind: said, phrases: ["calm down"]}
      - {kind: similar, examples: ["You should have read the contract."], threshold: 0.7}
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from qa_inspect.domain import CheckStatus
from qa_inspect.rubric.checks import logic
from qa_inspect.rubric.checks.context import Context, Finding, Findings, Kind
from qa_inspect.rubric.outcome import Outcome, verdict
from qa_inspect.rubric.view import Line


class NoneOf(logic.Combiner):
    """Fields of ``none``."""

    kind: Literal["none"] = "none"


def _check(rule: NoneOf, context: Context) -> Outcome:
    if rule.at_least is not None:
        return logic.judge_lines(rule, context, _find)
    with context.rare():
        outcomes = logic.judge_parts(rule, context)
    found = [outcome for outcome in outcomes if outcome.judged and outcome.found]
    judged = [outcome for outcome in outcomes if outcome.judged]
    score = logic.best_score(outcomes)
    if found:
        return verdict(
            False,
            found=False,
            explanation=logic.explained(found),
            searched=logic.looked(judged),
            score=score,
            hits=logic.hits_of_all(found),
            evidence=logic.evidence_of_all(found),
        )
    if not judged or any(o.status is CheckStatus.CANNOT_JUDGE for o in outcomes):
        return logic.undecided(outcomes)
    return verdict(
        True,
        found=True,
        explanation=logic.explained(judged),
        searched=logic.looked(judged),
        score=score,
    )


def _find(rule: NoneOf, lines: Sequence[Line], context: Context) -> Findings:
    """Lines in which no part finds anything."""
    parts = logic.find_in_parts(rule, lines, context)
    hit = {at for findings in parts for at, finding in findings.items() if finding.hit}
    return {line.index: Finding(True, 1.0) for line in lines if line.index not in hit}


KIND = Kind(
    "none",
    NoneOf,
    _check,
    _find,
    shows=logic.shown_in_parts,
    negative=True,
    change="It would have passed had this not been so.",
    kept="It would have failed had this been otherwise.",
)
