"""The batch: what is due, what is stored, how it stops and resumes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted import ScriptedInspector, Silent, recording

from qa_inspect.batch.inspect import CallInHand
from qa_inspect.batch.local import BatchSummary, plan_run, run_batch
from qa_inspect.batch.settling import expected_s
from qa_inspect.batch.stopping import EarlierStop, Stop, parse_deadline
from qa_inspect.domain import CallStatus
from qa_inspect.errors import InputError
from qa_inspect.store.results import open_store

TESTS = Path(__file__).parents[1]
CALLS = [recording(number) for number in range(6)]


def _run(db: Path, inspector: ScriptedInspector, calls=CALLS, stop=None, **chosen) -> BatchSummary:
    with open_store(db) as store:
        plan = plan_run(calls, store, **chosen)
        return run_batch(
            plan, inspector, store, run_id=None, stop=stop or Stop(), progress=Silent()
        )


def test_every_call_is_stored_and_a_second_run_does_nothing(tmp_path: Path) -> None:
    first = _run(tmp_path / "qa.db", ScriptedInspector())
    again = ScriptedInspector()
    second = _run(tmp_path / "qa.db", again)
    assert (first.done, first.left) == (6, 0)
    assert (second.done, second.known, again.inspected) == (0, 6, [])


def test_one_failed_call_does_not_stop_the_others(tmp_path: Path) -> None:
    summary = _run(tmp_path / "qa.db", ScriptedInspector(bad=frozenset({"call-002"})))
    assert summary.done == 5
    assert [(f.call_id, f.reason) for f in summary.failed] == [("call-002", "scripted failure")]
    with open_store(tmp_path / "qa.db") as store:
        kept = store.load_call("call-002")
    assert kept is not None and kept.status is CallStatus.FAILED


def test_failed_calls_are_tried_again_only_when_asked(tmp_path: Path) -> None:
    _run(tmp_path / "qa.db", ScriptedInspector(bad=frozenset({"call-002"})))
    left_alone = ScriptedInspector()
    assert _run(tmp_path / "qa.db", left_alone).failed_before == 1
    assert left_alone.inspected == []
    assert _run(tmp_path / "qa.db", ScriptedInspector(), retry_failed=True).done == 1


def test_limit_holds_the_rest_back(tmp_path: Path) -> None:
    summary = _run(tmp_path / "qa.db", ScriptedInspector(), limit=2)
    assert (summary.done, summary.left, summary.stopped) == (2, 4, None)


def test_same_name_with_other_audio_gets_an_id_of_its_own(tmp_path: Path) -> None:
    _run(tmp_path / "qa.db", ScriptedInspector())
    tomorrow = replace(CALLS[0], sha256="f" * 64)
    _run(tmp_path / "qa.db", ScriptedInspector(), calls=[tomorrow])
    with open_store(tmp_path / "qa.db") as store:
        assert "call-000" in store.call_ids()
        assert "call-000-ffffffff" in store.call_ids()
        assert store.count() == 7


def test_a_mended_file_takes_the_place_of_the_one_that_failed(tmp_path: Path) -> None:
    _run(tmp_path / "qa.db", ScriptedInspector(bad=frozenset({"call-002"})))
    mended = replace(CALLS[2], sha256="e" * 64)
    assert _run(tmp_path / "qa.db", ScriptedInspector(), calls=[mended]).done == 1
    with open_store(tmp_path / "qa.db") as store:
        call = store.load_call("call-002")
        assert store.count() == 6
    assert call is not None and call.status is CallStatus.OK


def test_a_passed_deadline_stops_before_the_next_call(tmp_path: Path) -> None:
    late = Stop(datetime.now() - timedelta(seconds=1))
    summary = _run(tmp_path / "qa.db", ScriptedInspector(), stop=late)
    assert (summary.done, summary.left) == (0, 6)
    assert summary.stopped is not None and "deadline" in summary.stopped


@given(st.integers(0, 100_000), st.integers(1, 3600))
def test_hearing_ends_as_early_as_settling_needs(calls: int, left_s: int) -> None:
    stop = Stop(datetime.now() + timedelta(seconds=left_s))
    hearing = EarlierStop(stop, lambda: expected_s(calls))
    needed_s = expected_s(calls)
    assert 0 <= needed_s <= calls * 0.04
    if abs(needed_s - left_s) > 0.5:
        assert bool(hearing.reason) is (needed_s > left_s)
    assert stop.reason is None
    stop.request("told")
    assert hearing.reason == "told"


def test_a_signal_lets_the_group_in_hand_finish_and_leaves_the_rest_due(tmp_path: Path) -> None:
    stop = Stop()
    many = [recording(number) for number in range(30)]

    class Interrupted(ScriptedInspector):
        def recognise(self, calls: Sequence[CallInHand]) -> tuple[CallInHand, ...]:
            if any(hand.recording.call_id == "call-004" for hand in calls):
                os.kill(os.getpid(), signal.SIGTERM)
                _until(lambda: stop.reason is not None)
            return super().recognise(calls)

    with stop.on_signals():
        inspector = Interrupted(call_s=5.0)
        summary = _run(tmp_path / "qa.db", inspector, calls=many, stop=stop)
    assert summary.stopped == "SIGTERM was received"
    assert inspector.inspected == [f"call-{number:03}" for number in range(6)]
    assert (summary.done, summary.left) == (6, 24)
    resumed = ScriptedInspector(call_s=5.0)
    again = _run(tmp_path / "qa.db", resumed, calls=many)
    assert (again.done, again.known, again.left) == (24, 6, 0)
    assert not set(resumed.inspected) & set(inspector.inspected)


def _until(true: Callable[[], bool], within_s: float = 10.0) -> None:
    end = time.monotonic() + within_s
    while not true() and time.monotonic() < end:
        time.sleep(0.005)


KILLED = """
import sys
from pathlib import Path
from scripted import ScriptedInspector, Silent, recording
from qa_inspect.batch.local import plan_run, run_batch
from qa_inspect.batch.stopping import Stop
from qa_inspect.store.results import open_store
with open_store(Path(sys.argv[1])) as store:
    plan = plan_run([recording(number) for number in range(6)], store)
    slow = ScriptedInspector(seconds=0.05)
    run_batch(plan, slow, store, run_id=None, stop=Stop(), progress=Silent())
