"""Chosen calls made into clips: sound files in a folder, and all that is shown of them.

A call that cannot be played gives its words; one whose personal data cannot be looked for gives
nothing. Either is said, and the pack goes on. This module does not know how calls were chosen, nor
what the pack's pages look like.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from qa_inspect.audio.decode import Audio
from qa_inspect.audio.excerpt import write_sound
from qa_inspect.config import DecodeLimits
from qa_inspect.domain import CallResult, Role, Span
from qa_inspect.errors import AudioError, QaInspectError
from qa_inspect.language.pii.kinds import mask
from qa_inspect.report.clips import (
    By,
    Chosen,
    ChosenPair,
    Clip,
    Hidden,
    Making,
    Pair,
    Reason,
    Stretch,
)
from qa_inspect.report.clips_cutting import stretches
from qa_inspect.report.clips_hiding import (
    NOTHING_HIDDEN,
    Recogniser,
    Secrets,
    names_in,
    secrets_of,
)
from qa_inspect.report.clips_lines import lines_of, shown_reason
from qa_inspect.report.clips_sound import Voices, open_recording, sound_of
from qa_inspect.report.naming import safe_name

AUDIO = "audio"
"""The folder of sounds within a pack."""
_TELLING = frozenset(("name", "phone", "identity", "card", "email"))
"""Personal data that a call's id (a recorder's file name) may hold."""
_SURELY = 0.8


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A call that gave no clip, and why."""

    call: str
    reason: str


