"""Scope, quantity, negation, matching, patterns, and the measures of time: what rules can ask."""

from __future__ import annotations

import time

import pytest
from rubric_helpers import call, judge, rubric, tools, verdict

from qa_inspect.domain import CheckStatus, Metadata
from qa_inspect.errors import RubricError
from qa_inspect.rubric.describe import looked_for
from qa_inspect.rubric.patterns import (
    PATIENCE,
    PatternTimeout,
    Stopwatch,
    compile_pattern,
    may_be_endless,
)
from qa_inspect.rubric.score import judge_call
from qa_inspect.rubric.trial import try_lines

PASS, FAIL = CheckStatus.PASS, CheckStatus.FAIL
NA, UNSURE, ERROR = CheckStatus.NOT_APPLICABLE, CheckStatus.CANNOT_JUDGE, CheckStatus.ERROR

CALL = call(
    ("agent", "Good morning, my name is Ann.", 0, 3),
    ("customer", "I want a refund for order AB-123456.", 3.5, 6),
    ("agent", "What is your full name and date of birth?", 6.5, 9),
    ("customer", "John, the price was twenty five dollars.", 9.5, 12),
    ("agent", "The price is $25. I am not angry, but listen.", 12.5, 16),
    ("customer", "The price again?", 17, 18),
    ("agent", "25 dollars. The guarantee is two years.", 18.5, 22),
    ("agent", "Goodbye.", 60, 61),
)


@pytest.mark.parametrize(
    ("rule", "status", "told"),
    [
        ("match: all, phrases: [full name, date of birth]", PASS, "2 of 2 phrases"),
        ("match: all, phrases: [my name, date of birth]", PASS, ""),
        ("match: all, phrases: [my name, postcode]", FAIL, "Missing: “postcode”"),
        ("match: 2, phrases: [my name, postcode, guarantee]", PASS, "2 of 3 phrases"),
        ("match: all, within: utterance, phrases: [my name, date of birth]", FAIL, "without “my"),
        ("match: all, within: utterance, phrases: [full name, date of birth]", PASS, ""),
        ("match: all, within: sentence, phrases: [price, listen]", FAIL, "Nearest was"),
        ("match: all, within: utterance, phrases: [price, listen]", PASS, ""),
        ("match: all, near: 1, phrases: [full name, date of birth]", PASS, ""),
        ("match: all, near: 3, phrases: [price, listen]", FAIL, "Nearest was"),
        ("match: all, near: 8, phrases: [price, listen]", PASS, ""),
        ("match: all, near: 9, within: sentence, phrases: [price, listen]", FAIL, ""),
        ("phrases: [twenty five dollars], at_least: 2", PASS, ""),
        ("role: any, phrases: ['25 dollars'], at_least: 3", PASS, ""),
        ("role: customer, phrases: ['25 dollars']", PASS, ""),
        ("phrases: [angry]", PASS, ""),
        ("phrases: [angry], negated: ignored", FAIL, "“angry” at 0:12 does not count, for “not”"),
        ("phrases: [not angry], negated: ignored", PASS, ""),
        ("phrases: [listen], negated: ignored", PASS, ""),
        ("phrases: [angry, listen], negated: ignored", PASS, "“listen”"),
        ("match: all, within: utterance, phrases: [price, angry], negated: ignored", FAIL, ""),
        ("match: all, phrases: [price, angry], negated: ignored", FAIL, "Missing: “angry”"),
        ("phrases: [price, name, 'dollars', goodbye], at_least: every", PASS, ""),
        ("phrases: [price, name], at_least: every", FAIL, "Found in 3 of 5 utterances"),
        ("phrases: [price], at_least: any", PASS, ""),
    ],
)
def test_said(rule: str, status: CheckStatus, told: str) -> None:
    check = judge(f"kind: said, {rule}", CALL)
    assert check.status is status, check.explanation
    assert told in check.explanation


@pytest.mark.parametrize(
    ("rule", "status"),
    [
        ("phrases: [angry]", FAIL),
        ("phrases: [angry], negated: ignored", PASS),
        ("match: all, phrases: [my name, guarantee]", FAIL),
        ("match: all, phrases: [my name, postcode]", PASS),
        ("match: all, within: sentence, phrases: [price, listen]", PASS),
        ("match: all, near: 9, phrases: [price, listen]", FAIL),
    ],
)
def test_not_said(rule: str, status: CheckStatus) -> None:
    assert judge(f"kind: not_said, {rule}", CALL).status is status


def test_words_near_each_other_in_scripts_without_spaces() -> None:
    spoken = call(("agent", "您的快递今天下午三点送到您家里"), language="zh")
    rule = "kind: said, match: all, near: %s, phrases: [快递, 送到]"
    assert judge(rule % 2, spoken).status is FAIL
    assert judge(rule % 4, spoken).status is PASS


