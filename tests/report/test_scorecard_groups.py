"""Scorecards of agents, teams, markets, languages and periods, and their trends."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_calls import inspected

from qa_inspect.domain import (
    CallResult,
    CheckResult,
    CheckStatus,
    Evidence,
    Role,
    Transcript,
    Utterance,
    Verdict,
)
from qa_inspect.report.call_figures import call_figures
from qa_inspect.report.call_measures import Good
from qa_inspect.report.gathering import distribution
from qa_inspect.report.grouping import Grouping, Period, PeriodLength
from qa_inspect.report.scorecards import AgentScorecard, ScorecardBuilder, agent_scorecards
from qa_inspect.report.statistics import Estimate
from qa_inspect.report.trend import Stretch, Told, change

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
SAID = (
    Utterance(0, Role.AGENT, "S0", "Good morning, you speak to Mei.", "en", 1.0, 3.0),
    Utterance(1, Role.CUSTOMER, "S1", "Where is my parcel?", "en", 3.5, 5.0),
    Utterance(2, Role.AGENT, "S0", "It comes on Friday.", "en", 6.0, 8.0),
)
WEEK = timedelta(days=7)


def a_call(
    score: float | None, started_at: datetime | None = MONDAY, agent: str | None = "a", **more: str
) -> CallResult:
    language = more.pop("language", "en")
    details = {"team": "red", "market": "SG", **more}
    transcript = Transcript(language, SAID, duration_s=10.0)
    checks = (
        CheckResult("support", "greeting", "said", CheckStatus.PASS, 1, 1, "why", section="s"),
    )
    verdict = Verdict(checks=checks, score=score)
    return inspected("c", transcript, verdict, agent_id=agent, started_at=started_at, **details)


def some(scores: Sequence[float], started_at: datetime, **more: str) -> list[CallResult]:
    return [a_call(score, started_at, **more) for score in scores]


POOR, GOOD = [50.0, 60.0, 55.0, 52.0, 58.0] * 3, [88.0, 92.0, 95.0, 90.0, 85.0] * 3


@pytest.mark.parametrize(
    ("by", "keys"),
    [
        (Grouping.AGENT, {"a", "b"}),
        (Grouping.TEAM, {"red", "blue"}),
        (Grouping.MARKET, {"SG", "CN"}),
        (Grouping.LANGUAGE, {"en", "zh"}),
    ],
)
def test_calls_are_gathered_by_what_they_have_in_common(by: Grouping, keys: set[str]) -> None:
    calls = some(GOOD, MONDAY) + some(
        POOR, MONDAY, agent="b", team="blue", market="CN", language="zh"
    )
    first, last = agent_scorecards(calls, by=by)
    assert {first.key, last.key} == keys and first.by is by
    assert (first.rank_label, last.rank_label) == ("1", "2")
    assert first.judged == last.judged == 15 and first.agents == 1
    row = json.loads(json.dumps(first.to_row()))
    assert row[{Grouping.AGENT: "agent_id"}.get(by, by.value)] == first.key


def test_calls_of_nobody_known_are_kept_apart_and_not_ranked() -> None:
    known_ones = some(GOOD, MONDAY) + some(POOR, MONDAY, market="TH")
    calls = known_ones + some(POOR, MONDAY, market=None)  # type: ignore[arg-type]
    ranks = [(card.key, card.rank) for card in agent_scorecards(calls, by=Grouping.MARKET)]
    assert ranks == [("SG", 1), ("TH", 2), (None, None)]


@pytest.mark.parametrize("by", list(Grouping))
def test_no_grouping_ranks_few_calls_or_tells_apart_what_cannot_be(by: Grouping) -> None:
    calls = (
        some(GOOD, MONDAY)
        + some([70.0] * 9, MONDAY, agent="n", team="n", market="n", language="n")
        + some(GOOD[1:], MONDAY, agent="b", team="b", market="b", language="b")
    )
    for card in agent_scorecards(calls, by=by):
        if card.judged < 10:
            assert not card.enough and card.rank is None
        elif by is not Grouping.PERIOD:
            assert card.rank_label == "1–2"


def test_each_week_has_a_scorecard_and_a_trend_against_the_one_before() -> None:
    calls = some(POOR, MONDAY) + some(GOOD, MONDAY + WEEK) + some([80.0] * 3, MONDAY + 2 * WEEK)
    cards = agent_scorecards(calls, period=PeriodLength.WEEK)
    assert [card.period and card.period.label for card in cards] == [
        "2026-W10",
        "2026-W11",
        "2026-W12",
    ]
    told = [card.trend and card.trend.score and card.trend.score.told for card in cards]
    assert told == [Told.TOO_FEW, Told.BETTER, Told.TOO_FEW]
    assert cards[1].trend is not None
    section = cards[1].trend.sections["support", "s"]
    assert section.told is Told.SAME and section.now.mean == 100
    row = cards[1].to_row()
    assert (row["period"], row["period_first"], row["period_last"]) == (
        "2026-W11",
        "2026-03-09",
        "2026-03-15",
    )
    assert row["trend"] == "better" and row["trend_low"] > 0


def test_everyones_periods_are_not_ranked() -> None:
    calls = some(POOR, MONDAY) + some(GOOD, MONDAY + WEEK, agent="b") + some(GOOD, MONDAY)
    cards = agent_scorecards(calls, by=Grouping.PERIOD)
    assert [(card.label, card.judged, card.agents, card.rank) for card in cards] == [
        ("2026-W10", 30, 1, None),
        ("2026-W11", 15, 1, None),
    ]


def test_calls_without_a_start_are_in_no_period() -> None:
    cards = agent_scorecards(
        [a_call(80.0, None), a_call(80.0, MONDAY)], period=PeriodLength.DAY, min_calls=1
    )
    assert [card.period and card.period.label for card in cards] == ["2026-03-02", None]
    assert cards[1].rank is None and cards[1].trend is None


def test_the_trend_is_against_the_stretch_of_the_same_length_before() -> None:
    stretch = Stretch(MONDAY, MONDAY + timedelta(days=2))
    calls = (
        some([0.0] * 12, MONDAY - timedelta(days=3))  # before even the stretch before
        + some(GOOD, MONDAY - timedelta(days=1))
        + some(POOR, MONDAY)
    )
    (card,) = agent_scorecards(calls, stretch=stretch)
    assert card.judged == 15 and card.score is not None and card.score.mean == 55
    assert card.trend is not None and card.trend.score is not None
    assert card.trend.score.told is Told.WORSE
    assert card.trend.score.before is not None and card.trend.score.before.mean == 90
    assert card.trend.before == Stretch(MONDAY - timedelta(days=2), MONDAY)
    assert card.items[0].rate.n == 15


def test_who_has_calls_before_the_stretch_only_has_no_scorecard() -> None:
    stretch = Stretch(MONDAY, MONDAY + timedelta(days=2))
    calls = some(GOOD, MONDAY - timedelta(days=1), agent="b") + some(POOR, MONDAY)
    assert [card.agent_id for card in agent_scorecards(calls, stretch=stretch)] == ["a"]


def test_without_a_stretch_the_last_seven_days_are_compared() -> None:
    calls = some([0.0] * 12, MONDAY - WEEK) + some(POOR, MONDAY) + some(GOOD, MONDAY + WEEK)
    (card,) = agent_scorecards(calls)
    assert card.judged == 42
    assert card.trend is not None and card.trend.score is not None
    assert (card.trend.score.now.mean, card.trend.score.told) == (90, Told.BETTER)
    assert card.trend.score.before is not None and card.trend.score.before.mean == 55
    assert card.trend.now.since.date() == date(2026, 3, 3)
    assert agent_scorecards([a_call(80.0, None)])[0].trend is None


def test_a_change_is_told_only_from_enough_calls_and_a_clear_interval() -> None:
    low, high = Estimate(50, 45, 55, 20), Estimate(80, 75, 85, 20)
    assert change(high, low, Good.MORE, 10).told is Told.BETTER
    assert change(high, low, Good.LESS, 10).told is Told.WORSE
    assert change(low, high, Good.NEITHER, 10).told is Told.LOWER
    assert change(high, replace(low, n=9), Good.MORE, 10).told is Told.TOO_FEW
    assert change(high, None, Good.MORE, 10).told is Told.TOO_FEW
    assert change(high, replace(high, mean=79), Good.MORE, 10).told is Told.SAME


def test_measures_are_means_over_the_calls_that_have_them() -> None:
    timeless = replace(
        a_call(80.0),
        transcript=Transcript(
            "en", tuple(replace(one, start_s=None, end_s=None) for one in SAID), duration_s=None
        ),
    )
    (card,) = agent_scorecards([*some(GOOD, MONDAY), timeless])
    assert card.judged == 16
    response = card.measures["first_response_s"]
    assert (response.mean, response.n) == (1.0, 15)
    assert card.measures["handling_s"].mean == 10.0
    assert card.to_row()["measures"]["talk_share"]["calls"] == 16


def test_calls_that_need_review_are_counted_and_left_out() -> None:
    call = a_call(0.0)
    assert call.transcript is not None
    doubtful = replace(call, transcript=replace(call.transcript, needs_review=True))
    for by in Grouping:
        (card,) = agent_scorecards([*some(GOOD, MONDAY), doubtful], by=by)
        assert (card.judged, card.needs_review) == (15, 1)
        assert card.score is not None and card.score.mean == 90
        assert card.measures["handling_s"].n == 15


def test_the_distribution_has_quartiles_and_counts() -> None:
    found = distribution([0.0, 9.9, 10.0, 55.0, 95.0, 100.0])
    assert found is not None
    assert found.counts == (2, 1, 0, 0, 0, 1, 0, 0, 0, 2)
    assert (found.lowest, found.median, found.highest) == (0.0, 32.5, 100.0)
    one = distribution([70.0])
    assert one is not None and one.lower_quartile == one.upper_quartile == 70.0
    assert distribution([]) is None


@given(st.lists(st.floats(0, 100), min_size=1))
def test_a_distribution_counts_every_call_once(scores: list[float]) -> None:
    found = distribution(scores)
    assert found is not None and sum(found.counts) == len(scores)
    quarters = (found.lowest, found.lower_quartile, found.median, found.upper_quartile)
    assert all(a <= b + 1e-9 for a, b in zip(quarters, [*quarters[1:], found.highest], strict=True))


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.sampled_from(list(PeriodLength)))
def test_periods_follow_one_another_without_gap(day: date, length: PeriodLength) -> None:
    period = length.of(day)
    assert period.first <= day <= period.last
    assert period.next.previous == period
    assert period.next.first == period.last + timedelta(days=1)
    assert length.of(period.last) == period


def test_periods_are_named_as_calendars_do() -> None:
    day = date(2027, 1, 1)
    labels = [length.of(day).label for length in PeriodLength]
    assert labels == ["2027-01-01", "2026-W53", "2027-01"]
    assert PeriodLength.MONTH.of(day).last == date(2027, 1, 31)
    assert Period(date(2026, 3, 2), PeriodLength.WEEK).last == date(2026, 3, 8)


def test_figures_made_once_serve_several_builders() -> None:
    calls = some(GOOD, MONDAY)
    apart, together = ScorecardBuilder(), ScorecardBuilder()
    for call in calls:
        apart.add(call)
        together.add(call, call_figures(call))
    assert apart.scorecards() == together.scorecards()


def test_the_best_item_has_a_moment_to_play_too() -> None:
    heard = CheckResult(
        "support",
        "thanks",
        "said",
        CheckStatus.PASS,
        1,
        1,
        "Said.",
        evidence=(Evidence(2, 6.0, 8.0, "thank you"),),
        section="s",
    )
    failed = replace(heard, item="greeting", status=CheckStatus.FAIL, points=0.0)
    calls = [replace(call, verdict=Verdict(checks=(heard, failed))) for call in some(GOOD, MONDAY)]
    card: AgentScorecard = agent_scorecards(calls)[0]
    assert card.best is not None and card.best.good_example is not None
    assert card.best.good_example.start_s == 6.0
    assert card.to_row()["best_item_example"]["quote"] == "thank you"
