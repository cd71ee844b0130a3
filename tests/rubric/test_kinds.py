"""Every kind: what passes, what fails, what does not apply, and what it says about it."""

from __future__ import annotations

import re
from pathlib import Path
from types import MappingProxyType

import pytest
from rubric_helpers import call, judge, rubric, verdict

from qa_inspect.domain import CheckStatus, Metadata
from qa_inspect.rubric.checks.table import KINDS

PASS, FAIL = CheckStatus.PASS, CheckStatus.FAIL
NA, UNSURE = CheckStatus.NOT_APPLICABLE, CheckStatus.CANNOT_JUDGE

CALL = call(
    ("agent", "Good morning, thank you for calling.", 0.0, 3.0),
    ("customer", "My parcel is lost and I am upset.", 3.5, 6.0),
    ("agent", "I understand how you feel. Your parcel is late?", 6.5, 9.0),
    ("customer", "Yes.", 9.2, 9.6),
    ("agent", "I will send a new one today.", 10.0, 12.0),
    ("agent", "Anything else?", 12.2, 13.0),
    ("customer", "No, bye.", 13.2, 14.0),
    ("agent", "Goodbye, have a nice day.", 14.2, 16.0),
    words=True,
)


def test_said_cites_the_very_words_at_their_own_times() -> None:
    check = judge("kind: said, phrases: [thank you]", CALL)
    assert check.status is PASS
    (proof,) = check.evidence
    assert (proof.utterance, proof.quote) == (0, "thank you")
    assert proof.start_s == pytest.approx(1.0) and proof.end_s == pytest.approx(2.0)
    assert "“thank you” at 0:01" in check.explanation


def test_said_never_said_tells_where_it_looked() -> None:
    check = judge(
        'kind: said, scope: {first_utterances: 3}, phrases: ["(welcome|hi) [sir]", x]', CALL
    )
    assert check.status is FAIL and check.points == 0
    assert check.searched == (
        "looked for “welcome”, “x” in the agent's first 3 utterances (0:00–0:12)"
    )
    assert "Never said in the agent's first 3 utterances (0:00–0:12)" in check.explanation


@pytest.mark.parametrize(
    ("rule", "status"),
    [
        ("kind: said, phrases: [parcel]", PASS),
        ("kind: said, role: customer, phrases: [good morning]", FAIL),
        ("kind: said, role: any, phrases: [upset]", PASS),
        ("kind: said, phrases: [parcel], unless: [late]", FAIL),
        ("kind: said, phrases: [parcel], unless: [early]", PASS),
        ("kind: said, phrases: [you], at_least: 2", PASS),
        ("kind: said, phrases: [you], at_least: 3", FAIL),
        ("kind: said, scope: {last_utterances: 1}, phrases: [goodbye]", PASS),
        ("kind: said, scope: {first_s: 5}, phrases: [goodbye]", FAIL),
        ("kind: said, scope: {last_s: 3}, phrases: [goodbye]", PASS),
        ("kind: said, scope: {first_percent: 50}, phrases: [goodbye]", FAIL),
        ("kind: said, scope: {last_percent: 20}, phrases: [goodbye]", PASS),
        ("kind: said, scope: {last_percent: 20}, phrases: [good morning]", FAIL),
        (
            "kind: said, phrases: [goodbye], only_if: {kind: said, role: customer, "
            "phrases: [lost]}",
            PASS,
        ),
        (
            "kind: said, phrases: [goodbye], only_if: {kind: said, role: customer, "
            "phrases: [refund]}",
            NA,
        ),
        ("kind: not_said, phrases: [calm down]", PASS),
        ("kind: not_said, phrases: [parcel]", FAIL),
        ("kind: not_said, phrases: [parcel], at_most: 1", PASS),
        ("kind: not_said, phrases: [parcel], unless: [late]", PASS),
        ('kind: similar, examples: ["That is so annoying."]', PASS),
        ('kind: similar, examples: ["Our policy."]', FAIL),
        (
            'kind: similar, examples: ["That is annoying."], '
            'counter_examples: ["I understand how it works."]',
            PASS,
        ),
        (
            'kind: similar, examples: ["That is annoying."], '
            'counter_examples: ["I understand how it works."], threshold: 0.6',
            FAIL,
        ),
        ("kind: ratio, target: 0.4, of: {kind: said, phrases: [you, goodbye]}", PASS),
        ("kind: ratio, target: 0.9, of: {kind: said, phrases: [you, goodbye]}", FAIL),
        ("kind: ratio, target: 0.9, min_utterances: 9, of: {kind: said, phrases: [you]}", NA),
        ("kind: silence, longest_s: 5", PASS),
        ("kind: silence, longest_s: 0.3", FAIL),
        ("kind: silence, response_s: 0.3, role: agent", FAIL),
        ("kind: silence, response_s: 2, role: agent", PASS),
        ("kind: silence, share: 0.01", FAIL),
        ("kind: silence, share: 0.5", PASS),
        ("kind: interruption", PASS),
        ("kind: readability, target: 0.5", NA),
        ("kind: jargon, glossary: [parcel]", FAIL),
        ("kind: jargon, glossary: [parcel], at_most: 1", PASS),
        ("kind: jargon, glossary: [tariff]", PASS),
        ("kind: any, rules: [{kind: said, phrases: [x]}, {kind: said, phrases: [today]}]", PASS),
        ("kind: any, rules: [{kind: said, phrases: [x]}, {kind: said, phrases: [y]}]", FAIL),
        ("kind: all, rules: [{kind: said, phrases: [x]}, {kind: said, phrases: [today]}]", FAIL),
        (
            "kind: all, rules: [{kind: said, phrases: [goodbye]}, "
            "{kind: none, rules: [{kind: said, phrases: [x]}]}]",
            PASS,
        ),
        ("kind: none, rules: [{kind: said, phrases: [today]}]", FAIL),
        ("kind: none, rules: [{kind: said, phrases: [x]}]", PASS),
        ("kind: all, role: customer, rules: [{kind: said, phrases: [lost]}]", PASS),
        ("kind: cues, cues: [{weight: 5, phrases: [thank you, understand, today, else]}]", PASS),
        ("kind: cues, cues: [{weight: -2, phrases: [you, parcel]}]", FAIL),
    ],
)
def test_verdicts(rule: str, status: CheckStatus) -> None:
    check = judge(rule, CALL)
    assert check.status is status, check.explanation
    assert check.explanation
    assert 0 <= check.points <= check.max_points
    if status in (PASS, FAIL):
        assert check.searched


