"""What the authors of rubrics call their rubrics, sections, items and flags, and why they ask.

Stored calls hold ids only; the words come from the shipped packs. Where there are none, an id is
shown as people read it. This module does not know calls or pages.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from qa_inspect.domain import base_language

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

    def item_of_any(self, language: str, item: str) -> str:
        """What the first rubric in a language that has an item calls it; empty for none."""
        found = (title for key, title in self.items.items() if key[1:] == (language, item))
        return next((one.title for one in found if one.title), "")

    def flag(self, rubrics: str, language: str | None, flag: str) -> Title | None:
        """The flag's title; ``rubrics`` is one name or several divided by commas, and empty where
        only the flag is known. None where it is not known."""
        named = rubrics.split(", ") if rubrics else sorted({key[0] for key in self.flags})
        found = (_found(self.flags, rubric, language, flag) for rubric in named)
        return next((title for title in found if title), None)


def titles_of(rubrics: Iterable[Rubric]) -> Titles:
    """The titles that rubrics give themselves and their parts."""
    return _joined(_titles_of(rubric) for rubric in rubrics)


def shipped_titles(
    others: Iterable[Rubric] = (),
    languages: Iterable[str] | None = None,
    names: Iterable[str] | None = None,
) -> Titles:
    """The titles of the shipped packs and of ``others``; a pack that cannot be read has none.

    With ``languages``, codes such as ``zh`` or ``zh-CN``, only the packs of these are read, with
    ``names`` only those so named. Packs are read for their titles alone, which is much faster than
    loading them.
    """
    from qa_inspect.rubric.packs import available

    wanted = None if languages is None else {_base(language) for language in languages}
    named = None if names is None else set(names)
    packs = [
        _written_titles(pack.path)
        for pack in available()
        if (wanted is None or _base(pack.language) in wanted)
        and (named is None or pack.name in named)
    ]
    return _joined((*packs, titles_of(others)))


def _titles_of(rubric: Rubric) -> Titles:
    name, language = rubric.name, _base(rubric.language)
    return Titles(
        {(name, language, ""): Title(rubric.title)},
        {(name, language, s.id): Title(s.title) for s in rubric.sections},
        {(name, language, i.id): Title(i.title, i.why) for i in rubric.items},
        {(name, language, f.id): Title(f.title, f.why) for f in rubric.flags},
    )


def _written_titles(path: Path) -> Titles:
    """The titles in a rubric file, whose rules are not looked at."""
    from qa_inspect.rubric.yaml_tree import YamlFault, parse

    # A pack that somebody broke must not cost the report.
    try:
        data = parse(path.read_text(encoding="utf-8-sig")).data
    except (YamlFault, OSError, UnicodeDecodeError):
        return Titles()
    if not isinstance(data, dict):
        return Titles()
    rubric, language = str(data.get("rubric")), _base(data.get("language"))

    def titles(part: str) -> dict[Key, Title]:
        return {
            (rubric, language, str(entry.get("id"))): Title(
                str(entry.get("title") or ""), str(entry.get("why") or "")
            )
            for entry in data.get(part) or ()
            if isinstance(entry, dict)
        }

    whole = {(rubric, language, ""): Title(str(data.get("title") or ""))}
    return Titles(whole, titles("sections"), titles("items"), titles("flags"))


def _joined(found: Iterable[Titles]) -> Titles:
    """Several rubrics' titles as one; the later ones win."""
    rubrics: dict[Key, Title] = {}
    sections: dict[Key, Title] = {}
    items: dict[Key, Title] = {}
    flags: dict[Key, Title] = {}
    for one in found:
        rubrics |= one.rubrics
        sections |= one.sections
        items |= one.items
        flags |= one.flags
    return Titles(rubrics, sections, items, flags)


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
