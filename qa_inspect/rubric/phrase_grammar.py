"""How one phrase of the phrase language is read: from its text to a pattern and what it needs.

The number of ways through a phrase is bounded, so that no phrase can make matching backtrack for
ever. This module does not know lists of phrases or what they are matched on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from qa_inspect.rubric.folding import (
    UNSPACED,
    fold,
    fold_part,
    has_unspaced,
    marks,
    pieces,
    script_of,
)

MAX_WAYS = 2_000
"""Ways in which one text may match one phrase; matching costs at most this much per letter."""
MAX_LENGTH = 1_200
_DEEPEST = 10
_GAP_WORDS = 5
_GAP_LETTERS = {"han": 12, "thai": 24}
"""About five words: a Thai word has twice as many letters and signs as a Chinese one."""
_LETTER = f"[^\\W_{UNSPACED}]"
_MIXED_EDGE = f"(?:(?<!{_LETTER})|(?!{_LETTER}))"
_WHOLE_THAI = ("(?<![\u0e40-\u0e44])", "(?![\u0e30-\u0e3a\u0e45\u0e47-\u0e4e])")
"""Before and after a Thai phrase: not between the letters of one sound, as "กู" is in "กู้"."""
_THAI = re.compile("[\u0e01-\u0e4e]")
_PARTS = re.compile(r"\.{3,}|…+|[()\[\]|]|(?:(?!\.{3}|…)[^()\[\]|])+")
_FOREIGN = re.compile(r"[\\*^{}]")


class PhraseFault(ValueError):
    """A phrase that cannot be read; the message says why and what to write instead."""


@dataclass(frozen=True, slots=True)
class PhrasePattern:
    """A compiled piece: its pattern, its ways, and what it needs.

    ``ways`` counts the ways in which one and the same text may match. ``needs`` are sets of marks:
    a text that matches holds a mark of each set; those that fewest texts hold come first. ``empty``
    says that it may match nothing at all. ``literal`` is the folded text of a piece that is nothing
    but words.
    """

    pattern: str
    ways: int
    needs: tuple[frozenset[str], ...]
    empty: bool
    literal: str = ""


@lru_cache(maxsize=16_384)
def compile_phrase(text: str) -> PhrasePattern:
    """Compiles one phrase to a pattern with its anchors. Raises PhraseFault."""
    if len(text) > MAX_LENGTH:
        raise PhraseFault(f"a phrase may have {MAX_LENGTH} letters; split “{text[:40]}…”")
    foreign = _FOREIGN.search(text)
    if foreign:
        raise PhraseFault(
            f"“{text}”: “{foreign.group()}” means nothing here; phrases are plain words with "
            "(a|b), [x] and ..."
        )
    part = _Parser(text, _edge_of(text)).read()
    if part.empty:
        raise PhraseFault(f"“{text}”: nothing in this phrase has to be said; add a word")
    if part.ways > MAX_WAYS:
        raise PhraseFault(
            f"“{text}” can match in {part.ways:,} ways, more than {MAX_WAYS:,}; split it"
        )
    edge = _edge_of(text)
    before, after = _WHOLE_THAI if _THAI.search(text) else ("", "")
    pattern = f"{edge}{before}{part.pattern}{after}{edge}"
    return PhrasePattern(pattern, part.ways, part.needs, False)


def _edge_of(text: str) -> str:
    """What holds where a word begins or ends: nothing in scripts without spaces."""
    if not has_unspaced(text):
        return r"\b"
    return _MIXED_EDGE if any(not has_unspaced(piece) for piece in marks(fold(text))) else ""


@dataclass(frozen=True, slots=True)
class _Atom:
    """A piece of a row: literal words or a bracket.

    ``joined`` says that it is written on from the piece before, without a blank.
    """

    part: PhrasePattern
    words: tuple[str, ...]
    open_before: bool
    open_after: bool
    joined: bool = False


class _Parser:
    """Reads one phrase by recursive descent; ``edge`` is the pattern of a word's edge."""

    def __init__(self, text: str, edge: str) -> None:
        self._text = text
        self._break = f" ?{edge}"
        self._unspaced = has_unspaced(text)
        self._script = script_of(text)
        self._parts = _PARTS.findall(text)
        self._at = 0
        self._depth = 0
        if self._unspaced:
            letters = _GAP_LETTERS[self._script]
            self._gap = PhrasePattern(f".{{0,{letters}}}?", letters + 1, (), True)
        else:
            self._gap = PhrasePattern(f"(?:[^ ]+ ){{0,{_GAP_WORDS}}}?", _GAP_WORDS + 1, (), True)

    def read(self) -> PhrasePattern:
        part = self._either()
        if self._at < len(self._parts):
            raise PhraseFault(f"“{self._text}”: a bracket is closed that was never opened")
        return part

    def _either(self) -> PhrasePattern:
        options = [self._row()]
        while self._peek() == "|":
            self._at += 1
            options.append(self._row())
        if len(options) == 1:
            return options[0]
        needs: tuple[frozenset[str], ...] = ()
        if all(option.needs for option in options):
            needs = (frozenset().union(*(option.needs[0] for option in options)),)
        if self._script == "thai":  # a shorter one may end within a word where a longer does not
            options.sort(key=lambda option: -len(option.literal))
        distinct = dict.fromkeys(option.pattern for option in options)
        empty = any(option.empty for option in options)
        return PhrasePattern(f"(?:{'|'.join(distinct)})", _ways_of(options), needs, empty)

    def _row(self) -> PhrasePattern:
        atoms: list[_Atom] = []
        apart = True
        while (token := self._peek()) not in ("", "|", ")", "]"):
            self._at += 1
            atom = self._atom(token)
            if atom is None:
                apart = True
                continue
            # folded text has a blank where the script changes, so there a joint may be a blank
            joined = bool(atoms) and not apart and not self._unspaced
            joined = joined and atoms[-1].open_after and atom.open_before
            atoms.append(replace(atom, joined=joined))
            apart = False
        return _join(atoms, self._break)

    def _atom(self, token: str) -> _Atom | None:
        """One piece of a row; None for what folds to nothing, such as a blank."""
        if token in "([":
            return self._bracket(token)
        if token[0] in ".…" and not token.strip(".…"):
            return _Atom(self._gap, (), open_before=False, open_after=False)
        words = pieces(fold_part(token, self._script))
        if not words:
            return None
        pattern = self._break.join(re.escape(word) for word in words)
        part = PhrasePattern(pattern, 1, (), False, " ".join(words))
        return _Atom(part, tuple(words), token[0].isalnum(), token[-1].isalnum())

    def _bracket(self, token: str) -> _Atom:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise PhraseFault(f"“{self._text}”: brackets are nested too deep")
        part = self._either()
        closing = ")" if token == "(" else "]"
        if self._peek() != closing:
            raise PhraseFault(f"“{self._text}”: “{closing}” is missing")
        self._at += 1
        self._depth -= 1
        if token == "[":
            part = PhrasePattern(f"(?:{part.pattern})?", part.ways + 1, (), True)
        return _Atom(part, (), open_before=True, open_after=True)

    def _peek(self) -> str:
        return self._parts[self._at] if self._at < len(self._parts) else ""


