"""The order in which calls are worth inspecting, and what of them will fit."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted import recording

from qa_inspect.batch.forecast import LATEST, pace_of
from qa_inspect.batch.priorities import DRAWN_IN, AgentPast, Known, by_value, value
from qa_inspect.domain import Metadata, Recording
from qa_inspect.store.ledger import Outcome, Run, RunSummary

DAY = datetime(2026, 11, 20, tzinfo=UTC)


def call(number: int, **told: Any) -> Recording:
    hour = told.pop("hour", None)
    started = None if hour is None else DAY + timedelta(hours=hour)
    return replace(recording(number), metadata=Metadata(started_at=started, **told))


@st.composite
def nights(draw: st.DrawFn) -> tuple[list[Recording], Known]:
    agents = st.sampled_from([None, "A1", "A2", "A3", "A4"])
    teams = st.sampled_from([None, "T1", "T2"])
    customers = st.sampled_from([None, *(f"K{n}" for n in range(6))])
    hours = st.one_of(st.none(), st.integers(0, 5))
    told = draw(st.lists(st.tuples(agents, teams, customers, hours), max_size=60))
    due = [
        call(n, agent_id=agent, team=team, customer_id=customer, hour=hour)
        for n, (agent, team, customer, hour) in enumerate(told)
    ]
    pasts = draw(st.dictionaries(st.sampled_from(["A1", "A2", "A9"]), st.integers(0, 20)))
    known = Known(
        {agent: AgentPast(20, flagged) for agent, flagged in pasts.items()},
        frozenset(draw(st.sets(st.sampled_from([f"K{n}" for n in range(6)])))),
    )
    return due, known


@given(nights())
def test_no_call_is_lost_and_none_is_doubled(night: tuple[list[Recording], Known]) -> None:
    due, known = night
    assert Counter(c.call_id for c in by_value(due, known)) == Counter(c.call_id for c in due)


@given(nights(), st.integers(1, 60))
def test_every_agent_has_a_call_in_a_beginning_that_is_long_enough(
    night: tuple[list[Recording], Known], length: int
) -> None:
    due, known = night
    agents = {c.metadata.agent_id or c.metadata.team for c in due}
    begun = by_value(due, known)[: max(length, DRAWN_IN * len(agents))]
    assert {c.metadata.agent_id or c.metadata.team for c in begun} == agents


@given(nights(), st.integers(1, 60))
def test_most_places_go_to_the_most_valuable(
    night: tuple[list[Recording], Known], length: int
) -> None:
    due, known = night
    begun = by_value(due, known)[:length]
    ranked = sorted((value(c.metadata, known) for c in due), reverse=True)
    by_rank = len(begun) - len(begun) // DRAWN_IN
    best = sorted((value(c.metadata, known) for c in begun), reverse=True)
    assert best[:by_rank] == pytest.approx(ranked[:by_rank])


@given(nights(), st.randoms(use_true_random=False))
def test_the_order_given_matters_only_among_calls_that_are_equal(
    night: tuple[list[Recording], Known], chance: random.Random
) -> None:
    due, known = night
    # With a start of its own each, no two calls are equal.
    timed = [
        replace(c, metadata=replace(c.metadata, started_at=DAY + timedelta(seconds=n)))
        for n, c in enumerate(due)
    ]
    mixed = chance.sample(timed, len(timed))
    assert by_value(mixed, known) == by_value(timed, known)


def test_flag_prone_agents_then_new_customers_then_the_oldest() -> None:
    known = Known({"bad": AgentPast(40, 30), "good": AgentPast(40, 0)}, frozenset({"old"}))
    due = [
        call(0, agent_id="good", customer_id="old", hour=2),
        call(1, agent_id="good", customer_id="old", hour=1),
        call(2, agent_id="good", customer_id="new", hour=3),
        call(3, agent_id="bad", customer_id="old", hour=5),
        call(4, agent_id="bad", customer_id="old", hour=4),
        call(5, agent_id="good", customer_id="old"),
    ]
    order = [c.call_id[-1] for c in by_value(due, known)]
    assert order[:3] == ["4", "3", "2"]
    assert order[3:] == ["1", "0", "5"], "the oldest first, unknown starts last"


def test_two_flagged_calls_of_two_prove_less_than_many_of_many() -> None:
    known = Known({"few": AgentPast(2, 2), "many": AgentPast(100, 60), "good": AgentPast(300, 6)})
    few, many, good, unknown = (
        value(Metadata(agent_id=agent), known) for agent in ("few", "many", "good", None)
    )
    assert many > few > unknown > good


def test_without_anything_known_the_order_is_that_given() -> None:
    due = [recording(number) for number in range(9)]
    assert by_value(due, Known()) == tuple(due)


def entry(number: int, settings: dict[str, Any], done: int, elapsed_s: float) -> Run:
    summary = RunSummary(Outcome.DONE, done=done, elapsed_s=elapsed_s)
    return Run(number, DAY, DAY, MappingProxyType(settings), summary)


def test_pace_is_that_of_the_latest_runs_with_the_same_settings() -> None:
    mine = {"model": "auto", "device": "cpu", "limit": 5}
    runs = [
        replace(entry(9, mine, 0, 0.0), summary=None),
        entry(8, mine, 100, 300.0),
        entry(7, mine | {"device": "cuda"}, 100, 10.0),
        entry(6, mine | {"limit": None}, 100, 100.0),
        entry(5, mine, 2, 900.0),
    ]
    pace = pace_of(runs, mine)
    assert pace is not None
    assert (pace.call_s, pace.calls, pace.runs) == (2.0, 200, 2)
    assert pace.fit(1000, DAY, DAY + timedelta(minutes=10)) == 300
    assert pace.fit(100, DAY, DAY + timedelta(minutes=10)) == 100
    assert pace.fit(100, DAY, DAY - timedelta(minutes=10)) == 0
    many = pace_of([entry(n, mine, 10, 10.0) for n in range(2 * LATEST)], mine)
    assert many is not None and many.runs == LATEST
    assert pace_of(runs, {"model": "other", "device": "cpu"}) is None
