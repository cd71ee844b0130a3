"""Sentences with blanks: how an English sentence is recognised and told in another language.

A form is a pair of lines such as ``Found {n} time(s): {cites}`` and its translation. In the English
one ``{n}`` is a blank, of the kind of its name without digits (``{p2}`` is a second ``p``); ``(s)``
is an s that may be missing, ``[…]`` a piece that may be missing, ``{was|were}`` one of several
words. In the other line a ``[…]`` is told only where all blanks within it were filled.

Quotes, days, clock times, percentages and numbers are marks here, single letters of a range that
nobody writes, so no form can change them, and sentences that differ in nothing else are one. This
module does not know calls, pages or languages.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

KINDS_OF_MARK = ("quote", "day", "clock", "percent", "number")
_FIRST = 0xE000
"""The first letter of Unicode's private use area; each kind of mark has a run of letters there."""
MOST_MARKS = 1_000
"""Marks of one kind that a sentence may have."""
_OWN_WORDS = len(KINDS_OF_MARK)
"""The run of quotes that hold this project's words."""

_MARKED = re.compile(
    r"(“(?:[^“”]++|“[^“”]*”)*+”|“[^”]*”)"
    r"|(\d{4}-\d\d-\d\d(?: \d\d:\d\d)?)"
    r"|(\d+(?::\d\d)+)"
    r"|((?:(?<![^ ])-)?[\d•]+(?:\.[\d•]+)?(?= %))"
    r"|((?:(?<![^ ])-)?[\d•]+(?:[.,][\d•]+)*)"
)
"""What is marked, each kind of mark as a group."""


def mark(kind: str, number: int = 0) -> str:
    """The letter for the mark of that number and kind."""
    return chr(_FIRST + KINDS_OF_MARK.index(kind) * MOST_MARKS + number)


def any_mark(kind: str) -> str:
    """A regular expression for every mark of a kind."""
    return f"[{mark(kind)}-{mark(kind, MOST_MARKS - 1)}]"


QUOTE, DAY, CLOCK, PERCENT, NUMBER = map(any_mark, KINDS_OF_MARK)
"""Expressions for every mark of a kind; the sign stands after a percentage's."""
_ANY = re.compile(f"[{chr(_FIRST)}-{chr(_FIRST + (_OWN_WORDS + 1) * MOST_MARKS - 1)}]")
_ALIKE = {kind: mark(kind) for kind in KINDS_OF_MARK}


def marked(text: str) -> tuple[str, list[str]]:
    """The text with its marks, all of a kind alike, and what they stand for in their order."""
    kept: list[str] = []

    def keep(found: re.Match[str]) -> str:
        kept.append(found[0])
        return _ALIKE[KINDS_OF_MARK[(found.lastindex or 1) - 1]]

    return _MARKED.sub(keep, text), kept


def marks_in(shape: str) -> int:
    """How many marks a marked text has."""
    return len(_ANY.findall(shape))


def numbered(shape: str) -> str:
    """A marked text whose marks can be told apart: each kind numbered from 0 by all marks."""
    at = -1

    def number(found: re.Match[str]) -> str:
        nonlocal at
        at += 1
        return chr(ord(found[0]) + at)

    return _ANY.sub(number, shape)


def own_words(text: str) -> str:
    """Numbered text whose quotes are known to hold words of this project."""
    first = ord(mark("quote"))
    return "".join(
        chr(ord(letter) + _OWN_WORDS * MOST_MARKS)
        if first <= ord(letter) < first + MOST_MARKS
        else letter
        for letter in text
    )


def holds_marks(text: str) -> bool:
    """Whether a text has a letter that is a mark, or would be taken for one."""
    return bool(_ANY.search(text))


def shifted(text: str, by: int) -> str:
    """Numbered text with its marks numbered from ``by`` on."""
    return _ANY.sub(lambda found: chr(ord(found[0]) + by), text) if by else text


def same_marks(one: str, other: str | None) -> str | None:
    """The other text where it has the same numbered marks as the one; else None."""
    if other is None:
        return None
    numbers = [
        sorted((ord(mark) - _FIRST) % MOST_MARKS for mark in _ANY.findall(text))
        for text in (one, other)
    ]
    return other if numbers[0] == numbers[1] else None


Piece = str | tuple[int, bool]
"""Words, or the number of a mark and whether it holds words of this project."""


def pieces_of(text: str) -> tuple[Piece, ...]:
    """Numbered text as words and marks."""
    pieces: list[Piece] = []
    begin = 0
    for found in _ANY.finditer(text):
        if begin < found.start():
            pieces.append(text[begin : found.start()])
        kind, number = divmod(ord(found[0]) - _FIRST, MOST_MARKS)
        pieces.append((number, kind == _OWN_WORDS))
        begin = found.end()
    return (*pieces, text[begin:]) if begin < len(text) else tuple(pieces)


