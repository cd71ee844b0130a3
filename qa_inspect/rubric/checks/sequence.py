"""``sequence``: a script: several things happen, in their order, some only in some calls.

What it does: looks for each step (another item, or a rule written here) and for the choice of hits
that keeps most steps in order. ``order: false`` asks only that all happen. Each step earns its part
of the points.

- A step may be ``optional``, and an item's step may have an ``only_if``.
- ``within_utterances: N`` (of either side) and ``within_s: N`` seconds say how near it has to be to
  the step found before it, or to the step named by ``from``.
- ``after: STEP`` (or a list) puts it after those steps alone, so that steps may run side by side.
  A step is named by its ``id``, else by its item.
- One utterance may be two steps, but the very same words count for one step alone.
- A step that asks that something is not there (``not_said``) is nowhere in the call: it counts, and
  is never out of order.
- ``branch`` holds cases: the first whose ``when`` is found (of the customer unless it names a
  role) gives its ``steps``; ``otherwise`` gives those of all other calls.

Why it matters: a solution before the problem is understood sounds read from a script, the identity
check is worth nothing after the data was told, and a caller who asks for a refund needs other steps
than one who asks for advice.

Example::

    kind: sequence
    steps:
      - {id: problem, kind: said, title: Restates the problem, phrases: ["so you (want|need)"]}
      - {kind: said, title: Offers a solution, within_utterances: 20, phrases: ["i (can|will)"]}
      - branch:
          - when: {kind: said, phrases: ["refund", "money back"]}
            steps: [{kind: said, title: Says when the money comes, phrases: ["working days"]}]
          - otherwise: [{kind: said, title: Offers help, phrases: ["anything else"]}]
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qa_inspect.domain import CheckStatus
from qa_inspect.rubric.checks.context import Context, Findings, Kind
from qa_inspect.rubric.checks.logic import best_of
from qa_inspect.rubric.checks.script_graph import Node, best_choice, out_of_place, place
from qa_inspect.rubric.checks.sequence_steps import Sequenced, Step, all_steps
from qa_inspect.rubric.outcome import Hit, Outcome, cannot_judge, not_applicable, verdict
from qa_inspect.rubric.view import Line
from qa_inspect.rubric.wording import cited, count, listed


@dataclass(frozen=True, slots=True)
class _Asked:
    """A step that is asked of this call, with what was found of it."""

    step: Step
    label: str
    outcome: Outcome

    @property
    def hits(self) -> tuple[Hit, ...]:
        """Where it was found; nothing where its rule was not satisfied."""
        return self.outcome.hits if self.outcome.found else ()


def _check(rule: Sequenced, context: Context) -> Outcome:
    notes: list[str] = []
    steps: list[_Asked] = []
    for step in _taken(rule.steps, context, notes):
        if isinstance(step, Outcome):
            return step
        steps.append(_look(step, context))
    steps = _arranged([s for s in steps if s.outcome.status is not CheckStatus.NOT_APPLICABLE])
    asked = [s for s in steps if not s.step.optional]
    if not asked:
        return not_applicable(" ".join(["No step of the sequence concerns this call.", *notes]))
    where = f"looked for {listed([s.label for s in steps], 9)}" + (" in order" * rule.order)
    unclear = [s for s in asked if s.outcome.status is CheckStatus.CANNOT_JUDGE]
    if unclear:
        first = unclear[0]
        return cannot_judge(f"“{first.label}” cannot be told: {first.outcome.explanation}", where)
    if any(s.step.within_s is not None for s in steps) and not context.view.has_times:
        return not_applicable("The transcript has no times, and this cannot be told without.")
    nodes = _nodes(rule, steps)
    chosen = best_choice(nodes)
    # an absence ("never said") is nowhere in the call: it can be satisfied, but not out of order
    placeless = {at for at, s in enumerate(steps) if s.outcome.found and not s.hits}
    reached = sum(1 for at in {*chosen, *placeless} if not steps[at].step.optional)
    good = reached == len(asked)
    told = "; ".join(_told(at, steps, nodes, chosen.get(at)) for at in range(len(steps)))
    places = [
        f"{_label(steps, at)} comes {out_of_place(at, nodes, chosen)}"
        for at in range(len(steps))
        if at not in chosen and nodes[at].hits and out_of_place(at, nodes, chosen)
    ]
    more = f" {'; '.join(places)}." if places else ""
    needed = count(len(asked), "required step" if len(asked) < len(steps) else "step")
    return verdict(
        good,
        found=good,
        explanation=" ".join(
            [f"{reached} of {needed}{' in order' * rule.order}: {told}.{more}", *notes]
        ),
        searched=where,
        share=reached / len(asked),
        score=reached / len(asked),
        hits=sorted(chosen.values(), key=place),
        strength=reached / len(asked),
    )


def _taken(steps: Sequence[Step], context: Context, notes: list[str]) -> Iterator[Step | Outcome]:
    """The steps of this call, branches followed; an outcome where a branch cannot be told."""
    for step in steps:
        if not step.branch:
            yield step
            continue
        for arm in step.branch:
            if arm.when is not None:
                asked = context.judge(arm.when)
                if asked.status is CheckStatus.CANNOT_JUDGE:
                    yield cannot_judge(
                        f"It cannot be told which steps were due: {asked.explanation}"
                    )
                    return
                if not (asked.judged and asked.found):
                    continue
                why = cited(asked.hits[0].evidence) if asked.hits else asked.explanation
                notes.append(f"Branch taken because of {why}.")
            yield from _taken(arm.inside, context, notes)
            break


def _look(step: Step, context: Context) -> _Asked:
    if step.item is not None:
        label = step.title or context.label(step.item)
        unmet = context.unmet(step.only_if)
        return _Asked(step, label, context.item(step.item) if unmet is None else unmet)
    if step.rule is None:
        raise ValueError("a step is either an item or a rule with a kind")
    label = step.title or (step.id or f"step of kind {step.rule.kind}").replace("_", " ")
    return _Asked(step, label, context.judge(step.rule))


def _arranged(steps: Sequence[_Asked]) -> list[_Asked]:
    """The steps as they are listed, but each behind those that it names."""
    left, placed = list(steps), list[_Asked]()
    while left:
        waiting = {s.step.name for s in left}
        ready = next(
            s
            for s in left
            if waiting.isdisjoint({*(s.step.after or ()), s.step.source} - {None, s.step.name})
        )
        left.remove(ready)
        placed.append(ready)
    return placed


def _nodes(rule: Sequenced, steps: Sequence[_Asked]) -> list[Node]:
    names = [s.step.name for s in steps]
    nodes = []
    for s in steps:
        step = s.step
        after: tuple[int, ...] | None = None if rule.order else ()
        if step.after is not None:
            after = tuple(at for at, name in enumerate(names) if name in step.after)
        near = names.index(step.source) if step.source in names else None
        far = step.source is not None and near is None  # the step it is counted from is not due
        utterances, seconds = step.within_utterances, step.within_s
        nodes.append(
            Node(
                s.label,
                s.hits,
                step.optional,
                after,
                near,
                None if far else utterances,
                None if far else seconds,
            )
        )
    return nodes


def _label(steps: Sequence[_Asked], at: int) -> str:
    return f"“{steps[at].label}”"


def _told(at: int, steps: Sequence[_Asked], nodes: Sequence[Node], hit: Hit | None) -> str:
    label = _label(steps, at) + (" (optional)" if steps[at].step.optional else "")
    if hit is not None:
        return f"{label}: {cited(hit.evidence)}"
    outcome = steps[at].outcome
    if not nodes[at].hits and outcome.found:
        return f"{label} is satisfied"
    if not nodes[at].hits and outcome.hits:
        return f"{label} is not satisfied, {cited(outcome.hits[0].evidence)}"
    if not nodes[at].hits:
        return f"{label} is missing"
    return f"{label} comes out of place, {cited(nodes[at].hits[0].evidence)}"


def _shows(rule: Sequenced, lines: Sequence[Line], context: Context) -> Findings:
    """Lines in which one of the steps is."""
    rules = []
    for step in all_steps(rule.steps):
        item = context.rubric.item(step.item) if step.item else None
        rules.append(item.rule if item else step.rule)
    shown = [context.shows(inner, lines) for inner in rules if inner is not None]
    return best_of([findings for findings in shown if findings is not None])


KIND = Kind(
    "sequence",
    Sequenced,
    _check,
    shows=_shows,
    change="It would have passed had every required step come where it belongs.",
    kept="It would have failed had a required step been missing or out of place.",
)
