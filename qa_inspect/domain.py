"""The vocabulary of the whole project: frozen values that stages pass to one another.

Times are seconds from the start of the recording. Confidences and shares lie in 0–1.
``None`` for a time means "not known" (an imported transcript without times), never zero.

This module does not know where values come from, how they are stored or how they are shown.
"""

from __future__ import annotations

import copyreg
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from qa_inspect.acoustics import Outline, Prosody


def _unchangeable(content: dict[str, object]) -> MappingProxyType[str, object]:
    return MappingProxyType(content)


# Values travel between processes, and Python cannot pickle a read-only mapping by itself.
copyreg.pickle(MappingProxyType, lambda view: (_unchangeable, (dict(view),)))


class Role(StrEnum):
    """Who an utterance belongs to. ``OTHER`` is an announcement, an IVR or a third party."""

    AGENT = "agent"
    CUSTOMER = "customer"
    OTHER = "other"
    UNKNOWN = "unknown"


class Channels(StrEnum):
    """How speakers lie on channels. ``AUTO`` is a wish only; a stored call never says it."""

    AUTO = "auto"
    AGENT_LEFT = "agent-left"
    AGENT_RIGHT = "agent-right"
    MONO = "mono"


class Direction(StrEnum):
    """Who placed the call."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class Severity(StrEnum):
    """How grave a flag is; ``rank`` orders them."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for low up to 3 for critical."""
        return list(Severity).index(self)


class CheckStatus(StrEnum):
    """The verdict on one rubric item."""

    PASS = "pass"
    FAIL = "fail"
    NOT_APPLICABLE = "not_applicable"
    CANNOT_JUDGE = "cannot_judge"
    ERROR = "error"


class AutoFail(StrEnum):
    """What a failed item takes to zero: its section, or the whole form (the rubric)."""

    SECTION = "section"
    FORM = "form"


class Doubt(StrEnum):
    """Why a verdict may not stand: who is who, or words that were hardly heard."""

    ROLES = "roles"
    WORDS = "words"


class CallStatus(StrEnum):
    """Whether a recording could be inspected."""

    OK = "ok"
    FAILED = "failed"


def _empty_mapping() -> Mapping[str, str]:
    return MappingProxyType({})


@lru_cache(maxsize=256)
def base_language(code: str) -> str:
    """``zh`` of ``zh-TW`` and of ``zh_TW``, in lower case."""
    return code.lower().replace("_", "-").split("-")[0]


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a manifest (or an import) says about a call. Nothing here was measured.

    ``csat`` is 1–5, ``nps`` 0–10. ``attributes`` holds every further manifest column.
    """

    agent_id: str | None = None
    agent_name: str | None = None
    team: str | None = None
    customer_id: str | None = None
    language: str | None = None
    market: str | None = None
    direction: Direction | None = None
    started_at: datetime | None = None
    channels: Channels = Channels.AUTO
    csat: int | None = None
    nps: int | None = None
    topic: str | None = None
    attributes: Mapping[str, str] = field(default_factory=_empty_mapping)


@dataclass(frozen=True, slots=True)
class Recording:
    """One call to be inspected. ``path`` is None for an imported transcript.

    ``sha256`` is of the file's bytes (or of the imported line) in lower-case hex.
    """

    call_id: str
    path: Path | None
    sha256: str
    metadata: Metadata = field(default_factory=Metadata)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time, ``start_s`` < ``end_s``."""

    start_s: float
    end_s: float

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.end_s - self.start_s

    def overlap_s(self, other: Span) -> float:
        """Seconds that both stretches cover; 0.0 where they do not meet."""
        return max(0.0, min(self.end_s, other.end_s) - max(self.start_s, other.start_s))


@dataclass(frozen=True, slots=True)
class Word:
    """One recognised word. ``confidence`` is the recogniser's probability, 0–1."""

    text: str
    start_s: float
    end_s: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Utterance:
    """What one speaker said without giving up the turn.

    ``speaker`` is a label that is stable within the call (``S0``, ``S1``…, ``left``, ``right``).
    ``index`` is the utterance's position in the transcript, from 0. ``confidence`` is the mean
    word confidence, None for imported text. ``prosody`` is None where nothing could be measured
    (an import, an utterance too short or spoken over).
    """

    index: int
    role: Role
    speaker: str
    text: str
    language: str
    start_s: float | None = None
    end_s: float | None = None
    confidence: float | None = None
    words: tuple[Word, ...] = ()
    prosody: Prosody | None = None

    @property
    def span(self) -> Span | None:
        """The utterance's stretch of time, or None when times are not known."""
        if self.start_s is None or self.end_s is None:
            return None
        return Span(self.start_s, self.end_s)


