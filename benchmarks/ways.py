"""What is compared with what: the ways of hearing a call, and how a way is carried out.

A *system* is a process that has its models loaded; a *way* is one manner of using it. This module
does not know how any system works.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol


class Calls(StrEnum):
    """Which calls of the folder a way hears."""

    MONO = "all mono calls"
    SOME_MONO = "some of the mono calls"
    FEW_MONO = "few of the mono calls"
    STEREO = "the stereo calls"


@dataclass(frozen=True, slots=True)
class Settings:
    """What every system is given alike. ``device`` is ``cpu``, ``cuda`` or ``cuda:N``."""

    threads: int
    model: str = "whisper-base"
    device: str = "cpu"


@dataclass(frozen=True, slots=True)
class Way:
    """One manner of hearing calls. ``letter`` is the rival's in the issue, empty for ours."""

    key: str
    title: str
    system: str
    calls: Calls
    letter: str = ""
    beam: int = 1
    batch_size: int = 8
    word_times: bool = False


class System(Protocol):
    """A system with its models in memory."""

    def run(self, way: Way, paths: Sequence[Path]) -> list[str]:
        """The text of each file, in their order."""
        ...


WAYS: tuple[Way, ...] = (
    Way("openai", "openai-whisper", "openai-whisper", Calls.FEW_MONO, "a"),
    Way("one-by-one", "faster-whisper, one by one", "faster-whisper", Calls.SOME_MONO, "b"),
    Way(
        "batched-default",
        "faster-whisper batched, its default beam of 5",
        "faster-whisper",
        Calls.MONO,
        "c",
        beam=5,
    ),
    Way("batched", "faster-whisper batched", "faster-whisper", Calls.MONO, "c"),
    Way(
        "batched-words",
        "faster-whisper batched, with word times",
        "faster-whisper",
        Calls.MONO,
        "c",
        word_times=True,
    ),
    Way("ours-text", "ours, transcription alone", "ours-text", Calls.MONO, word_times=True),
    Way("recipe-mono", "usual recipe, mono", "recipe", Calls.SOME_MONO, "d", word_times=True),
    Way("ours-mono", "ours, whole, mono", "ours-whole", Calls.SOME_MONO, word_times=True),
    Way("recipe-stereo", "usual recipe, stereo", "recipe", Calls.STEREO, "d", word_times=True),
    Way("ours-stereo", "ours, whole, stereo", "ours-whole", Calls.STEREO, word_times=True),
)
"""In the order of the first round; what is compared lies side by side."""


@dataclass(frozen=True, slots=True)
class Duel:
    """Two ways whose speeds are compared, and how many times faster ours is meant to be."""

    ours: str
    rival: str
    target: float | None = None


DUELS: tuple[Duel, ...] = (
    Duel("ours-text", "openai"),
    Duel("ours-text", "one-by-one"),
    Duel("ours-text", "batched-default"),
    Duel("ours-text", "batched", 1.3),
    Duel("ours-text", "batched-words", 1.3),
    Duel("ours-mono", "recipe-mono", 4.0),
    Duel("ours-stereo", "recipe-stereo", 6.0),
)

SPEED_TARGETS: tuple[tuple[str, float], ...] = (("ours-mono", 10.0),)
"""Ways that must reach a speed of their own, in times real time."""
