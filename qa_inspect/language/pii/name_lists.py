"""Lists of given and family names: Faker's by country, PyThaiNLP's for Thai, and our own words.

Both packages carry their lists with them; nothing is downloaded. This module does not know texts.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from qa_inspect.language.chinese_script import one_script
from qa_inspect.language.pii.words import words_of

_LOCALES: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "en": ("en_US", "en_GB", "en_IN"),
        "zh": ("zh_CN", "zh_TW"),
        "id": ("id_ID",),
        "ms": (),
        "vi": ("vi_VN",),
        "th": ("th_TH",),
    }
)
_GIVEN = ("first_names_male", "first_names_female", "first_names_unisex")


@functools.cache
def given_names(language: str) -> frozenset[str]:
    """Given names: lower case in Latin script, simplified in Chinese."""
    found = set(_of(language, _GIVEN)) | _folded(words_of(language).given_names)
    if language == "th":
        from pythainlp.corpus import thai_female_names, thai_male_names

        found |= set(thai_female_names()) | set(thai_male_names())
    return frozenset(found)


@functools.cache
def family_names(language: str) -> frozenset[str]:
    """Family names: lower case in Latin script, simplified in Chinese."""
    found = set(_of(language, ("last_names",))) | _folded(words_of(language).family_names)
    if language == "th":
        from pythainlp.corpus import thai_family_names

        found |= set(thai_family_names())
    return frozenset(found)


@functools.cache
def wide_given_names() -> frozenset[str]:
    """Thousands of English given names, rare ones too: enough only where one is expected."""
    module = importlib.import_module("faker.providers.person.en")
    return frozenset(_folded(module.Provider.first_names))


@functools.cache
def listed_people() -> frozenset[str]:
    """Chinese words of two to four characters that jieba's dictionary lists as people's names."""
    import jieba

    with jieba.get_module_res("dict.txt") as file:
        lines = [line.split() for line in file.read().decode("utf-8").splitlines()]
    names = (line[0] for line in lines if len(line) > 2 and line[2].startswith("nr"))
    return frozenset(name for name in names if 2 <= len(name) <= 4)


def _of(language: str, lists: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for locale in _LOCALES[language]:
        provider = importlib.import_module(f"faker.providers.person.{locale}").Provider
        for name in lists:
            found |= _folded(getattr(provider, name, ()))
    return found


def _folded(names: Iterable[str]) -> set[str]:
    return {one_script(name).lower() for name in names}
