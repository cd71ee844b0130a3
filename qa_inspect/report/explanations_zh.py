"""Explanations of verdicts and flags told in Chinese, for pages.

The rubric engine writes them in English and the store keeps one text; here a text is taken apart
into sentences, and each is told by the first form that fits. What is quoted, numbers, times and
the names that authors of rubrics gave stay as they are. A sentence of no known form stays English,
whole. This module does not know calls, rubrics or pages.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache, lru_cache

from qa_inspect.report.call_notes_zh import CURES, FAULTS, NOTES
from qa_inspect.report.explanation_blanks_zh import blanks
from qa_inspect.report.explanation_measures_zh import EVIDENCE, MEASURED, QUOTED, SEARCHED
from qa_inspect.report.explanation_sentences_zh import SPOKEN
from qa_inspect.report.sentence_forms import (
    MOST_MARKS,
    Blank,
    Forms,
    Piece,
    Table,
    holds_marks,
    marked,
    marks_in,
    numbered,
    pieces_of,
    same_marks,
    shifted,
)

SENTENCES: Table = SPOKEN + MEASURED

_REMEMBERED = 16_384
"""Sentences, without what they quote and count, that are remembered; as many explanations."""
_LONGEST = 2_000
"""Letters of a sentence, each mark one, that may be one of the engine's."""
_ENDS = re.compile(r"(?<!\bno)\.+(?:\s+|$)")
"""Where a sentence ends; "no. 2" ends none."""
_DIVIDES = re.compile(r"; |$")
_NEXT_SIGNAL = re.compile(r"; (?=[^;]*? — )")
_BY_NAME = re.compile(r"([^:]{1,80}?): (.+)", re.DOTALL)
_NO_SPEECH = re.compile(
    r"\d+\.\d s (?:of silence|on hold|until|spoken over)|call .+ of (?:\d{4}-|an unknown)"
)


def explained(text: str) -> str:
    """A verdict's or a flag's explanation in Chinese."""
    return _rewritten(text, _explanation)


def searched(text: str) -> str:
    """Where a verdict was looked for, in Chinese."""
    return _rewritten(text, _places)


def evidence(text: str) -> str:
    """Evidence in Chinese where it is a measure or another call; speech stays as it was said."""
    return _rewritten(text, _evidence) if _NO_SPEECH.match(text) else text


def noted(text: str) -> str:
    """What is odd about a call, in Chinese."""
    return _rewritten(text, _note)


def failed(text: str) -> str:
    """Why a call could not be inspected or a clip has no sound, in Chinese."""
    return _rewritten(text, _fault)


def _rewritten(text: str, pieces: Callable[[str], tuple[Piece, ...]]) -> str:
    if not text or holds_marks(text):
        return text
    shape, kept = marked(text)
    if len(kept) > MOST_MARKS:
        return text
    return "".join(
        piece if isinstance(piece, str) else _filled(kept[piece[0]], own=piece[1])
        for piece in pieces(shape)
    )


def _filled(mark: str, *, own: bool) -> str:
    """What a mark stands for, as it is written in Chinese."""
    return f"“{_rewritten(mark[1:-1], _quoted)}”" if own else mark


@lru_cache(maxsize=_REMEMBERED)
def _explanation(shape: str) -> tuple[Piece, ...]:
    return pieces_of("".join(_told(shape, _ENDS, _sentence, "。")))


@lru_cache(maxsize=_REMEMBERED)
def _places(shape: str) -> tuple[Piece, ...]:
    told = "".join(_told(shape, _DIVIDES, _place, "；"))
    return pieces_of(told.removesuffix("；"))


def _evidence(shape: str) -> tuple[Piece, ...]:
    return _whole(shape, forms_of(EVIDENCE).told)


def _quoted(shape: str) -> tuple[Piece, ...]:
    return _whole(shape, forms_of(QUOTED).told)


def _note(shape: str) -> tuple[Piece, ...]:
    return _whole(shape, forms_of(NOTES).told)


def _fault(shape: str) -> tuple[Piece, ...]:
    return _whole(shape, _failure)


def _whole(shape: str, told: Callable[[str], str | None]) -> tuple[Piece, ...]:
    """A marked text that is one sentence, in Chinese where it can be told."""
    text = numbered(shape)
    return pieces_of(same_marks(text, told(text)) or text)


def _told(
    shape: str, ends: re.Pattern[str], told: Callable[[str], str | None], mark: str
) -> Iterator[str]:
    """The parts of a marked text, with their marks numbered: in Chinese, each with the ``mark``
    that ends it, or as they are."""
    begin = before = 0
    for end in (*ends.finditer(shape), None):
        whole = shape[begin : end.end() if end else None]
        part = shape[begin : end.start() if end else None]
        chinese = told(part) if part.strip() else None
        yield shifted(numbered(whole) if chinese is None else chinese + mark, before)
        before += marks_in(whole)
        begin += len(whole)


@lru_cache(maxsize=_REMEMBERED)
def _sentence(shape: str) -> str | None:
    text = numbered(shape)
    return same_marks(text, _in_chinese(text)) if len(text) <= _LONGEST else None


@lru_cache(maxsize=_REMEMBERED)
def _place(shape: str) -> str | None:
    text = numbered(shape)
    return same_marks(text, forms_of(SEARCHED).told(text)) if len(text) <= _LONGEST else None


def _in_chinese(text: str) -> str | None:
    """A sentence of numbered marks in Chinese; None where it cannot be told."""
    told = forms_of(SENTENCES).told(text)
    if told is None and (named := _BY_NAME.fullmatch(text)):
        # once only: a name within a name would be tried in too many ways
        rest = forms_of(SENTENCES).told(named[2])
        told = None if rest is None else f"{named[1]}：{rest}"
    return _signals(text) if told is None and " — " in text else told


def _signals(text: str) -> str | None:
    """Signals by their authors' names, each with its own sentence."""
    told = []
    for signal in _NEXT_SIGNAL.split(text):
        name, dash, rest = signal.partition(" — ")
        chinese = forms_of(SENTENCES).told(rest if dash else signal)
        if chinese is None:
            return None
        told.append(f"{name}——{chinese}" if dash else chinese)
    return "；".join(told)


def _failure(text: str) -> str | None:
    """Why a call failed, which may begin with its file's name, and what can be done about it."""
    fault, dash, cure = text.partition(" — ")
    told = forms_of(FAULTS).told(fault)
    if told is None and (named := _BY_NAME.fullmatch(fault)):
        told = forms_of(FAULTS).told(named[2])
        told = told and f"{named[1]}：{told}"
    advice = forms_of(CURES).told(cure) if dash else ""
    return None if told is None or advice is None else "；".join(filter(None, (told, advice)))


@cache
def forms_of(table: Table) -> Forms:
    """The forms of one of the tables, ready to tell sentences by."""
    known = blanks()
    known["sentence"] = Blank("(?:.+?)", _in_chinese)
    known["signals"] = Blank("(?:.+?)", _signals)
    known["note"] = Blank("(?:.+?)", forms_of(NOTES).told if table is FAULTS else str)
    return Forms(table, known)
