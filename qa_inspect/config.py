"""Every setting of a run and its default, in one frozen value.

This module does not read files or the command line; ``commands`` turns options into a ``Config``.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from qa_inspect.domain import Channels

SAMPLE_RATE = 16_000
"""Samples per second of all audio behind the decoder."""

DEFAULT_DB = "qa.db"
DEFAULT_PACKS = ("support", "risk")


@dataclass(frozen=True, slots=True)
class DecodeLimits:
    """What a recording may cost before it is refused.

    ``timeout_s`` is wall time for one file, ``max_duration_s`` the longest accepted recording,
    ``min_duration_s`` the shortest, ``silence_dbfs`` the peak level (dBFS) at or below which a
    recording counts as silent, and ``truncation_tolerance`` the share of the container's stated
    duration that may be missing (0–1).
    """

    timeout_s: float = 120.0
    max_duration_s: float = 4 * 3600.0
    min_duration_s: float = 0.3
    silence_dbfs: float = -60.0
    truncation_tolerance: float = 0.02


@dataclass(frozen=True, slots=True)
class VocabularyTerm:
    """A name or product term, as it is written, and forms in which it is heard wrongly."""

    text: str
    heard_as: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Config:
    """How recordings are heard and judged.

    ``model`` is ``auto``, a name from the registry or a folder; ``engine`` is ``auto``,
    ``faster-whisper``, ``openai-whisper`` or ``transformers``; ``device`` is ``auto``, ``cpu``,
    ``cuda`` or ``cuda:N``; ``language`` is ``auto`` or a code such as ``zh``. ``diarization`` is
    ``auto`` (the bundled models) or a pyannote pipeline's name or folder. ``speakers`` is how many
    people to expect on a mono recording (1–4), None to find out. ``jobs`` is processes at
    once, 0 for one on each GPU, else one. ``threads`` is CPU threads per model, 0 for the machine's
    choice. ``batch_size`` is chunks recognised together, 0 for what calibration found or a default.
    ``memory_gb`` is the memory that one process may fill (GiB), 0 for an equal share of the
    machine; ``stuck_after_s`` is how long a process may give no sign beyond what its calls' length
    explains.
    ``chinese_script`` is ``simplified`` or ``traditional``.
    Roles with a confidence (0–1) under ``min_role_confidence`` stay ``unknown``. ``vocabulary``
    holds names and terms that the recogniser is told and that are mended in what it heard.
    """

    model: str = "auto"
    engine: str = "auto"
    device: str = "auto"
    language: str = "auto"
    channels: Channels = Channels.AUTO
    diarization: str = "auto"
    speakers: int | None = 2
    jobs: int = 0
    threads: int = 0
    batch_size: int = 0
    beam_size: int = 1
    memory_gb: float = 0.0
    stuck_after_s: float = 300.0
    chinese_script: str = "simplified"
    min_role_confidence: float = 0.7
    decode: DecodeLimits = DecodeLimits()
    vocabulary: tuple[VocabularyTerm, ...] = ()


def shipped(folder: str) -> Path:
    """The folder of shipped data (``models`` or ``rubrics``), in a checkout or an installation."""
    package = Path(__file__).resolve().parent
    installed = package / "shipped" / folder
    return installed if installed.is_dir() else package.parent / folder


def sample_call() -> Path:
    """A short telephone call of the project's own, to measure a machine by."""
    package = Path(__file__).resolve().parent
    installed = package / "shipped" / "calibration.ogg"
    return (
        installed if installed.is_file() else package.parent / "samples/calls/01_excellent_en.ogg"
    )


def default_db() -> str:
    """The database used when ``--db`` is not given: ``QA_INSPECT_DB``, else ``qa.db``."""
    return os.environ.get("QA_INSPECT_DB") or DEFAULT_DB
