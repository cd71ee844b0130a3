"""Several calls of one agent together: the voice that is in all of them is the agent's.

For calls that stayed undecided at the end of a run. Pure functions of frozen values. This module
does not know consent, storage, or how one voice is compared with a profile (``agent_voice``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from qa_inspect.acoustics import AgentVoice
from qa_inspect.speech.agent_voice import (
    CallVoices,
    Reals,
    Vector,
    as_array,
    frozen,
    odds_by_centroid,
    same_voice,
    same_voice_from,
    unit,
    voice_odds,
)

FEWEST_CALLS = 3
"""In two calls a customer who rang twice recurs like the agent does."""

MOST_CALLS = 200
"""Calls of one agent that are compared with one another (the rest with what came of them)."""

RIVAL_SHARE = 0.5
"""Another voice that recurs in more than this share of the best one's calls spoils it."""

SHARED_FROM = 0.85
"""Cosine of two agents' voices from which they are one: means over three calls of one person have
0.86 and more, those of two people at most 0.73."""

_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Recurrence:
    """A voice found in several calls: its unit vector and, by call, the speaker who has it."""

    vector: Vector
    speakers: Mapping[str, str]


def settle_by_voice(
    calls: Sequence[CallVoices], profiles: Mapping[str, AgentVoice | None]
) -> Mapping[str, Mapping[str, float]]:
    """Log-odds by call and speaker that he is the agent, for calls without ``agent_speaker``.

    An agent's profile speaks where there is one; else the voice that recurs over his calls here.
    A voice that recurs for two agents is neither's (an announcement, a test line). Calls about
    which voices say nothing are not in the result.
    """
    by_agent: dict[str, list[CallVoices]] = {}
    for call in calls:
        if call.agent_speaker is None and call.voices:
            by_agent.setdefault(call.agent_id, []).append(call)
    settled: dict[str, Mapping[str, float]] = {}
    found: dict[str, Recurrence] = {}
    for agent_id, own in by_agent.items():
        profile = profiles.get(agent_id)
        if profile is None:
            recurrence = recurring_voice(own)
            if recurrence is not None:
                found[agent_id] = recurrence
            continue
        for call in own:
            odds = voice_odds(call.voices, profile)
            if odds:
                settled[call.call_id] = odds
    for agent_id in _nobody_elses(found, profiles):
        settled.update(_odds_of_others(by_agent[agent_id], found[agent_id]))
    return MappingProxyType(settled)


def recurring_voice(calls: Sequence[CallVoices]) -> Recurrence | None:
    """The voice that most calls of one agent have in common, or None where that is not plain.

    Calls of one customer count once. None for fewer than ``FEWEST_CALLS`` calls with that voice,
    where half of the calls lack it, and where a second voice recurs too.
    """
    distinct = _one_a_customer(calls)[:MOST_CALLS]
    if len(distinct) < FEWEST_CALLS:
        return None
    best = _most_common(distinct, taken=frozenset())
    if best is None:
        return None
    count = len(best.speakers)
    if count < FEWEST_CALLS or 2 * count <= len(distinct):
        return None
    rival = _most_common(distinct, taken=frozenset(best.speakers.items()))
    if rival is not None and len(rival.speakers) > max(1, RIVAL_SHARE * count):
        return None
    return best


def _one_a_customer(calls: Sequence[CallVoices]) -> list[CallVoices]:
    kept: dict[object, CallVoices] = {}
    for call in calls:
        kept.setdefault(call.customer_id or (call.call_id,), call)
    return list(kept.values())


def _most_common(
    calls: Sequence[CallVoices], taken: frozenset[tuple[str, str]]
) -> Recurrence | None:
    """The voice with most likeness over calls, leaving out the ``taken`` (call, speaker) pairs."""
    rows = [
        (number, who, voice)
        for number, call in enumerate(calls)
        for who, voice in call.voices.items()
        if (call.call_id, who) not in taken
    ]
    if not rows:
        return None
    owner = np.array([number for number, _, _ in rows])
    vectors = np.array([as_array(voice) for _, _, voice in rows])
    worth = np.maximum(vectors @ vectors.T - same_voice_from(1), 0.0)
    worth[owner[:, None] == owner[None, :]] = 0.0
    # Each other call speaks once, by its likest voice.
    support = np.zeros((len(rows), len(calls)))
    for row, call_number in enumerate(owner):
        np.maximum(support[:, call_number], worth[:, row], out=support[:, call_number])
    centre = vectors[int(support.sum(axis=1).argmax())]
    chosen: dict[int, int] = {}
    for _ in range(_ROUNDS):
        chosen = _chosen(vectors @ centre, owner.tolist(), max(1, len(chosen)))
        if not chosen:
            return None
        picked = list(chosen.values())
        seconds = np.array([rows[row][2].seconds for row in picked])
        centre = unit(seconds @ vectors[picked])
    speakers = {calls[number].call_id: rows[row][1] for number, row in chosen.items()}
    return Recurrence(frozen(centre), MappingProxyType(speakers))


def _chosen(cosines: Reals, owner: Sequence[int], calls: int) -> dict[int, int]:
    """For every call the row that is likest the centre, where it is the same voice at all."""
    found: dict[int, int] = {}
    for row, number in enumerate(owner):
        if same_voice(float(cosines[row]), calls) <= 0:
            continue
        if number not in found or cosines[row] > cosines[found[number]]:
            found[number] = row
    return found


def _nobody_elses(
    found: Mapping[str, Recurrence], profiles: Mapping[str, AgentVoice | None]
) -> list[str]:
    """The agents whose recurring voice is no other agent's."""
    others = {agent_id: r.vector for agent_id, r in found.items()}
    others |= {a: p.centroid for a, p in profiles.items() if p is not None and a not in found}
    kept: list[str] = []
    for agent_id, recurrence in found.items():
        centre = np.asarray(recurrence.vector)
        shared = any(
            float(centre @ np.asarray(vector)) > SHARED_FROM
            for other, vector in others.items()
            if other != agent_id
        )
        if not shared:
            kept.append(agent_id)
    return kept


def _odds_of_others(
    calls: Sequence[CallVoices], recurrence: Recurrence
) -> dict[str, Mapping[str, float]]:
    """Every call judged by the recurring voice as the *other* calls have it."""
    heard = {
        call.call_id: call.voices[recurrence.speakers[call.call_id]]
        for call in calls
        if call.call_id in recurrence.speakers
    }
    total = np.zeros(len(recurrence.vector))
    for voice in heard.values():
        total = total + voice.seconds * as_array(voice)
    settled: dict[str, Mapping[str, float]] = {}
    for call in calls:
        own = heard.get(call.call_id)
        rest = total if own is None else total - own.seconds * as_array(own)
        agreeing = len(heard) - (own is not None)
        odds = odds_by_centroid(call.voices, unit(rest), agreeing, 0)
        if odds:
            settled[call.call_id] = odds
    return settled
