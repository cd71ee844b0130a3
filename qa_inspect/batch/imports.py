"""Calls that were transcribed elsewhere: reading them, finding roles, judging them.

A line is ``{"call_id", "language", …manifest fields, "turns": [{"text", "role" or "speaker",
"start_s"?, "end_s"?}]}``. All faults of a file are reported at once. This module does not know
audio, nor how results are shown.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from qa_inspect.audio.manifest_fields import bad_text, metadata_of
from qa_inspect.batch.inspect import Judge, with_language
from qa_inspect.config import Config
from qa_inspect.domain import (
    CallResult,
    CallStatus,
    ImportedTurn,
    Metadata,
    Recording,
    Role,
    Transcript,
)
from qa_inspect.errors import InputError, ManifestError
from qa_inspect.rubric.wording import count

_MOST_FAULTS = 50
_TURN_FIELDS = ("text", "role", "speaker", "start_s", "end_s")
_LABELS = {
    Role.AGENT: frozenset(
        (
            "agent",
            "坐席",
            "座席",
            "客服",
            "客服人员",
            "agen",
            "ejen",
            "petugas",
            "nhân viên",
            "เจ้าหน้าที่",
        )
    ),
    Role.CUSTOMER: frozenset(
        ("customer", "caller", "client", "客户", "顾客", "用户", "pelanggan", "khách hàng", "ลูกค้า")
    ),
}


@dataclass(frozen=True, slots=True)
class ImportedCall:
    """One line: the call, its language and its turns in order.

    ``line`` is its number in the file, from 1, and ``aside`` the fields that were asked to be kept
    apart from what checks can read, as they are written.
    """

    recording: Recording
    language: str
    turns: tuple[ImportedTurn, ...]
    line: int = 0
    aside: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class ReadLine:
    """One line as it was read: its number from 1, the call, or its ``faults`` in its place.

    ``language`` and ``aside`` are told of a faulty line too, as far as it tells them.
    """

    number: int
    call: ImportedCall | None
    faults: tuple[str, ...] = ()
    language: str | None = None
    aside: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


def read_transcripts(path: Path, aside: Collection[str] = ()) -> tuple[ImportedCall, ...]:
    """The calls of a JSONL file, checked; fields named in ``aside`` are kept apart.

    Raises:
        InputError: the file cannot be read.
        ManifestError: lines are wrong; every fault is named with its line.
    """
    lines = read_lines(path, aside)
    faults = [_placed(line.number, fault) for line in lines for fault in line.faults]
    if faults:
        shown = faults[:_MOST_FAULTS]
        more = len(faults) - len(shown)
        raise ManifestError(
            f"{count(len(faults), 'fault')} in the transcripts",
            where=str(path),
            cure="mend these lines; nothing was imported",
            faults=[*shown, f"and {more} more"] if more else shown,
        )
    if not lines:
        raise InputError("holds no calls", where=str(path), cure="give one JSON object a line")
    return tuple(line.call for line in lines if line.call is not None)


def _placed(number: int, fault: str) -> str:
    """``line 4 is not JSON``, but ``line 4, language: is missing``."""
    return f"line {number}{' ' if fault.startswith('is ') else ', '}{fault}"


def read_lines(path: Path, aside: Collection[str] = ()) -> tuple[ReadLine, ...]:
    """The lines of a JSONL file that are not empty, with their faults. Raises InputError where the
    file cannot be read."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(
            f"cannot be read ({error.strerror})", where=str(path), cure="check the path"
        ) from None
    except UnicodeDecodeError:
        raise InputError("is not UTF-8 text", where=str(path), cure="save it as UTF-8") from None
    lines: list[ReadLine] = []
    lines_of: dict[str, int] = {}
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        read = _read_line(line, number, aside)
        if read.call is not None:
            name = read.call.recording.call_id
            first = lines_of.setdefault(name, number)
            if first != number:
                twice = f"call_id: {name!r} is already used in line {first}"
                read = replace(read, call=None, faults=(twice,))
        lines.append(read)
    return tuple(lines)


def judge_imported(call: ImportedCall, judge: Judge, config: Config) -> CallResult:
    """The result of an imported call; roles are worked out where only speakers are given."""
    metadata = call.recording.metadata
    transcript = transcript_of(call, config)
    notes = transcript.notes + judge.notes(transcript.language)
    transcript = replace(transcript, notes=notes)
    return CallResult(
        recording=with_language(call.recording, transcript),
        status=CallStatus.OK,
        transcript=transcript,
        verdict=judge.judge(transcript, metadata),
        models=MappingProxyType({"transcription": "imported"}),
    )


