"""First-call resolution over a store."""

from __future__ import annotations

from pathlib import Path

from made_calls import days_later, inspected

from qa_inspect.domain import CallResult
from qa_inspect.report.resolution import Resolved, resolution, resolutions
from qa_inspect.report.scorecards import agent_scorecards
from qa_inspect.report.site import SiteOptions, write_site
from qa_inspect.store.results import open_store


def call(
    name: str, day: float | None, customer: str | None = "C1", topic: str | None = "refund"
) -> CallResult:
    told = {"customer_id": customer, "topic": topic, "agent_id": "A1"}
    return inspected(name, started_at=days_later(day), **told)


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
        row = agent_scorecards(store.calls(), resolutions=resolutions(store))[0].to_row()
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
    assert (row["first_call_resolution"], row["resolution_calls"]) == (0.667, 3)


def test_a_switchboard_says_nothing(tmp_path: Path) -> None:
    with open_store(tmp_path / "qa.db") as store:
        for n in range(60):
            store.save_call(call(f"c{n:02}", n / 100))
        store.save_call(call("later", 20, customer="C9"))
        outcomes = {one.outcome for one in resolution(store)}
    assert outcomes == {Resolved.UNKNOWN}


def test_days_that_have_not_passed_make_no_false_zero(tmp_path: Path) -> None:
    """Of yesterday's calls only those that came back are known: a rate of them would be 0."""
    with open_store(tmp_path / "qa.db") as store:
        for one in (
            call("yesterday", 10),
            call("again", 11),
            call("quiet", 11, customer="C2"),
            call("old", 0, customer="C3"),
            call("old again", 2, customer="C3"),
            call("older", 0, customer="C4"),
        ):
            store.save_call(one)
        found = resolutions(store)
        calls = list(store.calls())
    assert found["yesterday"].outcome is Resolved.UNRESOLVED
    card = agent_scorecards(calls, resolutions=found)[0]
    assert card.to_row()["first_call_resolution"] == 0.667
    assert card.to_row()["resolution_calls"] == 3
    recent = [one for one in calls if one.recording.call_id in ("yesterday", "again", "quiet")]
    unknown = agent_scorecards(recent, resolutions=found)[0].to_row()
    assert (unknown["first_call_resolution"], unknown["resolution_calls"]) == (None, 0)


def test_pages_say_what_the_rate_means(tmp_path: Path) -> None:
    with open_store(tmp_path / "qa.db") as store:
        for one in (call("c1", 0), call("c2", 2), call("c3", 20, customer="C2")):
            store.save_call(one)
        write_site(store.calls(), tmp_path / "site", SiteOptions(resolutions=resolutions(store)))
    first = (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    assert "First-call resolution" in first and "50%" in first
    assert "same customer about the same topic within 7 days; known of 2 calls" in first
    page = (tmp_path / "site" / "calls" / "c1.html").read_text(encoding="utf-8")
    assert "no: the customer called about it again (c2)" in page
    agent = next((tmp_path / "site" / "agents").glob("*.html")).read_text(encoding="utf-8")
    assert "First-call resolution" in agent
