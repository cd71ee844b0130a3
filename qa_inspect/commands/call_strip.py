"""A call's turns as two short lanes for the terminal: when the agent spoke, and when the customer.

A call without times has none. This module does not know how to print.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qa_inspect.domain import Role, Utterance

SPOKE, QUIET = "█", "·"
_LANES = (Role.AGENT, Role.CUSTOMER)


@dataclass(frozen=True, slots=True)
class Lane:
    """One role's lane: a character for each slice of the call, and the role's share of speech
    (0–1 of what agent and customer said together)."""

    role: Role
    slices: str
    share: float


def lanes(
    utterances: Sequence[Utterance], duration_s: float | None, width: int
) -> tuple[Lane, ...]:
    """The lanes of agent and customer, ``width`` slices long; empty where no time is known."""
    spoken = {
        role: [
            (said.start_s, said.end_s)
            for said in utterances
            if said.role is role and said.start_s is not None and said.end_s is not None
        ]
        for role in _LANES
    }
    end_s = max((end for spans in spoken.values() for _, end in spans), default=0.0)
    length_s = max(duration_s or 0.0, end_s)
    if not end_s or not length_s:
        return ()
    seconds = {role: sum(end - start for start, end in spans) for role, spans in spoken.items()}
    total_s = sum(seconds.values())
    return tuple(
        Lane(role, _drawn(spoken[role], length_s, width), seconds[role] / total_s)
        for role in _LANES
    )


def _drawn(spans: Sequence[tuple[float, float]], length_s: float, width: int) -> str:
    slice_s = length_s / width
    spoke = [
        any(start < (place + 1) * slice_s and end > place * slice_s for start, end in spans)
        for place in range(width)
    ]
    return "".join(SPOKE if one else QUIET for one in spoke)
