"""Names and product terms of a business, and their repair where a recogniser misheard them.

Words that sound or look like a term and are hardly words of the language become the term; words
that people use are never touched unless the file names them as a wrong form. This module does not
know recognisers, utterances or the command line.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import regex

from qa_inspect.config import VocabularyTerm
from qa_inspect.domain import Word, base_language
from qa_inspect.errors import InputError
from qa_inspect.language import tokens
from qa_inspect.language.numbers.rewriting import Edit, Rewriting
from qa_inspect.language.rewritten_words import rewrite_words
from qa_inspect.language.sound_alike import latin_sound, said_alike, syllable, syllables, thai_sound

MAX_TERMS = 2_000
MAX_LETTERS = 60
MAX_WORDS = 5
MAX_BYTES = 1_000_000

ALIKE = 0.76
"""Likeness (0–1) from which a word that is hardly used becomes a term."""
ALIKE_OF_SEVERAL = 0.82
"""The same for two or three words taken together."""
RARE_ZIPF = 2.8
"""Words used more often than this (Zipf scale: 3 is once in a million) are ordinary words."""
COMMON_ZIPF = 4.6
"""A term said in pieces is mended unless every piece is as common as this."""

_SHORTEST = 5
_LETTERS = regex.compile(r"[\p{L}\p{M}\p{N}]")
_LATIN_WORD = regex.compile(r"[\p{Latin}\p{M}\p{N}]+(?:['’&][\p{Latin}\p{M}]+)*")
_HAN = regex.compile(r"\p{Han}+")
_THAI = regex.compile(r"\p{Thai}+")
_POSSESSIVE = regex.compile(r"['’]s$", regex.IGNORECASE)
_GRAMMAR = frozenset("的了是我你他她它们不在有这那就么吗嘛呢吧啊哦嗯也都还要会能去来给跟和与把被让")


_FULL_WIDTH = str.maketrans("：，、；", ":,,,")


def read_vocabulary(path: Path) -> tuple[VocabularyTerm, ...]:
    """The terms of a file: one a line, ``#`` begins a comment, wrong forms follow a colon.

    ``Tokopedia: toko pedia, toko media``. Raises InputError naming every line that is wrong.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError(
                "the vocabulary is larger than 1 MB",
                where=str(path),
                cure="keep the names and products that callers really say",
            )
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(
            f"the vocabulary cannot be read ({error.strerror})",
            where=str(path),
            cure="name a text file with one term a line",
        ) from error
    except UnicodeDecodeError as error:
        raise InputError(
            "the vocabulary is not UTF-8 text", where=str(path), cure="save it as UTF-8"
        ) from error
    terms: dict[str, VocabularyTerm] = {}
    faults: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        # Chinese keyboards type the marks full-width.
        said = line.split("#", 1)[0].strip().translate(_FULL_WIDTH)
        if not said:
            continue
        name, _, forms = said.partition(":")
        term = VocabularyTerm(
            " ".join(name.split()),
            tuple(" ".join(f.split()) for f in forms.split(",") if f.strip()),
        )
        fault = _fault_of(term)
        if not fault and term.text.casefold() in terms:
            fault = f"“{term.text}” is there twice"
        if fault:
            faults.append(f"line {number}: {fault}")
        else:
            terms[term.text.casefold()] = term
    faults += [
        f"“{form}”, a form heard for “{term.text}”, is a term itself"
        for term in terms.values()
        for form in term.heard_as
        if form.casefold() in terms and form.casefold() != term.text.casefold()
    ]
    if not terms and not faults:
        faults.append("no line holds a term")
    if len(terms) > MAX_TERMS:
        faults.append(f"{len(terms):,} terms are more than the {MAX_TERMS:,} that can be used")
    if faults:
        raise InputError(
            "; ".join(faults),
            where=str(path),
            cure="write one term a line, as in “Tokopedia” or “Tokopedia: toko pedia, toko media”",
        )
    return tuple(terms.values())


