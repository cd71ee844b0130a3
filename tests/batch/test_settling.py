"""Settling that is cut off, stopped, shared or raced comes to the same verdicts as undisturbed."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from batch.test_histories import RUBRIC, arrive, call, verdicts
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qa_inspect.batch import settling
from qa_inspect.batch.inspect import Judge
from qa_inspect.batch.rescore import rescore
from qa_inspect.batch.settling import judge_due, left_to_settle, settle_histories
from qa_inspect.domain import CallResult
from qa_inspect.store import dialect, to_judge
from qa_inspect.store.results import CallQuery, Store, open_store


class StopAfter:
    """A stop that is asked so many times before it says so."""

    def __init__(self, asked: int) -> None:
        self.left = asked

    @property
    def reason(self) -> str | None:
        self.left -= 1
        return "enough" if self.left < 0 else None


@pytest.fixture
def judge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Judge:
    """Judges by a rubric whose verdicts depend on verdicts; parts are small, and nothing waits for
    the disk."""
    monkeypatch.setattr(settling, "TOGETHER", 2)
    configure = dialect._configure_sqlite

    def quickly(connection: Any, record: Any) -> None:
        configure(connection, record)
        connection.execute("PRAGMA synchronous = OFF")

    monkeypatch.setattr(dialect, "_configure_sqlite", quickly)
    path = tmp_path / "own.yaml"
    path.write_text(RUBRIC)
    return Judge([str(path)])


CALLS = st.lists(
    st.builds(
        lambda number, day, customer, said: (number, day, customer, said),
        st.just(0),
        st.one_of(st.none(), st.integers(0, 12).map(float)),
        st.sampled_from(["C1", "C2"]),
        st.sampled_from(["Hello.", "I shout!", "I paid $40.", "I paid $90."]),
    ),
    min_size=2,
    max_size=6,
)


def made(drawn: Sequence[tuple[int, float | None, str, str]]) -> list[CallResult]:
    return [
        call(number, day, customer=customer, said=said)
        for number, (_, day, customer, said) in enumerate(drawn)
    ]


@settings(
    max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(CALLS, st.randoms(use_true_random=False), st.lists(st.integers(0, 8), max_size=3))
def test_stopped_at_any_part_and_taken_up_it_comes_to_the_same(
    tmp_path_factory: pytest.TempPathFactory,
    judge: Judge,
    drawn: Sequence[tuple[int, float | None, str, str]],
    random: Any,
    stops: Sequence[int],
) -> None:
    calls = made(drawn)
    shuffled = random.sample(calls, len(calls))
    folder = tmp_path_factory.mktemp("stops")
    with open_store(folder / "one.db") as one, open_store(folder / "other.db") as other:
        arrive(one, judge, calls)
        settle_histories(one, judge)
        half = len(shuffled) // 2
        arrive(other, judge, shuffled[:half])
        for number, asked in enumerate(stops):
            settle_histories(other, judge, stop=StopAfter(asked))
            if number == 1:
                arrive(other, judge, shuffled[half:])
        arrive(other, judge, shuffled[half:])
        settle_histories(other, judge)
        assert verdicts(other) == verdicts(one)
        assert left_to_settle(other) == 0
        assert not any(
            change.changed for change in rescore(other, judge, CallQuery(), write=True, jobs=1)
        )


def chain(length: int) -> list[CallResult]:
    """One customer's shouting every second day: verdicts depend on the one before, and so on."""
    return [call(2 * n, float(n), said="I shout!") for n in range(1, length + 1)]


