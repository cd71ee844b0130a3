"""Ratios within rounds, word counts, wall time outside models, memory growth."""

from __future__ import annotations

import itertools
import time
import types

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.compare import order
from benchmarks.figures import Run, count_words, ratio_of, speed_of, spread
from benchmarks.memory import growth, repeated, resident_mib
from benchmarks.overhead import Door, Timers, account, length, union
from benchmarks.rivals import who_speaks
from benchmarks.ways import DUELS, WAYS, Duel
from qa_inspect.domain import Recording

INTERVALS = st.lists(
    st.tuples(st.floats(0, 100), st.floats(0, 10)).map(lambda pair: (pair[0], pair[0] + pair[1]))
)


def test_a_ratio_is_taken_within_a_round_and_by_the_second_of_sound() -> None:
    runs = [
        Run("ours", 0, wall_s=10, audio_s=200),
        Run("rival", 0, wall_s=10, audio_s=50),
        Run("ours", 1, wall_s=40, audio_s=200),  # a slow minute of the machine
        Run("rival", 1, wall_s=50, audio_s=50),
        Run("ours", 2, wall_s=10, audio_s=200),
    ]
    ratio = ratio_of(runs, Duel("ours", "rival"))
    assert ratio is not None
    assert (ratio.least, ratio.median, ratio.greatest) == (4.0, 4.5, 5.0)
    speed = speed_of(runs, "ours")
    assert speed is not None and speed.median == 20


def test_nothing_measured_has_no_figure() -> None:
    assert spread([]) is None
    assert ratio_of([], Duel("ours", "rival")) is None


def test_every_duel_names_ways_and_every_second_round_goes_backwards() -> None:
    keys = [way.key for way in WAYS]
    assert len(keys) == len(set(keys))
    assert {key for duel in DUELS for key in (duel.ours, duel.rival)} <= set(keys)
    assert [way.key for way in order(WAYS, 0)] == keys
    assert [way.key for way in order(WAYS, 1)] == keys[::-1]


def test_words_are_counted_everywhere_and_errors_where_a_reference_is() -> None:
    count = count_words("en", ["Hello, there you!", "more words"], ["hello there", None])
    assert (count.heard, count.reference, count.errors, count.unit) == (5, 2, 1, "words")
    assert count.rate == 0.5
    assert count_words("en", ["a"], [None]).rate is None


def test_chinese_is_counted_in_characters_of_one_script() -> None:
    simplify = str.maketrans("們", "们")
    count = count_words("zh", ["我 們。"], ["我们"], lambda text: text.translate(simplify))
    assert (count.heard, count.reference, count.errors, count.unit) == (2, 2, 0, "characters")


def test_a_word_goes_to_who_speaks_longest_in_it() -> None:
    turns = [(0.0, 1.2, "A"), (1.0, 3.0, "B")]
    assert who_speaks(0.5, 1.1, turns) == "A"
    assert who_speaks(1.1, 2.0, turns) == "B"
    assert who_speaks(4.0, 5.0, turns) == ""


@given(INTERVALS)
def test_a_union_lies_apart_and_covers_no_more_than_its_parts(
    intervals: list[tuple[float, float]],
) -> None:
    joined = union(intervals)
    assert all(end < begin for (_, end), (begin, _) in itertools.pairwise(joined))
    assert length(intervals) <= sum(end - begin for begin, end in intervals) + 1e-6
    assert union(joined) == joined


def test_time_in_models_counts_once_and_own_work_only_where_no_model_runs() -> None:
    found = account(
        10.0,
        {"encoder": [(0.0, 4.0)], "networks": [(3.0, 5.0), (8.0, 9.0)]},
        {"features": [(4.5, 6.0)], "scoring": [(5.5, 7.0)], "storing": [(3.5, 4.5)]},
    )
    assert found["model_s"] == 6.0
    assert found["outside_share"] == 0.4
    assert found["own"] == {"features": 1.0, "scoring": 1.0}
    assert found["unknown_s"] == 2.0


def test_a_door_is_timed_once_however_deep_and_is_put_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    module = types.ModuleType("a_library")

    class Network:
        def __call__(self, depth: int) -> int:
            time.sleep(0.002)
            return depth if depth == 0 else self(depth - 1)

    module.Network = Network  # type: ignore[attr-defined]
    monkeypatch.setitem(__import__("sys").modules, "a_library", module)
    before = Network.__call__
    timers = Timers()
    doors = [Door("networks", "a_library", "Network.__call__"), Door("none", "no_library", "x")]
    with timers.on(doors):
        assert Network()(3) == 0
    assert Network.__call__ is before
    assert len(timers.intervals["networks"]) == 1
    assert "none" not in timers.intervals


def test_growth_compares_the_last_calls_with_those_a_tenth_of_the_way() -> None:
    mib = [300.0] * 45 + [1000.0] * 405 + [3000.0] * 45 + [1080.0] * 5
    found = growth(mib)
    assert (found["early_call"], found["last_call"]) == (50, 500)
    assert (found["early_mib"], found["last_mib"], found["growth"]) == (1000.0, 1080.0, 0.08)
    assert found["peak_mib"] == 3000.0


def test_repeated_calls_have_names_and_hashes_of_their_own() -> None:
    calls = repeated([Recording("a", None, "1"), Recording("b", None, "2")], 7)
    assert len({call.sha256 for call in calls}) == len({call.call_id for call in calls}) == 7
    assert resident_mib() > 1
