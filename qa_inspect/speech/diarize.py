"""Who spoke when on one channel that several people share.

The local speakers of the segmentation's windows become people of the call: stretches in which one
of them talks alone are embedded once, clustered by their voices and by what windows say of the same
frames, cut where another voice begins inside them, and clustered again. ``people`` judges how many
there are, ``speaker_frames`` makes turns of the labelled stretches.

This module does not know words or roles. ``named_pipeline`` takes its place where a user names a
pyannote pipeline.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from qa_inspect.domain import SpeakerTurn
from qa_inspect.speech.clustering import centroids, cluster_voices, soft_centroids
from qa_inspect.speech.embedding import CELL_S, VoiceCells
from qa_inspect.speech.people import Likeness, choose, likenesses
from qa_inspect.speech.segmentation import FRAME_S, FRAME_SAMPLES, Segmentation, frame_time
from qa_inspect.speech.speaker_frames import (
    name_turns,
    people_spans,
    person_activity,
    person_names,
)
from qa_inspect.speech.stretches import Bonds, Stretch, solo_stretches, window_bonds
from qa_inspect.speech.turns import Pool, likelihoods, part, voice_changes, whole
from qa_inspect.speech.voice_evidence import VoiceEvidence

SHORTEST_VOICE_S = 0.4
"""Stretches from this length (seconds) are embedded; shorter ones follow their neighbours."""

_BOND_WORTH = 0.04
"""What a second of agreement with one neighbour weighs against a second of a cosine of 1."""

_TEMPERATURE = 0.05
_ROUNDS = 3
_SWEEPS = 15
_CUTTINGS = 2

Floats = NDArray[np.float64]


class Voices(Protocol):
    """Hears voices: ``embedding.VoiceEmbedder``, or a scripted one."""

    def cells(self, stretches: Sequence[NDArray[np.float32]]) -> Sequence[VoiceCells]:
        """What is heard in each stretch of samples (16 kHz), in cells of ``CELL_S`` seconds."""

    def pool(self, cells: VoiceCells) -> NDArray[np.float32]:
        """A unit vector for each row of cells."""


@dataclass(frozen=True, slots=True)
class Diarized:
    """Turns of the people ``S0``, ``S1``… (numbered by first word), ordered by start, and what
    voices say of each moment in which one of them talks alone."""

    turns: tuple[SpeakerTurn, ...]
    voices: VoiceEvidence | None = None


def diarize(
    segmentation: Segmentation,
    samples: NDArray[np.float32],
    voices: Voices,
    speakers: int | None,
) -> Diarized:
    """Who speaks when.

    ``voices`` hears each stretch of samples; ``speakers`` is how many people to
    expect, None to find out (1–8).
    """
    stretches = list(solo_stretches(segmentation))
    voiced = [i for i, s in enumerate(stretches) if s.seconds >= SHORTEST_VOICE_S]
    pieces = [
        samples[stretches[i].first * FRAME_SAMPLES : stretches[i].last * FRAME_SAMPLES]
        for i in voiced
    ]
    cells: list[VoiceCells | None] = [None] * len(stretches)
    for i, made in zip(voiced, voices.cells(pieces) if pieces else (), strict=True):
        cells[i] = made
    parts = settle(segmentation, stretches, cells, voices.pool, speakers)
    people = int(parts.labels.max(initial=0)) + 1
    owner = np.full(segmentation.n_frames, -1, dtype=np.int_)
    for stretch, label in zip(parts.stretches, parts.labels, strict=True):
        owner[stretch.first : stretch.last] = label
    spans = people_spans(segmentation, person_activity(segmentation, owner, people, parts.cuts))
    return Diarized(name_turns(spans), _evidence(parts, voices.pool, person_names(spans)))


def _evidence(parts: Parts, pool: Pool, names: Mapping[int, str]) -> VoiceEvidence | None:
    """What the cells of all stretches say of the people who have a name, if they are several."""
    voiced = [i for i, own in enumerate(parts.cells) if own is not None]
    if len(names) < 2 or not voiced:
        return None
    heard = [own for own in parts.cells if own is not None]
    people = int(parts.labels.max()) + 1
    likely = likelihoods(heard, parts.labels[voiced], people, pool)[:, list(names)]
    middles = [
        frame_time(parts.stretches[i].first - 0.5) + (np.arange(len(own.frames)) + 0.5) * CELL_S
        for i, own in zip(voiced, heard, strict=True)
    ]
    return VoiceEvidence(tuple(names.values()), np.concatenate(middles), likely)


@dataclass(frozen=True, slots=True)
class Parts:
    """Stretches with the cells and the person of each, from 0, and the frames at which one was cut
    in two."""

    stretches: tuple[Stretch, ...]
    cells: tuple[VoiceCells | None, ...]
    labels: NDArray[np.int_]
    cuts: frozenset[int]


def settle(
    segmentation: Segmentation,
    stretches: Sequence[Stretch],
    cells: Sequence[VoiceCells | None],
    pool: Pool,
    speakers: int | None,
) -> Parts:
    """The people of the call, as many as the evidence bears.

    ``cells`` are the stretches' voices, None for those too short to have one.
    """
    bonds = window_bonds(segmentation, stretches)

    @functools.cache
    def found(count: int) -> tuple[Parts, tuple[Likeness, ...]]:
        return _settle(segmentation, stretches, cells, bonds, pool, count)

    return choose(speakers, found)


def _settle(
    segmentation: Segmentation,
    stretches: Sequence[Stretch],
    cells: Sequence[VoiceCells | None],
    bonds: Bonds,
    pool: Pool,
    speakers: int,
) -> tuple[Parts, tuple[Likeness, ...]]:
    """So many people: labelled, cut where voices change inside, and labelled again."""
    cuts: set[int] = set()
    labels, means = _label(stretches, bonds, cells, pool, speakers)
    for _ in range(_CUTTINGS):
        before = len(cuts)
        stretches, cells = _cut(stretches, cells, labels, pool, cuts)
        if len(cuts) == before:
            break
        bonds = window_bonds(segmentation, stretches)
        cut = np.array([not cuts.isdisjoint((s.first, s.last)) for s in stretches], dtype=bool)
        # Windows know nothing of cuts: what they say about one person there is no evidence.
        bonds = bonds.where((bonds.same < 0.0) | ~(cut[bonds.one] | cut[bonds.other]))
        labels, means = _label(stretches, bonds, cells, pool, speakers)
    seconds = np.array(
        [s.seconds if c is not None else 0.0 for s, c in zip(stretches, cells, strict=True)]
    )
    heard = np.bincount(labels, weights=seconds, minlength=len(means))
    pairs = likenesses(
        means,
        heard.astype(np.float64),
        _between(labels, bonds.where(bonds.same < -0.5), len(means)),
        _between(labels, bonds.where(bonds.same > 0.5), len(means)),
    )
    return Parts(tuple(stretches), tuple(cells), labels, frozenset(cuts)), pairs


def _between(labels: NDArray[np.int_], bonds: Bonds, people: int) -> Floats:
    """How many bonds lie between every two people, symmetric."""
    counts = np.zeros((people, people))
    one, other = labels[bonds.one], labels[bonds.other]
    np.add.at(counts, (one, other), 1.0)
    np.add.at(counts, (other, one), (one != other).astype(np.float64))
    return counts


def _label(
    stretches: Sequence[Stretch],
    bonds: Bonds,
    cells: Sequence[VoiceCells | None],
    pool: Pool,
    speakers: int,
) -> tuple[NDArray[np.int_], Floats]:
    """The person of every stretch by what is heard in its cells, and people's mean voices."""
    voiced = [i for i, c in enumerate(cells) if c is not None]
    if not voiced:
        return np.zeros(len(stretches), dtype=np.int_), np.zeros((1, 1))
    vectors = pool(whole([c for c in cells if c is not None]))
    labels = label_stretches(stretches, bonds, voiced, vectors, speakers)
    weight = np.array([stretches[i].seconds for i in voiced])
    people = int(labels.max()) + 1
    return labels, centroids(vectors.astype(np.float64), weight, labels[voiced], people)


