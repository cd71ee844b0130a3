"""Pairs for a lesson: the same topic and the same item, well done in one call, badly in another.

Calls of one language and one market are set beside each other where there are such, and verdicts
that stand on firm ground: not fragile, well heard, with words to show. This module does not know
sound or where calls come from.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from qa_inspect.domain import CallResult, CallStatus, CheckResult, CheckStatus, base_language
from qa_inspect.report.clips import Chosen, ChosenPair, Reason, Wanted
from qa_inspect.report.clips_choosing import Known, item_reason, topic_reason, topics_of_call
from qa_inspect.report.titles import Titles

_LANGUAGE, _MARKET, _EVIDENCE, _FRAGILE, _HEARD = 4.0, 1.0, 1.0, 2.0, 2.0
"""What a pair is worth: of one language, of one market, evidence on each side, no fragile verdict
on each side, and how well the worse heard of the two was heard (0–1)."""
_CLEAR = 2.0
"""Worth of one whole point (0–1) between the two verdicts' measures."""
_TRIED = 6
"""Calls of each side that are compared with one another, the clearest ones."""


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


def find_pairs(
    calls: Iterable[CallResult], wanted: Wanted, titles: Titles, known: Known
) -> tuple[ChosenPair, ...]:
    """The best pair of each topic and item, the best first.

    ``wanted.item`` and ``wanted.topic`` narrow them down; with ``wanted.agent_id`` the bad call is
    that agent's. Calls that need review are left out.
    """
    sides: dict[tuple[str, str], dict[CheckStatus, list[_Side]]] = defaultdict(
        lambda: {CheckStatus.PASS: [], CheckStatus.FAIL: []}
    )
    for call in calls:
        for key, side in _sides(call, wanted, titles, known):
            sides[key][side.check.status].append(side)
    found = []
    for (topic, item), both in sides.items():
        best = _best(both[CheckStatus.PASS], both[CheckStatus.FAIL])
        if best is not None:
            worth, good, bad = best
            title = known.topic_titles.get(topic, topic)
            pair = ChosenPair(
                title, item, Chosen(good.call_id, good.reasons), Chosen(bad.call_id, bad.reasons)
            )
            found.append((worth, pair))
    found.sort(key=lambda f: (-f[0], f[1].topic, f[1].item))
    once: dict[tuple[str, str, str], ChosenPair] = {}
    for _, pair in found:
        # Calls about two topics would be shown twice
        once.setdefault((pair.item, pair.good.call_id, pair.bad.call_id), pair)
    return tuple(once.values())


def _sides(
    call: CallResult, wanted: Wanted, titles: Titles, known: Known
) -> Iterable[tuple[tuple[str, str], _Side]]:
    transcript = call.transcript
    if call.status is not CallStatus.OK or transcript is None or transcript.needs_review:
        return
    heard = [u.confidence for u in transcript.utterances if u.confidence is not None]
    mean = sum(heard) / len(heard) if heard else 0.5
    metadata = call.recording.metadata
    asked = None if wanted.topic is None else wanted.topic.casefold()
    for topic, shown in topics_of_call(call, known).items():
        named = {topic.casefold(), known.topic_titles.get(topic, topic).casefold()}
        if asked is not None and asked not in named:
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
            reasons = [item_reason(check, transcript.language, titles)]
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


def _best(goods: Sequence[_Side], bads: Sequence[_Side]) -> tuple[float, _Side, _Side] | None:
    pairs = [
        (_worth(good, bad), good, bad)
        for good in _foremost(goods)
        for bad in _foremost(bads)
        if good.call_id != bad.call_id
    ]
    return max(pairs, key=lambda p: (p[0], p[1].call_id, p[2].call_id), default=None)


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
