"""The ledger of work: which recording is inspected by whom, so that several runs share one night.

Work is named by the hash of its audio. A run *claims* what it is about to inspect; a claim carries
a fencing token, a number that grows with every claim of that work, and a result is kept only with
the newest token: work may be done twice (at-least-once), a result is kept once. Claims of a run
that died go to whoever asks next (``owners`` says how that is known without clocks of the day).

The *shape* of work is a digest of the models and settings it is done with. It decides nothing: a
recording that has a result is done, whatever the shape, unless a run asks for it again; but it is
kept, so that people can be told which calls were heard with other settings.

This module does not know how calls are inspected, nor which are due.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, TypeVar

from sqlalchemy import Connection, and_, bindparam, insert, or_, select, update

from qa_inspect.domain import CallResult, CallStatus
from qa_inspect.store import owners, tables
from qa_inspect.store.owners import Owner, Watch, this_owner
from qa_inspect.store.results import Store
from qa_inspect.store.writing import now, write_call

LEASE_S = 60.0
"""How long the counter of a run on another machine may stand still before its work is taken."""
MOST_FAILURES = 3
"""Attempts after which a recording is given up, with its reason for a result."""
_AT_ONCE = 500
"""Rows in one query: below what either database allows."""

Redo = Literal["never", "failed", "all"]
"""Which recordings that have a result are inspected again."""
_NOTHING_DONE: Mapping[str, Any] = MappingProxyType(
    {"token": 0, "owner_id": None, "failures": 0, "interruptions": 0, "reason": None}
)
T = TypeVar("T")


class State(StrEnum):
    """What becomes of work."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    DONE = "done"


class Attempt(StrEnum):
    """What a failed attempt comes to."""

    AGAIN = "again"
    """The work waits for its next attempt."""
    GIVEN_UP = "given up"
    """It was the last: the failed result is stored."""
    LOST = "lost"
    """Another run has taken the work meanwhile; nothing was written."""


@dataclass(frozen=True, slots=True)
class Work:
    """A recording to be inspected. ``spare_id`` is the call id to use where ``call_id`` belongs to
    other audio by then; ``shape`` is the digest of what the result depends on besides the audio."""

    sha256: str
    call_id: str
    spare_id: str
    path: Path | None = None
    shape: str = ""

    @property
    def key(self) -> str:
        """What names the work and everything its result depends on."""
        return f"{self.sha256}:{self.shape}"


