"""Calls as the rows of the exported tables, and as one JSON document.

The columns are those of ``dictionary``; values are JSON-ready. This module does not know files.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any, TypeAlias

from qa_inspect.domain import CallResult, CallStatus, Channels, CheckResult, Evidence, Flag
from qa_inspect.report.risk import risk_of

Row: TypeAlias = dict[str, Any]


def call_row(call: CallResult) -> Row:
    """The call's row of ``calls``."""
    recording, transcript, verdict = call.recording, call.transcript, call.verdict
    metadata = recording.metadata
    channels = transcript.channels if transcript else metadata.channels
    return {
        "call_id": recording.call_id,
        "path": None if recording.path is None else str(recording.path),
        "sha256": recording.sha256,
        "agent_id": metadata.agent_id,
        "team": metadata.team,
        "customer_id": metadata.customer_id,
        "language": transcript.language if transcript else metadata.language,
        "market": metadata.market,
        "started_at": metadata.started_at and metadata.started_at.isoformat(),
        "duration_s": transcript.duration_s if transcript else None,
        "channels": None if channels is Channels.AUTO else channels.value,
        "speech_s": transcript.speech_s if transcript else None,
        "role_confidence": transcript.role_confidence if transcript else None,
        "needs_review": bool(transcript and transcript.needs_review),
        "status": call.status.value,
        "error": call.error,
        "score": verdict.score,
        "rubrics": [asdict(rubric) for rubric in verdict.rubrics],
        "flags": list(dict.fromkeys(flag.flag for flag in verdict.flags)),
        "models": dict(call.models),
        "attributes": dict(metadata.attributes),
        "agent_name": metadata.agent_name,
        "direction": metadata.direction and metadata.direction.value,
        "csat": metadata.csat,
        "nps": metadata.nps,
        "topic": metadata.topic,
        "risk": None if call.status is CallStatus.FAILED else risk_of(call).value,
    }


def utterance_rows(call: CallResult) -> Iterator[Row]:
    """The call's rows of ``utterances``."""
    for said in call.transcript.utterances if call.transcript else ():
        yield {
            "call_id": call.recording.call_id,
            "index": said.index,
            "start_s": said.start_s,
            "end_s": said.end_s,
            "role": said.role.value,
            "speaker": said.speaker,
            "text": said.text,
            "language": said.language,
            "confidence": said.confidence,
            "words": [
                {
                    "word": word.text,
                    "start_s": word.start_s,
                    "end_s": word.end_s,
                    "confidence": word.confidence,
                }
                for word in said.words
            ],
        }


def check_rows(call: CallResult) -> Iterator[Row]:
    """The call's rows of ``checks``."""
    for check in call.verdict.checks:
        yield _check_row(call.recording.call_id, check)


def flag_rows(call: CallResult) -> Iterator[Row]:
    """The call's rows of ``flags``."""
    for flag in call.verdict.flags:
        yield _flag_row(call.recording.call_id, flag)


def table_rows(call: CallResult) -> Mapping[str, Sequence[Row]]:
    """The call's rows of every table, by the table's name."""
    return {
        "calls": (call_row(call),),
        "utterances": tuple(utterance_rows(call)),
        "checks": tuple(check_rows(call)),
        "flags": tuple(flag_rows(call)),
    }


def notes_of(call: CallResult) -> tuple[str, ...]:
    """What is odd about a call, in sentences, as far as it still holds."""
    from qa_inspect.rubric.load import still_true

    notes = call.transcript.notes if call.transcript else ()
    return still_true(notes, [rubric.name for rubric in call.verdict.rubrics])


def call_document(call: CallResult) -> dict[str, Any]:
    """The whole call as one JSON-ready value: its row of ``calls``, and its ``utterances``,
    ``checks`` and ``flags`` (those two as lists of records)."""
    transcript = call.transcript
    row = call_row(call)
    del row["flags"]
    return row | {
        "roles": {s: role.value for s, role in transcript.roles.items()} if transcript else {},
        "turns": [asdict(turn) for turn in transcript.turns] if transcript else [],
        "notes": list(notes_of(call)),
        "timings_s": dict(call.timings_s),
        "flags": [
            _without_call(_flag_row("", flag)) | {"rubric": flag.rubric}
            for flag in call.verdict.flags
        ],
        "checks": [
            _without_call(_check_row("", check))
            | {
                "score": check.score,
                "searched": check.searched,
            }
            for check in call.verdict.checks
        ],
        "utterances": [_without_call(said) for said in utterance_rows(call)],
    }


def _check_row(call_id: str, check: CheckResult) -> Row:
    return {
        "call_id": call_id,
        "rubric": check.rubric,
        "item": check.item,
        "kind": check.kind,
        "status": check.status.value,
        "points": check.points,
        "max_points": check.max_points,
        "explanation": check.explanation,
        "evidence": _evidence(check.evidence),
        "section": check.section,
        "severity": check.severity.value,
        "auto_fail": check.auto_fail and check.auto_fail.value,
        "fragile": [
            {"doubt": found.doubt.value, "status": found.status.value} for found in check.fragile
        ],
    }


def _flag_row(call_id: str, flag: Flag) -> Row:
    return {
        "call_id": call_id,
        "flag": flag.flag,
        "severity": flag.severity.value,
        "confidence": flag.confidence,
        "explanation": flag.explanation,
        "evidence": _evidence(flag.evidence),
    }


def _evidence(evidence: Sequence[Evidence]) -> list[Row]:
    return [asdict(piece) for piece in evidence]


def _without_call(row: Row) -> Row:
    return {name: value for name, value in row.items() if name != "call_id"}
