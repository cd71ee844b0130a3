"""``all``: every one of several rules finds what it looks for.

What it does: judges its ``rules`` and passes when all of them are found. Parts that do not concern
the call are left out. With ``partial: true`` the found parts earn their part of the points.
With ``at_least: N`` (or ``every``) the parts are asked about each utterance: so many of them must
show all parts at once.

Why it matters: an identity check is name *and* date of birth; a threat is a threat *and* meant for
the agent.

Example::

    kind: all
    role: agent
    partial: true
    rules:
      - {kind: said, phrases: ["your [full] name"]}
      - {kind: said, phrases: ["date of birth", "postcode"]}
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from qa_inspect.domain import CheckStatus
from qa_inspect.rubric.checks import logic
from qa_inspect.rubric.checks.context import Context, Finding, Findings, Kind
from qa_inspect.rubric.outcome import Outcome, verdict
from qa_inspect.rubric.view import Line


class AllOf(logic.Combiner):
    """Fields of ``all``."""

    kind: Literal["all"] = "all"
    partial: bool = False


def _check(rule: AllOf, context: Context) -> Outcome:
    if rule.at_least is not None:
        return logic.judge_lines(rule, context, _find)
    outcomes = logic.judge_parts(rule, context)
    judged = [outcome for outcome in outcomes if outcome.judged]
    found = [outcome for outcome in judged if outcome.found]
    missing = [outcome for outcome in judged if not outcome.found]
    unclear = any(o.status is CheckStatus.CANNOT_JUDGE for o in outcomes)
    if not judged or (unclear and not missing):
        return logic.undecided(outcomes)
    scores = [outcome.score for outcome in judged if outcome.score is not None]
    share = (len(judged) - len(missing)) / len(judged)
    return verdict(
        not missing,
        found=not missing,
        explanation=logic.explained([*found, *missing] if rule.partial else missing or judged),
        searched=logic.looked(judged),
        share=share if rule.partial or not missing else 0.0,
        score=min(scores) if scores else None,
        hits=() if missing else logic.hits_of_all(judged),
        evidence=logic.evidence_of_all(judged),
        strength=min(outcome.strength for outcome in judged),
    )


def _find(rule: AllOf, lines: Sequence[Line], context: Context) -> Findings:
    """Lines in which every part finds something; the weakest finding counts."""
    parts = logic.find_in_parts(rule, lines, context)
    found: dict[int, Finding] = {}
    for line in lines:
        row = [findings.get(line.index, Finding(False, 0.0)) for findings in parts]
        if row:
            found[line.index] = min(row, key=lambda finding: (finding.hit, finding.score))
    return found


KIND = Kind(
    "all",
    AllOf,
    _check,
    _find,
    change="It would have passed had the missing parts been found too.",
    kept="It would have failed had one of its parts been missing.",
)
