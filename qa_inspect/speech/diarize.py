"""Who spoke when on one channel that several people share.

The local speakers of the segmentation's windows become people of the call: stretches in which one
of them talks alone are embedded once, the voices are clustered, and then every window's local
speakers are given to people *together* (two of them are never the same person), by their voices
and by what the neighbouring windows say of the same frames.

This module does not know words or roles. ``named_pipeline`` takes its place where a user names a
pyannote pipeline.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa_inspect.domain import SpeakerTurn
from qa_inspect.speech.activity import SPEECH_THRESHOLD, runs
from qa_inspect.speech.clustering import cluster_voices, soft_centroids
from qa_inspect.speech.segmentation import (
    FRAME_S,
    FRAME_SAMPLES,
    FRAMES_PER_WINDOW,
    Segmentation,
    frame_time,
)

SHORTEST_STRETCH_FRAMES = 6
SHORTEST_VOICE_S = 0.4
"""Stretches from this length (seconds) are embedded; shorter ones follow their neighbours."""

LONGEST_STRETCH_S = 4.0
OVERLAP_THRESHOLD = 1.6
"""Mean number of people heard in a frame from which two are taken to speak."""

_BOND_WORTH = 0.04
"""What a second of agreement with one neighbour weighs against a second of a cosine of 1."""

_TEMPERATURE = 0.05
_ROUNDS = 3
_SWEEPS = 15
_NEAR_FRAMES = 20

WINDOW_WEIGHT = np.hamming(FRAMES_PER_WINDOW)
"""A window's voice in each of its frames: speakers are told apart best in its middle."""

Embed = Callable[[Sequence[NDArray[np.float32]]], NDArray[np.float32]]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Bond:
    """Two stretches seen by the same windows: ``same`` is 1 where every window gave them to one
    local speaker, −1 where to two."""

    one: int
    other: int
    same: float


@dataclass(frozen=True, slots=True)
class Stretch:
    """Frames ``first`` to ``last`` (exclusive) in which a window's local speaker is alone."""

    first: int
    last: int
    window: int
    local: int

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return (self.last - self.first) * FRAME_S


def diarize(
    segmentation: Segmentation,
    samples: NDArray[np.float32],
    embed: Embed,
    speakers: int | None,
) -> tuple[SpeakerTurn, ...]:
    """Turns of the people ``S0``, ``S1``… (numbered by first word), ordered by start.

    ``embed`` makes one unit vector for each stretch of samples; ``speakers`` is how many people to
    expect (1–4), None to find out.
    """
    stretches = solo_stretches(segmentation)
    bonds = window_bonds(segmentation, stretches)
    voiced = [i for i, s in enumerate(stretches) if s.seconds >= SHORTEST_VOICE_S]
    pieces = [
        samples[stretches[i].first * FRAME_SAMPLES : stretches[i].last * FRAME_SAMPLES]
        for i in voiced
    ]
    vectors = embed(pieces) if pieces else np.zeros((0, 1), dtype=np.float32)
    labels = label_stretches(stretches, bonds, voiced, vectors, speakers)
    people = int(labels.max()) + 1 if len(labels) else 1
    return make_turns(segmentation, person_activity(segmentation, stretches, labels, people))