def _join(atoms: list[_Atom], blank: str) -> PhrasePattern:
    pattern: list[str] = []
    ways, empty = 1, True
    needs: list[frozenset[str]] = []
    for at, atom in enumerate(atoms):
        joined_after = at + 1 < len(atoms) and atoms[at + 1].joined
        if at and not atom.joined:
            pattern.append(blank)
        pattern.append(atom.part.pattern)
        ways = min(ways * atom.part.ways, 10**9)
        empty = empty and atom.part.empty
        needs += _anchors_of(atom, joined_after)
    literal = atoms[0].part.literal if len(atoms) == 1 else ""
    return PhrasePattern(
        "".join(pattern), ways, tuple(sorted(set(needs), key=_commonness)), empty, literal
    )


def _ways_of(options: list[PhrasePattern]) -> int:
    """In how many ways a text may match one of several options.

    Of options that are nothing but words, one text matches only those that begin one another.
    """
    plain = sorted({option.literal for option in options if option.literal})
    chain: list[str] = []
    longest = 0
    for text in plain:
        while chain and not text.startswith(chain[-1]):
            chain.pop()
        chain.append(text)
        longest = max(longest, len(chain))
    return longest + sum(option.ways for option in options if not option.literal)


def _anchors_of(atom: _Atom, joined_after: bool) -> Iterator[frozenset[str]]:
    """Sets of marks of which any text matching the atom holds one.

    Letters of a spaced script that are written on from a bracket ("refund(s|ed)") are part of a
    longer word, which the index does not know by its parts.
    """
    for at, word in enumerate(atom.words):
        touches = (at == 0 and atom.joined) or (at == len(atom.words) - 1 and joined_after)
        mark = max(sorted(marks(word)), key=lambda mark: (has_unspaced(mark), len(mark)))
        if not touches or has_unspaced(mark):
            yield frozenset([mark])
    for needs in atom.part.needs:
        if not (atom.joined or joined_after) or all(has_unspaced(mark) for mark in needs):
            yield needs


def _commonness(needs: frozenset[str]) -> tuple[int, int, list[str]]:
    """Orders sets of anchors: the fewer and longer, the fewer texts will hold one."""
    return len(needs), -min(map(len, needs), default=0), sorted(needs)
