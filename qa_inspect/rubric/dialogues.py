"""Dialogues of cases: who says what, and where it matters when and how.

A turn is ``{agent: "…"}`` or ``{customer: "…"}``. Beside it may stand ``from_s`` and ``to_s``, its
seconds from the start of the recording; and ``louder_db``, ``higher_st`` (semitones),
``harder_db`` and ``melody_st``, how the voice is against the same speaker's usual one::

    - {agent: "One moment please.", from_s: 0, to_s: 3}
    - {customer: "Hello? HELLO?", from_s: 15, to_s: 17, louder_db: 9, higher_st: 4}
    - {end_s: 40}

As soon as one turn tells how it sounds, the others sound as usual. ``end_s``, alone and last, is
the recording's end. ``history``, first, tells the customer's other calls (see ``told_history``).
This module does not know rubrics.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from qa_inspect.acoustics import Prosody
from qa_inspect.domain import Role, Transcript, Utterance
from qa_inspect.rubric.fields import did_you_mean
from qa_inspect.rubric.told_history import HISTORY, ToldHistory, read_history

_ROLES = {role.value: role for role in Role}
_TIMES = ("from_s", "to_s")
_SOUND = {
    "louder_db": (-60.0, 60.0),
    "higher_st": (-36.0, 36.0),
    "harder_db": (-60.0, 60.0),
    "melody_st": (0.0, 36.0),
}
_FIELDS = (*_TIMES, *_SOUND)
_END = "end_s"

USUAL = Prosody(
    speech_s=2.0,
    loudness_db=-22.0,
    loudness_range_db=12.0,
    pitch_hz=170.0,
    pitch_range_st=6.0,
    effort_db=-9.0,
)
"""How every voice of a case usually sounds. Only what departs from it matters."""

Note = Callable[[tuple[str | int, ...], str], None]


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn; ``start_s`` and ``end_s`` are None without times. Of the sound a figure is None
    where nothing was written of it."""

    role: Role
    text: str
    start_s: float | None = None
    end_s: float | None = None
    louder_db: float | None = None
    higher_st: float | None = None
    harder_db: float | None = None
    melody_st: float | None = None

    @property
    def sounds(self) -> bool:
        """Whether it tells how the voice is."""
        return any(getattr(self, name) is not None for name in _SOUND)


@dataclass(frozen=True, slots=True)
class Dialogue:
    """Turns in their order; ``end_s`` is the recording's end where it is told, ``history`` the
    customer's other calls."""

    turns: tuple[Turn, ...]
    end_s: float | None = None
    history: ToldHistory | None = None

    @property
    def text(self) -> str:
        """It on one line."""
        before = [self.history.text] if self.history else []
        return " / ".join([*before, *(_told(turn) for turn in self.turns)])

    def transcript(self, language: str) -> Transcript:
        """It as a call."""
        sounds = any(turn.sounds for turn in self.turns)
        return Transcript(
            language=language,
            utterances=tuple(
                Utterance(
                    at,
                    turn.role,
                    turn.role.value,
                    turn.text,
                    language,
                    turn.start_s,
                    turn.end_s,
                    prosody=_prosody(turn) if sounds else None,
                )
                for at, turn in enumerate(self.turns)
            ),
            duration_s=self.end_s,
        )


def _told(turn: Turn) -> str:
    beside = [] if turn.start_s is None else [f"{turn.start_s:g}–{turn.end_s:g} s"]
    figures = {name: getattr(turn, name) for name in _SOUND}
    beside += [f"{name} {value:g}" for name, value in figures.items() if value is not None]
    told = f" ({', '.join(beside)})" if beside else ""
    return f"{turn.role.value}{told}: {turn.text}"


def _prosody(turn: Turn) -> Prosody:
    usual_pitch, usual_effort = USUAL.pitch_hz or 0.0, USUAL.effort_db or 0.0
    timed = turn.start_s is not None and turn.end_s is not None
    return Prosody(
        speech_s=(turn.end_s or 0.0) - (turn.start_s or 0.0) if timed else USUAL.speech_s,
        loudness_db=USUAL.loudness_db + (turn.louder_db or 0.0),
        loudness_range_db=USUAL.loudness_range_db,
        pitch_hz=usual_pitch * 2 ** ((turn.higher_st or 0.0) / 12),
        pitch_range_st=USUAL.pitch_range_st if turn.melody_st is None else turn.melody_st,
        effort_db=usual_effort + (turn.harder_db or 0.0),
    )


