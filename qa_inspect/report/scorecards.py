"""Scorecards of agents: how each one's calls went, and what to coach.

A scorecard judges a person, so it says how sure it is: every mean carries its interval and its
number of calls, calls that need review are left out and counted, and too few calls give no rank.
This module does not know where calls come from nor how a scorecard is shown.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from qa_inspect.domain import (
    CallResult,
    CallStatus,
    CheckResult,
    CheckStatus,
    Role,
    Transcript,
)
from qa_inspect.report.statistics import Estimate, mean_estimate, share_estimate

MIN_CALLS = 10
"""Fewer judged calls than this show "too few calls" and no rank."""

_MIN_ITEM_CALLS = 2
"""An item judged in fewer calls than this is nobody's best or worst."""

_EMPATHY = "empathy"
_POSITIVE = "positive"


@dataclass(frozen=True, slots=True)
class Example:
    """One moment to listen to. ``start_s`` is None where the whole call is the example."""

    call_id: str
    start_s: float | None
    quote: str
    explanation: str


@dataclass(frozen=True, slots=True)
class SectionScore:
    """How a rubric's section went: points earned of those that counted, 0–100 per call."""

    rubric: str
    section: str
    score: Estimate


@dataclass(frozen=True, slots=True)
class ItemRate:
    """How often an item passed, of the calls in which it could be judged (0–1)."""

    rubric: str
    item: str
    section: str
    kind: str
    passed: int
    rate: Estimate
    example: Example | None = None


@dataclass(frozen=True, slots=True)
class AgentScorecard:
    """One agent over a set of calls.

    ``judged`` calls count; ``needs_review`` and ``failed`` ones are left out. ``score`` is 0–100.
    ``rank`` to ``rank_to`` are the places the agent may hold, 1 being the best: only agents whose
    interval lies wholly above or below count, so the ranges of two agents who cannot be told apart
    always meet. Both are None with too few calls. ``talk_share`` is
    the agent's part of the talking of agent and customer, 0–1. ``shares`` are the measures of the
    rubric's ratio items, such as empathy, by item (0–1). ``flags`` counts calls by flag.
    """

    agent_id: str | None
    agent_name: str | None
    team: str | None
    judged: int
    needs_review: int
    failed: int
    enough: bool
    score: Estimate | None
    rank: int | None = None
    rank_to: int | None = None
    sections: tuple[SectionScore, ...] = ()
    items: tuple[ItemRate, ...] = ()
    flags: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    talk_share: Estimate | None = None
    shares: Mapping[str, Estimate] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def label(self) -> str:
        """What to call the agent."""
        return self.agent_name or self.agent_id or "–"

    @property
    def rank_label(self) -> str:
        """The places the agent may hold: ``2`` or ``1–3``; a dash with too few calls."""
        if self.rank is None:
            return "–"
        return f"{self.rank}" if self.rank == self.rank_to else f"{self.rank}–{self.rank_to}"

    @property
    def worst(self) -> ItemRate | None:
        """The item to coach first: the lowest pass rate; None if everything passed."""
        known = [item for item in self.items if item.rate.n >= _MIN_ITEM_CALLS or not self.enough]
        worst = min(known, key=lambda item: (item.rate.mean, -item.rate.n), default=None)
        return worst if worst is not None and worst.rate.mean < 1 else None

    @property
    def best(self) -> ItemRate | None:
        """The item that passes most often, over the most calls; None if nothing ever passed."""
        known = [item for item in self.items if item.rate.n >= _MIN_ITEM_CALLS or not self.enough]
        best = max(known, key=lambda item: (item.rate.mean, item.rate.n), default=None)
        return best if best is not None and best.rate.mean > 0 and best != self.worst else None

    @property
    def empathy_share(self) -> Estimate | None:
        """Share of the agent's utterances that show empathy, where the rubric measures it."""
        return self._share(_EMPATHY)

    @property
    def positive_share(self) -> Estimate | None:
        """Share of the agent's utterances in positive language, where the rubric measures it."""
        return self._share(_POSITIVE)

    def _share(self, beginning: str) -> Estimate | None:
        return next((v for name, v in self.shares.items() if name.startswith(beginning)), None)

    def to_row(self) -> dict[str, Any]:
        """The scorecard as one flat JSON-ready row."""
        best, worst = self.best, self.worst
        example = worst.example if worst else None
        return {
            "agent_id": self.agent_id,
            "agent_name": self.agent_name,
            "team": self.team,
            "calls": self.judged,
            "needs_review": self.needs_review,
            "failed": self.failed,
            "rank": self.rank,
            "rank_to": self.rank_to,
            "score": _mean(self.score),
            "score_low": self.score and _rounded(self.score.low),
            "score_high": self.score and _rounded(self.score.high),
            "enough_calls": self.enough,
            "sections": {f"{s.rubric}.{s.section}": _mean(s.score) for s in self.sections},
            "items": {f"{i.rubric}.{i.item}": _mean(i.rate, 3) for i in self.items},
            "best_item": best and best.item,
            "worst_item": worst and worst.item,
            "worst_item_pass_rate": worst and _mean(worst.rate, 3),
            "worst_item_example": example
            and {"call_id": example.call_id, "start_s": example.start_s, "quote": example.quote},
            "flags": dict(self.flags),
            "talk_share": _mean(self.talk_share, 3),
            "empathy_share": _mean(self.empathy_share, 3),
            "positive_share": _mean(self.positive_share, 3),
        }


