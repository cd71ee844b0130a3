"""The queue of calls to be judged again, and the hashes of files, on either database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from qa_inspect.domain import CallResult, CallStatus, Metadata, Recording
from qa_inspect.store import to_judge
from qa_inspect.store.file_hashes import FileHash, keep_hashes, load_hashes
from qa_inspect.store.history import mark_settled
from qa_inspect.store.results import open_store

START = datetime(2026, 5, 1, 9, tzinfo=UTC)


def call(number: int, day: int | None) -> CallResult:
    started = None if day is None else START + timedelta(days=day)
    return CallResult(
        Recording(f"c{number}", None, f"s{number}", Metadata(started_at=started)), CallStatus.OK
    )


def test_a_call_that_is_due_once_more_has_a_ticket_of_its_own(place: str) -> None:
    with open_store(place) as store:
        for one in (call(1, 3), call(2, None), call(3, 1)):
            store.save_call(one)
        with store.writing() as connection:
            to_judge.put(connection, ["c1", "c2", "c3", "gone"])
        with store.reading() as connection:
            assert to_judge.waiting(connection) == ("c3", "c1", "c2")
            first = to_judge.tickets(connection, ["c1", "c3", "c9"])
        assert first.keys() == {"c1", "c3"}
        with store.writing() as connection:
            to_judge.put(connection, ["c1"])
            to_judge.take_out(connection, first)
        with store.reading() as connection:
            assert to_judge.waiting(connection) == ("c1", "c2")
            again = to_judge.tickets(connection, ["c1"])
        with store.writing() as connection:
            to_judge.take_out(connection, again)
            to_judge.put(connection, ["c1"])
        with store.reading() as connection:
            newest = to_judge.tickets(connection, ["c1"])
        assert len({first["c1"], again["c1"], newest["c1"]}) == 3


def test_calls_that_are_new_or_due_are_unsettled_until_they_are_gone(place: str) -> None:
    with open_store(place) as store:
        for number in range(4):
            store.save_call(call(number, number))
        with store.writing() as connection:
            assert to_judge.count_unsettled(connection) == 4
            mark_settled(connection, ["c0", "c1", "c2"])
            to_judge.put(connection, ["c0", "c3"])
            assert to_judge.count_unsettled(connection) == 2
        store.delete_call("c0")
        with store.reading() as connection:
            assert to_judge.waiting(connection) == ("c3",)
            assert to_judge.count_unsettled(connection) == 1


def test_hashes_of_files_replace_one_another(place: str) -> None:
    long_ago, now = FileHash(1, 2, 3, "aa"), FileHash(32 << 30, 2**62, 2**62, "bb")
    paths = [f"/calls/{number}\udcff.wav" for number in range(1_200)]
    with open_store(place) as store:
        keep_hashes(store, {})
        keep_hashes(store, dict.fromkeys(paths, long_ago))
        keep_hashes(store, {paths[7]: now})
        kept = load_hashes(store, [*paths, "/calls/other.wav"])
    assert kept == dict.fromkeys(paths, long_ago) | {paths[7]: now}
