"""Thai names: after คุณ and ชื่อ, and from lists of names.

Thai has neither blanks between words nor capitals: after a title a name of the lists is taken, else
what the dictionary does not know. This module does not know figures or the other languages.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator

import regex

from qa_inspect.language.pii.kinds import PersonalData
from qa_inspect.language.pii.name_lists import family_names, given_names
from qa_inspect.language.pii.words import words_of

_LONGEST = 20
_SHORT = 4
"""Letters up to which a listed name that begins like a common word is taken for that word."""
_ON_THE_LINE = regex.compile(r"(?:^|\s)(?P<name>\p{Thai}{2,14}?)(?=พูดสาย|รับสาย|พูดค่ะ|พูดครับ)")
_POLITE = r"ครับ|ค่ะ|คะ|นะ|ผม|จ้ะ|จ้า|เลย"
_UNKNOWN = regex.compile(rf"[\p{{Thai}}]{{2,16}}?(?=\s|$|[,.!?\d]|{_POLITE})")
_NUMBER_NEXT = regex.compile(r"\s+(?:เบอร์|เลข|รหัส|ออเดอร์)")
_NAMED_SO = regex.compile(r"ครับ|ค่ะ|คะ|\s+(?:โทร|ค่ะ|ครับ)")
"""What follows a name with which somebody begins."""
_LATIN_NAME = regex.compile(r"[A-Z][a-z]+(?: [A-Z][a-z]+)?")
_ANSWER_FILLERS = regex.compile(rf"(?:{_POLITE}|ชื่อ|ดิฉัน|คือ|เอ่อ|อ๋อ|[\s,.])+")


def thai_names(text: str, *, asked: bool = False) -> Iterator[PersonalData]:
    """The names of a text, in no order; they may overlap."""
    patterns = _patterns()
    for match in patterns["titled"].finditer(text):
        yield from _after(text, match.end(), 0.85, unknown=match.group() == "คุณ")
    for match in patterns["introduced"].finditer(text):
        yield from _after(text, match.end(), 0.9, unknown=True)
    for match in patterns["weak"].finditer(text):
        yield from _after(text, match.end(), 0.7, unknown=False)
    yield from _begun(text)
    for match in _ON_THE_LINE.finditer(text):
        if _listed(match["name"]):
            yield PersonalData(*match.span("name"), "name", 0.8)
    if asked:
        for start, end in _pieces(text):
            if _listed(text[start:end]) or not _is_word(text[start:end]):
                yield PersonalData(start, end, "name", 0.75)


def _begun(text: str) -> Iterator[PersonalData]:
    """Who begins with a name and nothing before it: "สมพงษ์ แก้วมณีครับ", "อนุชา เบอร์…"."""
    start = len(text) - len(text.lstrip())
    length = _prefix(text, start, given_names("th"))
    if length < _SHORT:
        return
    for one in _after(text, start, 0.75, unknown=True):
        whole = text[one.start : one.end]
        if _NUMBER_NEXT.match(text, one.end) or (
            _NAMED_SO.match(text, one.end) and (" " in whole or not _is_word(whole))
        ):
            yield one


def _after(text: str, place: int, confidence: float, *, unknown: bool) -> Iterator[PersonalData]:
    """The name that begins at ``place``, and the family name after it."""
    start = place + (len(text[place:]) - len(text[place:].lstrip()))
    known = _prefix(text, start, given_names("th"))
    if known <= _SHORT and any(text.startswith(word, start) for word in words_of("th").not_names):
        return
    latin = _LATIN_NAME.match(text, start)
    if latin:
        yield PersonalData(*latin.span(), "name", confidence)
        return
    length = known
    if not length and unknown:
        match = _UNKNOWN.match(text, start)
        if match and not _is_word(match.group()):
            length = len(match.group())
    if not length:
        return
    end = start + length
    blank = 1 if text[end : end + 1] == " " else 0
    family = _prefix(text, end + blank, family_names("th"))
    if family > 2:
        end += blank + family
    elif blank:
        match = _UNKNOWN.match(text, end + 1)
        if match and unknown and confidence >= 0.9 and not _is_word(match.group()):
            end = match.end()
    yield PersonalData(start, end, "name", confidence)


def _prefix(text: str, start: int, names: frozenset[str]) -> int:
    """The length of the longest listed name that begins at ``start`` and ends where one can."""
    for length in range(min(_LONGEST, len(text) - start), 1, -1):
        if text[start : start + length] in names and _may_end(text, start + length):
            return length
    return 0


def _may_end(text: str, at: int) -> bool:
    """Whether no mark or vowel goes on with the letter before."""
    return at >= len(text) or not regex.match(r"[\p{M}ะาำๆฯ]", text[at])


def _listed(word: str) -> bool:
    return word in given_names("th") or word in family_names("th")


def _is_word(piece: str) -> bool:
    """Whether a piece is a word of the language, or several with no name among them."""
    from qa_inspect.language import thai

    return all(word in _dictionary() for word in thai.words(piece))


@functools.cache
def _dictionary() -> frozenset[str]:
    from pythainlp.corpus import thai_words

    return frozenset(thai_words())


def _pieces(text: str) -> list[tuple[int, int]]:
    """What is left of an answer without fillers, if that is short."""
    cut = [match.span() for match in _ANSWER_FILLERS.finditer(text)]
    edges = [0, *(place for span in cut for place in span), len(text)]
    pieces = [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a > 1]
    return pieces if len(pieces) <= 2 and all(b - a <= _LONGEST for a, b in pieces) else []


@functools.cache
def _patterns() -> dict[str, regex.Pattern[str]]:
    words = words_of("th")

    def any_of(patterns: tuple[str, ...]) -> regex.Pattern[str]:
        return regex.compile("|".join(sorted(patterns, key=len, reverse=True)))

    return {
        "titled": any_of(tuple(words.titles_before)),
        "introduced": any_of(tuple(words.introductions)),
        "weak": any_of(tuple(words.weak_introductions)),
    }
