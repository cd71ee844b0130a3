"""Fragile verdicts: those that would be others if a doubt about the transcript were right.

Two doubts are tried. *Roles*: agent and customer swapped, where it is not certain who is who.
*Words*: the words of least confidence left out, where there are any. An item is judged again only
where the doubt touches the call, and a verdict is marked when its status comes out different.

Items that compare by meaning are asked without whole utterances of which most words are unsure:
a sentence with a gap would have to be embedded again, and means something else besides.

This module does not know kinds, points or files.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from functools import cached_property

from qa_inspect.domain import CheckResult, CheckStatus, Doubt, Fragility, Role, Utterance
from qa_inspect.rubric.checks.context import Context, Kind
from qa_inspect.rubric.hearing import UNSURE_WORD, as_told, surely_heard, without_unsure_words
from qa_inspect.rubric.marking import result_of
from qa_inspect.rubric.outcome import Outcome
from qa_inspect.rubric.schema import Item, Rule
from qa_inspect.rubric.view import CallView, Line

_log = logging.getLogger(__name__)
_JUDGED = (CheckStatus.PASS, CheckStatus.FAIL)
CERTAIN_ROLES = 0.9
"""Confidence (0–1) from which agent and customer are not tried the other way round."""

_SWAPPED = {Role.AGENT: Role.CUSTOMER, Role.CUSTOMER: Role.AGENT}


class Shaken:
    """A call under each doubt that touches it; each is worked out once, when first asked for."""

    def __init__(self, view: CallView) -> None:
        self._view = view

    @cached_property
    def swapped(self) -> CallView | None:
        """Agent and customer the other way round; None where it is certain who is who.

        A confidence of nothing says that nobody doubted the roles: they were told.
        """
        transcript = self._view.transcript
        doubted = 0 < transcript.role_confidence < CERTAIN_ROLES
        roles = {utterance.role for utterance in transcript.utterances}
        if not doubted or not roles & _SWAPPED.keys():
            return None
        return self._with(
            [
                replace(said, role=_SWAPPED[said.role]) if said.role in _SWAPPED else said
                for said in transcript.utterances
            ]
        )

    @cached_property
    def without_words(self) -> CallView | None:
        """Without the words of least confidence; None where there are none."""
        heard = self._view.transcript.utterances
        return self._changed([without_unsure_words(said) for said in heard])

    @cached_property
    def without_utterances(self) -> CallView | None:
        """Without the utterances of which most words are unsure; None where there are none."""
        return self._changed(
            [
                replace(said, text="", words=()) if _mostly_unsure(said) else said
                for said in self._view.transcript.utterances
            ]
        )

    def _changed(self, utterances: Sequence[Utterance]) -> CallView | None:
        before = self._view.transcript.utterances
        if all(new is old for new, old in zip(utterances, before, strict=True)):
            return None
        return self._with(utterances)

    def _with(self, utterances: Sequence[Utterance]) -> CallView:
        return self._view.recast(replace(self._view.transcript, utterances=tuple(utterances)))


def fragile(
    context: Context,
    results: Sequence[CheckResult],
    shaken: Shaken,
    kinds: Mapping[str, Kind],
) -> list[CheckResult]:
    """``results`` of the rubric's items, in their order, with what each verdict hinges on.

    A rule that goes wrong under a doubt leaves its verdict unmarked.
    """
    answered = [
        (at, item, _by_meaning(item, kinds))
        for at, (item, result) in enumerate(zip(context.rubric.items, results, strict=True))
        if result.status is not CheckStatus.ERROR
    ]
    marked = list(results)
    for doubt, view, by_meaning in _doubts(shaken):
        if view is None:
            continue
        other = Context(view, context.rubric, context.tools, kinds)
        shaky: list[tuple[int, Item]] = []
        for at, item, compares in answered:
            if by_meaning is not None and by_meaning is not compares:
                if not by_meaning:
                    # a rule that names it must not have gapped sentences embedded either
                    other.keep(item.id, context.item(item.id))
            elif results[at].status not in _JUDGED:
                continue
            elif _can_turn(item, doubt, context, view, kinds):
                shaky.append((at, item))
            elif doubt is Doubt.WORDS:
                other.keep(item.id, context.item(item.id))
        for at, item in shaky:
            status = _status(other, item)
            if status is not None and status is not results[at].status:
                found = Fragility(doubt, status)
                marked[at] = replace(marked[at], fragile=(*marked[at].fragile, found))
    return marked


def _can_turn(
    item: Item, doubt: Doubt, context: Context, view: CallView, kinds: Mapping[str, Kind]
) -> bool:
    """Whether the doubt, under which the call is ``view``, can turn the verdict at all.

    Without some of its words a line loses what was found in it; a rule that looks line by line,
    with no other item in its scope, keeps its verdict where nothing was found, unless a word there
    ("not") kept something from counting. So does its condition.
    """
    rules = item.rules
    if not all(kinds[rule.kind].retried for rule in rules):
        return False
    if not any(doubt in kinds[rule.kind].hinges_on for rule in rules):
        return False
    if doubt is Doubt.ROLES:
        return True
    if any(
        rule.references() or (kinds[rule.kind].find or kinds[rule.kind].shows) is None
        for rule in rules
    ):
        return True
    touched = view.changed()
    outcome = context.item(item.id)
    conditions = [rule.only_if for rule in rules if rule.only_if is not None]
    if conditions:
        gone = any(not view.lines[at].has_words for at in touched)  # others may come into its scope
        nested = conditions != [item.rule.only_if]
        if gone or nested or _loses(conditions[0], context.condition(conditions[0]), touched):
            return True
        if _loses(item.rule, outcome, touched) or _by_meaning(item, kinds):
            return True
    elif any(hit.utterance in touched for hit in outcome.hits):
        return _loses(item.rule, outcome, touched) or _by_meaning(item, kinds)
    lines = [context.view.lines[at] for at in sorted(touched)]
    return any(_held_back(rule, lines, context) for rule in rules)


def _loses(rule: Rule, outcome: Outcome, touched: AbstractSet[int]) -> bool:
    """Whether hits lie in lines that are touched, and too few may be left without them."""
    left = sum(hit.utterance not in touched for hit in outcome.hits)
    least = getattr(rule, "at_least", None)
    return left < len(outcome.hits) and not (isinstance(least, int) and left >= least)


def _held_back(rule: Rule, lines: Sequence[Line], context: Context) -> bool:
    """Whether something in these lines does not count for the sake of another word there, so that
    it would count without that word."""
    unless = getattr(rule, "unless", None)
    if not (rule.heeds_denial and (rule.negated == "ignored" or getattr(unless, "texts", unless))):
        return False
    findings = context.shows(rule, lines) or {}
    return any(finding.cancelled_by or finding.negated_by for finding in findings.values())


def _doubts(shaken: Shaken) -> Iterator[tuple[Doubt, CallView | None, bool | None]]:
    """Each doubt, the call under it, and whether it is for items that compare by meaning."""
    yield Doubt.ROLES, shaken.swapped, None
    yield Doubt.WORDS, shaken.without_words, False
    yield Doubt.WORDS, shaken.without_utterances, True


def _by_meaning(item: Item, kinds: Mapping[str, Kind]) -> bool:
    return any(kinds[part.kind].texts is not None for part in item.rules)


def _status(context: Context, item: Item) -> CheckStatus | None:
    try:
        return result_of(context.rubric, item, context.item(item.id)).status
    except Exception as error:
        _log.warning("%s could not be tried under a doubt", item.id, exc_info=error)
        return None


def _mostly_unsure(utterance: Utterance) -> bool:
    if surely_heard(utterance.words):
        return False
    told = as_told(utterance.words)
    unsure: int = sum(confidence < UNSURE_WORD for _, _, _, confidence in told)
    return unsure > len(told) / 2
