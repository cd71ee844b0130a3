"""The calls that are timed: cut at pauses, joined, the same for the same seed."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.folder import (
    LONGEST_S,
    PAUSE_S,
    SHORTEST_S,
    Folder,
    Take,
    alternate,
    cut,
    groups,
    in_turn,
    join,
    make_folder,
    quietest,
    up_to,
)

RATE = 16_000


def _take(seconds: float, text: str | None = None, channels: int = 1) -> Take:
    sound = np.random.default_rng(1).standard_normal((channels, int(seconds * RATE)))
    return Take("take", "en", (0.1 * sound).astype(np.float32), text)


@settings(deadline=None, max_examples=25)
@given(st.floats(1, 400), st.integers(0, 99))
def test_pieces_are_of_the_right_length_and_lose_nothing(seconds: float, seed: int) -> None:
    take = Take("take", "en", np.zeros((1, int(seconds * RATE)), dtype=np.float32))
    pieces = cut(take, random.Random(seed))
    assert sum(piece.samples.shape[1] for piece in pieces) == take.samples.shape[1]
    assert all(piece.duration_s <= LONGEST_S for piece in pieces)
    assert len(pieces) == 1 or all(piece.duration_s >= SHORTEST_S for piece in pieces)


def test_a_cut_is_made_in_the_pause() -> None:
    take = _take(12)
    take.samples[:, 7 * RATE : 7 * RATE + RATE // 2] = 0
    assert 7 * RATE <= quietest(take.samples, 2 * RATE, 10 * RATE) <= 7.5 * RATE


def test_joined_calls_keep_words_only_where_all_are_known() -> None:
    joined = join([_take(2, "one"), _take(3, "two")], "pair")
    assert joined.duration_s == pytest.approx(5 + PAUSE_S)
    assert joined.text == "one two"
    assert join([_take(2, "one"), _take(3)], "pair").text is None


def test_alternating_takes_leave_the_other_channel_faint() -> None:
    made = alternate([_take(2), _take(2)], "sides").samples
    loud = np.abs(made[:, : 2 * RATE]).mean(axis=1)
    assert loud[0] > 100 * loud[1] > 0
    assert np.abs(made[1, -RATE:]).mean() > 100 * np.abs(made[0, -RATE:]).mean()


def test_sources_come_in_turn_until_there_is_enough() -> None:
    first, second = [_take(30), _take(31)], [_take(40)]
    chosen = in_turn([first, second, []])
    assert [take.duration_s for take in chosen] == [30, 40, 31]
    assert len(up_to(chosen, 60)) == 2
    assert len(up_to(chosen, 0)) == 1


def test_groups_last_forty_seconds_and_more() -> None:
    made = list(groups([_take(5) for _ in range(40)], random.Random(1)))
    assert made and all(sum(t.duration_s + PAUSE_S for t in g) >= 40 for g in made)


def test_a_folder_of_samples_is_the_same_for_the_same_seed(tmp_path: Path) -> None:
    def make(name: str) -> Folder:
        return make_folder(tmp_path / name, seed=3, mono_s=40, stereo_s=20, data=None)

    one, two = make("one"), make("two")
    assert one.source == "the project's samples"
    assert [call.channels for call in one.mono + one.stereo] == [1] * len(one.mono) + [2]
    assert {(call.channels, call.language) for call in one.warm_up} == {
        (channels, language) for channels in (1, 2) for language in ("en", "zh")
    }
    for a, b in zip(one.mono + one.stereo, two.mono + two.stereo, strict=True):
        assert a.text and a.path.read_bytes() == b.path.read_bytes()


@pytest.mark.shared_data
def test_a_folder_of_real_calls_has_references_and_the_right_lengths(
    shared_data: Path, tmp_path: Path
) -> None:
    made = make_folder(tmp_path, seed=3, mono_s=300, stereo_s=100, data=shared_data)
    assert made.source == "evaluation data"
    assert any(call.text for call in made.mono)
    assert {call.language for call in made.mono} == {"en", "zh"}
    assert all(29 <= call.duration_s <= 121 for call in made.mono + made.stereo)
    assert len({call.path for call in made.mono + made.stereo + made.warm_up}) == len(
        made.mono + made.stereo + made.warm_up
    )
