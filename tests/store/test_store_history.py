"""What the store knows around calls: windows, verdicts that are asked for, marks of new calls."""

from __future__ import annotations

from made_calls import START, days_later, inspected

from qa_inspect.domain import (
    CallResult,
    CheckResult,
    CheckStatus,
    Flag,
    Severity,
    Verdict,
)
from qa_inspect.store.history import (
    Window,
    calls_with,
    latest_start,
    mark_settled,
    unsettled_calls,
)
from qa_inspect.store.results import open_store


def call(number: int, day: int | None, customer: str = "C1") -> CallResult:
    verdict = Verdict(
        checks=(CheckResult("r", "greeting", "said", CheckStatus.FAIL, 0, 1, ""),),
        flags=(Flag("abuse", Severity.HIGH, 0.9, ""),),
    )
    told = {"customer_id": customer, "topic": "refund", "agent_id": "A1"}
    return inspected(f"c{number}", None, verdict, started_at=days_later(day), **told)


def test_calls_of_a_customer_within_a_window(place: str) -> None:
    with open_store(place) as store:
        for one in (call(3, 9), call(1, 1), call(2, 5), call(4, None), call(5, 5, "C2")):
            store.save_call(one)
        at_s = START.timestamp()
        window = Window(at_s, at_s + 6 * 86_400)
        with store.reading() as connection:
            found = calls_with(connection, "customer", ["C1", "C3"], window)
            assert [one.call_id for one in found["C1"]] == ["c1", "c2", "c4"]
            assert "C3" not in found
            assert {one.flags for one in found["C1"]} == {frozenset()}
            asked = calls_with(
                connection, "topic", ["refund"], window, flags=["abuse"], items=["greeting", "x"]
            )
            assert len(asked["refund"]) == 4
            assert asked["refund"][0].flags == {"abuse"}
            assert asked["refund"][0].failed == {"greeting"}
            assert latest_start(connection) == at_s + 9 * 86_400


def test_what_is_stored_anew_is_unsettled(place: str) -> None:
    with open_store(place) as store:
        store.save_call(call(1, 1))
        store.save_call(call(2, 2))
        with store.writing() as connection:
            assert unsettled_calls(connection) == ("c1", "c2")
            mark_settled(connection, ["c1", "c2"])
        store.save_verdict("c1", Verdict())
        with store.reading() as connection:
            assert unsettled_calls(connection) == ()
        store.save_call(call(2, 3))
        with store.reading() as connection:
            assert unsettled_calls(connection) == ("c2",)
        store.delete_call("c2")
        with store.reading() as connection:
            assert unsettled_calls(connection) == ("c1",)


def test_nothing_is_known_of_an_empty_store(place: str) -> None:
    with open_store(place) as store, store.reading() as connection:
        assert latest_start(connection) is None
        assert calls_with(connection, "agent", []) == {}
