"""From people's stretches to their turns, frame by frame.

Windows heard every frame several times; their local speakers are given to people, their
probabilities are averaged, and what remains becomes turns: one person where there is speech, two
in overlap. This module does not know voices or words.
"""

from __future__ import annotations

import itertools
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from qa_inspect.domain import SpeakerTurn
from qa_inspect.speech.activity import SPEECH_THRESHOLD, runs
from qa_inspect.speech.segmentation import FRAME_S, FRAMES_PER_WINDOW, Segmentation, frame_time

OVERLAP_THRESHOLD = 1.6
"""Mean number of people heard in a frame from which two are taken to speak."""

_NEAR_FRAMES = 20

WINDOW_WEIGHT = np.hamming(FRAMES_PER_WINDOW)
"""A window's voice in each of its frames: speakers are told apart best in its middle."""

Floats = NDArray[np.float64]


def person_activity(
    segmentation: Segmentation,
    owner: NDArray[np.int_],
    people: int,
    cuts: frozenset[int],
) -> Floats:
    """How surely each person is heard in each frame, (n_frames, people), 0–1: windows' mean.

    Every run of a window's local speaker, cut at ``cuts``, goes to the person whose stretches it
    covers alone.
    ``owner`` (n_frames,) is the person of each frame of the stretches, −1 elsewhere.
    """
    ordered = sorted(cuts)
    total = np.zeros((segmentation.n_frames, people))
    seen = np.zeros((segmentation.n_frames, 1))
    for window, first in enumerate(segmentation.first_frames):
        heard = segmentation.probability[window][: segmentation.n_frames - first]
        active = segmentation.active[window][: len(heard)]
        weight = WINDOW_WEIGHT[: len(heard)]
        seen[first : first + len(heard), 0] += weight
        low, high = bisect_right(ordered, first), bisect_left(ordered, first + len(heard))
        inside = [cut - first for cut in ordered[low:high]]
        given = _people_of_runs(active, owner[first : first + len(heard)], people, inside)
        for local in range(active.shape[1]):
            columns = given[:, local]
            rows = np.flatnonzero(columns >= 0)
            total[first + rows, columns[rows]] += weight[rows] * heard[rows, local]
    return total / np.maximum(seen, 1e-9)


def _people_of_runs(
    active: NDArray[np.bool_], owner: NDArray[np.int_], people: int, cuts: Sequence[int]
) -> NDArray[np.int_]:
    """The person of each local speaker in each frame of a window, −1 where there is none.

    A run's frames alone decide; the local speaker's other runs weigh a little, and of two runs at
    once the less certain one yields. Frames near a run, where the local speaker is not quite
    active, go with that run.
    """
    frames, locals_ = active.shape
    alone = active.sum(axis=1) == 1
    known = owner >= 0
    votes = np.zeros((locals_, people))
    found: list[tuple[int, int, int, Floats]] = []
    for local in range(locals_):
        for begin, end in _runs_cut(active[:, local], cuts):
            inside = np.arange(begin, end)
            sure = inside[alone[begin:end] & known[begin:end]]
            tally = np.bincount(owner[sure], minlength=people).astype(np.float64)
            votes[local] += tally
            found.append((local, begin, end, tally))
    given = np.full((frames, locals_), -1, dtype=np.int_)
    margins = [_margin(tally + 0.1 * votes[local]) for local, _, _, tally in found]
    for number in sorted(range(len(found)), key=lambda n: -margins[n]):
        local, begin, end, tally = found[number]
        score = tally + 0.1 * votes[local]
        for other in range(locals_):
            beside = given[begin:end, other]
            beside = beside[active[begin:end, other] & (beside >= 0)]
            if other != local and len(beside):
                score = score - np.bincount(beside, minlength=people) - 1e-6
        person = int(score.argmax())
        near = slice(max(0, begin - _NEAR_FRAMES), end + _NEAR_FRAMES)
        empty = given[near, local] < 0
        given[near, local] = np.where(empty, person, given[near, local])
        given[begin:end, local] = person
    return given


def _runs_cut(on: NDArray[np.bool_], cuts: Sequence[int]) -> list[tuple[int, int]]:
    pieces: list[tuple[int, int]] = []
    for begin, end in runs(on):
        edges = [begin, *(cut for cut in cuts if begin < cut < end), end]
        pieces.extend(itertools.pairwise(edges))
    return pieces


def _margin(score: Floats) -> float:
    if len(score) == 1:
        return float(score[0])
    ordered = np.sort(score)
    return float(ordered[-1] - ordered[-2])


def people_spans(segmentation: Segmentation, activity: Floats) -> list[tuple[float, float, int]]:
    """(start, end, person), in seconds and in order, from (n_frames, people) activity.

    One person where there is speech, two in overlap.
    """
    people = activity.shape[1]
    speech = segmentation.speech_probability() > SPEECH_THRESHOLD
    overlap = segmentation.expected_speakers() > OVERLAP_THRESHOLD
    order = np.argsort(-activity, axis=1, kind="stable")
    on = np.zeros(activity.shape, dtype=bool)
    frames = np.arange(len(activity))
    on[frames, order[:, 0]] = speech
    if people > 1:
        second = order[:, 1]
        on[frames, second] |= speech & overlap & (activity[frames, second] > 0.0)
    spans: list[tuple[float, float, int]] = []
    for person in range(people):
        for begin, end in _smooth(on[:, person]):
            spans.append((frame_time(begin - 0.5), frame_time(end - 0.5), person))
    return sorted(spans)


def _smooth(
    on: NDArray[np.bool_], shortest_s: float = 0.1, gap_s: float = 0.15
) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for begin, end in runs(on):
        if joined and begin - joined[-1][1] <= gap_s / FRAME_S:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((begin, end))
    return [(a, b) for a, b in joined if (b - a) * FRAME_S >= shortest_s]


def person_names(spans: Sequence[tuple[float, float, int]]) -> dict[int, str]:
    """``S0``, ``S1``… for the people of spans in order, by first word."""
    return {who: f"S{i}" for i, who in enumerate(dict.fromkeys(who for *_, who in spans))}


def name_turns(spans: Sequence[tuple[float, float, int]]) -> tuple[SpeakerTurn, ...]:
    """Turns of (start, end, person), people named by first word."""
    ordered = sorted(spans)
    names = person_names(ordered)
    return tuple(
        SpeakerTurn(round(max(0.0, start), 3), round(end, 3), names[person])
        for start, end, person in ordered
    )
