"""Who holds work, and whether he still lives: no clock of the day is asked.

Every owner (a run) has a row with a counter that it raises while it lives. Whoever wants its work
watches that counter by his own monotonic clock, and takes the owner for dead when it stood still
for the lease: a clock that is set, a server in another time zone or a summer night change nothing,
because no time of day is ever compared. An owner on this very machine is looked up among its
processes, so that a run which was killed holds up the next one for no second.

This module does not know what work is.
"""

from __future__ import annotations

import os
import socket
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from qa_inspect.store import tables

_PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Owner:
    """One run as others see it. ``place`` names the kernel and process space in which ``pid`` and
    ``born`` (start of the process in kernel ticks) mean anything; empty where that is not known."""

    owner_id: str
    host: str
    place: str
    pid: int
    born: str

    @property
    def told(self) -> str:
        """The owner in words."""
        return f"process {self.pid} on {self.host}"


def this_owner() -> Owner:
    """A new owner that lives as long as this process."""
    pid = os.getpid()
    return Owner(uuid.uuid4().hex, socket.gethostname(), _place(), pid, _born(pid) or "")


def _place() -> str:
    """The running kernel and the process space, where both can be told."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
        space = (_PROC / "self/ns/pid").readlink()
    except OSError:
        return ""
    return f"{boot} {space}"


def _born(pid: int) -> str | None:
    """When a process started, in ticks since the kernel did; None without such a process."""
    try:
        stat = (_PROC / str(pid) / "stat").read_bytes().decode("utf-8", "replace")
    except OSError:
        return None
    # the name in brackets may hold blanks and brackets; the fields after it do not
    fields = stat.rpartition(")")[2].split()
    if not fields or fields[0] in ("Z", "X"):  # ended, and only not yet waited for
        return None
    return fields[19]


def enter(connection: Connection, owner: Owner) -> None:
    """Write the owner's row, or raise its counter where it is there."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    o = tables.work_owners.c
    there = (
        update(tables.work_owners)
        .where(o.owner_id == owner.owner_id)
        .values(beat=o.beat + 1, beat_at=now)
    )
    if connection.execute(there).rowcount == 0:
        row = {
            "owner_id": owner.owner_id,
            "host": owner.host,
            "place": owner.place,
            "pid": owner.pid,
            "born": owner.born,
            "beat": 0,
            "beat_at": now,
        }
        connection.execute(insert(tables.work_owners), row)


def this_process() -> Mapping[str, str | int]:
    """What others need to tell whether this process still lives: for JSON."""
    pid = os.getpid()
    return {"place": _place(), "pid": pid, "born": _born(pid) or ""}


def process_lives(told: Mapping[str, Any]) -> bool | None:
    """Whether a process (of ``this_process``) still lives; None for one on another machine."""
    if not told.get("place") or told["place"] != _place():
        return None
    return bool(_born(told["pid"]) == told["born"])


def gone(connection: Connection) -> Mapping[str, bool]:
    """Whether each owner is dead beyond doubt: a process that is not on this machine any more.
    Owners on other machines count as living; the next run watches them."""
    return Watch(float("inf")).dead(connection)


def leave(connection: Connection, owner_id: str) -> None:
    """Remove an owner that holds nothing any more."""
    w = tables.work.c
    held = select(func.count()).select_from(tables.work).where(w.owner_id == owner_id)
    if not connection.execute(held).scalar_one():
        connection.execute(
            delete(tables.work_owners).where(tables.work_owners.c.owner_id == owner_id)
        )


@dataclass(slots=True)
class _Seen:
    beat: int
    at_s: float


class Watch:
    """What one observer has seen of owners' counters, by his own clock.

    ``clock`` gives seconds that never go back; ``lease_s`` is how long a counter may stand still.
    """

    def __init__(self, lease_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._lease_s = lease_s
        self._clock = clock
        self._place = _place()
        self._seen: dict[str, _Seen] = {}

    def dead(self, connection: Connection) -> Mapping[str, bool]:
        """Every owner by id, and whether it is dead. An owner without a row is not in it."""
        now_s = self._clock()
        rows = [dict(row) for row in connection.execute(select(tables.work_owners)).mappings()]
        self._seen = {
            row["owner_id"]: self._looked(row["owner_id"], row["beat"], now_s) for row in rows
        }
        return {row["owner_id"]: self._is_dead(row, now_s) for row in rows}

    def _looked(self, owner_id: str, beat: int, now_s: float) -> _Seen:
        before = self._seen.get(owner_id)
        return before if before and before.beat == beat else _Seen(beat, now_s)

    def _is_dead(self, row: Mapping[str, Any], now_s: float) -> bool:
        if row["place"] and row["place"] == self._place and _born(row["pid"]) != row["born"]:
            return True
        return now_s - self._seen[row["owner_id"]].at_s >= self._lease_s
