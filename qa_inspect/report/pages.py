"""Templates made into pages, and what a page is given to show.

Everything that comes from calls or manifests is escaped by the template engine; only charts, which
an XML writer escaped, go in as they are. This module does not know folders or which pages exist.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from qa_inspect.domain import (
    AutoFail,
    CallResult,
    CallStatus,
    CheckResult,
    CheckStatus,
    Evidence,
    Flag,
    Role,
    RubricScore,
)
from qa_inspect.report.catalogue import Catalogue
from qa_inspect.report.flagged import FlaggedCall, roles_by_utterance
from qa_inspect.report.risk import risk_of
from qa_inspect.report.scorecards import AgentScorecard, Example, ItemRate
from qa_inspect.report.statistics import Estimate
from qa_inspect.report.titles import Title, Titles, one_percentage
from qa_inspect.rubric import wording
from qa_inspect.rubric.basis import basis
from qa_inspect.rubric.masking import masked

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
    """Each flag's name for people, and its severity."""
    needs_review: bool
    failed: bool
    error: str | None
    path: str | None

    @property
    def counts(self) -> bool:
        """Whether the score may judge anybody."""
        return not (self.failed or self.needs_review)


@dataclass(frozen=True, slots=True)
class FlagLine:
    """One flag in a list, with the page and moment it opens at."""

    line: FlaggedCall
    name: str
    explanation: str
    agent: str
    href: str


@dataclass(frozen=True, slots=True)
class CallFlag:
    """One flag on its call's page: its evidence with who said it."""

    flag: Flag
    name: str
    explanation: str
    evidence: tuple[tuple[Evidence, Role | None], ...]


@dataclass(frozen=True, slots=True)
class AgentView:
    """One agent with the page and the calls. ``language`` is that of most of them."""

    card: AgentScorecard
    label: str
    href: str
    lines: tuple[CallLine, ...]
    language: str | None
    coach: str


@dataclass(frozen=True, slots=True)
class ItemView:
    """One item of an agent, its rate in percent, and an example to open; ``heard`` says whether
    there is a recording of that."""

    name: str
    section: str
    why: str
    rate: ItemRate
    percent: Estimate
    href: str
    heard: bool = False


@dataclass(frozen=True, slots=True)
class ExampleView:
    """A moment to listen to, or to read where its call has no recording, and where it opens."""

    moment: Example
    href: str
    heard: bool = False


@dataclass(frozen=True, slots=True)
class CheckView:
    """One item in one call, as its author names it and why it is asked."""

    name: str
    why: str
    check: CheckResult


@dataclass(frozen=True, slots=True)
class SectionView:
    """A rubric's section in one call: its checks, and the points of those that count."""

    name: str
    checks: tuple[CheckView, ...]
    points: float
    most: float


@dataclass(frozen=True, slots=True)
class RubricView:
    """A rubric in one call."""

    name: str
    version: str
    score: float | None
    sections: tuple[SectionView, ...]
    band: str = ""


def make_line(call: CallResult, href: str, agent: str, agent_href: str, naming: Naming) -> CallLine:
    """The call as one line of a list."""
    metadata, transcript = call.recording.metadata, call.transcript
    worst: dict[str, str] = {}
    for flag in by_gravity(call.verdict.flags):
        worst.setdefault(
            naming.flag(flag.rubric, language_of(call), flag.flag), flag.severity.value
        )
    return CallLine(
        call_id=call.recording.call_id,
        href=href,
        agent_id=metadata.agent_id,
        agent=agent,
        agent_href=agent_href,
        team=metadata.team,
        started_at=metadata.started_at,
        duration_s=transcript.duration_s if transcript else None,
        language=language_of(call),
        score=call.verdict.score,
        flags=tuple(worst.items()),
        needs_review=bool(transcript and transcript.needs_review),
        failed=call.status is CallStatus.FAILED,
        error=call.error,
        path=None if call.recording.path is None else str(call.recording.path),
    )


def language_of(call: CallResult) -> str | None:
    """The language spoken: found, or else as the manifest says."""
    transcript = call.transcript
    return transcript.language if transcript else call.recording.metadata.language


def by_gravity(flags: Iterable[Flag]) -> list[Flag]:
    """Flags in one order whatever theirs was: the gravest first, then the surest."""
    return sorted(flags, key=lambda flag: (-flag.severity.rank, -flag.confidence, flag.flag))


def flag_views(call: CallResult, naming: Naming) -> tuple[CallFlag, ...]:
    """The call's flags, gravest first."""
    language, speakers = language_of(call), roles_by_utterance(call)
    views = []
    for flag in map(masked, by_gravity(call.verdict.flags)):
        name = naming.flag(flag.rubric, language, flag.flag)
        pieces = tuple((piece, speakers.get(piece.utterance)) for piece in flag.evidence)
        views.append(CallFlag(flag, name, naming.explained(flag, language), pieces))
    return tuple(views)


