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


def names_in_store(store: Store) -> Named:
    """Every name that a stored call, flag or check has. Raises StoreError."""
    c = tables.calls.c
    with store.reading() as connection:
        agents = connection.execute(
            select(c.agent_id, c.agent_name).where(c.agent_id.is_not(None)).distinct()
        )
        named = {agent: name or "" for agent, name in agents}
        listed = (
            tuple(sorted(connection.execute(select(column).distinct()).scalars()))
            for column in (tables.flags.c.flag, tables.checks.c.item)
        )
        flags, items = listed
        topics = connection.execute(select(c.topic).where(c.topic.is_not(None)).distinct())
        return Named(named, flags, items, tuple(sorted(topics.scalars())))
