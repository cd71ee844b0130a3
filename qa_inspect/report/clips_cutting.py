"""Where a clip begins and ends: around the evidence, at pauses in what is said.

This module does not know sound, rules or why evidence matters.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from qa_inspect.domain import Span, Transcript
from qa_inspect.report.clips import Reason, Stretch

REACH_S = 1.5
"""How far a border may move to a pause."""
LONGEST_S = 60.0
"""Clips are not joined beyond this; a later one then begins where the earlier ends."""
MOST_A_CALL = 3
_PAUSE_S = 0.15
"""The shortest gap between words that counts as a pause."""
_BREATH_S = 0.25
"""How much of a pause stays in the clip."""
_NEAR_S = 1.0
"""Clips with less than this between them are one."""
_MOST_USUAL_S = 8.0
"""Stretch shown where a thing was missed and only its usual place is known."""
_AROUND = (2, 3)
"""Utterances before and after the evidence where a call has no times."""


def stretches(
    transcript: Transcript, reasons: Sequence[Reason], before_s: float, after_s: float
) -> tuple[Stretch, ...]:
    """The stretches of a call that show its ``reasons``, at most three, in the order of the call.

    Each reaches ``before_s`` and ``after_s`` seconds around the evidence, moved to the nearest
    pause; those that meet are joined. Of more than three the ones with the strongest reasons stay.
    Empty where no reason has a place.
    """
    if not transcript.has_times:
        return _of_lines(transcript, reasons)
    end_s = transcript.duration_s or max(u.end_s or 0.0 for u in transcript.utterances)
    pauses = _pauses(transcript, end_s)
    found: list[tuple[Span, Reason]] = []
    for reason in reasons:
        for place in _places(transcript, reason, end_s):
            found.append((_bordered(place, before_s, after_s, pauses, end_s), reason))
    joined = _joined(found)
    strength = {id(reason): at for at, reason in enumerate(reasons)}
    strongest = sorted(joined, key=lambda one: min(strength[id(why)] for why in one[1]))
    return tuple(
        Stretch(span, _within(transcript, span), tuple(why))
        for span, why in sorted(strongest[:MOST_A_CALL], key=lambda one: one[0].start_s)
    )


def _places(transcript: Transcript, reason: Reason, end_s: float) -> Iterator[Span]:
    for piece in reason.evidence:
        if piece.start_s is not None:
            stop = piece.end_s if piece.end_s is not None else piece.start_s
            yield Span(piece.start_s, min(end_s, max(stop, piece.start_s + 0.01)))
    if not reason.has_times and reason.place is not None:
        yield _usual(transcript, reason.place * end_s, end_s)


def _usual(transcript: Transcript, at_s: float, end_s: float) -> Span:
    """The utterance said at a moment, or the one nearest to it."""
    spans = [u.span for u in transcript.utterances if u.span is not None]
    nearest = min(spans, key=lambda s: max(s.start_s - at_s, at_s - s.end_s, 0.0))
    stop = min(nearest.end_s, nearest.start_s + _MOST_USUAL_S, end_s)
    return Span(nearest.start_s, max(stop, nearest.start_s + 0.01))


def _bordered(
    place: Span, before_s: float, after_s: float, pauses: Sequence[Span], end_s: float
) -> Span:
    wanted_start = max(0.0, place.start_s - before_s)
    wanted_end = min(end_s, place.end_s + after_s)
    starts = [max(p.start_s, p.end_s - _BREATH_S) for p in pauses]
    ends = [min(p.end_s, p.start_s + _BREATH_S) for p in pauses]
    start = _nearest(wanted_start, [s for s in starts if s <= place.start_s])
    end = _nearest(wanted_end, [e for e in ends if e >= place.end_s])
    return Span(start, max(end, start + 0.1))


def _nearest(wanted: float, candidates: Iterable[float]) -> float:
    """The candidate nearest to the wanted moment, if one is within reach; else that moment."""
    best = min(candidates, key=lambda at: abs(at - wanted), default=wanted)
    return best if abs(best - wanted) <= REACH_S else wanted


def _pauses(transcript: Transcript, end_s: float) -> tuple[Span, ...]:
    """Stretches in which nobody says a word, those at the call's ends among them."""
    said: list[Span] = []
    for utterance in transcript.utterances:
        timed = [Span(w.start_s, w.end_s) for w in utterance.words if w.end_s > w.start_s]
        said += timed or [utterance.span or Span(0.0, 0.0)]
    said.sort(key=lambda s: s.start_s)
    first_s = said[0].start_s if said else 0.0
    found, reached = [Span(0.0, first_s)], first_s
    for span in said:
        if span.start_s - reached >= _PAUSE_S:
            found.append(Span(reached, span.start_s))
        reached = max(reached, span.end_s)
    return (*found, Span(min(reached, end_s), end_s))


def _joined(found: Sequence[tuple[Span, Reason]]) -> list[tuple[Span, list[Reason]]]:
    result: list[tuple[Span, list[Reason]]] = []
    for span, reason in sorted(found, key=lambda one: (one[0].start_s, one[0].end_s)):
        if result:
            last, why = result[-1]
            whole = Span(last.start_s, max(last.end_s, span.end_s))
            near = span.start_s - last.end_s < _NEAR_S
            if near and (whole.duration_s <= LONGEST_S or whole == last):
                result[-1] = (whole, why if reason in why else [*why, reason])
                continue
            span = Span(max(span.start_s, last.end_s), span.end_s)
        result.append((span, [reason]))
    return result


def _within(transcript: Transcript, span: Span) -> tuple[int, int]:
    """The first and the last utterance of which something lies in the stretch."""
    inside = [
        at
        for at, said in enumerate(transcript.utterances)
        if said.span is not None and said.span.overlap_s(span) > 0
    ]
    return (inside[0], inside[-1]) if inside else (0, -1)


def _of_lines(transcript: Transcript, reasons: Sequence[Reason]) -> tuple[Stretch, ...]:
    """Stretches of a call without times: some utterances around each piece of evidence."""
    last = len(transcript.utterances) - 1
    if last < 0:
        return ()
    places = {said.index: at for at, said in enumerate(transcript.utterances)}
    found: list[Stretch] = []
    for reason in reasons:
        at = [places[e.utterance] for e in reason.evidence if e.utterance in places]
        if not at and reason.place is not None:
            at = [round(reason.place * last)]
        for place in at:
            lines = (max(0, place - _AROUND[0]), min(last, place + _AROUND[1]))
            found.append(Stretch(None, lines, (reason,)))
    result: list[Stretch] = []
    for one in sorted(found, key=lambda s: s.utterances):
        if result and one.utterances[0] <= result[-1].utterances[1]:
            before = result[-1]
            why = dict.fromkeys((*before.reasons, *one.reasons))
            ends = (before.utterances[0], max(before.utterances[1], one.utterances[1]))
            result[-1] = replace(before, utterances=ends, reasons=tuple(why))
        else:
            result.append(one)
    return tuple(result[:MOST_A_CALL])
