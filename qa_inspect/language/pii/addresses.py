"""Addresses: a street with a number, or parts of an address in a row, by each language's words.

A city or a district alone is no address. This module does not know places' names: it goes by words
for streets, districts and houses, and by postcodes with a form of their own (``words/*.yaml``).
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence

import regex

from qa_inspect.language.pii.context import Mention
from qa_inspect.language.pii.kinds import PersonalData
from qa_inspect.language.pii.words import words_of

_BETWEEN = regex.compile(r"[\s,，、.;-]{0,3}(?:di |dekat |ở |thuộc |của |的)?")
_DIGIT = regex.compile(r"\d")
_NUMBERED = regex.compile(r"^\d+[A-Za-z]? ")
_ASKED = 40
"""Letters after the word address within which one part of an address is enough."""


def addresses(
    written: str, language: str, mentioned: Sequence[Mention], *, asked: bool = False
) -> Iterator[PersonalData]:
    """The addresses of a written form, in no order; they may overlap.

    ``asked``: an address was asked for before, so that one part with a figure in it is one.
    """
    whole, parts, tail, alone = _patterns(language)
    if whole is not None:
        for match in whole.finditer(written):
            end = match.start() + len(match.group().rstrip(" .,，。"))
            yield PersonalData(match.start(), _with_tail(written, end, tail), "address", 0.85)
    if alone is not None:
        for match in alone.finditer(written):
            yield PersonalData(*match.span(), "address", 0.75)
    named = [mention.end for mention in mentioned if mention.kind == "address"]
    for chain in _chains(list(parts.finditer(written))):
        start, end = chain[0].start(), chain[-1].end()
        near = asked or any(0 <= start - place <= _ASKED for place in named)
        whole_end = _with_tail(written, end, tail)
        figured = _DIGIT.search(written, start, whole_end) is not None
        end, tailed = whole_end, whole_end > end
        if len(chain) + tailed >= (1 if near and figured else 2):
            sure = 0.85 if near else 0.75 if figured else 0.55
            yield PersonalData(start, end, "address", sure)


def _chains(found: Sequence[regex.Match[str]]) -> Iterator[list[regex.Match[str]]]:
    chain: list[regex.Match[str]] = []
    for match in found:
        if chain and not _BETWEEN.fullmatch(match.string, chain[-1].end(), match.start()):
            yield chain
            chain = []
        chain.append(match)
    if chain:
        yield chain


def streets(address: str, language: str) -> Iterator[str]:
    """The streets and houses that an address names, without their numbers: "Rosemary Gardens"."""
    _, parts, _, _ = _patterns(language)
    for match in parts.finditer(address):
        name = _NUMBERED.sub("", match.group()).strip()
        if len(name.split()) > 1 and not _DIGIT.search(name):
            yield name


def _with_tail(written: str, end: int, tail: regex.Pattern[str] | None) -> int:
    """Where an address ends that goes on with a town and a postcode."""
    match = tail.match(written, end) if tail else None
    return match.end() if match else end


@functools.cache
def _patterns(
    language: str,
) -> tuple[
    regex.Pattern[str] | None,
    regex.Pattern[str],
    regex.Pattern[str] | None,
    regex.Pattern[str] | None,
]:
    words = words_of(language)
    edges = ("(?<![\\p{L}\\p{M}\\d])", "(?![\\p{L}\\p{M}])") if words.spaced else ("", "")

    def any_of(patterns: Sequence[str]) -> regex.Pattern[str]:
        # markers in any case; where a pattern asks for \p{Lu}, capitals are the name's end
        joined = "|".join(f"(?:{_cased(pattern)})" for pattern in patterns)
        return regex.compile(f"{edges[0]}(?:{joined}){edges[1]}", regex.IGNORECASE)

    return (
        any_of(words.addresses) if words.addresses else None,
        any_of(words.address_parts),
        regex.compile("|".join(words.address_tails)) if words.address_tails else None,
        regex.compile("|".join(words.postcodes)) if words.postcodes else None,
    )


def _cased(pattern: str) -> str:
    return pattern.replace(r"[\p{Lu}\d]", r"(?-i:[\p{Lu}\d])").replace(r"[\p{Lu}]", r"(?-i:\p{Lu})")