def transcript_of(call: ImportedCall, config: Config) -> Transcript:
    """The transcript of an imported call, its roles worked out where they are not given."""
    from qa_inspect.speech.imported import transcript_from_turns

    return transcript_from_turns(
        call.turns,
        call.recording.metadata,
        call.language,
        min_confidence=config.min_role_confidence,
        script=config.chinese_script,
    )


def _read_line(line: str, number: int, aside: Collection[str]) -> ReadLine:
    try:
        data = json.loads(line)
    except json.JSONDecodeError as error:
        return ReadLine(number, None, (f"is not JSON ({error.msg}, character {error.colno})",))
    except (ValueError, RecursionError) as error:
        return ReadLine(number, None, (f"is not JSON ({error})",))
    if not isinstance(data, dict):
        return ReadLine(number, None, ("is no JSON object",))
    faults: list[str] = []
    apart = MappingProxyType({name: data.pop(name) for name in aside if name in data})
    call_id = data.pop("call_id", None)
    if not isinstance(call_id, (str, int)) or isinstance(call_id, bool) or not str(call_id).strip():
        faults.append("call_id: is missing; give each call a name")
    elif problem := bad_text("call_id", str(call_id)):
        faults.append(f"call_id: {problem}")
    turns = _turns(data.pop("turns", None), faults)
    metadata = _metadata(data, faults)
    if not metadata.language and not any(fault.startswith("language") for fault in faults):
        faults.append('language: is missing; give a code such as "en"')
    if faults or not metadata.language:
        return ReadLine(number, None, tuple(faults), metadata.language, apart)
    digest = hashlib.sha256(line.strip().encode()).hexdigest()
    recording = Recording(str(call_id).strip(), None, digest, metadata)
    call = ImportedCall(recording, metadata.language, turns, number, apart)
    return ReadLine(number, call, (), metadata.language, apart)


def _metadata(data: Mapping[str, Any], faults: list[str]) -> Metadata:
    texts: dict[str, str] = {}
    for name, value in data.items():
        if value is None:
            continue
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        if problem := bad_text(name, text):
            faults.append(f"{name}: {problem}")
        else:
            texts[name] = text
    return metadata_of(texts, lambda name, problem: faults.append(f"{name}: {problem}"))


def _turns(value: Any, faults: list[str]) -> tuple[ImportedTurn, ...]:
    if not isinstance(value, list) or not value:
        faults.append("turns: is missing or empty; give a list of turns")
        return ()
    before = len(faults)
    turns = tuple(_checked_turns(value, faults))
    if not turns and len(faults) == before:
        faults.append("turns: no turn has any text")
    return turns


def _checked_turns(values: list[Any], faults: list[str]) -> Iterator[ImportedTurn]:
    for number, turn in enumerate(values):
        where = f"turns[{number}]"
        if not isinstance(turn, dict) or not isinstance(turn.get("text"), str):
            faults.append(f"{where}: needs a text")
            continue
        unknown = [name for name in turn if name not in _TURN_FIELDS]
        if unknown:
            faults.append(f"{where}.{unknown[0]}: unknown; valid are {', '.join(_TURN_FIELDS)}")
        role = turn.get("role")
        if role is not None and role not in [str(r) for r in Role]:
            faults.append(f"{where}.role: {role!r} is none of {', '.join(Role)}")
            role = None
        if turn.get("role") is None and turn.get("speaker") is None:
            faults.append(f"{where}: needs a role or a speaker")
        times = [_seconds(turn.get(name), f"{where}.{name}", faults) for name in _TURN_FIELDS[3:]]
        start, end = times
        if start is not None and end is not None and end < start:
            faults.append(f"{where}: ends at {end:g} s, before it starts at {start:g} s")
        if turn["text"].strip():
            yield ImportedTurn(
                text=turn["text"].strip(),
                role=Role(role) if role else _role_named(turn.get("speaker")),
                speaker=None if turn.get("speaker") is None else str(turn["speaker"]),
                start_s=start,
                end_s=end,
            )


def _role_named(speaker: Any) -> Role | None:
    """The role that a speaker's label plainly says, such as ``客服`` or ``customer``."""
    label = str(speaker).strip().casefold()
    return next((role for role, labels in _LABELS.items() if label in labels), None)


def _seconds(value: Any, where: str, faults: list[str]) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 1e6:
        faults.append(f"{where}: {value!r} is no number of seconds from the start")
        return None
    return float(value)
