"""The last stage: who said each word, in which role, and the transcript.

This module does not know recognisers, rubrics or the store.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from qa_inspect.acoustics import AgentVoice, Outline
from qa_inspect.audio.outline import outline
from qa_inspect.domain import (
    Channels,
    Role,
    Span,
    SpeakerTurn,
    Transcript,
    Utterance,
)
from qa_inspect.errors import SpeechError
from qa_inspect.speech.agent_voice import CallVoices, certain_agent, speaker_voices, voice_odds
from qa_inspect.speech.assemble import SpokenWord, give_words, make_utterances, with_roles
from qa_inspect.speech.diarize import Diarized
from qa_inspect.speech.listening import SIDES, Listened
from qa_inspect.speech.models import SpeechModels
from qa_inspect.speech.named_pipeline import PipelineDiarizer
from qa_inspect.speech.polish import polish
from qa_inspect.speech.recognition import Recognised
from qa_inspect.speech.roles import RoleDecision, assign_roles
from qa_inspect.speech.sounding import with_prosody
from qa_inspect.speech.soundness import doubts

NO_PROFILES: Mapping[str, AgentVoice | None] = MappingProxyType({})

WELL_KNOWN_CALLS = 5
"""Calls in an agent's voice from which one more call that is certain anyway teaches nothing."""


@dataclass(frozen=True, slots=True)
class Finished:
    """A call's transcript, its speakers' voices where the agent gave consent to that, and how loud
    the recording is."""

    transcript: Transcript
    voices: CallVoices | None = None
    outline: Outline | None = None


def speaker_turns(listened: Listened, models: SpeechModels) -> Diarized:
    """Who spoke when, ordered by start: by channel, else by diarization. Raises SpeechError."""
    if listened.segmentation is None:
        by_channel = [
            SpeakerTurn(round(span.start_s, 3), round(span.end_s, 3), lane.speaker or SIDES[0])
            for lane in listened.lanes
            for span in lane.speech
        ]
        return Diarized(tuple(sorted(by_channel, key=lambda turn: turn.start_s)))
    samples = listened.lanes[0].samples
    try:
        diarizer = models.diarizer
        if isinstance(diarizer, PipelineDiarizer):
            made = Diarized(diarizer.run(samples, listened.speakers))
        else:
            made = diarizer.run(listened.segmentation, samples, listened.speakers)
    except (RuntimeError, ValueError) as error:
        raise SpeechError(
            f"diarization failed ({error})", cure="run it again with --device cpu"
        ) from error
    kept = tuple(turn for turn in made.turns if not _is_no_speech(turn, listened.not_speech))
    return replace(made, turns=kept)


def _is_no_speech(turn: SpeakerTurn, not_speech: Sequence[Span]) -> bool:
    """Whether most of a turn is music, tones or another line coming through."""
    own = Span(turn.start_s, turn.end_s)
    return sum(own.overlap_s(span) for span in not_speech) > 0.5 * own.duration_s


def spoken_words(
    listened: Listened, recognised: Recognised, diarized: Diarized
) -> tuple[SpokenWord, ...]:
    """Every word with who said it."""
    if listened.segmentation is None:
        return tuple(
            SpokenWord(heard.word, listened.lanes[heard.lane].speaker or SIDES[0], heard.language)
            for heard in recognised.words
        )
    languages = {heard.word: heard.language for heard in recognised.words}
    words = [heard.word for heard in recognised.words]
    given = give_words(words, diarized.turns, recognised.language, diarized.voices)
    return tuple(
        SpokenWord(spoken.word, spoken.speaker, languages.get(spoken.word, spoken.language))
        for spoken in given
    )


def finish(
    listened: Listened,
    recognised: Recognised,
    models: SpeechModels,
    *,
    call_id: str = "",
    profiles: Mapping[str, AgentVoice | None] = NO_PROFILES,
) -> Finished:
    """The call's transcript with roles. Raises SpeechError.

    ``profiles`` are the voices of the agents who gave consent (None: not known yet); for the others
    no voice is computed.
    """
    diarized = speaker_turns(listened, models)
    turns = diarized.turns
    words = spoken_words(listened, recognised, diarized)
    utterances = polish(
        make_utterances(words, script=models.config.chinese_script), models.config.vocabulary
    )
    decide = functools.partial(
        assign_roles,
        utterances,
        listened.metadata,
        language=recognised.language,
        min_confidence=models.config.min_role_confidence,
        agent_speaker=listened.agent_speaker,
        speakers=sorted({turn.speaker for turn in turns}),
    )
    decision = decide()
    heard = _voices(listened, turns, decision, models, call_id, profiles)
    if heard is not None and heard.agent_id in profiles:
        odds = voice_odds(heard.voices, profiles[heard.agent_id])
        decision = decide(voice_odds=odds) if odds else decision
    transcript = _transcript(listened, recognised, turns, utterances, decision)
    heard_on = {lane.speaker or "": lane.samples for lane in listened.lanes}
    return Finished(transcript, heard, outline(heard_on))


def _voices(
    listened: Listened,
    turns: Sequence[SpeakerTurn],
    decision: RoleDecision,
    models: SpeechModels,
    call_id: str,
    profiles: Mapping[str, AgentVoice | None],
) -> CallVoices | None:
    """The voices of a call whose agent gave consent, where they can teach or settle anything."""
    agent_id = listened.metadata.agent_id
    if agent_id is None or agent_id not in profiles:
        return None
    known = profiles[agent_id]
    certain = certain_agent(decision.roles, decision.confidence, decision.needs_review)
    if certain is not None and known is not None and known.calls >= WELL_KNOWN_CALLS:
        return None
    people = [who for who, role in decision.roles.items() if role is not Role.OTHER]
    lanes = {lane.speaker: lane.samples for lane in listened.lanes}
    mix = listened.lanes[0].samples
    voices = speaker_voices(
        {who: lanes.get(who, mix) for who in people}, turns, models.embedder.embed
    )
    return CallVoices(call_id, agent_id, voices, certain, listened.metadata.customer_id)


def _transcript(
    listened: Listened,
    recognised: Recognised,
    turns: Sequence[SpeakerTurn],
    utterances: Sequence[Utterance],
    decision: RoleDecision,
) -> Transcript:
    found = doubts(turns)
    channels = listened.channels
    if channels is not Channels.MONO and decision.roles.get(SIDES[0]) is Role.CUSTOMER:
        channels = Channels.AGENT_RIGHT
    elif channels is not Channels.MONO and decision.roles.get(SIDES[0]) is Role.AGENT:
        channels = Channels.AGENT_LEFT
    return Transcript(
        language=recognised.language,
        utterances=with_prosody(with_roles(utterances, decision.roles), listened.lanes, turns),
        turns=tuple(turns),
        roles=decision.roles,
        channels=channels,
        duration_s=round(listened.duration_s, 3),
        speech_s=round(sum(span.duration_s for span in listened.speech), 3),
        role_confidence=round(decision.confidence, 4),
        needs_review=decision.needs_review or bool(found),
        notes=(*listened.notes, *recognised.notes, *decision.notes, *found),
    )
