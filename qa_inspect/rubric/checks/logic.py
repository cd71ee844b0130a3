"""What ``any``, ``all`` and ``none`` share: rules within a rule.

This module does not know which kinds its parts are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, model_validator

from qa_inspect.domain import CheckStatus, Evidence
from qa_inspect.rubric.checks.context import Context, Finder, Finding, Findings
from qa_inspect.rubric.checks.quantity import MOST_EVIDENCE, cancelled, cite, hits_of, line_verdict
from qa_inspect.rubric.outcome import Hit, Outcome, not_applicable
from qa_inspect.rubric.schema import Quantity, Rule, inherit
from qa_inspect.rubric.view import Line
from qa_inspect.rubric.wording import count

if TYPE_CHECKING:
    from qa_inspect.rubric.schema import AnyRule


class Combiner(Rule):
    """A rule made of rules. Parts take over its role and scope unless they name their own.

    With ``at_least`` its parts are asked about every utterance by itself, and so many utterances
    must satisfy it; without, its parts are asked about the call.
    """

    rules: Annotated[tuple[AnyRule, ...], Field(min_length=1, max_length=50)]
    at_least: Quantity | None = None

    @model_validator(mode="before")
    @classmethod
    def _hand_on(cls, data: Any) -> Any:
        return inherit(data, "rules")

    def parts(self) -> tuple[Rule, ...]:
        """The rules."""
        return self.rules

    def by_line(self) -> tuple[Rule, ...]:
        """The rules, where they are asked about every utterance."""
        return () if self.at_least is None else self.rules


def judge_parts(rule: Combiner, context: Context) -> list[Outcome]:
    """The answers of all parts."""
    return [context.judge(part) for part in rule.rules]


def judge_lines(rule: Combiner, context: Context, find: Finder) -> Outcome:
    """The answer where the rule is asked about every utterance: ``find`` says which satisfy it."""
    search = context.search(rule)
    if isinstance(search, Outcome):
        return search
    if not search.lines:
        return not_applicable(f"Nothing is said in {search.where}.")
    unmet = [context.unmet(part.only_if) for part in rule.rules]
    asked = tuple(part for part, why in zip(rule.rules, unmet, strict=True) if why is None)
    unclear = [w for w in unmet if w is not None and w.status is CheckStatus.CANNOT_JUDGE]
    if unclear or not asked:
        return undecided(unclear or [why for why in unmet if why is not None])
    findings = find(rule.model_copy(update={"rules": asked}), search.lines, context)
    hits = hits_of(context, search.lines, findings)
    return line_verdict(
        context,
        search,
        hits,
        rule.at_least or 1,
        found=f"Found together in {count(len(hits), 'utterance')}: {cite(hits)}.",
        missing=lambda: (
            f"No utterance in {search.where} satisfies it." + cancelled(context, findings)
        ),
        searched=f"asked about every one of {search.where}",
        score=max((finding.score for finding in findings.values()), default=0.0),
    )


def undecided(outcomes: Sequence[Outcome]) -> Outcome:
    """The answer where no part has one: why, in the words of the parts."""
    unclear = [o for o in outcomes if o.status is CheckStatus.CANNOT_JUDGE]
    kept = unclear or list(outcomes)
    status = CheckStatus.CANNOT_JUDGE if unclear else CheckStatus.NOT_APPLICABLE
    return Outcome(status, False, explained(kept), looked(kept))


def explained(outcomes: Sequence[Outcome]) -> str:
    """The explanations of parts, each once."""
    return " ".join(dict.fromkeys(o.explanation for o in outcomes if o.explanation))


def looked(outcomes: Sequence[Outcome]) -> str:
    """What was searched by parts, each once."""
    return "; ".join(dict.fromkeys(o.searched for o in outcomes if o.searched))


def hits_of_all(outcomes: Sequence[Outcome]) -> tuple[Hit, ...]:
    """The hits of all parts in order of the call."""
    hits = {hit: None for outcome in outcomes for hit in outcome.hits}
    return tuple(sorted(hits, key=lambda hit: (hit.utterance, hit.position)))


def evidence_of_all(outcomes: Sequence[Outcome]) -> tuple[Evidence, ...]:
    """The evidence of all parts, each once, in order of time."""
    unique = dict.fromkeys(proof for outcome in outcomes for proof in outcome.evidence)
    return tuple(sorted(unique, key=_when))[:MOST_EVIDENCE]


def best_score(outcomes: Sequence[Outcome]) -> float | None:
    """The highest score of the parts that have one."""
    return max((o.score for o in outcomes if o.score is not None), default=None)


def shown_in_parts(rule: Combiner, lines: Sequence[Line], context: Context) -> Findings:
    """The best of what the parts find, line by line; of parts that need the whole call, what they
    are about."""
    every = []
    for part in rule.rules:
        found = context.find(part, lines)
        every.append(context.shows(part, lines) if found is None else found)
    return best_of([findings for findings in every if findings is not None])


def best_of(parts: Sequence[Findings]) -> Findings:
    """The best finding of several, line by line; its score is the highest of all."""
    best: dict[int, Finding] = {}
    for findings in parts:
        for at, finding in findings.items():
            known = best.get(at)
            if known is None or (finding.hit, finding.score) > (known.hit, known.score):
                best[at] = finding
    return {
        at: finding._replace(score=max(f[at].score for f in parts if at in f))
        for at, finding in best.items()
    }


def find_in_parts(rule: Combiner, lines: Sequence[Line], context: Context) -> list[Findings]:
    """The findings of the parts that can tell from single lines."""
    found = (context.find(part, lines) for part in rule.rules)
    return [findings for findings in found if findings is not None]


def _when(proof: Evidence) -> tuple[float, int]:
    return (proof.start_s if proof.start_s is not None else -1.0, proof.utterance or 0)
