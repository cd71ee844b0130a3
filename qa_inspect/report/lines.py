"""Calls and flags as the lines of lists.

This module does not know folders, nor how lists are shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from qa_inspect.domain import CallResult, CallStatus, CheckStatus, Flag
from qa_inspect.report.flagged import FlaggedCall
from qa_inspect.report.part_names import Naming


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
    market: str | None = None
    topics: tuple[tuple[str, str], ...] = ()
    """What the call is about: each topic's id and title."""
    weak_sections: tuple[tuple[str, str], ...] = ()
    """Sections in which an item failed: ``rubric.section`` and its name."""
    flag_ids: tuple[str, ...] = ()
    """The id behind each of ``flags``."""
    customer_id: str | None = None

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


def make_line(
    call: CallResult,
    href: str,
    agent: str,
    agent_href: str,
    naming: Naming,
    topics: tuple[tuple[str, str], ...] | None = None,
) -> CallLine:
    """The call as one line of a list. ``topics`` are those found in it, None where nothing was
    looked for: it is then about what its manifest says."""
    metadata, transcript = call.recording.metadata, call.transcript
    language = language_of(call)
    worst: dict[str, tuple[str, str]] = {}
    for flag in by_gravity(call.verdict.flags):
        named = naming.flag(flag.rubric, language, flag.flag)
        worst.setdefault(named, (flag.severity.value, flag.flag))
    stated = ((metadata.topic, naming.topic(metadata.topic)),) if metadata.topic else ()
    weak = dict.fromkeys(
        (check.rubric, check.section)
        for check in call.verdict.checks
        if check.status is CheckStatus.FAIL
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
        language=language,
        score=call.verdict.score,
        flags=tuple((name, severity) for name, (severity, _) in worst.items()),
        needs_review=bool(transcript and transcript.needs_review),
        failed=call.status is CallStatus.FAILED,
        error=call.error,
        path=None if call.recording.path is None else str(call.recording.path),
        market=metadata.market,
        topics=stated if topics is None else topics,
        weak_sections=tuple(
            (section_id(rubric, section), naming.section(rubric, language, section))
            for rubric, section in weak
        ),
        flag_ids=tuple(flag for _, flag in worst.values()),
        customer_id=metadata.customer_id,
    )


def section_id(rubric: str, section: str) -> str:
    """A section's name in addresses and filters."""
    return f"{rubric}.{section}"


def language_of(call: CallResult) -> str | None:
    """The language spoken: found, or else as the manifest says."""
    transcript = call.transcript
    return transcript.language if transcript else call.recording.metadata.language


def by_gravity(flags: Iterable[Flag]) -> list[Flag]:
    """Flags in one order whatever theirs was: the gravest first, then the surest."""
    return sorted(flags, key=lambda flag: (-flag.severity.rank, -flag.confidence, flag.flag))


def most_spoken(lines: Sequence[CallLine]) -> str | None:
    """The language of most calls; None where none is known."""
    counts = Counter(line.language for line in lines if line.language)
    return min(counts, key=lambda language: (-counts[language], language), default=None)
