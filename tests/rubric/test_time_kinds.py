"""How fast, how much and how long: limits, leeway, scopes, and what cannot be told."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rubric_helpers import call, judge, rubric

from qa_inspect.domain import CheckStatus
from qa_inspect.errors import RubricError
from qa_inspect.rubric.checks.bounds import Bounds

PASS, FAIL = CheckStatus.PASS, CheckStatus.FAIL
NA, UNSURE = CheckStatus.NOT_APPLICABLE, CheckStatus.CANNOT_JUDGE

TEN = "one two three four five six seven eight nine ten"
# the agent: 10 words in 3 s (200 a minute), then 10 in 2 s (300), then 20 in 6 s (200)
CALL = call(
    ("agent", TEN, 0.0, 3.0),
    ("customer", "My parcel is lost and nobody answers.", 3.5, 8.5),
    ("agent", TEN, 9.0, 11.0),
    ("customer", "Yes.", 11.2, 11.6),
    ("agent", f"{TEN} {TEN}", 12.0, 18.0),
    ("customer", "All right, then I will wait for it here at home.", 18.5, 28.5),
    ("other", "This call may be recorded.", 28.6, 30.0),
)


@pytest.mark.parametrize(
    ("rule", "status", "points"),
    [
        ("kind: pace, at_most: 220", PASS, 1.0),
        ("kind: pace, at_most: 210", FAIL, 0.0),
        ("kind: pace, at_least: 100, at_most: 210, leeway: 20", FAIL, 0.59),
        ("kind: pace, at_least: 250", FAIL, 0.0),
        ("kind: pace, at_least: 290, lines: 1", PASS, 1.0),
        ("kind: pace, at_least: 290, lines: 2", FAIL, 0.5),
        ("kind: pace, at_most: 210, lines: every", FAIL, 0.6667),
        ("kind: pace, at_most: 310, lines: every", PASS, 1.0),
        ("kind: pace, at_most: 220, min_s: 12", NA, 0.0),
        ("kind: pace, at_most: 320, scope: {first_s: 10}, min_s: 4", PASS, 1.0),
        ("kind: pace, role: customer, at_most: 75", PASS, 1.0),
        ("kind: talk_share, at_least: 0.40, at_most: 0.45", PASS, 1.0),
        ("kind: talk_share, at_most: 0.40", FAIL, 0.0),
        ("kind: talk_share, at_most: 0.40, leeway: 0.1", FAIL, 0.83),
        ("kind: talk_share, role: customer, at_least: 0.55", PASS, 1.0),
        ("kind: talk_share, by: words, at_least: 0.65", PASS, 1.0),
        ("kind: talk_share, scope: {first_utterances: 2}, at_most: 0.55, min_s: 5", PASS, 1.0),
        ("kind: talk_share, min_s: 60, at_most: 0.1", NA, 0.0),
        ("kind: duration, at_least_s: 20, at_most_min: 0.5", PASS, 1.0),
        ("kind: duration, at_most_s: 20", FAIL, 0.0),
        ("kind: duration, at_most_s: 20, leeway_s: 20", FAIL, 0.5),
        ("kind: duration, of: speech, at_most_s: 27", PASS, 1.0),
        ("kind: duration, of: speech, role: agent, at_most_s: 10.9", FAIL, 0.0),
        ("kind: duration, of: turn, role: agent, at_most_s: 8.9", FAIL, 0.0),
        ("kind: duration, of: turn, role: agent, at_most_s: 9.1", PASS, 1.0),
        ("kind: duration, of: turn, scope: {last_utterances: 1}, at_least_s: 9.9", PASS, 1.0),
        ("kind: ratio, of: {kind: duration, at_most_s: 5}, target: 0.6", PASS, 1.0),
        ("kind: ratio, of: {kind: pace, at_most: 250}, target: 0.8", FAIL, 0.8333),
    ],
)
def test_limits(rule: str, status: CheckStatus, points: float) -> None:
    check = judge(rule, CALL)
    assert check.status is status, check.explanation
    assert check.points == pytest.approx(points, abs=0.005)
    assert check.searched and (check.score is not None or status is NA)


def test_verdicts_tell_their_figures_and_show_their_proof() -> None:
    pace = judge("kind: pace, at_most: 210", CALL)
    assert pace.explanation.startswith(
        "The agent speaks 218 words a minute, over 11 s of speech, where at most 210 are asked for."
    )
    assert "Furthest: 300 in “one two" in pace.explanation and pace.evidence[0].start_s == 9.0
    share = judge("kind: talk_share, at_most: 0.40", CALL)
    assert "The agent has 42 % of the talk, 11 of 26.4 s of speech" in share.explanation
    assert "at most 40 % is asked for" in share.explanation
    assert [proof.utterance for proof in share.evidence] == [4, 0]
    turn = judge("kind: duration, of: turn, role: agent, at_most_s: 5", CALL)
    assert "The longest turn of the agent lasts 9.0 s" in turn.explanation
    assert (turn.evidence[0].start_s, turn.evidence[0].end_s) == (9.0, 18.0)
    long = judge("kind: duration, at_most_s: 60", call(("agent", "Well.", 0.0, 185.0)))
    assert "The call lasts 3 min 5 s, where at most 60 s are asked for." in long.explanation


@pytest.mark.parametrize(
    ("language", "text", "per_minute"),
    [
        ("en", "I'm sure it's £20, Mr. O'Neill.", 60),
        ("zh", "您好，您的快递单号是138。", 120),
        ("zh-TW", "我幫您查一下 iPhone 15 的庫存", 120),
        ("th", "สวัสดีค่ะ", 60),
        ("vi", "Dạ em chào anh ạ", 50),
    ],
)
def test_each_language_has_its_own_count(language: str, text: str, per_minute: int) -> None:
    made = call(("agent", text, 0.0, 6.0), ("agent", text, 6.0, 12.0), language=language)
    rule = f"kind: pace, at_least: {per_minute - 0.5}, at_most: {per_minute + 0.5}"
    assert judge(rule, made).status is PASS, judge(rule, made).explanation


def test_utterances_counted_another_way_are_left_out() -> None:
    made = call(
        ("agent", "您好请问有什么可以帮您", 0.0, 3.0), ("agent", TEN, 3.0, 6.0), language="zh"
    )
    english = replace(made.utterances[1], language="en")
    mixed = replace(made, utterances=(made.utterances[0], english))
    check = judge("kind: pace, at_least: 200, min_s: 2", mixed)
    assert check.status is PASS
    assert "220 characters a minute, over 3 s" in check.explanation


def test_what_cannot_be_told_is_not_told() -> None:
    untimed = call(("agent", f"{TEN} {TEN}"), ("customer", f"{TEN} {TEN} {TEN}"))
    for rule in (
        "kind: pace, at_most: 200",
        "kind: talk_share, at_most: 0.5",
        "kind: duration, at_most_s: 9",
    ):
        check = judge(rule, untimed)
        assert check.status is NA and "no times" in check.explanation
    assert judge("kind: talk_share, by: words, at_most: 0.5", untimed).status is PASS
    alone = call(("agent", TEN, 0.0, 30.0), ("agent", TEN, 30.0, 60.0))
    assert judge("kind: talk_share, at_most: 0.5", alone).status is NA
    assert judge("kind: duration, of: turn, at_most_s: 9", alone).status is NA
    mumbled = call(("agent", TEN, 0.0, 12.0), confidence=0.3)
    assert judge("kind: pace, at_least: 100", mumbled).status is UNSURE
    assert judge("kind: pace, at_most: 100", mumbled).status is PASS
    unsure = call(("agent", TEN, 0.0, 30.0), ("unknown", TEN, 30.0, 60.0))
    assert judge("kind: talk_share, at_most: 0.5", unsure).status is UNSURE


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ("kind: pace", "no limit"),
        ("kind: pace, at_least: 200, at_most: 100", "must not be more"),
        ("kind: pace, at_most: 0", "at_most"),
        ("kind: talk_share, role: any, at_most: 0.5", "role"),
        ("kind: talk_share, at_most: 60", "at_most"),
        ("kind: duration", "at_least_s or at_most_min"),
        ("kind: duration, at_most_s: 5, at_most_min: 1", "given twice"),
        ("kind: duration, at_most_s: 5, scope: {first_s: 9}", "whole call"),
    ],
)
def test_fields_that_make_no_sense_are_refused(fields: str, message: str) -> None:
    with pytest.raises(RubricError, match=message):
        rubric(f"  - {{id: x, {fields}}}")


@given(st.floats(0, 100), st.floats(100, 200), st.floats(0.1, 50), st.floats(0, 400))
def test_points_fall_from_the_limit_on_and_never_rise(
    low: float, high: float, leeway: float, over: float
) -> None:
    bounds = Bounds(low, high, leeway)
    assert bounds.holds((low + high) / 2) and bounds.share((low + high) / 2) == 1.0
    for value, further in ((high + over, high + over + 1), (low - over, low - over - 1)):
        assert 0.0 <= bounds.share(further) <= bounds.share(value) <= 1.0
        assert not bounds.holds(further)
    assert bounds.share(high + leeway + 0.1) == 0.0
    assert Bounds(low, high).share(high + 0.1) == 0.0
