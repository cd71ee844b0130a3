"""Labelled recordings: finding them in a folder and reading their references.

Beside a recording ``NAME.wav`` (any audio ending) its truth lies in ``NAME.json`` or
``truth/NAME.json`` (``{"language", "turns": [{"role", "text", "start_s", "end_s"}]}``, as the
samples have it), or in ``NAME.txt`` (words) and ``NAME.rttm`` (speakers). ``NAME.stm`` serves for
words too. This module does not know models.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qa_inspect.audio.intake import find_recordings
from qa_inspect.domain import Recording, Role, SpeakerTurn
from qa_inspect.errors import InputError


@dataclass(frozen=True, slots=True)
class RoleTurn:
    """A stretch (seconds) in which a role is known to speak."""

    start_s: float
    end_s: float
    role: Role


@dataclass(frozen=True, slots=True)
class Reference:
    """What is known to be true of a recording; a part that nobody labelled is None.

    ``said`` are (speaker or role, text) in order of time.
    """

    recording: Recording
    language: str | None
    words: str | None
    speakers: tuple[SpeakerTurn, ...] | None
    roles: tuple[RoleTurn, ...] | None
    said: tuple[tuple[str, str], ...] | None = None


def find_references(folder: Path) -> tuple[Reference, ...]:
    """The labelled recordings of a folder, in the order of their paths.

    Raises:
        InputError: the folder holds none, or a reference cannot be read.
    """
    manifest = folder / "manifest.csv"
    intake = find_recordings([] if manifest.is_file() else [folder], _there(manifest))
    found = [reference for r in intake.recordings if (reference := _reference(r, folder))]
    if not found:
        raise InputError(
            "holds no labelled recordings",
            where=str(folder),
            cure="lay NAME.json, or NAME.txt and NAME.rttm, beside each NAME.wav",
        )
    return tuple(found)


def _there(path: Path) -> Path | None:
    return path if path.is_file() else None


def _reference(recording: Recording, folder: Path) -> Reference | None:
    if recording.path is None:
        return None
    stem = recording.path.with_suffix("")
    places = (stem.with_suffix(".json"), folder / "truth" / f"{stem.name}.json")
    told = next((place for place in places if place.is_file()), None)
    try:
        if told is not None:
            return _from_json(recording, json.loads(told.read_text(encoding="utf-8")))
        return _from_lines(recording, stem)
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise InputError(
            f"the reference cannot be read ({error})",
            where=str(told or stem),
            cure="`qa-inspect evaluate --help` shows the forms",
        ) from error


def _from_json(recording: Recording, data: Mapping[str, Any]) -> Reference | None:
    turns = data.get("turns") or []
    if not turns:
        return None
    timed = all("start_s" in turn and "end_s" in turn for turn in turns)
    speakers = tuple(
        SpeakerTurn(turn["start_s"], turn["end_s"], turn.get("speaker") or turn["role"])
        for turn in turns
        if timed
    )
    roles = tuple(
        RoleTurn(turn["start_s"], turn["end_s"], Role(turn["role"]))
        for turn in turns
        if timed and turn.get("role")
    )
    return Reference(
        recording,
        data.get("language") or recording.metadata.language,
        " ".join(turn["text"] for turn in turns),
        speakers or None,
        roles or None,
        tuple((turn.get("speaker") or turn["role"], turn["text"]) for turn in turns),
    )


def _from_lines(recording: Recording, stem: Path) -> Reference | None:
    words, said = None, None
    if stem.with_suffix(".txt").is_file():
        words = stem.with_suffix(".txt").read_text(encoding="utf-8-sig")
    elif stem.with_suffix(".stm").is_file():
        lines = stem.with_suffix(".stm").read_text(encoding="utf-8-sig").splitlines()
        rows = [line.split(maxsplit=5) for line in lines if line and not line.startswith(";")]
        told = sorted((row for row in rows if len(row) == 6), key=lambda row: float(row[3]))
        words = " ".join(row[5] for row in told)
        said = tuple((row[2], row[5]) for row in told)
    speakers = None
    if stem.with_suffix(".rttm").is_file():
        rttm = stem.with_suffix(".rttm").read_text(encoding="utf-8-sig").splitlines()
        speakers = tuple(_rttm_turn(line.split()) for line in rttm if line.startswith("SPEAKER"))
    if words is None and not speakers:
        return None
    return Reference(recording, recording.metadata.language, words, speakers or None, None, said)


def _rttm_turn(row: list[str]) -> SpeakerTurn:
    start = float(row[3])
    return SpeakerTurn(start, start + float(row[4]), row[7])