def test_killed_at_any_write_it_is_taken_up(
    tmp_path: Path, judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = [*chain(5), *(call(100 + n, n / 2, customer=f"C{n}") for n in range(2))]
    with open_store(tmp_path / "one.db") as one:
        arrive(one, judge, calls)
    shutil.copyfile(tmp_path / "one.db", tmp_path / "other.db")
    with open_store(tmp_path / "one.db") as one:
        settle_histories(one, judge)
        wanted = verdicts(one)
    written = 0
    writing = Store.writing

    def once(self: Store) -> Any:
        # what a kill inside a transaction leaves is what one before it leaves
        nonlocal written
        written += 1
        if written % 3 == 0:
            raise KeyboardInterrupt
        return writing(self)

    with open_store(tmp_path / "other.db") as other:
        monkeypatch.setattr(Store, "writing", once)
        while left_to_settle(other):
            with suppress(KeyboardInterrupt):
                settle_histories(other, judge)
        assert written > 15
        assert verdicts(other) == wanted


def test_what_is_left_is_counted(tmp_path: Path, judge: Judge) -> None:
    with open_store(tmp_path / "qa.db") as store:
        arrive(store, judge, chain(6))
        assert left_to_settle(store) == 6
        settle_histories(store, judge, stop=StopAfter(0))
        assert left_to_settle(store) == 6
        settle_histories(store, judge, stop=StopAfter(6))
        assert 0 < left_to_settle(store) < 6
        settle_histories(store, judge)
        assert left_to_settle(store) == 0


def test_processes_come_to_what_one_process_comes_to(tmp_path: Path, judge: Judge) -> None:
    calls = [*chain(5), *(call(100 + n, n / 3, customer=f"C{n % 7}") for n in range(30))]
    with open_store(tmp_path / "one.db") as one, open_store(tmp_path / "other.db") as other:
        arrive(one, judge, calls)
        alone = settle_histories(one, judge, jobs=1)
        arrive(other, judge, reversed(calls))
        shared = settle_histories(other, judge, jobs=2)
        assert verdicts(other) == verdicts(one)
        assert shared == alone
        assert left_to_settle(other) == 0


def test_processes_that_die_leave_the_rest_to_this_one(
    tmp_path: Path, judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settling, "_lay", lay_and_die)
    with open_store(tmp_path / "qa.db") as store:
        arrive(store, judge, chain(9))
        settle_histories(store, judge, jobs=2)
        assert left_to_settle(store) == 0


def lay_and_die(*given: Any) -> Any:
    """Kills a worker process, and lays a desk in this one."""
    import multiprocessing
    import os

    if multiprocessing.parent_process() is not None:
        os._exit(9)
    needs, store, judge = given
    return settling.Desk(store, judge, settling.Histories(store, needs))


def test_a_verdict_that_rests_on_what_has_changed_is_not_kept(
    tmp_path: Path, judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_store(tmp_path / "qa.db") as store:
        arrive(store, judge, chain(2))
        settle_histories(store, judge, stop=StopAfter(2))
        before = verdicts(store)
        with store.reading() as connection:
            due = to_judge.waiting(connection)
            needs = judge.needs(["en"])
        desk = settling._lay(needs, store, judge)
        again = settling.judged_again

        def meanwhile(*given: Any) -> Any:
            yield from again(*given)
            with store.writing() as connection:
                to_judge.put(connection, due[1:])

        monkeypatch.setattr(settling, "judged_again", meanwhile)
        judge_due(desk, due)
        now = verdicts(store)
        assert now[due[1]] == before[due[1]]
        with store.reading() as connection:
            assert due[1] in to_judge.waiting(connection)


def test_two_runs_may_settle_at_once(tmp_path: Path, judge: Judge) -> None:
    calls = [*chain(6), *(call(100 + n, n / 3, customer=f"C{n % 3}") for n in range(6))]
    with open_store(tmp_path / "one.db") as one, open_store(tmp_path / "other.db") as other:
        arrive(one, judge, calls)
        settle_histories(one, judge)
        arrive(other, judge, calls)
        failures: list[BaseException] = []

        def run(act: Callable[[], object]) -> None:
            try:
                act()
            except BaseException as error:
                failures.append(error)

        judges = [Judge(judge.rubric_names) for _ in range(2)]
        runs = [
            threading.Thread(target=run, args=(lambda own=own: settle_histories(other, own),))
            for own in judges
        ]
        for thread in runs:
            thread.start()
        for thread in runs:
            thread.join()
        assert failures == []
        assert verdicts(other) == verdicts(one)
        assert left_to_settle(other) == 0
