"""``sequence``: several things happen, in their order.

What it does: looks for each step (another item, or a rule written here) and for the longest chain
of steps in order. ``order: false`` asks only that all happen. A step may be ``optional``;
``within_utterances: N`` asks that it comes at most N utterances after the step before. Each step
earns its part of the points.

Why it matters: a solution before the problem is understood sounds read from a script, and the
identity check is worth nothing after the data was told.

Example::

    kind: sequence
    steps:
      - {item: restate_problem}
      - {item: present_solution, within_utterances: 20}
      - {kind: said, phrases: ["does that help"], optional: true}
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, model_validator

from qa_inspect.domain import CheckStatus
from qa_inspect.rubric.checks.context import Context, Findings, Kind
from qa_inspect.rubric.checks.logic import best_of
from qa_inspect.rubric.outcome import Hit, Outcome, cannot_judge, not_applicable, verdict
from qa_inspect.rubric.schema import Count, Model, Name, Rule, inherit
from qa_inspect.rubric.view import Line
from qa_inspect.rubric.wording import cited, listed

if TYPE_CHECKING:
    from qa_inspect.rubric.schema import AnyRule

_OWN = ("item", "optional", "within_utterances", "title", "rule")


class Step(Model):
    """One step: an ``item`` of the rubric, or a rule (``kind`` and its fields) with a ``title``."""

    item: Name | None = None
    title: str = ""
    optional: bool = False
    within_utterances: Count | None = None
    rule: AnyRule | None = None

    @model_validator(mode="before")
    @classmethod
    def _split(cls, data: Any) -> Any:
        if not isinstance(data, Mapping) or "rule" in data:
            return data
        own = {key: value for key, value in data.items() if key in _OWN}
        rest = {key: value for key, value in data.items() if key not in _OWN}
        if "item" in own and "kind" not in rest:
            return {**own, **rest}
        return {**own, "rule": rest}

    @model_validator(mode="after")
    def _one_of_both(self) -> Step:
        if (self.item is None) == (self.rule is None):
            raise ValueError("a step is either an item or a rule with a kind")
        return self


class Sequenced(Rule):
    """Fields of ``sequence``."""

    kind: Literal["sequence"] = "sequence"
    steps: Annotated[tuple[Step, ...], Field(min_length=2, max_length=30)]
    order: bool = True

    @model_validator(mode="before")
    @classmethod
    def _hand_on(cls, data: Any) -> Any:
        return inherit(data, "steps")

    def parts(self) -> tuple[Rule, ...]:
        """The rules of the steps that are no items."""
        return tuple(step.rule for step in self.steps if step.rule is not None)

    def references(self) -> tuple[str, ...]:
        """Items of the scope and of the steps."""
        steps = tuple(step.item for step in self.steps if step.item is not None)
        return (*super().references(), *steps)


@dataclass(frozen=True, slots=True)
class _Found:
    """A step with what was found of it; ``hit`` is the one that is part of the chain."""

    step: Step
    label: str
    outcome: Outcome
    hit: Hit | None = None


def _check(rule: Sequenced, context: Context) -> Outcome:
    steps = [_look(step, context) for step in rule.steps]
    steps = [s for s in steps if s.outcome.status is not CheckStatus.NOT_APPLICABLE]
    asked = [s for s in steps if not s.step.optional]
    if not asked:
        return not_applicable("No step of the sequence concerns this call.")
    where = f"looked for {listed([s.label for s in steps], 9)}" + (" in order" * rule.order)
    unclear = [s for s in asked if s.outcome.status is CheckStatus.CANNOT_JUDGE]
    if unclear:
        return cannot_judge(unclear[0].outcome.explanation, where)
    done = _chain(steps) if rule.order else [_first(s) for s in steps]
    hits = [s.hit for s in done if s.hit is not None]
    reached = sum(1 for s in done if s.hit is not None and not s.step.optional)
    good = reached == len(asked)
    return verdict(
        good,
        found=good,
        explanation=f"{reached} of {len(asked)} steps{' in order' * rule.order}: "
        + "; ".join(_told(s) for s in done)
        + ".",
        searched=where,
        share=reached / len(asked),
        score=reached / len(asked),
        hits=sorted(hits, key=_place),
        strength=reached / len(asked),
    )


def _look(step: Step, context: Context) -> _Found:
    if step.item is not None:
        return _Found(step, context.label(step.item), context.item(step.item))
    if step.rule is None:
        raise ValueError("a step is either an item or a rule with a kind")
    label = step.title or f"step of kind {step.rule.kind}"
    return _Found(step, label, context.judge(step.rule))


def _hits(found: _Found) -> tuple[Hit, ...]:
    return found.outcome.hits if found.outcome.found else ()


def _first(found: _Found) -> _Found:
    hits = _hits(found)
    return _Found(found.step, found.label, found.outcome, hits[0] if hits else None)


def _place(hit: Hit) -> tuple[int, int]:
    return hit.utterance, hit.position


def _chain(steps: Sequence[_Found]) -> list[_Found]:
    """The chain in order that reaches most steps; asked ones weigh more than optional ones.

    ``best`` holds, for each possible last hit, the best chain that ends there.
    """
    best: list[tuple[float, tuple[tuple[int, Hit], ...]]] = [(0.0, ())]
    for at, found in enumerate(steps):
        longer = []
        for hit in _hits(found):
            fitting = [chain for chain in best if _follows(found.step, hit, chain[1])]
            if fitting:
                # of equal chains the one that ended last leaves most room for nearness
                worth, links = max(fitting, key=lambda chain: chain[0])
                gain = 0.1 if found.step.optional else 1.0
                longer.append((worth + gain, (*links, (at, hit))))
        best += longer
    reached = dict(max(best, key=lambda chain: chain[0])[1])
    return [
        _Found(found.step, found.label, found.outcome, reached.get(at))
        for at, found in enumerate(steps)
    ]


def _follows(step: Step, hit: Hit, links: tuple[tuple[int, Hit], ...]) -> bool:
    if not links:
        return True
    last = links[-1][1]
    if _place(hit) < _place(last):
        return False
    return step.within_utterances is None or (
        hit.utterance - last.utterance <= step.within_utterances
    )


def _told(found: _Found) -> str:
    label = f"“{found.label}”"
    if found.hit is not None:
        return f"{label} {cited(found.hit.evidence)}"
    hits = _hits(found)
    optional = " (optional)" if found.step.optional else ""
    if not hits:
        return f"{label} is missing{optional}"
    return f"{label} comes out of place, {cited(hits[0].evidence)}{optional}"


def _shows(rule: Sequenced, lines: Sequence[Line], context: Context) -> Findings:
    """Lines in which one of the steps is."""
    rules = []
    for step in rule.steps:
        item = context.rubric.item(step.item) if step.item else None
        rules.append(item.rule if item else step.rule)
    shown = [context.shows(inner, lines) for inner in rules if inner is not None]
    return best_of([findings for findings in shown if findings is not None])


KIND = Kind(
    "sequence",
    Sequenced,
    _check,
    shows=_shows,
    change="It would have passed had every step come, each after the one before.",
)
