"""Text as phrases are matched on it, and the way back to the words that were really said.

``fold`` is the normalisation of ``language.tokens`` kept from running Chinese sentences into one
another. ``locate`` finds, for a stretch of folded text, the stretch of the original. ``marks``
gives the small pieces by which an index finds the utterances that a phrase can be in at all.

This module does not know phrases, rubrics or utterances.
"""

from __future__ import annotations

import re
from functools import lru_cache

from qa_inspect.language import tokens
from qa_inspect.language.numbers.rewriting import Rewriting
from qa_inspect.language.written_numbers import in_one_form

UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
)
"""Ranges of scripts written without spaces between words, for use inside a regex class."""

_HAS_UNSPACED = re.compile(f"[{UNSPACED}]")
_THAI = re.compile("[\u0e00-\u0e7f]")
_SENTENCE_END = re.compile("[。！？!?；;…\n]+")
_PIECE = re.compile(f"[{UNSPACED}]+|[^\\s{UNSPACED}]+")
_SEGMENT = re.compile(
    f"[{UNSPACED}]|[^\\W_{UNSPACED}](?:[^\\W_{UNSPACED}]|[\u0300-\u036f'’‘ʼ`´′＇])*"
)


def has_unspaced(text: str) -> bool:
    """Whether ``text`` holds a letter of a script that is written without spaces."""
    return not text.isascii() and _HAS_UNSPACED.search(text) is not None


def has_thai(text: str) -> bool:
    """Whether ``text`` holds a Thai letter."""
    return _THAI.search(text) is not None


def fold(text: str) -> str:
    """``text`` normalised for matching, its numbers in one form ("twenty four" is "24").

    Blanks stand between words, between Chinese sentences and where the script changes.
    """
    return fold_part(text, script_of(text))


@lru_cache(maxsize=65_536)
def fold_part(text: str, script: str) -> str:
    """A part of a text (or of a phrase) folded as the whole would be, whose script is known."""
    text = _numbers_folded(text, script).text
    if not has_unspaced(text):
        return tokens.normalise(text)
    parts = (tokens.normalise(part) for part in _SENTENCE_END.split(text))
    return " ".join(piece for part in parts for piece in pieces(part))


def script_of(text: str) -> str:
    """``han``, ``thai`` or ``latin``: by whose words small numbers are folded."""
    if not has_unspaced(text):
        return "latin"
    return "thai" if _THAI.search(text) else "han"


def pieces(folded: str) -> list[str]:
    """Folded text divided at blanks and where the script changes."""
    return _PIECE.findall(folded)


@lru_cache(maxsize=512)
def marks(folded: str) -> frozenset[str]:
    """What an index keeps of folded text: words, and of unspaced scripts letters and pairs."""
    if not has_unspaced(folded):
        return frozenset(folded.split())
    found: set[str] = set()
    for piece in pieces(folded):
        if has_unspaced(piece):
            found.update(piece)
            found.update(piece[i : i + 2] for i in range(len(piece) - 1))
        else:
            found.add(piece)
    return frozenset(found)


@lru_cache(maxsize=16_384)
def locate(original: str, folded: str, start: int, end: int) -> tuple[int, int]:
    """The stretch of ``original`` that became ``folded[start:end]``, as character positions.

    Whole words are kept together. Where the way back cannot be found, it is the whole text.
    """
    script = script_of(original)
    rewriting = _numbers_folded(original, script)
    first, last = _locate(rewriting.text, folded, start, end)
    if first >= last:
        return 0, len(original)
    if rewriting.text == original:
        return first, last
    origin = rewriting.origin
    return origin[first][0], origin[last - 1][1]


@lru_cache(maxsize=16_384)
def _numbers_folded(text: str, script: str) -> Rewriting:
    return in_one_form(text, script)


def _locate(original: str, folded: str, start: int, end: int) -> tuple[int, int]:
    inside = [piece for piece in _aligned(original, folded) if piece[0] < end and piece[1] > start]
    return (inside[0][2], inside[-1][3]) if inside else (0, len(original))


@lru_cache(maxsize=16_384)
def _aligned(original: str, folded: str) -> tuple[tuple[int, int, int, int], ...]:
    """Each piece of folded text (start, end) with the stretch of the original that it came from.

    Empty where the two do not go together.
    """
    found: list[tuple[int, int, int, int]] = []
    position = 0
    for segment in _SEGMENT.finditer(original):
        piece = tokens.normalise(segment.group())
        if not piece:
            continue
        while folded.startswith(" ", position):
            position += 1
        if not folded.startswith(piece, position):
            return ()
        found.append((position, position + len(piece), *segment.span()))
        position += len(piece)
    return tuple(found)
