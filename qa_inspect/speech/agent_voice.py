"""The agent's own voice: the one that recurs over an agent's calls, as evidence for roles.

A call gives each speaker's voice; calls whose roles are certain without voices teach an agent's
profile; a profile, or other calls of the same agent in one run, give log-odds for each speaker
that he is the agent. Everything here is a pure function of frozen values that can be pickled: a
worker gets a snapshot of profiles and gives its call's voices back.

This module does not know consent or storage: whoever calls it for an agent has his consent.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from qa_inspect.acoustics import AgentVoice
from qa_inspect.config import SAMPLE_RATE
from qa_inspect.domain import Role, SpeakerTurn
from qa_inspect.speech.activity import runs

LONGEST_S = 12.0
"""Solo speech of each speaker that is embedded (seconds): 8 leave 1 % of voices mistaken after one
call, 20 none; after three calls it makes no difference."""

SHORTEST_S = 1.5
"""Speakers with less solo speech have no voice (seconds)."""

TEACHING_CONFIDENCE = 0.97
"""Confidence of roles, found without voices, from which a call teaches (0–1)."""

TEACHES_S = 5.0
"""Solo speech from which a call teaches an agent's profile (seconds)."""

CLEAR_S = 4.0
"""Solo speech from which a voice weighs fully; less weighs in proportion (seconds)."""

SAME_CENTRE = 0.70
SAME_CENTRE_ONE_CALL = 0.06
SAME_SLOPE = 25.0
"""A cosine of ``SAME_CENTRE`` less ``SAME_CENTRE_ONE_CALL`` over the profile's calls is as likely
of one person as of two: means over more calls are nearer to everybody. The slope is half of what
logistic regression gives (docs/lab-notes.md), because its calls were other lines but not other
days."""

STRANGER_SHARE = 0.1
"""Share of calls in which somebody else than usual sits at an agent's place."""

LOOKALIKE_SHARE = 0.03
"""Share of calls whose customer has a voice like the agent's, or is mixed up with it."""

FEW_CALLS = 0.5
"""A profile of n calls weighs n / (n + this)."""

MOST_REMEMBERED_S = 600.0
"""Seconds of speech that a profile weighs at most, so that a new headset or a cold is followed."""

_PIECE_S = 4.0
_SHORTEST_PIECE_S = 0.5
_STEP = 160
_EDGE_S = 0.05
"""Left off at both ends of a stretch, where diarization is least exact (seconds)."""

Floats = NDArray[np.float32]
Reals = NDArray[np.float64]
Embed = Callable[[Sequence[Floats]], Floats]
Vector = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Voice:
    """A speaker's voice in one call: a unit vector, and the solo speech behind it (seconds)."""

    vector: Vector = field(repr=False)
    seconds: float


@dataclass(frozen=True, slots=True)
class CallVoices:
    """The voices of one call's speakers; those who are certainly machines are left out.

    ``agent_speaker`` names the agent where that is certain without any voice, else None.
    """

    call_id: str
    agent_id: str
    voices: Mapping[str, Voice]
    agent_speaker: str | None = None
    customer_id: str | None = None


def speaker_voices(
    sound: Mapping[str, Floats],
    turns: Sequence[SpeakerTurn],
    embed: Embed,
    *,
    longest_s: float = LONGEST_S,
) -> Mapping[str, Voice]:
    """The voice of every speaker who is heard alone for long enough.

    ``sound`` has each speaker's samples (16 kHz, shape (n,)): the same for all on a mono call, his
    own channel on a stereo one. ``embed`` makes a unit vector of each stretch, (stretches, d), of
    at most ``longest_s`` seconds a speaker.
    """
    names: list[str] = []
    pieces: list[Floats] = []
    for who, samples in sound.items():
        own = _solo_pieces(samples, turns, who, longest_s)
        names.extend([who] * len(own))
        pieces.extend(own)
    if not pieces:
        return MappingProxyType({})
    return mean_voices(embed(pieces), [len(p) / SAMPLE_RATE for p in pieces], names)


def mean_voices(
    vectors: Floats, seconds: Sequence[float], speakers: Sequence[str]
) -> Mapping[str, Voice]:
    """Each speaker's voice from unit vectors of stretches, (stretches, d), weighted by seconds.

    ``speakers`` names each stretch's. Speakers with less than ``SHORTEST_S`` seconds have none.
    """
    length = np.asarray(seconds, dtype=np.float64)
    name = np.asarray(speakers)
    found: dict[str, Voice] = {}
    for who in dict.fromkeys(speakers):
        rows = np.flatnonzero(name == who)
        heard_s = float(length[rows].sum())
        if heard_s >= SHORTEST_S:
            mean = unit(length[rows] @ vectors[rows].astype(np.float64))
            found[who] = Voice(frozen(mean), round(heard_s, 3))
    return MappingProxyType(found)


def _solo_pieces(
    samples: Floats, turns: Sequence[SpeakerTurn], who: str, longest_s: float
) -> list[Floats]:
    """Up to ``longest_s`` seconds of a speaker alone, from his longest stretches."""
    edge = round(_EDGE_S * SAMPLE_RATE)
    shortest = round(_SHORTEST_PIECE_S * SAMPLE_RATE)
    left = round(longest_s * SAMPLE_RATE)
    taken: list[Floats] = []
    for begin, end in sorted(_alone(turns, who), key=lambda span: span[0] - span[1]):
        first = begin * _STEP + edge
        last = max(first, min(end * _STEP - edge, first + left))
        stretch = samples[first:last]
        if len(stretch) < shortest:
            continue
        left -= len(stretch)
        pieces = max(1, round(len(stretch) / SAMPLE_RATE / _PIECE_S))
        taken.extend(np.array_split(stretch, pieces))
        if left < shortest:
            break
    return taken