def agent_scorecards(
    calls: Iterable[CallResult], *, min_calls: int = MIN_CALLS
) -> tuple[AgentScorecard, ...]:
    """A scorecard for each agent, the best first, agents with too few calls last.

    Calls are read once. Which calls (agent, team, period) is the caller's choice. Calls without an
    agent are gathered under an ``agent_id`` of None.
    """
    gathering = ScorecardBuilder(min_calls=min_calls)
    for call in calls:
        gathering.add(call)
    return gathering.scorecards()


def section_scores(checks: Sequence[CheckResult]) -> Mapping[tuple[str, str], float]:
    """One call's score (0–100) by (rubric, section): points earned of those that counted."""
    earned: dict[tuple[str, str], float] = defaultdict(float)
    possible: dict[tuple[str, str], float] = defaultdict(float)
    for check in checks:
        if check.status in (CheckStatus.PASS, CheckStatus.FAIL):
            earned[check.rubric, check.section] += check.points
            possible[check.rubric, check.section] += check.max_points
    return {key: 100 * earned[key] / most for key, most in possible.items() if most > 0}


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

    def __init__(self, *, min_calls: int = MIN_CALLS) -> None:
        self._min_calls = min_calls
        self._agents: dict[str | None, _Gathered] = {}

    def add(self, call: CallResult) -> None:
        """Take one call into account."""
        metadata = call.recording.metadata
        agent = self._agents.setdefault(metadata.agent_id, _Gathered(metadata.agent_id))
        agent.names[metadata.agent_name] += metadata.agent_name is not None
        agent.teams[metadata.team] += metadata.team is not None
        agent.add(call)

    def scorecards(self) -> tuple[AgentScorecard, ...]:
        """The scorecards of the calls so far, best first."""
        cards = [agent.scorecard(self._min_calls) for agent in self._agents.values()]
        return tuple(sorted(_ranked(cards), key=_place))


def _ranked(cards: Sequence[AgentScorecard]) -> list[AgentScorecard]:
    known = [c.score for c in cards if c.score and c.enough and c.agent_id is not None]
    return [
        replace(
            card,
            rank=1 + sum(other.clearly_above(card.score) for other in known),
            rank_to=len(known) - sum(card.score.clearly_above(other) for other in known),
        )
        if card.score and card.enough and card.agent_id is not None
        else card
        for card in cards
    ]


def _place(card: AgentScorecard) -> tuple[bool, bool, float, str]:
    score = card.score.mean if card.score else -1.0
    return (card.agent_id is None, card.rank is None, -score, card.agent_id or "")


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

    def add(self, call: CallResult) -> None:
        transcript = call.transcript
        self.flags.update({flag.flag for flag in call.verdict.flags})
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
        for check in call.verdict.checks:
            self._add_check(call.recording.call_id, check)

    def _add_check(self, call_id: str, check: CheckResult) -> None:
        if check.status not in (CheckStatus.PASS, CheckStatus.FAIL):
            return
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

    def scorecard(self, min_calls: int) -> AgentScorecard:
        items = []
        for (rubric, item), passes in self.items.items():
            rate = share_estimate(sum(passes), len(passes))
            about = self.about[rubric, item]
            if rate is not None:
                example = self.examples.get((rubric, item))
                found = (rubric, item, about.section, about.kind, sum(passes), rate, example)
                items.append(ItemRate(*found))
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


def _mean(estimate: Estimate | None, digits: int = 1) -> float | None:
    return None if estimate is None else _rounded(estimate.mean, digits)


def _rounded(value: float | None, digits: int = 1) -> float | None:
    return None if value is None else round(value, digits)
