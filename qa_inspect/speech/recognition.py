"""The second stage: the words of many calls at once.

Chunks of all calls in hand share batches, are encoded once, vote on their call's language and are
decoded; speech that gave no words is then heard again in short chunks, again all together. One
call's failure is its own. This module does not know channels' meaning, roles or the store.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from qa_inspect.domain import Metadata, Span, Word, base_language
from qa_inspect.errors import CallError, SpeechError
from qa_inspect.speech.chunks import Chunk, cut_chunks, in_call_time
from qa_inspect.speech.coverage import believed, unheard
from qa_inspect.speech.languages import (
    call_language,
    malay_or_indonesian,
    may_mix,
    piece_languages,
    word_languages,
)
from qa_inspect.speech.listening import Lane, Listened, require
from qa_inspect.speech.transcribe.belief import length_s
from qa_inspect.speech.transcribe.protocol import ChunkText, EncodedChunk, Transcriber

SECOND_CHUNK_S = 10.0
"""Most sound in a chunk (seconds) when speech without words is heard again."""

PIECE_S = 10.0
"""Most sound in a piece (seconds) where a call may mix languages. Pieces of 6 s cut words where
somebody speaks on without a pause, those of 10 s none of 110."""


MOST_CHUNKS = 120
"""Chunks of one lane that are kept encoded at once (1.8 MB each with ``whisper-base``): about half
an hour of speech. Longer calls are heard in parts."""


@dataclass(frozen=True, slots=True)
class HeardWord:
    """A word, the lane it was heard in and its language."""

    word: Word
    lane: int
    language: str


@dataclass(frozen=True, slots=True)
class Recognised:
    """A call's words in order of lanes and time, its main language, and notes for people."""

    language: str
    words: tuple[HeardWord, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Piece:
    """One chunk of one call's lane, and the text that was heard in it."""

    call: int
    lane: int
    encoded: EncodedChunk
    language: str = ""
    text: ChunkText | None = None

    @property
    def seconds(self) -> float:
        return length_s(self.encoded.chunk)


def recognise(
    calls: Sequence[Listened], transcriber: Transcriber, asked: str = "auto"
) -> tuple[Recognised | CallError, ...]:
    """The words of every call, or why there are none, in the order given.

    ``asked`` is the language of the settings. Calls that cannot be heard together are tried one
    by one, so that one call's failure is not the others'.
    """
    if any(_is_long(call) for call in calls):
        return _with_long_ones(calls, transcriber, asked)
    unknown = {
        number: _unknown_language(_stated(asked, call.metadata), transcriber)
        for number, call in enumerate(calls)
        if (code := _stated(asked, call.metadata)) and code not in transcriber.languages
    }
    if unknown:
        rest = [call for number, call in enumerate(calls) if number not in unknown]
        heard = iter(recognise(rest, transcriber, asked) if rest else ())
        return tuple(unknown.get(n) or next(heard) for n in range(len(calls)))
    try:
        return _recognise(calls, transcriber, asked)
    except CallError as error:
        if len(calls) == 1:
            return (error,)
        return tuple(recognise([call], transcriber, asked)[0] for call in calls)


def _is_long(call: Listened) -> bool:
    return any(len(lane.chunks) > MOST_CHUNKS for lane in call.lanes)


def _with_long_ones(
    calls: Sequence[Listened], transcriber: Transcriber, asked: str
) -> tuple[Recognised | CallError, ...]:
    """The calls' words where some are heard part by part, which bounds what is kept in memory."""
    short = [call for call in calls if not _is_long(call)]
    heard = iter(recognise(short, transcriber, asked) if short else ())
    return tuple(
        _joined([recognise([part], transcriber, asked)[0] for part in _parts(call)])
        if _is_long(call)
        else next(heard)
        for call in calls
    )


def _parts(call: Listened) -> list[Listened]:
    """A long call in parts of ``MOST_CHUNKS`` chunks, each with its own stretch of speech."""
    count = max(math.ceil(len(lane.chunks) / MOST_CHUNKS) for lane in call.lanes)
    return [
        replace(call, lanes=tuple(_part(lane, number, count) for lane in call.lanes), notes=())
        for number in range(count)
    ]


def _part(lane: Lane, number: int, count: int) -> Lane:
    edges = [round(n * len(lane.chunks) / count) for n in range(count + 1)]
    chunks = lane.chunks[edges[number] : edges[number + 1]]
    if not chunks:
        return replace(lane, chunks=(), speech=())
    begin_s, end_s = chunks[0].start_s, chunks[-1].end_s
    speech = tuple(
        Span(max(span.start_s, begin_s), min(span.end_s, end_s))
        for span in lane.speech
        if span.end_s > begin_s and span.start_s < end_s
    )
    return replace(lane, chunks=chunks, speech=speech)


def _joined(parts: Sequence[Recognised | CallError]) -> Recognised | CallError:
    """The words of a call heard in parts; its language is that of most words."""
    heard = [part for part in parts if isinstance(part, Recognised)]
    if not heard:
        return parts[0]
    words = sorted(
        (word for part in heard for word in part.words), key=lambda w: (w.lane, w.word.start_s)
    )
    language = Counter(word.language for word in words).most_common(1)[0][0]
    notes = dict.fromkeys(note for part in heard for note in part.notes)
    return Recognised(language, tuple(words), tuple(notes))


def _unknown_language(code: str, transcriber: Transcriber) -> SpeechError:
    return SpeechError(
        f"the model {transcriber.model} does not know the language {code!r}",
        cure="give one of Whisper's codes, such as en, zh, id, vi, th or ms",
    )


def _recognise(
    calls: Sequence[Listened], transcriber: Transcriber, asked: str
) -> tuple[Recognised | CallError, ...]:
    pieces = _encode(
        [
            (number, lane, chunk)
            for number, call in enumerate(calls)
            for lane, part in enumerate(call.lanes)
            for chunk in part.chunks
        ],
        transcriber,
    )
    pieces, languages = _in_languages(calls, pieces, transcriber, asked)
    pieces = _decode(pieces, transcriber)
    again = _hear_again(calls, pieces, languages, transcriber)
    return tuple(
        _put_together(
            call,
            languages[number],
            _of(pieces, number),
            _of(again, number),
            stated=bool(_stated(asked, call.metadata)),
        )
        for number, call in enumerate(calls)
    )


def _encode(chunks: Sequence[tuple[int, int, Chunk]], transcriber: Transcriber) -> list[_Piece]:
    encoded = transcriber.encode([chunk for _, _, chunk in chunks])
    return [_Piece(call, lane, item) for (call, lane, _), item in zip(chunks, encoded, strict=True)]


def _decode(pieces: Sequence[_Piece], transcriber: Transcriber) -> list[_Piece]:
    texts = transcriber.decode([p.encoded for p in pieces], [p.language for p in pieces])
    return [
        replace(piece, text=replace(text, words=in_call_time(piece.encoded.chunk, text.words)))
        for piece, text in zip(pieces, texts, strict=True)
    ]


def _in_languages(
    calls: Sequence[Listened], pieces: Sequence[_Piece], transcriber: Transcriber, asked: str
) -> tuple[list[_Piece], list[str]]:
    """Pieces with their languages, cut finer in calls that mix them, and every call's language."""
    stated = [_stated(asked, call.metadata) for call in calls]
    open_pieces = [piece for piece in pieces if not stated[piece.call]]
    rows = dict(
        zip(
            map(id, open_pieces),
            transcriber.language_rows([piece.encoded for piece in open_pieces]),
            strict=True,
        )
    )
    languages: list[str] = []
    placed: list[_Piece] = []
    for number, call in enumerate(calls):
        own = _of(pieces, number)
        if stated[number]:
            languages.append(stated[number])
            placed.extend(replace(piece, language=stated[number]) for piece in own)
            continue
        own_rows = [rows[id(piece)] for piece in own]
        seconds = [piece.seconds for piece in own]
        vote = call_language(own_rows, seconds)
        main = vote[0] if vote else "en"
        languages.append(main)
        if may_mix(own_rows, seconds, main):
            placed.extend(_mixed(call, number, own, own_rows, main, transcriber))
        else:
            placed.extend(replace(piece, language=main) for piece in own)
    return placed, languages


def _mixed(
    call: Listened,
    number: int,
    own: Sequence[_Piece],
    rows: Sequence[Mapping[str, float]],
    main: str,
    transcriber: Transcriber,
) -> list[_Piece]:
    """A call's pieces, each in one language: cut at pauses where a second language is sure."""
    finer = _encode(
        [
            (number, lane, chunk)
            for lane, part in enumerate(call.lanes)
            for chunk in cut_chunks(part.samples, part.speech, PIECE_S)
        ],
        transcriber,
    )
    finer_rows = transcriber.language_rows([piece.encoded for piece in finer])
    found = piece_languages(finer_rows, [piece.seconds for piece in finer], main)
    if set(found) <= {main}:
        return [replace(piece, language=main) for piece in own]
    return [replace(p, language=code) for p, code in zip(finer, found, strict=True)]


def _stated(asked: str, metadata: Metadata) -> str:
    """The language that the settings or the manifest state, empty where none does."""
    wanted = metadata.language if asked == "auto" else asked
    return base_language(wanted) if wanted and wanted != "auto" else ""


def _hear_again(
    calls: Sequence[Listened],
    pieces: Sequence[_Piece],
    languages: Sequence[str],
    transcriber: Transcriber,
) -> list[_Piece]:
    """Speech that gave no words, heard once more in short chunks."""
    gaps = []
    for number, call in enumerate(calls):
        for lane, part in enumerate(call.lanes):
            words = _words(_of(pieces, number), lane)
            missing = unheard(part.speech, words)
            gaps += [
                (number, lane, chunk) for chunk in cut_chunks(part.samples, missing, SECOND_CHUNK_S)
            ]
    if not gaps:
        return []
    again = [
        replace(piece, language=_near(_of(pieces, piece.call), piece) or languages[piece.call])
        for piece in _encode(gaps, transcriber)
    ]
    return _decode(again, transcriber)


def _near(pieces: Sequence[_Piece], wanted: _Piece) -> str:
    """The language of the piece that was cut from the same sound."""
    middle_s = (wanted.encoded.chunk.start_s + wanted.encoded.chunk.end_s) / 2
    for piece in pieces:
        chunk = piece.encoded.chunk
        if piece.lane == wanted.lane and chunk.start_s <= middle_s <= chunk.end_s:
            return piece.language
    return ""


def _put_together(
    call: Listened,
    language: str,
    pieces: Sequence[_Piece],
    again: Sequence[_Piece],
    *,
    stated: bool,
) -> Recognised | CallError:
    words: list[HeardWord] = []
    for lane, part in enumerate(call.lanes):
        first = _heard(pieces, lane)
        gaps = unheard(part.speech, [heard.word for heard in first])
        second = _heard(again, lane)
        kept = set(believed([heard.word for heard in second], gaps))
        both = [*first, *(heard for heard in second if heard.word in kept)]
        if part.speaker is not None:
            both = _within(both, part.speech)
        words += sorted(both, key=lambda heard: heard.word.start_s)
    try:
        require(words, "no words were recognised in this recording")
    except CallError as error:
        return error
    if not stated:
        own = [heard.word.text for heard in words if heard.language == language]
        settled = malay_or_indonesian(own, language)
        words = [_renamed(heard, language, settled) for heard in words]
        language = settled
    return Recognised(language, tuple(words), (*_dropped(pieces, words), *_second(words, language)))


def _renamed(heard: HeardWord, old: str, new: str) -> HeardWord:
    return replace(heard, language=new) if heard.language == old != new else heard


def _heard(pieces: Sequence[_Piece], lane: int) -> list[HeardWord]:
    return [
        HeardWord(word, lane, language)
        for piece in pieces
        if piece.lane == lane and piece.text
        for word, language in zip(
            piece.text.words,
            word_languages([word.text for word in piece.text.words], piece.language),
            strict=True,
        )
    ]


def _words(pieces: Sequence[_Piece], lane: int) -> list[Word]:
    return [heard.word for heard in _heard(pieces, lane)]


def _of(pieces: Sequence[_Piece], call: int) -> list[_Piece]:
    return [piece for piece in pieces if piece.call == call]


def _within(
    words: Sequence[HeardWord], spans: Sequence[Span], slack_s: float = 0.5
) -> list[HeardWord]:
    """The words near which a channel's own speech is; the others were heard in the leak."""
    ordered = sorted(spans, key=lambda span: span.start_s)
    starts = [span.start_s - slack_s for span in ordered]
    ends = list(accumulate((span.end_s + slack_s for span in ordered), max))
    kept = []
    for heard in words:
        before = bisect_right(starts, heard.word.end_s)
        if before and ends[before - 1] > heard.word.start_s:
            kept.append(heard)
    return kept


def _dropped(pieces: Sequence[_Piece], words: Sequence[HeardWord]) -> tuple[str, ...]:
    """Sentences on chunks that gave no words, at the second hearing neither."""
    return tuple(
        f"{piece.text.start_s:.1f}–{piece.text.end_s:.1f} s gave no words: {piece.text.dropped}"
        for piece in pieces
        if piece.text
        and piece.text.dropped
        and not any(
            heard.lane == piece.lane and piece.text.start_s <= heard.word.start_s < piece.text.end_s
            for heard in words
        )
    )


def _second(words: Sequence[HeardWord], main: str) -> tuple[str, ...]:
    others = sorted({heard.language for heard in words} - {main})
    return (f"spoken in {main} and {', '.join(others)}",) if others else ()
