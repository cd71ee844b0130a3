"""Which calls to inspect first where a night is too short for all: the most valuable ones.

Pure: what is known of agents and customers is handed in. This module does not know the store, how
long calls take, or when the night ends.
"""

from __future__ import annotations

import heapq
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from qa_inspect.domain import Metadata, Recording
from qa_inspect.store.codec import epoch_s

DRAWN_IN = 4
"""Every so manieth place is drawn for whoever had the fewest calls so far; the others go by
value."""

EVIDENCE = 10.0
"""Calls that the mean over all agents counts as, beside an agent's own: two flagged calls of two
are no proof that the third will be flagged."""

NEW_CUSTOMER = 0.15
"""What a customer who never called before adds to a call's value, as a share of flagged calls:
first calls decide who stays, and nobody knows yet what they are like."""


@dataclass(frozen=True, slots=True)
class AgentPast:
    """How many of an agent's calls were inspected, and in how many of these a flag was raised."""

    calls: int
    flagged: int


@dataclass(frozen=True)
class Known:
    """What earlier nights tell: of agents by id, and the ids of customers who have called."""

    agents: Mapping[str, AgentPast] = field(default_factory=dict)
    customers: frozenset[str] = frozenset()

    @cached_property
    def mean(self) -> float:
        """The share of flagged calls over all agents (0–1)."""
        calls = sum(past.calls for past in self.agents.values())
        return sum(past.flagged for past in self.agents.values()) / calls if calls else 0.0


def by_value(due: Sequence[Recording], known: Known) -> tuple[Recording, ...]:
    """All of ``due``, in the order in which calls are worth inspecting.

    Any beginning of it is a good choice, since nobody knows where the night will end. Calls go by
    value (see ``value``), the oldest first among equals, calls without a start behind those with
    one, and in the order given where that is the same too. One place in ``DRAWN_IN`` is a quota: it
    goes to the agent (where no agent is named: the team) with the fewest calls so far, so that
    after ``DRAWN_IN`` times as many places as there are agents, every agent has a call.
    """
    ranked = _ranked(due, known)
    queues: dict[str, deque[int]] = defaultdict(deque)
    for place, number in enumerate(ranked):
        queues[_who(due[number].metadata)].append(place)
    fewest = [(0, queue[0], who) for who, queue in queues.items()]
    heapq.heapify(fewest)
    had: dict[str, int] = dict.fromkeys(queues, 0)
    taken = [False] * len(ranked)
    best = 0
    order: list[int] = []
    while len(order) < len(ranked):
        if len(order) % DRAWN_IN == DRAWN_IN - 1:
            place = _drawn(fewest, had, queues, taken)
        else:
            while taken[best]:
                best += 1
            place = best
        taken[place] = True
        had[_who(due[ranked[place]].metadata)] += 1
        order.append(ranked[place])
    return tuple(due[number] for number in order)


def value(metadata: Metadata, known: Known) -> float:
    """How much a call is worth hearing: the share of flagged calls (0–1) to expect of its agent,
    drawn towards the mean of all agents, plus ``NEW_CUSTOMER`` for a customer never heard
    before."""
    past = known.agents.get(metadata.agent_id or "", AgentPast(0, 0))
    expected = (past.flagged + EVIDENCE * known.mean) / (past.calls + EVIDENCE)
    new = metadata.customer_id is not None and metadata.customer_id not in known.customers
    return expected + (NEW_CUSTOMER if new else 0.0)


def _ranked(due: Sequence[Recording], known: Known) -> list[int]:
    """The calls' numbers, the most valuable first."""

    def rank(number: int) -> tuple[float, bool, float, int]:
        metadata = due[number].metadata
        start = metadata.started_at
        # Rounded, so that equal values of unlike sums stay equal.
        worth = -round(value(metadata, known), 9)
        return (worth, start is None, 0.0 if start is None else epoch_s(start), number)

    return sorted(range(len(due)), key=rank)


def _who(metadata: Metadata) -> str:
    """Whom the quota counts a call for."""
    if metadata.agent_id:
        return f"agent {metadata.agent_id}"
    return f"team {metadata.team}" if metadata.team else ""


def _drawn(
    fewest: list[tuple[int, int, str]],
    had: Mapping[str, int],
    queues: Mapping[str, deque[int]],
    taken: Sequence[bool],
) -> int:
    """The best place left of whoever had the fewest; what is out of date is put right."""
    while True:
        count, first, who = heapq.heappop(fewest)
        queue = queues[who]
        while queue and taken[queue[0]]:
            queue.popleft()
        if not queue:
            continue
        if (count, first) != (had[who], queue[0]):
            heapq.heappush(fewest, (had[who], queue[0], who))
            continue
        place = queue.popleft()
        if queue:
            heapq.heappush(fewest, (had[who] + 1, queue[0], who))
        return place
