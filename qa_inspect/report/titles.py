"""What the authors of rubrics call their rubrics, sections, items and flags, and why they ask.

Stored calls hold ids only; the words come from the shipped packs. Where there are none, an id is
shown as people read it. This module does not know calls or pages.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from qa_inspect.domain import base_language
from qa_inspect.errors import RubricError

if TYPE_CHECKING:
    from qa_inspect.rubric.schema import Rubric

_SHARE_ALONE = re.compile(r" \(\d{1,3} %\)")
_NEARNESS = re.compile(r"\(nearness \d{1,3} % to ")


@dataclass(frozen=True, slots=True)
class Title:
    """A name for people, and the author's sentence on why it is asked (may be empty)."""

    title: str
    why: str = ""


Key = tuple[str, str, str]
"""A rubric's name, its language (empty: every language), and an id within it."""


def _nothing() -> Mapping[Key, Title]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Titles:
    """Titles by rubric, language and id. ``rubrics`` have an empty id."""

    rubrics: Mapping[Key, Title] = field(default_factory=_nothing)
    sections: Mapping[Key, Title] = field(default_factory=_nothing)
    items: Mapping[Key, Title] = field(default_factory=_nothing)
    flags: Mapping[Key, Title] = field(default_factory=_nothing)

    def rubric(self, rubric: str, language: str | None) -> Title | None:
        """The rubric's title in a call's language; None where it is not known."""
        return _found(self.rubrics, rubric, language, "")

    def section(self, rubric: str, language: str | None, section: str) -> Title | None:
        """The section's title in a call's language; None where it is not known."""
        return _found(self.sections, rubric, language, section)

    def item(self, rubric: str, language: str | None, item: str) -> Title | None:
        """The item's title in a call's language; None where it is not known."""
        return _found(self.items, rubric, language, item)

    def flag(self, rubrics: str, language: str | None, flag: str) -> Title | None:
        """The flag's title; ``rubrics`` is one name or several divided by commas, and empty where
        only the flag is known. None where it is not known."""
        named = rubrics.split(", ") if rubrics else sorted({key[0] for key in self.flags})
        found = (_found(self.flags, rubric, language, flag) for rubric in named)
        return next((title for title in found if title), None)


def titles_of(rubrics: Iterable[Rubric]) -> Titles:
    """The titles that rubrics give themselves and their parts."""
    names: dict[Key, Title] = {}
    sections: dict[Key, Title] = {}
    items: dict[Key, Title] = {}
    flags: dict[Key, Title] = {}
    for rubric in rubrics:
        name, language = rubric.name, _base(rubric.language)
        names[name, language, ""] = Title(rubric.title)
        sections |= {(name, language, s.id): Title(s.title) for s in rubric.sections}
        items |= {(name, language, i.id): Title(i.title, i.why) for i in rubric.items}
        flags |= {(name, language, f.id): Title(f.title, f.why) for f in rubric.flags}
    return Titles(names, sections, items, flags)


def shipped_titles(others: Iterable[Rubric] = (), languages: Iterable[str] | None = None) -> Titles:
    """The titles of the shipped packs and of ``others``; a pack that cannot be read has none.

    With ``languages``, codes such as ``zh`` or ``zh-CN``, only the packs of these are read.
    """
    from qa_inspect.rubric.load import available, read_rubric

    own = tuple(others)
    rubrics = []
    wanted = None if languages is None else {_base(language) for language in languages}
    for pack in available():
        if wanted is not None and _base(pack.language) not in wanted:
            continue
        # A pack that somebody broke must not cost the report.
        with suppress(RubricError):
            rubrics.append(read_rubric(pack.path))
    return titles_of((*rubrics, *own))


def one_percentage(explanation: str, title: str = "") -> str:
    """A flag's explanation beside its confidence: without its title, which stands above it, and
    without the measure of the rule, which is another percentage of another thing."""
    told = explanation.removeprefix(f"{title}: ") if title else explanation
    return _NEARNESS.sub("(near to ", _SHARE_ALONE.sub("", told))


def _found(
    known: Mapping[Key, Title], rubric: str, language: str | None, name: str
) -> Title | None:
    found = known.get((rubric, _base(language), name)) or known.get((rubric, "", name))
    return found if found and found.title else None


def _base(language: str | None) -> str:
    base = base_language(language or "")
    return {"yue": "zh", "cmn": "zh"}.get(base, base)
