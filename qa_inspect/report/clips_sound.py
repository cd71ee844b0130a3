"""The sound of a clip: cut out of its recording, voices disguised, personal data silenced.

This module does not know why a stretch was chosen or how it is shown.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from random import Random, SystemRandom
from statistics import median

from qa_inspect.audio.decode import Audio, decode
from qa_inspect.audio.disguise import Disguise, disguised, draw_disguise
from qa_inspect.audio.excerpt import Samples, cut, silenced
from qa_inspect.config import DecodeLimits
from qa_inspect.domain import CallResult, Channels, Recording, Role, Span, Transcript
from qa_inspect.errors import AudioError
from qa_inspect.report.clips import Hidden
from qa_inspect.report.clips_hiding import united

_SIDES = {
    Channels.AGENT_LEFT: (Role.AGENT, Role.CUSTOMER),
    Channels.AGENT_RIGHT: (Role.CUSTOMER, Role.AGENT),
}
_COVERED = {
    Hidden.NOBODY: frozenset[Role](),
    Hidden.AGENT: frozenset((Role.AGENT, Role.UNKNOWN)),
    Hidden.CUSTOMER: frozenset((Role.CUSTOMER, Role.UNKNOWN)),
    Hidden.ALL: frozenset(Role),
}
_AROUND_S = 0.15
"""Voices reach a little beyond the times of their words."""


def open_recording(recording: Recording, limits: DecodeLimits) -> Audio:
    """The recording as it was inspected.

    Raises AudioError where there is none, it is not at its place or cannot be decoded, and where
    the file is another one than was inspected: its words would not be where they are looked for.
    """
    path = recording.path
    if path is None:
        raise AudioError("the call was imported as text: there is no recording")
    if not path.is_file():
        raise AudioError("the recording is not at its place any more", where=path.name)
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        why = (error.strerror or "unknown reason").lower()
        raise AudioError(f"cannot be read ({why})", where=path.name) from error
    if digest != recording.sha256:
        raise AudioError(
            "is another file than was inspected", where=path.name, cure="inspect it again"
        )
    return decode(path, limits)


class Voices:
    """Disguises drawn by lot, one for each voice of a pack: an agent sounds alike in all clips.

    ``chance`` is for tests; without it nobody can draw the same ones again.
    """

    def __init__(self, hidden: Hidden, chance: Random | None = None) -> None:
        self._covered = _COVERED[hidden]
        self._all = hidden is Hidden.ALL
        self._chance = chance or SystemRandom()
        self._drawn: dict[tuple[Role, str], Disguise] = {}

    @property
    def roles(self) -> tuple[Role, ...]:
        """Whose voices are disguised."""
        return tuple(role for role in Role if role in self._covered)

    def change(self, piece: Samples, span: Span, call: CallResult) -> Samples:
        """A clip's sound, which covers ``span`` of the call, with the voices disguised."""
        transcript = call.transcript
        if not self._covered or transcript is None:
            return piece
        changed = piece
        for role in (Role.AGENT, Role.CUSTOMER, Role.UNKNOWN, Role.OTHER):
            if role in self._covered:
                stretches = list(_stretches(transcript, role, span, piece.shape[0]))
                changed = disguised(changed, stretches, self._of(role, call))
        if self._all:
            left = list(_left(transcript, span, piece.shape[0]))
            changed = disguised(changed, left, self._of(Role.UNKNOWN, call))
        return changed

    def _of(self, role: Role, call: CallResult) -> Disguise:
        recording = call.recording
        agent = recording.metadata.agent_id if role is Role.AGENT else None
        key = (role, agent or recording.call_id)
        if key not in self._drawn:
            said = call.transcript.utterances if call.transcript else ()
            pitches = [
                u.prosody.pitch_hz
                for u in said
                if u.role is role and u.prosody is not None and u.prosody.pitch_hz is not None
            ]
            self._drawn[key] = draw_disguise(median(pitches) if pitches else None, self._chance)
        return self._drawn[key]


def sound_of(
    audio: Audio, call: CallResult, span: Span, hidden: Iterable[Span], voices: Voices
) -> tuple[Samples, tuple[Span, ...]]:
    """A clip's samples (channels, n), and the stretches of it that were silenced."""
    piece = voices.change(cut(audio.samples, span), span, call)
    quiet = tuple(_within(hidden, span))
    return silenced(piece, quiet), quiet


def _stretches(
    transcript: Transcript, role: Role, span: Span, channels: int
) -> Iterator[tuple[int, Span]]:
    """Where a role is heard in a clip, by channel: all of the channel that is its own, and on the
    others (or where all speak on one) while it speaks."""
    sides = _SIDES.get(transcript.channels) if channels == 2 else None
    own = _speaks(transcript, role)
    for channel in range(channels):
        if sides is not None and sides[channel] is role:
            yield channel, Span(0.0, span.duration_s)
            continue
        speaks = own
        if sides is not None:
            # On the other's channel only the faint echo is meant, not the other's own words
            speaks = _without(own, _speaks(transcript, sides[channel]))
        for piece in _within(speaks, span):
            yield channel, piece


def _left(transcript: Transcript, span: Span, channels: int) -> Iterator[tuple[int, Span]]:
    """What of a clip belongs to no role."""
    known = united(s for role in Role for s in _speaks(transcript, role))
    sides = channels == 2 and transcript.channels in _SIDES
    for channel in () if sides else range(channels):
        for piece in _within(_without((span,), known), span):
            yield channel, piece


def _speaks(transcript: Transcript, role: Role) -> tuple[Span, ...]:
    labels = {label for label, own in transcript.roles.items() if own is role}
    said = [u.span for u in transcript.utterances if u.role is role and u.span is not None]
    turns = [Span(t.start_s, t.end_s) for t in transcript.turns if t.speaker in labels]
    return united(Span(s.start_s - _AROUND_S, s.end_s + _AROUND_S) for s in (*said, *turns))


def _without(spans: Iterable[Span], others: Iterable[Span]) -> tuple[Span, ...]:
    left = list(spans)
    for other in others:
        cut_up = []
        for span in left:
            if not span.overlap_s(other):
                cut_up.append(span)
                continue
            if span.start_s < other.start_s:
                cut_up.append(Span(span.start_s, other.start_s))
            if other.end_s < span.end_s:
                cut_up.append(Span(other.end_s, span.end_s))
        left = cut_up
    return tuple(left)


def _within(spans: Iterable[Span], clip: Span) -> Iterator[Span]:
    """The parts of stretches that lie in a clip, in seconds from its start."""
    for span in spans:
        start, end = max(span.start_s, clip.start_s), min(span.end_s, clip.end_s)
        if end > start:
            yield Span(start - clip.start_s, end - clip.start_s)
