"""What the strength of the evidence for a flag is worth: the share of such flags that are right.

A calibration is a few points ``[strength, share]``, measured on flags that people judged. Between
two points the share goes in a straight line. Evidence weaker than any that was measured says less
in proportion, and evidence stronger than the strongest says no more than that did. This module does
not know rules, calls or where the points were measured.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, Field

_Strength = Annotated[float, Field(gt=0, le=1)]
_Share = Annotated[float, Field(ge=0, le=1)]
Point: TypeAlias = tuple[_Strength, _Share]


def _rising(points: tuple[Point, ...]) -> tuple[Point, ...]:
    for (weak, low), (strong, high) in pairwise(points):
        if strong <= weak:
            raise ValueError(
                f"the strength {strong:g} stands after {weak:g}; write the weakest first, each once"
            )
        if high < low:
            raise ValueError(
                f"stronger evidence ({strong:g}) is worth less ({high:g}) than weaker ({low:g}); "
                "shares may not fall"
            )
    return points


Calibration = Annotated[tuple[Point, ...], Field(max_length=10), AfterValidator(_rising)]
"""Points from the weakest evidence to the strongest; none where nothing was measured."""


def share_right(points: Sequence[Point], strength: float) -> float:
    """The share (0–1) of flags on evidence of this strength (0–1) that are right.

    Raises ValueError where there are no points.
    """
    if not points:
        raise ValueError("a calibration without points says nothing")
    for (weak, low), (strong, high) in pairwise(((0.0, 0.0), *points)):
        if strength <= strong:
            return low + (high - low) * (strength - weak) / (strong - weak)
    return points[-1][1]
