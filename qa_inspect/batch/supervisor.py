"""Inspects in worker processes and watches them: what a crash, a hang or hunger for memory costs.

Calls go to workers one at a time as these ask, results come back one at a time, so a worker that
dies takes nothing with it that was done. Calls that were at some stage when it died are suspected
and tried again alone; a call with which another worker dies then loses an attempt. So the guilty
one pays, and the others lose nothing but time. This module does not know the store.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from queue import Empty, SimpleQueue
from typing import Any, Self

from qa_inspect.acoustics import AgentVoice
from qa_inspect.batch.flow import Stopping
from qa_inspect.batch.limits import GIB, Patience, in_gb, memory_limit
from qa_inspect.batch.messages import At, Broken, Done, Dying, Gone, Idle, Ready, Wants
from qa_inspect.batch.supply import ASK_AGAIN_S, TOGETHER, AttemptLost, Outcome, Supply
from qa_inspect.batch.workers import Staff, Worker
from qa_inspect.config import Config
from qa_inspect.domain import Recording
from qa_inspect.errors import ModelError, StartError

POLL_S = 0.25
START_LIMIT_S = 900.0
"""Seconds in which a worker must have opened its models: large ones may lie on a slow disk."""

OLD_CALLS = 1_000
GROWTH = 3 * GIB
SETTLED_CALLS = 50
"""A worker is replaced after so many calls, or when it has grown by so many bytes since its first
calls were done: native libraries leak."""

MOST_DEATHS = 20
MOST_STILLBORN = 3
"""Workers that may die in a row without one result between, or while they open their models: then
it is no call's fault."""

_POISONED = re.compile(
    r"\bcuda\b|cublas|cudnn|nccl|device-side|\bMemoryError\b|out of memory|bad_alloc", re.I
)
"""Reasons after which the process that gave them cannot be trusted with another call."""


