"""Domain values to table rows and back, without loss.

This module does not know connections, queries or transactions. A *row* is a mapping from column
name to value, as SQLAlchemy takes and gives it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import starmap
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias, cast

from qa_inspect.acoustics import Outline, Prosody
from qa_inspect.domain import (
    AutoFail,
    CallResult,
    CallStatus,
    Channels,
    CheckResult,
    CheckStatus,
    Direction,
    Doubt,
    Evidence,
    Flag,
    Fragility,
    Metadata,
    Recording,
    Role,
    RubricScore,
    Severity,
    SpeakerTurn,
    Transcript,
    Utterance,
    Verdict,
    Word,
)
from qa_inspect.store.later_words import LaterWords

Row: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CallRows:
    """One call as rows: one for ``calls`` and, in order, those of each child table."""

    call: Row
    utterances: Sequence[Row] = ()
    turns: Sequence[Row] = ()
    rubric_scores: Sequence[Row] = ()
    checks: Sequence[Row] = ()
    flags: Sequence[Row] = field(default=())
    outlines: Sequence[Row] = ()


def epoch_s(moment: datetime) -> float:
    """Seconds since 1970, for ordering and filtering. A time without a zone counts as UTC."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def encode_call(call: CallResult, saved_at: str) -> CallRows:
    """All rows of a call. ``saved_at`` is the ISO 8601 time of writing."""
    transcript = call.transcript
    row = {
        **_encode_recording(call.recording),
        **_encode_transcript(transcript),
        "status": call.status.value,
        "error": call.error,
        "score": call.verdict.score,
        "models": dict(call.models),
        "timings_s": dict(call.timings_s),
        "saved_at": saved_at,
        "unsettled": True,
    }
    call_id = call.recording.call_id
    scores, checks, flags = encode_verdict(call_id, call.verdict)
    return CallRows(
        call=row,
        utterances=[
            _encode_utterance(call_id, position, utterance)
            for position, utterance in enumerate(transcript.utterances if transcript else ())
        ],
        turns=[
            {
                "call_id": call_id,
                "position": position,
                "start_s": turn.start_s,
                "end_s": turn.end_s,
                "speaker": turn.speaker,
            }
            for position, turn in enumerate(transcript.turns if transcript else ())
        ],
        rubric_scores=scores,
        checks=checks,
        flags=flags,
        outlines=_encode_outline(call_id, call.outline),
    )


def encode_verdict(call_id: str, verdict: Verdict) -> tuple[list[Row], list[Row], list[Row]]:
    """A verdict's rows for ``rubric_scores``, ``checks`` and ``flags``."""
    scores: list[Row] = [
        {
            "call_id": call_id,
            "position": position,
            "name": rubric.name,
            "version": rubric.version,
            "score": rubric.score,
            "band": rubric.band,
        }
        for position, rubric in enumerate(verdict.rubrics)
    ]
    checks: list[Row] = [
        {
            "call_id": call_id,
            "position": position,
            "rubric": check.rubric,
            "section": check.section,
            "item": check.item,
            "kind": check.kind,
            "status": check.status.value,
            "points": check.points,
            "max_points": check.max_points,
            "score": check.score,
            "auto_fail": check.auto_fail is not None,
            "explanation": check.explanation,
            "searched": check.searched,
            "evidence": _encode_evidence(check.evidence),
            "auto_fail_of": check.auto_fail.value if check.auto_fail else "",
            "severity": check.severity.value,
            "fragile": [[found.doubt.value, found.status.value] for found in check.fragile],
        }
        for position, check in enumerate(verdict.checks)
    ]
    flags: list[Row] = [
        {
            "call_id": call_id,
            "position": position,
            "flag": flag.flag,
            "severity": flag.severity.value,
            "confidence": flag.confidence,
            "rubric": flag.rubric,
            "explanation": flag.explanation,
            "evidence": _encode_evidence(flag.evidence),
        }
        for position, flag in enumerate(verdict.flags)
    ]
    return scores, checks, flags


def decode_call(rows: CallRows) -> CallResult:
    """The call that was encoded; equal to it."""
    row = rows.call
    return CallResult(
        recording=_decode_recording(row),
        status=CallStatus(row["status"]),
        transcript=_decode_transcript(rows) if row["has_transcript"] else None,
        verdict=Verdict(
            rubrics=tuple(
                RubricScore(found["name"], found["version"], found["score"], found["band"])
                for found in rows.rubric_scores
            ),
            checks=tuple(_decode_check(found) for found in rows.checks),
            flags=tuple(_decode_flag(found) for found in rows.flags),
            score=row["score"],
        ),
        error=row["error"],
        models=MappingProxyType(row["models"]),
        timings_s=MappingProxyType(row["timings_s"]),
        outline=_decode_outline(rows.outlines),
    )


def _encode_recording(recording: Recording) -> Row:
    metadata = recording.metadata
    started_at = metadata.started_at
    return {
        "call_id": recording.call_id,
        "path": None if recording.path is None else str(recording.path),
        "sha256": recording.sha256,
        "agent_id": metadata.agent_id,
        "agent_name": metadata.agent_name,
        "team": metadata.team,
        "customer_id": metadata.customer_id,
        "stated_language": metadata.language,
        "market": metadata.market,
        "direction": None if metadata.direction is None else metadata.direction.value,
        "started_at": None if started_at is None else started_at.isoformat(),
        "started_epoch_s": None if started_at is None else epoch_s(started_at),
        "stated_channels": metadata.channels.value,
        "csat": metadata.csat,
        "nps": metadata.nps,
        "topic": metadata.topic,
        "attributes": dict(metadata.attributes),
    }


