"""How agents stand by the calls inspected so far, and which customers have called.

This module does not know what is made of it.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import case, func, select

from qa_inspect.domain import CallStatus
from qa_inspect.store import tables
from qa_inspect.store.results import Store


def flagged_by_agent(store: Store) -> Mapping[str, tuple[int, int]]:
    """Each agent's inspected calls, and in how many of them a flag was raised. Raises StoreError.

    Calls that failed are left out, since nobody heard them.
    """
    c, f = tables.calls.c, tables.flags.c
    raised = select(f.call_id).distinct().subquery()
    counted = (
        select(
            c.agent_id,
            func.count(),
            func.sum(case((raised.c.call_id.is_not(None), 1), else_=0)),
        )
        .select_from(tables.calls.outerjoin(raised, raised.c.call_id == c.call_id))
        .where(c.agent_id.is_not(None), c.status == CallStatus.OK.value)
        .group_by(c.agent_id)
    )
    with store.reading() as connection:
        return {agent: (int(n), int(flagged)) for agent, n, flagged in connection.execute(counted)}


def customers_heard(store: Store) -> frozenset[str]:
    """The ids of customers of whom some call is stored. Raises StoreError."""
    c = tables.calls.c.customer_id
    with store.reading() as connection:
        listed = connection.execute(select(c).where(c.is_not(None)).distinct())
        return frozenset(listed.scalars())