def _alone(turns: Sequence[SpeakerTurn], who: str) -> list[tuple[int, int]]:
    """Stretches in which a speaker talks and nobody else, as (first, last exclusive) steps."""
    length = max((math.ceil(turn.end_s * SAMPLE_RATE / _STEP) for turn in turns), default=0)
    own = np.zeros(length, dtype=bool)
    others = np.zeros(length, dtype=bool)
    for turn in turns:
        first, last = (round(t * SAMPLE_RATE / _STEP) for t in (turn.start_s, turn.end_s))
        (own if turn.speaker == who else others)[first:last] = True
    return runs(own & ~others)


# ---------------------------------------------------------------- what a voice is worth


def voice_odds(voices: Mapping[str, Voice], profile: AgentVoice | None) -> Mapping[str, float]:
    """Natural log-odds, for each speaker with a voice, that he is the agent.

    The difference of two speakers' odds is that of the one being the agent over the other. Empty
    without a profile, and where nobody is like it: then a colleague took the call, and who is
    least unlike means nothing.
    """
    if profile is None:
        return MappingProxyType({})
    return odds_by_centroid(voices, np.asarray(profile.centroid), profile.calls, profile.doubted)


def odds_by_centroid(
    voices: Mapping[str, Voice], centroid: Reals, calls: int, doubted: int
) -> Mapping[str, float]:
    """``voice_odds`` by a unit vector that ``calls`` agree with and ``doubted`` do not."""
    trust = (calls - doubted) / (calls + doubted + FEW_CALLS)
    cosines = {who: float(as_array(voice) @ centroid) for who, voice in voices.items()}
    if trust <= 0 or not any(same_voice(cosine, calls) > 0 for cosine in cosines.values()):
        return MappingProxyType({})
    odds = {
        who: trust * min(1.0, voices[who].seconds / CLEAR_S) * agent_odds(cosine, calls)
        for who, cosine in cosines.items()
    }
    return MappingProxyType({who: round(value, 4) for who, value in odds.items()})


def same_voice(cosine: float, calls: int = 1) -> float:
    """Log-odds that a voice at this cosine (−1–1) is that of a mean over ``calls`` calls."""
    return SAME_SLOPE * (cosine - same_voice_from(calls))


def same_voice_from(calls: int) -> float:
    """The cosine from which a voice is rather the same as a mean over ``calls`` calls."""
    return SAME_CENTRE - SAME_CENTRE_ONE_CALL / max(1, calls)


def agent_odds(cosine: float, calls: int) -> float:
    """Log-odds with room for what the scores do not know: strangers at the agent's place give it
    a floor of −2.3, customers who sound alike a ceiling of 3.4."""
    ratio = math.exp(max(-30.0, min(30.0, same_voice(cosine, calls))))
    same = (1 - STRANGER_SHARE) * ratio + STRANGER_SHARE
    other = LOOKALIKE_SHARE * ratio + (1 - LOOKALIKE_SHARE)
    return math.log(same / other)


# ---------------------------------------------------------------- learning


def certain_agent(roles: Mapping[str, Role], confidence: float, needs_review: bool) -> str | None:
    """Who may teach the agent's profile, or None.

    The arguments are of a role decision made *without* voices, so that voices never confirm
    themselves. A call that was passed on to a second agent teaches nothing.
    """
    agents = [who for who, role in roles.items() if role is Role.AGENT]
    sure = confidence >= TEACHING_CONFIDENCE and not needs_review
    return agents[0] if sure and len(agents) == 1 else None


def learn(
    profile: AgentVoice | None, agent_id: str, voice: Voice, *, model: str, now: datetime
) -> AgentVoice | None:
    """The profile after one more call in which this voice was certainly the agent's.

    A voice unlike the profile's does not enter it; it is only counted. When as many calls have
    doubted the voice as agreed with it, the newest takes its place (Boyer and Moore's majority
    vote), so neither one wrong call nor a wrong first one stays. Gives ``profile`` back where too
    little was said.
    """
    if voice.seconds < TEACHES_S:
        return profile
    fresh = AgentVoice(agent_id, voice.vector, 1, 0, voice.seconds, model, now)
    if profile is None or profile.model != model:
        return fresh
    cosine = float(as_array(voice) @ np.asarray(profile.centroid))
    if same_voice(cosine, profile.calls) < 0:
        doubted = profile.doubted + 1
        if doubted >= profile.calls:
            return fresh
        return replace(profile, doubted=doubted, updated_at=now)
    remembered_s = min(profile.seconds, MOST_REMEMBERED_S)
    mean = remembered_s * np.asarray(profile.centroid) + voice.seconds * as_array(voice)
    return replace(
        profile,
        centroid=frozen(unit(mean)),
        calls=profile.calls + 1,
        seconds=round(profile.seconds + voice.seconds, 3),
        updated_at=now,
    )


def as_array(voice: Voice) -> Reals:
    """A voice's vector, shape (d,)."""
    return np.asarray(voice.vector, dtype=np.float64)


def unit(vector: Reals) -> Reals:
    """The vector with length 1; zeros stay."""
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-9))


def frozen(vector: Reals) -> Vector:
    """Rounded to 32 bits as the store keeps it, so that what was saved and computed are equal."""
    return tuple(float(value) for value in vector.astype(np.float32))
