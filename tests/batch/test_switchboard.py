"""A customer id that hundreds share is no person: its calls are nobody's history."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from qa_inspect.batch.inspect import Judge
from qa_inspect.batch.settling import settle_histories
from qa_inspect.domain import (
    CallResult,
    CallStatus,
    Metadata,
    Recording,
    Role,
    Transcript,
    Utterance,
)
from qa_inspect.store.results import Store, open_store

START = datetime(2026, 5, 1, 9, tzinfo=UTC)
RUBRIC = """\
rubric: own
items:
  - {id: settled, kind: history, measure: resolved, within_days: 2}
flags:
  - {id: again, kind: history, within_days: 7, same_topic: true}
  - {id: story, kind: changed_story, role: customer, within_days: 7}
"""


def call(number: int, customer: str, minutes: float) -> CallResult:
    text = f"My order number is {10_000 + 7 * number}."
    metadata = Metadata(
        customer_id=customer,
        topic="delivery",
        language="en",
        started_at=START + timedelta(minutes=minutes),
    )
    said = Transcript("en", (Utterance(0, Role.CUSTOMER, "customer", text, "en"),))
    recording = Recording(f"c{number}", None, f"sha{number}", metadata)
    return CallResult(recording, CallStatus.OK, said)


def store_calls(store: Store, judge: Judge, calls: list[CallResult]) -> None:
    for one in calls:
        assert one.transcript is not None
        verdict = judge.judge(one.transcript, one.recording.metadata)
        store.save_call(replace(one, verdict=verdict))


def test_a_number_that_hundreds_share_has_no_history(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(RUBRIC)
    judge = Judge([str(path)])
    switchboard = [call(n, "SWITCHBOARD", 4 * n) for n in range(120)]
    person = [call(900 + n, "ANN", 24 * 60 * n) for n in range(3)]
    with open_store(tmp_path / "qa.db") as store:
        store_calls(store, judge, [*switchboard, *person])
        settle_histories(store, judge)
        found = {one.recording.call_id: one.verdict for one in store.calls()}
    flags = {name: [flag.flag for flag in verdict.flags] for name, verdict in found.items()}
    assert not any(flags[f"c{n}"] for n in range(120))
    assert flags["c902"] == ["again", "story"] and not flags["c900"]
    told = found["c60"].checks[0]
    assert told.status == "not_applicable" and "switchboard" in told.explanation
    assert found["c60"].score is None