def _cut(
    stretches: Sequence[Stretch],
    cells: Sequence[VoiceCells | None],
    labels: NDArray[np.int_],
    pool: Pool,
    cuts: set[int],
) -> tuple[list[Stretch], list[VoiceCells | None]]:
    """Stretches and cells, cut where the voice changes; the frames of new cuts join ``cuts``."""
    voiced = [i for i, own in enumerate(cells) if own is not None]
    heard = [own for own in cells if own is not None]
    people = int(labels.max(initial=0)) + 1
    changes = iter(voice_changes(heard, labels[voiced], people, pool))
    fresh: list[Stretch] = []
    kept: list[VoiceCells | None] = []
    for stretch, own in zip(stretches, cells, strict=True):
        found = next(changes) if own is not None else []
        if own is None or not found:
            fresh.append(stretch)
            kept.append(own)
            continue
        edges = [0, *found, len(own.frames)]
        frames = [stretch.first + round(i * CELL_S / FRAME_S) for i in edges[:-1]]
        cuts.update(frames[1:])
        for (first, last), (begin, end) in zip(
            itertools.pairwise([*frames, stretch.last]), itertools.pairwise(edges), strict=True
        ):
            fresh.append(Stretch(first, last, stretch.window, stretch.local))
            kept.append(part(own, begin, end))
    return fresh, kept


def label_stretches(
    stretches: Sequence[Stretch],
    bonds: Bonds,
    voiced: Sequence[int],
    vectors: NDArray[np.float32],
    speakers: int,
) -> NDArray[np.int_]:
    """The person of every stretch, from 0: voices and windows settle it together.

    ``vectors`` are the unit voice vectors of the stretches numbered in ``voiced``. A stretch's
    energy is its seconds times the cosine to each person's mean voice, plus what the bonds to its
    neighbours are worth; it is minimised by mean field, and the mean voices are taken anew.
    """
    seconds = np.array([s.seconds for s in stretches])
    if not voiced:
        return np.zeros(len(stretches), dtype=np.int_)
    place = np.full(len(stretches), -1, dtype=np.int_)
    place[list(voiced)] = np.arange(len(voiced))
    apart = bonds.where(bonds.same < -0.5)
    rivals = np.stack([place[apart.one], place[apart.other]], axis=1)
    rivals = rivals[(rivals >= 0).all(axis=1)]
    weight = seconds[list(voiced)]
    clear = cluster_voices(vectors, weight, rivals, speakers)
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


def _coupling(bonds: Bonds, seconds: Floats) -> Any:
    """Bonds as a sparse symmetric matrix of what agreement is worth, in seconds."""
    from scipy.sparse import csr_array

    shorter = np.minimum(seconds[bonds.one], seconds[bonds.other])
    worth = _BOND_WORTH * bonds.same * shorter
    size = len(seconds)
    upper = csr_array((worth, (bonds.one, bonds.other)), shape=(size, size))
    return upper + upper.T


class MonoDiarizer:
    """The bundled way: segmentation frames and voice embeddings."""

    def __init__(self, voices: Voices) -> None:
        self._voices = voices

    def run(
        self, segmentation: Segmentation, samples: NDArray[np.float32], speakers: int | None
    ) -> Diarized:
        """Turns of ``speakers`` people (None: found out), ordered by start, and their voices."""
        return diarize(segmentation, samples, self._voices, speakers)