class Supervisor:
    """Workers over a run; an ``Executor``. ``staff`` starts them, with the settings ``config``."""

    def __init__(self, staff: Staff, config: Config) -> None:
        self._hire = staff
        self._events: SimpleQueue[Any] = SimpleQueue()
        self._workers: list[Worker] = []
        self._patience = Patience(config.stuck_after_s, config.decode.timeout_s)
        self._memory = memory_limit(config.memory_gb, staff.places)
        self._pocket: list[Recording] = []
        self._suspects: set[str] = set()
        self._deaths = 0
        self._stillborn = 0
        self._asked_s = float("-inf")
        self._watched_s = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        for worker in self._workers:
            worker.condemn("the run ended")
        for worker in self._workers:
            worker.end()
        self._workers.clear()

    @property
    def process_ids(self) -> tuple[int, ...]:
        """The workers' process ids."""
        return tuple(worker.process_id for worker in self._workers)

    @property
    def in_hand(self) -> int:
        """How many calls are finished even when the run is told to stop now: those in a model."""
        return sum(len(worker.begun & worker.in_hand.keys()) for worker in self._workers)

    def ready(self, most: int) -> None:
        """Starts up to ``most`` workers and waits until all that have a machine hear rightly.

        Raises StartError.
        """
        self._staff(most)
        while most and not self._begun:
            for outcome in self._next():
                raise AssertionError(f"nobody was given anything yet: {outcome}")
            self._staff(most)

    @property
    def _begun(self) -> bool:
        placed = [worker for worker in self._workers if worker.placed]
        return bool(placed) and all(worker.ready for worker in placed)

    def outcomes(
        self, supply: Supply, profiles: Mapping[str, AgentVoice | None], stop: Stopping
    ) -> Iterator[Outcome]:
        """What comes of the calls, as it comes; see ``Executor``."""
        self._supply, self._stop = supply, stop
        try:
            while True:
                left = supply.waiting + len(self._pocket)
                if stop.reason:
                    for worker in self._workers:
                        worker.leave()
                else:
                    self._staff(left)
                    self._set_to_work(supply, profiles)
                working = any(worker.working for worker in self._workers)
                if not working and (stop.reason or not left):
                    return
                yield from self._next()
        finally:
            self._put_back(self._pocket)
            self._pocket = []

    # ------------------------------------------------------------------ giving work

    def _staff(self, most: int) -> None:
        """Starts workers until all places are taken, or there are as many as calls."""
        while len(self._workers) < min(self._hire.places, most):
            self._workers.append(self._hire.start(tuple(self._workers), self._events))

    def _set_to_work(self, supply: Supply, profiles: Mapping[str, AgentVoice | None]) -> None:
        """Begins with every idle worker for which there is a call; ends those grown old."""
        for worker in [one for one in self._workers if one.ready and not one.working]:
            if worker.retiring:
                self._workers.remove(worker)
                worker.bury()
            elif self._peek(supply):
                worker.begin(profiles, alone=self._suspected(self._pocket[0]))

    def _peek(self, supply: Supply) -> bool:
        """Whether a call is at hand; asks the supply now and then where it had none."""
        if not self._pocket and supply.waiting:
            now = time.monotonic()
            if now - self._asked_s >= ASK_AGAIN_S:
                self._pocket = list(supply.take(TOGETHER))
                self._asked_s = float("-inf") if self._pocket else now
        return bool(self._pocket)

    def _answer(self, worker: Worker) -> None:
        """One more call for a worker that asked, unless it has to finish first."""
        if self._stop.reason or worker.retiring or not self._peek(self._supply):
            worker.no_more()
            return
        worker.alone = worker.alone or self._suspected(self._pocket[0])
        if worker.alone and worker.in_hand:
            worker.no_more()
        else:
            worker.give(self._pocket.pop(0))

    def _suspected(self, recording: Recording) -> bool:
        return recording.sha256 in self._suspects or self._supply.suspected(recording)

    # ------------------------------------------------------------------ hearing workers

    def _next(self) -> Iterator[Outcome]:
        """What the next message comes to, if one comes in time."""
        try:
            worker, (heard_s, message) = self._events.get(timeout=POLL_S)
        except Empty:
            self._watch()
            return
        worker.heard_s = max(worker.heard_s, heard_s)
        # What a condemned worker says is not believed any more; its calls are done again.
        if worker in self._workers and (isinstance(message, Gone) or not worker.condemned):
            yield from self._heard(worker, message)
        if self._events.empty() and time.monotonic() - self._watched_s > POLL_S:
            self._watch()

    def _heard(self, worker: Worker, message: object) -> Iterator[Outcome]:
        match message:
            case Wants():
                self._answer(worker)
            case At():
                spent_s = worker.note(message)
                if spent_s is not None:
                    self._patience.learn(message.stage, message.audio_s, spent_s)
            case Done():
                yield from self._done(worker, message)
            case Ready():
                worker.ready = True
                self._stillborn = 0
            case Idle():
                self._rest(worker)
            case Broken():
                self._go_on_without(worker, message.error)
            case Dying():
                worker.last_word(message)
            case Gone():
                yield from self._dead(worker)

    def _done(self, worker: Worker, done: Done) -> Iterator[Outcome]:
        recording = worker.in_hand.pop(done.result.recording.call_id)
        worker.calls_done += 1
        reason = done.result.error or ""
        if _POISONED.search(reason):
            worker.at.clear()
            worker.condemn(reason)
            yield AttemptLost(recording, reason)
            return
        if done.again:
            yield AttemptLost(recording, reason)
            return
        self._deaths = 0
        self._suspects.discard(recording.sha256)
        yield done

    def _go_on_without(self, worker: Worker, error: StartError) -> None:
        """No call can work where this worker is; raises where none can work elsewhere either."""
        if not self._hire.goes_on_without(worker, error):
            raise error
        self._workers.remove(worker)
        self._put_back(tuple(worker.in_hand.values()))
        worker.condemn(str(error))
        worker.bury()

    def _rest(self, worker: Worker) -> None:
        """A worker has nothing to do: what it dropped is free again."""
        worker.working = False
        self._put_back(tuple(worker.in_hand.values()))
        worker.in_hand.clear()

    def _dead(self, worker: Worker) -> Iterator[Outcome]:
        """A worker is gone: a call that was alone with it loses an attempt, all others go back."""
        self._workers.remove(worker)
        why = worker.bury()
        if worker.ready:
            self._deaths += 1
        else:
            self._stillborn += 1
        at = {call_id for _, call_ids in worker.at for call_id in call_ids}
        suspects = [one for call_id, one in worker.in_hand.items() if call_id in at]
        guilty = suspects[0].call_id if worker.alone and len(suspects) == 1 else None
        self._suspects |= {recording.sha256 for recording in suspects}
        self._put_back([one for call_id, one in worker.in_hand.items() if call_id != guilty])
        if guilty is not None:
            yield AttemptLost(suspects[0], why)
        self._asked_s = float("-inf")
        if self._deaths >= MOST_DEATHS or self._stillborn >= MOST_STILLBORN:
            raise ModelError(
                f"worker processes die again and again: {why}",
                where=worker.device,
                cure="run qa-inspect doctor; what was stored is safe, and the same command resumes",
            )

    def _put_back(self, recordings: Sequence[Recording]) -> None:
        if recordings:
            self._supply.put_back(recordings)
            self._asked_s = float("-inf")

    # ------------------------------------------------------------------ watching

    def _watch(self) -> None:
        """Ends workers that hang or fill the memory, and marks those that have grown old."""
        now = self._watched_s = time.monotonic()
        for worker in self._workers:
            resident = worker.resident
            if resident > self._memory:
                worker.condemn(
                    f"the process that inspected it needed {in_gb(resident)} of memory and was "
                    f"ended at the limit of {in_gb(self._memory)}"
                )
            elif hanging := self._hanging(worker, now):
                worker.condemn(hanging)
            else:
                self._note_age(worker, resident)

    def _hanging(self, worker: Worker, now: float) -> str:
        """How a worker hangs, empty where it does not."""
        if not worker.ready:
            late = now - worker.heard_s > START_LIMIT_S
            if not worker.placed:
                alone = not any(other.ready for other in self._workers)
                return f"no machine had room for {_spell(START_LIMIT_S)}" if late and alone else ""
            return f"its models were not open after {_spell(START_LIMIT_S)}" if late else ""
        for place, (since_s, audio_s) in worker.at.items():
            stage, _ = place
            limit_s = self._patience.limit_s(stage, audio_s)
            if now - since_s > limit_s:
                worker.at = {place: worker.at[place]}
                return (
                    f"the process that inspected it gave no sign for {_spell(limit_s)} "
                    f"(stage: {stage}) and was ended"
                )
        idle = worker.working and not worker.at
        if idle and now - worker.heard_s > self._patience.floor_s:
            worker.at["nothing", tuple(worker.in_hand)] = (now, 0.0)
            return (
                "the process that inspected it gave no sign for "
                f"{_spell(self._patience.floor_s)} and was ended"
            )
        return ""

    def _note_age(self, worker: Worker, resident: int) -> None:
        if worker.calls_done < SETTLED_CALLS:
            worker.baseline = resident
        grown = resident - worker.baseline > GROWTH
        if grown or worker.calls_done >= OLD_CALLS:
            worker.retiring = True


def _spell(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
