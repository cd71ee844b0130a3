"""Measures of a call from who is heard when: silences, response times, talking over one another.

Stretches of speech are those of diarization where there are any, else the utterances. All times
are seconds; a call without times has no measures (every function then gives nothing). This module
does not know rules, nor how much of anything is too much.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from operator import attrgetter, itemgetter
from typing import NamedTuple
from weakref import WeakKeyDictionary

from qa_inspect.domain import Role, Span, Transcript
from qa_inspect.rubric.folding import fold
from qa_inspect.rubric.phrases import PhraseList
from qa_inspect.rubric.view import CallView, Line

_BREATH_S = 0.3
"""Pauses shorter than this do not end a stretch of speech."""
_TOGETHER_S = 0.15
"""Two people who begin within this time began together: nobody interrupts."""
_WORDLESS_S = 1.0
"""A stretch without recognised words that is shorter than this is a sound, not a turn."""
LEAST_HOLD_S = 3.0
"""Shorter silences are pauses, announced or not."""
_ANNOUNCED_WITHIN = 2
"""How many utterances before a silence may announce it: "one moment", then "okay"."""
_ANNOUNCED_BEFORE_S = 8.0


class Stretch(NamedTuple):
    """Time in which one speaker is heard."""

    speaker: str
    role: Role
    start_s: float
    end_s: float


_KNOWN: WeakKeyDictionary[CallView, tuple[Stretch, ...]] = WeakKeyDictionary()


class Gap(NamedTuple):
    """A silence between speech; ``after`` is the last line before it, ``before`` the next."""

    start_s: float
    end_s: float
    after: Line | None
    before: Line | None

    @property
    def length_s(self) -> float:
        """Length in seconds."""
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True)
class Interruption:
    """``by`` begins to speak while ``of`` speaks; both go on for ``overlap_s``.

    The lines are those in which each is heard, None where no words were recognised.
    """

    by: Stretch
    of: Stretch
    overlap_s: float
    by_line: Line | None
    of_line: Line | None


def stretches(view: CallView) -> tuple[Stretch, ...]:
    """Who is heard when, in order of beginning; short pauses of one speaker are bridged.

    Worked out once a call; several kinds ask for it.
    """
    known = _KNOWN.get(view)
    if known is None:
        known = _KNOWN[view] = _stretches(view)
    return known


def _stretches(view: CallView) -> tuple[Stretch, ...]:
    transcript = view.transcript
    spoken = [(turn.speaker, turn.start_s, turn.end_s) for turn in transcript.turns]
    if not spoken:
        spoken = list(_utterances(transcript))
    bridged: dict[str, list[tuple[float, float]]] = {}
    for speaker, start_s, end_s in sorted(spoken, key=itemgetter(1)):
        own = bridged.setdefault(speaker, [])
        if own and start_s - own[-1][1] < _BREATH_S:
            own[-1] = own[-1][0], max(own[-1][1], end_s)
        else:
            own.append((start_s, end_s))
    roles = {line.utterance.speaker: line.utterance.role for line in view.lines}
    roles.update(transcript.roles)
    found = [
        Stretch(speaker, roles.get(speaker, Role.UNKNOWN), *times)
        for speaker, own in bridged.items()
        for times in own
    ]
    return tuple(sorted(found, key=attrgetter("start_s")))


def _utterances(transcript: Transcript) -> Iterator[tuple[str, float, float]]:
    for utterance in transcript.utterances:
        start_s, end_s = utterance.start_s, utterance.end_s
        if start_s is not None and end_s is not None:
            yield utterance.speaker, start_s, end_s


def gaps(view: CallView) -> tuple[Gap, ...]:
    """Silences between the first and the last speech of the call, whoever speaks."""
    heard = sorted(_everything(view))
    timed = [(line.utterance.start_s, line.utterance.end_s, line) for line in view.lines]
    ends = sorted((end, line.index) for _, end, line in timed if end is not None)
    starts = sorted((start, line.index) for start, _, line in timed if start is not None)
    found = []
    end: float | None = None
    for start, until in heard:
        if end is not None and start > end:
            last = bisect_right(ends, (end, len(timed)))
            first = bisect_left(starts, (start, 0))
            after = view.lines[ends[last - 1][1]] if last else None
            before = view.lines[starts[first][1]] if first < len(starts) else None
            found.append(Gap(end, start, after, before))
        end = until if end is None else max(end, until)
    return tuple(found)


def announced(view: CallView, gap: Gap, holds: PhraseList) -> bool:
    """Whether an agent said shortly before a silence, with one of ``holds``, that there would be
    a wait."""
    if gap.after is None:
        return False
    last = gap.after.index
    return any(
        line.utterance.role is not Role.CUSTOMER
        and gap.start_s - (line.utterance.end_s or 0.0) < _ANNOUNCED_BEFORE_S
        and holds.hits(line.folded, line.marks)
        for line in view.lines[max(0, last + 1 - _ANNOUNCED_WITHIN) : last + 1]
    )


def _everything(view: CallView) -> list[tuple[float, float]]:
    """When there is speech (s), as it was divided by speaker and as words were recognised."""
    divided = [(stretch.start_s, stretch.end_s) for stretch in stretches(view)]
    timed = ((said.start_s, said.end_s) for said in view.transcript.utterances)
    return divided + [(start, end) for start, end in timed if start is not None and end is not None]


def pick_up(view: CallView) -> Gap | None:
    """From the beginning of the recording to the agent's first word; None where he says none."""
    first = min(
        (line for line in view.of_role("agent") if line.utterance.start_s is not None),
        key=lambda line: line.utterance.start_s or 0.0,
        default=None,
    )
    if first is None or first.utterance.start_s is None:
        return None
    return Gap(0.0, first.utterance.start_s, None, first)