def _decode_recording(row: Row) -> Recording:
    return Recording(
        call_id=row["call_id"],
        path=None if row["path"] is None else Path(row["path"]),
        sha256=row["sha256"],
        metadata=Metadata(
            agent_id=row["agent_id"],
            agent_name=row["agent_name"],
            team=row["team"],
            customer_id=row["customer_id"],
            language=row["stated_language"],
            market=row["market"],
            direction=None if row["direction"] is None else Direction(row["direction"]),
            started_at=(
                None if row["started_at"] is None else datetime.fromisoformat(row["started_at"])
            ),
            channels=Channels(row["stated_channels"]),
            csat=row["csat"],
            nps=row["nps"],
            topic=row["topic"],
            attributes=MappingProxyType(row["attributes"]),
        ),
    )


def _encode_transcript(transcript: Transcript | None) -> Row:
    return {
        "has_transcript": transcript is not None,
        "language": transcript and transcript.language,
        "channels": transcript and transcript.channels.value,
        "duration_s": transcript and transcript.duration_s,
        "speech_s": transcript and transcript.speech_s,
        "role_confidence": transcript and transcript.role_confidence,
        "needs_review": transcript is not None and transcript.needs_review,
        "roles": {s: role.value for s, role in transcript.roles.items()} if transcript else {},
        "notes": list(transcript.notes) if transcript else [],
    }


def _decode_transcript(rows: CallRows) -> Transcript:
    row = rows.call
    return Transcript(
        language=row["language"],
        utterances=tuple(_decode_utterance(found) for found in rows.utterances),
        turns=tuple(
            SpeakerTurn(found["start_s"], found["end_s"], found["speaker"]) for found in rows.turns
        ),
        roles=MappingProxyType({s: Role(role) for s, role in row["roles"].items()}),
        channels=Channels(row["channels"]),
        duration_s=row["duration_s"],
        speech_s=row["speech_s"],
        role_confidence=row["role_confidence"],
        needs_review=row["needs_review"],
        notes=tuple(row["notes"]),
    )


def _encode_utterance(call_id: str, position: int, utterance: Utterance) -> Row:
    return {
        "call_id": call_id,
        "position": position,
        "utterance": utterance.index,
        "role": utterance.role.value,
        "speaker": utterance.speaker,
        "text": utterance.text,
        "language": utterance.language,
        "start_s": utterance.start_s,
        "end_s": utterance.end_s,
        "confidence": utterance.confidence,
        # Lists, not objects: words are nine tenths of the database.
        "words": [[w.text, w.start_s, w.end_s, w.confidence] for w in utterance.words],
        "prosody": _encode_prosody(utterance.prosody),
    }


def _encode_prosody(prosody: Prosody | None) -> list[float | None] | None:
    if prosody is None:
        return None
    return [
        prosody.speech_s,
        prosody.loudness_db,
        prosody.loudness_range_db,
        prosody.pitch_hz,
        prosody.pitch_range_st,
        prosody.effort_db,
    ]


def _decode_utterance(row: Row) -> Utterance:
    return Utterance(
        index=row["utterance"],
        role=Role(row["role"]),
        speaker=row["speaker"],
        text=row["text"],
        language=row["language"],
        start_s=row["start_s"],
        end_s=row["end_s"],
        confidence=row["confidence"],
        words=_decode_words(row.get("words", ())),
        prosody=None if row["prosody"] is None else Prosody(*row["prosody"]),
    )


def _decode_words(stored: Any) -> tuple[Word, ...]:
    if isinstance(stored, str):
        return cast(tuple[Word, ...], LaterWords(stored))
    return tuple(starmap(Word, stored))


def _encode_outline(call_id: str, outline: Outline | None) -> list[Row]:
    if outline is None:
        return []
    return [
        {
            "call_id": call_id,
            "position": position,
            "speaker": speaker,
            "step_s": outline.step_s,
            "levels": levels,
        }
        for position, (speaker, levels) in enumerate(outline.levels.items())
    ]


def _decode_outline(rows: Sequence[Row]) -> Outline | None:
    if not rows:
        return None
    levels = {row["speaker"]: bytes(row["levels"]) for row in rows}
    return Outline(rows[0]["step_s"], MappingProxyType(levels))


def _encode_evidence(evidence: Sequence[Evidence]) -> list[list[Any]]:
    return [[e.utterance, e.start_s, e.end_s, e.quote] for e in evidence]


def _decode_evidence(stored: Sequence[Sequence[Any]]) -> tuple[Evidence, ...]:
    return tuple(Evidence(*found) for found in stored)


def _decode_check(row: Row) -> CheckResult:
    return CheckResult(
        rubric=row["rubric"],
        item=row["item"],
        kind=row["kind"],
        status=CheckStatus(row["status"]),
        points=row["points"],
        max_points=row["max_points"],
        explanation=row["explanation"],
        searched=row["searched"],
        evidence=_decode_evidence(row["evidence"]),
        score=row["score"],
        section=row["section"],
        auto_fail=AutoFail(row["auto_fail_of"]) if row["auto_fail_of"] else None,
        severity=Severity(row["severity"]),
        fragile=tuple(
            Fragility(Doubt(doubt), CheckStatus(status)) for doubt, status in row["fragile"]
        ),
    )


def _decode_flag(row: Row) -> Flag:
    return Flag(
        flag=row["flag"],
        severity=Severity(row["severity"]),
        confidence=row["confidence"],
        explanation=row["explanation"],
        evidence=_decode_evidence(row["evidence"]),
        rubric=row["rubric"],
    )
