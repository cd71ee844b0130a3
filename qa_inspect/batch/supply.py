"""Where whoever inspects takes calls from, and what comes of each; several ways of inspecting share
these shapes. This module knows neither processes nor the store.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from qa_inspect.acoustics import AgentVoice
from qa_inspect.batch.flow import Flow, Stopping
from qa_inspect.batch.inspect import Inspector
from qa_inspect.batch.messages import Done
from qa_inspect.domain import Recording

TOGETHER = 4
"""Calls taken at once: few enough to leave work to other runs, enough to make asking cheap."""

ASK_AGAIN_S = 1.0
"""How long to wait before asking again for calls that are in other runs' hands."""


class Supply(Protocol):
    """The calls of a run; ``Claims`` are one."""

    @property
    def waiting(self) -> int:
        """How many are neither finished by anybody nor in hand here."""
        ...

    def take(self, limit: int) -> tuple[Recording, ...]:
        """Up to so many to be inspected now; none where all are in the hands of other runs."""
        ...

    def put_back(self, recordings: Sequence[Recording]) -> None:
        """Let go of calls that were not inspected after all; no attempt is counted."""
        ...

    def suspected(self, recording: Recording) -> bool:
        """Whether the call was in hand when something died, so that it is to be tried alone."""
        ...


@dataclass(frozen=True, slots=True)
class AttemptLost:
    """A call's attempt that cost a worker: it counts, and is not the call's result yet."""

    recording: Recording
    reason: str


Outcome = Done | AttemptLost


class Executor(Protocol):
    """A way of inspecting calls. A context manager: on leaving, nothing of it goes on."""

    def ready(self, most: int) -> None:
        """Open models, for up to ``most`` calls, and check that they hear. Raises StartError."""
        ...

    def outcomes(
        self, supply: Supply, profiles: Mapping[str, AgentVoice | None], stop: Stopping
    ) -> Iterator[Outcome]:
        """What comes of the calls, as it comes, until none is left or the run is told to stop.

        Raises StartError where no call can be inspected.
        """
        ...


class InThisProcess:
    """Inspects in the process of the run itself, which a native fault then takes with it: for
    benchmarks and tests."""

    def __init__(self, inspector: Inspector) -> None:
        self._inspector = inspector

    def ready(self, most: int) -> None:
        """Open the models. Raises StartError."""
        if most:
            self._inspector.prepare()

    def outcomes(
        self, supply: Supply, profiles: Mapping[str, AgentVoice | None], stop: Stopping
    ) -> Iterator[Outcome]:
        """What comes of the calls that can be had; those of other runs are not waited for."""
        self._inspector.profiles = profiles
        for result in Flow(self._inspector, stop).results(_taken(supply)):
            yield Done(result, self._inspector.heard_voices.pop(result.recording.call_id, None))


def _taken(supply: Supply) -> Iterator[Recording]:
    while some := supply.take(TOGETHER):
        yield from some
