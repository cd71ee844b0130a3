"""Where pages lie in a report's folder, and how its lists are asked.

This module does not know pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import urlencode

from qa_inspect.report.grouping import Grouping
from qa_inspect.report.naming import FileNames

FOLDERS: Mapping[Grouping, str] = MappingProxyType(
    {
        Grouping.AGENT: "agents",
        Grouping.TEAM: "teams",
        Grouping.MARKET: "markets",
        Grouping.LANGUAGE: "languages",
    }
)
"""Where the scorecards of each grouping lie."""


class Addresses:
    """The address of every call's and scorecard's page, from the report's top folder."""

    def __init__(self) -> None:
        self._calls = FileNames()
        self._cards = {by: FileNames() for by in FOLDERS}

    def stem(self, call_id: str) -> str:
        """The file name of all that belongs to a call, without an ending."""
        return self._calls.of(call_id)

    def call(self, call_id: str, start_s: float | None = None) -> str:
        """A call's page, at a moment of it where one is given (seconds)."""
        anchor = "" if start_s is None else f"#t={start_s:.2f}"
        return f"calls/{self._calls.of(call_id)}.html{anchor}"

    def card(self, by: Grouping, key: str | None) -> str:
        """The page of the scorecard of an agent, a team, a market or a language."""
        return f"{FOLDERS[by]}/{self._cards[by].of(key or '')}.html"


def filtered(page: str = "calls", **asked: str | int | None) -> str:
    """A list's page, showing only what is asked; keys are those of ``facets``."""
    return f"{page}.html#{urlencode({k: v for k, v in asked.items() if v is not None})}"
