"""What a run holds of the work that is due: it takes recordings, shows that it lives, and keeps
each result once, whoever else works on the same database.

This module does not know how calls are inspected, in what order they are due, or when to stop.
"""

from __future__ import annotations

import hashlib
import json
import logging
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from types import MappingProxyType
from typing import Self

from qa_inspect.audio.intake import with_short_hash
from qa_inspect.config import Config
from qa_inspect.domain import CallResult, Recording
from qa_inspect.errors import StoreError
from qa_inspect.store.results import Store
from qa_inspect.store.work import (
    LEASE_S,
    Attempt,
    Claim,
    Redo,
    Taken,
    Work,
    WorkLedger,
)

BEATS = 4
"""So many times in a lease a run shows that it lives: three may be late."""
_SHAPELESS = ("device", "jobs", "threads", "batch_size", "decode", "memory_gb", "stuck_after_s")
"""Settings that change how fast calls are heard and not what is heard."""
_NO_MODELS: Mapping[str, str] = MappingProxyType({})

log = logging.getLogger(__name__)


def shape_of(config: Config, models: Mapping[str, str] = _NO_MODELS) -> str:
    """A digest of what a transcript depends on besides its audio: settings, and models by task.

    Rubrics are not in it: judging again needs no audio.
    """
    settings = {name: v for name, v in asdict(config).items() if name not in _SHAPELESS}
    told = json.dumps([settings, dict(models)], sort_keys=True, default=str)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


class Claims:
    """The recordings of one run, of which several runs may have the same. Use it in a ``with``.

    ``due`` is in the order in which work is to be taken. While it is open, a thread of its own
    shows that the run lives. Methods raise StoreError; they may be called from several threads.
    """

    def __init__(
        self,
        store: Store,
        due: Sequence[Recording],
        *,
        shape: str = "",
        run_id: int | None = None,
        redo: Redo = "never",
        lease_s: float = LEASE_S,
        ledger: WorkLedger | None = None,
    ) -> None:
        self._ledger = WorkLedger(store, lease_s=lease_s) if ledger is None else ledger
        self._shape = shape
        self._run_id = run_id
        self._redo: Redo = redo
        self._recordings = {recording.sha256: recording for recording in due}
        self._waiting = {sha256: self._work(own) for sha256, own in self._recordings.items()}
        self._in_hand: dict[str, Claim] = {}
        self._elsewhere: list[str] = []
        self._lock = threading.RLock()
        self._closed = threading.Event()
        self._beating = threading.Thread(target=self._beat, name="claims", daemon=True)

    def __enter__(self) -> Self:
        self._ledger.enqueue(tuple(self._waiting.values()), redo=self._redo)
        self._beating.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._closed.set()
        if self._beating.is_alive():
            self._beating.join()
        try:
            self._ledger.close()
        except StoreError as error:
            # this run is over, so whoever comes next takes over what it still holds
            log.warning("what was in hand could not be put back: %s", error)

    @property
    def waiting(self) -> int:
        """How many recordings nobody has finished and this run does not hold: they wait for an
        attempt, or are in the hands of other runs."""
        return len(self._waiting)

    @property
    def elsewhere(self) -> int:
        """How many of the recordings other runs have finished."""
        return len(self._elsewhere)

    def take(self, limit: int) -> tuple[Recording, ...]:
        """Up to ``limit`` recordings to be inspected now, under the ids that are theirs.

        None where all that waits is in the hands of other runs: ask again later (some may come
        back), until ``waiting`` is 0.
        """
        with self._lock:
            taken = self._ledger.claim(tuple(self._waiting.values()), limit)
            self._note(taken)
            return tuple(self._taken(claim) for claim in taken.claims)

    def claim_of(self, recording: Recording) -> Claim | None:
        """The claim on a recording in hand, with its attempt and interruptions; None otherwise."""
        return self._in_hand.get(recording.sha256)

    def save(self, result: CallResult) -> bool:
        """Store a result; False, with nothing written, where another run has taken the call."""
        with self._lock:
            claim = self._in_hand.pop(result.recording.sha256, None)
        if claim is None:
            return False
        if self._ledger.save(claim, result, run_id=self._run_id):
            return True
        self._lost(claim)
        return False

    def attempt_failed(self, result: CallResult) -> Attempt:
        """Count an attempt that cost the call its process or its time; ``result`` says why.

        It waits for its next attempt, behind the others, until it is given up and stored.
        """
        with self._lock:
            claim = self._in_hand.pop(result.recording.sha256, None)
        if claim is None:
            return Attempt.LOST
        came_to = self._ledger.attempt_failed(claim, result, run_id=self._run_id)
        if came_to is not Attempt.GIVEN_UP:
            self._lost(claim)
        return came_to

    def put_back(self, recordings: Sequence[Recording]) -> None:
        """Let go of recordings that were not inspected; no attempt is counted."""
        with self._lock:
            claims = [self._in_hand.pop(r.sha256) for r in recordings if r.sha256 in self._in_hand]
            self._ledger.release(claims)
            for claim in claims:
                self._lost(claim)

    def _taken(self, claim: Claim) -> Recording:
        self._in_hand[claim.sha256] = claim
        return replace(self._recordings[claim.sha256], call_id=claim.call_id)

    def _note(self, taken: Taken) -> None:
        for claim in taken.claims:
            del self._waiting[claim.sha256]
        for sha256 in taken.settled:
            del self._waiting[sha256]
        self._elsewhere.extend(taken.settled)
        for sha256 in taken.held:  # asked for again when all others have been
            self._waiting[sha256] = self._waiting.pop(sha256)

    def _lost(self, claim: Claim) -> None:
        with self._lock:
            self._waiting[claim.sha256] = self._work(self._recordings[claim.sha256])

    def _work(self, recording: Recording) -> Work:
        return Work(
            recording.sha256,
            recording.call_id,
            with_short_hash(recording).call_id,
            recording.path,
            self._shape,
        )

    def _beat(self) -> None:
        while not self._closed.wait(self._ledger.lease_s / BEATS):
            with self._lock:
                held = tuple(self._in_hand.values())
            try:
                lost = self._ledger.renew(held)
            except StoreError as error:
                log.warning("this run could not show that it lives: %s", error)
                continue
            for claim in lost:
                self._drop(claim)

    def _drop(self, claim: Claim) -> None:
        """Another run has it: what this run makes of it will not be kept."""
        with self._lock:
            if self._in_hand.get(claim.sha256) == claim:
                log.warning("another run has taken %s over", claim.call_id)
                del self._in_hand[claim.sha256]
                self._lost(claim)
