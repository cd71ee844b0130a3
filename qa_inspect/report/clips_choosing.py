"""Which calls a trainer pack is made of, and for what reasons.

All that is asked for must hold for a call. What shows it is the evidence of what was asked for
most closely: a query, flag or item by name, else the topic, else all that an agent's calls were
flagged or marked down for. This module does not know sound, sentence models or where calls come
from.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import median
from types import MappingProxyType

from qa_inspect.domain import (
    CallResult,
    CallStatus,
    CheckResult,
    CheckStatus,
    Evidence,
    Flag,
    Transcript,
)
from qa_inspect.report.clips import By, Chosen, Reason, Wanted
from qa_inspect.report.part_names import Naming
from qa_inspect.rubric.topic_finder import FoundTopic

_NO_TOPICS: Mapping[str, tuple[FoundTopic, ...]] = MappingProxyType({})
_FRAGILE = 0.5
_MOST_REASONS = 5
"""Reasons that are shown of a call where no single thing was asked for."""
_FLAG, _ITEM = 10.0, 1.0


@dataclass(frozen=True, slots=True)
class QueryHit:
    """A line of a call that fits a query. ``fit`` is 0–1."""

    evidence: Evidence
    fit: float


@dataclass(frozen=True, slots=True)
class Known:
    """What was found out about calls besides their verdicts, by call id: ``topics`` by meaning
    with their ``topic_titles``, and ``hits`` of a query (None where there is no query)."""

    topics: Mapping[str, tuple[FoundTopic, ...]] = field(default_factory=lambda: _NO_TOPICS)
    topic_titles: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    hits: Mapping[str, Sequence[QueryHit]] | None = None


def choose(
    calls: Iterable[CallResult], wanted: Wanted, naming: Naming, known: Known
) -> tuple[Chosen, ...]:
    """The calls that are all that is ``wanted``, the strongest first."""
    found = []
    for call in calls:
        if call.status is not CallStatus.OK or call.transcript is None:
            continue
        reasons = reasons_of(call, wanted, naming, known)
        if reasons:
            found.append((strength(reasons[0]), Chosen(call.recording.call_id, reasons)))
    return tuple(one for _, one in sorted(found, key=lambda f: (-f[0], f[1].call_id)))


def reasons_of(
    call: CallResult, wanted: Wanted, naming: Naming, known: Known
) -> tuple[Reason, ...]:
    """Why a call is what is ``wanted``, the strongest reason first; empty where it is not."""
    parts: list[Sequence[Reason]] = []
    if wanted.agent_id is not None and call.recording.metadata.agent_id != wanted.agent_id:
        return ()
    if known.hits is not None:
        parts.append(_of_query(known.hits.get(call.recording.call_id, ()), wanted.query or ""))
    if wanted.flag is not None:
        parts.append(_flags(call, wanted, naming))
    if wanted.item is not None:
        parts.append(_items(call, wanted, naming))
    if wanted.topic is not None:
        topic = _topic(call, wanted.topic, known)
        if topic is None:
            return ()
        parts = parts or [(topic,)]
    if wanted.flag is None and wanted.min_severity is not None and wanted.item is None:
        parts.append(_flags(call, wanted, naming))
    if not parts:
        every = (*_flags(call, wanted, naming), *_items(call, wanted, naming))
        parts = [sorted(every, key=strength, reverse=True)[:_MOST_REASONS]]
    if not all(parts):
        return ()
    return tuple(sorted((r for part in parts for r in part), key=strength, reverse=True))


def strength(reason: Reason) -> float:
    """How strongly a reason speaks for its call; comparable within one pack."""
    fit = reason.fit or 0.0
    rank = reason.severity.rank if reason.severity else 0
    if reason.by is By.QUERY:
        return 100.0 + fit
    if reason.by is By.FLAG:
        return _FLAG * (1 + rank) + fit
    if reason.by is By.ITEM:
        return _ITEM * (1 + rank) + fit - (_FRAGILE if reason.fragile else 0.0)
    return fit


def usual_places(calls: Iterable[CallResult], items: Iterable[str]) -> Mapping[str, float]:
    """Where in a call (0–1) items are mostly found when they pass, by item.

    An item that was missed has no evidence; this is where it would have been.
    """
    asked = set(items)
    seen: dict[str, list[float]] = {item: [] for item in asked}
    for call in calls:
        if call.transcript is None:
            continue
        for check in call.verdict.checks:
            if check.item in asked and check.status is CheckStatus.PASS and check.evidence:
                place = _place(check.evidence[0], call.transcript)
                if place is not None:
                    seen[check.item].append(place)
    return MappingProxyType({item: median(places) for item, places in seen.items() if places})


def with_places(chosen: Iterable[Chosen], places: Mapping[str, float]) -> Iterator[Chosen]:
    """The same calls; reasons without evidence get the place where the item mostly is."""
    for one in chosen:
        reasons = tuple(
            replace(r, place=places.get(r.name)) if r.by is By.ITEM and not r.evidence else r
            for r in one.reasons
        )
        yield replace(one, reasons=reasons)


def missing_places(chosen: Iterable[Chosen]) -> frozenset[str]:
    """The items of which a chosen call has no evidence."""
    return frozenset(
        r.name for one in chosen for r in one.reasons if r.by is By.ITEM and not r.evidence
    )


def item_reason(check: CheckResult, language: str, naming: Naming) -> Reason:
    """A verdict on an item as a reason."""
    if check.status is CheckStatus.FAIL:
        lost = check.max_points - check.points
        fit = max(0.0, min(1.0, lost / check.max_points)) if check.max_points else 1.0
    else:
        fit = check.score if check.score is not None else 0.5
    return Reason(
        By.ITEM,
        check.item,
        naming.item(check.rubric, language, check.item),
        check.status.value,
        check.explanation,
        check.evidence,
        severity=check.severity,
        fragile=bool(check.fragile),
        fit=fit,
    )


def topics_of_call(call: CallResult, known: Known) -> Mapping[str, FoundTopic | None]:
    """A call's topics by id, with what shows them; a topic that only the manifest names has
    nothing that shows it."""
    found: dict[str, FoundTopic | None] = {
        one.topic: one for one in known.topics.get(call.recording.call_id, ())
    }
    stated = call.recording.metadata.topic
    if stated:
        found.setdefault(topic_id(stated, known), None)
    return found


def topic_reason(found: FoundTopic, known: Known) -> Reason:
    """A topic found by meaning as a reason."""
    title = known.topic_titles.get(found.topic, "")
    piece = Evidence(found.utterance, found.start_s, found.start_s, found.quote)
    fit = found.odds / (1.0 + found.odds)
    return Reason(By.TOPIC, found.topic, title, "", "", (piece,), fit=fit)


def topic_id(name: str, known: Known) -> str:
    """The topic that a manifest means, in whatever order it has the words of its id."""
    folded = " ".join(name.casefold().split())
    words = sorted(folded.split())
    for topic, title in known.topic_titles.items():
        ident = topic.casefold().replace("_", " ")
        if folded in (topic.casefold(), title.casefold()) or words == sorted(ident.split()):
            return topic
    return folded


def _of_query(hits: Sequence[QueryHit], query: str) -> tuple[Reason, ...]:
    return tuple(Reason(By.QUERY, query, "", "", "", (hit.evidence,), fit=hit.fit) for hit in hits)


def _flags(call: CallResult, wanted: Wanted, naming: Naming) -> tuple[Reason, ...]:
    floor = wanted.min_severity.rank if wanted.min_severity else 0
    return tuple(
        _flag_reason(flag, call.transcript, naming)
        for flag in call.verdict.flags
        if wanted.flag in (None, flag.flag) and flag.severity.rank >= floor
    )


def _flag_reason(flag: Flag, transcript: Transcript | None, naming: Naming) -> Reason:
    language = transcript.language if transcript else None
    return Reason(
        By.FLAG,
        flag.flag,
        naming.flag(flag.rubric, language, flag.flag),
        flag.severity.value,
        naming.untitled(flag, language),
        flag.evidence,
        fit=flag.confidence,
        severity=flag.severity,
    )


def _items(call: CallResult, wanted: Wanted, naming: Naming) -> tuple[Reason, ...]:
    by_item = wanted.min_severity if wanted.flag is None and wanted.item is not None else None
    floor = by_item.rank if by_item else 0
    language = call.transcript.language if call.transcript else ""
    return tuple(
        item_reason(check, language, naming)
        for check in call.verdict.checks
        if wanted.item in (None, check.item)
        and check.status is wanted.status
        and check.severity.rank >= floor
        and (wanted.item is not None or check.evidence)
    )


def _topic(call: CallResult, topic: str, known: Known) -> Reason | None:
    topics = topics_of_call(call, known)
    wanted = topic_id(topic, known)
    if wanted not in topics:
        return None
    found = topics[wanted]
    if found is not None:
        return topic_reason(found, known)
    title = known.topic_titles.get(wanted, topic)
    return Reason(By.TOPIC, wanted, title, "", "", (), fit=0.0, place=0.0)


def _place(evidence: Evidence, transcript: Transcript) -> float | None:
    length = transcript.duration_s
    if evidence.start_s is not None and length:
        return min(1.0, evidence.start_s / length)
    last = len(transcript.utterances) - 1
    if evidence.utterance is not None and last > 0:
        return min(1.0, evidence.utterance / last)
    return None
