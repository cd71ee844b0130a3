"""The queue of calls that are worth a person's time: one row a call, by risk, one a customer.

Calls of the latest day, and of a week where a person may be in danger, come before older ones. Of
each, flagged calls come first: danger to a person, then other critical ones, then by risk; with a
budget, calls with milder signs follow, and a share of the budget goes to calls drawn by lot from
those without a flag that lie below the cut, so that misses can be measured.
This module does not know where calls come from nor how the list is shown.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from qa_inspect.domain import CallResult, CallStatus, Severity
from qa_inspect.report.flagged import FlaggedCall, call_flags, gravity
from qa_inspect.report.risk import Risk, Urgency, risk_of, urgency_of
from qa_inspect.report.surroundings import Surroundings, surroundings
from qa_inspect.store.flagged import calls_with_signs, flagged_calls
from qa_inspect.store.results import CallQuery, Store

URGENT_DAYS = 7.0
"""So many days a call where a person may be in danger stays among the new ones: nobody tells the
product who has called back, and over a weekend it must not sink."""
RANDOM_SHARE = 0.10
"""Of a budget: enough for a figure within weeks, little enough for the list to stay a worklist."""


class Reason(StrEnum):
    """Why a call stands in the queue."""

    FLAGGED = "flagged"
    OTHER_SIGNS = "other signs"
    RANDOM = "random check"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One inspected call, with what a queue asks and shows. ``flags`` are the most urgent first,
    then the gravest."""

    call_id: str
    customer_id: str | None
    agent_id: str | None
    agent_name: str | None
    team: str | None
    started_at: datetime | None
    score: float | None
    needs_review: bool
    risk: Risk
    flags: tuple[FlaggedCall, ...]


@dataclass(frozen=True, slots=True)
class QueuedCall:
    """One row. ``new`` says whether the call is new since the day before, None where that cannot be
    told. ``others`` are further flagged calls of the same customer, and ``new_others`` how many of
    them are new. ``urgent`` says that a person may be in danger and the call is no more than
    ``URGENT_DAYS`` old. ``drawn_from`` is, for a random check, the number of calls without a flag
    below the cut, of which it was drawn."""

    call: Candidate
    reason: Reason
    new: bool | None = None
    others: tuple[str, ...] = ()
    new_others: int = 0
    urgent: bool = False
    drawn_from: int | None = None

    @property
    def told(self) -> FlaggedCall | None:
        """The flag that the row shows; None for a call without any."""
        return self.call.flags[0] if self.call.flags else None

    @property
    def danger(self) -> bool:
        """Whether a person may be in danger."""
        return self.call.risk.urgency >= Urgency.VIOLENCE

    @property
    def fresh(self) -> bool:
        """Whether the call, or another flagged one of its customer, is new."""
        return self.new is True or self.new_others > 0

    def to_row(self, place: int) -> dict[str, Any]:
        """The row as flat JSON-ready values; ``place`` counts from 1."""
        call, told = self.call, self.told
        flag = told.flag if told else None
        evidence = told.evidence if told else None
        return {
            "place": place,
            "call_id": call.call_id,
            "risk": call.risk.value,
            "danger": self.danger,
            "why": self.reason.value,
            "new": self.new,
            "flags": [one.flag.flag for one in call.flags],
            "severity": flag and flag.severity.value,
            "confidence": flag and round(flag.confidence, 3),
            "signs": [part.reason for part in call.risk.parts],
            "customer_id": call.customer_id,
            "other_calls": list(self.others),
            "other_calls_new": self.new_others,
            "agent_id": call.agent_id,
            "agent_name": call.agent_name,
            "team": call.team,
            "started_at": call.started_at and call.started_at.isoformat(),
            "score": call.score,
            "needs_review": call.needs_review,
            "said_by": told.said_by.value if told and told.said_by else None,
            "start_s": evidence and evidence.start_s,
            "quote": evidence and evidence.quote,
            "drawn_from": self.drawn_from,
        }


def candidate(call: CallResult) -> Candidate | None:
    """The call as the queue sees it; None for one that could not be inspected."""
    if call.status is CallStatus.FAILED:
        return None
    metadata, transcript = call.recording.metadata, call.transcript
    return Candidate(
        call_id=call.recording.call_id,
        customer_id=metadata.customer_id or None,
        agent_id=metadata.agent_id,
        agent_name=metadata.agent_name,
        team=metadata.team,
        started_at=metadata.started_at,
        score=call.verdict.score,
        needs_review=bool(transcript and transcript.needs_review),
        risk=risk_of(call),
        flags=tuple(sorted(call_flags(call), key=lambda f: (-urgency_of(f.flag), gravity(f)))),
    )


def candidates(
    calls: Iterable[CallResult], flag: str | None = None, min_severity: Severity | None = None
) -> tuple[Candidate, ...]:
    """The inspected calls among ``calls``; of flags only those named ``flag`` and at least
    ``min_severity`` make a call a flagged one. The risk stays that of the whole call."""
    floor = 0 if min_severity is None else min_severity.rank
    found = (candidate(call) for call in calls)
    return tuple(
        replace(
            one,
            flags=tuple(
                f
                for f in one.flags
                if flag in (None, f.flag.flag) and f.flag.severity.rank >= floor
            ),
        )
        for one in found
        if one is not None
    )


