"""What a call's page shows.

This module does not know folders, nor which other pages there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qa_inspect.domain import (
    AutoFail,
    CallResult,
    CheckResult,
    CheckStatus,
    Evidence,
    Flag,
    Role,
    RubricScore,
)
from qa_inspect.report.call_listening import listening_view
from qa_inspect.report.catalogue import Catalogue
from qa_inspect.report.flagged import roles_by_utterance
from qa_inspect.report.lines import CallLine, by_gravity, language_of
from qa_inspect.report.page_engine import Pages, moment
from qa_inspect.report.part_names import Naming
from qa_inspect.report.risk import risk_of
from qa_inspect.report.rows import notes_of
from qa_inspect.rubric import wording
from qa_inspect.rubric.masking import masked_call, masked_flags


@dataclass(frozen=True, slots=True)
class CallFlag:
    """One flag on its call's page: its evidence with who said it."""

    flag: Flag
    name: str
    explanation: str
    evidence: tuple[tuple[Evidence, Role | None], ...]


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


@dataclass(frozen=True, slots=True)
class CallOnPage:
    """A call with what its page needs to know beyond it.

    ``facts`` are labels and values besides those of the call itself. ``audio`` is where the page
    finds the sound; without one, ``no_audio`` is the catalogue's key that says why.
    """

    call: CallResult
    line: CallLine
    facts: tuple[tuple[str, str], ...] = ()
    audio: str | None = None
    no_audio: str = "no_audio"


def call_page(shown: CallOnPage, pages: Pages, naming: Naming, catalogue: Catalogue) -> str:
    """The page of one call, for a folder beside ``assets``."""
    call = shown.call
    return pages.make(
        "call.html",
        root="../",
        here="",
        call=call,
        line=shown.line,
        notes=notes_of(call),
        facts=(*call_facts(call, catalogue), *shown.facts),
        flags=flag_views(call, naming),
        rubrics=rubric_views(masked_call(call), naming),
        audio=shown.audio,
        no_audio=shown.no_audio,
        **listening_view(call, naming),
    )


def flag_views(call: CallResult, naming: Naming) -> tuple[CallFlag, ...]:
    """The call's flags, gravest first."""
    language, speakers = language_of(call), roles_by_utterance(call)
    views = []
    for flag in by_gravity(masked_flags(call)):
        name = naming.flag(flag.rubric, language, flag.flag)
        pieces = tuple((piece, speakers.get(piece.utterance)) for piece in flag.evidence)
        views.append(CallFlag(flag, name, naming.explained(flag, language), pieces))
    return tuple(views)


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
        ("topic_stated", metadata.topic and catalogue.name(metadata.topic)),
        ("satisfaction", metadata.csat),
        ("recommendation", metadata.nps),
    )
    shown = [(catalogue.text(k), str(v)) for k, v in facts if v is not None and v != ""]
    own = ((catalogue.name(name), value) for name, value in metadata.attributes.items())
    return (*shown, *own)
