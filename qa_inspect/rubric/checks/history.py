"""``history``: what is known of the calls before and after this one.

What it does: looks up earlier calls of the same ``customer``, ``agent`` or ``topic`` (``of``) in
the ``within_days`` before this call and finds the thing when there are ``at_least`` so many.
``same_topic`` counts only calls about what this call is about; ``flagged`` only those with one of
these flags, ``failed`` only those in which one of these items failed, ``unresolved`` only those
after which the customer had to call again. With ``measure: resolved`` it asks about this call
itself: it is resolved when the customer does not call about the same thing again within
``within_days``. A recording counts once. A customer with more than ``most_per_day`` calls in 24
hours or ``most_in_window`` in the window is no single person (a switchboard) and is left out.
Where the customer, the day or the topic is not known, the rule does not apply.

Why it matters: somebody who has to call three times about one parcel is let down by the process,
and no single call shows it.

Example::

    kind: history
    of: customer
    within_days: 14
    at_least: 2
    same_topic: true
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field, model_validator

from qa_inspect.domain import Evidence
from qa_inspect.rubric.checks.context import ON_NOTHING, Context, Kind
from qa_inspect.rubric.outcome import Outcome, not_applicable, verdict
from qa_inspect.rubric.past import (
    DAY_S,
    MOST_IN_WINDOW,
    MOST_PER_DAY,
    CallLog,
    CallPast,
    day_of,
    folded_topic,
)
from qa_inspect.rubric.schema import Count, Name, Rule
from qa_inspect.rubric.wording import count, quote
from qa_inspect.store.history import Key, PastCall

MOST_EVIDENCE = 12
_NAMED = {"customer": "customer_id", "agent": "agent_id", "topic": "topic"}
Days = Annotated[float, Field(gt=0, le=3660)]


class HistoryRule(Rule):
    """Fields of ``history``."""

    kind: Literal["history"] = "history"
    of: Key = "customer"
    within_days: Days = 14.0
    at_least: Count = 1
    same_topic: bool = False
    flagged: tuple[Name, ...] = ()
    failed: tuple[Name, ...] = ()
    unresolved: bool = False
    measure: Literal["calls", "resolved"] = "calls"
    most_per_day: Count = MOST_PER_DAY
    most_in_window: Count = MOST_IN_WINDOW

    @model_validator(mode="after")
    def _fits_together(self) -> HistoryRule:
        if self.measure == "resolved":
            given = self.model_fields_set & {"at_least", "flagged", "failed", "unresolved"}
            if given:
                raise ValueError(
                    f"measure: resolved asks about this call alone; leave out {min(given)}"
                )
            if self.of != "customer":
                raise ValueError("measure: resolved asks about a customer; leave out of")
        return self

    @property
    def in_words(self) -> str:
        """What it looks for."""
        if self.measure == "resolved":
            return f"no further call about it within {self.within_days:g} days"
        return f"earlier calls of the same {self.of} within {self.within_days:g} days"


def _check(rule: HistoryRule, context: Context) -> Outcome:
    past = context.view.past
    where = f"looked at the {rule.of}'s calls {_window(rule)}"
    if past is None:
        return not_applicable("Other calls are not known here.", where)
    log = past.logs.get(rule.of)
    if log is None:
        return not_applicable(f"The call's {_NAMED[rule.of]} is not given.", where)
    if past.started_s is None:
        return not_applicable("The call's started_at is not given.", where)
    topic = topic_of(context)
    if not topic and (rule.same_topic or rule.measure == "resolved"):
        return not_applicable("The call's topic is not given.", where)
    if rule.of == "customer":
        limits = (rule.within_days, rule.most_per_day, rule.most_in_window)
        crowd = crowded(log, past.started_s, *limits)
        if crowd is not None:
            return not_applicable(crowd, where)
    if rule.measure == "resolved":
        return _resolved(rule, log, past, past.started_s, topic, where)
    return _earlier(rule, log, past, past.started_s, topic, where)


def topic_of(context: Context) -> str:
    """What the call is about, folded; empty where nobody says so."""
    return folded_topic(context.view.metadata.topic)


def crowded(
    log: CallLog,
    started_s: float,
    within_days: float,
    most_per_day: int = MOST_PER_DAY,
    most_in_window: int = MOST_IN_WINDOW,
) -> str | None:
    """A sentence where a customer's calls around a moment are too many for one person, else
    None."""
    number = log.crowd(started_s, within_days * DAY_S, most_per_day, most_in_window)
    if number is None:
        return None
    return (
        f"This customer_id stands on {count(number, 'call')} within {within_days:g} days of this "
        "one: too many for one person (a switchboard?), so its history is left out."
    )


def _earlier(
    rule: HistoryRule, log: CallLog, past: CallPast, started_s: float, topic: str, where: str
) -> Outcome:
    window = past.others(log.between(started_s - rule.within_days * DAY_S, started_s))
    asked = [call for call in window if _meets(rule, call, log)]
    unsure: Sequence[PastCall] = past.others(log.undated)
    if rule.same_topic and rule.of != "topic":
        unsure = [*unsure, *(call for call in asked if not folded_topic(call.topic))]
        asked = [call for call in asked if folded_topic(call.topic) == topic]
    good = len(asked) >= rule.at_least
    if not good and len(asked) + len(unsure) >= rule.at_least:
        return not_applicable(
            f"{count(len(unsure), 'other call')} of this {rule.of} may belong here, but their "
            "topic or started_at is not given.",
            where,
        )
    told = _told(rule, topic)
    if asked:
        explanation = f"{count(len(asked), 'earlier call')} {told}: {named(asked)}."
    else:
        explanation = f"No earlier call {told}."
    if not good and asked:
        explanation += f" {rule.at_least} are asked for."
    return verdict(
        good,
        found=good,
        explanation=explanation,
        searched=where,
        share=len(asked) / rule.at_least,
        evidence=evidence_of(asked),
    )


def _meets(rule: HistoryRule, call: PastCall, log: CallLog) -> bool:
    if rule.flagged and not call.flags.intersection(rule.flagged):
        return False
    if rule.failed and not call.failed.intersection(rule.failed):
        return False
    return not rule.unresolved or bool(came_back(call, log, rule.within_days))


def came_back(call: PastCall, log: CallLog, within_days: float) -> tuple[PastCall, ...]:
    """The calls of a customer's log that show that a call solved nothing: same topic, later,
    within so many days. Empty where its topic or start is not known."""
    topic = folded_topic(call.topic)
    if not topic or call.started_s is None:
        return ()
    return tuple(
        later
        for later in log.after(call.started_s, call.started_s + within_days * DAY_S)
        if folded_topic(later.topic) == topic and later.sha256 != call.sha256
    )


def _resolved(
    rule: HistoryRule, log: CallLog, past: CallPast, started_s: float, topic: str, where: str
) -> Outcome:
    until_s = started_s + rule.within_days * DAY_S
    later = past.others(log.after(started_s, until_s))
    again = [call for call in later if folded_topic(call.topic) == topic]
    if again:
        return verdict(
            False,
            found=False,
            explanation=f"The customer called about {quote(topic)} again: {named(again)}.",
            searched=where,
            evidence=evidence_of(again),
        )
    unsure = [*(call for call in later if not folded_topic(call.topic)), *past.others(log.undated)]
    if unsure:
        return not_applicable(
            f"{count(len(unsure), 'other call')} of this customer may be about the same thing, "
            "but their topic or started_at is not given.",
            where,
        )
    if past.known_until_s is None or past.known_until_s < until_s:
        return not_applicable(
            f"The customer has not called again so far, but {rule.within_days:g} days have not "
            "passed yet in the calls that are known.",
            where,
        )
    explanation = f"No further call about {quote(topic)} in the {rule.within_days:g} days after."
    return verdict(True, found=True, explanation=explanation, searched=where)


def named(calls: Sequence[PastCall], most: int = 4) -> str:
    """``c1 (2026-05-03 14:10), c2 (…) and 3 more``."""
    shown = ", ".join(f"{call.call_id} ({day_of(call)})" for call in calls[:most])
    left = len(calls) - most
    return f"{shown} and {left} more" if left > 0 else shown


def evidence_of(calls: Sequence[PastCall]) -> tuple[Evidence, ...]:
    """Calls as proof; nothing of it is speech of this call."""
    return tuple(
        Evidence(None, None, None, f"call {call.call_id} of {day_of(call)}")
        for call in calls[:MOST_EVIDENCE]
    )


def _told(rule: HistoryRule, topic: str) -> str:
    told = f"of the same {rule.of} {_window(rule)}"
    if rule.same_topic:
        told += f" about {quote(topic)}"
    conditions = []
    if rule.flagged:
        conditions.append(f"flagged {' or '.join(rule.flagged)}")
    if rule.failed:
        conditions.append(f"that failed {' or '.join(rule.failed)}")
    if rule.unresolved:
        conditions.append("that left it unresolved")
    return " ".join([told, " and ".join(conditions)]).strip()


def _window(rule: HistoryRule) -> str:
    side = "after" if rule.measure == "resolved" else "before"
    days = count(int(rule.within_days), "day") if rule.within_days == 1 else ""
    return f"in the {days or f'{rule.within_days:g} days'} {side} it"


KIND = Kind(
    "history",
    HistoryRule,
    _check,
    change="It would have passed with other calls before or after it.",
    kept="It would have failed with other calls before or after it.",
    hinges_on=ON_NOTHING,
)
