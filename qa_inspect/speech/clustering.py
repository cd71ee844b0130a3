"""Which stretches of speech are the same voice, for a number of people that is given.

Works on unit vectors with weights (seconds) and on *rivals*: pairs of stretches that cannot be the
same person because one ten-second window told them apart. ``people`` finds the number. This module
does not know about sound, windows or time.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Labels = NDArray[np.int_]
Pairs = NDArray[np.int_]

_ROUNDS = 20
_MOST_TO_START = 1200
"""Rows, those with the most weight, that a start looks at: spectral clustering compares every two,
and a three-hour call has some eight thousand. The others go to the nearest mean."""


def cluster_voices(
    vectors: NDArray[np.float32],
    seconds: ArrayLike,
    rivals: ArrayLike,
    speakers: int,
) -> Labels:
    """A label from 0 for every vector, shape (n,).

    ``vectors`` is (n, d) with unit rows, ``seconds`` the weight of each row, ``rivals`` (m, 2)
    pairs of row numbers that should differ. ``speakers`` is the number of labels wanted; with fewer
    vectors than labels every vector gets its own.
    """
    data = np.asarray(vectors, dtype=np.float64)
    weight = np.asarray(seconds, dtype=np.float64)
    pairs = np.asarray(rivals, dtype=np.int_).reshape(-1, 2)
    if len(data) == 0:
        return np.zeros(0, dtype=np.int_)
    return _cluster(data, weight, pairs, min(speakers, len(data)))


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

    kept = _heaviest(weight)
    model = KMeans(count, n_init=10, random_state=0).fit(data[kept], sample_weight=weight[kept])
    return np.asarray(model.predict(data), dtype=np.int_)


def _by_spectrum(data: Floats, weight: Floats, pairs: Pairs, count: int) -> Labels:
    """Normalised spectral clustering of the longest stretches; the rest go to the nearest mean."""
    from sklearn.cluster import SpectralClustering

    if len(data) <= count + 1:
        return _by_k_means(data, weight, count)
    kept = _heaviest(weight)
    affinity = np.exp((data[kept] @ data[kept].T - 1.0) / 0.25)
    place = np.full(len(data), -1, dtype=np.int_)
    place[kept] = np.arange(len(kept))
    inside = place[pairs][(place[pairs] >= 0).all(axis=1)]
    affinity[inside[:, 0], inside[:, 1]] = 1e-6
    affinity[inside[:, 1], inside[:, 0]] = 1e-6
    affinity = np.sqrt(weight[kept])[:, None] * affinity * np.sqrt(weight[kept])[None, :]
    model = SpectralClustering(
        count, affinity="precomputed", random_state=0, assign_labels="cluster_qr"
    ).fit(affinity)
    means = centroids(data[kept], weight[kept], np.asarray(model.labels_, dtype=np.int_), count)
    return np.asarray((data @ means.T).argmax(axis=1), dtype=np.int_)


def _heaviest(weight: Floats) -> Labels:
    """The rows that a start looks at, in order."""
    return np.sort(np.argsort(-weight, kind="stable")[:_MOST_TO_START])


def _settle(data: Floats, weight: Floats, pairs: Pairs, labels: Labels, count: int) -> Labels:
    """Lloyd's rounds on the sphere in which a rival's present label costs what it is worth."""
    one, other = pairs.T
    shared = 0.5 * np.minimum(weight[one], weight[other])
    for _ in range(_ROUNDS):
        means = centroids(data, weight, labels, count)
        near = data @ means.T * weight[:, None]
        np.subtract.at(near, (one, labels[other]), shared)
        np.subtract.at(near, (other, labels[one]), shared)
        fresh = np.asarray(near.argmax(axis=1), dtype=np.int_)
        if len(np.unique(fresh)) < count or np.array_equal(fresh, labels):
            break
        labels = fresh
    return labels


def _worth(data: Floats, weight: Floats, pairs: Pairs, labels: Labels, count: int) -> float:
    means = centroids(data, weight, labels, count)
    near = float((weight * (data * means[labels]).sum(axis=1)).sum())
    one, other = pairs[labels[pairs[:, 0]] == labels[pairs[:, 1]]].T
    return near - 0.5 * float(np.minimum(weight[one], weight[other]).sum())
