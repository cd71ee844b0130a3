"""Reads the cast and the dialogues, and says what is wrong with them.

Knows no sound: only who says what, with which voice, on which kind of line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROLES = ("agent", "customer")


@dataclass(frozen=True, slots=True)
class Voice:
    """One person's voice. ``shift`` moves pitch and formants together; 1.0 leaves them."""

    engine: str
    voice: str
    stretch: float = 1.0
    shift: float = 1.0
    pitch: int = 50
    pace: int = 140


@dataclass(frozen=True, slots=True)
class Agent:
    """One employee of the made-up company."""

    name: str
    team: str


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody who may appear, and who should come out best and worst."""

    voices: Mapping[str, Voice]
    agents: Mapping[str, Agent]
    best_agent: str
    worst_agent: str


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn: ``text`` is what counts as said, ``say`` what the synthesiser is given.

    ``gap_s`` is the pause before it; a negative one starts before the other has finished.
    """

    role: str
    text: str
    say: str
    gap_s: float | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """How the call was recorded. Levels in dBFS (RMS), ``leakage_db`` relative to the speaker.

    ``keep_share`` is the share of the finished file's bytes that is kept (1.0 = all).
    """

    file: str
    codec: str
    line_noise_dbfs: float
    leakage_db: float | None = None
    background: str | None = None
    background_dbfs: float = -50.0
    silence_s: float = 0.0
    keep_share: float = 1.0


@dataclass(frozen=True, slots=True)
class Expected:
    """What an inspection should say about the call. ``failed`` is ``silent`` or ``unreadable``."""

    must_flag: tuple[str, ...] = ()
    must_not_flag: tuple[str, ...] = ()
    passed: tuple[str, ...] = ()
    failed_items: tuple[str, ...] = ()
    failed: str | None = None


@dataclass(frozen=True, slots=True)
class Dialogue:
    """One sample call as written down."""

    shows: str
    manifest: Mapping[str, str]
    line: Line
    voices: Mapping[str, Voice]
    turns: tuple[Turn, ...]
    expected: Expected = field(default_factory=Expected)

    @property
    def call_id(self) -> str:
        """The call's name, also the stem of its truth file."""
        return self.manifest["call_id"]

    @property
    def channels(self) -> str:
        """``mono``, ``agent-left`` or ``agent-right``."""
        return self.manifest["channels"]

    @property
    def language(self) -> str:
        """The language spoken, which the manifest may leave out; the file name never does."""
        return self.call_id.rsplit("_", 1)[-1] if self.turns else "en"


def load_cast(path: Path) -> Cast:
    """The cast in ``cast.yaml``. Raises KeyError or TypeError for a field that does not exist."""
    raw = _read(path)
    return Cast(
        voices={name: Voice(**values) for name, values in raw["voices"].items()},
        agents={name: Agent(**values) for name, values in raw["agents"].items()},
        best_agent=raw["best_agent"],
        worst_agent=raw["worst_agent"],
    )


def load_dialogues(folder: Path, cast: Cast) -> tuple[Dialogue, ...]:
    """All dialogues of a folder by name. Raises ValueError for one that contradicts itself."""
    return tuple(_dialogue(_read(path), cast, path) for path in sorted(folder.glob("*.yaml")))


def _dialogue(raw: Mapping[str, Any], cast: Cast, path: Path) -> Dialogue:
    expected = raw["expected"]
    manifest = {key: str(value) for key, value in raw["manifest"].items()}
    agent = cast.agents[manifest["agent_id"]]
    if path.stem != manifest["call_id"]:
        raise ValueError(f"{path.name}: call_id is {manifest['call_id']}, not the file's name")
    turns = tuple(
        Turn(t["role"], t["text"], t.get("say", t["text"]), t.get("gap")) for t in raw["turns"]
    )
    strangers = {turn.role for turn in turns} - set(raw["voices"])
    if strangers:
        raise ValueError(f"{path.name}: no voice for {', '.join(sorted(strangers))}")
    return Dialogue(
        shows=raw["shows"],
        manifest=manifest | {"agent_name": agent.name, "team": agent.team},
        line=Line(**raw["audio"]),
        voices={role: cast.voices[name] for role, name in raw["voices"].items()},
        turns=turns,
        expected=Expected(
            must_flag=tuple(expected["must_flag"]),
            must_not_flag=tuple(expected["must_not_flag"]),
            passed=tuple(expected["pass"]),
            failed_items=tuple(expected["fail"]),
            failed=expected.get("failed"),
        ),
    )


def _read(path: Path) -> dict[str, Any]:
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(raw, dict):
        raise ValueError(f"{path.name}: expected a mapping")
    return raw
