"""The ledger of runs: when each began and ended, with what settings, and what came of it.

A run without an end was cut off, or is still going. This module does not know how calls are
inspected, nor who runs what.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from sqlalchemy import func, insert, select, update

from qa_inspect.errors import InputError
from qa_inspect.store import owners, tables
from qa_inspect.store.results import Store


class Outcome(StrEnum):
    """How a run ended."""

    DONE = "done"
    SOME_FAILED = "some_failed"
    STOPPED = "stopped"
    FAILED = "failed"


def _nothing() -> Mapping[str, Any]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What came of a run, in numbers of calls.

    ``found`` recordings were named, of which ``known`` needed no work and ``duplicates`` were the
    same audio under another name. ``done`` and ``failed`` were inspected now (``needs_review`` are
    among the done), ``left`` were not reached. ``audio_s`` is the inspected audio and ``elapsed_s``
    the wall time, both in seconds. ``details`` is any further JSON.
    """

    outcome: Outcome
    found: int = 0
    known: int = 0
    duplicates: int = 0
    done: int = 0
    failed: int = 0
    needs_review: int = 0
    left: int = 0
    audio_s: float = 0.0
    elapsed_s: float = 0.0
    details: Mapping[str, Any] = field(default_factory=_nothing)


@dataclass(frozen=True, slots=True)
class Run:
    """One run. ``finished_at`` and ``summary`` are None for one cut off or still going, and
    ``lives`` then says which, None where its process ran on another machine."""

    run_id: int
    started_at: datetime
    finished_at: datetime | None
    settings: Mapping[str, Any]
    summary: RunSummary | None
    lives: bool | None = None


_PROCESS = "process"
"""Beside a run's settings: what tells whether its process still lives."""
NUMBERS = (
    "found",
    "known",
    "duplicates",
    "done",
    "failed",
    "needs_review",
    "left",
    "audio_s",
    "elapsed_s",
)
"""The fields of a summary that are numbers."""


def start_run(store: Store, settings: Mapping[str, Any]) -> int:
    """Enter a run into the ledger; gives its number. ``settings`` must be JSON."""
    told = {**settings, _PROCESS: dict(owners.this_process())}
    row = {"started_at": datetime.now(UTC).isoformat(), "settings": told}
    with store.writing() as connection:
        entered = connection.execute(insert(tables.runs).values(**row))
        (run_id,) = entered.inserted_primary_key or (0,)
        return int(run_id)


def finish_run(store: Store, run_id: int, summary: RunSummary) -> None:
    """Close a run. Raises InputError where there is no such run."""
    numbers = {name: getattr(summary, name) for name in NUMBERS}
    closing = (
        update(tables.runs)
        .where(tables.runs.c.run_id == run_id)
        .values(
            finished_at=datetime.now(UTC).isoformat(),
            outcome=summary.outcome.value,
            summary={**numbers, "details": dict(summary.details)},
        )
    )
    with store.writing() as connection:
        if connection.execute(closing).rowcount == 0:
            raise InputError(f"there is no run {run_id}", where=store.where)


def runs(
    store: Store, *, limit: int | None = None, since: datetime | None = None
) -> tuple[Run, ...]:
    """The runs, newest first; at most ``limit`` of them, and none that began before ``since``."""
    listed = select(tables.runs).order_by(tables.runs.c.run_id.desc()).limit(limit)
    if since is not None:
        # kept as ISO 8601 in UTC, in which order of letters is order of time
        listed = listed.where(tables.runs.c.started_at >= since.astimezone(UTC).isoformat())
    with store.reading() as connection:
        return tuple(_decode(dict(row)) for row in connection.execute(listed).mappings())


def first_runs(store: Store) -> Mapping[str, datetime]:
    """When the run began that inspected a call first, by call id, for calls that do not say when
    they began; without calls of no run."""
    r, c, k = tables.runs.c, tables.run_calls.c, tables.calls.c
    first = (
        select(c.call_id, func.min(r.started_at))
        .where(c.run_id == r.run_id, k.call_id == c.call_id, k.started_epoch_s.is_(None))
        .group_by(c.call_id)
    )
    with store.reading() as connection:
        return {
            call_id: datetime.fromisoformat(began) for call_id, began in connection.execute(first)
        }


def starts_of_first_runs(store: Store) -> tuple[datetime, ...]:
    """When the runs began that inspected any call for the first time, in order of time."""
    r, c = tables.runs.c, tables.run_calls.c
    first = select(func.min(c.run_id)).group_by(c.call_id).distinct()
    listed = select(r.started_at).where(r.run_id.in_(first))
    with store.reading() as connection:
        return tuple(sorted(map(datetime.fromisoformat, connection.execute(listed).scalars())))


def _decode(row: Mapping[str, Any]) -> Run:
    finished = row["finished_at"]
    stored = row["summary"]
    settings = dict(row["settings"])
    process = settings.pop(_PROCESS, {})
    return Run(
        run_id=row["run_id"],
        started_at=datetime.fromisoformat(row["started_at"]),
        finished_at=None if finished is None else datetime.fromisoformat(finished),
        settings=MappingProxyType(settings),
        summary=(
            None
            if stored is None or row["outcome"] is None
            else RunSummary(
                outcome=Outcome(row["outcome"]),
                **{name: stored[name] for name in NUMBERS},
                details=MappingProxyType(stored["details"]),
            )
        ),
        lives=owners.process_lives(process) if stored is None else None,
    )