"""


def test_a_run_killed_at_any_moment_resumes_without_losing_or_doubling(tmp_path: Path) -> None:
    db = tmp_path / "qa.db"
    for _ in range(3):
        child = subprocess.Popen([sys.executable, "-c", KILLED, str(db)], cwd=TESTS)
        deadline = time.monotonic() + 20
        before = _count(db)
        while child.poll() is None and time.monotonic() < deadline and _count(db) == before:
            time.sleep(0.01)
        child.send_signal(signal.SIGKILL)
        child.wait()
    done_before = _count(db)
    summary = _run(db, ScriptedInspector())
    assert done_before >= 1
    assert summary.done + summary.known == 6
    assert _count(db) == 6


def _count(db: Path) -> int:
    if not db.exists() or db.stat().st_size == 0:
        return 0
    with open_store(db) as store:
        return store.count()


@given(st.lists(st.integers(0, 5), max_size=12), st.integers(1, 5))
def test_a_plan_loses_no_recording(numbers: list[int], limit: int) -> None:
    calls = [recording(number) for number in numbers]
    plan = plan_run(calls, None, limit=limit)
    assert len(plan.due) + len(plan.held_back) == len(calls)
    assert len(plan.due) <= limit


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("06:30", datetime(2026, 11, 22, 6, 30)),
        ("23:30", datetime(2026, 11, 21, 23, 30)),
        ("90", datetime(2026, 11, 22, 0, 30)),
    ],
)
def test_deadlines_are_times_or_minutes(text: str, expected: datetime) -> None:
    assert parse_deadline(text, datetime(2026, 11, 21, 23, 0)) == expected


@pytest.mark.parametrize("text", ["", "25:00", "6.30h", "-5", "0", "nan"])
def test_what_is_no_deadline_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="--deadline"):
        parse_deadline(text)
