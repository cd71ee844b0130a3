"""Who is the agent and who the customer, with how sure that is.

Evidence is added up as natural log-odds for "the first of two main speakers is the agent": the
manifest's channel, what is said (``role_odds``), the voice as known from an agent's other calls,
who speaks first given the call's direction, and who asks more. This module does not know sound,
how speakers were told apart or how a voice was recognised.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from qa_inspect.domain import Direction, Metadata, Role, Utterance
from qa_inspect.speech.role_meaning import meaning_odds
from qa_inspect.speech.role_odds import SpeakerWords, weigh_speaker

CHANNEL_ODDS = 5.0
"""Log-odds of a manifest's channel: wrong about once in 150 batches."""

FIRST_SPEAKER_ODDS: Mapping[Direction | None, float] = MappingProxyType(
    {Direction.INBOUND: 0.8, Direction.OUTBOUND: -0.4, None: 0.5}
)
"""Log-odds that whoever speaks first is the agent. Who is called answers first."""

QUESTION_ODDS = 0.5
"""Log-odds for a speaker whose share of questions is higher by one half."""

MOST_WORDS = 8.0
"""Words never say more than this: enough to overrule a channel, not to be sure beyond doubt."""

MOST_VOICE = 6.0

CONTRADICTION = 1.5
"""Log-odds of words or voice against the rest from which a person is asked to look."""

ASK_MEANING = 0.9
"""Confidence (0–1) below which the meaning of sentences is asked, which takes some 0.1 s."""

ANNOUNCEMENT_WEIGHT = 3.0

_MOST_MANNER = 0.8
"""Who speaks first and who asks never decide alone: 0.8 is a probability of 0.69."""

_MOST_CONFIDENT = 0.995
_THIRD_AGENT = 3.0
_ANNOUNCED_SHARE = 0.5
_ANNOUNCED_LINES = 4
_MACHINE_LIKE = 2.0

Meaning = Callable[[Sequence[str], Sequence[str]], float]
"""Log-odds that the speaker of the first texts is the agent and that of the second the customer."""


@dataclass(frozen=True, slots=True)
class RoleDecision:
    """The role of every speaker.

    ``confidence`` (0–1) is that of the agent and the customer not being swapped. ``needs_review``
    is set where it is too low to judge anyone by, where words or voice contradict the manifest or
    each other, and where only one side is heard.
    """

    roles: Mapping[str, Role]
    confidence: float
    needs_review: bool
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Call:
    """All that roles are told from."""

    lines: Mapping[str, Sequence[Utterance]]
    words: Mapping[str, SpeakerWords]
    voices: Mapping[str, float]
    direction: Direction | None
    agent_speaker: str | None
    min_confidence: float
    meaning: Meaning | None

    def texts(self, who: str) -> list[str]:
        return [utterance.text for utterance in self.lines[who]]


def assign_roles(
    utterances: Sequence[Utterance],
    metadata: Metadata,
    *,
    language: str,
    min_confidence: float = 0.7,
    agent_speaker: str | None = None,
    speakers: Sequence[str] = (),
    voice_odds: Mapping[str, float] | None = None,
    meaning: Meaning | None = meaning_odds,
) -> RoleDecision:
    """Decides the roles of a call's speakers.

    ``agent_speaker`` is whom the manifest's channel makes the agent. ``speakers`` names those who
    may have said nothing recognisable. ``voice_odds`` are natural log-odds, by speaker, of being
    the agent by voice; who is missing has none. ``meaning`` is asked only where everything else
    leaves the call rather open (None: never). Below ``min_confidence`` (0–1) roles are unknown.
    Raises ModelError where the trained head is missing.
    """
    lines = _lines(utterances, speakers)
    if not any(lines.values()):
        unknown = MappingProxyType(dict.fromkeys(lines, Role.UNKNOWN))
        return RoleDecision(unknown, 0.0, True, ("no words to tell agent and customer by",))
    call = _Call(
        lines,
        {who: weigh_speaker([u.text for u in said], language) for who, said in lines.items()},
        dict(voice_odds or {}),
        metadata.direction,
        agent_speaker,
        min_confidence,
        meaning,
    )
    machines = [who for who in lines if _is_announcement(call, who)]
    people = [who for who in lines if who not in machines and lines[who]]
    decision = _one_side(call, people) if len(people) < 2 else _two_sides(call, people)
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


def _is_announcement(call: _Call, who: str) -> bool:
    """A machine says a machine's phrases and little else.

    Of two sides one is a machine only where it speaks first and nearly all it says is announced:
    a voicemail's greeting, or a menu that nobody followed.
    """
    said, found = call.lines[who], call.words[who]
    if found.announcement < ANNOUNCEMENT_WEIGHT or len(said) > _ANNOUNCED_LINES:
        return False
    if abs(found.odds) > _MACHINE_LIKE or found.announced < _ANNOUNCED_SHARE:
        return False
    if sum(bool(lines) for lines in call.lines.values()) > 2:
        return True
    others = [u.index for other, lines in call.lines.items() if other != who for u in lines]
    return max(u.index for u in said) < min(others, default=math.inf)


