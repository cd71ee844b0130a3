"""Which stretches of speech are the same voice, for a known or an unknown number of people.

Works on unit vectors with weights (seconds) and on *rivals*: pairs of stretches that cannot be the
same person because one ten-second window told them apart. This module does not know about sound,
windows or time.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Labels = NDArray[np.int_]
Pairs = NDArray[np.int_]

SAME_VOICE = 0.70
"""Centroids nearer than this cosine are one voice heard twice (telephone speech, CAM++)."""

CERTAINLY_ONE_VOICE = 0.76
"""Two clusters nearer than this that windows hardly tell apart are one person, whatever was told:
a single voice cut in two gives 0.77 and more, two voices at most 0.63 on the calls at hand."""

_RIVALS_A_MINUTE = 5.0
_ROUNDS = 20
_MOST_FOR_SPECTRAL = 1200


def cluster_voices(
    vectors: NDArray[np.float32],
    seconds: Sequence[float],
    rivals: Sequence[tuple[int, int]],
    speakers: int | None,
    most: int = 4,
) -> Labels:
    """A label from 0 for every vector, shape (n,).

    ``vectors`` is (n, d) with unit rows, ``seconds`` the weight of each row, ``rivals`` pairs of
    row numbers that should differ. ``speakers`` is the number of labels wanted (fewer where there
    is plainly but one voice); None finds the largest number up to ``most`` whose voices still
    differ. With fewer vectors than labels every vector gets its own.
    """
    data = np.asarray(vectors, dtype=np.float64)
    weight = np.asarray(seconds, dtype=np.float64)
    pairs = np.asarray(rivals, dtype=np.int_).reshape(-1, 2)
    if len(data) == 0:
        return np.zeros(0, dtype=np.int_)
    if speakers is not None:
        labels = _cluster(data, weight, pairs, min(speakers, len(data)))
        return np.zeros_like(labels) if _one_voice(data, weight, pairs, labels) else labels
    best = np.zeros(len(data), dtype=np.int_)
    for count in range(2, min(most, len(data)) + 1):
        labels = _cluster(data, weight, pairs, count)
        if not _all_differ(data, weight, labels, count):
            break
        best = labels
    return best


def centroids(vectors: Floats, weight: Floats, labels: Labels, count: int) -> Floats:
    """Unit mean vector of each label, (count, d); a label without members has zeros."""
    sums = np.zeros((count, vectors.shape[1]))
    np.add.at(sums, labels, vectors * weight[:, None])
    return np.asarray(sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9))


def soft_centroids(vectors: Floats, shares: Floats) -> Floats:
    """Unit mean vector of each person, (people, d), from each row's (n, people) weights."""
    sums = shares.T @ vectors
    return np.asarray(sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9))


def _cluster(data: Floats, weight: Floats, pairs: Pairs, count: int) -> Labels:
    """The best of several starts by the weighted cosine to centroids, rivals held apart."""
    if count <= 1:
        return np.zeros(len(data), dtype=np.int_)
    found: list[tuple[float, Labels]] = []
    for start in (_by_k_means(data, weight, count), _by_spectrum(data, weight, pairs, count)):
        labels = _settle(data, weight, pairs, start, count)
        found.append((_worth(data, weight, pairs, labels, count), labels))
    return max(found, key=lambda pair: pair[0])[1]


def _by_k_means(data: Floats, weight: Floats, count: int) -> Labels:
    from sklearn.cluster import KMeans

    model = KMeans(count, n_init=10, random_state=0).fit(data, sample_weight=weight)
    return np.asarray(model.labels_, dtype=np.int_)


def _by_spectrum(data: Floats, weight: Floats, pairs: Pairs, count: int) -> Labels:
    """Normalised spectral clustering of the longest stretches; the rest go to the nearest mean."""
    from sklearn.cluster import SpectralClustering

    if len(data) <= count + 1:
        return _by_k_means(data, weight, count)
    kept = np.sort(np.argsort(-weight)[:_MOST_FOR_SPECTRAL])
    affinity = np.exp((data[kept] @ data[kept].T - 1.0) / 0.25)
    place = {int(row): position for position, row in enumerate(kept)}
    for one, other in pairs:
        if int(one) in place and int(other) in place:
            affinity[place[int(one)], place[int(other)]] = 1e-6
            affinity[place[int(other)], place[int(one)]] = 1e-6
    affinity = np.sqrt(weight[kept])[:, None] * affinity * np.sqrt(weight[kept])[None, :]
    model = SpectralClustering(
        count, affinity="precomputed", random_state=0, assign_labels="cluster_qr"
    ).fit(affinity)
    means = centroids(data[kept], weight[kept], np.asarray(model.labels_, dtype=np.int_), count)
    return np.asarray((data @ means.T).argmax(axis=1), dtype=np.int_)


def _settle(data: Floats, weight: Floats, pairs: Pairs, labels: Labels, count: int) -> Labels:
    """Lloyd's rounds on the sphere in which a rival's present label costs what it is worth."""
    for _ in range(_ROUNDS):
        means = centroids(data, weight, labels, count)
        near = data @ means.T * weight[:, None]
        for one, other in pairs:
            shared = 0.5 * min(weight[one], weight[other])
            near[one, labels[other]] -= shared
            near[other, labels[one]] -= shared
        fresh = np.asarray(near.argmax(axis=1), dtype=np.int_)
        if len(np.unique(fresh)) < count or np.array_equal(fresh, labels):
            break
        labels = fresh
    return labels


def _worth(data: Floats, weight: Floats, pairs: Pairs, labels: Labels, count: int) -> float:
    means = centroids(data, weight, labels, count)
    near = float((weight * (data * means[labels]).sum(axis=1)).sum())
    broken = [min(weight[a], weight[b]) for a, b in pairs if labels[a] == labels[b]]
    return near - 0.5 * float(sum(broken))


def _one_voice(data: Floats, weight: Floats, pairs: Pairs, labels: Labels) -> bool:
    if labels.max() != 1:
        return False
    left, right = centroids(data, weight, labels, 2)
    few = len(pairs) / max(weight.sum() / 60.0, 1e-9) < _RIVALS_A_MINUTE
    return bool(few and left @ right > CERTAINLY_ONE_VOICE)


def _all_differ(data: Floats, weight: Floats, labels: Labels, count: int) -> bool:
    means = centroids(data, weight, labels, count)
    likeness = means @ means.T
    upper = likeness[np.triu_indices(count, 1)]
    heard = np.bincount(labels, weights=weight, minlength=count)
    return bool((upper < SAME_VOICE).all() and heard.min() >= max(1.0, 0.02 * heard.sum()))
