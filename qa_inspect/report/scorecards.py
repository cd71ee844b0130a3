"""Scorecards of agents: how each one's calls went, and what to coach.

A scorecard judges a person, so it says how sure it is: every mean carries its interval and its
number of calls, calls that need review are left out and counted, and too few calls give no rank.
This module does not know where calls come from nor how a scorecard is shown.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from qa_inspect.domain import (
    AutoFail,
    CallResult,
    CallStatus,
    CheckResult,
    CheckStatus,
    Role,
    Transcript,
)
from qa_inspect.report.index import composite_index
from qa_inspect.report.resolution import Resolution, Resolved
from qa_inspect.report.scorecard_values import AgentScorecard, Example, ItemRate, SectionScore
from qa_inspect.report.statistics import mean_estimate, share_estimate
from qa_inspect.rubric.index import SEED, IndexRule
from qa_inspect.rubric.marking import part_earned

__all__ = [
    "MIN_CALLS",
    "AgentScorecard",
    "Example",
    "ItemRate",
    "ScorecardBuilder",
    "SectionScore",
    "agent_scorecards",
    "section_scores",
    "talk_share",
]

NOTHING_KNOWN: Mapping[str, Resolution] = MappingProxyType({})
MIN_CALLS = 10
"""Fewer judged calls than this show "too few calls" and no rank."""


def agent_scorecards(
    calls: Iterable[CallResult],
    *,
    min_calls: int = MIN_CALLS,
    index: IndexRule = SEED,
    by_team: bool = False,
    resolutions: Mapping[str, Resolution] = NOTHING_KNOWN,
) -> tuple[AgentScorecard, ...]:
    """A scorecard for each agent (or team), the best first, those with too few calls last.

    Calls are read once. Which calls (agent, team, period) is the caller's choice. Calls without an
    agent are gathered under an ``agent_id`` of None, with ``by_team`` under a ``team`` of None.
    ``resolutions`` tells by call id after which calls the customer called again.
    """
    gathering = ScorecardBuilder(
        min_calls=min_calls, index=index, by_team=by_team, resolutions=resolutions
    )
    for call in calls:
        gathering.add(call)
    return gathering.scorecards()


def section_scores(checks: Sequence[CheckResult]) -> Mapping[tuple[str, str], float]:
    """One call's score (0–100) by (rubric, section): points earned of those that counted.

    Penalties are taken off, and a section that a failed item takes to zero has 0.
    """
    earned: dict[tuple[str, str], float] = defaultdict(float)
    possible: dict[tuple[str, str], float] = defaultdict(float)
    zeroed: set[tuple[str, str]] = set()
    for check in checks:
        if check.status in (CheckStatus.PASS, CheckStatus.FAIL):
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


class ScorecardBuilder:
    """Gathers calls one by one, keeping numbers only; for callers that stream calls once."""

    def __init__(
        self,
        *,
        min_calls: int = MIN_CALLS,
        index: IndexRule = SEED,
        by_team: bool = False,
        resolutions: Mapping[str, Resolution] = NOTHING_KNOWN,
    ) -> None:
        self._resolutions = resolutions
        self._min_calls = min_calls
        self._index = index
        self._by_team = by_team
        self._agents: dict[str | None, _Gathered] = {}

    def add(self, call: CallResult) -> None:
        """Take one call into account."""
        metadata = call.recording.metadata
        key = metadata.team if self._by_team else metadata.agent_id
        agent = self._agents.setdefault(key, _Gathered(None if self._by_team else key))
        agent.ids.add(metadata.agent_id)
        if not self._by_team:
            agent.names[metadata.agent_name] += metadata.agent_name is not None
        agent.teams[metadata.team] += metadata.team is not None
        known = self._resolutions.get(call.recording.call_id)
        if known is not None and known.counts and known.outcome is not Resolved.UNKNOWN:
            agent.resolved.append(known.outcome is Resolved.RESOLVED)
        agent.add(call)

    def scorecards(self) -> tuple[AgentScorecard, ...]:
        """The scorecards of the calls so far, best first."""
        cards = [
            replace(
                agent.scorecard(self._min_calls, self._index),
                of_team=self._by_team,
                agents=len(agent.ids - {None}),
            )
            for agent in self._agents.values()
        ]
        return tuple(sorted(_ranked(cards), key=_place))


def _ranked(cards: Sequence[AgentScorecard]) -> list[AgentScorecard]:
    known = [c.score for c in cards if c.score and c.enough and c.named]
    return [
        replace(
            card,
            rank=1 + sum(other.clearly_above(card.score) for other in known),
            rank_to=len(known) - sum(card.score.clearly_above(other) for other in known),
        )
        if card.score and card.enough and card.named
        else card
        for card in cards
    ]


def _place(card: AgentScorecard) -> tuple[bool, bool, float, str]:
    score = card.score.mean if card.score else -1.0
    return (not card.named, card.rank is None, -score, card.agent_id or card.team or "")


class _Gathered:
    """One agent's numbers so far."""

    def __init__(self, agent_id: str | None) -> None:
        self.agent_id = agent_id
        self.names: Counter[str | None] = Counter()
        self.teams: Counter[str | None] = Counter()
        self.judged = self.needs_review = self.failed = 0
        self.scores: list[float] = []
        self.talk: list[float] = []
        self.sections: dict[tuple[str, str], list[float]] = defaultdict(list)
        self.items: dict[tuple[str, str], list[bool]] = defaultdict(list)
        self.about: dict[tuple[str, str], CheckResult] = {}
        self.examples: dict[tuple[str, str], Example] = {}
        self.shares: dict[str, list[float]] = defaultdict(list)
        self.flags: Counter[str] = Counter()
        self.ids: set[str | None] = set()
        self.csat: list[int] = []
        self.nps: list[int] = []
        self.resolved: list[bool] = []
        self.bands: dict[str, Counter[str]] = defaultdict(Counter)
        self.fragile = self.verdicts = 0

    def add(self, call: CallResult) -> None:
        transcript = call.transcript
        self.flags.update({flag.flag for flag in call.verdict.flags})
        # what a customer answered holds whether or not the recording could be judged
        metadata = call.recording.metadata
        self.csat += [] if metadata.csat is None else [metadata.csat]
        self.nps += [] if metadata.nps is None else [metadata.nps]
        if call.status is CallStatus.FAILED or transcript is None:
            self.failed += 1
            return
        if transcript.needs_review:
            self.needs_review += 1
            return
        self.judged += 1
        if call.verdict.score is not None:
            self.scores.append(call.verdict.score)
        share = talk_share(transcript)
        if share is not None:
            self.talk.append(share)
        for section, score in section_scores(call.verdict.checks).items():
            self.sections[section].append(score)
        for rubric in call.verdict.rubrics:
            if rubric.band:
                self.bands[rubric.name][rubric.band] += 1
        for check in call.verdict.checks:
            self._add_check(call.recording.call_id, check)

    def _add_check(self, call_id: str, check: CheckResult) -> None:
        if check.status not in (CheckStatus.PASS, CheckStatus.FAIL):
            return
        self.verdicts += 1
        self.fragile += bool(check.fragile)
        key = (check.rubric, check.item)
        self.about.setdefault(key, check)
        self.items[key].append(check.status is CheckStatus.PASS)
        if check.kind == "ratio" and check.score is not None:
            self.shares[check.item].append(check.score)
        if check.status is CheckStatus.FAIL:
            example = _example(call_id, check)
            known = self.examples.get(key)
            if known is None or (known.start_s is None and example.start_s is not None):
                self.examples[key] = example

    def scorecard(self, min_calls: int, index: IndexRule) -> AgentScorecard:
        items = []
        for (rubric, item), passes in self.items.items():
            rate = share_estimate(sum(passes), len(passes))
            about = self.about[rubric, item]
            if rate is not None:
                example = self.examples.get((rubric, item))
                found = (rubric, item, about.section, about.kind, sum(passes), rate, example)
                items.append(ItemRate(*found, severity=about.severity))
        sections = [
            SectionScore(rubric, section, score)
            for (rubric, section), values in self.sections.items()
            if (score := mean_estimate(values, 0, 100)) is not None
        ]
        shares = {name: mean_estimate(values, 0, 1) for name, values in self.shares.items()}
        return AgentScorecard(
            agent_id=self.agent_id,
            agent_name=_most_common(self.names),
            team=_most_common(self.teams),
            judged=self.judged,
            needs_review=self.needs_review,
            failed=self.failed,
            enough=len(self.scores) >= min_calls,
            score=mean_estimate(self.scores, 0, 100),
            sections=tuple(sections),
            items=tuple(items),
            flags=MappingProxyType(dict(sorted(self.flags.items(), key=_most_first))),
            talk_share=mean_estimate(self.talk, 0, 1),
            shares=MappingProxyType({name: found for name, found in shares.items() if found}),
            bands=MappingProxyType(
                {name: MappingProxyType(dict(counts)) for name, counts in self.bands.items()}
            ),
            fragile=self.fragile,
            verdicts=self.verdicts,
            index=composite_index(index, self.csat, self.scores, self.nps),
            resolved=share_estimate(sum(self.resolved), len(self.resolved)),
        )


def _example(call_id: str, check: CheckResult) -> Example:
    timed = (piece for piece in check.evidence if piece.start_s is not None)
    piece = next(timed, next(iter(check.evidence), None))
    return Example(
        call_id=call_id,
        start_s=piece.start_s if piece else None,
        quote=piece.quote if piece else "",
        explanation=check.explanation,
    )


def _most_first(counted: tuple[str, int]) -> tuple[int, str]:
    name, count = counted
    return (-count, name)


def _most_common(counts: Counter[str | None]) -> str | None:
    named = [(name, count) for name, count in counts.items() if name is not None]
    return min(named, key=_most_first, default=(None, 0))[0]


def everyones_sections(cards: Iterable[AgentScorecard]) -> dict[tuple[str, str], float]:
    """Every section's average score (0–100) over all agents' calls, by rubric and section."""
    sums: dict[tuple[str, str], list[float]] = {}
    for card in cards:
        for section in card.sections:
            known = sums.setdefault((section.rubric, section.section), [0.0, 0.0])
            known[0] += section.score.mean * section.score.n
            known[1] += section.score.n
    return {key: total / n for key, (total, n) in sums.items() if n}
