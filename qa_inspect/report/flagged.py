"""Flagged calls in order of gravity.

This module does not know where calls come from nor how the list is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from qa_inspect.domain import CallResult, Evidence, Flag, Role, Severity
from qa_inspect.rubric.masking import masked_flags


@dataclass(frozen=True, slots=True)
class FlaggedCall:
    """One flag of one call, with what a list of them shows."""

    call_id: str
    agent_id: str | None
    agent_name: str | None
    team: str | None
    started_at: datetime | None
    score: float | None
    needs_review: bool
    flag: Flag
    said_by: Role | None = None
    """Who says the evidence; None where it is no speech."""

    @property
    def evidence(self) -> Evidence | None:
        """The first piece of evidence, preferring one whose time is known."""
        return first_piece(self.flag.evidence)

    def to_row(self) -> dict[str, Any]:
        """The flagged call as one flat JSON-ready row."""
        evidence = self.evidence
        return {
            "call_id": self.call_id,
            "flag": self.flag.flag,
            "severity": self.flag.severity.value,
            "confidence": round(self.flag.confidence, 3),
            "agent_id": self.agent_id,
            "agent_name": self.agent_name,
            "team": self.team,
            "started_at": self.started_at and self.started_at.isoformat(),
            "score": self.score,
            "needs_review": self.needs_review,
            "explanation": self.flag.explanation,
            "said_by": self.said_by and self.said_by.value,
            "start_s": evidence and evidence.start_s,
            "quote": evidence and evidence.quote,
        }


def call_flags(call: CallResult) -> tuple[FlaggedCall, ...]:
    """The call's flags, each with what a list of flagged calls shows, secrets masked."""
    metadata, transcript = call.recording.metadata, call.transcript
    speakers = roles_by_utterance(call)
    return tuple(
        FlaggedCall(
            call_id=call.recording.call_id,
            agent_id=metadata.agent_id,
            agent_name=metadata.agent_name,
            team=metadata.team,
            started_at=metadata.started_at,
            score=call.verdict.score,
            needs_review=bool(transcript and transcript.needs_review),
            flag=flag,
            said_by=speakers.get(piece.utterance)
            if (piece := first_piece(flag.evidence))
            else None,
        )
        for flag in masked_flags(call)
    )


def roles_by_utterance(call: CallResult) -> Mapping[int | None, Role]:
    """Who says each utterance, by its index."""
    return {
        said.index: said.role for said in (call.transcript.utterances if call.transcript else ())
    }


def first_piece(evidence: Sequence[Evidence]) -> Evidence | None:
    """The first piece of evidence, preferring one whose time is known; None for none."""
    timed = (piece for piece in evidence if piece.start_s is not None)
    return next(timed, next(iter(evidence), None))


def ranked_flags(
    calls: Iterable[CallResult],
    flag: str | None = None,
    min_severity: Severity | None = None,
) -> tuple[FlaggedCall, ...]:
    """Flagged calls, worst first: by severity, then by confidence.

    ``flag`` keeps flags of that name only, ``min_severity`` those at least that grave.
    """
    floor = 0 if min_severity is None else min_severity.rank
    found = [
        flagged
        for call in calls
        for flagged in call_flags(call)
        if flag in (None, flagged.flag.flag) and flagged.flag.severity.rank >= floor
    ]
    return tuple(sorted(found, key=gravity))


def gravity(flagged: FlaggedCall) -> tuple[int, float, str, str]:
    """A sort key that puts the gravest flag first."""
    flag = flagged.flag
    return (-flag.severity.rank, -flag.confidence, flagged.call_id, flag.flag)