def solo_stretches(segmentation: Segmentation) -> tuple[Stretch, ...]:
    """Stretches in which a window's local speaker talks alone, every second covered once.

    Windows overlap; what lies nearest to a window's middle is heard best there, so such runs are
    taken first and later ones keep only what is still free.
    """
    longest = round(LONGEST_STRETCH_S / FRAME_S)
    candidates: list[tuple[float, Stretch]] = []
    for window, first in enumerate(segmentation.first_frames):
        active = segmentation.active[window][: segmentation.n_frames - first]
        solo = active & (active.sum(axis=1, keepdims=True) == 1)
        for local in range(solo.shape[1]):
            for begin, end in runs(solo[:, local]):
                off_centre = abs((begin + end) / 2 - FRAMES_PER_WINDOW / 2)
                stretch = Stretch(first + begin, first + end, window, local)
                candidates.append((off_centre, stretch))
    taken = np.zeros(segmentation.n_frames, dtype=bool)
    kept: list[Stretch] = []
    for _, stretch in sorted(candidates, key=lambda pair: pair[0]):
        free = runs(~taken[stretch.first : stretch.last])
        taken[stretch.first : stretch.last] = True
        for begin, end in free:
            pieces = max(1, round((end - begin) / longest))
            edges = np.linspace(begin, end, pieces + 1).round().astype(int) + stretch.first
            for left, right in itertools.pairwise(edges):
                if right - left >= SHORTEST_STRETCH_FRAMES:
                    kept.append(Stretch(int(left), int(right), stretch.window, stretch.local))
    return tuple(sorted(kept, key=lambda s: s.first))


def window_bonds(segmentation: Segmentation, stretches: Sequence[Stretch]) -> list[Bond]:
    """What windows say of every two stretches that they see together, in order of time."""
    shares = [_window_shares(segmentation, stretch) for stretch in stretches]
    bonds: list[Bond] = []
    for one, stretch in enumerate(stretches):
        for other in range(one + 1, len(stretches)):
            if stretches[other].last - stretch.first > FRAMES_PER_WINDOW:
                break
            total = weight = 0.0
            for window in shares[one].keys() & shares[other].keys():
                left, right = shares[one][window], shares[other][window]
                sure = float(left.sum() * right.sum())
                if sure > 0.0:
                    total += 2.0 * float(left @ right) - sure
                    weight += 1.0
            if weight:
                bonds.append(Bond(one, other, total / weight))
    return bonds


def label_stretches(
    stretches: Sequence[Stretch],
    bonds: Sequence[Bond],
    voiced: Sequence[int],
    vectors: NDArray[np.float32],
    speakers: int | None,
) -> NDArray[np.int_]:
    """The person of every stretch, from 0: voices and windows settle it together.

    ``vectors`` are the unit voice vectors of the stretches numbered in ``voiced``. A stretch's
    energy is its seconds times the cosine to each person's mean voice, plus what the bonds to its
    neighbours are worth; it is minimised by mean field, and the mean voices are taken anew.
    """
    seconds = np.array([s.seconds for s in stretches])
    if not voiced:
        return np.zeros(len(stretches), dtype=np.int_)
    place = {row: position for position, row in enumerate(voiced)}
    rivals = [
        (place[b.one], place[b.other])
        for b in bonds
        if b.same < -0.5 and b.one in place and b.other in place
    ]
    weight = seconds[list(voiced)]
    clear = cluster_voices(vectors, weight.tolist(), rivals, speakers)
    people = int(clear.max()) + 1
    data = vectors.astype(np.float64)
    coupling = _coupling(bonds, seconds)
    belief = np.full((len(stretches), people), 1.0 / people)
    belief[list(voiced)] = np.eye(people)[clear]
    for _ in range(_ROUNDS):
        means = soft_centroids(data, weight[:, None] * belief[list(voiced)])
        voice = np.zeros((len(stretches), people))
        voice[list(voiced)] = (weight * np.minimum(1.0, weight))[:, None] * (data @ means.T)
        for _ in range(_SWEEPS):
            energy = (voice + coupling @ belief) / (_TEMPERATURE * np.sqrt(seconds)[:, None])
            energy -= energy.max(axis=1, keepdims=True)
            fresh = np.exp(energy)
            belief = 0.5 * belief + 0.5 * fresh / fresh.sum(axis=1, keepdims=True)
    return np.asarray(belief.argmax(axis=1), dtype=np.int_)


