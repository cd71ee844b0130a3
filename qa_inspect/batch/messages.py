"""What a run and its worker processes say to each other.

Recordings go to a worker one at a time, when it asks; every result comes back as soon as it is
there. Sound never crosses: a worker decodes its own. Messages are small, frozen and picklable.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qa_inspect.acoustics import AgentVoice
from qa_inspect.domain import CallResult, Recording
from qa_inspect.errors import StartError

if TYPE_CHECKING:
    from qa_inspect.speech.agent_voice import CallVoices


@dataclass(frozen=True, slots=True)
class Begin:
    """To a worker: ask for calls. ``profiles`` are the voices of agents who gave consent."""

    profiles: Mapping[str, AgentVoice | None]


@dataclass(frozen=True, slots=True)
class Give:
    """To a worker that asked: the next call."""

    recording: Recording


@dataclass(frozen=True, slots=True)
class NoMore:
    """To a worker that asked: no further call; finish those given and say ``Idle``."""


@dataclass(frozen=True, slots=True)
class Leave:
    """To a worker: finish only what is being recognised and finished; drop the rest."""


@dataclass(frozen=True, slots=True)
class Ready:
    """From a worker: models are open and the known clip was heard rightly."""


@dataclass(frozen=True, slots=True)
class Wants:
    """From a worker: one more call, please. Always answered by ``Give`` or ``NoMore``."""


@dataclass(frozen=True, slots=True)
class At:
    """From a worker: calls come to a stage (``begun``) or leave it.

    ``audio_s`` is how many recorded seconds of them are worked on, 0 where not known yet.
    """

    stage: str
    call_ids: tuple[str, ...]
    audio_s: float
    begun: bool


@dataclass(frozen=True, slots=True)
class Done:
    """From a worker: a call's result, the voices heard in it and the sentences embedded for it.

    ``again`` says that the call failed in a way in which it may go well another time.
    """

    result: CallResult
    voices: CallVoices | None = None
    vectors: Mapping[bytes, bytes] | None = None
    again: bool = False


@dataclass(frozen=True, slots=True)
class Idle:
    """From a worker: every call given is done or dropped."""


@dataclass(frozen=True, slots=True)
class Broken:
    """From a worker: no call can work here."""

    error: StartError


@dataclass(frozen=True, slots=True)
class Dying:
    """From a worker, as its last word: an error that is no known call's fault."""

    reason: str


@dataclass(frozen=True, slots=True)
class Gone:
    """From whoever listens to a worker: nothing more will come from it."""


ToWorker = Begin | Give | NoMore | Leave
FromWorker = Ready | Wants | At | Done | Idle | Broken | Dying | Gone