def queue(calls: Iterable[Candidate], around: Surroundings) -> tuple[QueuedCall, ...]:
    """Every flagged call, new ones first, then the most urgent and riskiest; one row a customer."""
    flagged = [call for call in calls if call.flags]
    return newest_first(_one_a_customer(sorted(flagged, key=_order), around))


def queue_within(
    calls: Sequence[Candidate],
    around: Surroundings,
    budget: int,
    random_share: float = RANDOM_SHARE,
) -> tuple[QueuedCall, ...]:
    """The ``budget`` calls most worth a person's time, new ones first, random checks last.

    ``random_share`` (0–1) of them, at least one of two, are drawn by lot from the calls below the
    cut that have no flag, for only those can be misses; fewer where there are fewer, more where
    fewer calls than the rest of the budget show any sign. The lot is the same for the same day and
    calls, and a call that comes later moves few others.
    """
    signs = sorted((call for call in calls if call.risk.value > 0), key=_order)
    least = 1 if random_share and budget > 1 else 0
    drawn = max(least, round(random_share * budget))
    ordered = newest_first(_one_a_customer(signs, around))
    ranked = ordered[: budget - drawn]
    while len(pool := _not_flagged(calls, ranked)) < drawn:
        drawn = len(pool)
        ranked = ordered[: budget - drawn]
    lots = sorted(pool, key=lambda call: _lot(around.day, call.call_id))
    checks = [
        QueuedCall(
            call,
            Reason.RANDOM,
            around.is_new(call.call_id, call.started_at),
            drawn_from=len(pool),
        )
        for call in (lots[: budget - len(ranked)] if random_share else ())
    ]
    return (*ranked, *checks)


def _not_flagged(calls: Iterable[Candidate], shown: Iterable[QueuedCall]) -> list[Candidate]:
    """The calls without a flag that are not among the rows shown."""
    named = {row.call.call_id for row in shown}
    return [call for call in calls if not call.flags and call.call_id not in named]


def queue_in_store(
    store: Store,
    query: CallQuery,
    flag: str | None = None,
    min_severity: Severity | None = None,
    budget: int | None = None,
    random_share: float = RANDOM_SHARE,
) -> tuple[QueuedCall, ...]:
    """The queue of the stored calls asked for: every flagged one, or as many as ``budget``.
    Raises StoreError."""
    around = surroundings(store, query.until)
    if budget is None:
        asked = replace(query, flag=flag, min_severity=min_severity)
        flagged = flagged_calls(store, asked)
        return queue(candidates(flagged, flag, min_severity), around)
    found = candidates(calls_with_signs(store, query), flag, min_severity)
    return queue_within(found, around, budget, random_share)


def newest_first(rows: Iterable[QueuedCall]) -> tuple[QueuedCall, ...]:
    """The rows in their order, those with anything of the last day, and urgent ones, before older
    ones. Rows of which that cannot be told stand with the former."""
    return tuple(
        sorted(rows, key=lambda row: row.new is False and not row.fresh and not row.urgent)
    )


def _one_a_customer(ordered: Iterable[Candidate], around: Surroundings) -> tuple[QueuedCall, ...]:
    """Each customer's first call stands for the others; a shared customer id merges nothing.

    Of the others, flagged ones are told on the row; the rest stay below the cut.
    """
    groups: dict[tuple[str, str], list[Candidate]] = {}
    for call in ordered:
        alone = call.customer_id is None or call.customer_id in around.shared
        key = ("call", call.call_id) if alone else ("customer", call.customer_id or "")
        groups.setdefault(key, []).append(call)
    return tuple(_row(own[0], own[1:], around) for own in groups.values())


def _row(call: Candidate, others: Sequence[Candidate], around: Surroundings) -> QueuedCall:
    told = [other for other in others if other.flags]
    return QueuedCall(
        call,
        Reason.FLAGGED if call.flags else Reason.OTHER_SIGNS,
        around.is_new(call.call_id, call.started_at),
        tuple(other.call_id for other in told),
        sum(around.is_new(other.call_id, other.started_at) is True for other in told),
        call.risk.urgency >= Urgency.VIOLENCE and around.within(URGENT_DAYS, call.started_at),
    )


def _order(call: Candidate) -> tuple[bool, int, float, tuple[int, float], str]:
    grave = (0, 0.0)
    if call.flags:
        flag = call.flags[0].flag
        grave = (-flag.severity.rank, -flag.confidence)
    return (not call.flags, -call.risk.urgency, -call.risk.value, grave, call.call_id)


def _lot(day: str, call_id: str) -> bytes:
    return hashlib.sha256(f"{day}\n{call_id}".encode("utf-8", "surrogatepass")).digest()