def _fault_of(term: VocabularyTerm) -> str:
    if not term.text:
        return "no term stands before the colon"
    for text in (term.text, *term.heard_as):
        if not any(char.isalpha() for char in text):
            return f"“{text}” has no letter"
        if len(text) > MAX_LETTERS or len(text.split()) > MAX_WORDS:
            return f"“{text[:30]}…” is longer than {MAX_WORDS} words or {MAX_LETTERS} letters"
    return ""


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A stretch of text that may be a term; ``likeness`` is 0–1."""

    start: int
    end: int
    term: str
    likeness: float


class Vocabulary:
    """The terms, ready for repairing; nothing in it changes."""

    def __init__(self, terms: Sequence[VocabularyTerm]) -> None:
        self.terms = tuple(terms)
        latin = [t.text for t in self.terms if _LATIN_WORD.search(t.text)]
        self._joined = {_key(text): text for text in latin}
        self._sounds: dict[str, str] = {}
        for text in latin:
            if len(_key(text)) >= _SHORTEST:
                self._sounds.setdefault(latin_sound(_key(text)), text)
        self._exact = frozenset(
            word for text in latin for word in map(_key, text.split()) if len(text.split()) == 1
        )
        self._longest = max((len(text.split()) for text in latin), default=1)
        self._forms = {_key(f): t.text for t in self.terms for f in t.heard_as}
        self._form_words = max((len(f.split()) for t in self.terms for f in t.heard_as), default=0)
        self._han: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
        for term in self.terms:
            if _HAN.fullmatch(term.text) and len(term.text) > 1:
                sound = syllables(term.text)
                for first in {sound[0], syllable(term.text[0])} if sound else ():
                    self._han.setdefault(first, []).append((term.text, sound))
        self._unspaced_forms = tuple(
            (f, t.text) for t in self.terms for f in t.heard_as if _HAN.search(f) or _THAI.search(f)
        )
        self._thai = tuple(
            t.text for t in self.terms if _THAI.fullmatch(t.text) and len(thai_sound(t.text)) >= 4
        )

    def prompt(self, max_characters: int = 600) -> str:
        """The terms as a line that a recogniser may be told before it listens.

        Earlier lines of the file come first; what does not fit is left out. Empty without terms.
        """
        line = ""
        for term in self.terms:
            longer = f"{line}, {term.text}" if line else term.text
            if len(longer) > max_characters:
                break
            line = longer
        return line

    def repair(self, words: Sequence[Word], language: str) -> tuple[Word, ...]:
        """The words with misheard terms mended; times and confidence as in ``rewrite_words``."""
        return rewrite_words(words, lambda text: self.rewrite(text, language))

    def repair_text(self, text: str, language: str) -> str:
        """A text with misheard terms mended."""
        return self.rewrite(text, language).text

    def rewrite(self, text: str, language: str) -> Rewriting:
        """The mended text, with where each of its letters came from."""
        rewriting = Rewriting(text)
        if not self.terms:
            return rewriting
        code = base_language(language)
        found = sorted(
            (*self._in_latin(text, code), *self._in_han(text), *self._in_thai(text)),
            key=lambda c: (-c.likeness, c.start - c.end),
        )
        taken: list[_Candidate] = []
        for one in found:
            if all(one.end <= other.start or one.start >= other.end for other in taken):
                taken.append(one)
        edits: list[Edit] = sorted((c.start, c.end, c.term) for c in taken)
        return rewriting.edit(edits)

    def _in_latin(self, text: str, language: str) -> Iterator[_Candidate]:
        spans = [(m.start(), m.end(), m.group()) for m in _LATIN_WORD.finditer(text)]
        widest = max(3, self._longest + 1, self._form_words)
        for at in range(len(spans)):
            for count in range(1, min(widest, len(spans) - at) + 1):
                window = spans[at : at + count]
                if count > 1 and not _side_by_side(text, window[-2][1], window[-1][0]):
                    break
                start, end = window[0][0], window[-1][1]
                owned = _POSSESSIVE.search(window[-1][2])
                if owned:
                    end -= len(owned.group())
                said = text[start:end]
                term, likeness = self._term_for(said, [w for _, _, w in window], language)
                if term and term != said:
                    yield _Candidate(start, end, term, likeness)

    def _term_for(self, said: str, words: list[str], language: str) -> tuple[str, float]:
        key = _key(said)
        if key in self._forms and not (len(words) == 1 and " " in said):
            return self._forms[key], 2.0
        same = self._joined.get(key)
        if same is not None:
            if len(words) == len(same.split()):
                return (same, 2.0) if _rarest(words, language) < RARE_ZIPF else (said, 2.0)
            return (same, 1.5) if _rarest(words, language) < COMMON_ZIPF else ("", 0.0)
        if len(key) < _SHORTEST or (len(words) > 1 and self._holds_term(words)):
            return "", 0.0
        if len(words) > self._longest + 1 or _rarest(words, language) >= RARE_ZIPF:
            return "", 0.0
        return self._closest(key, len(words))

    def _holds_term(self, words: Iterable[str]) -> bool:
        return any(_key(word) in self._exact for word in words)

    def _closest(self, key: str, count: int) -> tuple[str, float]:
        from rapidfuzz import process
        from rapidfuzz.distance import Levenshtein

        sound = latin_sound(key)
        best, likeness = "", ALIKE if count == 1 else ALIKE_OF_SEVERAL
        near = process.extract(
            sound,
            self._sounds.keys(),
            scorer=Levenshtein.normalized_similarity,
            score_cutoff=0.7,
            limit=5,
        )
        for other, alike, _ in near:
            term = self._sounds[other]
            spelled = Levenshtein.normalized_similarity(key, _key(term))
            both = 0.6 * alike + 0.4 * spelled
            if sound[:1] != other[:1]:
                both -= 0.1
            if both >= likeness:
                best, likeness = term, both
        return best, likeness

    def _in_han(self, text: str) -> Iterator[_Candidate]:
        for form, term in self._unspaced_forms:
            for at in _places(text, form):
                yield _Candidate(at, at + len(form), term, 2.0)
        if not self._han or not _HAN.search(text):
            return
        for at, first in enumerate(text):
            for term, sound in self._han.get(syllable(first), ()):
                end = at + len(term)
                said = text[at:end]
                if said == term:
                    yield _Candidate(at, end, term, 2.0)
                elif said_alike(said, term, sound) and _is_no_word(text, at, end, term):
                    yield _Candidate(at, end, term, 1.0)

    def _in_thai(self, text: str) -> Iterator[_Candidate]:
        if not self._thai or not _THAI.search(text):
            return
        for term in self._thai:
            sound = thai_sound(term)
            for at in range(len(text)):
                end = _thai_end(text, at, sound)
                if end is not None:
                    yield _Candidate(at, end, term, 1.0)


@functools.lru_cache(maxsize=8)
def vocabulary_of(terms: tuple[VocabularyTerm, ...]) -> Vocabulary:
    """The vocabulary of a run's terms; made once a process."""
    return Vocabulary(terms)


