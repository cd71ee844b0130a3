"""Pairs for a lesson: the same topic and the same item, well done in one call, badly in another.

Calls of one language are set beside each other, of one market where there are such, and verdicts
that stand on firm ground: not fragile, well heard, with words to show. This module does not know
sound or where calls come from.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import nlargest

from qa_inspect.domain import CallResult, CallStatus, CheckResult, CheckStatus, base_language
from qa_inspect.report.clips import Chosen, ChosenPair, Reason, Wanted
from qa_inspect.report.clips_choosing import (
    Known,
    item_reason,
    topic_id,
    topic_reason,
    topics_of_call,
)
from qa_inspect.report.part_names import Naming

_LANGUAGE, _MARKET, _EVIDENCE, _FRAGILE, _HEARD = 4.0, 1.0, 1.0, 2.0, 2.0
"""What a pair is worth: of one language, of one market, evidence on each side, no fragile verdict
on each side, and how well the worse heard of the two was heard (0–1)."""
_CLEAR = 2.0
"""Worth of one whole point (0–1) between the two verdicts' measures."""
_TRIED = 6
"""Calls of each side that are compared with one another, the clearest ones."""
_KEPT = 40
"""Pairs of a topic and item among which one is looked for whose calls no better pair shows."""


@dataclass(frozen=True, slots=True)
class _Side:
    call_id: str
    language: str
    market: str | None
    heard: float
    check: CheckResult
    reasons: tuple[Reason, ...]

    @property
    def worth(self) -> float:
        shown = _EVIDENCE if self.check.evidence else 0.0
        firm = 0.0 if self.check.fragile else _FRAGILE
        return shown + firm + _HEARD * self.heard


@dataclass(frozen=True, slots=True)
class _Match:
    worth: float
    good: _Side
    bad: _Side

    @property
    def of_one_language(self) -> bool:
        return self.good.language == self.bad.language

    def order(self) -> tuple[float, str, str]:
        return (self.worth, self.good.call_id, self.bad.call_id)


@dataclass(frozen=True, slots=True)
class FoundPairs:
    """``pairs``, the best first, and of how many topics and items there are ``only_across``
    languages."""

    pairs: tuple[ChosenPair, ...]
    only_across: int = 0


def find_pairs(
    calls: Iterable[CallResult],
    wanted: Wanted,
    naming: Naming,
    known: Known,
    *,
    across: bool = False,
) -> FoundPairs:
    """The best pair of each topic and item, the best first, and each with calls that no better one
    has where there are such.

    ``wanted.item`` and ``wanted.topic`` narrow them down; with ``wanted.agent_id`` the bad call is
    that agent's. Calls that need review are left out. ``across`` lets the calls of a pair be of
    two languages, where there are none of one.
    """
    sides: dict[tuple[str, str], dict[CheckStatus, list[_Side]]] = defaultdict(
        lambda: {CheckStatus.PASS: [], CheckStatus.FAIL: []}
    )
    for call in calls:
        for key, side in _sides(call, wanted, naming, known):
            sides[key][side.check.status].append(side)
    ranked: list[tuple[float, str, str, Sequence[_Match]]] = []
    only_across = 0
    for (topic, item), both in sides.items():
        matches = _matches(both[CheckStatus.PASS], both[CheckStatus.FAIL])
        fitting = (match for match in matches if across or match.of_one_language)
        fit = nlargest(_KEPT, fitting, key=_Match.order)
        if fit:
            ranked.append((fit[0].worth, known.topic_titles.get(topic, topic), item, fit))
        only_across += bool(matches and not fit)
    ranked.sort(key=lambda one: (-one[0], one[1], one[2]))
    return FoundPairs(tuple(_each_once(ranked)), only_across)


def _each_once(
    ranked: Iterable[tuple[float, str, str, Sequence[_Match]]],
) -> Iterator[ChosenPair]:
    """The best pair of each topic and item of which no other pair shows a call for that item, or
    else the best that is not shown yet: a call about two topics would be shown twice."""
    used: dict[str, set[str]] = defaultdict(set)
    shown: set[tuple[str, str, str]] = set()
    for _, topic, item, matches in ranked:
        fresh = (m for m in matches if used[item].isdisjoint((m.good.call_id, m.bad.call_id)))
        unseen = (m for m in matches if (item, m.good.call_id, m.bad.call_id) not in shown)
        best = next(fresh, None) or next(unseen, None)
        if best is None:
            continue
        good, bad = best.good, best.bad
        used[item] |= {good.call_id, bad.call_id}
        shown.add((item, good.call_id, bad.call_id))
        yield ChosenPair(
            topic, item, Chosen(good.call_id, good.reasons), Chosen(bad.call_id, bad.reasons)
        )


def _sides(
    call: CallResult, wanted: Wanted, naming: Naming, known: Known
) -> Iterable[tuple[tuple[str, str], _Side]]:
    transcript = call.transcript
    if call.status is not CallStatus.OK or transcript is None or transcript.needs_review:
        return
    heard = [u.confidence for u in transcript.utterances if u.confidence is not None]
    mean = sum(heard) / len(heard) if heard else 0.5
    metadata = call.recording.metadata
    asked = None if wanted.topic is None else topic_id(wanted.topic, known)
    for topic, shown in topics_of_call(call, known).items():
        if asked not in (None, topic):
            continue
        for check in call.verdict.checks:
            if check.status not in (CheckStatus.PASS, CheckStatus.FAIL):
                continue
            if wanted.item not in (None, check.item):
                continue
            bad = check.status is CheckStatus.FAIL
            if check.is_partly:
                continue  # an example of what went wrong must not be half right
            if bad and wanted.agent_id not in (None, metadata.agent_id):
                continue
            reasons = [item_reason(check, transcript.language, naming)]
            if shown is not None and not check.evidence:
                reasons.append(topic_reason(shown, known))
            side = _Side(
                call.recording.call_id,
                base_language(transcript.language),
                metadata.market,
                mean,
                check,
                tuple(reasons),
            )
            yield (topic, check.item), side


def _matches(goods: Sequence[_Side], bads: Sequence[_Side]) -> list[_Match]:
    """The pairs of the clearest calls."""
    return [
        _Match(_worth(good, bad), good, bad)
        for good in _foremost(goods)
        for bad in _foremost(bads)
        if good.call_id != bad.call_id
    ]


def _foremost(sides: Sequence[_Side]) -> Iterable[_Side]:
    """The clearest calls of each language and market."""
    groups: dict[tuple[str, str | None], list[_Side]] = defaultdict(list)
    for side in sorted(sides, key=lambda s: (-s.worth, s.call_id)):
        group = groups[side.language, side.market]
        if len(group) < _TRIED:
            group.append(side)
    return [side for group in groups.values() for side in group]


def _worth(good: _Side, bad: _Side) -> float:
    worth = good.worth + bad.worth
    worth += _LANGUAGE if good.language == bad.language else 0.0
    worth += _MARKET if good.market == bad.market else 0.0
    if good.check.score is not None and bad.check.score is not None:
        worth += _CLEAR * abs(good.check.score - bad.check.score)
    return worth
