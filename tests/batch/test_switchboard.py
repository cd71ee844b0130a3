"""A customer id that hundreds share is no person: its calls are nobody's history."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from made_calls import START, arrive, inspected

from qa_inspect.batch.inspect import Judge
from qa_inspect.batch.settling import settle_histories
from qa_inspect.domain import (
    CallResult,
    Role,
    Transcript,
    Utterance,
)
from qa_inspect.store.results import open_store

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
    said = Transcript("en", (Utterance(0, Role.CUSTOMER, "customer", text, "en"),))
    told = {"customer_id": customer, "topic": "delivery", "language": "en"}
    return inspected(f"c{number}", said, started_at=START + timedelta(minutes=minutes), **told)


def test_a_number_that_hundreds_share_has_no_history(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(RUBRIC)
    judge = Judge([str(path)])
    switchboard = [call(n, "SWITCHBOARD", 4 * n) for n in range(120)]
    person = [call(900 + n, "ANN", 24 * 60 * n) for n in range(3)]
    with open_store(tmp_path / "qa.db") as store:
        arrive(store, judge, [*switchboard, *person])
        settle_histories(store, judge)
        found = {one.recording.call_id: one.verdict for one in store.calls()}
    flags = {name: [flag.flag for flag in verdict.flags] for name, verdict in found.items()}
    assert not any(flags[f"c{n}"] for n in range(120))
    assert flags["c902"] == ["again", "story"] and not flags["c900"]
    told = found["c60"].checks[0]
    assert told.status == "not_applicable" and "switchboard" in told.explanation
    assert found["c60"].score is None
