"""Who spoke when: from scripted windows and voices whose truth is known."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_inspect.speech.activity import join_spans, runs, speech_spans
from qa_inspect.speech.clustering import cluster_voices
from qa_inspect.speech.diarize import diarize
from qa_inspect.speech.embedding import CELL_S, VoiceCells
from qa_inspect.speech.segmentation import (
    FRAME_S,
    FRAME_SAMPLES,
    FRAMES_PER_WINDOW,
    WINDOW_SAMPLES,
    Segmentation,
    frame_time,
    time_frame,
    window_frames,
)
from qa_inspect.speech.stretches import solo_stretches, window_bonds

Truth = Sequence[tuple[float, float, int]]


def scripted(truth: Truth, duration_s: float, seed: int = 0) -> tuple[Segmentation, np.ndarray]:
    """Windows that hear the truth, with local speakers in random order, and sound that is a code:
    each sample is the number of who speaks plus one, 0 in silence, 9 in overlap."""
    rng = np.random.default_rng(seed)
    n_samples = int(duration_s * 16000)
    n_frames = n_samples // FRAME_SAMPLES - 2
    people = 1 + max(person for *_, person in truth)
    heard = np.zeros((n_frames + FRAMES_PER_WINDOW, max(3, people)), dtype=bool)
    samples = np.zeros(n_samples, dtype=np.float32)
    for start, end, person in truth:
        heard[max(0, time_frame(start)) : time_frame(end), person] = True
        part = samples[int(start * 16000) : int(end * 16000)]
        part[:] = np.where(part > 0, 9, person + 1)
    firsts = window_frames(n_samples, 2.0)
    active = []
    for first in firsts:
        window = heard[first : first + FRAMES_PER_WINDOW]
        present = np.flatnonzero(window.any(axis=0))[:3]
        order = rng.permutation(3)[: len(present)]
        local = np.zeros((FRAMES_PER_WINDOW, 3), dtype=bool)
        local[:, order] = window[:, present]
        active.append(local)
    stacked = np.stack(active)
    return Segmentation(stacked, stacked.astype(np.float32), firsts, n_frames), samples


class Scripted:
    """Voices that know the code: each person has a direction, with noise about it."""

    def __init__(self, noise: float, alike: float = 0.0) -> None:
        self._rng = np.random.default_rng(1)
        self._noise = noise
        self._axes = np.eye(12) + alike * np.eye(12)[11]
        self._axes /= np.linalg.norm(self._axes, axis=1, keepdims=True)

    def cells(self, stretches: Sequence[np.ndarray]) -> list[VoiceCells]:
        length = int(CELL_S * 16000)
        made = []
        for piece in stretches:
            rows = []
            for begin in range(0, max(1, len(piece) - length // 2), length):
                codes = piece[begin : begin + length]
                codes = codes[(codes > 0) & (codes < 9)].astype(int)
                person = int(np.bincount(codes).argmax()) if len(codes) else 0
                rows.append(self._axes[person] + self._noise * self._rng.standard_normal(12))
            sums = np.array(rows, dtype=np.float32)
            made.append(VoiceCells(sums, sums**2, np.ones(len(sums), dtype=np.float32)))
        return made

    def pool(self, cells: VoiceCells) -> np.ndarray:
        rows = cells.sums / np.maximum(np.linalg.norm(cells.sums, axis=1, keepdims=True), 1e-9)
        return np.asarray(rows, dtype=np.float32)


def wrong_s(truth: Truth, turns: Sequence[object]) -> float:
    """Seconds in which the best mapping of names to people still disagrees with the truth."""
    from pyannote.core import Annotation, Segment
    from pyannote.metrics.diarization import DiarizationErrorRate

    made, real = Annotation(), Annotation()
    for i, (start, end, person) in enumerate(truth):
        real[Segment(start, end), i] = str(person)
    for i, turn in enumerate(turns):
        made[Segment(turn.start_s, turn.end_s), i] = turn.speaker
    parts = DiarizationErrorRate(collar=0.1)(real, made, detailed=True)
    return parts["confusion"] + parts["missed detection"] + parts["false alarm"]


DIALOGUE = [(0.5, 5.0, 0), (5.3, 9.0, 1), (9.2, 9.6, 0), (9.9, 16.0, 1), (16.3, 24.0, 0),
            (23.2, 26.0, 1), (26.5, 33.0, 0), (33.1, 39.5, 1)]  # fmt: skip


def test_two_people_are_told_apart_though_windows_shuffle_them() -> None:
    segmentation, samples = scripted(DIALOGUE, 40.0)
    turns = diarize(segmentation, samples, Scripted(0.1), 2).turns
    assert wrong_s(DIALOGUE, turns) < 0.5
    assert turns[0].speaker == "S0"


def test_short_replies_follow_the_windows_when_their_voice_says_little() -> None:
    truth = [(i * 3.0 + 0.1, i * 3.0 + 2.5, 0) for i in range(10)]
    truth += [(i * 3.0 + 2.6, i * 3.0 + 2.9, 1) for i in range(10)]
    truth += [(30.2, 36.0, 1)]
    segmentation, samples = scripted(truth, 37.0)
    turns = diarize(segmentation, samples, Scripted(0.15), 2).turns
    assert wrong_s(truth, turns) < 1.0


def test_one_voice_stays_one_though_two_were_told() -> None:
    truth = [(i * 4.0 + 0.2, i * 4.0 + 3.5, 0) for i in range(9)]
    segmentation, samples = scripted(truth, 37.0)
    turns = diarize(segmentation, samples, Scripted(0.1), 2).turns
    assert {turn.speaker for turn in turns} == {"S0"}


@pytest.mark.parametrize("people", [1, 2, 3, 4])
def test_the_number_of_people_is_found(people: int) -> None:
    truth = [(i * 3.0 + 0.1, i * 3.0 + 2.8, i % people) for i in range(16)]
    segmentation, samples = scripted(truth, 49.0)
    turns = diarize(segmentation, samples, Scripted(0.08), None).turns
    assert len({turn.speaker for turn in turns}) == people


def test_overlap_belongs_to_both() -> None:
    segmentation, samples = scripted(DIALOGUE, 40.0)
    turns = diarize(segmentation, samples, Scripted(0.1), 2).turns
    at = [t.speaker for t in turns if t.start_s <= 23.6 <= t.end_s]
    assert sorted(at) == ["S0", "S1"]


def test_silence_has_no_turns() -> None:
    quiet = np.zeros((1, FRAMES_PER_WINDOW, 3), dtype=bool)
    segmentation = Segmentation(quiet, quiet.astype(np.float32), (0,), 500)
    assert diarize(segmentation, np.zeros(160000, np.float32), Scripted(0.1), 2).turns == ()
    assert speech_spans(segmentation) == ()


def test_a_change_of_voice_that_the_windows_missed_is_found() -> None:
    truth = [(0.5, 6.0, 0), (6.3, 12.0, 1), (12.3, 14.5, 0), (14.5, 17.5, 1), (17.8, 24.0, 0),
             (24.3, 30.0, 1)]  # fmt: skip
    fused = [(a, b, 0 if 12.0 < a < 17.0 else person) for a, b, person in truth]
    segmentation, _ = scripted(fused, 31.0)
    _, samples = scripted(truth, 31.0)
    turns = diarize(segmentation, samples, Scripted(0.2, alike=0.7), 2).turns
    assert wrong_s(truth, turns) < 0.8


def test_a_transfer_brings_a_third_person_though_two_were_told() -> None:
    truth = [(i * 4.0 + 0.2, i * 4.0 + 3.6, i % 2) for i in range(10)]
    truth += [(40 + i * 4.0 + 0.2, 40 + i * 4.0 + 3.6, 1 if i % 2 else 2) for i in range(10)]
    segmentation, samples = scripted(truth, 81.0)
    turns = diarize(segmentation, samples, Scripted(0.1), 2).turns
    assert len({turn.speaker for turn in turns}) == 3
    assert wrong_s(truth, turns) < 1.0


def test_more_people_told_than_heard_are_not_made_up() -> None:
    truth = [(i * 4.0 + 0.2, i * 4.0 + 3.5, i % 2) for i in range(12)]
    segmentation, samples = scripted(truth, 49.0)
    turns = diarize(segmentation, samples, Scripted(0.1), 4).turns
    assert len({turn.speaker for turn in turns}) == 2


def test_six_people_in_conference_are_found() -> None:
    truth = [(i * 4.0 + 0.2, i * 4.0 + 3.5, (i * 5) % 6) for i in range(36)]
    segmentation, samples = scripted(truth, 146.0)
    turns = diarize(segmentation, samples, Scripted(0.1), None).turns
    assert len({turn.speaker for turn in turns}) == 6
    assert wrong_s(truth, turns) < 4.0


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(0.1, 2), st.floats(0.2, 8), st.integers(0, 1)), min_size=1, max_size=8
    )
)
def test_stretches_never_share_a_frame_and_lie_in_speech(
    rows: list[tuple[float, float, int]],
) -> None:
    truth, now = [], 0.0
    for pause, length, person in rows:
        truth.append((now + pause, now + pause + length, person))
        now += pause + length
    segmentation, _ = scripted(truth, now + 1.0)
    seen = np.zeros(segmentation.n_frames, dtype=int)
    for stretch in solo_stretches(segmentation):
        seen[stretch.first : stretch.last] += 1
        assert stretch.seconds <= 6.1
        middle = frame_time((stretch.first + stretch.last) / 2)
        assert any(start - 0.1 <= middle <= end + 0.1 for start, end, _ in truth)
    assert seen.max(initial=0) <= 1


@given(st.integers(1, 80 * 16000), st.sampled_from([0.5, 1.0, 2.0, 5.0]))
def test_windows_cover_the_recording(n_samples: int, hop_s: float) -> None:
    firsts = window_frames(n_samples, hop_s)
    assert firsts[0] == 0
    assert list(firsts) == sorted(set(firsts))
    assert firsts[-1] * FRAME_SAMPLES + WINDOW_SAMPLES >= n_samples
    assert max(np.diff(firsts), default=0) * FRAME_S <= hop_s + FRAME_S


def test_rivals_are_held_apart_though_their_voices_are_alike() -> None:
    rng = np.random.default_rng(3)
    base = np.array([1.0, 0.25, 0.0, 0.0, 0.0, 0.0])
    other = np.array([1.0, -0.25, 0.0, 0.0, 0.0, 0.0])
    truth = np.array([0, 1] * 12)
    rows = np.where(truth[:, None] == 0, base, other) + 0.12 * rng.standard_normal((24, 6))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    pairs = [(i, i + 1) for i in range(23)]
    labels = cluster_voices(rows.astype(np.float32), [2.0] * 24, pairs, 2)
    right = max((labels == truth).mean(), (labels != truth).mean())
    assert right >= 0.95


def test_no_voices_and_fewer_voices_than_people() -> None:
    assert len(cluster_voices(np.zeros((0, 4), np.float32), [], [], 2)) == 0
    assert list(cluster_voices(np.eye(4, dtype=np.float32)[:1], [1.0], [], 3)) == [0]


def test_runs_and_joining() -> None:
    assert runs(np.array([False, True, True, False, True])) == [(1, 3), (4, 5)]
    assert join_spans([], 0.1) == []


def test_bonds_are_what_the_windows_say() -> None:
    rng = np.random.default_rng(5)
    truth = [
        (i * 1.7 + 0.1, i * 1.7 + rng.uniform(0.3, 1.9), int(rng.integers(3))) for i in range(24)
    ]
    segmentation, _ = scripted(truth, 42.0)
    stretches = solo_stretches(segmentation)
    bonds = window_bonds(segmentation, stretches)
    found = dict(zip(zip(bonds.one, bonds.other, strict=True), bonds.same, strict=True))
    wanted = {}
    for one, other in itertools.combinations(range(len(stretches)), 2):
        said = []
        for first, active in zip(segmentation.first_frames, segmentation.active, strict=True):
            shares = []
            for stretch in (stretches[one], stretches[other]):
                begin, end = max(0, stretch.first - first), max(0, stretch.last - first)
                inside = active[begin:end]
                enough = len(inside) > 0.5 * (stretch.last - stretch.first)
                shares.append(inside.mean(axis=0) if enough else np.zeros(3))
            if (sure := shares[0].sum() * shares[1].sum()) > 0.0:
                said.append(2.0 * shares[0] @ shares[1] - sure)
        far = stretches[other].last - stretches[one].first > FRAMES_PER_WINDOW
        if said and not far:
            wanted[one, other] = sum(said) / len(said)
    assert found.keys() == wanted.keys()
    assert all(abs(found[key] - wanted[key]) < 1e-9 for key in wanted)


def test_a_long_call_asks_for_no_more_bonds_than_its_length() -> None:
    def bonds(seconds: float) -> int:
        truth = [(i * 2.0 + 0.1, i * 2.0 + 1.8, i % 2) for i in range(int(seconds / 2) - 1)]
        segmentation, _ = scripted(truth, seconds)
        return len(window_bonds(segmentation, solo_stretches(segmentation)).one)

    assert bonds(400.0) < 4.4 * bonds(100.0)


def test_more_voices_than_a_start_looks_at_are_told_apart() -> None:
    rng = np.random.default_rng(2)
    truth = np.arange(1500) % 3
    rows = np.eye(8)[truth] + 0.25 * rng.standard_normal((1500, 8))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    pairs = [(i, i + 1) for i in range(1499)]
    labels = cluster_voices(rows.astype(np.float32), rng.uniform(0.4, 4.0, 1500), pairs, 3)
    right = [np.bincount(labels[truth == person]).max() for person in range(3)]
    assert sum(right) > 1470
    assert len(set(labels)) == 3


def test_voices_tell_whose_each_moment_is_by_the_names_of_the_turns() -> None:
    segmentation, samples = scripted(DIALOGUE, 40.0)
    found = diarize(segmentation, samples, Scripted(0.1), 2)
    assert found.voices is not None
    for start_s, end_s, person in [(1.0, 1.4, 0), (7.0, 7.1, 1), (20.0, 20.5, 0), (35.0, 35.3, 1)]:
        against = found.voices.costs(start_s, end_s)
        assert against[f"S{person}"] == 0.0
        assert against[f"S{1 - person}"] > 0.5
    assert found.voices.costs(22.0, 22.2) != {}
    assert found.voices.costs(50.0, 50.2) == {}, "nobody speaks there"


def test_one_person_needs_no_voices() -> None:
    segmentation, samples = scripted([(0.5, 6.0, 0), (7.0, 12.0, 0)], 13.0)
    assert diarize(segmentation, samples, Scripted(0.1), 1).voices is None