def _key(text: str) -> str:
    """Letters and digits alone, in one case."""
    return "".join(_LETTERS.findall(text.casefold()))


def _side_by_side(text: str, end: int, start: int) -> bool:
    return text[end:start] in (" ", "-", "")


def _places(text: str, form: str) -> Iterator[int]:
    at = text.find(form)
    while at >= 0:
        yield at
        at = text.find(form, at + len(form))


def _is_no_word(text: str, start: int, end: int, term: str) -> bool:
    """Whether Chinese characters are no words that people use: what was heard for a name."""
    said = text[start:end]
    differing = [a for a, b in zip(said, term, strict=True) if a != b]
    if any(a in _GRAMMAR for a in differing):
        return False
    if len(differing) * 4 <= len(term):
        return True
    position = 0
    for word in tokens.cut_chinese(text):
        begin, position = position, position + len(word)
        if begin < end and position > start and len(word) > 1:
            crosses = begin < start or position > end
            if tokens.is_known_chinese(word) and (crosses or word not in term):
                return False
    return True


def _thai_end(text: str, at: int, sound: str) -> int | None:
    """Where a stretch of Thai that sounds like a term ends, if one begins here."""
    for end in range(at + len(sound), min(len(text), at + len(sound) + 4) + 1):
        if thai_sound(text[at:end]) == sound:
            while end < len(text) and thai_sound(text[end]) == "" and _THAI.match(text[end]):
                end += 1
            return end
    return None


@functools.lru_cache(maxsize=65_536)
def _frequency(word: str, language: str) -> float:
    """How common a word is, as the higher of its own language and English (Zipf scale)."""
    import wordfreq

    known = [code for code in dict.fromkeys((language, "en")) if code in _listed()]
    return max(float(wordfreq.zipf_frequency(word, code)) for code in known)


@functools.cache
def _listed() -> frozenset[str]:
    import wordfreq

    return frozenset(wordfreq.available_languages()) - {"zh", "ja", "ko"}


def _rarest(words: Sequence[str], language: str) -> float:
    return min(_frequency(word.casefold(), language) for word in words)
