"""How many people speak: whether the voices found are really so many persons.

Two clusters are two people when their mean voices lie apart, or when windows that heard both told
them apart and did so consistently. How much is asked depends on what was told: people that were
announced need little proof, people beyond them (a transfer, a supervisor) a great deal.

This module does not know sound, windows or time; it judges numbers that ``diarize`` took.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

MOST_PEOPLE = 8

_PATIENCE = 2

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike the two people of a pair are.

    ``cosine`` of their mean voices; ``rivals`` a minute of their speech: pairs of stretches that
    windows told apart; ``consistent``: the share of such pairs that lie between the two rather
    than within one of them; ``broken``: the share of pairs of stretches joined by windows that
    were parted; ``heard_s``: seconds of the one who is heard less.
    """

    cosine: float
    rivals: float
    consistent: float
    broken: float
    heard_s: float


def announced(pair: Likeness) -> bool:
    """Enough for people that were told: apart in voice, less so if windows tell them apart.

    One voice cut in two gives a cosine of 0.74 and more, and hardly any rivals that are not also
    joined elsewhere.
    """
    told_apart = pair.rivals >= 5.0 and pair.broken <= 0.45
    return pair.cosine < (0.82 if told_apart else 0.70)


def discovered(pair: Likeness) -> bool:
    """Enough where nothing was told. Little speech must differ much."""
    if pair.heard_s < 8.0:
        return pair.cosine < 0.5 and pair.heard_s >= 1.0
    told_apart = pair.rivals >= 15.0 and pair.consistent >= 0.8
    return pair.cosine < (0.80 if told_apart else 0.72)


def overwhelming(pair: Likeness) -> bool:
    """Enough for somebody beyond the people told: much speech, far from every other voice."""
    return pair.heard_s >= 9.0 and pair.cosine < 0.60 and pair.broken <= 0.35


def choose(
    told: int | None,
    found: Callable[[int], tuple[Found, Sequence[Likeness]]],
    most: int = MOST_PEOPLE,
) -> Found:
    """The result for the number of people that the evidence bears.

    ``found(n)`` gives the result for ``n`` people and every pair's likeness. Told a number, the
    result may have more people on overwhelming evidence and fewer where there is next to none.
    """
    if told is None:
        best = found(1)[0]
        refused = 0
        for count in range(2, most + 1):
            result, pairs = found(count)
            if len(pairs) and all(map(discovered, pairs)):
                best, refused = result, 0
            else:
                refused += 1
            if refused == _PATIENCE:
                break
        return best
    more = None
    for count in range(told + 1, most + 1):
        result, pairs = found(count)
        if not pairs or not all(map(overwhelming, pairs)):
            break
        more = result
    if more is not None:
        return more
    for count in range(told, 1, -1):
        result, pairs = found(count)
        if pairs and all(map(announced, pairs)):
            return result
    return found(1)[0]


def likenesses(
    means: NDArray[np.float64],
    heard_s: NDArray[np.float64],
    apart: NDArray[np.float64],
    joined: NDArray[np.float64],
) -> tuple[Likeness, ...]:
    """Every pair of people.

    ``means`` are unit vectors (people, d), ``heard_s`` their seconds; ``apart`` and ``joined``
    count the pairs of stretches, (people, people) and symmetric, that windows told apart or gave
    to one local speaker, by the people they now belong to.
    """
    made = []
    for one, other in itertools.combinations(range(len(means)), 2):
        minutes = max(1e-9, (heard_s[one] + heard_s[other]) / 60.0)
        rivals = apart[one, other]
        inside = apart[one, one] + apart[other, other]
        parted = joined[one, other]
        kept = joined[one, one] + joined[other, other]
        made.append(
            Likeness(
                cosine=float(means[one] @ means[other]),
                rivals=float(rivals / minutes),
                consistent=float(rivals / max(1.0, rivals + inside)),
                broken=float(parted / max(1.0, parted + kept)),
                heard_s=float(min(heard_s[one], heard_s[other])),
            )
        )
    return tuple(made)
