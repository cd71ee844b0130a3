"""``changed_story``: the customer states other facts than in an earlier call about the same thing.

What it does: reads from what the customer says the ``facts`` that can be compared: the ``order``
number, the ``amount`` that was paid, the ``date`` on which something was ordered or arrived. It
compares them with what the same customer said in earlier calls ``within_days`` before (about the
same topic, unless ``same_topic: false``), and finds the thing where both name such a fact and no
value is the same. Numbers match however they are spoken or written. English, Chinese, Indonesian,
Malay, Vietnamese and Thai; in other languages, and where customer, day or topic are not known, the
rule does not apply.

Why it matters: a slip of memory is nothing; but together with threats and demands, a story that
changes from call to call is a sign that somebody tries how far he gets.

Example::

    kind: changed_story
    within_days: 30
    facts: [order, amount, date]
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from qa_inspect.domain import Evidence
from qa_inspect.rubric.checks.context import Context, Kind
from qa_inspect.rubric.checks.history import crowded, topic_of
from qa_inspect.rubric.outcome import Hit, Outcome, not_applicable, verdict
from qa_inspect.rubric.past import DAY_S, CallLog, CallPast, day_of, folded_topic
from qa_inspect.rubric.schema import Rule
from qa_inspect.rubric.stated_facts import (
    Contradiction,
    Fact,
    FactKind,
    contradictions,
    knows,
    stated_facts,
)
from qa_inspect.rubric.view import Line
from qa_inspect.store.history import PastCall

_LATEST = 20
"""Earlier calls that are compared, the latest ones: enough for any one matter."""


class ChangedStory(Rule):
    """Fields of ``changed_story``."""

    kind: Literal["changed_story"] = "changed_story"
    role: Literal["customer"] = "customer"
    within_days: Annotated[float, Field(gt=0, le=3660)] = 30.0
    same_topic: bool = True
    facts: Annotated[tuple[FactKind, ...], Field(min_length=1)] = ("order", "amount", "date")

    @property
    def in_words(self) -> str:
        """What it looks for."""
        return f"another {' or '.join(self.facts)} than in an earlier call"


def _check(rule: ChangedStory, context: Context) -> Outcome:
    search = context.search(rule)
    if isinstance(search, Outcome):
        return search
    where = f"compared the customer's {', '.join(rule.facts)} with earlier calls"
    if not knows(context.language):
        return not_applicable("Stories cannot be compared in this language.", where)
    past = context.view.past
    log = None if past is None else past.logs.get("customer")
    if past is None or log is None or past.started_s is None:
        return not_applicable("The customer's other calls are not known.", where)
    topic = topic_of(context)
    if rule.same_topic and not topic:
        return not_applicable("The call's topic is not given.", where)
    earlier = _earlier(rule, log, past, past.started_s, topic)
    if isinstance(earlier, str):
        return not_applicable(earlier, where)
    lines = search.lines
    now = stated_facts([line.utterance.text for line in lines], context.language)
    if not earlier or not now:
        missing = "states no such fact" if earlier else "has no earlier call about it"
        return _told(False, f"The customer {missing}.", where)
    said = past.said([call.call_id for call in earlier])
    found = [
        (call, odd)
        for call in earlier
        for odd in contradictions(
            now, stated_facts(said.get(call.call_id, ()), context.language), rule.facts
        )
    ]
    if not found:
        return _told(False, "What the customer states fits the earlier calls.", where)
    hits = tuple(dict.fromkeys(_hit(context, lines[odd.now.line]) for _, odd in found))
    told = " ".join(_sentence(call, odd) for call, odd in found[:4])
    proofs = tuple(_proof(call, odd.before) for call, odd in found[:6])
    return verdict(
        True,
        found=True,
        explanation=told,
        searched=where,
        hits=hits,
        evidence=(*(hit.evidence for hit in hits), *proofs),
    )


def _earlier(
    rule: ChangedStory, log: CallLog, past: CallPast, started_s: float, topic: str
) -> Sequence[PastCall] | str:
    """The earlier calls about it, or a sentence that says why there are none to compare with."""
    crowd = crowded(log, started_s, rule.within_days)
    if crowd is not None:
        return crowd
    window = past.others(log.between(started_s - rule.within_days * DAY_S, started_s))
    if rule.same_topic:
        window = tuple(call for call in window if folded_topic(call.topic) == topic)
    return window[-_LATEST:]


def _told(found: bool, explanation: str, where: str) -> Outcome:
    return verdict(found, found=found, explanation=explanation, searched=where)


def _sentence(call: PastCall, odd: Contradiction) -> str:
    return (
        f"The customer states “{_named(odd.now)}”, and stated “{_named(odd.before)}” in call "
        f"{call.call_id} ({day_of(call)})."
    )


def _named(fact: Fact) -> str:
    return f"{fact.about} {fact.value}"


def _hit(context: Context, line: Line) -> Hit:
    return Hit(line.index, 0, context.view.evidence(line))


def _proof(call: PastCall, fact: Fact) -> Evidence:
    words = f"call {call.call_id} of {day_of(call)}: {_named(fact)}"
    return Evidence(None, None, None, words)


KIND = Kind(
    "changed_story",
    ChangedStory,
    _check,
    change="It would have passed had the customer stated another value than before.",
    kept="It would have failed had the customer stated the same value as before.",
)
