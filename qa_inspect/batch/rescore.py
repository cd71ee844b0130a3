"""Judging stored calls again, without audio, and telling what that changes.

This module does not hear anything: a call whose recording failed has no transcript and is skipped.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from qa_inspect.batch.changes import Rescored, compare, merged
from qa_inspect.batch.crew import Crew, crew_size
from qa_inspect.batch.foreseeing import foresee
from qa_inspect.batch.histories import Histories
from qa_inspect.batch.inspect import Judge
from qa_inspect.batch.settling import follow, make_due
from qa_inspect.batch.vectors import KeptSentences
from qa_inspect.domain import CallStatus, CheckStatus, Verdict
from qa_inspect.rubric.needs import Needs
from qa_inspect.store.history import EVER, languages
from qa_inspect.store.reading import load_calls
from qa_inspect.store.results import CallQuery, Store

TOGETHER = 100
"""Calls that a process takes at once and keeps in one transaction."""


def rescore(
    store: Store, judge: Judge, query: CallQuery, *, write: bool, jobs: int | None = None
) -> Iterator[Rescored]:
    """Judge every stored call that the query asks for; ``write`` keeps the new verdicts.

    Many calls are shared out to ``jobs`` processes, one for each core unless given. Whatever the
    number, calls come in the order of the query. A verdict that is the same is not written again.
    Raises StoreError, and RubricError or ModelError where judging cannot begin.
    """
    needs = _needs(store, judge)
    if not needs.verdicts:
        yield from _in_parts(store, judge, query, write=write, jobs=jobs)
        return
    changes = list(_in_parts(store, judge, query, write=write, jobs=jobs))
    later = dict((follow if write else foresee)(store, judge, changes))
    for change in changes:
        yield later.pop(change.call_id, change)
    yield from later.values()


def _needs(store: Store, judge: Judge) -> Needs:
    with store.reading() as connection:
        return judge.needs(languages(connection))


def _in_parts(
    store: Store, judge: Judge, query: CallQuery, *, write: bool, jobs: int | None
) -> Iterator[Rescored]:
    """Every call judged once, with other calls as they are in the store at that moment."""
    call_ids = store.call_ids(query)
    parts = [call_ids[first : first + TOGETHER] for first in range(0, len(call_ids), TOGETHER)]
    size = crew_size(len(parts), jobs)
    if size > 1:
        with Crew(store, judge, size, partial(_lay, write)) as crew:
            for changes in crew.each(_at_desk, parts):
                yield from changes
        return
    if judge.vectors is None:
        judge.vectors = KeptSentences(store)
    histories = _histories(store, judge)
    for part in parts:
        yield from rescore_part(store, judge, part, write=write, histories=histories)


def rescore_part(
    store: Store,
    judge: Judge,
    call_ids: Sequence[str],
    *,
    write: bool,
    histories: Histories | None = None,
) -> tuple[Rescored, ...]:
    """Judge some calls and keep what changed in one transaction. Raises StoreError."""
    around = _histories(store, judge) if histories is None else histories
    changes: list[Rescored] = []
    verdicts: dict[str, Verdict] = {}
    with store.reading() as connection:
        calls = load_calls(connection, call_ids, words="when asked for")
        pasts = around.pasts(connection, [call.recording for call in calls])
    if judge.vectors is not None:
        judge.vectors.expect(call.transcript for call in calls if call.transcript is not None)
    for call in calls:
        if call.status is not CallStatus.OK or call.transcript is None:
            continue
        call_id = call.recording.call_id
        judged = judge.judge(call.transcript, call.recording.metadata, pasts.get(call_id))
        verdict = merged(call.verdict, judged)
        if verdict != call.verdict:
            verdicts[call_id] = verdict
        wrong = [f"{c.rubric}.{c.item}" for c in judged.checks if c.status is CheckStatus.ERROR]
        changes.append(
            replace(
                compare(call, verdict),
                judged=bool(judged.rubrics),
                went_wrong=tuple(wrong),
            )
        )
    if write and verdicts:
        if around.needs.verdicts:
            make_due(store, around.needs, changes)
        store.save_verdicts(verdicts)
    if judge.vectors is not None:
        judge.vectors.flush()
    return tuple(changes)


@dataclass(frozen=True, slots=True)
class _Desk:
    """What a process judges with."""

    store: Store
    judge: Judge
    histories: Histories
    write: bool


def _lay(write: bool, store: Store, judge: Judge) -> _Desk:
    return _Desk(store, judge, _histories(store, judge), write)


def _at_desk(desk: _Desk, call_ids: Sequence[str]) -> tuple[Rescored, ...]:
    return rescore_part(
        desk.store, desk.judge, call_ids, write=desk.write, histories=desk.histories
    )


def _histories(store: Store, judge: Judge) -> Histories:
    """Reads what is known around calls; what many share is read once."""
    return Histories(store, _needs(store, judge), span=EVER)
