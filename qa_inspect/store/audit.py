"""The record of what people took out of the database in the clear: who, when and what.

Entries are only ever added: nothing here changes or removes one. This module does not know what
was given out, nor whether it was right.
"""

from __future__ import annotations

import getpass
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import insert, select

from qa_inspect.store import tables
from qa_inspect.store.results import Store


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One entry. ``at`` is in UTC, ``who`` the account of the operating system, ``action`` what was
    done (``clips.unredacted``) and ``details`` JSON-ready values about it."""

    at: datetime
    who: str
    action: str
    details: Mapping[str, Any]


def record(store: Store, action: str, details: Mapping[str, Any]) -> AuditEntry:
    """Add an entry for the present user and moment. Raises StoreError where it cannot be kept."""
    at = datetime.now(UTC).replace(microsecond=0)
    entry = AuditEntry(at, current_user(), action, MappingProxyType(dict(details)))
    row = {
        "at": at.isoformat(),
        "who": entry.who,
        "action": action,
        "details": dict(details),
    }
    with store.writing() as connection:
        connection.execute(insert(tables.audit), row)
    return entry


def entries(store: Store) -> tuple[AuditEntry, ...]:
    """Every entry, the oldest first. Raises StoreError."""
    c = tables.audit.c
    listed = select(c.at, c.who, c.action, c.details).order_by(c.audit_id)
    with store.reading() as connection:
        return tuple(
            AuditEntry(datetime.fromisoformat(at), who, action, MappingProxyType(details))
            for at, who, action, details in connection.execute(listed)
        )


def current_user() -> str:
    """The account that runs this program; ``unknown`` where the system names none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return "unknown"
