"""Scripted stand-ins for what is slow: an inspector that knows its answers beforehand."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from qa_inspect.batch.inspect import CallInHand, Judge, failed
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


def recording(number: int) -> Recording:
    """A recording with a name and a hash, without a file."""
    return Recording(f"call-{number:03}", Path(f"call-{number:03}.wav"), f"{number:064x}")


class ScriptedInspector:
    """Every call gets the same short transcript; calls named in ``bad`` fail.

    ``seconds`` is what the last stage of a call takes; calls last ``call_s``, and those of 10 s are
    recognised together.
    """

    def __init__(
        self, bad: frozenset[str] = frozenset(), seconds: float = 0.0, call_s: float = 0.0
    ) -> None:
        self.config = Config(jobs=1)
        self.group_s = 10.0
        self.judge = Judge()
        self.profiles: Any = {}
        self.heard_voices: dict[str, Any] = {}
        self.bad = bad
        self.seconds = seconds
        self.call_s = call_s
        self.inspected: list[str] = []

    def decode(self, recording: Recording) -> Any:
        """Nothing to decode."""
        return None

    def listen(self, recording: Recording, audio: Any = None) -> CallInHand:
        """Speech for as long as calls last."""
        listened: Any = SimpleNamespace(duration_s=self.call_s)
        return CallInHand(recording, listened)

    def recognise(self, calls: Sequence[CallInHand]) -> tuple[CallInHand, ...]:
        """Nothing to recognise."""
        return tuple(calls)

    def finish(self, hand: CallInHand) -> CallResult:
        """The scripted result."""
        return self.inspect(hand.recording)

    def inspect(self, recording: Recording, audio: Any = None) -> CallResult:
        """The scripted result."""
        time.sleep(self.seconds)
        self.inspected.append(recording.call_id)
        if recording.call_id in self.bad:
            return failed(recording, "scripted failure")
        said = Utterance(0, Role.AGENT, "S0", "good morning", "en", 0.0, 1.0, 0.9)
        return CallResult(
            recording,
            CallStatus.OK,
            Transcript("en", (said,), duration_s=2.0, speech_s=1.0, role_confidence=0.9),
            Verdict(score=80.0),
        )


class Silent:
    """Progress that nobody sees, counting what it hears."""

    def __init__(self) -> None:
        self.total = 0
        self.results: list[CallResult] = []
        self.ended = False

    def begin(self, total: int) -> None:
        """Note the total."""
        self.total = total

    def done(self, result: CallResult) -> None:
        """Note a result."""
        self.results.append(result)

    def end(self) -> None:
        """Note the end."""
        self.ended = True
