"""The steps of a script as they are written: items, rules and branches, and what binds them.

This module does not look for anything; ``sequence`` does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from qa_inspect.rubric.checks.script_graph import circle
from qa_inspect.rubric.schema import Count, Model, Name, Rule, Seconds

if TYPE_CHECKING:
    from qa_inspect.rubric.schema import AnyRule

_OWN = (
    "item",
    "id",
    "title",
    "optional",
    "within_utterances",
    "within_s",
    "from",
    "after",
    "branch",
    "rule",
)
_MOST_STEPS = 60


def _as_names(value: object) -> object:
    return (value,) if isinstance(value, str) else value


class Step(Model):
    """One step: an ``item`` of the rubric, a rule (``kind`` and its fields) with a ``title``, or a
    ``branch``."""

    item: Name | None = None
    id: Name | None = None
    title: str = ""
    optional: bool = False
    within_utterances: Count | None = None
    within_s: Seconds | None = None
    source: Annotated[Name | None, Field(alias="from")] = None
    after: Annotated[tuple[Name, ...] | None, BeforeValidator(_as_names)] = None
    only_if: AnyRule | None = None
    branch: tuple[Arm, ...] = ()
    rule: AnyRule | None = None

    @model_validator(mode="before")
    @classmethod
    def _split(cls, data: Any) -> Any:
        if not isinstance(data, Mapping) or "rule" in data:
            return data
        own = {key: value for key, value in data.items() if key in _OWN}
        rest = {key: value for key, value in data.items() if key not in _OWN}
        if ("item" in own or "branch" in own) and "kind" not in rest:
            return {**own, **rest}
        return {**own, "rule": rest}

    @model_validator(mode="after")
    def _one_of_all(self) -> Step:
        given = [self.item is not None, self.rule is not None, bool(self.branch)]
        if sum(given) != 1:
            raise ValueError("a step is either an item, a rule with a kind, or a branch")
        if self.branch and self.model_fields_set - {"branch", "title"}:
            raise ValueError("a branch has no fields of its own; give them to its steps")
        if self.source and self.within_utterances is None and self.within_s is None:
            raise ValueError("from needs to know how far: give within_utterances or within_s")
        return self

    @property
    def name(self) -> str:
        """By what other steps name it; empty where they cannot."""
        return self.id or self.item or ""


class Arm(Model):
    """A case of a branch: ``when`` with ``steps``, or ``otherwise``, the steps of all others."""

    when: AnyRule | None = None
    steps: tuple[Step, ...] = ()
    otherwise: tuple[Step, ...] | None = None

    @model_validator(mode="after")
    def _complete(self) -> Arm:
        if (self.when is None) == (self.otherwise is None) or (self.otherwise and self.steps):
            raise ValueError("a case has when and steps, or otherwise with a list of steps")
        return self

    @property
    def inside(self) -> tuple[Step, ...]:
        """Its steps."""
        return self.steps if self.otherwise is None else self.otherwise


class Sequenced(Rule):
    """Fields of ``sequence``."""

    kind: Literal["sequence"] = "sequence"
    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=30)]
    order: bool = True

    @model_validator(mode="before")
    @classmethod
    def _hand_on(cls, data: Any) -> Any:
        if not isinstance(data, Mapping):
            return data
        given = {key: data[key] for key in ("role", "scope", "negated") if key in data}
        return {**data, "steps": _handed_on(data.get("steps"), given)} if "steps" in data else data

    @model_validator(mode="after")
    def _makes_sense(self) -> Sequenced:
        every = list(all_steps(self.steps))
        if not 2 <= len(every) <= _MOST_STEPS:
            raise ValueError(f"a sequence has 2 to {_MOST_STEPS} steps; this one has {len(every)}")
        names = [step.name for step in every]
        for step in every:
            _check_names(step, names)
        trail = circle([n or f"step {i + 1}" for i, n in enumerate(names)], self._leads(every))
        if trail:
            raise ValueError(f"steps wait for one another in a circle: {' → '.join(trail)}")
        return self

    def _leads(self, every: Sequence[Step]) -> dict[int, list[int]]:
        """For each step the steps that it has to follow, by position among all."""
        position = {id(step): at for at, step in enumerate(every)}
        leads: dict[int, list[int]] = {}

        def follow(steps: Sequence[Step], before: list[int]) -> list[int]:
            for step in steps:
                if step.branch:
                    ends = [follow(arm.inside, before) for arm in step.branch]
                    before = [at for end in ends for at in end] or before
                    continue
                at = position[id(step)]
                if step.after is not None:
                    leads[at] = [i for i, one in enumerate(every) if one.name in step.after]
                elif self.order:
                    leads[at] = list(before)
                leads.setdefault(at, []).extend(
                    i for i, one in enumerate(every) if step.source and one.name == step.source
                )
                before = [at]
            return before

        follow(self.steps, [])
        return leads

    def parts(self) -> tuple[Rule, ...]:
        """The rules of the steps that are no items."""
        return tuple(step.rule for step in all_steps(self.steps) if step.rule is not None)

    def conditions(self) -> tuple[Rule, ...]:
        """Its own condition, and those of its steps and branches."""
        own = tuple(step.only_if for step in all_steps(self.steps) if step.only_if is not None)
        return (*super().conditions(), *own, *_whens(self.steps))

    def references(self) -> tuple[str, ...]:
        """Items of the scope and of the steps."""
        steps = (step.item for step in all_steps(self.steps) if step.item is not None)
        return (*super().references(), *steps)


def _handed_on(steps: Any, given: Mapping[str, Any]) -> Any:
    """What all kinds share, handed on to the rules of steps and branches that do not name it."""
    if not isinstance(steps, list | tuple):
        return steps
    handed = []
    for step in steps:
        if isinstance(step, Mapping) and isinstance(step.get("branch"), list | tuple):
            step = {**step, "branch": [_arm_handed_on(arm, given) for arm in step["branch"]]}
        elif isinstance(step, Mapping) and "item" not in step and "branch" not in step:
            step = {**given, **step}
        handed.append(step)
    return handed


def _arm_handed_on(arm: Any, given: Mapping[str, Any]) -> Any:
    if not isinstance(arm, Mapping):
        return arm
    changed = dict(arm)
    for field in ("steps", "otherwise"):
        if field in arm:
            changed[field] = _handed_on(arm[field], given)
    if isinstance(arm.get("when"), Mapping):
        changed["when"] = {"role": "customer", **arm["when"]}
    return changed


def all_steps(steps: Sequence[Step]) -> Iterator[Step]:
    """Every step that is no branch, those of all branches included."""
    for step in steps:
        if not step.branch:
            yield step
        for arm in step.branch:
            yield from all_steps(arm.inside)


def _whens(steps: Sequence[Step]) -> Iterator[Rule]:
    for step in steps:
        for arm in step.branch:
            if arm.when is not None:
                yield arm.when
            yield from _whens(arm.inside)


def _check_names(step: Step, names: Sequence[str]) -> None:
    if step.id and names.count(step.id) > 1:
        raise ValueError(f"{step.id} names {names.count(step.id)} steps; give each its own id")
    for other in (*(step.after or ()), *((step.source,) if step.source else ())):
        if other not in names:
            known = ", ".join(name for name in names if name) or "none; give steps an id"
            raise ValueError(f"no step is named {other} — valid: {known}")
