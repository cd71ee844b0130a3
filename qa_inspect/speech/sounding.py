"""Every utterance's sound: measured on its speaker's channel, or on the mix where he is alone.

This module does not know words, models or how sound is measured.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from qa_inspect.acoustics import Prosody
from qa_inspect.audio.prosody import prosody
from qa_inspect.domain import Span, SpeakerTurn, Utterance
from qa_inspect.speech.listening import Lane

_SHORTEST_S = 0.1
"""Stretches between other people's turns that are shorter than this are no speech of one's own."""


def with_prosody(
    utterances: Sequence[Utterance], lanes: Sequence[Lane], turns: Sequence[SpeakerTurn]
) -> tuple[Utterance, ...]:
    """The same utterances, each with how it sounds."""
    return tuple(replace(u, prosody=_prosody_of(u, lanes, turns)) for u in utterances)


def _prosody_of(
    utterance: Utterance, lanes: Sequence[Lane], turns: Sequence[SpeakerTurn]
) -> Prosody | None:
    span = utterance.span
    if span is None or span.duration_s <= 0:
        return None
    for lane in lanes:
        if lane.speaker == utterance.speaker:
            return prosody(lane.samples, (span,))
        if lane.speaker is None:
            return prosody(lane.samples, alone(span, utterance.speaker, turns))
    return None


def alone(span: Span, speaker: str, turns: Sequence[SpeakerTurn]) -> tuple[Span, ...]:
    """The parts of a stretch in which nobody but ``speaker`` is heard, in order."""
    others = sorted(
        (t for t in turns if t.speaker != speaker and _meet(t, span)), key=lambda t: t.start_s
    )
    free: list[Span] = []
    begin = span.start_s
    for turn in others:
        if turn.start_s - begin >= _SHORTEST_S:
            free.append(Span(begin, turn.start_s))
        begin = max(begin, turn.end_s)
    if span.end_s - begin >= _SHORTEST_S:
        free.append(Span(begin, span.end_s))
    return tuple(free)


def _meet(turn: SpeakerTurn, span: Span) -> bool:
    return turn.start_s < span.end_s and turn.end_s > span.start_s
