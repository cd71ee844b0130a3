"""Advice on rules that can never come out one way: empty scopes, thresholds out of reach.

This module does not know phrases' words, cases or how advice is shown.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from qa_inspect.rubric.advice import Advice, Placed, Written
from qa_inspect.rubric.checks.cues import Cues
from qa_inspect.rubric.checks.not_said import NotSaid
from qa_inspect.rubric.checks.phrase_search import PhraseRule
from qa_inspect.rubric.checks.said import Said
from qa_inspect.rubric.schema import Rubric, Rule, Scope

_FAR = 1e9
_MOST_LEAD = 15.0
"""Hundredths by which a sentence can be nearer to examples than to counter-examples (e5-small)."""
_CUE_COUNTED = 2


@dataclass(frozen=True, slots=True)
class _Room:
    """Where hits can lie: utterances of the role (from 0), and percent of the call."""

    first: float = 0.0
    last: float = _FAR
    from_percent: float = 0.0
    to_percent: float = 100.0

    @property
    def empty(self) -> bool:
        return self.first >= self.last or self.from_percent >= self.to_percent


def advice_on_reach(written: Written, placed: Placed) -> Iterator[Advice]:
    """What can never be, of one rule."""
    yield from _scope(written, placed)
    yield from _counts(written, placed)
    if isinstance(placed.rule, Cues):
        yield from _cues(written, placed, placed.rule)
    threshold = getattr(placed.rule, "threshold", None)
    if placed.rule.kind == "similar" and isinstance(threshold, float) and threshold >= 0.999:
        line = written.line((*placed.path, "threshold"))
        cure = "0.5 is as near to an example as to a counter-example; 0.6 is strict"
        yield Advice(line, "never", f"no sentence reaches a threshold of {threshold:g}", cure)
    yield from _condition(written, placed)


def _scope(written: Written, placed: Placed) -> Iterator[Advice]:
    scope = placed.rule.scope
    line = written.line((*placed.path, "scope"))
    if scope.after is not None and scope.after == scope.before and scope.nth == 1:
        problem = f"nothing lies both after and before the first hit of {scope.after}"
        yield Advice(line, "never", problem, "name another item in after or in before")
        return
    if (scope.skip_utterances or 0) >= (scope.first_utterances or _FAR):
        problem = (
            f"the first {scope.first_utterances} utterances are looked at without the first "
            f"{scope.skip_utterances}, so none is left"
        )
        yield Advice(line, "never", problem, "raise first_utterances or lower skip_utterances")
        return
    if _room(written.rubric, placed.rule, ()).empty:
        if scope.anchors:
            problem = (
                f"{' and '.join(scope.anchors)} can only be found where this scope has ended, so "
                "nothing is ever looked at"
            )
        else:
            problem = "the limits of this scope leave no part of a call"
        yield Advice(line, "never", problem, "widen the scope, or leave one of its limits out")


def _room(rubric: Rubric, rule: Rule, inside: tuple[str, ...]) -> _Room:
    """Where a rule's hits can lie, by its scope and those of the items it refers to."""
    scope = rule.scope
    first, last = float(scope.skip_utterances or 0), float(scope.first_utterances or _FAR)
    low = 100.0 - scope.last_percent if scope.last_percent is not None else 0.0
    high = scope.first_percent if scope.first_percent is not None else 100.0
    for name, later in ((scope.after, True), (scope.before, False)):
        item = rubric.item(name) if name else None
        if item is None or name in inside or name is None or item.rule.kind in _NOT_WITHIN:
            continue
        other = _room(rubric, item.rule, (*inside, name))
        if later:
            low = max(low, other.from_percent)
            if item.rule.role == rule.role and rule.role != "any":
                first = max(first, other.first + 1)
        else:
            high = min(high, other.to_percent)
    return _Room(first, last, low, high)


_NOT_WITHIN = ("sequence", "any", "all", "none")
"""Kinds whose parts may look elsewhere than the rule's own scope says."""


def _counts(written: Written, placed: Placed) -> Iterator[Advice]:
    wanted = getattr(placed.rule, "at_least", None)
    most = _most_utterances(placed.rule.scope)
    given = "at_least" in placed.rule.model_fields_set
    if given and isinstance(wanted, int) and most is not None and wanted > most:
        problem = f"{wanted} utterances are asked for where the scope has {most} at most"
        line = written.line((*placed.path, "at_least"))
        yield Advice(line, "never", problem, "lower at_least or widen the scope")


def _most_utterances(scope: Scope) -> int | None:
    bounds = [n for n in (scope.first_utterances, scope.last_utterances) if n is not None]
    if not bounds:
        return None
    least = min(bounds)
    return max(0, least - (scope.skip_utterances or 0)) if scope.first_utterances else least


def _cues(written: Written, placed: Placed, rule: Cues) -> Iterator[Advice]:
    wanted = rule.target if rule.over == "call" else rule.threshold
    name = "target" if rule.over == "call" else "threshold"
    lead = rule.nearness * _MOST_LEAD if rule.examples and rule.counter_examples else 0.0
    most = rule.bias + sum(_CUE_COUNTED * max(0.0, cue.weight) for cue in rule.cues) + lead
    least = rule.bias + sum(_CUE_COUNTED * min(0.0, cue.weight) for cue in rule.cues) - lead
    line = written.line((*placed.path, name))
    if _curve(most) < wanted:
        problem = f"all cues together reach {_curve(most):.2f}, and {name} asks for {wanted:g}"
        yield Advice(line, "never", problem, f"lower {name}, or raise bias or the cues' weights")
    elif _curve(least) >= wanted:
        problem = f"no cue brings it below {_curve(least):.2f}, and {name} asks for {wanted:g}"
        cure = f"raise {name}, lower bias, or add cues that speak against it"
        yield Advice(line, "always", problem, cure)


def _curve(total: float) -> float:
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))


def _condition(written: Written, placed: Placed) -> Iterator[Advice]:
    rule, condition = placed.rule, placed.rule.only_if
    if not isinstance(rule, PhraseRule) or not isinstance(condition, PhraseRule):
        return
    if rule.role != condition.role or rule.unless.texts or condition.unless.texts:
        return
    own, other = set(rule.phrases.texts), set(condition.phrases.texts)
    line = written.line((*placed.path, "only_if"))
    said_not = isinstance(rule, Said) and isinstance(condition, NotSaid)
    not_said = isinstance(rule, NotSaid) and isinstance(condition, Said)
    if said_not and own <= other and condition.scope.whole:
        problem = "it is only asked for where the very same words are not said, so it always fails"
        yield Advice(line, "never", problem, "change the phrases of only_if or leave it out")
    elif not_said and other <= own and rule.scope.whole and rule.wanted == 1:
        problem = "it is only asked where a phrase was said that it forbids, so it always fails"
        yield Advice(line, "never", problem, "change the phrases of only_if or leave it out")
