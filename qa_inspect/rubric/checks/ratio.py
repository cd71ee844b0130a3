"""``ratio``: how large a part of what the role says shows something.

What it does: asks the rule in ``of`` about every utterance and compares the share of hits with
``target``. Below the target, points are earned in proportion. Fewer than ``min_utterances`` are too
few to judge.

Why it matters: one warm sentence does not make a warm call. Empathy and positive language are
habits, and a habit is a share.

Example::

    kind: ratio
    role: agent
    of: {kind: said, phrases: ["$empathy"]}
    target: 0.30
    min_utterances: 4
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, model_validator

from qa_inspect.rubric.checks.context import Context, Findings, Kind
from qa_inspect.rubric.checks.said import MOST_EVIDENCE, cite, hits_of
from qa_inspect.rubric.outcome import Outcome, not_applicable, verdict
from qa_inspect.rubric.schema import Count, Rule, inherit
from qa_inspect.rubric.view import Line
from qa_inspect.rubric.wording import count, percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qa_inspect.rubric.schema import AnyRule


class Ratio(Rule):
    """Fields of ``ratio``."""

    kind: Literal["ratio"] = "ratio"
    of: AnyRule
    target: Annotated[float, Field(gt=0, le=1)]
    min_utterances: Count = 3

    @model_validator(mode="before")
    @classmethod
    def _hand_on(cls, data: Any) -> Any:
        return inherit(data, "of")

    def by_line(self) -> tuple[Rule, ...]:
        """What is looked for in each utterance."""
        return (self.of,)

    def parts(self) -> tuple[Rule, ...]:
        """What is looked for in each utterance."""
        return (self.of,)


def _check(rule: Ratio, context: Context) -> Outcome:
    search = context.search(rule)
    if isinstance(search, Outcome):
        return search
    total = len(search.lines)
    if total < rule.min_utterances:
        return not_applicable(
            f"Only {count(total, 'utterance')} in {search.where}; a share needs "
            f"{rule.min_utterances}.",
            search.where,
        )
    findings = context.find(rule.of, search.lines)
    if findings is None:
        raise ValueError(f"ratio cannot be taken of {rule.of.kind}: it needs the whole call")
    hits = hits_of(context, search.lines, findings)
    share = len(hits) / total
    good = share >= rule.target
    if not good:
        unheard = context.badly_heard(search)
        if unheard is not None:
            return unheard
    shown = f": {cite(hits)}" if hits else ""
    return verdict(
        good,
        found=good,
        explanation=f"{len(hits)} of {count(total, 'utterance')} ({percent(share)}) where "
        f"{percent(rule.target)} is asked for{shown}.",
        searched=f"looked at {search.where}, one by one",
        share=share / rule.target,
        score=share,
        hits=hits[:MOST_EVIDENCE],
        strength=share,
    )


def _find(rule: Ratio, lines: Sequence[Line], context: Context) -> Findings:
    """What ``of`` is about."""
    return context.shows(rule.of, lines) or {}


KIND = Kind(
    "ratio",
    Ratio,
    _check,
    shows=_find,
    change="It would have passed had more utterances shown it.",
)
