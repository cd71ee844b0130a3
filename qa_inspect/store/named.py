"""The names that stored calls go by: agents, flags, items and topics, for those who ask by name.

This module does not know which names a rubric or a taxonomy has besides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from qa_inspect.store import tables
from qa_inspect.store.results import Store


@dataclass(frozen=True, slots=True)
class Named:
    """``agents`` are names by id (empty where none is known); the others are sorted."""

    agents: Mapping[str, str]
    flags: tuple[str, ...]
    items: tuple[str, ...]
    topics: tuple[str, ...]


def agents_in_store(store: Store) -> Mapping[str, str]:
    """Every agent's name by id, empty where none is known. Raises StoreError."""
    c = tables.calls.c
    listed = select(c.agent_id, c.agent_name).where(c.agent_id.is_not(None)).distinct()
    with store.reading() as connection:
        found = connection.execute(listed.order_by(c.agent_name.is_not(None)))
        return {agent: name or "" for agent, name in found}


def names_in_store(store: Store) -> Named:
    """Every name that a stored call, flag or check has. Raises StoreError."""
    c = tables.calls.c
    with store.reading() as connection:
        listed = (
            tuple(sorted(connection.execute(select(column).distinct()).scalars()))
            for column in (tables.flags.c.flag, tables.checks.c.item)
        )
        flags, items = listed
        topics = connection.execute(select(c.topic).where(c.topic.is_not(None)).distinct())
        return Named(agents_in_store(store), flags, items, tuple(sorted(topics.scalars())))
