"""The words of a clip as people read them: by role, evidence marked, personal data masked.

This module does not know sound or pages.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from qa_inspect.domain import Evidence, Span, Transcript, Utterance
from qa_inspect.language.pii.kinds import PersonalData
from qa_inspect.report.clips import By, Piece, Reason, SaidLine, Stretch
from qa_inspect.report.clips_hiding import Secrets, masked_part
from qa_inspect.rubric.hearing import word_places
from qa_inspect.rubric.wording import clock

_WHOLE_S = 0.3
"""An utterance of which less than this is cut off is shown whole."""
_CUT = "…"
_TIME = re.compile(r"\d+(?::\d\d){1,2}")
_TIMES = rf"{_TIME.pattern}(?:–{_TIME.pattern})?"
_TOLD_TIME = re.compile(rf" at {_TIMES}(?![\w:])| \({_TIMES}\)| in utterance \d+")
_QUOTED = re.compile(r"(“[^”]*”)")
_ROUNDED_S = 1.0
"""How far a time that is told may be from the true one."""


def lines_of(transcript: Transcript, stretch: Stretch, secrets: Secrets) -> tuple[SaidLine, ...]:
    """What is said in a stretch, in order; of an utterance that is cut, the words within."""
    first, last = stretch.utterances
    found = []
    for at in range(first, last + 1):
        said = transcript.utterances[at]
        start, stop = _part(said, stretch.span)
        if stop <= start:
            continue
        pieces = _pieces(said, (start, stop), secrets.found.get(at, ()), _cited(said, stretch))
        if start > 0:
            pieces = (Piece(f"{_CUT} "), *pieces)
        if stop < len(said.text.rstrip()):
            pieces = (*pieces, Piece(f" {_CUT}"))
        begin_s, end_s = _times(said, stretch.span)
        found.append(SaidLine(said.role, begin_s, end_s, tuple(pieces)))
    return tuple(found)


def shown_reason(reason: Reason, secrets: Secrets, span: Span | None = None) -> Reason:
    """A reason with the call's personal data masked in all that it tells, and with times of the
    clip that lies at ``span`` of the call."""
    explanation = secrets.hide_in(with_clip_times(reason.explanation, span))
    evidence = tuple(replace(e, quote=secrets.hide_quote(e.quote)) for e in reason.evidence)
    reason = replace(reason, explanation=explanation, evidence=evidence)
    # flags and items are named by rubrics, topics by a manifest and queries by somebody
    if reason.by not in (By.TOPIC, By.QUERY):
        return reason
    name, title = (secrets.hide_quote(one) for one in (reason.name, reason.title))
    return replace(reason, name=name, title=title)


def with_clip_times(explanation: str, span: Span | None) -> str:
    """An explanation whose times of the call are told as times of the clip at ``span``; those
    outside it are left out. What is quoted stays as it was said."""
    pieces = _QUOTED.split(explanation)
    for at in range(0, len(pieces), 2):
        pieces[at] = _TOLD_TIME.sub(lambda found: _clip_time(found, span), pieces[at])
    return "".join(pieces)


def _clip_time(found: re.Match[str], span: Span | None) -> str:
    seconds = [_seconds(time) for time in _TIME.findall(found.group())]
    inside = span is not None and all(
        span.start_s - _ROUNDED_S <= one <= span.end_s + _ROUNDED_S for one in seconds
    )
    if span is None or not seconds or not inside:
        return ""
    begins = span.start_s
    return _TIME.sub(lambda time: clock(max(0.0, _seconds(time.group()) - begins)), found.group())


def _seconds(time: str) -> float:
    total = 0.0
    for part in time.split(":"):
        total = 60 * total + float(part)
    return total


def _part(said: Utterance, span: Span | None) -> tuple[int, int]:
    """First letter, and the one after the last, of an utterance's text within a stretch."""
    whole = (0, len(said.text))
    if span is None or said.span is None or not said.words:
        return whole
    before = span.start_s - said.span.start_s
    after = said.span.end_s - span.end_s
    if before < _WHOLE_S and after < _WHOLE_S:
        return whole
    inside = [
        place
        for word, place in zip(said.words, word_places(said.text, said.words), strict=True)
        if place is not None
        and min(word.end_s, span.end_s) - max(word.start_s, span.start_s)
        >= 0.5 * (word.end_s - word.start_s)
    ]
    if not inside:
        return (0, 0)
    start = inside[0][0] if before >= _WHOLE_S else 0
    stop = inside[-1][1] if after >= _WHOLE_S else len(said.text)
    return start, stop


def _cited(said: Utterance, stretch: Stretch) -> tuple[tuple[int, int], ...]:
    """Where in an utterance's text the evidence of the stretch's reasons stands."""
    pieces = [e for r in stretch.reasons for e in r.evidence if e.utterance == said.index]
    return tuple(place for piece in pieces for place in _found(said, piece))


def _found(said: Utterance, piece: Evidence) -> Iterator[tuple[int, int]]:
    quote = piece.quote.strip()
    if not quote:
        return
    at = -1
    if piece.start_s is not None and said.words:
        places = word_places(said.text, said.words)
        starts = [
            place[0]
            for word, place in zip(said.words, places, strict=True)
            if place is not None and word.start_s >= piece.start_s - 0.01
        ]
        # A word said twice: the one that was meant begins with the evidence
        at = said.text.find(quote, starts[0]) if starts else -1
    at = said.text.find(quote) if at < 0 else at
    if at >= 0:
        yield at, at + len(quote)


def _pieces(
    said: Utterance,
    part: tuple[int, int],
    hidden: Sequence[PersonalData],
    cited: Sequence[tuple[int, int]],
) -> tuple[Piece, ...]:
    start, stop = part
    borders = {start, stop}
    borders |= {at for one in hidden for at in (one.start, one.end)}
    borders |= {at for place in cited for at in place}
    inside_hidden = {at for one in hidden for at in range(one.start + 1, one.end)}
    # Evidence that ends within a secret must not cut it in two
    cuts = sorted(at for at in borders if start <= at <= stop and at not in inside_hidden)
    if not cuts or cuts[0] != start:
        cuts.insert(0, start)
    if cuts[-1] != stop:
        cuts.append(stop)
    return tuple(
        Piece(masked_part(said.text, hidden, begin, end), _mark(begin, end, hidden, cited))
        for begin, end in pairwise(cuts)
        if end > begin
    )


def _mark(
    begin: int, end: int, hidden: Iterable[PersonalData], cited: Iterable[tuple[int, int]]
) -> str:
    if any(one.start < end and begin < one.end for one in hidden):
        return "hidden"
    return "evidence" if any(first < end and begin < last for first, last in cited) else ""


def _times(said: Utterance, span: Span | None) -> tuple[float | None, float | None]:
    if span is None or said.start_s is None or said.end_s is None:
        return None, None
    start = max(0.0, said.start_s - span.start_s)
    return round(start, 3), round(max(start, min(said.end_s, span.end_s) - span.start_s), 3)
