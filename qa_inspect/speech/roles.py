"""Who is the agent and who the customer, with how sure that is.

Evidence is added up as natural log-odds for "the first of two main speakers is the agent": the
manifest's channel, what is said (``role_evidence``), who speaks first given the call's direction,
and who asks more. This module does not know sound or how speakers were told apart.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from qa_inspect.domain import Direction, Metadata, Role, Utterance
from qa_inspect.speech.role_evidence import WordEvidence, weigh_words

CHANNEL_ODDS = 5.0
"""Log-odds of a manifest's channel: wrong about once in 150 batches."""

FIRST_SPEAKER_ODDS: Mapping[Direction | None, float] = MappingProxyType(
    {Direction.INBOUND: 0.8, Direction.OUTBOUND: -0.4, None: 0.5}
)
"""Log-odds that whoever speaks first is the agent. Who is called answers first."""

QUESTION_ODDS = 0.5
"""Log-odds for a speaker whose share of questions is higher by one half."""

WORD_TEMPER = 0.45
"""Phrases of one call are not independent; their log-odds are scaled by this."""

ANNOUNCEMENT_WEIGHT = 3.0
CONTRADICTION = 1.5
"""Log-odds of words against the manifest's channel from which a person is asked to look."""

_MOST_MANNER = 0.8
"""Who speaks first and who asks never decide alone: 0.8 is a probability of 0.69."""

_MOST_CONFIDENT = 0.995
_THIRD_AGENT = 3.0


@dataclass(frozen=True, slots=True)
class RoleDecision:
    """The role of every speaker.

    ``confidence`` (0–1) is that of the agent and the customer not being swapped. ``needs_review``
    is set where it is too low to judge anyone by, where the words contradict the manifest and
    where only one side is heard.
    """

    roles: Mapping[str, Role]
    confidence: float
    needs_review: bool
    notes: tuple[str, ...] = ()


def assign_roles(
    utterances: Sequence[Utterance],
    metadata: Metadata,
    *,
    language: str,
    min_confidence: float = 0.7,
    agent_speaker: str | None = None,
    speakers: Sequence[str] = (),
) -> RoleDecision:
    """Decides the roles of a call's speakers.

    ``agent_speaker`` is whom the manifest's channel makes the agent. ``speakers`` names those who
    may have said nothing recognisable. Below ``min_confidence`` (0–1) roles are unknown.
    """
    lines = _lines(utterances, speakers)
    if not any(lines.values()):
        unknown = MappingProxyType(dict.fromkeys(lines, Role.UNKNOWN))
        return RoleDecision(unknown, 0.0, True, ("no words to tell agent and customer by",))
    evidence = {who: weigh_words((u.text for u in said), language) for who, said in lines.items()}
    machines = [who for who in lines if _is_announcement(evidence[who], lines[who], len(lines))]
    people = [who for who in lines if who not in machines and lines[who]]
    if len(people) < 2:
        decision = _one_side(people, evidence, agent_speaker, min_confidence)
    else:
        decision = _two_sides(people, lines, evidence, metadata, agent_speaker, min_confidence)
    roles = dict.fromkeys(lines, Role.UNKNOWN)
    roles.update(decision.roles)
    roles.update(dict.fromkeys(machines, Role.OTHER))
    return RoleDecision(
        MappingProxyType(roles), decision.confidence, decision.needs_review, decision.notes
    )


def confidence_of(log_odds: float) -> float:
    """Probability (0–1) that the likelier of two ways round is right, never quite certain."""
    return min(_MOST_CONFIDENT, 1.0 / (1.0 + math.exp(-min(abs(log_odds), 30.0))))


def _lines(utterances: Sequence[Utterance], speakers: Sequence[str]) -> dict[str, list[Utterance]]:
    lines: dict[str, list[Utterance]] = {who: [] for who in speakers}
    for utterance in utterances:
        lines.setdefault(utterance.speaker, []).append(utterance)
    return lines


