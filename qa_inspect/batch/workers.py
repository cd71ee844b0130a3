"""One worker process as the run sees it: started, listened to, given calls, ended.

A thread hears what it says, so that a worker that freezes in the middle of a word blocks nobody.
This module does not decide anything: not what a worker gets, nor when it has to go.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
import time
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from multiprocessing.connection import Connection
from queue import SimpleQueue
from typing import Any, Protocol

from qa_inspect.acoustics import AgentVoice
from qa_inspect.batch import worker
from qa_inspect.batch.messages import (
    At,
    Begin,
    Dying,
    FromWorker,
    Give,
    Gone,
    Leave,
    NoMore,
    ToWorker,
)
from qa_inspect.batch.worker import Order
from qa_inspect.domain import Recording
from qa_inspect.errors import StartError

_LAST_S = 5.0
"""Seconds in which a killed process has to be gone."""

Stage = tuple[str, tuple[str, ...]]


class Worker(ABC):
    """A worker and what is known of it, wherever it runs.

    ``in_hand`` holds its calls by id, ``begun`` those whose words were begun with, ``at`` the
    stages that calls are at: since when (monotonic seconds) and how many recorded seconds are
    worked on. ``alone`` says that its one call is suspected of having ended another worker.
    ``placed`` is False while it waits for a machine.
    """

    def __init__(self, device: str) -> None:
        self.device = device
        self.in_hand: dict[str, Recording] = {}
        self.begun: set[str] = set()
        self.at: dict[Stage, tuple[float, float]] = {}
        self.placed = True
        self.ready = False
        self.working = False
        self.alone = False
        self.leaving = False
        self.retiring = False
        self.condemned = False
        self.calls_done = 0
        self.baseline = 0
        self.heard_s = time.monotonic()
        self._why = ""

    @property
    def process_id(self) -> int:
        """The process's id, 0 where it runs on another machine."""
        return 0

    @property
    def resident(self) -> int:
        """Bytes of memory it fills, 0 where it is gone or somebody else watches that."""
        return 0

    def note(self, stage: At) -> float | None:
        """Where calls are now. For a stage that ended: the seconds it took."""
        key = (stage.stage, stage.call_ids)
        if stage.begun:
            if stage.stage == "recognise":
                self.begun.update(stage.call_ids)
            self.at[key] = (self.heard_s, stage.audio_s)
            return None
        began_s, _ = self.at.pop(key, (self.heard_s, 0.0))
        return self.heard_s - began_s

    def begin(self, profiles: Mapping[str, AgentVoice | None], *, alone: bool) -> None:
        """Let it ask for calls."""
        self.working, self.alone, self.leaving = True, alone, False
        self.begun.clear()
        self._tell(Begin(dict(profiles)))

    def give(self, recording: Recording) -> None:
        """Hand over the call it asked for."""
        self.in_hand[recording.call_id] = recording
        self._tell(Give(recording))

    def no_more(self) -> None:
        """Answer that there is no further call."""
        self._tell(NoMore())

    def leave(self) -> None:
        """Let it drop what is not being recognised yet."""
        if self.working and not self.leaving:
            self.leaving = True
            self._tell(Leave())

    def condemn(self, why: str) -> None:
        """End it at once; ``why`` is told of it later."""
        self.condemned = True
        self._why = self._why or why
        self._kill()

    def last_word(self, message: Dying) -> None:
        """Why it will be gone in a moment."""
        self._why = self._why or message.reason

    def _tell(self, message: ToWorker) -> None:
        self.heard_s = time.monotonic()
        self._say(message)

    @abstractmethod
    def bury(self) -> str:
        """Waits for its end; how it came to it, as a clause about the process."""

    @abstractmethod
    def end(self) -> None:
        """Ends it, whatever it does, and forgets it."""

    @abstractmethod
    def _say(self, message: ToWorker) -> None:
        """Send it a message; of one that is gone, whoever listens will say so."""

    @abstractmethod
    def _kill(self) -> None:
        """End it without asking."""


class Staff(Protocol):
    """Who starts workers."""

    @property
    def places(self) -> int:
        """How many may work at once now."""
        ...

    def start(self, others: Sequence[Worker], events: SimpleQueue[Any]) -> Worker:
        """One more beside the ``others``. ``events`` receives pairs of worker and message."""
        ...

    def goes_on_without(self, worker: Worker, error: StartError) -> bool:
        """Start no more where this worker could not begin; False where no place is left."""
        ...


class WorkerProcess(Worker):
    """A worker in a process of this machine."""

    def __init__(self, order: Order, device: str, events: SimpleQueue[Any]) -> None:
        super().__init__(device)
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        told = replace(order, config=replace(order.config, device=device, jobs=1))
        self._process = context.Process(
            target=worker.main, args=(theirs, told, os.getpid()), name="qa-inspect worker"
        )
        self._process.start()
        theirs.close()
        self._ear = threading.Thread(
            target=_listen, args=(self, self._connection, events), name="worker's ear", daemon=True
        )
        self._ear.start()

    @property
    def process_id(self) -> int:
        """The process's id."""
        return self._process.pid or 0

    @property
    def resident(self) -> int:
        """Bytes of memory it fills, 0 where it is gone."""
        import psutil

        try:
            return int(psutil.Process(self.process_id).memory_info().rss)
        except psutil.Error:
            return 0

    def bury(self) -> str:
        """Waits for its end; how it came to it, as a clause about the process."""
        self._process.kill()
        self._process.join(_LAST_S)
        self._connection.close()
        code = self._process.exitcode
        if not self._process.is_alive():
            self._process.close()
        return self._why or _ended(code)

    def end(self) -> None:
        """Ends it, whatever it does, and forgets it."""
        self.bury()
        self._ear.join(_LAST_S)

    def _kill(self) -> None:
        self._process.kill()

    def _say(self, message: ToWorker) -> None:
        with contextlib.suppress(OSError):
            self._connection.send(message)


class LocalStaff:
    """Starts up to ``jobs`` worker processes on this machine, spread over ``devices``."""

    def __init__(self, order: Order, devices: Sequence[str], jobs: int) -> None:
        self._order = order
        self._devices = tuple(devices)
        self._jobs = jobs

    @property
    def places(self) -> int:
        """How many may work at once."""
        return self._jobs

    def start(self, others: Sequence[Worker], events: SimpleQueue[Any]) -> Worker:
        """One more worker, on the device with the fewest."""
        busy = Counter(other.device for other in others)
        device = min(self._devices, key=lambda name: busy[name])
        return WorkerProcess(self._order, device, events)

    def goes_on_without(self, worker: Worker, error: StartError) -> bool:
        """What is wrong with one process of this machine is wrong with all."""
        return False


def _listen(
    who: WorkerProcess, connection: Connection, events: SimpleQueue[tuple[WorkerProcess, Any]]
) -> None:
    try:
        while True:
            message: FromWorker = connection.recv()
            events.put((who, (time.monotonic(), message)))
    except Exception:
        # The end of the connection, or half a message of a process that was killed.
        events.put((who, (time.monotonic(), Gone())))


def _ended(code: int | None) -> str:
    if code is not None and code < 0:
        name = signal.Signals(-code).name
        memory = ", perhaps for want of memory" if name == "SIGKILL" else ""
        return f"the process that inspected it died ({name}{memory})"
    return f"the process that inspected it died (exit status {code})"
