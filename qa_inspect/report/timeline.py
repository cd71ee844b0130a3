"""A call as lanes on a time line: who speaks when, where both do, and where nobody does.

Places are percent of the recording's length. This module does not know how lanes are drawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from qa_inspect.domain import CallResult, CheckStatus, Evidence, Role, Span, Transcript

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
    """A moment to jump to: ``kind`` is ``flag`` or ``fail``, ``name`` the flag's or the item's."""

    x: float
    start_s: float
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A label on the time axis."""

    x: float
    start_s: float


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
    spoken = _spoken(transcript)
    ends = [span.end_s for spans in spoken.values() for span in spans]
    duration_s = max([transcript.duration_s or 0.0, *ends])
    if not ends or duration_s <= 0:
        return None

    def bar(span: Span) -> Bar:
        width = 100 * span.duration_s / duration_s
        return Bar(round(100 * span.start_s / duration_s, 3), round(max(width, 0.05), 3), span)

    merged = {role: _merged(spans) for role, spans in spoken.items()}
    both = _overlaps(merged.get(Role.AGENT, ()), merged.get(Role.CUSTOMER, ()))
    quiet = _gaps(_merged([s for spans in merged.values() for s in spans]), duration_s)
    return Timeline(
        duration_s=duration_s,
        lanes=tuple(
            Lane(role, tuple(bar(s) for s in merged[role])) for role in Role if role in merged
        ),
        overlaps=tuple(bar(span) for span in both),
        silences=tuple(bar(span) for span in quiet if span.duration_s >= SILENCE_S),
        marks=_marks(call, duration_s),
        ticks=_ticks(duration_s),
    )


def _spoken(transcript: Transcript) -> dict[Role, list[Span]]:
    spoken: dict[Role, list[Span]] = {}
    for turn in transcript.turns:
        role = transcript.roles.get(turn.speaker, Role.UNKNOWN)
        spoken.setdefault(role, []).append(Span(turn.start_s, turn.end_s))
    if not spoken:
        for said in transcript.utterances:
            if said.span is not None:
                spoken.setdefault(said.role, []).append(said.span)
    return spoken


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
    def at(evidence: Sequence[Evidence], kind: str, name: str) -> list[Mark]:
        return [
            Mark(round(100 * piece.start_s / duration_s, 3), piece.start_s, kind, name)
            for piece in evidence
            if piece.start_s is not None and piece.start_s <= duration_s
        ]

    marks = [mark for flag in call.verdict.flags for mark in at(flag.evidence, "flag", flag.flag)]
    for check in call.verdict.checks:
        if check.status is CheckStatus.FAIL:
            marks += at(check.evidence, "fail", check.item)
    return tuple(sorted(marks, key=lambda mark: mark.start_s))


def _ticks(duration_s: float) -> tuple[Tick, ...]:
    step = next((s for s in _STEPS_S if duration_s / s <= 8), _STEPS_S[-1])
    count = int(duration_s // step)
    ticks = [Tick(round(100 * step * n / duration_s, 3), step * n) for n in range(count + 1)]
    return tuple(tick for tick in ticks if tick.x <= 96)
