"""First-call resolution over a store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from qa_inspect.domain import CallResult, CallStatus, Metadata, Recording
from qa_inspect.report.resolution import Resolved, resolution, resolution_rate
from qa_inspect.store.results import open_store

START = datetime(2026, 5, 1, 9, tzinfo=UTC)


def call(
    name: str, day: float | None, customer: str | None = "C1", topic: str | None = "refund"
) -> CallResult:
    started = None if day is None else START + timedelta(days=day)
    metadata = Metadata(customer_id=customer, started_at=started, topic=topic, agent_id="A1")
    return CallResult(Recording(name, None, f"sha {name}", metadata), CallStatus.OK)


def test_calls_are_resolved_when_nobody_calls_again(tmp_path: Path) -> None:
    with open_store(tmp_path / "qa.db") as store:
        for one in (
            call("first", 0),
            call("again", 3),
            call("other matter", 4, topic="billing"),
            call("nobody", 5, customer=None),
            call("no topic", 5, customer="C2", topic=None),
            call("no day", None, customer="C3"),
            call("latest", 15, customer="C4"),
        ):
            store.save_call(one)
        found = {one.call.call_id: one for one in resolution(store)}
    assert {name: one.outcome.value for name, one in found.items()} == {
        "first": "unresolved",
        "again": "resolved",
        "other matter": "resolved",
        "nobody": "unknown",
        "no topic": "unknown",
        "no day": "unknown",
        "latest": "unknown",
    }
    assert found["first"].again == ("again",)
    assert found["first"].outcome is Resolved.UNRESOLVED
    assert resolution_rate(found.values()) == {"A1": (2, 3)}
    assert resolution_rate(found.values(), "topic") == {"billing": (1, 1), "refund": (1, 2)}


def test_a_switchboard_says_nothing(tmp_path: Path) -> None:
    with open_store(tmp_path / "qa.db") as store:
        for n in range(60):
            store.save_call(call(f"c{n:02}", n / 100))
        store.save_call(call("later", 20, customer="C9"))
        outcomes = {one.outcome for one in resolution(store)}
    assert outcomes == {Resolved.UNKNOWN}