@pytest.mark.parametrize(
    ("scope", "status"),
    [
        ("after: price, within_utterances: 2", PASS),
        ("after: price, within_utterances: 1", FAIL),
        ("after: price, nth: 2", PASS),
        ("after: price, nth: 2, skip_utterances: 4", FAIL),
        ("before: price, nth: -1", FAIL),
        ("around: price, within_utterances: 2", PASS),
        ("around: price, within_utterances: 1", FAIL),
        ("around: price, nth: -1, within_utterances: 1", PASS),
        ("around: price, within_s: 3", PASS),
        ("around: price, within_s: 2", FAIL),
        ("after: price, within_s: 3", PASS),
        ("around: price, nth: 3, within_utterances: 9", NA),
        ("around: price, nth: -3, within_utterances: 9", NA),
        ("after: greets, first_utterances: 1", FAIL),
    ],
)
def test_scope_around_the_nth_hit_of_another_item(scope: str, status: CheckStatus) -> None:
    items = f"""
  - {{id: greets, kind: said, phrases: [good morning]}}
  - {{id: price, kind: said, role: any, phrases: [price is, price again]}}
  - {{id: x, kind: said, phrases: [guarantee], scope: {{{scope}}}}}
"""
    check = verdict(rubric(items), CALL).checks[-1]
    assert check.status is status, check.explanation


def test_the_last_of_many_hits_bounds_a_scope() -> None:
    turns = [("agent", f"price {n}") for n in range(30)] + [("agent", "bye")]
    items = """
  - {id: price, kind: said, phrases: [price]}
  - {id: x, kind: said, phrases: [bye], scope: {around: price, nth: -1, within_utterances: 1}}
"""
    checks = verdict(rubric(items), call(*turns)).checks
    assert checks[1].status is PASS and len(checks[0].evidence) == 12


def test_seconds_around_need_times() -> None:
    items = """
  - {id: price, kind: said, phrases: [price]}
  - {id: x, kind: said, phrases: [price], scope: {around: price, within_s: 3}}
"""
    assert verdict(rubric(items), call(("agent", "price"))).checks[1].status is NA


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("kind: said, phrases: [a], at_least: 0", "'0' is no number of utterances"),
        ("kind: said, phrases: [a], at_least: all", "any or every"),
        ("kind: said, phrases: [a], match: some", "'some' is no number of phrases"),
        ("kind: said, phrases: [a], match: 2", "match asks for 2 of 1 phrases"),
        ("kind: said, phrases: [a, b], near: 2", "near needs several phrases"),
        ("kind: said, phrases: [a, b], within: sentence", "within needs several phrases"),
        ("kind: said, phrases: [a, b], match: all, at_least: 2", "at_least counts utterances"),
        ("kind: said, phrases: [a], negated: maybe", "valid: counts, ignored"),
        ("kind: said, phrases: [a], scope: {around: x}", "around needs to know how far"),
        ("kind: said, phrases: [a], scope: {within_s: 3}", "give after, before or around"),
        ("kind: said, phrases: [a], scope: {after: x, nth: 0}", "0 is neither"),
        ("kind: said, phrases: [a], scope: {nth: 2}", "nth needs an item"),
        ("kind: said, phrases: [a], scope: {around: x, within_s: 3}", "circle: x → x"),
        ("kind: cues, cues: [{weight: 1, phrases: [a]}], at_least: 2", "needs over: line"),
        ("kind: ratio, of: question", "nothing is asked for"),
        ("kind: ratio, of: question, target: 0.5, at_most: 0.2", "is below target"),
        ("kind: ratio, of: silence, target: 0.5", "silence needs the whole call"),
        ("kind: any, at_least: 2, rules: [{kind: silence}]", "silence needs the whole call"),
        ("kind: regex, patterns: ['a(b']", "at letter"),
        ("kind: regex, patterns: ['x*']", "matches where nothing is said"),
        ("kind: regex, patterns: ['\\b']", "matches where nothing is said"),
        ("kind: regex, patterns: []", "patterns"),
        ("kind: interruption, by: agent, role: customer", "by and role are the same"),
        ("kind: silence, negated: ignored", "silence cannot tell what is denied"),
        ("kind: interruption, by: agent, of: agent", "cannot interrupt himself"),
    ],
)
def test_what_makes_no_sense_is_refused(rule: str, told: str) -> None:
    with pytest.raises(RubricError) as caught:
        rubric(f"  - {{id: x, {rule}}}")
    assert told in str(caught.value) and "test.yaml:" in str(caught.value)


