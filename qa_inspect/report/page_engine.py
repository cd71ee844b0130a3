"""Templates made into pages.

Everything that comes from calls or manifests is escaped by the template engine; only charts, which
an XML writer escaped, go in as they are. This module does not know folders or which pages exist.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from qa_inspect.report.addresses import filtered
from qa_inspect.report.catalogue import Catalogue
from qa_inspect.report.telling import telling
from qa_inspect.rubric import wording
from qa_inspect.rubric.basis import basis

GOOD, MIDDLING = 80.0, 60.0
"""Scores from here on are shown as good, or as middling."""


def clock(seconds: float | None) -> str:
    """Seconds as m:ss or h:mm:ss; a dash where not known."""
    return "–" if seconds is None else wording.clock(seconds)


def moment(at: datetime | None) -> str:
    """Date and time of day as stated; a dash where not known."""
    return "–" if at is None else at.strftime("%Y-%m-%d %H:%M")


def drawn(svg: str) -> Any:
    """A chart as a template takes it: its XML writer has escaped every letter of it."""
    from markupsafe import Markup

    return Markup(svg)


def _grade(score: float) -> str:
    return "good" if score >= GOOD else "mid" if score >= MIDDLING else "low"


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """What every page shows of its report. ``nav`` are the pages that can be gone to; ``own`` says
    that it is one agent's own."""

    title: str
    nav: tuple[str, ...]
    period: str = ""
    own: bool = False


class Pages:
    """Makes pages in one language; templates are compiled once."""

    def __init__(self, catalogue: Catalogue, common: Mapping[str, Any]) -> None:
        from jinja2 import Environment, PackageLoader, StrictUndefined

        self._environment = Environment(
            loader=PackageLoader("qa_inspect.report"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        told = telling(catalogue.language)
        filters: dict[str, Callable[..., Any]] = {
            "clock": clock,
            "long": lambda seconds: "–" if seconds is None else wording.length(seconds),
            "moment": moment,
            "grade": _grade,
            "whole": lambda number: f"{number:.0f}",
            "share": lambda number: f"{number:.0%}",
            "short": wording.number,
            "signed": wording.signed,
            "explained": told.explained,
            "searched": told.searched,
            "evidence": told.evidence,
            "noted": told.noted,
            "failed": told.failed,
        }
        self._environment.filters.update(filters)
        self._environment.globals.update(
            {
                "t": catalogue.text,
                "name": catalogue.name,
                "calls": catalogue.calls,
                "basis": basis,
                "filtered": filtered,
                **common,
            }
        )

    def make(self, template: str, **shown: Any) -> str:
        """The page of a template. ``root`` is the way back to the report's top folder."""
        return self._environment.get_template(template).render(**shown)

    def part(self, template: str, macro: str, *shown: Any) -> str:
        """What a template's macro makes of the values."""
        return str(getattr(self._environment.get_template(template).module, macro)(*shown)).strip()
