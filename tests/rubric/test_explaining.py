"""Explanations: what was looked for, where, what was found, what would have turned it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rubric_helpers import call, rubric, verdict

from qa_inspect.domain import (
    CallResult,
    CallStatus,
    CheckStatus,
    Doubt,
    Fragility,
    Metadata,
    Recording,
    Transcript,
)
from qa_inspect.errors import InputError
from qa_inspect.rubric.checks.table import KINDS
from qa_inspect.rubric.explain import explain
from qa_inspect.rubric.schema import Rubric

CALL = call(
    ("agent", "Hello there", 0, 2),
    ("customer", "I will sue you", 2, 4),
    ("agent", "Damn it", 14, 15),
)


LONG = call(("agent", "hello"), *(("agent", "well now"),) * 5)


def told(items: str, item: str, transcript: Transcript = CALL, head: str = "") -> str:
    made = rubric(items, head=head)
    return explain(judged(made, transcript), item, [made])


def judged(made: Rubric, transcript: Transcript = CALL) -> CallResult:
    found = verdict(made, transcript, Metadata())
    return CallResult(Recording("c1", None, "0"), CallStatus.OK, transcript, found)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_says_what_would_turn_it(kind: str) -> None:
    assert KINDS[kind].change.startswith("It would have passed ")
    assert KINDS[kind].change.endswith(".")
    assert KINDS[kind].kept.startswith("It would have failed ")
    assert KINDS[kind].kept.endswith(".")


def test_a_failure_says_how_grave_it_is_and_what_it_takes_along() -> None:
    text = told(
        "  - {id: a, section: s, severity: critical, auto_fail: section, why: It calms.,"
        " kind: said, phrases: [welcome]}",
        "a",
        head="sections: [{id: s}]",
    )
    assert "a (test): failed, 0 of 1 points, severity critical" in text
    assert "Why it is asked: It calms." in text
    assert "looked for “welcome” in all the agent's utterances (0:00–0:15)" in text
    assert "This takes the whole section to zero." in text
    assert "had one of the phrases, or as many as are asked for, been said there." in text


def test_a_penalty_says_what_it_took() -> None:
    text = told(
        "  - {id: a, kind: said, phrases: [hello]}\n"
        "  - {id: p, weight: -5, kind: said, phrases: [damn]}\n"
        "  - {id: q, weight: -5, kind: said, phrases: [hell]}",
        "p",
    )
    assert "p (test): failed, 5 points deducted, severity medium" in text
    assert "• 0:14 agent: “Damn”" in text
    assert "It would have cost nothing had none of this been found." in text


def test_a_penalty_that_was_not_due_says_so_first() -> None:
    items = "  - {id: a, kind: said, phrases: [hello]}\n"
    text = told(items + "  - {id: p, weight: -5, kind: said, phrases: [hell]}", "p")
    assert "p (test): passed, nothing deducted" in text
    assert "Not found, so nothing is deducted. Never said in any of the agent's utterances" in text
    assert "It would have cost points had this been found." in text


def test_a_verdict_that_earned_some_points_is_partly_met() -> None:
    share = "{kind: ratio, target: 0.9, min_utterances: 2, of: {kind: said, phrases: [hello]}"
    text = told(f"  - {{id: a, weight: 5, {share[1:]}}}", "a")
    assert "a (test): partly, 2.8 of 5 points, severity medium" in text
    assert "Measure" not in text
    little = told(f"  - {{id: a, weight: 5, {share[1:]}}}".replace("0.9", "1.0"), "a", LONG)
    assert "a (test): failed, 0.8 of 5 points" in little
    grave = told(f"  - {{id: a, auto_fail: form, weight: 5, {share[1:]}}}", "a")
    assert "a (test): failed, 2.8 of 5 points" in grave


def test_a_measure_within_its_limits_says_what_would_have_failed_it() -> None:
    text = told("  - {id: a, kind: talk_share, at_most: 0.9, by: words}", "a")
    assert "a (test): passed" not in text or "outside the limits it names" in text


def test_the_strength_of_signs_is_told_where_they_sufficed() -> None:
    signs = "kind: cues, over: line, bias: -1, cues: [{weight: 2, phrases: [hello]}]"
    text = told(f"  - {{id: a, {signs}}}", "a")
    assert "Found: “Hello” at 0:00." in text and "How strong the signs are: 73 %." in text


def test_a_pass_says_what_would_have_failed_it() -> None:
    items = "  - {id: a, kind: said, phrases: [hello]}\n  - {id: b, kind: not_said, phrases: [x]}"
    assert "It would have failed had none of its phrases been said there." in told(items, "a")
    more = "It would have failed had its phrases been said there more often than is allowed."
    assert more in told(items, "b")
    counted = "  - {id: c, kind: not_said, phrases: [hello], at_most: 1}"
    assert more in told(counted, "c")


def test_what_was_not_judged_says_why_and_when_it_would_be() -> None:
    asked = "  - {id: a, kind: said, phrases: [x], only_if: {kind: said, phrases: [refund]}}"
    text = told(asked, "a")
    assert "a (test): does not apply" in text and "“refund”" in text
    assert "Only asked where a condition holds; here it does not. Never said in any" in text
    assert "It would have been judged but for that." in text
    mumbled = call(("agent", "one two three", 0, 2), confidence=0.2)
    text = told("  - {id: a, kind: said, phrases: [hello]}", "a", mumbled)
    assert "cannot be judged" in text and "a person who listens there can settle it" in text


def test_a_conditional_verdict_says_why_it_was_asked() -> None:
    condition = "{kind: said, role: customer, phrases: [sue you]}"
    asked = f"  - {{id: a, kind: said, phrases: [hello], only_if: {condition}}}"
    assert "Asked because the customer said “sue you” at 0:02." in told(asked, "a")
    never = "{kind: not_said, role: customer, phrases: [refund]}"
    text = told(f"  - {{id: a, kind: said, phrases: [x], only_if: {never}}}", "a")
    assert "Asked because" not in text  # so it is in nearly every call
    assert "Asked because" not in told("  - {id: a, kind: said, phrases: [hello]}", "a")


def test_a_fragile_verdict_says_what_it_hinges_on() -> None:
    made = rubric("  - {id: a, kind: said, phrases: [hello]}")
    call_ = judged(made, replace(CALL, role_confidence=0.78))
    text = explain(call_, "a")
    assert (
        "Fragile: with agent and customer swapped (78 % sure) the answer would be “failed”" in text
    )
    check = replace(call_.verdict.checks[0], fragile=(Fragility(Doubt.WORDS, CheckStatus.FAIL),))
    text = explain(replace(call_, verdict=replace(call_.verdict, checks=(check,))), "a")
    assert "without the words that were hardly heard the answer would be “failed”" in text


def test_an_item_added_since_says_so() -> None:
    old, new = (
        rubric(f"  - {{id: {name}, kind: said, phrases: [hello]}}") for name in ("old", "new")
    )
    text = explain(judged(old), "new", [new])
    assert "new (test): not judged in this call" in text and "“hello”" in text


def test_an_unknown_name_gets_the_nearest_in_one_sentence() -> None:
    items = (
        "  - {id: greeting, kind: said, phrases: [hello]}\n"
        "  - {id: greeting_name, kind: said, phrases: [hello]}\n"
        "  - {id: closing, kind: said, phrases: [bye]}"
    )
    with pytest.raises(InputError) as error:
        told(items, "greetin")
    assert "the call c1 has no verdict named greetin" in str(error.value)
    assert "did you mean “greeting” or “greeting_name”?" in str(error.value)
    assert "\n" not in str(error.value)


def test_a_share_says_what_each_utterance_was_looked_at_for() -> None:
    of = "{kind: said, phrases: [hi, '(so|oh) dear']}"
    asked = f"kind: ratio, target: 0.9, min_utterances: 2, of: {of}"
    text = told(f"  - {{id: a, {asked}}}", "a")
    assert "one by one, for “hi”, “so dear”." in text