def _one_side(call: _Call, people: Sequence[str]) -> RoleDecision:
    if not people:
        return RoleDecision({}, 0.0, True, ("only announcements are heard",))
    who = people[0]
    odds = _bounded(call.words[who].odds, MOST_WORDS)
    odds += _bounded(call.voices.get(who, 0.0), MOST_VOICE)
    if call.agent_speaker is not None:
        odds += CHANNEL_ODDS if call.agent_speaker == who else -CHANNEL_ODDS
    confidence = confidence_of(odds)
    sure = confidence >= call.min_confidence
    role = (Role.AGENT if odds > 0 else Role.CUSTOMER) if sure else Role.UNKNOWN
    return RoleDecision({who: role}, confidence, True, ("only one side of the call is heard",))


def _two_sides(call: _Call, people: Sequence[str]) -> RoleDecision:
    agent, customer = _main_pair(call, people)
    words = _bounded(call.words[agent].odds - call.words[customer].odds, MOST_WORDS)
    voice = _bounded(call.voices.get(agent, 0.0) - call.voices.get(customer, 0.0), MOST_VOICE)
    channel = _channel(call, agent, customer)
    odds = words + voice + channel + _manner(call, people, agent, customer)
    if call.meaning is not None and confidence_of(odds) < max(ASK_MEANING, call.min_confidence):
        odds += call.meaning(call.texts(agent), call.texts(customer))
    notes = list(_contradictions(words, voice, channel, odds))
    if odds < 0:
        agent, customer = customer, agent
    confidence = confidence_of(odds)
    if confidence < call.min_confidence:
        notes.append("agent and customer cannot be told apart with confidence")
        return RoleDecision(dict.fromkeys(people, Role.UNKNOWN), confidence, True, tuple(notes))
    roles = {who: _third_role(call, who) for who in people}
    roles.update({agent: Role.AGENT, customer: Role.CUSTOMER})
    return RoleDecision(roles, confidence, bool(notes), tuple(notes))


def _channel(call: _Call, agent: str, customer: str) -> float:
    if call.agent_speaker not in (agent, customer):
        return 0.0
    return CHANNEL_ODDS if call.agent_speaker == agent else -CHANNEL_ODDS


def _manner(call: _Call, people: Sequence[str], agent: str, customer: str) -> float:
    """Who asks more and who spoke first, which never decide alone."""
    asked = _questions(call.lines[agent]) - _questions(call.lines[customer])
    odds = QUESTION_ODDS * 2 * asked
    first = min(people, key=lambda who: min(u.index for u in call.lines[who]))
    if first in (agent, customer):
        prior = FIRST_SPEAKER_ODDS[call.direction]
        odds += prior if first == agent else -prior
    return _bounded(odds, _MOST_MANNER)


def _contradictions(words: float, voice: float, channel: float, odds: float) -> tuple[str, ...]:
    """A sentence for people on each thing that speaks against another."""
    notes: list[str] = []
    against = [
        what
        for what, found in (("what is said there", words), ("the voice there", voice))
        if found * channel < 0 and abs(found) > CONTRADICTION
    ]
    if against:
        followed = "followed all the same" if odds * channel > 0 else "not followed"
        notes.append(
            "the manifest's channel for the agent is contradicted by "
            f"{' and '.join(against)}; it is {followed}"
        )
    if words * voice < 0 and min(abs(words), abs(voice)) > CONTRADICTION:
        notes.append("what is said and the agent's known voice point to different speakers")
    return tuple(notes)


def _main_pair(call: _Call, people: Sequence[str]) -> tuple[str, str]:
    """The likeliest agent and the likeliest customer among those who say most."""
    if len(people) == 2:
        return people[0], people[1]

    def weight(who: str) -> float:
        return math.log1p(sum(len(u.text) for u in call.lines[who]))

    def agent_like(who: str) -> float:
        channel = CHANNEL_ODDS if who == call.agent_speaker else 0.0
        return 2 * (call.words[who].odds + call.voices.get(who, 0.0) + channel)

    agent = max(people, key=lambda who: agent_like(who) + weight(who))
    rest = [who for who in people if who != agent]
    customer = max(rest, key=lambda who: weight(who) - agent_like(who))
    return agent, customer


def _third_role(call: _Call, who: str) -> Role:
    odds = call.words[who].odds + _bounded(call.voices.get(who, 0.0), MOST_VOICE)
    return Role.AGENT if odds > _THIRD_AGENT else Role.OTHER


def _bounded(odds: float, most: float) -> float:
    return max(-most, min(most, odds))


def _questions(said: Sequence[Utterance]) -> float:
    asked = sum("?" in u.text or "？" in u.text for u in said)
    return asked / len(said)
