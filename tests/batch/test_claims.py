"""What a run holds: recordings taken once among runs, results kept once, the rest put back."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from qa_inspect.batch.claims import Claims, shape_of
from qa_inspect.batch.inspect import failed
from qa_inspect.config import Config
from qa_inspect.domain import CallResult, CallStatus, Recording
from qa_inspect.store.owners import Owner
from qa_inspect.store.results import Store, open_store
from qa_inspect.store.work import Attempt, WorkLedger


def recordings(count: int) -> tuple[Recording, ...]:
    return tuple(Recording(f"c{n}", Path(f"{n}.wav"), f"{n:064x}") for n in range(count))


def done(recording: Recording) -> CallResult:
    return CallResult(recording, CallStatus.OK)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "qa.db") as opened:
        yield opened


def test_two_runs_share_what_is_due(store: Store) -> None:
    due = recordings(7)
    with Claims(store, due) as one, Claims(store, due) as other:
        first, second = one.take(3), other.take(9)
        assert [r.call_id for r in first] == ["c0", "c1", "c2"]
        assert [r.call_id for r in second] == ["c3", "c4", "c5", "c6"]
        assert one.take(9) == () and one.waiting == 4
        assert all(other.save(done(r)) for r in second)
        assert one.take(9) == () and one.waiting == 0 and one.elsewhere == 4
        assert all(one.save(done(r)) for r in first[:2])
        assert not one.save(done(first[0]))
        one.put_back(first[2:])
        assert other.take(1) == first[2:]
    assert store.count() == 6
    with Claims(store, due) as later:
        assert later.take(9) == first[2:]


def test_a_call_that_costs_its_process_comes_again_behind_the_others(store: Store) -> None:
    with Claims(store, recordings(2)) as claims:
        order = []
        while claims.waiting:
            (taken,) = claims.take(1)
            claim = claims.claim_of(taken)
            assert claim is not None
            order.append((taken.call_id, claim.attempt))
            if taken.call_id == "c0":
                came_to = claims.attempt_failed(failed(taken, "it died"))
            else:
                assert claims.save(done(taken))
    assert order == [("c0", 1), ("c1", 1), ("c0", 2), ("c0", 3)]
    assert came_to is Attempt.GIVEN_UP
    assert store.failures() == {"c0": "it died (given up after 3 attempts)"}


def test_a_run_shows_that_it_lives_and_drops_what_it_lost(store: Store) -> None:
    due = recordings(1)
    owner = Owner("slow", "elsewhere", "", 1, "")
    own = WorkLedger(store, owner=owner, lease_s=0.2)
    with Claims(store, due, ledger=own) as claims:
        (taken,) = claims.take(1)
        with store.writing() as connection:  # as another run does that took it for dead
            connection.exec_driver_sql("UPDATE work SET token = token + 1, owner_id = 'heir'")
        limit = time.monotonic() + 20
        while claims.claim_of(taken) is not None and time.monotonic() < limit:
            time.sleep(0.01)
        assert claims.claim_of(taken) is None
        assert not claims.save(done(taken))
        with store.reading() as connection:
            beats = connection.exec_driver_sql("SELECT beat FROM work_owners").scalar()
        assert beats >= 1


def test_the_shape_is_what_is_heard_and_not_how_fast() -> None:
    plain = shape_of(Config())
    assert shape_of(Config(jobs=3, threads=2, device="cpu", batch_size=4)) == plain
    assert shape_of(Config(language="zh")) != plain
    assert shape_of(Config(), {"transcription": "whisper-large-v3"}) != plain
