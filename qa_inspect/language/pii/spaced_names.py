"""Names in languages with blanks and capitals: introduced, beside titles, listed, spelled, or told
by somebody who begins with who they are.

This module does not know figures, Chinese or Thai.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import regex

from qa_inspect.language.pii.kinds import PersonalData
from qa_inspect.language.pii.name_lists import family_names, given_names, wide_given_names
from qa_inspect.language.pii.words import Words, alternatives, words_of

_TOKEN = regex.compile(r"[\p{L}\p{M}]+(?:['’.-](?=\p{L})[\p{L}\p{M}]+)*")
_BLANK = regex.compile(r"[ ]|,? (?=bin |binti |a/l |a/p )")
_CLITIC = regex.compile(r"['’](?:s|m|re|ve|ll|d)$")
_LINK = regex.compile(r"[\s,:;'’.“”\"-]{0,3}")
_MOST = 4
"""Parts of a name at most."""
_RARE_ZIPF = 3.6
"""Zipf frequency under which a word with a capital may be a name that no list has."""
_FAMILY_ZIPF = 4.2
_EVERYWHERE = 6.0
"""Zipf frequency from which a word after "my name is" is none ("my name is not important")."""
_OWN_NAME = {
    "en": ("my name(?:'s| is)",),
    "id": ("nama saya(?: adalah)?",),
    "ms": ("nama saya(?: ialah| adalah)?",),
    "vi": ("tên (?:em|tôi|mình) là", "(?:em|tôi|mình) tên(?: là)?"),
}
_MISHEARD = frozenset(["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"])
_ABBREVIATED = frozenset(["mr", "mrs", "ms", "dr", "prof"])
_SELDOM_ZIPF, _SELDOM_ELSEWHERE_ZIPF, _UNKNOWN_ZIPF = 3.15, 4.3, 2.0
"""Zipf frequencies under which a word may be part of a name that no list has, in English and in
the other languages, and under which it is hardly a word."""
_OPENS = regex.compile(
    r"(?:[^\p{L}\d]*(?:yes|yeah|hi|hello|hey|there|ok|okay|so|well|good|morning|afternoon|evening|"
    r"it's|it|is|me|again|uh|um|hmm|sorry|oh|halo|helo|hai|selamat|pagi|siang|sore|malam|petang|"
    r"ya|iya|dạ|vâng|alo|a lô|chào))*[^\p{L}\d]*|.*[.!?]\s+",
    regex.IGNORECASE,
)
"""What may come before a name with which somebody begins."""
_CLAUSE_END = regex.compile(r"\s*(?:[,.;:!?–—-]|$|and\b|dan\b|và\b)")
_SHORTEST_SPELLED = 3
SPELLED = regex.compile(r"(?<![\p{L}\d'’-])\p{Lu}(?:(?:[-. ,]{1,3})\p{Lu}(?![\p{L}\d'’])){2,}")
"""A word spelled letter by letter: "O K O N K W O", "S-M-I-T-H"."""
_INNER = frozenset(["bin", "binti", "bt", "van", "de", "der", "von", "da", "al", "el"])


def spaced_names(text: str, language: str, *, asked: bool) -> Iterator[PersonalData]:
    """The names of a text in such a language, in no order; they may overlap."""
    yield from _SpacedText.of(text, language).names(asked=asked)


@dataclass(frozen=True, slots=True)
class _SpacedText:
    """A text in Latin script with its words and where they are."""

    text: str
    language: str
    places: tuple[tuple[int, int], ...]
    capitals: bool

    @classmethod
    def of(cls, text: str, language: str) -> _SpacedText:
        places = tuple(match.span() for match in _TOKEN.finditer(text))
        return cls(text, language, places, any(letter.isupper() for letter in text))

    def names(self, *, asked: bool) -> Iterator[PersonalData]:
        words = words_of(self.language)
        patterns = _patterns(self.language)
        for match in patterns.strong.finditer(self.text):
            yield from self._after(match.end(), words, confidence=0.9, sure=True)
        for match in patterns.weak.finditer(self.text):
            yield from self._after(match.end(), words, confidence=0.75, sure=False)
        for match in patterns.titles.finditer(self.text):
            yield from self._titled(match, words)
        for match in patterns.own.finditer(self.text):
            yield from self._own(match, words)
        yield from self._listed(words)
        yield from self._self_named(words)
        yield from self._spelled_out(words)
        if asked:
            yield from self._answered(words)

    def _after(
        self, place: int, words: Words, *, confidence: float, sure: bool
    ) -> Iterator[PersonalData]:
        """A name that follows an introduction, a title between left out."""
        at = next((i for i, (start, _) in enumerate(self.places) if start >= place), None)
        if at is None or not _LINK.fullmatch(self.text, place, self.places[at][0]):
            return
        if self._small(at) in _patterns(self.language).title_words:
            return
        count = self._length(at, words, sure=sure)
        if count:
            yield self._stretch(at, count, confidence)

    def _titled(self, match: regex.Match[str], words: Words) -> Iterator[PersonalData]:
        at = next((i for i, (start, _) in enumerate(self.places) if start >= match.end()), None)
        if at is None or self.text[match.end() : self.places[at][0]].strip():
            return
        if self.places[at][0] == match.end():
            return
        if self.capitals and not self._capital(at):
            # pronouns are titles too ("anh", "ibu"): without a capital only a listed name is one
            if not self._listed_at(at, words):
                return
        elif self._common_word(at) or not (self.capitals or self._listed_at(at, words)):
            return
        count = self._length(at, words, sure=True)
        if count:
            yield self._stretch(at, count, 0.85)

    def _common_word(self, at: int) -> bool:
        """Whether an English word with a capital is too common for a name that no list has, or
        begins a sentence ("yes, sir. May I") as words do that are names only sometimes."""
        small = self._small(at)
        if self.language != "en" or not self.capitals:
            return False
        if "." in self.text[self.places[at - 1][1] : self.places[at][0]] and at:
            abbreviated = self._small(at - 1) in _ABBREVIATED
            if not abbreviated and (small in words_of("en").ambiguous_names or not self._rare(at)):
                return True
        listed = small in given_names("en") or small in family_names("en")
        return not listed and _zipf(small, "en") >= _FAMILY_ZIPF

    def _own(self, match: regex.Match[str], words: Words) -> Iterator[PersonalData]:
        """The word after "my name is", whatever it is: recognisers mishear names."""
        at = next((i for i, (start, _) in enumerate(self.places) if start >= match.end()), None)
        if at is None or not _LINK.fullmatch(self.text, match.end(), self.places[at][0]):
            return
        may_be = self._small(at) in _MISHEARD or not self._stopped(at, words)
        if may_be and _zipf(self._small(at), self.language) < _EVERYWHERE:
            yield self._stretch(at, 1, 0.6)

    def _listed(self, words: Words) -> Iterator[PersonalData]:
        """Names of the lists wherever they stand, with the capitals that follow them."""
        at = 0
        while at < len(self.places):
            count = 0
            if (self._capital(at) or not self.capitals) and self._listed_at(at, words):
                count = self._length(at, words, sure=self.capitals)
            if count:
                yield self._stretch(at, count, 0.6 if count == 1 else 0.7)
            at += max(count, 1)

    def _self_named(self, words: Words) -> Iterator[PersonalData]:
        """People who say who they are with nothing before it ("Yusuf Oyelaran here", "Keisha
        Brown, order 7"), and whole names that are no other words, wherever they stand."""
        after = _patterns(self.language).after_name
        at = 0
        while at < len(self.places):
            count = self._run(at, words)
            if not count:
                at += 1
                continue
            end = self.places[at + count - 1][1]
            cued = after.match(self.text, end) is not None
            if self._is_whole_name(at, count, words, cued=cued):
                opens = _OPENS.fullmatch(self.text, 0, self.places[at][0]) is not None
                alone = opens and _CLAUSE_END.match(self.text, end) is not None
                yield self._stretch(at, count, 0.75 if cued or alone else 0.65)
            at += count

    def _run(self, at: int, words: Words) -> int:
        """How many words from ``at`` on have capitals and nothing but blanks between; without
        capitals in the text, the words up to a cue such as "here"; 0 where a word that no name has
        is among them."""
        if self._stopped(at, words) or not (self._capital(at) or not self.capitals):
            return 0
        if not self.capitals and not _OPENS.fullmatch(self.text, 0, self.places[at][0]):
            return 0
        count = 1
        while at + count < len(self.places):
            gap = self.text[self.places[at + count - 1][1] : self.places[at + count][0]]
            if not _BLANK.fullmatch(gap) or count > _MOST:
                break
            if self.capitals and not (self._capital(at + count) or self._inner_at(at + count)):
                break
            if self._stopped(at + count, words) or self._of_company(at + count, words):
                if self.capitals:
                    return 0
                break
            count += 1
        while count > 1 and self._small(at + count - 1) in _INNER:
            count -= 1
        return count if count <= _MOST and not self._of_company(at, words) else 0

    def _of_company(self, at: int, words: Words) -> bool:
        """Whether a word is one of companies' and places' names and no family name."""
        small = self._small(at)
        return small in words.organisations and small not in family_names(self.language)

    def _inner_at(self, at: int) -> bool:
        return self._small(at) in _INNER and at + 1 < len(self.places) and self._capital(at + 1)

    def _is_whole_name(self, at: int, count: int, words: Words, *, cued: bool) -> bool:
        """Whether every word of a run is a name or hardly a word; one word, or a run without
        capitals, only where "here" or "speaking" follows."""
        parts = [one for one in range(at, at + count) if self._small(one) not in _INNER]
        if not cued and (len(parts) < 2 or not self.capitals):
            return False
        if len(parts) == 1:
            return self._listed_at(at, words) or self._zipf_at(at) < _UNKNOWN_ZIPF
        seldom = [one for one in parts if self._is_seldom(one)]
        named = [one for one in parts if one in seldom or self._small(one) in words.ambiguous_names]
        return bool(seldom) and len(named) == len(parts) and (cued or len(seldom) > 1)

    def _is_seldom(self, at: int) -> bool:
        small = self._small(at)
        if small in words_of(self.language).ambiguous_names:
            return False
        if self.text[self.places[at][0] : self.places[at][1]].isupper() and len(small) <= _MOST:
            return False
        listed = small in wide_given_names() or self._listed_at(at, words_of(self.language))
        # the lists of other languages have many names, for they are made of news
        return listed or (
            self._zipf_at(at, "en") < _SELDOM_ZIPF and self._zipf_at(at) < _SELDOM_ELSEWHERE_ZIPF
        )

    def _zipf_at(self, at: int, language: str = "") -> float:
        return _zipf(_CLITIC.sub("", self._small(at)), language or self.language)

    def _spelled_out(self, words: Words) -> Iterator[PersonalData]:
        """Names that are spelled in the same text, with the letters: "Umeh, U M E H"."""
        for match in SPELLED.finditer(self.text):
            letters = spelled_letters(match)
            at = next((i for i in range(len(self.places)) if self._spells(i, letters)), None)
            if at is None or self._stopped(at, words):
                continue
            yield PersonalData(*match.span(), "name", 0.8)
            first = last = at
            while first and self._goes_on(first, words) and not self._stopped(first - 1, words):
                if self.capitals and not self._capital(first - 1):
                    break
                first -= 1
            while last + 1 < len(self.places) and self._goes_on(last + 1, words):
                if len(self._small(last + 1)) < 2:
                    break
                last += 1
            yield self._stretch(first, last - first + 1, 0.8)

    def _spells(self, at: int, letters: str) -> bool:
        """Whether a word is the one spelled, or begins with what is spelled of it."""
        small = _bare(self._small(at))
        return len(small) >= _SHORTEST_SPELLED and small.startswith(letters)

    def _answered(self, words: Words) -> Iterator[PersonalData]:
        left = [at for at in range(len(self.places)) if not self._stopped(at, words)]
        if not 1 <= len(left) <= _MOST or len(self.places) > _MOST + 4:
            return
        if all(self._may_answer(at, words) for at in left):
            count = left[-1] - left[0] + 1
            if count <= _MOST:
                yield self._stretch(left[0], count, 0.75)

    def _may_answer(self, at: int, words: Words) -> bool:
        if self._small(at) in _INNER:
            return True
        return (at and self._capital(at)) or self._listed_at(at, words) or self._rare(at)

    def _length(self, at: int, words: Words, *, sure: bool) -> int:
        """How many words from ``at`` on are one name; 0 where none begins."""
        listed = self._listed_at(at, words)
        if self._stopped(at, words):
            return 0
        if self.capitals and not self._capital(at) and not (sure and listed):
            return 0
        if not self.capitals and not (sure or listed):
            return 0
        if not sure and not listed and not self._rare(at):
            return 0
        count = 1
        while count < _MOST and at + count < len(self.places) and self._goes_on(at + count, words):
            count += 1
        if (
            self.capitals
            and not sure
            and any(self._of_company(one, words) for one in range(at, at + count))
        ):
            return 0
        while count > 1 and self._small(at + count - 1) in _INNER:
            count -= 1
        return count

    def _goes_on(self, at: int, words: Words) -> bool:
        gap = self.text[self.places[at - 1][1] : self.places[at][0]]
        if not _BLANK.fullmatch(gap) or self._stopped(at, words):
            return False
        if self._small(at) in _INNER:
            return True
        if self.capitals:
            return self._capital(at)
        return self._rare(at)

    def _listed_at(self, at: int, words: Words) -> bool:
        small = self._small(at)
        if small in words.ambiguous_names or small in words.not_names or len(small) < 2:
            return False
        if self.language == "vi":
            # syllables are words too: a family name begins a name where capitals follow
            return (
                small in family_names("vi")
                and self.capitals
                and self._capital(at)
                and at + 1 < len(self.places)
                and self._capital(at + 1)
                and not self._stopped(at + 1, words)
            )
        if small in given_names(self.language):
            return True
        family = small in family_names(self.language) and len(small) > 3
        return family and (self.language != "en" or _zipf(small, "en") < _FAMILY_ZIPF)

    def _rare(self, at: int) -> bool:
        """Whether a word with a capital is no common word of the language."""
        small = self._small(at)
        if small in given_names(self.language) or small in family_names(self.language):
            return True
        if self.language == "vi" and self._capital(at) and at + 1 < len(self.places):
            # syllables are common, two with capitals are not
            return self._capital(at + 1) and not self._stopped(at + 1, words_of("vi"))
        return small in wide_given_names() or _zipf(small, self.language) < _RARE_ZIPF

    def _stopped(self, at: int, words: Words) -> bool:
        small = _CLITIC.sub("", self._small(at))
        if self.language == "vi" and small in words.ambiguous_names and at and self._capital(at):
            return False
        return small in words.not_names or small in _patterns(self.language).title_words

    def _small(self, at: int) -> str:
        start, end = self.places[at]
        return self.text[start:end].lower()

    def _capital(self, at: int) -> bool:
        return self.text[self.places[at][0]].isupper()

    def _stretch(self, at: int, count: int, confidence: float) -> PersonalData:
        return PersonalData(self.places[at][0], self.places[at + count - 1][1], "name", confidence)


def spelled_letters(match: regex.Match[str]) -> str:
    """The small letters of a :data:`SPELLED` word, without marks."""
    return _bare("".join(letter for letter in match.group() if letter.isalpha()).lower())


def _bare(word: str) -> str:
    """Small letters as they are spelled, without marks: Duyên is spelled D U Y E N."""
    plain = unicodedata.normalize("NFD", word.replace("đ", "d"))
    return "".join(letter for letter in plain if letter.isalpha())


def _zipf(word: str, language: str) -> float:
    from wordfreq import zipf_frequency

    return float(zipf_frequency(word, language))


@dataclass(frozen=True, slots=True)
class _Patterns:
    strong: regex.Pattern[str]
    weak: regex.Pattern[str]
    titles: regex.Pattern[str]
    title_words: frozenset[str]
    own: regex.Pattern[str]
    after_name: regex.Pattern[str]


@functools.cache
def _patterns(language: str) -> _Patterns:
    words = words_of(language)

    def compiled(patterns: Sequence[str]) -> regex.Pattern[str]:
        return regex.compile(alternatives(patterns, spaced=True), regex.IGNORECASE | regex.POSIX)

    return _Patterns(
        strong=compiled(words.introductions),
        weak=compiled(words.weak_introductions),
        titles=compiled(words.titles_before),
        title_words=frozenset(
            title.replace("\\.?", "").replace("\\.", "") for title in words.titles_before
        ),
        own=compiled(_OWN_NAME[language]),
        after_name=regex.compile(
            rf"[\s,]{{1,2}}(?:{'|'.join(words.after_names)})(?![\p{{L}}\p{{M}}])", regex.IGNORECASE
        ),
    )