@pytest.mark.parametrize(
    ("rule", "status"),
    [
        ("role: customer, patterns: ['\\b[a-z]{2}-\\d{6}\\b']", PASS),
        ("role: customer, patterns: ['\\b[a-z]{2}-\\d{6}\\b'], ignore_case: false", FAIL),
        ("role: customer, pattern: 'AB-\\d+', ignore_case: false", PASS),
        ("role: customer, pattern: 'AB-\\d+', unless: ['refund']", FAIL),
        ("pattern: '\\$\\d+'", PASS),
        ("role: customer, pattern: '\\$\\d+'", FAIL),
        ("role: customer, pattern: '\\$?25\\b', on: folded", PASS),
        ("pattern: 'angry|furious', negated: ignored", FAIL),
        ("pattern: 'angry|listen', negated: ignored", PASS),
        ("pattern: '\\w+', at_least: every", PASS),
        ("pattern: 'price', at_least: every", FAIL),
    ],
)
def test_regex(rule: str, status: CheckStatus) -> None:
    check = judge(f"kind: regex, {rule}", CALL)
    assert check.status is status, check.explanation
    if status is PASS and "25" in rule:
        assert check.evidence[0].quote in ("twenty five dollars", "twenty five")


ENDLESS = "(x|x)+y"


def test_a_pattern_that_backtracks_for_ever_is_that_items_error() -> None:
    spoken = call(*[("agent", "x" * 60)] * 30, ("agent", "hello"))
    made = rubric(
        f"  - {{id: bad, kind: regex, pattern: '{ENDLESS}z'}}\n"
        "  - {id: good, kind: said, phrases: [hello]}"
    )
    begun = time.process_time()
    bad, good = judge_call(spoken, Metadata(), [made], tools()).checks
    assert time.process_time() - begun < 3
    assert bad.status is ERROR and good.status is PASS
    assert "ran past its 0.25 s for one call — write it without repeats" in bad.explanation


def test_a_pattern_that_ran_out_often_is_given_up() -> None:
    pattern = compile_pattern(f"{ENDLESS}q", True)
    for _ in range(PATIENCE):
        with pytest.raises(PatternTimeout, match="ran past"):
            list(Stopwatch(seconds=0.001).stretches(pattern, "x" * 60))
    begun = time.process_time()
    with pytest.raises(PatternTimeout, match="no longer tried"):
        list(Stopwatch().stretches(pattern, "x" * 60))
    assert time.process_time() - begun < 0.1
    made = rubric(f"  - {{id: bad, kind: regex, pattern: '{ENDLESS}w'}}")
    with pytest.raises(RubricError, match="ran past"):
        try_lines(made, "bad", ["x" * 60], tools())
    assert may_be_endless(compile_pattern("(a|a)+!", True))
    assert not may_be_endless(compile_pattern(r"\b[A-Z]{2}-?\d{6}\b", True))


def test_similar_does_not_take_a_denial_for_its_opposite() -> None:
    rule = 'kind: similar, role: customer, examples: ["I am upset."]%s'
    denied = call(("customer", "I am not upset. Just asking."))
    assert judge(rule % "", denied).status is PASS
    check = judge(rule % ", negated: ignored", denied)
    assert check.status is FAIL and "“not” denies it" in check.explanation
    both = call(("customer", "I am not upset. No wonder it is annoying."))
    assert judge(rule % ", negated: ignored", both).status is PASS
    twice = call(("customer", "upset"), ("customer", "annoying"), ("customer", "bye"))
    assert judge(rule % ", at_least: 2", twice).status is PASS
    every = judge(rule % ", at_least: every", twice)
    assert every.status is FAIL and "not in “bye”" in every.explanation


def test_cues_that_are_denied_do_not_count() -> None:
    rule = (
        "kind: cues, over: line, role: customer, bias: -2, cues: [{weight: 4, phrases: [angry]}]%s"
    )
    denied = call(("customer", "I'm not angry, but I want my money."))
    assert judge(rule % "", denied).status is PASS
    assert judge(rule % ", negated: ignored", denied).status is FAIL
    two = call(("customer", "angry"), ("customer", "angry"), ("customer", "fine"))
    assert judge(rule % ", at_least: 2", two).status is PASS
    assert judge(rule % ", at_least: every", two).status is FAIL


PARTS = "rules: [{kind: said, phrases: [price]}, {kind: said, phrases: [angry]}]"


