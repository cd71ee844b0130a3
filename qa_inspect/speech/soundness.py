"""Signs that a recording is no call between an agent and a customer, so that a person looks at it.

A voicemail, an announcement or a conference gives a transcript like any other; what it cannot give
is a fair judgement of one agent. This module knows who speaks when, not what is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from qa_inspect.domain import SpeakerTurn

CONFERENCE = 4
"""People who speak from this number on make a conference: an agent, a customer and somebody the
call was transferred to are three."""

PRESENT_S = 5.0
"""Who speaks at least this long in all (seconds) is counted; less may be a mistake."""

MONOLOGUE_S = 3.0
"""In a voicemail each side speaks at least this long (seconds)."""


def doubts(turns: Sequence[SpeakerTurn]) -> tuple[str, ...]:
    """Sentences for people on why this may be no call between two, empty where it seems to be."""
    spoken_s: dict[str, float] = {}
    for turn in turns:
        spoken_s[turn.speaker] = spoken_s.get(turn.speaker, 0.0) + turn.end_s - turn.start_s
    present = [speaker for speaker, seconds in spoken_s.items() if seconds >= PRESENT_S]
    if len(present) >= CONFERENCE:
        return (f"{len(present)} people speak: this may be a conference",)
    order = [turn.speaker for turn in sorted(turns, key=lambda turn: turn.start_s)]
    changes = sum(before != after for before, after in pairwise(order))
    if len(spoken_s) == 2 and changes == 1 and min(spoken_s.values()) >= MONOLOGUE_S:
        return ("one speaks, then the other, and nobody answers: this may be a voicemail",)
    return ()
