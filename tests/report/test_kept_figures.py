"""Scorecards from kept figures are those of whole calls, whatever was written in between."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.scale import made_call
from qa_inspect.domain import (
    CallResult,
    CheckResult,
    CheckStatus,
    Doubt,
    Evidence,
    Fragility,
    Verdict,
)
from qa_inspect.errors import StoreError
from qa_inspect.report import kept_figures
from qa_inspect.report.gathering import Shown
from qa_inspect.report.grouping import Grouping
from qa_inspect.report.kept_figures import kept_scorecards, work_out
from qa_inspect.report.resolution import resolutions, resolved_calls
from qa_inspect.report.scorecard_values import AgentScorecard
from qa_inspect.report.scorecards import agent_scorecards
from qa_inspect.rubric.index import SEED
from qa_inspect.store.call_figures import CustomerCalls, read_customer_calls
from qa_inspect.store.results import CallQuery, Store, open_store

START = datetime(2026, 8, 1, 8, tzinfo=UTC)
GROUPINGS = [by for by in Grouping if by is not Grouping.PERIOD]
CALLS = 60


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with open_store(tmp_path_factory.mktemp("kept") / "qa.db") as opened:
        for number in range(CALLS):
            opened.save_call(odd_call(number))
        yield opened


def odd_call(number: int) -> CallResult:
    """A made call with what calls of the world have: things missing, and shared moments."""
    lot, call = random.Random(number), made_call(number)
    metadata = replace(
        call.recording.metadata,
        agent_id=lot.choice(("A1", "A2", "A\ud800", None)),
        agent_name=lot.choice(("Mei", "Omar", None)),
        customer_id=lot.choice(("C1", "C2", "C3", "", None)),
        topic=lot.choice(("Delivery", "delivery ", "refund", None)),
        started_at=lot.choice((None, START + timedelta(days=lot.randrange(16)))),
        nps=lot.choice((None, *range(11))),
        market=lot.choice(("SG", "TH", None)),
    )
    recording = replace(call.recording, metadata=metadata)
    verdict = replace(
        call.verdict, checks=tuple(odd_check(lot, check) for check in call.verdict.checks)
    )
    transcript = call.transcript
    if transcript and lot.random() < 0.2:
        untimed = (replace(u, start_s=None, end_s=None) for u in transcript.utterances)
        transcript = replace(transcript, utterances=tuple(untimed), language="zh")
    if lot.random() < 0.1:  # of a language without a rubric
        verdict = Verdict()
    return replace(call, recording=recording, verdict=verdict, transcript=transcript)


def odd_check(lot: random.Random, check: CheckResult) -> CheckResult:
    untimed = (Evidence(None, None, None, "nowhere"),)
    return replace(
        check,
        section=lot.choice((check.section, check.section, "moved")),
        fragile=lot.choice(((), (), (Fragility(Doubt.ROLES, CheckStatus.FAIL),))),
        evidence=lot.choice((check.evidence, untimed, ())),
    )


def slow(store: Store, query: CallQuery, by: Grouping) -> tuple[AgentScorecard, ...]:
    calls = store.calls(query, words=False)
    return agent_scorecards(calls, by=by, min_calls=3, index=SEED, resolutions=resolutions(store))


def fast(
    store: Store, query: CallQuery, by: Grouping, shown: Shown = Shown.EVERYTHING
) -> tuple[AgentScorecard, ...]:
    found = kept_scorecards(store, query, by=by, min_calls=3, index=SEED, shown=shown)
    assert found is not None
    return found


def rows(cards: tuple[AgentScorecard, ...]) -> list[list[tuple[str, object]]]:
    """The rows with the order of their fields, and of what these hold."""
    return [[(name, repr(value)) for name, value in card.to_row().items()] for card in cards]


@pytest.mark.parametrize("by", GROUPINGS)
@pytest.mark.parametrize(
    "query",
    [
        CallQuery(),
        CallQuery(team="team 3"),
        CallQuery(market="SG"),
        CallQuery(team="nowhere"),
        CallQuery(until=START + timedelta(days=9)),
    ],
    ids=["all", "team", "market", "none", "until"],
)
def test_both_ways_give_the_same_rows(store: Store, by: Grouping, query: CallQuery) -> None:
    assert rows(fast(store, query, by)) == rows(slow(store, query, by))


@pytest.mark.parametrize("by", GROUPINGS)
def test_the_table_of_scores_shows_the_same(store: Store, by: Grouping) -> None:
    scores = fast(store, CallQuery(), by, Shown.SCORES)
    measures = fast(store, CallQuery(), by, Shown.MEASURES)
    whole = slow(store, CallQuery(), by)
    assert [card.key for card in scores] == [card.key for card in measures]
    for found, measured, known in zip(scores, measures, whole, strict=True):
        assert (found.label, found.judged, found.not_judged) == (
            known.label, known.judged, known.not_judged
        )  # fmt: skip
        assert (found.rank_label, found.score, found.index) == (
            known.rank_label, known.score, known.index
        )  # fmt: skip
        assert [(s.section, s.score.mean) for s in found.sections] == [
            (s.section, s.score.mean) for s in known.sections
        ]
        told = found.trend and found.trend.score
        assert told == (known.trend and known.trend.score)
        for mine, theirs in ((found.best, known.best), (found.worst, known.worst)):
            assert (mine and mine.item) == (theirs and theirs.item)
        assert (found.flags, found.needs_review, found.fragile, found.verdicts) == (
            known.flags, known.needs_review, known.fragile, known.verdicts
        )  # fmt: skip
        assert (found.resolved, found.distribution) == (known.resolved, known.distribution)
        assert measured.every_measure == known.every_measure


def test_what_is_written_is_worked_out_again(tmp_path: Path) -> None:
    with open_store(tmp_path / "qa.db") as store:
        for number in range(8):
            store.save_call(odd_call(number))
        assert work_out(store) == 8
        assert work_out(store) == 0
        store.save_verdict("call-0000004", Verdict(score=1.0))
        store.delete_call("call-0000005")
        assert rows(fast(store, CallQuery(), Grouping.TEAM)) == rows(
            slow(store, CallQuery(), Grouping.TEAM)
        )
        assert work_out(store) == 0


def test_without_a_place_for_figures_there_is_no_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(store: Store) -> int:
        raise StoreError("read-only")

    with open_store(tmp_path / "qa.db") as store:
        store.save_call(odd_call(1))
        monkeypatch.setattr(kept_figures, "work_out", refuse)
        answer = kept_scorecards(store, CallQuery(), by=Grouping.AGENT, min_calls=3, index=SEED)
        assert answer is None


DAY_S = 86_400
CUSTOMER_CALLS = st.lists(
    st.tuples(
        st.sampled_from(("C1", "C2", "", None)),
        st.sampled_from(("refund", "Refund", "delivery", " ", None)),
        st.one_of(st.none(), st.integers(0, 30).map(lambda half: START + timedelta(days=half / 2))),
        st.sampled_from("abcdef"),
    ),
    max_size=12,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(CUSTOMER_CALLS)
def test_calls_are_resolved_as_one_by_one(
    calls: list[tuple[str | None, str | None, datetime | None, str]],
) -> None:
    with open_store("sqlite://") as store:
        plain = replace(made_call(1), transcript=None, verdict=Verdict())
        for number, (customer, topic, started_at, sha256) in enumerate(calls):
            metadata = replace(
                plain.recording.metadata,
                customer_id=customer, topic=topic, started_at=started_at,
            )  # fmt: skip
            recording = replace(
                plain.recording, call_id=f"c{number}", sha256=sha256 * 64, metadata=metadata
            )
            store.save_call(replace(plain, recording=recording))
        assert answers(read_customer_calls(store)) == one_by_one(store)


def answers(calls: CustomerCalls) -> dict[str, bool]:
    found = zip(calls.call_id, resolved_calls(calls).tolist(), strict=True)
    return {name: bool(answer) for name, answer in found if answer >= 0}


def one_by_one(store: Store) -> dict[str, bool]:
    known = resolutions(store)
    return {name: one.outcome == "resolved" for name, one in known.items() if one.counts}


def test_a_switchboard_resolves_nothing() -> None:
    busy = [(f"c{n}", "C1", "refund", n * 600.0, f"{n}") for n in range(60)]
    alone = [("d1", "C2", "refund", 0.0, "x"), ("d2", "C3", "other", 30 * DAY_S, "y")]
    calls = CustomerCalls(*zip(*busy, *alone, strict=True))
    assert answers(calls) == {"d1": True}
