"""Figures kept beside calls: those of the call as it is, or none."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from qa_inspect.domain import CallResult, CallStatus, Metadata, Recording, Transcript, Verdict
from qa_inspect.store.call_figures import (
    calls_without_figures,
    figure_codes,
    keep_figures,
    load_with_stamps,
    read_figures,
)
from qa_inspect.store.results import CallQuery, Store, open_store

EVERY = CallQuery()


@pytest.fixture
def store(place: str) -> Store:
    opened = open_store(place)
    for number in range(3):
        opened.save_call(a_call(number))
    return opened


def a_call(number: int, status: CallStatus = CallStatus.OK) -> CallResult:
    metadata = Metadata(
        agent_id=f"A{number}", team="x", started_at=datetime(2026, 3, number + 1, tzinfo=UTC)
    )
    heard = Transcript("en", ()) if status is CallStatus.OK else None
    return CallResult(Recording(f"c{number}", None, f"s{number}", metadata), status, heard)


def work_out(store: Store, version: int = 1) -> None:
    for part in load_with_stamps(store, calls_without_figures(store, version)):
        keep_figures(
            store,
            version,
            {c.recording.call_id: (stamp, c.recording.call_id.encode()) for c, stamp in part},
        )


def kept(store: Store, version: int = 1, query: CallQuery = EVERY) -> dict[str, bytes | None]:
    rows = read_figures(store, query, version)
    return dict(zip(rows.call_id, rows.figures, strict=True))


def test_figures_are_kept_until_the_call_is_written_to(store: Store) -> None:
    assert calls_without_figures(store, 1) == ("c0", "c1", "c2")
    work_out(store)
    assert kept(store) == {"c0": b"c0", "c1": b"c1", "c2": b"c2"}
    assert calls_without_figures(store, 1) == ()
    store.save_verdict("c1", Verdict(score=3.0))
    store.save_call(a_call(2))
    assert kept(store) == {"c0": b"c0", "c1": None, "c2": None}
    work_out(store)
    assert calls_without_figures(store, 1) == ()
    store.delete_call("c0")
    assert kept(store) == {"c1": b"c1", "c2": b"c2"}


def test_figures_of_a_call_as_it_was_are_not_kept(store: Store) -> None:
    (part,) = load_with_stamps(store, ["c0", "c1"])
    store.save_verdict("c1", Verdict(score=3.0))
    keep_figures(store, 1, {c.recording.call_id: (stamp, b"old") for c, stamp in part})
    assert kept(store) == {"c0": b"old", "c1": None, "c2": None}


def test_another_version_counts_for_nothing(store: Store) -> None:
    work_out(store)
    assert calls_without_figures(store, 2) == ("c0", "c1", "c2")
    assert set(kept(store, version=2).values()) == {None}
    work_out(store, version=2)
    assert set(kept(store, version=1).values()) == {None}


def test_rows_say_whose_and_when(store: Store) -> None:
    store.save_call(a_call(7, CallStatus.FAILED))
    rows = read_figures(store, CallQuery(team="x"), 1)
    one, seven = rows.call_id.index("c1"), rows.call_id.index("c7")
    assert (rows.agent_id[one], rows.team[one], rows.language[one]) == ("A1", "x", "en")
    assert rows.started_at[one] == "2026-03-02T00:00:00+00:00"
    assert bool(rows.heard[one]) is True
    assert bool(rows.heard[seven]) is False
    assert rows.customers.call_id == rows.call_id
    assert rows.customers.started_s[one] == datetime(2026, 3, 2, tzinfo=UTC).timestamp()
    since = CallQuery(
        since=datetime(2026, 3, 2, tzinfo=UTC), until=datetime(2026, 3, 3, tzinfo=UTC)
    )
    assert kept(store, query=since) == {"c1": None}


def test_names_keep_their_numbers(store: Store) -> None:
    first = figure_codes(store, ["score", "pace"])
    assert len(set(first.values())) == 2
    again = figure_codes(store, ["pace", "\x00odd", "score"])
    assert {name: again[name] for name in first} == first
    assert figure_codes(store) == again
