"""Several groups of calls at once, each in a process with its own models: one for each GPU, or jobs
that share the cores.

When a worker dies, the calls that were in hand are tried again one at a time, so that only the call
that kills its worker fails. This module does not know the store.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from qa_inspect.batch.flow import Flow
from qa_inspect.batch.inspect import Inspector, failed
from qa_inspect.batch.stopping import Stop
from qa_inspect.batch.vectors import KeptSentences
from qa_inspect.config import Config
from qa_inspect.domain import AgentVoice, CallResult, Recording

if TYPE_CHECKING:
    from qa_inspect.speech.agent_voice import CallVoices

TOGETHER = 16
"""Calls that a worker process gets at once, to share batches."""

_DIED = (
    "the process that inspected it died, perhaps for want of memory — try again with "
    "--retry-failed and fewer --jobs"
)

_POLL_S = 0.3
_PARENT_POLL_S = 1.0

_worker: Inspector | None = None
_told: _Told | None = None

Group = tuple[Recording, ...]


@dataclass(frozen=True, slots=True)
class _Done:
    """What a worker sends back."""

    results: tuple[CallResult, ...]
    voices: dict[str, CallVoices]
    vectors: dict[bytes, bytes]


@dataclass(frozen=True, slots=True)
class _Crew:
    """How worker processes are started."""

    config: Config
    rubric_names: tuple[str, ...]
    devices: tuple[str, ...]
    profiles: Mapping[str, AgentVoice | None]

    @contextmanager
    def pool(self, jobs: int, leave: Any = None) -> Iterator[ProcessPoolExecutor]:
        """Worker processes for a block; whoever breaks out of it ends them at once."""
        made = self._pool(jobs, leave)
        try:
            yield made
        except BaseException:
            made.shutdown(wait=False, cancel_futures=True)
            for child in multiprocessing.active_children():
                child.terminate()
            raise
        made.shutdown()

    def _pool(self, jobs: int, leave: Any) -> ProcessPoolExecutor:
        context = multiprocessing.get_context("spawn")
        devices: Any = context.Queue()
        for number in range(jobs):
            devices.put(self.devices[number % len(self.devices)])
        return ProcessPoolExecutor(
            jobs,
            mp_context=context,
            initializer=_start_worker,
            initargs=(
                self.config,
                self.rubric_names,
                dict(self.profiles),
                devices,
                _flag() if leave is None else leave,
                os.getpid(),
            ),
        )


def job_count(config: Config) -> int:
    """How many processes to use: as many as were asked for, else one for each GPU."""
    return config.jobs or max(1, len(_devices(config)))


def results_of_processes(
    due: Sequence[Recording],
    inspector: Inspector,
    jobs: int,
    stop: Stop,
) -> Iterator[CallResult]:
    """The result of every call as it comes, until all are done or the run is told to stop.

    Workers are made like ``inspector``; the voices they hear and the vectors they compute are put
    into its own.
    """
    config = inspector.config
    threads = config.threads or max(1, len(os.sched_getaffinity(0)) // jobs)
    crew = _Crew(
        replace(config, threads=threads),
        inspector.judge.rubric_names,
        _devices(config),
        inspector.profiles,
    )
    size = max(1, min(TOGETHER, len(due) // (2 * jobs)))
    groups = [tuple(due[first : first + size]) for first in range(0, len(due), size)]
    while groups and not stop.reason:
        in_hand: list[Recording] = []
        leave = _flag()
        with crew.pool(jobs, leave) as pool:
            for done in _drain(groups, pool, jobs, stop, in_hand, leave):
                yield from _taken(done, inspector)
        for recording in in_hand:
            if stop.reason:
                return
            with crew.pool(1) as pool:
                done_alone = _alone(recording, pool)
            if done_alone is not None:
                yield from _taken(done_alone, inspector)
            elif not stop.reason:
                yield failed(recording, _DIED)


def _drain(
    groups: list[Group],
    pool: ProcessPoolExecutor,
    jobs: int,
    stop: Stop,
    in_hand: list[Recording],
    leave: Any,
) -> Iterator[_Done]:
    """Takes groups from the list until it is empty or a worker dies.

    What was in hand then is added to ``in_hand``: nobody knows which of them did it. ``leave`` is
    set when the run is told to stop, so that workers leave the rest of their groups.
    """
    running: dict[Future[_Done], Group] = {}
    while running or (groups and not stop.reason and not in_hand):
        while groups and len(running) < jobs and not stop.reason and not in_hand:
            group = groups.pop(0)
            try:
                running[pool.submit(_work, group)] = group
            except BrokenProcessPool:
                in_hand.extend(group)
        if not running:
            return
        finished, _ = wait(running, timeout=_POLL_S, return_when=FIRST_COMPLETED)
        if stop.reason:
            leave.value = 1
        for future in finished:
            group = running.pop(future)
            try:
                yield future.result()
            except BrokenProcessPool:
                in_hand.extend(group)


def _taken(done: _Done, inspector: Inspector) -> tuple[CallResult, ...]:
    """What a worker sent back, its voices and vectors put where the inspector's own go."""
    inspector.heard_voices.update(done.voices)
    if inspector.judge.vectors is not None:
        inspector.judge.vectors.add(done.vectors)
    return done.results


def _alone(recording: Recording, pool: ProcessPoolExecutor) -> _Done | None:
    """What became of the call, None where the process died."""
    try:
        return pool.submit(_work, (recording,)).result()
    except BrokenProcessPool:
        return None


def _start_worker(
    config: Config,
    rubric_names: tuple[str, ...],
    profiles: Mapping[str, AgentVoice | None],
    devices: Any,
    leave: Any,
    parent: int,
) -> None:
    # Ctrl-C reaches the whole process group; only the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=end_with, args=(parent,), daemon=True).start()
    global _worker, _told
    _told = _Told(leave)
    _worker = Inspector(replace(config, device=devices.get(), jobs=1), rubric_names)
    _worker.profiles = profiles
    _worker.judge.vectors = KeptSentences()


class _Told:
    """A ``Stop`` that the parent process sets."""

    def __init__(self, leave: Any) -> None:
        self._leave = leave

    @property
    def reason(self) -> str | None:
        """Why to stop, None to go on."""
        return "the run was told to stop" if self._leave.value else None


def _flag() -> Any:
    """A number that processes share without a lock: who dies holding a lock leaves it locked."""
    return multiprocessing.get_context("spawn").RawValue("b", 0)


def end_with(parent: int) -> None:
    """Ends this process when its parent has: nobody is left to take its results."""
    while os.getppid() == parent:
        time.sleep(_PARENT_POLL_S)
    os._exit(1)


def _work(recordings: Group) -> _Done:
    if _worker is None:
        reason = "the worker process did not start — run again"
        return _Done(tuple(failed(recording, reason) for recording in recordings), {}, {})
    results = tuple(Flow(_worker, _told or Stop()).results(recordings))
    voices = dict(_worker.heard_voices)
    _worker.heard_voices.clear()
    vectors = _worker.judge.vectors
    return _Done(results, voices, {} if vectors is None else vectors.take_fresh())


def _devices(config: Config) -> tuple[str, ...]:
    """The devices that processes are spread over."""
    if config.device not in ("auto", "cuda"):
        return (config.device,)
    from qa_inspect.speech.devices import usable_gpus

    return tuple(f"cuda:{number}" for number in range(usable_gpus())) or (config.device,)