@dataclass(slots=True)
class ClipMaker:
    """Makes clips into ``folder``, one after the other.

    ``load`` gives a stored call with its words, None where it is gone. ``recognise`` finds personal
    data; it is asked for nothing where ``making`` says not to. ``beyond`` is how many of the
    chosen were not looked at, the limit being reached.
    """

    load: Callable[[str], CallResult | None]
    recognise: Recogniser
    making: Making
    folder: Path
    voices: Voices
    limits: DecodeLimits = field(default_factory=DecodeLimits)
    left_out: list[LeftOut] = field(default_factory=list)
    beyond: int = 0
    _agents: dict[str, str] = field(default_factory=dict)
    _number: int = 0

    def clips(self, chosen: Sequence[Chosen]) -> list[Clip]:
        """The clips of calls, until there are as many as are wanted; ``beyond`` counts the rest."""
        made: list[Clip] = []
        for at, one in enumerate(chosen):
            room = self.making.limit - len(made)
            if room <= 0:
                self.beyond = len(chosen) - at
                break
            made += self.of_call(one, room)
        return made

    def pairs(self, chosen: Sequence[ChosenPair]) -> tuple[list[Clip], list[Pair]]:
        """The clips of pairs, and which belong together; a clip may be in several pairs."""
        made: dict[tuple[str, str], Clip | None] = {}
        pairs: list[Pair] = []
        for at, one in enumerate(chosen):
            if len(pairs) >= self.making.limit:
                self.beyond = len(chosen) - at
                break
            sides = []
            for side in (one.good, one.bad):
                key = (side.call_id, one.item)
                if key not in made:
                    made[key] = next(iter(self.of_call(side, 1)), None)
                sides.append(made[key])
            good, bad = sides
            if good is not None and bad is not None:
                title = good.reasons[0].title
                topic = self._topic(one.topic, good.language)
                pairs.append(Pair(topic, one.item, title, good.number, bad.number))
        used = {number for pair in pairs for number in (pair.good, pair.bad)}
        return [clip for clip in made.values() if clip and clip.number in used], pairs

    def of_call(self, chosen: Chosen, most: int) -> list[Clip]:
        """The clips of one call, at most so many."""
        call = self.load(chosen.call_id)
        if call is None or call.transcript is None:
            return []
        try:
            secrets = self._secrets(call)
            name = self._call_name(call)
        except QaInspectError as error:
            self._leave_out(_hashed(chosen.call_id), f"personal data cannot be looked for: {error}")
            return []
        cuts = stretches(
            call.transcript, chosen.reasons, self.making.before_s, self.making.after_s
        )[:most]
        if not cuts:
            self._leave_out(name, "nothing in the call shows where it is")
            return []
        audio, problem = self._audio(call, cuts)
        return [self._clip(call, name, cut, secrets, audio, problem) for cut in cuts]

    def _clip(
        self,
        call: CallResult,
        name: str,
        cut: Stretch,
        secrets: Secrets,
        audio: Audio | None,
        problem: str,
    ) -> Clip:
        assert call.transcript is not None
        self._number += 1
        reasons = tuple(shown_reason(reason, secrets, cut.span) for reason in _merged(cut.reasons))
        file, quiet = None, tuple[Span, ...]()
        if audio is not None and cut.span is not None:
            try:
                samples, quiet = sound_of(audio, call, cut.span, secrets.spans, self.voices)
                kind = self.making.sound_format
                file = f"{self._number:03d}-{_told(reasons[0])}-{safe_name(name)}.{kind.value}"
                write_sound(samples, self.folder / AUDIO / file, kind)
            except ValueError as error:  # PyAV's errors; a full disk is an OSError and ends all
                file, problem = None, f"the sound could not be written ({error})"
        metadata = call.recording.metadata
        started = metadata.started_at
        return Clip(
            number=self._number,
            call=name,
            agent=self._agent(call),
            language=call.transcript.language,
            market=metadata.market or "",
            started_at=started.isoformat() if started else "",
            start_s=None if cut.span is None else round(cut.span.start_s, 3),
            end_s=None if cut.span is None else round(cut.span.end_s, 3),
            reasons=reasons,
            lines=lines_of(call.transcript, cut, secrets),
            audio=None if file is None else f"{AUDIO}/{file}",
            without_sound="" if file else problem or "the call has no times",
            silenced=quiet,
            disguised=self.voices.roles if file else (),
        )

    def _secrets(self, call: CallResult) -> Secrets:
        if not self.making.redacted or call.transcript is None:
            return NOTHING_HIDDEN
        return secrets_of(call.transcript, call.recording.metadata, self.recognise)

    def _topic(self, topic: str, language: str) -> str:
        """A topic's name, which a manifest may have given it, without personal data."""
        if not self.making.redacted:
            return topic
        return mask(topic, self.recognise([(topic, language)])[0])

    def _call_name(self, call: CallResult) -> str:
        """The call's id; a hash of it where it holds a telephone number or a name."""
        call_id = call.recording.call_id
        if not self.making.redacted:
            return call_id
        spelled = re.sub(r"[_.-]+", " ", call_id)
        names = names_in(call.recording.metadata)
        found = (
            one
            for text in {call_id.replace("_", " "), spelled}
            for one in self.recognise([(text, "en")], known_names=names)[0]
        )
        tells = any(one.kind in _TELLING and one.confidence >= _SURELY for one in found)
        return _hashed(call_id) if tells else call_id

    def _agent(self, call: CallResult) -> str:
        metadata = call.recording.metadata
        agent = metadata.agent_id or ""
        if Role.AGENT in self.voices.roles:
            return self._agents.setdefault(agent, f"#{len(self._agents) + 1}") if agent else ""
        if not self.making.redacted and metadata.agent_name:
            return f"{metadata.agent_name} ({agent})" if agent else metadata.agent_name
        return agent

    def _audio(self, call: CallResult, cuts: Sequence[Stretch]) -> tuple[Audio | None, str]:
        if all(cut.span is None for cut in cuts):
            return None, "the call has no times"
        try:
            return open_recording(call.recording, self.limits), ""
        except AudioError as error:
            # the recording's name may be what the call's id is hidden for
            return None, f"{error.problem} — {error.cure}" if error.cure else error.problem

    def _leave_out(self, call: str, reason: str) -> None:
        self.left_out.append(LeftOut(call, reason))


def hides_agents(hidden: Hidden) -> bool:
    """Whether agents go by a number instead of their id."""
    return hidden in (Hidden.AGENT, Hidden.ALL)


def _merged(reasons: Sequence[Reason]) -> Iterator[Reason]:
    """Each thing that was asked for once, with all its evidence; lines of a query are found one by
    one."""
    by_name: dict[tuple[By, str], list[Reason]] = {}
    for reason in reasons:
        by_name.setdefault((reason.by, reason.name), []).append(reason)
    for same in by_name.values():
        best = max(same, key=lambda r: r.fit or 0.0)
        evidence = sorted(
            (e for r in same for e in r.evidence), key=lambda e: (e.start_s or 0.0, e.quote)
        )
        yield replace(best, evidence=tuple(evidence)) if len(same) > 1 else best


def _told(reason: Reason) -> str:
    """Why, for a file's name."""
    if reason.by is By.QUERY:
        return reason.by.value
    return safe_name("_".join(reason.name.split()))[:40]


def _hashed(call_id: str) -> str:
    digest = hashlib.sha256(call_id.encode("utf-8", "surrogatepass")).hexdigest()
    return f"call-{digest[:10]}"