@dataclass(frozen=True, slots=True)
class Blank:
    """What can stand in a blank: a regular expression without groups, and how it is told; None
    where it cannot be told after all."""

    shape: str
    told: Callable[[str], str | None] = str


Blanks = Mapping[str, Blank]
Table = tuple[tuple[str, str], ...]
"""Sentences with blanks, each with how it is told."""

_FIRST_WORD = re.compile(r"[\w']+(?=[ ,:;]|$)")
_PART = re.compile(r"\{([^{}]+)\}|(\(s\))|(\[)|(\])|([^{}\[\]]+?(?=\{|\(s\)|\[|\]|$))")


class Form:
    """A sentence with blanks in English and how it is told."""

    def __init__(self, english: str, other: str, blanks: Blanks) -> None:
        self.english = english
        self._blanks = blanks
        self._other = list(_told_parts(other))
        self.shape = _expression(english, blanks, named=False)

    @property
    def begins(self) -> str:
        """The first word; empty where the form does not begin with one."""
        first = _FIRST_WORD.match(self.english)
        return first[0] if first else ""

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(_expression(self.english, self._blanks, named=True))

    def told(self, text: str) -> str | None:
        """The numbered text told; None where it is not of this form."""
        found = self._pattern.fullmatch(text)
        if found is None:
            return None
        filled: dict[str, str] = {}
        for name, words in found.groupdict().items():
            if words is not None:
                told = self._blanks[_kind(name)].told(words)
                if told is None:
                    return None
                filled[name] = told
        return "".join(
            words.format(**filled) if names <= filled.keys() else "" for words, names in self._other
        )


def _kind(name: str) -> str:
    return name.rstrip("0123456789")


def _expression(english: str, blanks: Blanks, *, named: bool) -> str:
    """The form as a regular expression, its blanks as named groups or without groups."""
    found: list[str] = []
    for blank, plural, opens, closes, words in _PART.findall(english):
        if "|" in blank:
            found.append(f"(?:{'|'.join(map(re.escape, blank.split('|')))})")
        elif blank:
            shape = blanks[_kind(blank)].shape
            found.append(f"(?P<{blank}>{shape})" if named else f"(?:{shape})")
        elif plural:
            found.append("s?")
        else:
            found.append(re.escape(words) if words else "(?:" if opens else ")?" if closes else "")
    return "".join(found)


def _told_parts(other: str) -> Iterable[tuple[str, frozenset[str]]]:
    """The pieces of a translation, each with the blanks that it needs: none outside ``[…]``, where
    all must be filled."""
    for piece in re.split(r"(\[[^\]]*\])", other):
        inner = piece[1:-1] if piece.startswith("[") else piece
        names = re.findall(r"\{(\w+)\}", inner) if piece.startswith("[") else ()
        yield inner, frozenset(names)


def either(*forms: tuple[str, str], blanks: Blanks) -> Blank:
    """A blank in which one of several forms stands."""
    known = [Form(english, other, blanks) for english, other in forms]
    shape = "|".join(form.shape for form in known)

    return Blank(f"(?:{shape})", lambda text: _first_told(known, text))


def several(one: Blank, between: str, told_between: str, more: str = "") -> Blank:
    """A blank in which a list stands, which may end in ``and 7 more``; ``more`` tells that with
    ``{}`` for the number."""
    rest = f"(?: and {NUMBER} more)?"
    shape = f"{one.shape}(?:{re.escape(between)}{one.shape})*{rest}"
    pieces = re.compile(f"{one.shape}(?={re.escape(between)}|{rest}$)")
    last = re.compile(f"(?: and ({NUMBER}) more)$")

    def told(text: str) -> str | None:
        left = last.search(text)
        listed = [one.told(piece) for piece in pieces.findall(text)]
        known = [piece for piece in listed if piece is not None]
        if len(known) < len(listed):
            return None
        return told_between.join(known) + (more.format(left[1]) if left else "")

    return Blank(f"(?:{shape})", told)


class Forms:
    """A table of forms."""

    def __init__(self, table: Table, blanks: Blanks) -> None:
        self.forms = tuple(Form(english, other, blanks) for english, other in table)
        words = {form.begins for form in self.forms} | {""}
        # a form that begins with a blank can fit any sentence
        self._by_word = {word: [f for f in self.forms if f.begins in ("", word)] for word in words}

    def told(self, text: str) -> str | None:
        """The numbered text by the first form that fits; None where none does."""
        word = _FIRST_WORD.match(text)
        return _first_told(self._by_word.get(word[0] if word else "") or self._by_word[""], text)


def _first_told(forms: Iterable[Form], text: str) -> str | None:
    return next((told for form in forms if (told := form.told(text)) is not None), None)
