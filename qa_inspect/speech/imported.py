"""Transcripts made elsewhere: turns of text with roles or speakers, with or without times.

This module does not know files; it takes what a line of an import says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from qa_inspect.domain import (
    Channels,
    ImportedTurn,
    Metadata,
    Role,
    Span,
    SpeakerTurn,
    Transcript,
    Utterance,
)
from qa_inspect.errors import InputError
from qa_inspect.speech.activity import join_spans
from qa_inspect.speech.assemble import one_script, with_roles
from qa_inspect.speech.roles import RoleDecision, assign_roles

ONE_SIDED = "Only one side of the conversation is here."


def transcript_from_turns(
    turns: Sequence[ImportedTurn],
    metadata: Metadata,
    language: str,
    *,
    min_confidence: float = 0.7,
    script: str = "simplified",
) -> Transcript:
    """A transcript of imported turns; roles not given are worked out from the words.

    Empty turns are left out. Times are kept only where a turn has both. Raises InputError where
    no turn has text or a turn has neither role nor speaker.
    """
    said = [turn for turn in turns if turn.text.strip()]
    if not said:
        raise InputError("no turn has any text", where="turns", cure="give each turn its words")
    for number, turn in enumerate(said):
        if turn.role is None and not turn.speaker:
            raise InputError(
                "a turn has neither a role nor a speaker",
                where=f"turns[{number}]",
                cure="give each turn a role (agent, customer, other) or a speaker",
            )
    utterances = tuple(_utterance(i, turn, language, script) for i, turn in enumerate(said))
    decision = _decide(said, utterances, metadata, language, min_confidence)
    timed = all(u.span is not None for u in utterances)
    spans = [u.span for u in utterances if u.span is not None] if timed else []
    return Transcript(
        language=language,
        utterances=with_roles(utterances, decision.roles),
        turns=tuple(
            SpeakerTurn(u.start_s, u.end_s, u.speaker)
            for u in utterances
            if timed and u.start_s is not None and u.end_s is not None
        ),
        roles=decision.roles,
        channels=Channels.MONO,
        duration_s=max((s.end_s for s in spans), default=None),
        speech_s=_covered_s(spans) if timed else None,
        role_confidence=decision.confidence,
        needs_review=decision.needs_review,
        notes=decision.notes,
    )


def _decide(
    turns: Sequence[ImportedTurn],
    utterances: Sequence[Utterance],
    metadata: Metadata,
    language: str,
    min_confidence: float,
) -> RoleDecision:
    told: dict[str, Role] = {}
    for turn, utterance in zip(turns, utterances, strict=True):
        if turn.role is not None:
            told[utterance.speaker] = turn.role
    if all(u.speaker in told for u in utterances):
        roles: Mapping[str, Role] = MappingProxyType(told)
        if Role.UNKNOWN in told.values():
            return RoleDecision(roles, 0.0, True)
        if not {Role.AGENT, Role.CUSTOMER} <= set(told.values()):
            return RoleDecision(roles, 1.0, True, (ONE_SIDED,))
        return RoleDecision(roles, 1.0, False)
    decided = assign_roles(utterances, metadata, language=language, min_confidence=min_confidence)
    return RoleDecision(
        MappingProxyType({**decided.roles, **told}),
        decided.confidence,
        decided.needs_review,
        decided.notes,
    )


def _utterance(index: int, turn: ImportedTurn, language: str, script: str) -> Utterance:
    speaker = turn.speaker or (turn.role.value if turn.role else "")
    timed = turn.start_s is not None and turn.end_s is not None
    return Utterance(
        index=index,
        role=Role.UNKNOWN,
        speaker=speaker,
        text=one_script(turn.text.strip(), language, script),
        language=language,
        start_s=turn.start_s if timed else None,
        end_s=turn.end_s if timed else None,
    )


def _covered_s(spans: Sequence[Span]) -> float:
    return sum(span.duration_s for span in join_spans(list(spans), 0.0))
