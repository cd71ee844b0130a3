"""Verdicts that came out wrong, or were told wrongly, when somebody tried to break them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rubric_helpers import call, judge, rubric, verdict

from qa_inspect.domain import CheckStatus, Doubt, Fragility
from qa_inspect.rubric.trial import try_lines

PASS, FAIL = CheckStatus.PASS, CheckStatus.FAIL
NA, ERROR = CheckStatus.NOT_APPLICABLE, CheckStatus.ERROR

PRICES = call(
    ("agent", "Good morning"),
    ("customer", "which price"),
    ("agent", "the price is low"),
    ("agent", "the price is fine"),
    ("agent", "goodbye"),
)


def test_the_last_of_the_first_is_named_as_such() -> None:
    check = judge(
        "kind: said, phrases: [x], scope: {first_utterances: 2, last_utterances: 1}", PRICES
    )
    assert "the last 1 of the agent's first 2 utterances" in check.explanation


@pytest.mark.parametrize(
    ("scope", "told"),
    [
        ("after: x9", "after “x9”, which is not in the call."),
        ("before: x9", "before “x9”, which is not in the call."),
        ("around: x9, within_utterances: 2", "around “x9”, which is not in the call."),
        ("after: price, nth: 5", "after no. 5 of “price”; it is in the call only 2 times."),
        (
            "before: price, nth: -5",
            "before no. 5 from the end of “price”; it is in the call only 2",
        ),
    ],
)
def test_a_scope_without_its_anchor_says_which_side_was_meant(scope: str, told: str) -> None:
    items = (
        "  - {id: price, kind: said, phrases: [price]}\n"
        "  - {id: x9, kind: said, phrases: [nothing of the kind]}\n"
        f"  - {{id: x, kind: said, phrases: [goodbye], scope: {{{scope}}}}}"
    )
    check = verdict(rubric(items), PRICES).checks[2]
    assert check.status is NA
    assert told in check.explanation


def test_an_anchor_that_cannot_be_judged_leaves_the_rule_unjudged() -> None:
    mumbled = call(("agent", "ten of the price"), ("customer", "yes"), confidence=0.2)
    items = (
        "  - {id: hello, kind: said, phrases: [hello]}\n"
        "  - {id: x, kind: said, role: customer, phrases: [yes], scope: {after: hello}}"
    )
    checks = verdict(rubric(items), mumbled).checks
    assert [check.status for check in checks] == [CheckStatus.CANNOT_JUDGE] * 2


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ("phrases: [angry], negated: ignored", "“not” denies it"),
        ("phrases: [angry], unless: [money]", "because of “money”"),
        ("match: 2, phrases: [angry, want], unless: [money]", ""),
    ],
)
def test_forbidden_words_that_do_not_count_are_told(rule: str, why: str) -> None:
    spoken = call(("agent", "I am not angry, but I want my money"))
    check = judge(f"kind: not_said, {rule}", spoken)
    assert check.status is PASS
    assert why in check.explanation


def test_a_step_that_is_an_absence_has_no_place_and_counts_all_the_same() -> None:
    steps = (
        "{kind: said, title: hi, phrases: [hello]}, {kind: not_said, title: clean, phrases: [damn]}"
    )
    rule = f"kind: sequence, steps: [{steps}]"
    clean = judge(rule, call(("agent", "hello there")))
    assert clean.status is PASS
    assert "2 of 2 steps" in clean.explanation
    assert "missing" not in clean.explanation
    foul = judge(rule, call(("agent", "hello there"), ("agent", "damn it")))
    assert foul.status is FAIL
    assert "“clean” is not satisfied, “damn” in utterance 2" in foul.explanation


def test_a_hold_is_no_monologue() -> None:
    held = call(
        ("customer", "Can you look?", 0, 1),
        ("agent", "One moment please.", 1, 3),
        ("agent", "Thank you for waiting.", 120, 122),
        ("customer", "Thanks.", 122, 123),
    )
    check = judge("kind: duration, of: turn, role: agent, at_most_s: 60", held)
    assert check.status is PASS, check.explanation


def test_nobody_hangs_up_where_the_end_of_the_recording_is_not_known() -> None:
    """An imported call ends, for all that is known, with its last turn."""
    imported = call(("agent", "It is on its way.", 0, 2), ("customer", "But when", 3, 4))
    check = judge("kind: silence, hang_up_s: 2", imported)
    assert check.status is NA, check.explanation
    assert judge("kind: silence, hang_up_s: 2, longest_s: 5", imported).status is PASS


def test_every_term_of_a_line_is_tried() -> None:
    rule = "kind: jargon, glossary: {refund: [money], APR: null}"
    line = "a refund is money and the APR is high"
    assert judge(rule, call(("agent", line))).status is FAIL
    assert try_lines(rubric(f"  - {{id: x, {rule}}}", head="language: en"), "x", [line])[0].hit


def _line_rules() -> list[str]:
    made = []
    for denied in ("", "negated: ignored, "):
        made += [
            f"kind: said, {denied}phrases: [angry, sue, '25 dollars']",
            f"kind: said, {denied}match: 2, phrases: [angry, sue], unless: [okay]",
            f"kind: said, {denied}match: all, near: 2, phrases: [angry, sue]",
            f"kind: said, {denied}match: all, within: sentence, phrases: [angry, sue]",
            f"kind: not_said, {denied}phrases: [angry, sue], unless: [okay]",
            f"kind: regex, {denied}on: folded, patterns: [angry, '2.'], unless: [okay]",
        ]
        for kind in ("any", "all", "none"):
            for often in ("", "at_least: 1, "):
                first = "{kind: said, phrases: [angry]}"
                second = "{kind: not_said, phrases: [angry]}"
                rest, inner = "{kind: question}", f"{{kind: none, rules: [{first}]}}"
                made += [
                    f"kind: {kind}, {denied}{often}rules: [{first}, {rest}]",
                    f"kind: {kind}, {denied}{often}rules: [{second}, {rest}]",
                    f"kind: {kind}, {denied}{often}rules: [{second}, {inner}]",
                ]
    made.append("kind: question")
    made.append("kind: jargon, glossary: {APR: [yearly], '25': null, refund: null}")
    return made


ENGLISH = "angry not sue if you I refund APR yearly 25 twenty-five dollars okay but not ? what is"
WORDS = [*ENGLISH.split(), "退款", "我", "不", "ครับ", "ไม่"]


@pytest.mark.parametrize("rule", _line_rules())
@settings(max_examples=12, deadline=None)
@given(lines=st.lists(st.lists(st.sampled_from(WORDS), max_size=9).map(" ".join), min_size=1))
def test_what_is_tried_on_a_line_is_judged_alike(rule: str, lines: list[str]) -> None:
    made = rubric(f"  - {{id: x, {rule}}}", head="language: en")
    against = rule.startswith(("kind: not_said", "kind: none", "kind: jargon"))
    for line, trial in zip(lines, try_lines(made, "x", lines), strict=True):
        check = verdict(made, call(("agent", line))).checks[0]
        assert check.status is not ERROR, check.explanation
        if check.status in (PASS, FAIL):
            assert trial.hit is ((check.status is FAIL) if against else (check.status is PASS)), (
                line
            )
        assert all(proof.quote in line for proof in check.evidence)


ANYTHING = """
  - {id: hello, kind: said, phrases: [hello]}
  - {id: clean, kind: not_said, phrases: [damn], scope: {after: hello, within_utterances: 3}}
  - {id: shape, kind: regex, pattern: 'r\\w+', at_least: every, scope: {first_percent: 50}}
  - {id: near, kind: said, role: customer, negated: ignored, phrases: [refund, 退款],
     scope: {around: hello, nth: -1, within_s: 5}, only_if: {kind: question, role: any}}
  - {id: asks, kind: question, role: customer, at_least: 2, scope: {last_s: 9}}
  - {id: share, kind: ratio, of: question, weigh: words, target: 0.2, min_utterances: 1}
  - {id: script, kind: sequence, steps: [{item: hello}, {item: asks, optional: true}, {branch: [
      {when: {kind: said, phrases: [refund]}, steps: [{kind: said, phrases: [okay], within_s: 9}]},
      {otherwise: [{item: clean}]}]}]}
  - {id: over, kind: interruption, role: any}
  - {id: dead, kind: silence, longest_s: 3, response_s: 2, pick_up_s: 1, hold_s: 5, ending_s: 3,
     hang_up_s: 2, share: 0.5}
  - {id: fast, kind: pace, at_most: 200, min_s: 1, lines: every}
  - {id: talk, kind: talk_share, at_most: 0.6}
  - {id: loud, kind: loudness}
  - {id: turn, kind: duration, of: turn, at_most_s: 5, scope: {skip_utterances: 1}}
  - {id: spoken, kind: duration, of: speech, role: agent, at_most_s: 5}
  - {id: terms, kind: jargon, glossary: {APR: yearly interest}}
  - {id: rated, kind: metadata, field: csat, at_least: 4}
  - {id: parts, kind: all, at_least: every, rules: [{kind: question}, {kind: none, rules: [
      {kind: said, phrases: [damn], only_if: {kind: said, phrases: [hello]}}]}]}
