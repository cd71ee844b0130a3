"""What is measured of sound: how an utterance sounds, how loud a recording is, whose voice it is.

This module does not know what was said, how sound is measured or how it is drawn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Prosody:
    """How one utterance sounds, measured where its speaker is heard alone.

    ``speech_s`` is the time in seconds that the figures rest on. ``loudness_db`` is the level of
    the voice in dB below full scale (0 is the loudest there can be) and ``loudness_range_db`` how
    far it moves, from its quieter to its louder moments. ``pitch_hz`` is the median pitch,
    ``pitch_range_st`` its movement in semitones. ``effort_db`` is what the voice has above 1 kHz
    against what it has below, in dB: shouting raises it, a volume control does not. Every figure
    but the first two is None where it could not be told. Levels compare within one speaker of
    one call only: telephones and recorders set them.
    """

    speech_s: float
    loudness_db: float
    loudness_range_db: float | None = None
    pitch_hz: float | None = None
    pitch_range_st: float | None = None
    effort_db: float | None = None


@dataclass(frozen=True, slots=True)
class Outline:
    """How loud a recording is from step to step, kept for drawing it.

    ``levels`` holds one byte a step of ``step_s`` seconds, the first from 0.0 on, by the speaker
    who is alone on that channel (``left``, ``right``), or under the empty name where all are on
    one: 255 is 0 dB below full scale, each less is 0.25 dB less, 0 is anything softer.
    """

    step_s: float
    levels: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class AgentVoice:
    """What is kept of an agent's voice, with his consent: the mean over his calls, no sound.

    ``centroid`` has unit length. ``calls`` agreed with it and ``doubted`` did not; ``seconds`` of
    speech went into it. ``model`` made it: vectors of two models do not compare.
    """

    agent_id: str
    centroid: tuple[float, ...] = field(repr=False)
    calls: int
    doubted: int
    seconds: float
    model: str
    updated_at: datetime