def ending(view: CallView) -> Gap | None:
    """From the last speech to the end of the recording; None where that end is not known.

    A call that was transcribed elsewhere (no utterance has a confidence) and ends with its very
    last turn tells nothing of its recording.
    """
    span, end_s = speech_span(view), view.transcript.duration_s
    if span is None or end_s is None:
        return None
    heard = any(line.utterance.confidence is not None for line in view.lines)
    if not heard and end_s <= span.end_s:
        return None
    last = max(view.lines, key=lambda line: line.utterance.end_s or 0.0, default=None)
    return Gap(span.end_s, max(span.end_s, end_s), last, None)


def speech_span(view: CallView) -> Span | None:
    """From the first to the last speech, or None where there is none with times."""
    return view.of_lines("span of speech", view.lines, lambda _: _span_of_all(view))


def _span_of_all(view: CallView) -> Span | None:
    heard = _everything(view)
    if not heard:
        return None
    return Span(min(start for start, _ in heard), max(end for _, end in heard))


def responses(view: CallView, role: str) -> tuple[Gap, ...]:
    """How long ``role`` (``any``: either) took to speak after the other side had spoken."""
    found = []
    previous: Line | None = None
    for line in view.of_role("any"):
        begun = line.utterance.start_s
        if begun is None or line.utterance.end_s is None:
            continue
        if (
            previous is not None
            and previous.utterance.end_s is not None
            and previous.utterance.role is not line.utterance.role
            and role in ("any", line.utterance.role.value)
        ):
            start = previous.utterance.end_s
            found.append(Gap(start, max(start, begun), previous, line))
        previous = line
    return tuple(found)


def interruptions(
    view: CallView, tolerance_s: float, backchannels: PhraseList
) -> tuple[Interruption, ...]:
    """Who began to speak over whom for at least ``tolerance_s``.

    Not counted: beginning together, saying nothing but ``backchannels``, and speaking over somebody
    who says nothing else.
    """
    found = []
    going_on: list[Stretch] = []
    for by in stretches(view):
        going_on = [of for of in going_on if of.end_s > by.start_s]
        over = [
            (overlap, of)
            for of in going_on
            if of.speaker != by.speaker
            and (by.role is not of.role or by.role is Role.UNKNOWN)
            and by.start_s - of.start_s > _TOGETHER_S
            and (overlap := min(of.end_s, by.end_s) - by.start_s) >= tolerance_s
        ]
        going_on.append(by)
        if not over:
            continue
        overlap, of = max(over, key=lambda pair: pair[0])
        line = _line_of(view.lines, by)
        if line is None and by.end_s - by.start_s < _WORDLESS_S:
            continue
        if line is not None and _only(backchannels, _words_within(line, by)):
            continue
        of_line = _line_of(view.lines, of)
        if of_line is not None and _only(backchannels, _words_within(of_line, of)):
            continue
        found.append(Interruption(by, of, overlap, line, of_line))
    return tuple(found)


def _only(phrases: PhraseList, folded: str) -> bool:
    """Whether folded text is made of the phrases alone."""
    covered = 0
    letters = len(folded.replace(" ", ""))
    for hit in phrases.hits(folded):
        covered += len(folded[hit.start : hit.end].replace(" ", ""))
    return covered >= letters


def _words_within(line: Line, stretch: Stretch) -> str:
    """The folded words of a line that fall within a stretch; the whole line without word times."""
    words = line.utterance.words
    inside = [
        word.text
        for word in words
        if word.end_s > stretch.start_s - _BREATH_S and word.start_s < stretch.end_s + _BREATH_S
    ]
    return fold(" ".join(text.strip() for text in inside)) if inside else line.folded


def _line_of(lines: Iterable[Line], stretch: Stretch) -> Line | None:
    """The line of the stretch's speaker that shares most time with it."""
    best: tuple[float, Line] | None = None
    for line in lines:
        start, end = line.utterance.start_s, line.utterance.end_s
        if start is None or end is None or end <= stretch.start_s or start >= stretch.end_s:
            continue
        if line.utterance.speaker != stretch.speaker or not line.folded:
            continue
        shared = min(end, stretch.end_s) - max(start, stretch.start_s)
        if shared > 0 and (best is None or shared > best[0]):
            best = (shared, line)
    return None if best is None else best[1]
