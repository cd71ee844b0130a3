"""Stand-ins for models that die, hang and eat on order.

Orders: ``KIND=CALL`` brings a fault to a call (``FAULTS``), ``once=FOLDER`` only the first time,
``seconds=S`` makes every call take that long.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from scripted import ScriptedInspector

from qa_inspect.batch.inspect import CallInHand, failed
from qa_inspect.config import Config
from qa_inspect.domain import (
    CallResult,
    CallStatus,
    Recording,
    Role,
    Transcript,
    Utterance,
    Verdict,
)
from qa_inspect.errors import DecoderError, ModelError

GB = 0.6


def eat() -> None:
    """Fills memory that is really touched, up to twice the limit."""
    kept = []
    for _ in range(int(2 * GB * 10)):
        kept.append(b"x" * (100 << 20))
    time.sleep(5)


def raise_error() -> None:
    """An error nobody foresaw."""
    raise ValueError("nobody foresaw this")


FAULTS: dict[str, Callable[[], Any]] = {
    "kill": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "abort": os.abort,
    "exit": lambda: os._exit(3),
    "freeze": lambda: os.kill(os.getpid(), signal.SIGSTOP),
    "hang": lambda: time.sleep(1000),
    "eat": eat,
    "raise": raise_error,
}


class FaultyInspector(ScriptedInspector):
    """Short calls in groups of three; each has words and a score of its own."""

    def __init__(self, config: Config, orders: Sequence[str]) -> None:
        told = [order.split("=", 1) for order in orders if "=" in order]
        super().__init__(
            seconds=next((float(value) for kind, value in told if kind == "seconds"), 0.0),
            call_s=0.1,
        )
        self.config = config
        self.group_s = 0.3
        self.told = [(kind, value) for kind, value in told]
        self.once = next((Path(value) for kind, value in told if kind == "once"), None)

    def decode(self, recording: Recording) -> Any:
        """Nothing, or the decoder's fault."""
        if self._due("decoder", recording):
            return DecoderError("made the decoder crash", where=recording.call_id)
        return SimpleNamespace(duration_s=self.call_s)

    def listen(self, recording: Recording, audio: Any = None) -> CallInHand:
        """Carries a decoder's fault on."""
        hand = super().listen(recording, audio)
        return hand.failing(str(audio)) if isinstance(audio, DecoderError) else hand

    def recognise(self, calls: Sequence[CallInHand]) -> tuple[CallInHand, ...]:
        """Where faults strike."""
        for hand in calls:
            for kind, fault in FAULTS.items():
                if self._due(kind, hand.recording):
                    fault()
        return tuple(calls)

    def finish(self, hand: CallInHand) -> CallResult:
        """The result, or what a poisoned GPU makes of it."""
        if hand.result is not None:
            return hand.result
        if self._due("cuda", hand.recording):
            return failed(hand.recording, "unexpected RuntimeError: CUDA error: illegal access")
        time.sleep(self.seconds)
        return result_of(hand.recording)

    def _due(self, kind: str, recording: Recording) -> bool:
        if (kind, recording.call_id) not in self.told:
            return False
        if self.once is None:
            return True
        mark = self.once / f"{kind}-{recording.call_id}"
        there = mark.exists()
        mark.touch()
        return not there


def result_of(call: Recording) -> CallResult:
    """What an undisturbed run finds in a call."""
    said = tuple(
        Utterance(n, Role.AGENT, "S0", f"{call.call_id} line {n}", "en", n, n + 1.0, 0.9)
        for n in range(5)
    )
    transcript = Transcript("en", said, duration_s=10.0, speech_s=5.0, role_confidence=0.9)
    score = float(int(call.sha256, 16) % 100)
    return CallResult(call, CallStatus.OK, transcript, Verdict(score=score))


def nothing(_inspector: Any) -> None:
    """What a fake worker needs before its first call."""


def unless_unfit(inspector: Any) -> None:
    """Fails on the node of a cluster that the order ``unfit=NODE`` names."""
    import ray

    here = ray.get_runtime_context().get_node_id()
    if ("unfit", here) in inspector.told:
        raise ModelError("the models hear nothing", where=here)
