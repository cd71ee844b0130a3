"""What rubrics and their parts are called on a page.

This module does not know calls, pages or how they are made.
"""

from __future__ import annotations

from qa_inspect.domain import Flag
from qa_inspect.report.catalogue import Catalogue
from qa_inspect.report.telling import telling
from qa_inspect.report.titles import Title, Titles, one_percentage


class Naming:
    """Names for people: the rubric author's in the language of the pages; where the rubric is not
    written in that, those in the language of the calls; else the readable id."""

    def __init__(self, titles: Titles, catalogue: Catalogue) -> None:
        self._titles = titles
        self._readable = catalogue.name
        self._page = catalogue.language
        self._telling = telling(catalogue.language)

    def rubric(self, rubric: str, language: str | None) -> str:
        """What a rubric is called."""
        known = self._titles
        found = known.rubric(rubric, self._page) or known.rubric(rubric, language)
        return found.title if found else self._readable(rubric)

    def section(self, rubric: str, language: str | None, section: str) -> str:
        """What a section is called; its rubric's name where it has none."""
        known = self._titles
        found = known.section(rubric, self._page, section) or known.section(
            rubric, language, section
        )
        return found.title if found else self._readable(section or rubric)

    def item(self, rubric: str, language: str | None, item: str) -> str:
        """What an item is called."""
        found = self._item(rubric, language, item)
        return found.title if found else self._readable(item)

    def why(self, rubric: str, language: str | None, item: str) -> str:
        """Why an item is asked; empty where its author does not say."""
        found = self._item(rubric, language, item)
        return found.why if found else ""

    def flag(self, rubrics: str, language: str | None, flag: str) -> str:
        """What a flag is called; ``rubrics`` may be several names, or empty where not known."""
        known = self._titles
        found = known.flag(rubrics, self._page, flag) or known.flag(rubrics, language, flag)
        return found.title if found else self._readable(flag)

    def topic(self, topic: str) -> str:
        """What a topic that a manifest names is called."""
        return self._readable(topic)

    def explained(self, flag: Flag, language: str | None) -> str:
        """A flag's explanation in the language of the pages, without its title, which is in the
        language of the call."""
        return self._telling.explained(self.untitled(flag, language))

    def untitled(self, flag: Flag, language: str | None) -> str:
        """A flag's explanation as it was given, without its title."""
        found = self._titles.flag(flag.rubric, language, flag.flag)
        title = found.title if found else self._readable(flag.flag)
        return one_percentage(flag.explanation, title)

    def _item(self, rubric: str, language: str | None, item: str) -> Title | None:
        known = self._titles
        return known.item(rubric, self._page, item) or known.item(rubric, language, item)
