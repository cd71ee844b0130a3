"""Agents' own voices over a run: what is known at its start, what its calls teach, and the calls
that only a recurring voice can settle.

What a run knows is fixed when it begins, so that its results do not depend on the order of calls.
Voices of undecided calls are kept in memory alone and forgotten with the run. This module does not
know how voices are compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING

from qa_inspect.acoustics import AgentVoice
from qa_inspect.batch.inspect import Judge
from qa_inspect.domain import CallResult, Role, Transcript
from qa_inspect.speech.models import EMBEDDING
from qa_inspect.store.results import Store
from qa_inspect.store.voices import load_voices, update_voice

if TYPE_CHECKING:
    from qa_inspect.speech.agent_voice import CallVoices


@dataclass(slots=True)
class VoiceBook:
    """One run's voices. ``profiles`` are those of agents who gave consent, None where not known.

    ``heard`` is filled by the inspector, call by call, and emptied by ``learn_from``.
    """

    profiles: Mapping[str, AgentVoice | None] = field(default_factory=lambda: MappingProxyType({}))
    heard: dict[str, CallVoices] = field(default_factory=dict)
    undecided: dict[str, CallVoices] = field(default_factory=dict)


def open_book(store: Store) -> VoiceBook:
    """The book of a run that begins now."""
    return VoiceBook(MappingProxyType(dict(load_voices(store, EMBEDDING))))


def learn_from(book: VoiceBook, result: CallResult, store: Store) -> None:
    """Takes what a stored call teaches: the agent's voice where he is certain without it."""
    heard = book.heard.pop(result.recording.call_id, None)
    if heard is None or result.transcript is None:
        return
    if heard.agent_speaker is not None:
        voice = heard.voices.get(heard.agent_speaker)
        if voice is None:
            return
        from qa_inspect.speech.agent_voice import learn

        update_voice(
            store,
            heard.agent_id,
            EMBEDDING,
            lambda known: learn(
                known, heard.agent_id, voice, model=EMBEDDING, now=datetime.now(UTC)
            ),
        )
    elif result.transcript.needs_review and _unknown(result.transcript):
        book.undecided[result.recording.call_id] = heard


def settle(book: VoiceBook, store: Store, judge: Judge, min_confidence: float) -> int:
    """Decides roles again where a voice recurs over an agent's calls; how many were settled.

    Raises StoreError.
    """
    if not book.undecided:
        return 0
    from qa_inspect.speech.assemble import with_roles
    from qa_inspect.speech.recurring_voice import settle_by_voice
    from qa_inspect.speech.roles import assign_roles

    settled = 0
    odds = settle_by_voice(tuple(book.undecided.values()), load_voices(store, EMBEDDING))
    for call_id, by_speaker in odds.items():
        call = store.load_call(call_id)
        if call is None or call.transcript is None:
            continue
        transcript = call.transcript
        decision = assign_roles(
            transcript.utterances,
            call.recording.metadata,
            language=transcript.language,
            min_confidence=min_confidence,
            speakers=sorted(transcript.roles),
            voice_odds=by_speaker,
        )
        if decision.needs_review:
            continue
        mended = replace(
            transcript,
            utterances=with_roles(transcript.utterances, decision.roles),
            roles=decision.roles,
            role_confidence=round(decision.confidence, 4),
            needs_review=False,
            notes=(*transcript.notes, "agent and customer were told apart by the agent's voice"),
        )
        verdict = judge.judge(mended, call.recording.metadata)
        store.save_call(replace(call, transcript=mended, verdict=verdict))
        settled += 1
    return settled


def _unknown(transcript: Transcript) -> bool:
    return all(role in (Role.UNKNOWN, Role.OTHER) for role in transcript.roles.values())