@dataclass(frozen=True, slots=True)
class ImportedTurn:
    """One turn of a call that was transcribed elsewhere. ``role`` or ``speaker`` is known."""

    text: str
    role: Role | None = None
    speaker: str | None = None
    start_s: float | None = None
    end_s: float | None = None


@dataclass(frozen=True, slots=True)
class SpeakerTurn:
    """A stretch in which one speaker is heard, as found by diarization (words not needed)."""

    start_s: float
    end_s: float
    speaker: str


@dataclass(frozen=True, slots=True)
class Transcript:
    """A call as text with roles and times: the only thing checks look at besides metadata.

    ``turns`` are the diarized stretches (empty for imports), also where nobody's words were
    recognised; overlap is where turns of two speakers cover the same time. ``speech_s`` is the
    time in which anybody speaks. ``role_confidence`` is 0–1 and ``needs_review`` says that a
    person should look before anyone is judged. ``notes`` are sentences for people: what was
    dropped, what was odd. ``duration_s`` and ``speech_s`` are None for imports without times.
    """

    language: str
    utterances: tuple[Utterance, ...]
    turns: tuple[SpeakerTurn, ...] = ()
    roles: Mapping[str, Role] = field(default_factory=lambda: MappingProxyType({}))
    channels: Channels = Channels.MONO
    duration_s: float | None = None
    speech_s: float | None = None
    role_confidence: float = 0.0
    needs_review: bool = False
    notes: tuple[str, ...] = ()

    @property
    def has_times(self) -> bool:
        """Whether every utterance knows when it was said."""
        times = ((said.start_s, said.end_s) for said in self.utterances)
        return bool(self.utterances) and all(None not in both for both in times)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where in the call something was found: an utterance, its stretch, and the words said.

    ``utterance`` is None for evidence that is no speech (a silence); ``quote`` then describes it.
    """

    utterance: int | None
    start_s: float | None
    end_s: float | None
    quote: str


@dataclass(frozen=True, slots=True)
class Fragility:
    """A verdict would be ``status`` if the doubt were right: with agent and customer swapped, or
    without the words of least confidence."""

    doubt: Doubt
    status: CheckStatus


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The verdict on one rubric item.

    ``points`` of ``max_points`` count towards the score only when status is pass or fail. A penalty
    has 0 of ``max_points`` and takes away: its ``points`` are negative where the thing was found.
    ``score`` is the measure behind the verdict where there is one, 0–1, higher means more of what
    the item is named after. ``searched`` says in words what was looked for and where.
    ``auto_fail`` is what this failed item takes to zero, None for nothing. ``fragile`` says under
    which doubts the verdict would be another; empty where it stands.
    """

    rubric: str
    item: str
    kind: str
    status: CheckStatus
    points: float
    max_points: float
    explanation: str
    searched: str = ""
    evidence: tuple[Evidence, ...] = ()
    score: float | None = None
    section: str = ""
    auto_fail: AutoFail | None = None
    severity: Severity = Severity.MEDIUM
    fragile: tuple[Fragility, ...] = ()

    @property
    def is_penalty(self) -> bool:
        """Whether it took points away."""
        return self.points < 0

    @property
    def is_partly(self) -> bool:
        """Whether it failed, still earned a quarter of its points, and takes nothing to zero."""
        failed = self.status is CheckStatus.FAIL and self.auto_fail is None
        return failed and 0 < self.max_points / 4 <= self.points < self.max_points


@dataclass(frozen=True, slots=True)
class RubricScore:
    """A rubric's score for one call: 0–100, or None where less than half could be judged.

    ``band`` is the rubric's name for such a score, empty where it has none.
    """

    name: str
    version: str
    score: float | None
    band: str = ""


@dataclass(frozen=True, slots=True)
class Flag:
    """Something in a call that a person should see. ``confidence`` is 0–1."""

    flag: str
    severity: Severity
    confidence: float
    explanation: str
    evidence: tuple[Evidence, ...] = ()
    rubric: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """All that rubrics say about one call. ``score`` is 0–100 or None: the weighted mean of the
    rubrics that have a score."""

    rubrics: tuple[RubricScore, ...] = ()
    checks: tuple[CheckResult, ...] = ()
    flags: tuple[Flag, ...] = ()
    score: float | None = None


@dataclass(frozen=True, slots=True)
class CallResult:
    """One call, inspected: what the store keeps and the reports read.

    ``models`` names what produced the transcript (``{"transcription": "whisper-base", …}``).
    ``timings_s`` is wall time by stage in seconds. A failed call has ``error`` and no transcript.
    ``outline`` is None for a call without sound, one inspected before outlines were kept, and where
    it was not asked for.
    """

    recording: Recording
    status: CallStatus
    transcript: Transcript | None = None
    verdict: Verdict = field(default_factory=Verdict)
    error: str | None = None
    models: Mapping[str, str] = field(default_factory=_empty_mapping)
    timings_s: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    outline: Outline | None = None
