"""A call as lanes on a time line: who speaks when, where both do, and where nobody does.

Places are percent of the recording's length. This module does not know how lanes are drawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from qa_inspect.domain import CallResult, CheckStatus, Evidence, Role, Span, Transcript
from qa_inspect.rubric.masking import masked_call

SILENCE_S = 3.0
"""Nobody speaking for at least this long is shown as silence."""

_STEPS_S = (5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch on the time line: where it begins and how wide it is (percent), and its times."""

    x: float
    width: float
    span: Span


@dataclass(frozen=True, slots=True)
class Lane:
    """One role's stretches of speech."""

    role: Role
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment to jump to: ``kind`` is ``flag`` or ``fail``, ``names`` the flags' or the items'.

    ``quote`` is what was said there, secrets masked, and ``utterance`` its line.
    """

    x: float
    start_s: float
    kind: str
    names: tuple[str, ...]
    quote: str
    utterance: int | None


@dataclass(frozen=True, slots=True)
class Tick:
    """A label on the time axis; a ``fine`` one has room only where a call is drawn wider."""

    x: float
    start_s: float
    fine: bool = False


@dataclass(frozen=True, slots=True)
class Timeline:
    """Everything that is drawn of a call's length ``duration_s`` (seconds)."""

    duration_s: float
    lanes: tuple[Lane, ...]
    overlaps: tuple[Bar, ...]
    silences: tuple[Bar, ...]
    marks: tuple[Mark, ...]
    ticks: tuple[Tick, ...]


def make_timeline(call: CallResult) -> Timeline | None:
    """The call's time line; None where there is no transcript or no times are known."""
    transcript = call.transcript
    if transcript is None:
        return None
    merged = roles_spoken(transcript)
    ends = [spans[-1].end_s for spans in merged.values()]
    duration_s = max([transcript.duration_s or 0.0, *ends])
    if not ends or duration_s <= 0:
        return None

    def bar(span: Span) -> Bar:
        width = 100 * span.duration_s / duration_s
        return Bar(round(100 * span.start_s / duration_s, 3), round(max(width, 0.05), 3), span)

    both = _overlaps(merged.get(Role.AGENT, ()), merged.get(Role.CUSTOMER, ()))
    quiet = _gaps(_merged([s for spans in merged.values() for s in spans]), duration_s)
    return Timeline(
        duration_s=duration_s,
        lanes=tuple(Lane(role, tuple(map(bar, spans))) for role, spans in merged.items()),
        overlaps=tuple(bar(span) for span in both),
        silences=tuple(bar(span) for span in quiet if span.duration_s >= SILENCE_S),
        marks=_marks(call, duration_s),
        ticks=_ticks(duration_s),
    )


def roles_spoken(transcript: Transcript) -> Mapping[Role, tuple[Span, ...]]:
    """When each role speaks, in order, stretches that meet made one; roles that do are listed."""
    spoken: dict[Role, list[Span]] = {}
    for turn in transcript.turns:
        role = transcript.roles.get(turn.speaker, Role.UNKNOWN)
        spoken.setdefault(role, []).append(Span(turn.start_s, turn.end_s))
    if not spoken:
        for said in transcript.utterances:
            if said.span is not None:
                spoken.setdefault(said.role, []).append(said.span)
    return {role: _merged(spoken[role]) for role in Role if role in spoken}


def _merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    merged: list[Span] = []
    for span in sorted(spans, key=lambda s: s.start_s):
        if merged and span.start_s <= merged[-1].end_s:
            merged[-1] = Span(merged[-1].start_s, max(merged[-1].end_s, span.end_s))
        else:
            merged.append(span)
    return tuple(merged)


def _overlaps(left: Sequence[Span], right: Sequence[Span]) -> list[Span]:
    found, i, j = [], 0, 0
    while i < len(left) and j < len(right):
        start = max(left[i].start_s, right[j].start_s)
        end = min(left[i].end_s, right[j].end_s)
        if start < end:
            found.append(Span(start, end))
        if left[i].end_s <= right[j].end_s:
            i += 1
        else:
            j += 1
    return found


def _gaps(spans: Sequence[Span], duration_s: float) -> list[Span]:
    edges = [0.0, *(edge for span in spans for edge in (span.start_s, span.end_s)), duration_s]
    pairs = zip(edges[::2], edges[1::2], strict=True)
    return [Span(start, end) for start, end in pairs if start < end]


def _marks(call: CallResult, duration_s: float) -> tuple[Mark, ...]:
    """The evidence of flags and failed items; what one kind says of one moment is one mark."""
    said: dict[tuple[str, float], list[tuple[str, Evidence]]] = {}

    def note(kind: str, name: str, evidence: Sequence[Evidence]) -> None:
        for piece in evidence:
            if piece.start_s is not None and piece.start_s <= duration_s:
                said.setdefault((kind, piece.start_s), []).append((name, piece))

    verdict = masked_call(call).verdict
    for flag in verdict.flags:
        note("flag", flag.flag, flag.evidence)
    for check in verdict.checks:
        if check.status is CheckStatus.FAIL:
            note("fail", check.item, check.evidence)
    return tuple(
        Mark(
            x=round(100 * start_s / duration_s, 3),
            start_s=start_s,
            kind=kind,
            names=tuple(dict.fromkeys(name for name, _ in found)),
            quote=found[0][1].quote,
            utterance=found[0][1].utterance,
        )
        for (kind, start_s), found in sorted(said.items(), key=lambda item: item[0][1])
    )


def _ticks(duration_s: float) -> tuple[Tick, ...]:
    step = next((s for s in _STEPS_S if duration_s / s <= 8), _STEPS_S[-1])
    finer = max((s for s in _STEPS_S if 3 * s <= step and step % s == 0), default=step)
    places = range(0, int(duration_s) + 1, finer)
    ticks = [Tick(round(100 * at / duration_s, 3), at, fine=at % step > 0) for at in places]
    return tuple(tick for tick in ticks if tick.x <= 96)