@dataclass(frozen=True, slots=True)
class Claim:
    """Work in hand. ``call_id`` is the id under which its result is to be stored. ``attempt``
    counts from 1; ``interruptions`` is how often a run died or was killed with this in hand."""

    sha256: str
    call_id: str
    token: int
    attempt: int
    interruptions: int


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of asking for work: ``claims`` are in hand now; ``settled`` (hashes) have a result
    or are not wanted any more; ``held`` (hashes) are in another run's hands. Of work that is in
    none of them nothing was asked."""

    claims: tuple[Claim, ...] = ()
    settled: tuple[str, ...] = ()
    held: tuple[str, ...] = ()


class WorkLedger:
    """One run's view of the work in a database. Safe to share between threads.

    Every method raises StoreError where the database refuses, with nothing changed. Close it, or
    use it as a context manager: what is still in hand then waits for the next run.
    """

    def __init__(
        self,
        store: Store,
        *,
        lease_s: float = LEASE_S,
        owner: Owner | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self.owner = this_owner() if owner is None else owner
        self.lease_s = lease_s
        self._watch = Watch(lease_s, clock)

    def __enter__(self) -> WorkLedger:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def enqueue(self, works: Sequence[Work], *, redo: Redo = "never") -> None:
        """Enter work that waits to be done. What has a result already, or is in hand, stays as it
        is; ``redo`` opens finished work again, with its attempts counted anew."""
        for part in _parts(works):
            with self._store.writing() as connection:
                _enqueue(connection, part, redo)

    def claim(self, works: Sequence[Work], limit: int) -> Taken:
        """Take up to ``limit`` of these works in hand, the first ones first.

        Work in the hands of a run that died is taken over. Stops looking at the works once it has
        enough.
        """
        claims: list[Claim] = []
        settled: list[str] = []
        held: list[str] = []
        for part in _parts(works):
            if len(claims) >= limit:
                break
            with self._store.writing() as connection:
                owners.enter(connection, self.owner)
                found = self._claim(connection, part, limit - len(claims))
            claims += found.claims
            settled += found.settled
            held += found.held
        return Taken(tuple(claims), tuple(settled), tuple(held))

    def renew(self, claims: Sequence[Claim]) -> tuple[Claim, ...]:
        """Show that this run lives; gives those of ``claims`` that it has lost to another run.

        To be called several times within ``lease_s``.
        """
        w = tables.work.c
        mine = select(w.sha256, w.token).where(w.owner_id == self.owner.owner_id)
        with self._store.writing() as connection:
            owners.enter(connection, self.owner)
            held = {(sha256, token) for sha256, token in connection.execute(mine)}
        return tuple(claim for claim in claims if (claim.sha256, claim.token) not in held)

    def release(self, claims: Sequence[Claim]) -> None:
        """Put work back that was not done, so that anybody may take it; no attempt is counted."""
        with self._store.writing() as connection:
            for claim in claims:
                connection.execute(
                    _mine(claim).values(state=State.WAITING.value, owner_id=None, changed_at=now())
                )

    def attempt_failed(
        self, claim: Claim, result: CallResult, *, run_id: int | None = None
    ) -> Attempt:
        """Count a failed attempt; the last one is stored as the call's result, once.

        ``result`` is the failed result with its reason in ``error``.
        """
        reason = result.error or "no reason is known"
        w = tables.work.c
        counted = _mine(claim).values(
            failures=w.failures + 1,
            reason=reason,
            state=State.WAITING.value,
            owner_id=None,
            changed_at=now(),
        )
        with self._store.writing() as connection:
            if connection.execute(counted).rowcount == 0:
                return Attempt.LOST
            failures = connection.execute(
                select(w.failures).where(w.sha256 == claim.sha256)
            ).scalar_one()
            if failures < MOST_FAILURES:
                return Attempt.AGAIN
            closing = update(tables.work).where(w.sha256 == claim.sha256)
            connection.execute(closing.values(state=State.DONE.value))
            told = f"{reason} (given up after {failures} attempts)"
            last = replace(result, status=CallStatus.FAILED, error=told)
            write_call(connection, last, run_id)
        return Attempt.GIVEN_UP

    def save(self, claim: Claim, result: CallResult, *, run_id: int | None = None) -> bool:
        """Store a result and mark its work done, in one transaction.

        False, with nothing written, where another run has taken the work meanwhile or the
        recording was removed: the token is no longer the newest.
        """
        done = _mine(claim).values(
            state=State.DONE.value, owner_id=None, reason=result.error, changed_at=now()
        )
        with self._store.writing() as connection:
            if connection.execute(done).rowcount == 0:
                return False
            write_call(connection, result, run_id)
        return True

    def close(self) -> None:
        """Put back whatever this run still holds and take its name out."""
        w = tables.work.c
        mine = update(tables.work).where(
            w.owner_id == self.owner.owner_id, w.state == State.CLAIMED.value
        )
        with self._store.writing() as connection:
            back = mine.values(state=State.WAITING.value, owner_id=None, changed_at=now())
            connection.execute(back)
            owners.leave(connection, self.owner.owner_id)

    def _claim(self, connection: Connection, works: Sequence[Work], limit: int) -> Taken:
        dead = self._watch.dead(connection)
        w = tables.work.c
        listed = select(tables.work).where(w.sha256.in_([work.sha256 for work in works]))
        rows = {row["sha256"]: dict(row) for row in connection.execute(listed).mappings()}
        claims: list[Claim] = []
        settled: list[str] = []
        held: list[str] = []
        for work in works:
            row = rows.get(work.sha256)
            if row is None or row["state"] == State.DONE.value:
                settled.append(work.sha256)
                continue
            # An owner without a row has left or was found dead by somebody else.
            taken_over = row["state"] == State.CLAIMED.value
            if taken_over and not dead.get(row["owner_id"], True):
                held.append(work.sha256)
                continue
            if len(claims) >= limit:
                break
            claim = self._take(connection, work, row, taken_over=taken_over)
            if claim is None:
                held.append(work.sha256)
            else:
                claims.append(claim)
        for owner_id in sorted(owner_id for owner_id, gone in dead.items() if gone):
            owners.leave(connection, owner_id)
        return Taken(tuple(claims), tuple(settled), tuple(held))

    def _take(
        self, connection: Connection, work: Work, row: Mapping[str, Any], *, taken_over: bool
    ) -> Claim | None:
        w = tables.work.c
        taking = update(tables.work).where(
            # the token again: on PostgreSQL another run may have been faster
            and_(w.sha256 == work.sha256, w.token == row["token"], w.state == row["state"])
        )
        values = {
            "state": State.CLAIMED.value,
            "owner_id": self.owner.owner_id,
            "token": row["token"] + 1,
            "interruptions": row["interruptions"] + taken_over,
            "shape": work.shape,
            "changed_at": now(),
        }
        if connection.execute(taking.values(**values)).rowcount == 0:
            return None
        return Claim(
            work.sha256,
            row["call_id"],
            values["token"],
            row["failures"] + 1,
            values["interruptions"],
        )


def _mine(claim: Claim) -> Any:
    """An update of the claim's work, as long as the claim holds."""
    w = tables.work.c
    return update(tables.work).where(
        w.sha256 == claim.sha256, w.token == claim.token, w.state == State.CLAIMED.value
    )


