"""What customers said in stored calls: all that is needed to tell what calls are about.

A small part of a call, which is read in a third of the time that the whole takes, and in far less
where calls were judged. This module does not know topics.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from sqlalchemy import Connection, select

from qa_inspect.domain import (
    CallResult,
    CallStatus,
    Evidence,
    Flag,
    Metadata,
    Recording,
    Role,
    Severity,
    Transcript,
    Utterance,
    Verdict,
)
from qa_inspect.store import tables
from qa_inspect.store.results import CallQuery, Store

_TOGETHER = 200
_ROLES = {Role.CUSTOMER.value: Role.CUSTOMER, Role.UNKNOWN.value: Role.UNKNOWN}


def calls_as_said(
    store: Store, query: CallQuery, flags: Collection[str] = ()
) -> Iterator[CallResult]:
    """The calls asked for, by start and id, with what customers (and unknown people) said.

    Of their metadata only the topic is read and of their verdicts only the flags named ``flags``,
    with their evidence; what agents said, single words and times of turns are left out. Raises
    StoreError.
    """
    call_ids = store.call_ids(query)
    for first in range(0, len(call_ids), _TOGETHER):
        with store.reading() as connection:
            found = _load(connection, call_ids[first : first + _TOGETHER], flags)
        yield from found


def _load(
    connection: Connection, call_ids: Sequence[str], flags: Collection[str]
) -> list[CallResult]:
    said = _said(connection, call_ids)
    flagged = _flagged(connection, call_ids, flags) if flags else {}
    c = tables.calls.c
    listed = select(
        c.call_id, c.path, c.sha256, c.topic, c.status, c.has_transcript, c.language
    ).where(c.call_id.in_(call_ids))
    found = {}
    for call_id, path, sha256, topic, status, has_transcript, language in connection.execute(
        listed
    ):
        place = None if path is None else Path(path)
        transcript = Transcript(language, tuple(said[call_id])) if has_transcript else None
        found[call_id] = CallResult(
            Recording(call_id, place, sha256, Metadata(topic=topic)),
            CallStatus(status),
            transcript,
            Verdict(flags=tuple(flagged.get(call_id, ()))),
        )
    return [found[call_id] for call_id in call_ids if call_id in found]


def _flagged(
    connection: Connection, call_ids: Sequence[str], names: Collection[str]
) -> dict[str, list[Flag]]:
    f = tables.flags.c
    listed = (
        select(f.call_id, f.flag, f.severity, f.confidence, f.explanation, f.evidence, f.rubric)
        .where(f.call_id.in_(call_ids), f.flag.in_(list(names)))
        .order_by(f.call_id, f.position)
    )
    found: dict[str, list[Flag]] = defaultdict(list)
    for call_id, flag, severity, confidence, explanation, evidence, rubric in connection.execute(
        listed
    ):
        pieces = tuple(Evidence(*piece) for piece in evidence)
        found[call_id].append(
            Flag(flag, Severity(severity), confidence, explanation, pieces, rubric)
        )
    return found


def _said(connection: Connection, call_ids: Sequence[str]) -> dict[str, list[Utterance]]:
    u = tables.utterances.c
    listed = (
        select(u.call_id, u.utterance, u.role, u.speaker, u.text, u.language, u.start_s, u.end_s)
        .where(u.call_id.in_(call_ids), u.role.in_(list(_ROLES)))
        .order_by(u.call_id, u.position)
    )
    said: dict[str, list[Utterance]] = defaultdict(list)
    for call_id, at, role, *rest in connection.execute(listed):
        said[call_id].append(Utterance(at, _ROLES[role], *rest))
    return said