"""
SPOKEN = (
    "", "...", "😀", "hello", "hello? is my refund there", "我要退款", "if not I will sue", "damn",
    "okay", "the APR is 25", "ไม่โกรธครับ", "không gia hạn nữa đâu", "a" * 300,
)  # fmt: skip
ROLES = ("agent", "customer", "other", "unknown")


@settings(max_examples=60, deadline=None)
@given(
    turns=st.lists(
        st.tuples(
            st.sampled_from(ROLES), st.sampled_from(SPOKEN), st.floats(-2, 9), st.floats(0, 9)
        ),
        max_size=9,
    ),
    times=st.booleans(),
    language=st.sampled_from(["en", "zh", "id", "vi", "th", "ms", "fr", ""]),
)
def test_no_call_makes_an_error(
    turns: list[tuple[str, str, float, float]], times: bool, language: str
) -> None:
    at, spoken = 3.0, []
    for role, text, pause, length in turns:
        at = max(0.0, at + pause)
        spoken.append((role, text, at, at + length) if times else (role, text))
        at += length
    transcript = call(*spoken, language=language)
    for check in verdict(rubric(ANYTHING), transcript).checks:
        assert check.status is not ERROR, f"{check.item}: {check.explanation}"
        for proof in check.evidence:
            if proof.utterance is not None:
                said = transcript.utterances[proof.utterance].text
                assert proof.quote in said


@pytest.mark.parametrize(
    ("rule", "unsure"),
    [
        ("negated: ignored, phrases: [angry]", "not"),
        ("phrases: [angry], unless: [never mind]", "mind"),
    ],
)
def test_a_verdict_hinges_on_the_word_that_kept_something_from_counting(
    rule: str, unsure: str
) -> None:
    spoken = call(("agent", "I am not angry never mind", 0, 3), words=True)
    said = spoken.utterances[0]
    words = tuple(replace(w, confidence=0.2 if w.text == unsure else 0.9) for w in said.words)
    doubted = replace(spoken, utterances=(replace(said, words=words),))
    assert judge(f"kind: not_said, {rule}", spoken).fragile == ()
    check = judge(f"kind: not_said, {rule}", doubted)
    assert check.status is PASS
    assert check.fragile == (Fragility(Doubt.WORDS, FAIL),)


TALKED_OVER = call(
    ("agent", "So what I would like to do", 0, 5),
    ("customer", "but I want my money", 2, 6),
    ("agent", "okay", 20, 21),
    ("agent", "bye", 30, 31),
)


@pytest.mark.parametrize(
    "rule",
    [
        "kind: interruption, role: customer",
        "kind: silence, longest_s: 3",
        "kind: duration, of: speech, role: agent, at_most_s: 1",
        "kind: duration, of: turn, role: agent, at_most_s: 1",
        "kind: talk_share, at_most: 0.1, min_s: 1",
        "kind: said, phrases: [okay], at_least: every",
    ],
)
def test_where_nothing_is_said_the_rest_of_the_call_does_not_count(rule: str) -> None:
    items = (
        f"  - {{id: bye, kind: said, phrases: [bye]}}\n  - {{id: x, {rule}, scope: {{after: bye}}}}"
    )
    check = verdict(rubric(items), TALKED_OVER).checks[1]
    assert check.status is NA, check.explanation
    assert "Nothing is said in" in check.explanation


def test_a_silence_right_after_an_item_is_after_it() -> None:
    items = (
        "  - {id: okay, kind: said, phrases: [okay]}\n"
        "  - {id: x, kind: silence, longest_s: 5, scope: {after: okay}}\n"
        "  - {id: y, kind: silence, longest_s: 5, scope: {before: okay}}\n"
        "  - {id: z, kind: silence, longest_s: 5, scope: {first_s: 7}}\n"
        "  - {id: none, kind: silence, longest_s: 5, scope: {first_s: 5}}\n"
        "  - {id: last, kind: silence, longest_s: 5, scope: {last_s: 8}}"
    )
    checks = verdict(rubric(items), TALKED_OVER).checks
    assert [len(check.evidence) for check in checks[1:]] == [1, 1, 1, 0, 1]
    assert "9.0 s of silence" in checks[1].explanation
    assert "14.0 s of silence" in checks[2].explanation


def test_a_share_that_is_too_small_is_a_sure_flag() -> None:
    made = rubric(flags="  - {id: mute, kind: ratio, of: question, at_most: 0.1}")
    told = call(*[("agent", "this is how it is")] * 4)
    flag = verdict(made, told).flags[0]
    assert flag.confidence == 0.8


def test_the_customer_does_not_stumble_over_his_own_words() -> None:
    spoken = call(("customer", "my APR is high"), ("agent", "yes"), ("agent", "goodbye"))
    check = judge("kind: jargon, role: any, glossary: {APR: null}", spoken)
    assert "said nothing more" not in check.explanation


def test_a_condition_that_does_not_apply_is_told_as_that() -> None:
    inner = "{kind: said, phrases: [x], only_if: {kind: said, phrases: [nowhere]}}"
    check = judge(f"kind: said, phrases: [hi], only_if: {inner}", call(("agent", "hi")))
    assert check.status is NA
    assert "the condition itself does not apply" in check.explanation
    assert "cannot be told" not in check.explanation
