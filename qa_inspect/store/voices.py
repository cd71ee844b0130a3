"""Agents' voices and the consent they rest on.

A voice is personal data that a person cannot change. A row in ``agent_voices`` is an agent's
consent; the voice is kept in that row, so that there is no place for one without consent, and
taking consent back takes the voice with it. Customers have no rows.

This module does not know how voices are made or compared.
"""

from __future__ import annotations

import base64
import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from qa_inspect.acoustics import AgentVoice
from qa_inspect.errors import InputError, StoreError
from qa_inspect.store import dialect, tables
from qa_inspect.store.results import Store

_NOTHING_KEPT: Mapping[str, Any] = MappingProxyType(
    {
        "centroid": None,
        "calls": 0,
        "doubted": 0,
        "seconds": 0.0,
        "model": None,
        "updated_at": None,
    }
)


@dataclass(frozen=True, slots=True)
class VoiceEntry:
    """An agent's consent and what is kept under it, as people may see it: never the voice itself.

    ``calls`` have gone into the voice (0: none is kept), ``seconds`` of speech in all.
    """

    agent_id: str
    consented_at: datetime
    calls: int
    doubted: int
    seconds: float
    model: str | None
    updated_at: datetime | None


def list_voices(store: Store) -> tuple[VoiceEntry, ...]:
    """Every agent with consent, by id."""
    c = tables.agent_voices.c
    shown = select(*(column for column in c if column.name != "centroid")).order_by(c.agent_id)
    with store.reading() as connection:
        return tuple(_entry(row) for row in connection.execute(shown).mappings())


def give_consent(store: Store, agent_ids: Iterable[str]) -> tuple[str, ...]:
    """Enter the consent of agents; gives those whose consent was not there already."""
    asked = sorted(set(agent_ids))
    if "" in asked:
        raise InputError("an agent's id is empty", cure="name agents as the manifest does")
    now = datetime.now(UTC).isoformat(timespec="seconds")
    with store.writing() as connection:
        there = _consenting(connection)
        fresh = [agent_id for agent_id in asked if agent_id not in there]
        for agent_id in fresh:
            row = {"agent_id": agent_id, "consented_at": now, **_NOTHING_KEPT}
            connection.execute(insert(tables.agent_voices), row)
    return tuple(fresh)


def withdraw_consent(store: Store, agent_ids: Sequence[str]) -> None:
    """Take consents back and destroy the voices kept under them, down to the file's bytes.

    Raises InputError, with nothing done, where an agent's consent is not on record, and
    StoreError where another program keeps the file from being cleaned.
    """
    table = tables.agent_voices
    with store.writing() as connection:
        _require_known(connection, agent_ids, store.where)
        connection.execute(delete(table).where(table.c.agent_id.in_(agent_ids)))
    _scrub(store)


def purge_voices(store: Store, agent_ids: Sequence[str]) -> None:
    """Destroy the voices of these agents, down to the file's bytes; their consent stands.

    Raises as ``withdraw_consent`` does.
    """
    table = tables.agent_voices
    with store.writing() as connection:
        _require_known(connection, agent_ids, store.where)
        emptied = update(table).where(table.c.agent_id.in_(agent_ids)).values(**_NOTHING_KEPT)
        connection.execute(emptied)
    _scrub(store)


def load_voices(store: Store, model: str) -> Mapping[str, AgentVoice | None]:
    """A snapshot for a run: every agent with consent, and his voice by ``model`` where known.

    An agent who is not in it must not have his voice computed at all. Can be pickled.
    """
    with store.reading() as connection:
        rows = connection.execute(select(tables.agent_voices)).mappings().all()
    return MappingProxyType({row["agent_id"]: _voice(row, model) for row in rows})


def update_voice(
    store: Store,
    agent_id: str,
    model: str,
    change: Callable[[AgentVoice | None], AgentVoice | None],
) -> bool:
    """Replace an agent's voice by ``change`` of the present one, in one transaction.

    ``change`` may run beside other programs' but never at the same time. False, with nothing kept,
    where there is no consent (any more) or ``change`` gives None.
    """
    table = tables.agent_voices
    with store.writing() as connection:
        found = connection.execute(select(table).where(table.c.agent_id == agent_id))
        row = found.mappings().one_or_none()
        if row is None:
            return False
        fresh = change(_voice(row, model))
        if fresh is None:
            return False
        values = {
            "centroid": _packed(fresh.centroid),
            "calls": fresh.calls,
            "doubted": fresh.doubted,
            "seconds": fresh.seconds,
            "model": fresh.model,
            "updated_at": fresh.updated_at.isoformat(timespec="seconds"),
        }
        connection.execute(update(table).where(table.c.agent_id == agent_id).values(**values))
    return True


def agents_of_calls(store: Store) -> tuple[str, ...]:
    """The ids of all agents who have calls in the database."""
    c = tables.calls.c
    listed = select(c.agent_id).where(c.agent_id.is_not(None)).distinct().order_by(c.agent_id)
    with store.reading() as connection:
        return tuple(agent_id for agent_id in connection.execute(listed).scalars() if agent_id)


def _consenting(connection: Connection) -> frozenset[str]:
    return frozenset(connection.execute(select(tables.agent_voices.c.agent_id)).scalars())


def _require_known(connection: Connection, agent_ids: Sequence[str], where: str) -> None:
    unknown = sorted(set(agent_ids) - _consenting(connection))
    if unknown:
        raise InputError(
            f"no consent of {', '.join(map(repr, unknown))} is on record, so nothing was done",
            where=where,
            cure="`qa-inspect voices list` shows whose is",
        )


def _scrub(store: Store) -> None:
    with store.reading() as connection:
        engine = connection.engine
    try:
        dialect.scrub(engine, store.where, tables.agent_voices.name)
    except StoreError as error:
        raise StoreError(
            f"the voice is deleted, but its bytes may linger in the file: {error.problem}",
            where=store.where,
            cure="stop other programs that use it, then run `qa-inspect voices purge --all`",
        ) from error


def _entry(row: Any) -> VoiceEntry:
    updated = row["updated_at"]
    return VoiceEntry(
        agent_id=row["agent_id"],
        consented_at=datetime.fromisoformat(row["consented_at"]),
        calls=row["calls"],
        doubted=row["doubted"],
        seconds=row["seconds"],
        model=row["model"],
        updated_at=None if updated is None else datetime.fromisoformat(updated),
    )


def _voice(row: Any, model: str) -> AgentVoice | None:
    if row["centroid"] is None or row["model"] != model:
        return None
    return AgentVoice(
        agent_id=row["agent_id"],
        centroid=_unpacked(row["centroid"]),
        calls=row["calls"],
        doubted=row["doubted"],
        seconds=row["seconds"],
        model=row["model"],
        updated_at=datetime.fromisoformat(row["updated_at"]),
    )


def _packed(values: Sequence[float]) -> str:
    """Little-endian 32-bit floats in base64: one form for every database."""
    return base64.b64encode(struct.pack(f"<{len(values)}f", *values)).decode("ascii")


def _unpacked(text: str) -> tuple[float, ...]:
    data = base64.b64decode(text)
    return struct.unpack(f"<{len(data) // 4}f", data)
