"""Addresses: a street with a number, or parts of an address in a row, by each language's words.

A city or a district alone is no address. This module does not know postcodes that stand alone nor
places' names: it goes by words for streets, districts and houses (``words/*.yaml``).
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
_ASKED = 40
"""Letters after the word address within which one part of an address is enough."""


def addresses(
    written: str, language: str, mentioned: Sequence[Mention], *, asked: bool = False
) -> Iterator[PersonalData]:
    """The addresses of a written form, in no order; they may overlap.

    ``asked``: an address was asked for before, so that one part with a figure in it is one.
    """
    whole, parts = _patterns(language)
    if whole is not None:
        for match in whole.finditer(written):
            end = match.start() + len(match.group().rstrip(" .,，。"))
            yield PersonalData(match.start(), end, "address", 0.85)
    named = [mention.end for mention in mentioned if mention.kind == "address"]
    for chain in _chains(list(parts.finditer(written))):
        start, end = chain[0].start(), chain[-1].end()
        near = asked or any(0 <= start - place <= _ASKED for place in named)
        figured = _DIGIT.search(written, start, end) is not None
        if len(chain) >= (1 if near and figured else 2):
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


@functools.cache
def _patterns(language: str) -> tuple[regex.Pattern[str] | None, regex.Pattern[str]]:
    words = words_of(language)
    edges = ("(?<![\\p{L}\\p{M}\\d])", "(?![\\p{L}\\p{M}])") if words.spaced else ("", "")

    def any_of(patterns: Sequence[str]) -> regex.Pattern[str]:
        # markers in any case; where a pattern asks for \p{Lu}, capitals are the name's end
        joined = "|".join(f"(?:{_cased(pattern)})" for pattern in patterns)
        return regex.compile(f"{edges[0]}(?:{joined}){edges[1]}", regex.IGNORECASE)

    return (any_of(words.addresses) if words.addresses else None), any_of(words.address_parts)


def _cased(pattern: str) -> str:
    return pattern.replace(r"[\p{Lu}\d]", r"(?-i:[\p{Lu}\d])").replace(r"[\p{Lu}]", r"(?-i:\p{Lu})")