def mark_names(call: CallResult, naming: Naming) -> Mapping[tuple[str, str], str]:
    """What the marks on the time line are called, by their kind and id."""
    language, verdict = language_of(call), call.verdict
    flags = {("flag", f.flag): naming.flag(f.rubric, language, f.flag) for f in verdict.flags}
    items = {("fail", c.item): naming.item(c.rubric, language, c.item) for c in verdict.checks}
    return flags | items


def rubric_views(call: CallResult, naming: Naming) -> tuple[RubricView, ...]:
    """The call's rubrics that have items, in order, each with its sections."""
    language = language_of(call)

    def section(rubric: str, name: str, checks: Sequence[CheckResult]) -> SectionView:
        counted = [c for c in checks if c.status in (CheckStatus.PASS, CheckStatus.FAIL)]
        zeroed = any(check.auto_fail is AutoFail.SECTION for check in counted)
        views = [
            CheckView(
                naming.item(rubric, language, check.item),
                naming.why(rubric, language, check.item),
                check,
            )
            for check in checks
        ]
        return SectionView(
            naming.section(rubric, language, name) if name else "",
            tuple(views),
            0.0 if zeroed else max(0.0, sum(c.points for c in counted)),
            sum(c.max_points for c in counted),
        )

    versions = {rubric.name: rubric for rubric in call.verdict.rubrics}
    names = dict.fromkeys(check.rubric for check in call.verdict.checks)
    views = []
    for name in names:
        checks = [check for check in call.verdict.checks if check.rubric == name]
        sections = dict.fromkeys(check.section for check in checks)
        known = versions.get(name, RubricScore(name, "", None))
        views.append(
            RubricView(
                naming.rubric(name, language),
                known.version,
                known.score,
                tuple(section(name, s, [c for c in checks if c.section == s]) for s in sections),
                known.band,
            )
        )
    return tuple(views)


def call_facts(call: CallResult, catalogue: Catalogue) -> tuple[tuple[str, str], ...]:
    """What the manifest and the recording say of the call, as labels and values."""
    metadata, transcript = call.recording.metadata, call.transcript
    direction = metadata.direction and catalogue.name(metadata.direction.value)
    facts = (
        ("risk", f"{risk.value:.0f}" if (risk := risk_of(call)).parts else None),
        ("began", metadata.started_at and moment(metadata.started_at)),
        ("length", transcript and transcript.duration_s and wording.length(transcript.duration_s)),
        ("language", language_of(call)),
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
    return "–" if seconds is None else wording.clock(seconds)


def moment(at: datetime | None) -> str:
    """Date and time of day as stated; a dash where not known."""
    return "–" if at is None else at.strftime("%Y-%m-%d %H:%M")


def most_spoken(lines: Sequence[CallLine]) -> str | None:
    """The language of most calls; None where none is known."""
    counts = Counter(line.language for line in lines if line.language)
    return min(counts, key=lambda language: (-counts[language], language), default=None)


def drawn(svg: str) -> Any:
    """A chart as a template takes it: its XML writer has escaped every letter of it."""
    from markupsafe import Markup

    return Markup(svg)


def _grade(score: float) -> str:
    return "good" if score >= GOOD else "mid" if score >= MIDDLING else "low"


class Naming:
    """Names for people: the rubric author's in the language of the pages; where the rubric is not
    written in that, those in the language of the calls; else the readable id."""

    def __init__(self, titles: Titles, catalogue: Catalogue) -> None:
        self._titles = titles
        self._readable = catalogue.name
        self._page = catalogue.language

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

    def explained(self, flag: Flag, language: str | None) -> str:
        """A flag's explanation without its title, which is in the language of the call."""
        found = self._titles.flag(flag.rubric, language, flag.flag)
        title = found.title if found else self._readable(flag.flag)
        return one_percentage(flag.explanation, title)

    def _item(self, rubric: str, language: str | None, item: str) -> Title | None:
        known = self._titles
        return known.item(rubric, self._page, item) or known.item(rubric, language, item)


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
            "long": lambda seconds: "–" if seconds is None else wording.length(seconds),
            "moment": moment,
            "grade": _grade,
            "whole": lambda number: f"{number:.0f}",
            "share": lambda number: f"{number:.0%}",
            "short": wording.number,
        }
        self._environment.filters.update(filters)
        self._environment.globals.update(
            {"t": catalogue.text, "name": catalogue.name, "basis": basis, **common}
        )

    def make(self, template: str, **shown: Any) -> str:
        """The page of a template. ``root`` is the way back to the report's top folder."""
        return self._environment.get_template(template).render(**shown)
