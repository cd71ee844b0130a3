"""What nobody stated makes a rule not applicable: no point lost, none gained, no flag."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from rubric_helpers import call, rubric, tools

from qa_inspect.domain import CheckStatus, Metadata, Verdict
from qa_inspect.rubric.past import DAY_S, CallLog, CallPast
from qa_inspect.rubric.schema import Rubric
from qa_inspect.rubric.score import judge_call
from qa_inspect.store.history import PastCall

NOW = datetime(2026, 5, 20, 10, tzinfo=UTC)
SAID = call(("agent", "Good morning."), ("customer", "My order number is 99902 and I am furious."))
FULL = Metadata(
    customer_id="K1", agent_id="A1", topic="delivery", started_at=NOW, csat=2, team="north"
)
RULES = {
    "kind: history, same_topic: true": ("customer_id", "topic", "started_at"),
    "kind: history, of: agent": ("agent_id", "started_at"),
    "kind: history, of: topic": ("topic", "started_at"),
    "kind: history, measure: resolved": ("customer_id", "topic", "started_at"),
    "kind: changed_story, role: customer": ("customer_id", "topic", "started_at"),
    "kind: metadata, field: csat, at_least: 4": ("csat",),
    "kind: metadata, field: team, one_of: [south]": ("team",),
    "kind: metadata, field: branch, equals: main": ("team",),
}
"""Rules and the fields without which each says nothing; nobody states a branch."""
CASES = [(rule, field) for rule, fields in RULES.items() for field in fields]


def past(metadata: Metadata) -> CallPast:
    """The past as the store tells it of a call with that metadata; two calls came before."""
    start = metadata.started_at.timestamp() if metadata.started_at else None
    before = CallLog.of(
        PastCall(f"c{n}", f"sha{n}", NOW.timestamp() - n * DAY_S, "K1", topic="delivery")
        for n in (1, 2)
    )
    named = {"customer": metadata.customer_id, "agent": metadata.agent_id, "topic": metadata.topic}
    logs = {key: before for key, value in named.items() if value}
    late = NOW.timestamp() + 90 * DAY_S
    return CallPast("now", "sha", start, logs, late)  # type: ignore[arg-type]


def judged(made: Rubric, metadata: Metadata, known: bool = True) -> Verdict:
    return judge_call(SAID, metadata, [made], tools(), past(metadata) if known else None)


def without(field: str) -> Metadata:
    kept = {name: getattr(FULL, name) for name in FULL.__dataclass_fields__}
    return Metadata(**{**kept, field: None})


@pytest.mark.parametrize(("rule", "field"), CASES)
def test_what_is_missing_costs_and_earns_nothing(rule: str, field: str) -> None:
    made = rubric(
        f'  - {{id: greeting, kind: said, phrases: ["good morning"]}}\n  - {{id: x, {rule}}}',
        f"  - {{id: f, {rule}}}",
    )
    found = judged(made, without(field))
    assert found.checks[1].status is CheckStatus.NOT_APPLICABLE, found.checks[1].explanation
    assert found.checks[1].explanation
    assert (found.score, found.flags) == (100.0, ())


@pytest.mark.parametrize("rule", [rule for rule in RULES if "metadata" not in rule])
def test_a_call_whose_past_nobody_looked_up(rule: str) -> None:
    made = rubric(f"  - {{id: x, {rule}}}", f"  - {{id: f, {rule}}}")
    found = judged(made, FULL, known=False)
    assert found.checks[0].status is CheckStatus.NOT_APPLICABLE
    assert (found.score, found.flags) == (None, ())


SIGNALS = (
    "kind: signals, role: customer, at_least: 2, signals: ["
    "{name: again, kind: history, same_topic: true}, "
    "{name: another story, kind: changed_story}, "
    "{name: anger, kind: said, phrases: [%s]}]"
)


def test_signs_that_cannot_be_known_are_no_signs() -> None:
    angry, calm = (rubric(f"  - {{id: x, {SIGNALS % word}}}") for word in ("furious", "lovely"))
    assert judged(angry, FULL).checks[0].status is CheckStatus.PASS
    for field in ("customer_id", "topic", "started_at"):
        assert judged(angry, without(field)).checks[0].status is CheckStatus.FAIL
        assert judged(calm, without(field)).checks[0].status is CheckStatus.FAIL


def test_signals_none_of_which_can_be_known_do_not_apply() -> None:
    only = (
        "kind: signals, role: customer, at_least: 2, signals: ["
        "{name: again, kind: history, same_topic: true}, "
        "{name: another story, kind: changed_story}]"
    )
    found = judged(rubric(f"  - {{id: x, {only}}}"), without("customer_id"))
    assert found.checks[0].status is CheckStatus.NOT_APPLICABLE
    assert found.score is None
