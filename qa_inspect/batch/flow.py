"""Calls in flow: decoding, listening, recognising and finishing at the same time, each on others.

Decoding runs ahead in child processes, listening in one thread, recognising groups of calls in
another, and the caller's own thread finishes. Queues are bounded, so memory does not grow with the
number of calls. This module does not know models or the store.
"""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol

from qa_inspect.batch.inspect import CallInHand
from qa_inspect.domain import CallResult, Recording

AHEAD = 4
"""How many recordings are decoded before their turn: enough to hide decoding, little memory."""

MOST_CALLS = 64
"""Calls in a group at most, however short they are."""

_POLL_S = 0.2


class Stages(Protocol):
    """What calls go through; an ``Inspector``."""

    @property
    def group_s(self) -> float:
        """Recorded seconds that are recognised together."""
        ...

    def decode(self, recording: Recording) -> Any:
        """The recording's samples or the reason there are none."""
        ...

    def listen(self, recording: Recording, audio: Any) -> CallInHand:
        """The first stage of one call."""
        ...

    def recognise(self, calls: Sequence[CallInHand]) -> tuple[CallInHand, ...]:
        """The second stage of a group."""
        ...

    def finish(self, hand: CallInHand) -> CallResult:
        """The last stage of one call."""
        ...


@dataclass(frozen=True, slots=True)
class _Broken:
    """An error that ends the run, on its way to the caller's thread."""

    error: BaseException


class _End:
    """No more groups."""


class Stopping(Protocol):
    """Says whether to stop; a ``Stop``."""

    @property
    def reason(self) -> str | None:
        """Why to stop, None to go on."""
        ...


class Flow:
    """One run of calls through the stages."""

    def __init__(self, stages: Stages, stop: Stopping) -> None:
        self._stages = stages
        self._stop = stop
        self._given_up = threading.Event()
        self._listened: queue.Queue[Any] = queue.Queue(maxsize=1)
        self._recognised: queue.Queue[Any] = queue.Queue(maxsize=1)

    def results(self, due: Iterable[Recording]) -> Iterator[CallResult]:
        """The result of every call, in order, until all are done or the run is told to stop.

        ``due`` is taken from as there is room, in another thread.

        When told to stop, the group being recognised is finished; what was only listened to is
        dropped and stays due. Raises what a stage raises, which is never one call's fault.
        """
        threads = [
            threading.Thread(target=self._listen, args=(due,), name="listen", daemon=True),
            threading.Thread(target=self._recognise, name="recognise", daemon=True),
        ]
        for thread in threads:
            thread.start()
        at_once = False
        try:
            while not isinstance(group := self._take(self._recognised), _End):
                if isinstance(group, _Broken):
                    raise group.error
                for hand in group:
                    yield self._stages.finish(hand)
        except (KeyboardInterrupt, GeneratorExit):
            # Told to stop and told again: nobody waits for what is in hand.
            at_once = bool(self._stop.reason)
            raise
        finally:
            self._given_up.set()
            for thread in threads:
                if not at_once:
                    thread.join()

    def _listen(self, due: Iterable[Recording]) -> None:
        group: list[CallInHand] = []
        try:
            with ThreadPoolExecutor(2, thread_name_prefix="decode") as decoder:
                try:
                    for recording, audio in self._decoded(due, decoder):
                        group.append(self._stages.listen(recording, audio))
                        if self._full(group):
                            self._put(self._listened, tuple(group))
                            group = []
                finally:
                    decoder.shutdown(wait=False, cancel_futures=True)
            if group and not self._stopping:
                self._put(self._listened, tuple(group))
            self._put(self._listened, _End())
        except BaseException as error:
            self._put(self._listened, _Broken(error))

    def _decoded(
        self, due: Iterable[Recording], decoder: ThreadPoolExecutor
    ) -> Iterator[tuple[Recording, Any]]:
        if self._stopping:
            return
        waiting: deque[tuple[Recording, Future[Any]]] = deque()
        following = iter(due)
        while True:
            while len(waiting) <= AHEAD and (later := next(following, None)) is not None:
                waiting.append((later, decoder.submit(self._stages.decode, later)))
            if not waiting:
                return
            recording, decoded = waiting.popleft()
            audio = decoded.result()
            if self._stopping:
                for _, future in waiting:
                    future.cancel()
                return
            yield recording, audio

    def _recognise(self) -> None:
        try:
            while not isinstance(group := self._take(self._listened), _End):
                if isinstance(group, _Broken):
                    self._put(self._recognised, group)
                    return
                if not self._stopping:
                    self._put(self._recognised, self._stages.recognise(group))
            self._put(self._recognised, _End())
        except BaseException as error:
            self._put(self._recognised, _Broken(error))

    def _full(self, group: Sequence[CallInHand]) -> bool:
        seconds = sum(hand.duration_s for hand in group)
        return seconds >= self._stages.group_s or len(group) >= MOST_CALLS

    @property
    def _stopping(self) -> bool:
        return self._given_up.is_set() or bool(self._stop.reason)

    def _put(self, where: queue.Queue[Any], item: Any) -> None:
        while not self._given_up.is_set():
            try:
                where.put(item, timeout=_POLL_S)
                return
            except queue.Full:
                continue

    def _take(self, where: queue.Queue[Any]) -> Any:
        while not self._given_up.is_set():
            try:
                return where.get(timeout=_POLL_S)
            except queue.Empty:
                continue
        return _End()
