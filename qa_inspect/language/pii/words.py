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
    stand between two figures of one number and ``dashes`` what may between its letters and figures,
    ``backchannels`` what a listener says meanwhile. ``after_names`` follow the name of
    somebody who says who speaks, ``name_cues`` come before the name of somebody who is wanted and
    ``weak_name_cues`` where ``after_names`` follow too, ``openings`` before all that is said,
    ``address_tails`` what may end an address and is none alone, ``postcodes`` those that tell
    themselves (both in the letters as they are written), ``organisations`` are words of companies'
    names.
    """

    spaced: bool
    context: Mapping[str, Sequence[str]]
    units: Sequence[str]
    currency: Sequence[str]
    digits: Mapping[str, str]
    joints: Sequence[str]
    dashes: Sequence[str]
    backchannels: Sequence[str]
    dates: Sequence[str]
    titles_before: Sequence[str]
    titles_after: Sequence[str]
    introductions: Sequence[str]
    weak_introductions: Sequence[str]
    openings: Sequence[str]
    name_cues: Sequence[str]
    weak_name_cues: Sequence[str]
    after_names: Sequence[str]
    organisations: frozenset[str]
    not_names: frozenset[str]
    ambiguous_names: frozenset[str]
    given_names: Sequence[str]
    family_names: Sequence[str]
    addresses: Sequence[str]
    address_parts: Sequence[str]
    address_tails: Sequence[str]
    postcodes: Sequence[str]


def known_language(language: str, text: str) -> str:
    """The one of the six languages whose rules hold; of others the script decides."""
    code = base_language(language)
    code = _SAME.get(code, code)
    if code in LANGUAGES:
        return code
    return "zh" if _HAN.search(text) else "th" if _THAI.search(text) else "en"


def has_rules(language: str) -> bool:
    """Whether a language is one of those whose personal data is known here."""
    code = base_language(language)
    return _SAME.get(code, code) in LANGUAGES


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
        dashes=listed("dashes"),
        backchannels=listed("backchannels"),
        dates=listed("dates"),
        titles_before=listed("titles_before"),
        titles_after=listed("titles_after"),
        introductions=listed("introductions"),
        weak_introductions=listed("weak_introductions"),
        openings=listed("openings"),
        name_cues=listed("name_cues"),
        weak_name_cues=listed("weak_name_cues"),
        after_names=listed("after_names"),
        organisations=frozenset(listed("organisations")),
        not_names=frozenset(listed("not_names")),
        ambiguous_names=frozenset(listed("ambiguous_names")),
        given_names=listed("given_names"),
        family_names=listed("family_names"),
        addresses=listed("addresses"),
        address_parts=listed("address_parts"),
        address_tails=listed("address_tails"),
        postcodes=listed("postcodes"),
    )


def alternatives(patterns: Sequence[str], *, spaced: bool) -> str:
    """One pattern for any of several, the longest first; whole words where blanks divide words."""
    ordered = "|".join(sorted(patterns, key=len, reverse=True))
    return (
        rf"(?<![\p{{L}}\p{{M}}\d])(?:{ordered})(?![\p{{L}}\p{{M}}])" if spaced else f"(?:{ordered})"
    )