def test_every_kind_is_tried_in_a_test() -> None:
    texts = [path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py")]
    tried = {kind for text in texts for kind in re.findall(r"kind: (\w+)", text)}
    assert set(KINDS) <= tried


def test_similar_tells_the_nearest_of_what_was_said() -> None:
    check = judge('kind: similar, examples: ["That is annoying."]', CALL)
    assert check.score is not None and check.score > 0.9
    assert [proof.quote for proof in check.evidence] == ["I understand how you feel."]
    missed = judge('kind: similar, examples: ["Our policy."]', CALL)
    assert missed.score is not None and missed.score < 0.1
    assert missed.explanation.endswith("Nothing came near it.")
    near = judge('kind: similar, threshold: 1.0, examples: ["That is annoying."]', CALL)
    assert "Nearest was “I understand how you feel.” at" in near.explanation
    assert "near where 100 % is asked for." in near.explanation


def test_sentences_of_a_call_are_embedded_in_one_go() -> None:
    from rubric_helpers import TOPICS, TopicEmbedder

    from qa_inspect.rubric.score import judge_call
    from qa_inspect.rubric.tools import Tools

    made = rubric(
        '  - {id: a, kind: similar, examples: ["upset"]}\n'
        '  - {id: b, kind: ratio, target: 0.3, of: {kind: similar, examples: ["policy"]}}'
    )
    model = TopicEmbedder(TOPICS)
    judge_call(CALL, Metadata(), [made], Tools(model))
    first = model.asked[0]
    assert "I understand how you feel." in first and "Goodbye, have a nice day." in first
    assert not any(text.startswith("My parcel") for text in first)


def test_scopes_after_and_before_an_item() -> None:
    items = """\
  - {id: send, kind: said, phrases: [send]}
  - {id: later, kind: said, phrases: [goodbye], scope: {after: send}}
  - {id: early, kind: said, phrases: [goodbye], scope: {before: send}}
  - {id: never, kind: said, phrases: [refund]}
  - {id: without, kind: said, phrases: [goodbye], scope: {after: never}}
"""
    statuses = [check.status for check in verdict(rubric(items), CALL).checks]
    assert statuses == [PASS, PASS, FAIL, FAIL, NA]


STEPS = """\
  - {id: restate, kind: said, phrases: ["your parcel is late"]}
  - {id: solve, kind: said, phrases: ["i will send"]}
  - {id: satisfied, kind: said, phrases: ["anything else"]}
  - {id: refund, kind: said, phrases: [refund], only_if: {kind: said, phrases: [xyz]}}
  - {id: order, kind: sequence, weight: 9, %s}
"""


@pytest.mark.parametrize(
    ("steps", "status", "points", "told"),
    [
        ("steps: [{item: restate}, {item: solve}, {item: satisfied}]", PASS, 9, "3 of 3"),
        ("steps: [{item: restate}, {item: refund}, {item: satisfied}]", PASS, 9, "2 of 2"),
        ("steps: [{item: solve}, {item: restate}, {item: satisfied}]", FAIL, 6, "out of place"),
        ("order: false, steps: [{item: solve}, {item: restate}]", PASS, 9, "2 of 2"),
        (
            "steps: [{item: restate}, {kind: said, phrases: [refund], title: Refund}]",
            FAIL,
            4.5,
            "“Refund” is missing",
        ),
        (
            "steps: [{item: restate}, {kind: said, phrases: [refund], title: Refund, "
            "optional: true}, {item: solve}]",
            PASS,
            9,
            "(optional)",
        ),
        ("steps: [{item: restate}, {item: solve, within_utterances: 2}]", PASS, 9, "in order"),
        ("steps: [{item: restate}, {item: solve, within_utterances: 1}]", FAIL, 4.5, "place"),
    ],
)
def test_sequence(steps: str, status: CheckStatus, points: float, told: str) -> None:
    check = verdict(rubric(STEPS % steps), CALL).checks[-1]
    assert (check.status, check.points) == (status, points), check.explanation
    assert told in check.explanation


def test_what_unless_cancels_is_told() -> None:
    check = judge("kind: said, phrases: [parcel], unless: [late]", CALL)
    assert "“parcel” at 0:08 does not count because of “late”" in check.explanation


def test_every_forbidden_phrase_of_an_utterance_is_cited() -> None:
    rude = call(("agent", "Calm down. That is not my problem.", 0, 3))
    rule = "kind: not_said, phrases: [calm down, not my problem]"
    check = judge(rule, rude)
    assert [proof.quote for proof in check.evidence] == ["Calm down", "not my problem"]
    assert "Said 2 times" in check.explanation
    assert judge(f"{rule}, at_most: 1", rude).status is PASS


def test_the_first_utterances_can_be_left_out() -> None:
    rule = "kind: said, scope: {last_utterances: 3, skip_utterances: 1}, phrases: [%s]"
    short = call(("agent", "Thank you for calling."), ("customer", "Hi"), ("agent", "Bye then."))
    assert judge(rule % "thank you", short).status is FAIL
    assert judge(rule % "bye", short).status is PASS
    assert "last 3 utterances without the first of the call" in judge(rule % "x", short).searched


def test_all_with_partial_points_tells_both_parts() -> None:
    parts = "rules: [{kind: said, phrases: [goodbye]}, {kind: said, phrases: [refund]}]"
    check = judge(f"weight: 4, kind: all, partial: true, {parts}", CALL)
    assert check.points == 2
    assert "Said: “Goodbye” at" in check.explanation and "Never said" in check.explanation


def test_combiners_go_by_what_is_there() -> None:
    """A silence that is not there is good in itself, but gives no points to who asks for one."""
    check = judge("kind: any, rules: [{kind: silence}, {kind: interruption}]", CALL)
    assert check.status is FAIL and check.points == 0
    assert judge("kind: none, rules: [{kind: silence}]", CALL).status is PASS


def test_ratio_pays_in_proportion() -> None:
    check = judge("weight: 10, kind: ratio, target: 0.8, of: {kind: said, phrases: [you]}", CALL)
    assert check.status is FAIL and check.score == pytest.approx(0.4)
    assert check.points == pytest.approx(5.0)


def test_jargon_explained_asked_about_or_left() -> None:
    said = call(
        ("agent", "Your APR changes. That means the yearly interest."),
        ("agent", "And we do the provisioning."),
        ("customer", "What is provisioning?"),
        ("agent", "It is our own process, then the escrow."),
    )
    glossary = "glossary: {APR: yearly interest, provisioning: [setting it up], escrow: }"
    check = judge(f"kind: jargon, {glossary}, at_most: 0, zero_at: 6", said)
    assert check.status is FAIL
    assert check.points == pytest.approx(0.5)  # escrow counts one, provisioning two, of six
    quotes = [proof.quote for proof in check.evidence]
    assert quotes == ["provisioning", "What is provisioning?", "escrow"]
    assert "The customer asked" in check.explanation and "Explained: “APR”" in check.explanation


def test_interruptions_name_who_and_forgive_listening_sounds() -> None:
    turns = (
        ("customer", "I have been waiting for two weeks for this", 0.0, 5.0),
        ("agent", "Yes, yes, what is the number of your order", 3.0, 7.0),
        ("customer", "It is four five six and then", 8.0, 11.0),
        ("agent", "mm-hm right", 9.0, 10.0),
        ("customer", "seven", 11.2, 12.0),
    )
    spoken = call(*turns)
    check = judge("kind: interruption, at_most: 0, zero_at: 2", spoken)
    assert check.status is FAIL and check.points == pytest.approx(0.5)
    assert [(p.utterance, p.start_s, p.end_s) for p in check.evidence] == [(1, 3.0, 5.0)]
    assert "I have been waiting" in check.explanation
    assert judge("kind: interruption, role: customer", spoken).status is PASS
    assert judge("kind: interruption, tolerance_s: 2.5", spoken).status is PASS


def test_diarized_turns_are_used_where_there_are_any() -> None:
    spoken = call(
        ("customer", "I have been waiting", 0.0, 3.0),
        ("agent", "Let me see the order", 3.0, 6.0),
        speaker_turns=[(0.0, 4.5, "customer"), (3.0, 6.0, "agent")],
    )
    assert judge("kind: interruption", spoken).status is FAIL


def test_silence_cites_the_gap_and_what_came_before() -> None:
    spoken = call(("agent", "One moment.", 0, 2), ("agent", "I am back.", 20, 22))
    check = judge("kind: silence, role: any", spoken)
    (proof,) = check.evidence
    assert check.status is FAIL
    assert (proof.utterance, proof.start_s, proof.end_s) == (None, 2, 20)
    assert proof.quote == "18.0 s of silence after “One moment.”"


@pytest.mark.parametrize("kind", ["silence", "interruption", "said, scope: {first_s: 3}"])
def test_what_needs_times_does_not_apply_without(kind: str) -> None:
    untimed = call(("agent", "Hello"), ("customer", "Hi"))
    phrases = ", phrases: [x]" if kind.startswith("said") else ""
    assert judge(f"kind: {kind}{phrases}", untimed).status is NA


def test_unknown_roles_cannot_be_judged_by_role() -> None:
    unknown = call(("unknown", "Hello"), ("unknown", "Hi"), needs_review=True)
    assert judge("kind: said, phrases: [hello]", unknown).status is UNSURE
    assert judge("kind: said, role: any, phrases: [hello]", unknown).status is PASS
    assert judge("kind: not_said, phrases: [hello]", unknown).status is UNSURE


def test_nobody_or_one_side_speaking_does_not_apply() -> None:
    assert judge("kind: said, phrases: [a]", call()).status is NA
    assert judge("kind: said, phrases: [a]", call(("customer", "Hello"))).status is NA


@pytest.mark.parametrize(
    "rule",
    [
        "kind: said, phrases: [refund]",
        "kind: not_said, phrases: [refund]",
        'kind: similar, examples: ["policy"]',
        "kind: ratio, target: 0.5, min_utterances: 1, of: {kind: said, phrases: [refund]}",
        "kind: any, rules: [{kind: said, phrases: [refund]}]",
        "kind: all, rules: [{kind: said, phrases: [hello]}, {kind: said, phrases: [refund]}]",
    ],
)
def test_poorly_heard_speech_gives_no_never_said(rule: str) -> None:
    badly = call(("agent", "hello there mumble", 0, 2), confidence=0.3)
    well = call(("agent", "hello there", 0, 2), confidence=0.9)
    check = judge(rule, badly)
    assert check.status is UNSURE and "poorly recognised" in check.explanation
    assert judge(rule, well).status in (PASS, FAIL)
    assert judge("kind: said, phrases: [hello]", badly).status is PASS


@pytest.mark.parametrize(
    ("rule", "status"),
    [
        ("field: csat, at_least: 4", PASS),
        ("field: csat, at_most: 3", FAIL),
        ("field: team, equals: NIGHT", PASS),
        ("field: team, one_of: [day, night]", PASS),
        ("field: team, one_of: [day]", FAIL),
        ('field: product, matches: ["gold ... card"]', PASS),
        ("field: product, at_least: 3", FAIL),
        ("field: nps, at_least: 3", NA),
        ("field: nps, present: true", FAIL),
        ("field: nps, present: false", PASS),
        ("field: csat, present: true, at_least: 5", PASS),
    ],
)
def test_metadata(rule: str, status: CheckStatus) -> None:
    metadata = Metadata(
        csat=5, team="night", attributes=MappingProxyType({"product": "Gold Plus card"})
    )
    assert judge(f"kind: metadata, {rule}", CALL, metadata).status is status


def test_readability_measures_what_the_role_says() -> None:
    easy = "We will send you a new one today and it will be with you by noon. "
    hard = "Subsequent authorisation necessitates comprehensive documentation verification. "
    plain = judge("kind: readability, target: 0.6", call(("agent", easy * 4)))
    dense = judge("kind: readability, target: 0.6", call(("agent", hard * 8)))
    assert plain.status is PASS and dense.status is FAIL
    assert plain.score is not None and dense.score is not None and plain.score > dense.score
    assert "Flesch" in plain.explanation


def test_chinese_is_matched_without_spaces() -> None:
    spoken = call(
        ("agent", "您好，感谢您的来电，请问有什么可以帮您？", 0, 3),
        ("customer", "我的快递还没到。", 3, 5),
        language="zh",
    )
    check = judge('kind: said, phrases: ["(感谢|谢谢)...来电"]', spoken)
    assert [proof.quote for proof in check.evidence] == ["感谢您的来电"]
