"""Scorecards: right numbers, honest about how sure they are."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_calls import inspected
from report_factory import make_calls

from qa_inspect.domain import (
    CallResult,
    CallStatus,
    CheckResult,
    CheckStatus,
    Evidence,
    Flag,
    Metadata,
    Recording,
    Role,
    Severity,
    Transcript,
    Utterance,
    Verdict,
)
from qa_inspect.report.flagged import ranked_flags
from qa_inspect.report.scorecards import agent_scorecards, section_scores, talk_share
from qa_inspect.report.statistics import mean_estimate, share_estimate

SAID = (
    Utterance(0, Role.AGENT, "S0", "hello", "en", 0.0, 3.0),
    Utterance(1, Role.CUSTOMER, "S1", "hi", "en", 3.0, 4.0),
)


def a_check(item: str, status: CheckStatus, points: float = 0, **more: Any) -> CheckResult:
    details = {"kind": "said", "max_points": 10, "explanation": "why", "section": "s", **more}
    return CheckResult(rubric="support", item=item, status=status, points=points, **details)


def a_call(call_id: str, agent: str, score: float | None = 80, **more: Any) -> CallResult:
    transcript = Transcript("en", SAID, needs_review=more.pop("needs_review", False))
    verdict = Verdict(checks=more.pop("checks", ()), flags=more.pop("flags", ()), score=score)
    return inspected(call_id, transcript, verdict, agent_id=agent, **more)


def test_what_counts_and_what_does_not() -> None:
    failed = CallResult(Recording("f", None, "aa", Metadata(agent_id="x")), CallStatus.FAILED)
    calls = [
        a_call("a", "x", 80, agent_name="Xi", team="red"),
        a_call("b", "x", 60),
        a_call("c", "x", 0, needs_review=True),
        a_call("d", "x", None),
        failed,
    ]
    (card,) = agent_scorecards(calls)
    assert (card.judged, card.not_judged, card.needs_review, card.failed) == (2, 1, 1, 1)
    assert card.to_row()["not_judged"] == 1
    assert card.score is not None
    assert (card.score.mean, card.score.n) == (70.0, 2)
    assert (card.label, card.team) == ("Xi", "red")
    assert card.enough is False
    assert card.rank is None
    assert card.talk_share is not None
    assert card.talk_share.mean == pytest.approx(0.75)


def test_agents_whose_intervals_meet_share_a_rank() -> None:
    rng = np.random.default_rng(0)
    calls = [
        a_call(f"{agent}{n}", agent, float(np.clip(rng.normal(mean, 5), 0, 100)))
        for agent, mean in (("best", 90), ("near", 89), ("worst", 60))
        for n in range(12)
    ] + [a_call("new", "new", 100.0)]
    ranks = {card.agent_id: card.rank_label for card in agent_scorecards(calls)}
    assert ranks == {"best": "1–2", "near": "1–2", "worst": "3", "new": "–"}
    assert [card.agent_id for card in agent_scorecards(calls)][-2:] == ["worst", "new"]


@given(
    st.lists(st.tuples(st.floats(20, 80), st.floats(0.5, 20)), min_size=2, max_size=8),
)
def test_ranks_tell_apart_exactly_who_can_be_told_apart(
    agents: list[tuple[float, float]],
) -> None:
    calls = [
        a_call(f"{place}-{n}", f"{place}", mean + spread * (-1) ** n)
        for place, (mean, spread) in enumerate(agents)
        for n in range(10)
    ]
    cards = agent_scorecards(calls)
    for one in cards:
        for other in cards:
            assert one.score and other.score and one.rank_to and other.rank_to
            assert one.rank is not None and other.rank is not None
            apart = one.score.clearly_above(other.score) or other.score.clearly_above(one.score)
            meet = one.rank <= other.rank_to and other.rank <= one.rank_to
            assert meet or apart


def test_who_has_nobody_to_compare_with_has_no_rank() -> None:
    calls = [a_call(f"{n}", "x", 80) for n in range(10)] + [a_call("y", "y", 90)]
    alone, few = agent_scorecards(calls)
    assert (alone.agent_id, alone.enough, alone.rank, few.rank) == ("x", True, None, None)


def test_best_and_worst_item_with_a_moment_to_play() -> None:
    spoken = Evidence(0, 12.5, 14.0, "whatever")
    calls = [
        a_call(
            f"{n}",
            "x",
            checks=(
                a_check("greeting", CheckStatus.PASS, 10),
                a_check("closing", CheckStatus.FAIL, evidence=(spoken,) if n == 2 else ()),
                a_check("empathy", CheckStatus.PASS, 10, kind="ratio", score=0.4),
                a_check("jargon", CheckStatus.NOT_APPLICABLE),
            ),
        )
        for n in range(4)
    ]
    (card,) = agent_scorecards(calls)
    assert card.best is not None and card.worst is not None
    assert (card.best.item, card.worst.item, card.worst.rate.mean) == ("greeting", "closing", 0.0)
    assert card.worst.example is not None
    assert (card.worst.example.call_id, card.worst.example.start_s) == ("2", 12.5)
    assert {item.item for item in card.items} == {"greeting", "closing", "empathy"}
    assert card.empathy_share is not None
    assert card.empathy_share.mean == pytest.approx(0.4)
    assert card.sections[0].score.mean == pytest.approx(100 * 20 / 30)
    row = card.to_row()
    assert row["worst_item_example"] == {"call_id": "2", "start_s": 12.5, "quote": "whatever"}
    assert json.loads(json.dumps(row)) == row


def test_of_too_small_a_share_the_whole_call_is_to_be_heard() -> None:
    """What was found is no fault: there was too little of it."""
    found = (Evidence(0, 12.5, 14.0, "you will see"),)
    check = a_check("positive", CheckStatus.FAIL, 2, kind="ratio", score=0.1, evidence=found)
    (card,) = agent_scorecards([a_call(f"{n}", "x", checks=(check,)) for n in range(3)])
    assert card.worst is not None and card.worst.to_coach is not None
    assert (card.worst.to_coach.call_id, card.worst.to_coach.start_s) == ("0", None)
    assert card.to_row()["worst_item_example"] == {"call_id": "0", "start_s": None, "quote": ""}


def test_an_agent_without_fault_has_no_worst_item() -> None:
    calls = [a_call(f"{n}", "x", checks=(a_check("g", CheckStatus.PASS, 10),)) for n in range(3)]
    (card,) = agent_scorecards(calls)
    assert card.worst is None
    assert card.best is not None


def test_not_applicable_is_out_of_the_denominator() -> None:
    checks = [
        a_check("a", CheckStatus.PASS, 7),
        a_check("b", CheckStatus.NOT_APPLICABLE),
        a_check("c", CheckStatus.CANNOT_JUDGE),
        a_check("d", CheckStatus.ERROR),
    ]
    assert section_scores(checks) == {("support", "s"): 70.0}


def test_flags_worst_first() -> None:
    low = Flag("churn", Severity.LOW, 0.9, "")
    high = Flag("abuse", Severity.HIGH, 0.5, "", (Evidence(None, None, None, "x"),))
    surer = replace(high, confidence=0.8)
    calls = [
        a_call("a", "x", flags=(low, high)),
        a_call("b", "x", flags=(surer,), needs_review=True),
    ]
    assert [(f.call_id, f.flag.flag) for f in ranked_flags(calls)] == [
        ("b", "abuse"),
        ("a", "abuse"),
        ("a", "churn"),
    ]
    assert len(ranked_flags(calls, flag="churn")) == 1
    assert len(ranked_flags(calls, min_severity=Severity.MEDIUM)) == 2
    assert ranked_flags(calls)[0].to_row()["needs_review"] is True
    (card,) = agent_scorecards(calls)
    assert card.flags == {"abuse": 2, "churn": 1}


def test_talk_share_without_times_goes_by_letters() -> None:
    said = (
        Utterance(0, Role.AGENT, "a", "xxx", "en"),
        Utterance(1, Role.CUSTOMER, "b", "x", "en"),
        Utterance(2, Role.OTHER, "c", "xxxxxxxx", "en"),
    )
    assert talk_share(Transcript("en", said)) == pytest.approx(0.75)
    assert talk_share(Transcript("en", said[:1])) is None


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_share_lies_in_its_interval(hits_and_n: tuple[int, int]) -> None:
    found = share_estimate(*hits_and_n)
    assert found is not None and found.low is not None and found.high is not None
    assert 0 <= found.low <= found.mean <= found.high <= 1


def test_nothing_and_one_value() -> None:
    assert mean_estimate([], 0, 100) is None
    assert share_estimate(0, 0) is None
    one = mean_estimate([50.0], 0, 100)
    assert one is not None
    assert (one.low, one.high, one.n) == (None, None, 1)
    assert agent_scorecards([]) == ()


def test_made_up_calls_put_the_weak_agent_last() -> None:
    cards = agent_scorecards(make_calls(120))
    assert cards[-1].agent_id == "a-104"
    assert cards[0].agent_id == "a-101"
