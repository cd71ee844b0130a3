"""Templates made into pages, and what a page is given to show.

Everything that comes from calls or manifests is escaped by the template engine; only charts, which
an XML writer escaped, go in as they are. This module does not know folders or which pages exist.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from qa_inspect.domain import CallResult, CallStatus, CheckResult, CheckStatus, RubricScore
from qa_inspect.report.catalogue import Catalogue
from qa_inspect.report.flagged import FlaggedCall
from qa_inspect.report.scorecards import AgentScorecard, Example, ItemRate
from qa_inspect.report.statistics import Estimate

GOOD, MIDDLING = 80.0, 60.0
"""Scores from here on are shown as good, or as middling."""


@dataclass(frozen=True, slots=True)
class CallLine:
    """One call in a list."""

    call_id: str
    href: str
    agent_id: str | None
    agent: str
    agent_href: str
    team: str | None
    started_at: datetime | None
    duration_s: float | None
    language: str | None
    score: float | None
    flags: tuple[tuple[str, str], ...]
    needs_review: bool
    failed: bool
    error: str | None
    path: str | None


@dataclass(frozen=True, slots=True)
class FlagLine:
    """One flag in a list, with the page and moment it opens at."""

    line: FlaggedCall
    agent: str
    href: str


@dataclass(frozen=True, slots=True)
class AgentView:
    """One agent with the page and the calls."""

    card: AgentScorecard
    label: str
    href: str
    lines: tuple[CallLine, ...]


@dataclass(frozen=True, slots=True)
class ItemView:
    """One item of an agent, its rate in percent, and an example to open."""

    rate: ItemRate
    percent: Estimate
    href: str


@dataclass(frozen=True, slots=True)
class ExampleView:
    """A moment to listen to, and where it opens."""

    moment: Example
    href: str


@dataclass(frozen=True, slots=True)
class SectionView:
    """A rubric's section in one call: its checks, and the points of those that count."""

    name: str
    checks: tuple[CheckResult, ...]
    points: float
    most: float


@dataclass(frozen=True, slots=True)
class RubricView:
    """A rubric in one call."""

    name: str
    version: str
    score: float | None
    sections: tuple[SectionView, ...]


def make_line(call: CallResult, href: str, agent: str, agent_href: str) -> CallLine:
    """The call as one line of a list."""
    metadata, transcript = call.recording.metadata, call.transcript
    worst: dict[str, str] = {}
    for flag in sorted(call.verdict.flags, key=lambda flag: -flag.severity.rank):
        worst.setdefault(flag.flag, flag.severity.value)
    return CallLine(
        call_id=call.recording.call_id,
        href=href,
        agent_id=metadata.agent_id,
        agent=agent,
        agent_href=agent_href,
        team=metadata.team,
        started_at=metadata.started_at,
        duration_s=transcript.duration_s if transcript else None,
        language=transcript.language if transcript else metadata.language,
        score=call.verdict.score,
        flags=tuple(worst.items()),
        needs_review=bool(transcript and transcript.needs_review),
        failed=call.status is CallStatus.FAILED,
        error=call.error,
        path=None if call.recording.path is None else str(call.recording.path),
    )


def rubric_views(call: CallResult) -> tuple[RubricView, ...]:
    """The call's rubrics that have items, in order, each with its sections."""
    versions = {rubric.name: rubric for rubric in call.verdict.rubrics}
    names = dict.fromkeys(check.rubric for check in call.verdict.checks)
    views = []
    for name in names:
        checks = [check for check in call.verdict.checks if check.rubric == name]
        sections = dict.fromkeys(check.section for check in checks)
        known = versions.get(name, RubricScore(name, "", None))
        views.append(
            RubricView(
                name,
                known.version,
                known.score,
                tuple(_section(s, [c for c in checks if c.section == s]) for s in sections),
            )
        )
    return tuple(views)


def _section(name: str, checks: Sequence[CheckResult]) -> SectionView:
    counted = [c for c in checks if c.status in (CheckStatus.PASS, CheckStatus.FAIL)]
    return SectionView(
        name, tuple(checks), sum(c.points for c in counted), sum(c.max_points for c in counted)
    )


def call_facts(call: CallResult, catalogue: Catalogue) -> tuple[tuple[str, str], ...]:
    """What the manifest and the recording say of the call, as labels and values."""
    metadata, transcript = call.recording.metadata, call.transcript
    direction = metadata.direction and catalogue.name(metadata.direction.value)
    language = transcript.language if transcript else metadata.language
    facts = (
        ("began", metadata.started_at and moment(metadata.started_at)),
        ("length", transcript and transcript.duration_s and clock(transcript.duration_s)),
        ("language", language),
        ("direction", direction),
        ("customer", metadata.customer_id),
        ("market", metadata.market),
        ("topic", metadata.topic),
        ("satisfaction", metadata.csat),
        ("recommendation", metadata.nps),
    )
    shown = [(catalogue.text(k), str(v)) for k, v in facts if v is not None and v != ""]
    return (*shown, *metadata.attributes.items())


def clock(seconds: float | None) -> str:
    """Seconds as m:ss or h:mm:ss; a dash where not known."""
    if seconds is None:
        return "–"
    whole = int(seconds)
    hours, minutes = whole // 3600, whole % 3600 // 60
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


def moment(at: datetime | None) -> str:
    """Date and time of day as stated; a dash where not known."""
    return "–" if at is None else at.strftime("%Y-%m-%d %H:%M")


def _grade(score: float) -> str:
    return "good" if score >= GOOD else "mid" if score >= MIDDLING else "low"


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
        filters: dict[str, Callable[..., Any]] = {
            "clock": clock,
            "moment": moment,
            "grade": _grade,
            "whole": lambda number: f"{number:.0f}",
            "share": lambda number: f"{number:.0%}",
            "short": lambda number: f"{number:.3g}",
        }
        self._environment.filters.update(filters)
        self._environment.globals.update({"t": catalogue.text, "name": catalogue.name, **common})

    def make(self, template: str, **shown: Any) -> str:
        """The page of a template. ``root`` is the way back to the report's top folder."""
        return self._environment.get_template(template).render(**shown)