def person_activity(
    segmentation: Segmentation,
    stretches: Sequence[Stretch],
    labels: NDArray[np.int_],
    people: int,
) -> Floats:
    """How surely each person is heard in each frame, (n_frames, people), 0–1: windows' mean.

    Every run of a window's local speaker goes to the person whose stretches it covers alone.
    """
    owner = np.full(segmentation.n_frames, -1, dtype=np.int_)
    for stretch, label in zip(stretches, labels, strict=True):
        owner[stretch.first : stretch.last] = label
    total = np.zeros((segmentation.n_frames, people))
    seen = np.zeros((segmentation.n_frames, 1))
    for window, first in enumerate(segmentation.first_frames):
        heard = segmentation.probability[window][: segmentation.n_frames - first]
        active = segmentation.active[window][: len(heard)]
        weight = WINDOW_WEIGHT[: len(heard)]
        seen[first : first + len(heard), 0] += weight
        given = _people_of_runs(active, owner[first : first + len(heard)], people)
        for local in range(active.shape[1]):
            columns = given[:, local]
            rows = np.flatnonzero(columns >= 0)
            total[first + rows, columns[rows]] += weight[rows] * heard[rows, local]
    return total / np.maximum(seen, 1e-9)


def _people_of_runs(
    active: NDArray[np.bool_], owner: NDArray[np.int_], people: int
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
        for begin, end in runs(active[:, local]):
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


def _margin(score: Floats) -> float:
    if len(score) == 1:
        return float(score[0])
    ordered = np.sort(score)
    return float(ordered[-1] - ordered[-2])


def make_turns(segmentation: Segmentation, activity: Floats) -> tuple[SpeakerTurn, ...]:
    """Turns from (n_frames, people) activity: one person where there is speech, two in overlap."""
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
    return name_turns(spans)


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


def name_turns(spans: Sequence[tuple[float, float, int]]) -> tuple[SpeakerTurn, ...]:
    """Turns of (start, end, person) in order, people named ``S0``, ``S1``… by first word."""
    names: dict[int, str] = {}
    turns: list[SpeakerTurn] = []
    for start, end, person in sorted(spans):
        name = names.setdefault(person, f"S{len(names)}")
        turns.append(SpeakerTurn(round(max(0.0, start), 3), round(end, 3), name))
    return tuple(turns)


def _coupling(bonds: Sequence[Bond], seconds: Floats) -> Any:
    """Bonds as a sparse symmetric matrix of what agreement is worth, in seconds."""
    from scipy.sparse import csr_array

    one = np.array([b.one for b in bonds], dtype=np.int_)
    other = np.array([b.other for b in bonds], dtype=np.int_)
    worth = np.array([b.same for b in bonds]) * np.minimum(seconds[one], seconds[other])
    worth = _BOND_WORTH * worth
    size = len(seconds)
    upper = csr_array((worth, (one, other)), shape=(size, size))
    return upper + upper.T


def _window_shares(segmentation: Segmentation, stretch: Stretch) -> dict[int, Floats]:
    """For each window that sees most of a stretch: the share in which each local is heard."""
    shares: dict[int, Floats] = {}
    length = stretch.last - stretch.first
    firsts = segmentation.first_frames
    low = int(np.searchsorted(firsts, stretch.first - FRAMES_PER_WINDOW + 1))
    high = int(np.searchsorted(firsts, stretch.last))
    for window in range(low, high):
        begin = max(0, stretch.first - firsts[window])
        end = min(FRAMES_PER_WINDOW, stretch.last - firsts[window])
        if end - begin > 0.5 * length:
            shares[window] = segmentation.active[window][begin:end].mean(axis=0)
    return shares


class MonoDiarizer:
    """The bundled way: segmentation frames and voice embeddings."""

    def __init__(self, embed: Embed) -> None:
        self._embed = embed

    def run(
        self, segmentation: Segmentation, samples: NDArray[np.float32], speakers: int | None
    ) -> tuple[SpeakerTurn, ...]:
        """Turns of ``speakers`` people (None: found out), ordered by start."""
        return diarize(segmentation, samples, self._embed, speakers)