def read_dialogue(entries: Sequence[Any], path: tuple[str | int, ...], note: Note) -> Dialogue:
    """A dialogue from what is written. ``note`` is told every fault with the path to it."""
    faults = 0

    def told(where: tuple[str | int, ...], problem: str) -> None:
        nonlocal faults
        faults += 1
        note(where, problem)

    end_s: float | None = None
    history: ToldHistory | None = None
    turns = []
    for at, entry in enumerate(entries):
        if isinstance(entry, Mapping) and HISTORY in entry:
            history = read_history(entry, (*path, at), told)
            if at:
                told((*path, at), f"{HISTORY} tells what was before; write it first")
            continue
        if isinstance(entry, Mapping) and set(entry) == {_END}:
            end_s = _number(entry[_END], (*path, at, _END), told)
            if at != len(entries) - 1:
                told((*path, at), f"{_END} is the end of the recording; write it last")
            continue
        turn = _turn(entry, (*path, at), told)
        if turn is not None:
            turns.append(turn)
    if not turns and not faults:
        told(path, "a dialogue needs a turn; write {agent: …} or {customer: …}")
    if not faults:
        for step, problem in _at_odds(turns, end_s):
            told((*path, step), problem)
    return Dialogue(tuple(turns), end_s, history) if not faults else Dialogue(())


def _turn(entry: Any, path: tuple[str | int, ...], note: Note) -> Turn | None:
    said = [key for key in entry if key in _ROLES] if isinstance(entry, Mapping) else []
    if len(said) != 1 or not isinstance(entry[said[0]], str):
        note(path, "a turn is written {agent: …} or {customer: …}")
        return None
    figures: dict[str, float | None] = {}
    for key, value in entry.items():
        if key in _FIELDS:
            figures[key] = _number(value, (*path, key), note, *_SOUND.get(key, (0.0, math.inf)))
        elif key != said[0]:
            note((*path, key), f"unknown field of a turn — {did_you_mean(str(key), _FIELDS)}")
    missing = [key for key in _TIMES if key not in figures]
    if len(missing) == 1:
        note(path, f"a turn with a time needs both from_s and to_s; add {missing[0]}")
    return Turn(
        _ROLES[said[0]],
        entry[said[0]],
        figures.get("from_s"),
        figures.get("to_s"),
        **{name: figures.get(name) for name in _SOUND},
    )


def _number(
    value: Any,
    path: tuple[str | int, ...],
    note: Note,
    least: float = 0.0,
    most: float = math.inf,
) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if math.isfinite(number) and least <= number <= most:
        return number
    limits = f"from {least:g} to {most:g}" if math.isfinite(most) else f"of {least:g} or more"
    note(path, f"{'nothing' if value is None else repr(value)} is no number {limits}")
    return None


def _at_odds(turns: Sequence[Turn], end_s: float | None) -> Iterator[tuple[int, str]]:
    """Times that cannot be, each with the place of its turn."""
    timed = [turn for turn in turns if turn.start_s is not None]
    if timed and len(timed) < len(turns):
        first = next(at for at, turn in enumerate(turns) if turn.start_s is None)
        yield first, "other turns have times; give every turn from_s and to_s, or none"
        return
    before = 0.0
    for at, turn in enumerate(turns):
        start, end = turn.start_s, turn.end_s
        if start is None or end is None:
            continue
        if end <= start:
            yield at, f"it ends at {end:g} s and begins at {start:g} s; to_s is after from_s"
        elif start < before:
            yield at, f"it begins at {start:g} s, before the turn above; order turns by from_s"
        before = max(before, start)
    last = max((turn.end_s or 0.0 for turn in timed), default=0.0)
    if end_s is not None and end_s < last:
        yield len(turns), f"the recording cannot end at {end_s:g} s, before its last word; raise it"
