"""A worker process: holds models, asks for calls, and sends each result back as it comes.

It says at which stage every call is, so that whoever watches knows whose fault it is when this
process dies or hangs. It ends with the run that started it. This module does not know the store,
nor what becomes of a call that kills its worker.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue
from typing import Any, NoReturn

from qa_inspect.batch.flow import Flow, Stages
from qa_inspect.batch.inspect import CallInHand, Inspector, unexpected
from qa_inspect.batch.messages import (
    At,
    Begin,
    Broken,
    Done,
    Dying,
    FromWorker,
    Give,
    Idle,
    Leave,
    Ready,
    ToWorker,
    Wants,
)
from qa_inspect.batch.vectors import KeptSentences
from qa_inspect.config import Config
from qa_inspect.domain import CallResult, Recording
from qa_inspect.errors import DecoderError, StartError

_PARENT_POLL_S = 1.0
_FIRST_TO_GO = 500
"""Added to this process's badness when the kernel runs out of memory (-1000 to 1000): a worker can
be replaced, the run that keeps the books should stay."""


@dataclass(frozen=True, slots=True)
class Order:
    """How a worker inspects: its settings, its rubrics, who makes the inspector, and what has to go
    well before the first call (it raises StartError)."""

    config: Config
    rubric_names: tuple[str, ...]
    make: Callable[[Config, Sequence[str]], Inspector]
    made_ready: Callable[[Inspector], None]


class Told:
    """A ``Stopping`` that another thread sets."""

    def __init__(self) -> None:
        self._reason: str | None = None

    @property
    def reason(self) -> str | None:
        """Why to stop, None to go on."""
        return self._reason

    def stop(self, reason: str | None) -> None:
        """Set the reason, or take it away with None."""
        self._reason = reason


class Mouth:
    """Says one message at a time, from whichever thread, by ``send``."""

    def __init__(self, send: Callable[[FromWorker], object]) -> None:
        self._send = send
        self._lock = threading.Lock()

    def say(self, message: FromWorker) -> None:
        """Say it; where nobody is left to hear, this process ends."""
        with self._lock:
            try:
                self._send(message)
            except OSError:
                # Nobody is left to hear it.
                os._exit(1)


class _Feed:
    """Calls as the run gives them: each is asked for when there is room for it."""

    def __init__(self, inbox: SimpleQueue[ToWorker], mouth: Mouth) -> None:
        self._inbox = inbox
        self._mouth = mouth

    def __iter__(self) -> Iterator[Recording]:
        while True:
            self._mouth.say(Wants())
            answer = self._inbox.get()
            if not isinstance(answer, Give):
                return
            yield answer.recording


class _Watched:
    """Stages that say which calls come and go; ``unlucky`` are those whose decoder crashed or
    hung."""

    def __init__(self, stages: Stages, mouth: Mouth) -> None:
        self._stages = stages
        self._mouth = mouth
        self.unlucky: set[str] = set()

    @property
    def group_s(self) -> float:
        return self._stages.group_s

    def decode(self, recording: Recording) -> Any:
        with self._at("decode", (recording,)):
            audio = self._stages.decode(recording)
        if isinstance(audio, DecoderError):
            self.unlucky.add(recording.call_id)
        return audio

    def listen(self, recording: Recording, audio: Any) -> CallInHand:
        with self._at("listen", (recording,), getattr(audio, "duration_s", 0.0)):
            return self._stages.listen(recording, audio)

    def recognise(self, calls: Sequence[CallInHand]) -> tuple[CallInHand, ...]:
        heard = [hand for hand in calls if hand.result is None]
        seconds = sum(hand.duration_s for hand in heard)
        with self._at("recognise", [hand.recording for hand in heard], seconds):
            return self._stages.recognise(calls)

    def finish(self, hand: CallInHand) -> CallResult:
        with self._at("finish", (hand.recording,), hand.duration_s):
            return self._stages.finish(hand)

    @contextmanager
    def _at(self, stage: str, calls: Sequence[Recording], audio_s: float = 0.0) -> Iterator[None]:
        call_ids = tuple(recording.call_id for recording in calls)
        self._mouth.say(At(stage, call_ids, audio_s, begun=True))
        yield
        # Not said after an error: whoever caused it is still at this stage when the process ends.
        self._mouth.say(At(stage, call_ids, audio_s, begun=False))


def main(connection: Connection, order: Order, parent: int) -> NoReturn:
    """Works until the run ends it, its connection closes, or the run is gone."""
    # Both reach the whole process group or service; only the run decides what they mean.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(str(_FIRST_TO_GO))
    threading.Thread(target=end_with, args=(parent,), daemon=True).start()
    inbox: SimpleQueue[ToWorker] = SimpleQueue()
    told = Told()
    threading.Thread(target=_hear, args=(connection, inbox, told), daemon=True).start()
    serve(order, inbox, told, Mouth(connection.send))
    # The models' own threads may be anywhere; nothing of theirs has to be tidied up.
    os._exit(1)


def serve(order: Order, inbox: SimpleQueue[ToWorker], told: Told, mouth: Mouth) -> None:
    """Opens the models and inspects what comes into ``inbox``; returns only after its last word."""
    try:
        inspector = order.make(order.config, order.rubric_names)
        inspector.judge.vectors = KeptSentences()
        order.made_ready(inspector)
        mouth.say(Ready())
        while True:
            message = inbox.get()
            if isinstance(message, Begin):
                inspector.profiles = message.profiles
                _work(inspector, _Feed(inbox, mouth), told, mouth)
    except StartError as error:
        mouth.say(Broken(error))
    except BaseException as error:
        mouth.say(Dying(unexpected(error)))


def take(message: ToWorker, inbox: SimpleQueue[ToWorker], told: Told) -> None:
    """What a message from the run means to the work that goes on."""
    if isinstance(message, Leave):
        told.stop("the run was told to stop")
        return
    if isinstance(message, Begin):
        told.stop(None)
    inbox.put(message)


def _hear(connection: Connection, inbox: SimpleQueue[ToWorker], told: Told) -> None:
    try:
        while True:
            take(connection.recv(), inbox, told)
    except (EOFError, OSError):
        os._exit(0)


def _work(inspector: Inspector, feed: _Feed, told: Told, mouth: Mouth) -> None:
    stages = _Watched(inspector, mouth)
    for result in Flow(stages, told).results(feed):
        call_id = result.recording.call_id
        voices = inspector.heard_voices.pop(call_id, None)
        vectors = inspector.judge.vectors
        fresh = None if vectors is None else vectors.take_fresh()
        mouth.say(Done(result, voices, fresh, again=call_id in stages.unlucky))
    mouth.say(Idle())


def end_with(parent: int) -> None:
    """Ends this process when its parent has: nobody is left to take its results."""
    while os.getppid() == parent:
        time.sleep(_PARENT_POLL_S)
    os._exit(1)