def _is_announcement(found: WordEvidence, said: Sequence[Utterance], speakers: int) -> bool:
    """A machine says a machine's phrases and little else; one of two sides is never one."""
    if speakers < 3 or found.announcement < ANNOUNCEMENT_WEIGHT:
        return False
    return len(said) <= 4 and abs(found.agent_over_customer) <= 2 * found.announcement


def _one_side(
    people: Sequence[str],
    evidence: Mapping[str, WordEvidence],
    agent_speaker: str | None,
    min_confidence: float,
) -> RoleDecision:
    note = "only one side of the call is heard"
    if not people:
        return RoleDecision({}, 0.0, True, ("only announcements are heard",))
    who = people[0]
    odds = WORD_TEMPER * evidence[who].agent_over_customer
    if agent_speaker is not None:
        odds += CHANNEL_ODDS if agent_speaker == who else -CHANNEL_ODDS
    confidence = confidence_of(odds)
    sure = confidence >= min_confidence
    role = (Role.AGENT if odds > 0 else Role.CUSTOMER) if sure else Role.UNKNOWN
    return RoleDecision({who: role}, confidence, True, (note,))


def _two_sides(
    people: Sequence[str],
    lines: Mapping[str, Sequence[Utterance]],
    evidence: Mapping[str, WordEvidence],
    metadata: Metadata,
    agent_speaker: str | None,
    min_confidence: float,
) -> RoleDecision:
    agent, customer = _main_pair(people, lines, evidence)
    words = WORD_TEMPER * (
        evidence[agent].agent_over_customer - evidence[customer].agent_over_customer
    )
    manner = QUESTION_ODDS * 2 * (_questions(lines[agent]) - _questions(lines[customer]))
    first = _first(people, lines)
    if first in (agent, customer):
        prior = FIRST_SPEAKER_ODDS[metadata.direction]
        manner += prior if first == agent else -prior
    odds = words + max(-_MOST_MANNER, min(_MOST_MANNER, manner))
    notes: list[str] = []
    review = False
    if agent_speaker in (agent, customer):
        sign = 1.0 if agent_speaker == agent else -1.0
        if sign * words < -CONTRADICTION:
            review = True
            notes.append(
                "the manifest's channel for the agent is contradicted by what is said there"
            )
        odds += sign * CHANNEL_ODDS
    if odds < 0:
        agent, customer = customer, agent
    confidence = confidence_of(odds)
    if confidence < min_confidence:
        notes.append("agent and customer cannot be told apart with confidence")
        return RoleDecision(dict.fromkeys(people, Role.UNKNOWN), confidence, True, tuple(notes))
    roles = {who: _third_role(evidence[who]) for who in people}
    roles.update({agent: Role.AGENT, customer: Role.CUSTOMER})
    return RoleDecision(roles, confidence, review, tuple(notes))


def _main_pair(
    people: Sequence[str],
    lines: Mapping[str, Sequence[Utterance]],
    evidence: Mapping[str, WordEvidence],
) -> tuple[str, str]:
    """The likeliest agent and the likeliest customer among those who say most."""
    if len(people) == 2:
        return people[0], people[1]

    def weight(who: str) -> float:
        return math.log1p(sum(len(u.text) for u in lines[who]))

    agent = max(people, key=lambda who: evidence[who].agent_over_customer + weight(who))
    rest = [who for who in people if who != agent]
    customer = max(rest, key=lambda who: weight(who) - evidence[who].agent_over_customer)
    return agent, customer


def _third_role(found: WordEvidence) -> Role:
    sounds_like_agent = WORD_TEMPER * found.agent_over_customer > _THIRD_AGENT
    return Role.AGENT if sounds_like_agent else Role.OTHER


def _first(people: Sequence[str], lines: Mapping[str, Sequence[Utterance]]) -> str:
    return min(people, key=lambda who: min(u.index for u in lines[who]))


def _questions(said: Sequence[Utterance]) -> float:
    asked = sum("?" in u.text or "？" in u.text for u in said)
    return asked / len(said)