def _enqueue(connection: Connection, works: Sequence[Work], redo: Redo) -> None:
    hashes = [work.sha256 for work in works]
    w, c = tables.work.c, tables.calls.c
    there = {
        row["sha256"]: row
        for row in connection.execute(select(tables.work).where(w.sha256.in_(hashes))).mappings()
    }
    results: dict[str, set[str]] = {}
    for sha256, status in connection.execute(
        select(c.sha256, c.status).where(c.sha256.in_(hashes))
    ):
        results.setdefault(sha256, set()).add(status)
    ids = _Ids(connection, works)
    fresh: list[dict[str, Any]] = []
    opened: list[dict[str, Any]] = []
    for work in works:
        row = there.get(work.sha256)
        if row is not None and row["state"] == State.CLAIMED.value:
            continue
        if _finished(results.get(work.sha256, set()), redo):
            continue
        values = {
            "call_id": ids.free(work),
            "path": None if work.path is None else str(work.path),
            "shape": work.shape,
            "state": State.WAITING.value,
            "changed_at": now(),
        }
        if row is None:
            fresh.append({"sha256": work.sha256, **_NOTHING_DONE, **values})
        else:
            again = row["state"] == State.DONE.value
            failures = 0 if again else row["failures"]
            opened.append(values | {"which": work.sha256, "failures": failures})
    if fresh:
        connection.execute(insert(tables.work), fresh)
    if opened:
        waiting = update(tables.work).where(w.sha256 == bindparam("which"))
        connection.execute(waiting.where(w.state != State.CLAIMED.value), opened)


def _finished(statuses: set[str], redo: Redo) -> bool:
    """Whether a recording with results of these statuses is left alone."""
    if not statuses or redo == "all":
        return False
    return redo == "never" or CallStatus.OK.value in statuses


class _Ids:
    """Call ids that belong to other audio already, be it inspected or about to be.

    A failed call gives way to other audio under its own path: to the mended file.
    """

    def __init__(self, connection: Connection, works: Sequence[Work]) -> None:
        wanted = [work.call_id for work in works]
        c, w = tables.calls.c, tables.work.c
        calls = select(c.call_id, c.sha256, c.path, c.status == CallStatus.FAILED.value)
        waiting = select(w.call_id, w.sha256, w.path, w.state == State.WAITING.value)
        unfinished = or_(w.state == State.WAITING.value, w.state == State.CLAIMED.value)
        self._owners: dict[str, list[tuple[str, str | None, bool]]] = {}
        for listed in (
            calls.where(c.call_id.in_(wanted)),
            waiting.where(w.call_id.in_(wanted), unfinished),
        ):
            for call_id, sha256, path, gives_way in connection.execute(listed):
                self._owners.setdefault(call_id, []).append((sha256, path, bool(gives_way)))

    def free(self, work: Work) -> str:
        """The id for this work; it is taken from then on."""
        path = None if work.path is None else str(work.path)
        others = [
            other
            for other in self._owners.get(work.call_id, ())
            if other[0] != work.sha256 and not (other[2] and other[1] == path)
        ]
        if others:
            return work.spare_id
        self._owners.setdefault(work.call_id, []).append((work.sha256, path, False))
        return work.call_id


def _parts(items: Sequence[T]) -> Iterator[Sequence[T]]:
    following = iter(items)
    while part := tuple(islice(following, _AT_ONCE)):
        yield part
