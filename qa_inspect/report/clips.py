"""What a trainer pack is made of: what was asked for, why a stretch was chosen, and the stretch.

This module does not know how calls are searched, how sound is cut or what a page looks like.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from qa_inspect.audio.excerpt import SoundFormat
from qa_inspect.domain import CheckStatus, Evidence, Role, Severity, Span


class By(StrEnum):
    """What a stretch was found by."""

    FLAG = "flag"
    ITEM = "item"
    TOPIC = "topic"
    QUERY = "query"


class Hidden(StrEnum):
    """Whose voices are disguised."""

    NOBODY = "none"
    AGENT = "agent"
    CUSTOMER = "customer"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What clips are asked for; a field that is None asks nothing, and all that is named must hold
    for a call.

    ``status`` is the verdict of ``item`` (or of any item, where only an agent is named).
    ``said_by`` is who speaks what ``query`` describes.
    """

    flag: str | None = None
    item: str | None = None
    status: CheckStatus = CheckStatus.FAIL
    agent_id: str | None = None
    topic: str | None = None
    query: str | None = None
    said_by: Role | None = None
    min_severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class Making:
    """How clips are made. ``before_s`` and ``after_s`` are seconds around the evidence and
    ``limit`` is how many clips (or pairs) at most. With ``redacted`` personal data is silenced and
    masked."""

    before_s: float = 4.0
    after_s: float = 6.0
    limit: int = 20
    sound_format: SoundFormat = SoundFormat.MP3
    disguise: Hidden = Hidden.NOBODY
    redacted: bool = True


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a call was chosen.

    ``name`` is the id of the flag, item or topic and ``title`` what people call it. ``verdict`` is
    a flag's severity or an item's status, empty for the others. ``fit`` (0–1) tells how well a call
    fits what was asked: a flag's confidence, how near a text lies to a query; None where nothing
    measures it. ``place`` is where in the call (0–1) the thing mostly is in other calls, for a
    reason that has no evidence of its own.
    """

    by: By
    name: str
    title: str
    verdict: str
    explanation: str
    evidence: tuple[Evidence, ...]
    fit: float | None = None
    severity: Severity | None = None
    fragile: bool = False
    place: float | None = None

    @property
    def has_times(self) -> bool:
        """Whether a piece of evidence says when it was."""
        return any(piece.start_s is not None for piece in self.evidence)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A call with the reasons it was chosen for, the strongest first."""

    call_id: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class ChosenPair:
    """Two calls about one topic, of which one does well what the other does badly."""

    topic: str
    item: str
    good: Chosen
    bad: Chosen


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a call to cut out, with the reasons whose evidence lies in it.

    ``span`` is None where the call has no times; ``utterances`` (first, last) then says which.
    """

    span: Span | None
    utterances: tuple[int, int]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a line as it is shown. ``mark`` is ``evidence``, ``hidden`` or empty."""

    text: str
    mark: str = ""


@dataclass(frozen=True, slots=True)
class SaidLine:
    """What somebody says in a clip. Times are seconds from the clip's start, None where unknown."""

    role: Role
    start_s: float | None
    end_s: float | None
    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        """The words as they are shown."""
        return "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Clip:
    """One clip as the pack shows it: everything in it is fit to be given out.

    ``start_s`` and ``end_s`` are seconds from the start of the call. ``audio`` is the file's name
    within the pack, None where there is no sound; ``without_sound`` then says why. ``silenced_s``
    are the stretches of the clip that were silenced.
    """

    number: int
    call: str
    agent: str
    language: str
    market: str
    started_at: str
    start_s: float | None
    end_s: float | None
    reasons: tuple[Reason, ...]
    lines: tuple[SaidLine, ...]
    audio: str | None = None
    without_sound: str = ""
    silenced: tuple[Span, ...] = ()
    disguised: tuple[Role, ...] = ()

    @property
    def duration_s(self) -> float | None:
        """Length in seconds."""
        known = self.start_s is not None and self.end_s is not None
        return round(self.end_s - self.start_s, 3) if known else None  # type: ignore[operator]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two clips side by side, by their numbers."""

    topic: str
    item: str
    title: str
    good: int
    bad: int
