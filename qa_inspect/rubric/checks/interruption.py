"""``interruption``: the role begins to speak while somebody else is speaking.

What it does: finds where the role (or ``by``, which is the same) starts over somebody else's speech
and both go on for ``tolerance_s``. ``of`` names whose speech it has to be. Short listening sounds
(``backchannels``: "mm-hm", "right", "嗯") do not count, neither as an interruption nor as what is
interrupted, nor does beginning together. ``at_most`` times are forgiven; at ``zero_at`` no points
are left. Without times it does not apply.

Why it matters: a customer who cannot finish says everything again, louder.

Example::

    kind: interruption
    role: agent
    tolerance_s: 0.7
    at_most: 1
    zero_at: 5
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import model_validator

from qa_inspect.domain import Evidence
from qa_inspect.rubric import measures
from qa_inspect.rubric.call_words import BACKCHANNELS
from qa_inspect.rubric.checks.allowance import Allowance, share_left
from qa_inspect.rubric.checks.context import ON_ROLES, Context, Kind
from qa_inspect.rubric.checks.quantity import proofs
from qa_inspect.rubric.checks.scope import Search
from qa_inspect.rubric.fields import Phrases
from qa_inspect.rubric.outcome import Hit, Outcome, not_applicable, verdict
from qa_inspect.rubric.phrases import compile_phrases
from qa_inspect.rubric.schema import RuleRole, Seconds
from qa_inspect.rubric.wording import cited, clock, count, quote, who

TOLERANCE_S = 0.7
"""Shorter overlaps are the edges of a change of turns."""


class Interrupts(Allowance):
    """Fields of ``interruption``. ``role`` is who must not interrupt, ``of`` whom."""

    kind: Literal["interruption"] = "interruption"
    by: RuleRole | None = None
    of: RuleRole = "any"
    tolerance_s: Seconds = TOLERANCE_S
    backchannels: Phrases = compile_phrases(BACKCHANNELS)

    @model_validator(mode="before")
    @classmethod
    def _by_is_the_role(cls, data: Any) -> Any:
        if isinstance(data, Mapping) and data.get("by") is not None:
            if data.get("role", data["by"]) != data["by"]:
                raise ValueError("by and role are the same; give one of them")
            return {**data, "role": data["by"]}
        return data

    @model_validator(mode="after")
    def _two_people(self) -> Interrupts:
        if self.role == self.of != "any":
            raise ValueError(f"{who(self.of)} cannot interrupt himself; give of: the other side")
        return self


def _check(rule: Interrupts, context: Context) -> Outcome:
    search = context.search(rule, times=True)
    if isinstance(search, Outcome):
        return search
    if len({line.utterance.speaker for line in context.view.lines}) < 2:
        return not_applicable("Only one person is heard, so nobody can be interrupted.")
    if not search.lines:
        return not_applicable(f"Nothing is said in {search.where}.")
    every = measures.interruptions(context.view, rule.tolerance_s, rule.backchannels)
    found = [
        one
        for one in every
        if rule.role in ("any", one.by.role.value)
        and rule.of in ("any", one.of.role.value)
        and _within(one, rule, search)
    ]
    good = len(found) <= rule.at_most
    hits = [_hit(context, one) for one in found]
    if found:
        each = ", ".join(cited(hit.evidence) for hit in hits[:3])
        more = f" and {len(hits) - 3} more" if len(hits) > 3 else ""
        explanation = f"{_sides(found)}: {each}{more}. First over {_over(found[0])}."
    else:
        explanation = f"{who(rule.role).capitalize()} let the other side finish."
    return verdict(
        good,
        found=not good,
        explanation=explanation,
        searched=f"looked for overlaps of {rule.tolerance_s:g} s and more in {search.where}",
        share=share_left(rule, len(found)),
        score=min(1.0, len(found) / max(1, len(search.lines))),
        hits=hits,
        evidence=proofs(hits),
    )


def _sides(found: Sequence[measures.Interruption]) -> str:
    """Who spoke over whom how often: ``The agent spoke over the customer 2 times``."""
    pairs = Counter((one.by.role.value, one.of.role.value) for one in found)
    told = [
        f"the {by} spoke over the {of} {count(times, 'time')}"
        for (by, of), times in sorted(pairs.items(), key=lambda pair: -pair[1])
    ]
    sentence = ", ".join(told).replace("the unknown", "somebody")
    sentence = sentence.replace("the other", "a third person")
    return sentence[0].upper() + sentence[1:]


def _within(one: measures.Interruption, rule: Interrupts, search: Search) -> bool:
    if rule.scope.whole or search.start_s is None or search.end_s is None:
        return True
    return search.start_s <= one.by.start_s <= search.end_s


def _over(one: measures.Interruption) -> str:
    until = clock(one.of.start_s)
    return f"{quote(one.of_line.utterance.text)} ({until})" if one.of_line else f"speech at {until}"


def _hit(context: Context, one: measures.Interruption) -> Hit:
    end_s = one.by.start_s + one.overlap_s
    if one.by_line is None:
        proof = Evidence(None, one.by.start_s, end_s, f"{one.overlap_s:.1f} s spoken over")
        return Hit(one.of_line.index if one.of_line else 0, 0, proof)
    utterance = context.view.lines[one.by_line.index].utterance
    return Hit(
        one.by_line.index, 0, Evidence(utterance.index, one.by.start_s, end_s, utterance.text)
    )


KIND = Kind(
    "interruption",
    Interrupts,
    _check,
    change="It would have passed had the other side been heard out.",
    kept="It would have failed with more interruptions than are allowed.",
    hinges_on=ON_ROLES,
)
