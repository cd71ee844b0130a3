"""Calls with measured sound for the rubric tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rubric_helpers import call

from qa_inspect.acoustics import Prosody
from qa_inspect.domain import Transcript


@dataclass(frozen=True)
class Said:
    """One utterance of three seconds and how far it is from the speaker's usual voice."""

    role: str
    text: str = "I will look into that for you right now."
    louder_db: float = 0.0
    higher_st: float = 0.0
    harder_db: float = 0.0
    speech_s: float = 2.0
    melody_st: float = 6.0
    measured: bool = True


_USUAL = {"agent": (-20.0, 210.0, -6.0), "customer": (-26.0, 120.0, -12.0)}


def sounding(said: Sequence[Said], agent_gain_db: float = 0.0) -> Transcript:
    """The call; ``agent_gain_db`` is what the recorder adds to the agent's channel."""
    made = call(*((one.role, one.text, 4.0 * at, 4.0 * at + 3.0) for at, one in enumerate(said)))
    utterances = []
    for utterance, one in zip(made.utterances, said, strict=True):
        level, pitch, effort = _USUAL.get(one.role, _USUAL["customer"])
        gain = agent_gain_db if one.role == "agent" else 0.0
        prosody = Prosody(
            one.speech_s,
            level + gain + one.louder_db,
            12.0,
            pitch * 2 ** (one.higher_st / 12),
            one.melody_st,
            effort + one.harder_db,
        )
        utterances.append(replace(utterance, prosody=prosody if one.measured else None))
    return replace(made, utterances=tuple(utterances))


CALM = tuple(Said("agent" if at % 2 == 0 else "customer") for at in range(12))
"""Six utterances of each side, all of them as usual."""


def with_one(at: int, **changes: object) -> tuple[Said, ...]:
    """A calm call in which one utterance is another."""
    return tuple(replace(one, **changes) if i == at else one for i, one in enumerate(CALM))