@pytest.mark.parametrize(
    ("rule", "status"),
    [
        (f"kind: all, {PARTS}", PASS),
        (f"kind: all, at_least: 1, {PARTS}", PASS),
        (f"kind: all, at_least: 2, {PARTS}", FAIL),
        (f"kind: all, negated: ignored, {PARTS}", FAIL),
        (f"kind: all, at_least: 1, negated: ignored, {PARTS}", FAIL),
        (f"kind: any, at_least: 1, {PARTS}", PASS),
        (f"kind: any, at_least: every, {PARTS}", FAIL),
        (f"kind: none, at_least: 4, {PARTS}", PASS),
        (f"kind: none, at_least: every, {PARTS}", FAIL),
        (f"kind: none, negated: ignored, rules: [{{kind: any, {PARTS}}}]", FAIL),
        (
            "kind: none, negated: ignored, rules: [{kind: any, rules: [{kind: said, phrases: "
            "[angry]}]}]",
            PASS,
        ),
        # a part that does not concern the call is left out
        (
            "kind: all, rules: [{kind: said, phrases: [price]}, {kind: said, phrases: [x], "
            "only_if: {kind: said, role: customer, phrases: [cancel]}}]",
            PASS,
        ),
        (
            "kind: all, rules: [{kind: said, phrases: [price]}, {kind: said, phrases: [x], "
            "only_if: {kind: said, role: customer, phrases: [refund]}}]",
            FAIL,
        ),
        (
            "kind: all, at_least: 1, rules: [{kind: said, phrases: [price]}, {kind: said, "
            "phrases: [x], only_if: {kind: said, role: customer, phrases: [cancel]}}]",
            PASS,
        ),
        (
            "kind: none, rules: [{kind: said, phrases: [price], only_if: {kind: said, role: "
            "customer, phrases: [cancel]}}]",
            NA,
        ),
        (
            "kind: ratio, target: 0.1, of: {kind: said, phrases: [price], only_if: {kind: said, "
            "role: customer, phrases: [cancel]}}",
            NA,
        ),
        (
            "kind: said, phrases: [price], only_if: {kind: none, role: customer, "
            "rules: [{kind: said, phrases: [refund]}]}",
            NA,
        ),
        (
            "kind: said, phrases: [price], only_if: {kind: all, role: customer, "
            "rules: [{kind: said, phrases: [refund]}, {kind: said, phrases: [price]}]}",
            PASS,
        ),
    ],
)
def test_logic(rule: str, status: CheckStatus) -> None:
    check = judge(rule, CALL)
    assert check.status is status, check.explanation


def test_flags_have_conditions_and_denials_too() -> None:
    flags = """
  - {id: pushy, kind: said, phrases: [listen],
     only_if: {kind: said, role: customer, phrases: [%s]}}
  - {id: anger, kind: said, phrases: [angry], negated: ignored}
  - {id: bare, kind: said, phrases: [angry]}
"""
    asked = verdict(rubric(flags=flags % "refund"), CALL).flags
    assert {flag.flag for flag in asked} == {"pushy", "bare"}
    unasked = verdict(rubric(flags=flags % "cancel"), CALL).flags
    assert {flag.flag for flag in unasked} == {"bare"}


def test_trials_show_it_all_on_single_lines() -> None:
    made = rubric(
        """
  - {id: anger, kind: said, phrases: [angry], negated: ignored}
  - {id: code, kind: regex, pattern: '\\d{4}'}
  - {id: both, kind: said, match: all, phrases: [name, birth]}
  - {id: near, kind: said, match: all, near: 2, phrases: [name, birth]}
  - {id: asks, kind: question}
  - {id: mood, kind: similar, examples: ["I am upset."], negated: ignored}
  - {id: some, kind: any, negated: ignored, rules: [{kind: said, phrases: [angry]}]}
  - {id: share, kind: ratio, of: question, target: 0.5}
"""
    )

    def told(item: str, line: str) -> tuple[bool, str]:
        (trial,) = try_lines(made, item, [line], tools())
        return trial.hit, trial.explanation

    assert told("anger", "I'm not angry") == (
        False,
        "“angry” does not count, for “not” denies it",
    )
    assert told("anger", "not angry? I am angry!") == (True, "found in “angry”, 100 %")
    assert told("code", "it is 1234") == (True, "found in “1234”, 100 %")
    assert told("both", "your name") == (False, "found “name”; missing “birth”")
    assert told("both", "name and birth") == (True, "found in “name and birth”, 100 %")
    assert told("near", "name and date of birth") == (False, "found “name”; missing “birth”")
    assert told("asks", "can you see it") == (True, "found in “can you see it”, 100 %")
    assert told("asks", "I see it") == (False, "nothing of it is in this line")
    assert told("mood", "I am not upset") == (
        False,
        "“I am not upset” does not count, for “not” denies it",
    )
    assert told("some", "I'm never angry")[1].endswith("“never” denies it")
    assert told("share", "can you see it")[0] is True
    item = made.item("both")
    code = made.item("code")
    assert item is not None and looked_for(item.rule) == "2 different of “name”, “birth”"
    assert code is not None and "the pattern" in looked_for(code.rule)
