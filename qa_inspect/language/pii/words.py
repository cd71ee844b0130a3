"""The words of each language that tell personal data: ``words/*.yaml``, read once.

This module does not know what is done with them.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import regex
import yaml

from qa_inspect.domain import base_language

LANGUAGES = ("en", "zh", "id", "ms", "vi", "th")
_SAME = {"yue": "zh", "cmn": "zh", "nan": "zh", "in": "id", "msa": "ms", "tha": "th"}
_FOLDER = Path(__file__).with_name("words")
_HAN = regex.compile(r"\p{Han}")
_THAI = regex.compile(r"\p{Thai}")


@dataclass(frozen=True, slots=True)
class Words:
    """One language's words; each list is of patterns in lower case (Chinese: simplified).

    ``context`` has, by kind, what is said near such a number; ``order`` and ``money`` among its
    keys tell what is no personal data. ``units`` follow a figure that counts, ``currency`` comes
    before an amount. ``digits`` are further words for one figure (叉 is x), ``joints`` what may
    stand between two figures of one number, ``backchannels`` what a listener says meanwhile.
    """

    spaced: bool
    context: Mapping[str, Sequence[str]]
    units: Sequence[str]
    currency: Sequence[str]
    digits: Mapping[str, str]
    joints: Sequence[str]
    backchannels: Sequence[str]
    dates: Sequence[str]
    titles_before: Sequence[str]
    titles_after: Sequence[str]
    introductions: Sequence[str]
    weak_introductions: Sequence[str]
    not_names: frozenset[str]
    ambiguous_names: frozenset[str]
    given_names: Sequence[str]
    family_names: Sequence[str]
    addresses: Sequence[str]
    address_parts: Sequence[str]


def known_language(language: str, text: str) -> str:
    """The one of the six languages whose rules hold; of others the script decides."""
    code = base_language(language)
    code = _SAME.get(code, code)
    if code in LANGUAGES:
        return code
    return "zh" if _HAN.search(text) else "th" if _THAI.search(text) else "en"


@functools.cache
def words_of(language: str) -> Words:
    """The words of one of :data:`LANGUAGES`."""
    # "no" and "on" are words here: the base loader leaves all as text
    entry = yaml.load((_FOLDER / f"{language}.yaml").read_text("utf-8"), Loader=yaml.BaseLoader)

    def listed(key: str) -> tuple[str, ...]:
        return tuple(entry.get(key, ()))

    return Words(
        spaced=language not in ("zh", "th"),
        context=MappingProxyType({kind: tuple(own) for kind, own in entry["context"].items()}),
        units=listed("units"),
        currency=listed("currency"),
        digits=MappingProxyType(dict(entry["digits"])),
        joints=listed("joints"),
        backchannels=listed("backchannels"),
        dates=listed("dates"),
        titles_before=listed("titles_before"),
        titles_after=listed("titles_after"),
        introductions=listed("introductions"),
        weak_introductions=listed("weak_introductions"),
        not_names=frozenset(listed("not_names")),
        ambiguous_names=frozenset(listed("ambiguous_names")),
        given_names=listed("given_names"),
        family_names=listed("family_names"),
        addresses=listed("addresses"),
        address_parts=listed("address_parts"),
    )


def alternatives(patterns: Sequence[str], *, spaced: bool) -> str:
    """One pattern for any of several, the longest first; whole words where blanks divide words."""
    ordered = "|".join(sorted(patterns, key=len, reverse=True))
    return (
        rf"(?<![\p{{L}}\p{{M}}\d])(?:{ordered})(?![\p{{L}}\p{{M}}])" if spaced else f"(?:{ordered})"
    )
