"""The simulated night: what must hold in every night, and nights that can be reckoned by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.night_simulation import Costs, Night, Simulation, lengths, limits, read_costs

COSTS = Costs(
    hearing=0.1, message_s=0.001, save_s=0.01, settle_s=0.002, start_s=40.0, result_bytes=50_000,
    hash_mb_s=500.0,
)  # fmt: skip
NIGHT = Night(calls=2_000, nodes=2, deaths_a_day=0.0)


def test_lengths_have_the_mean_that_was_asked_for() -> None:
    found = list(lengths(replace(NIGHT, calls=50_000)))
    assert sum(found) / len(found) == pytest.approx(NIGHT.mean_s, rel=0.03)
    assert list(lengths(NIGHT)) == list(lengths(NIGHT))


def test_where_hearing_is_all_the_night_takes_what_the_cores_need() -> None:
    night = Simulation(NIGHT, COSTS).run()
    hearing_s = sum(lengths(NIGHT)) / (NIGHT.nodes * NIGHT.speed(COSTS))
    fair_s = hearing_s + COSTS.start_s / NIGHT.worker_cores
    assert fair_s < night.heard_s < 1.2 * fair_s
    assert night.workers > 0.85
    assert night.settled_s == pytest.approx(4.0 / NIGHT.driver_cores)
    assert night.found_s == pytest.approx(night.read_gb * 1000 / NIGHT.storage_mb_s)
    assert night.whole_s == night.found_s + night.heard_s + night.settled_s
    assert (night.deaths, night.twice) == (0, 0)
    assert night.read_gb == pytest.approx(sum(lengths(NIGHT)) * NIGHT.bytes_per_s / 1e9)


def test_a_slow_driver_is_what_everybody_waits_for() -> None:
    slow = replace(COSTS, save_s=1.0)
    night = Simulation(NIGHT, slow).run()
    assert night.driver > 0.95
    assert night.heard_s == pytest.approx(NIGHT.calls * 1.001, rel=0.05)
    assert limits(NIGHT, slow)[0].name.startswith("driver")


def test_slow_storage_is_what_everybody_waits_for() -> None:
    slow = replace(NIGHT, storage_mb_s=1.0)
    night = Simulation(slow, COSTS).run()
    assert night.storage > 0.95
    assert night.heard_s == pytest.approx(sum(lengths(slow)) * 0.016, rel=0.05)
    assert limits(slow, COSTS)[0].name == "storage"


@given(
    st.integers(1, 300), st.integers(1, 6), st.sampled_from([0.0, 1.0, 50.0]), st.integers(0, 99)
)
@settings(deadline=None, max_examples=40)
def test_every_call_is_saved_once_whatever_dies(
    calls: int, nodes: int, deaths: float, seed: int
) -> None:
    night = replace(NIGHT, calls=calls, nodes=nodes, deaths_a_day=deaths, seed=seed, away_s=600.0)
    found = Simulation(night, COSTS).run()
    assert found.calls == calls
    assert found == Simulation(night, COSTS).run(), "the same seed gives the same night"
    assert all(0.0 <= share <= 1.0 for share in (found.driver, found.storage, found.workers))
    assert not (found.twice and not found.deaths)


def test_nodes_that_die_cost_time_and_no_calls() -> None:
    calm = Simulation(NIGHT, COSTS).run()
    wild = Simulation(replace(NIGHT, deaths_a_day=40.0, away_s=1200.0), COSTS).run()
    assert wild.deaths > 0
    assert wild.twice > 0
    assert wild.heard_s > calm.heard_s
    assert wild.calls == calm.calls


def test_what_breaks_first_is_reckoned_for_a_node() -> None:
    found = {limit.name: limit for limit in limits(NIGHT, COSTS)}
    driver = found["driver (messages and saving)"]
    assert driver.calls_a_s == pytest.approx(1 / 0.011)
    # A node of 16 cores, of which 12 are at work, hears a call of 240 s in 2 s.
    assert driver.nodes == pytest.approx(2.0 / 0.011)


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_measured_figures_can_be_read(database: str) -> None:
    costs = read_costs(database=database)
    assert all(
        math.isfinite(value) and value > 0
        for value in (costs.hearing, costs.message_s, costs.save_s, costs.settle_s)
    )
    mono, sides = (read_costs(database=database, mono=share).hearing for share in (1.0, 0.0))
    assert costs.hearing == pytest.approx((mono + sides) / 2)
