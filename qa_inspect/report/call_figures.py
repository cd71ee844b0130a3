"""The numbers that one call adds to a scorecard: scores, shares and measures.

This module does not know agents, periods or how numbers of many calls become one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from qa_inspect.domain import (
    AutoFail,
    CallResult,
    CallStatus,
    CheckResult,
    CheckStatus,
    Role,
    Transcript,
)
from qa_inspect.report.call_measures import MEASURES, Good, call_measures
from qa_inspect.report.statistics import Values

TALK_SHARE = "talk_share"
EMPATHY, POSITIVE = "empathy", "positive"
"""How the rubrics' items begin that measure the agent's empathy and positive language."""


class Figure(NamedTuple):
    """What a number is: the call's score, a section's, or a measure of that name."""

    name: str
    rubric: str = ""
    section: str = ""

    @property
    def values(self) -> Values:
        """What it can be."""
        if self.rubric or self == SCORE:
            return Values.POINTS
        return MEASURES[self.name].values if self.name in MEASURES else Values.SHARE

    @property
    def good(self) -> Good:
        """Which way it is better."""
        if self.values is Values.POINTS or self.name.startswith((EMPATHY, POSITIVE)):
            return Good.MORE
        return MEASURES[self.name].good if self.name in MEASURES else Good.NEITHER


SCORE = Figure("score")


@dataclass(frozen=True, slots=True)
class CallFigures:
    """What a call adds: ``counts`` says whether it can be judged at all, ``shares`` are the
    measures of ratio items; all three are empty where it cannot. ``judged`` says that it was: no
    rubric may have a version for its language."""

    counts: bool
    score: float | None
    sections: Mapping[tuple[str, str], float]
    measures: Mapping[str, float]
    shares: Mapping[str, float]
    judged: bool = False

    def by_figure(self) -> dict[Figure, float]:
        """All numbers, by what they are."""
        found = {Figure("", rubric, name): v for (rubric, name), v in self.sections.items()}
        found.update((Figure(name), v) for name, v in self.shares.items())
        found.update((Figure(name), v) for name, v in self.measures.items())
        return found if self.score is None else {SCORE: self.score, **found}


NOTHING = CallFigures(False, None, {}, {}, {})


def call_figures(call: CallResult) -> CallFigures:
    """The numbers of one call; those of a call that failed or needs review do not count."""
    transcript, checks = call.transcript, call.verdict.checks
    if call.status is CallStatus.FAILED or transcript is None or transcript.needs_review:
        return NOTHING
    talk = talk_share(transcript)
    shared = {} if talk is None else {TALK_SHARE: talk}
    return CallFigures(
        counts=True,
        score=call.verdict.score,
        sections=section_scores(checks),
        measures={**shared, **call_measures(call)},
        shares={
            check.item: check.score
            for check in checks
            if check.kind == "ratio" and check.score is not None and was_judged(check)
        },
        judged=call.verdict.score is not None or any(map(was_judged, checks)),
    )


def was_judged(check: CheckResult) -> bool:
    """Whether a check has a verdict that counts."""
    return check.status in (CheckStatus.PASS, CheckStatus.FAIL)


def section_scores(checks: Sequence[CheckResult]) -> dict[tuple[str, str], float]:
    """One call's score (0–100) by (rubric, section): points earned of those that counted.

    Penalties are taken off, and a section that a failed item takes to zero has 0.
    """
    from qa_inspect.rubric.marking import part_earned  # which loads the rubric language

    earned: dict[tuple[str, str], float] = defaultdict(float)
    possible: dict[tuple[str, str], float] = defaultdict(float)
    zeroed: set[tuple[str, str]] = set()
    for check in filter(was_judged, checks):
        earned[check.rubric, check.section] += check.points
        possible[check.rubric, check.section] += check.max_points
        if check.auto_fail is AutoFail.SECTION:
            zeroed.add((check.rubric, check.section))
    return {
        key: 0.0 if key in zeroed else 100 * part_earned(earned[key], most)
        for key, most in possible.items()
        if most > 0 or key in zeroed
    }


def talk_share(transcript: Transcript) -> float | None:
    """The agent's part of the time agent and customer talk, 0–1; by letters where no times are
    known; None where either says nothing."""
    length = dict.fromkeys((Role.AGENT, Role.CUSTOMER), 0.0)
    timed = transcript.has_times
    for said in transcript.utterances:
        if said.role in length:
            span = said.span if timed else None
            length[said.role] += span.duration_s if span else float(len(said.text))
    if not all(length.values()):
        return None
    return length[Role.AGENT] / sum(length.values())
