"""Calls in flow: order, faults, stopping, and no thread or call left behind."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scripted import ScriptedInspector, recording

from qa_inspect.batch.flow import AHEAD, MOST_CALLS, Flow
from qa_inspect.batch.inspect import CallInHand
from qa_inspect.batch.stopping import Stop
from qa_inspect.domain import CallResult, CallStatus, Recording
from qa_inspect.errors import ModelError

TESTS = Path(__file__).parents[1]
CALLS = [recording(number) for number in range(40)]


class Watched(ScriptedInspector):
    """Counts what passes each stage; ``at`` does something when a call comes to a stage."""

    def __init__(
        self, call_s: float = 4.0, at: dict[tuple[str, int], Callable[[], None]] | None = None
    ) -> None:
        super().__init__(call_s=call_s)
        self.at = at or {}
        self.seen: dict[str, list[str]] = {}
        self.groups: list[int] = []
        self._lock = threading.Lock()

    def decode(self, recording: Recording) -> Any:
        self._pass("decode", recording)
        return f"sound of {recording.call_id}"

    def listen(self, recording: Recording, audio: Any = None) -> CallInHand:
        assert audio == f"sound of {recording.call_id}"
        self._pass("listen", recording)
        return super().listen(recording, audio)

    def recognise(self, calls: Sequence[CallInHand]) -> tuple[CallInHand, ...]:
        self.groups.append(len(calls))
        for hand in calls:
            self._pass("recognise", hand.recording)
        return super().recognise(calls)

    def finish(self, hand: CallInHand) -> CallResult:
        self._pass("finish", hand.recording)
        return super().finish(hand)

    def count(self, stage: str) -> int:
        return len(self.seen.get(stage, ()))

    def _pass(self, stage: str, recording: Recording) -> None:
        with self._lock:
            self.seen.setdefault(stage, []).append(recording.call_id)
        self.at.get((stage, int(recording.call_id[-3:])), lambda: None)()


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    left = [t.name for t in threading.enumerate() if t not in before and t.is_alive()]
    assert left == []


def names(results: Sequence[CallResult]) -> list[str]:
    return [result.recording.call_id for result in results]


def expected(count: int) -> list[str]:
    return [call.call_id for call in CALLS[:count]]


def fail(error: BaseException) -> Callable[[], None]:
    def now() -> None:
        raise error

    return now


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 40), st.floats(0.0, 12.0))
def test_every_call_comes_once_and_in_order(count: int, call_s: float) -> None:
    stages = Watched(call_s)
    results = list(Flow(stages, Stop()).results(CALLS[:count]))
    assert names(results) == expected(count)
    for stage in ("decode", "listen", "recognise", "finish"):
        assert sorted(stages.seen.get(stage, [])) == expected(count)


def test_groups_are_as_long_as_is_worth_recognising_together() -> None:
    stages = Watched(call_s=4.0)
    list(Flow(stages, Stop()).results(CALLS[:8]))
    assert stages.groups == [3, 3, 2]


def test_groups_of_calls_without_speech_are_bounded() -> None:
    many = [recording(number) for number in range(MOST_CALLS + 5)]
    stages = Watched(call_s=0.0)
    assert names(list(Flow(stages, Stop()).results(many))) == [call.call_id for call in many]
    assert stages.groups == [MOST_CALLS, 5]


def test_one_failing_call_is_one_failed_result() -> None:
    stages = ScriptedInspector(bad=frozenset({"call-007"}), call_s=4.0)
    results = list(Flow(stages, Stop()).results(CALLS[:12]))
    assert names(results) == expected(12)
    failed = [r.recording.call_id for r in results if r.status is CallStatus.FAILED]
    assert failed == ["call-007"]


@pytest.mark.parametrize("stage", ["decode", "listen", "recognise", "finish"])
@pytest.mark.parametrize("number", [0, 7, 19])
def test_what_is_no_calls_fault_ends_the_run_and_leaves_no_thread(stage: str, number: int) -> None:
    stages = Watched(at={(stage, number): fail(ModelError("the model is gone"))})
    done = []
    with pytest.raises(ModelError, match="the model is gone"):
        for result in Flow(stages, Stop()).results(CALLS[:20]):
            done.append(result)
    assert names(done) == expected(len(done)), "what came before is not lost"
    assert len(done) <= number
    assert len(done) >= number - 3, "whole groups before the fault are given"


def test_a_run_given_up_early_leaves_no_thread_and_does_not_go_on() -> None:
    stages = Watched()
    with closing(Flow(stages, Stop()).results(CALLS)) as results:
        assert next(results).recording.call_id == "call-000"
    assert stages.count("finish") == 1
    assert stages.count("listen") < len(CALLS)


def test_a_run_that_is_never_begun_starts_nothing() -> None:
    stages = Watched()
    Flow(stages, Stop()).results(CALLS).close()
    assert stages.seen == {}


def test_a_run_told_to_stop_beforehand_does_nothing() -> None:
    stop = Stop()
    stop.request("enough")
    stages = Watched()
    assert list(Flow(stages, stop).results(CALLS)) == []
    assert stages.count("listen") == stages.count("recognise") == 0
    assert stages.count("decode") == 0, "not even decoding"


@pytest.mark.parametrize("stage", ["decode", "listen", "recognise", "finish"])
@pytest.mark.parametrize("number", [0, 8, 22])
def test_a_run_told_to_stop_gives_whole_groups_and_drops_the_rest(stage: str, number: int) -> None:
    stop = Stop()
    stages = Watched(at={(stage, number): lambda: stop.request("enough")})
    results = list(Flow(stages, stop).results(CALLS))
    assert names(results) == expected(len(results))
    assert stages.count("finish") == len(results) == stages.count("recognise")
    assert len(results) < len(CALLS)
    if stage in ("recognise", "finish"):
        assert len(results) > number, "what is in hand is finished"


def test_decoding_runs_only_so_far_ahead() -> None:
    furthest = 0

    class Slow(Watched):
        def finish(self, hand: CallInHand) -> CallResult:
            nonlocal furthest
            time.sleep(0.01)
            furthest = max(furthest, self.count("decode") - self.count("finish"))
            return super().finish(hand)

    group = 3
    stages = Slow(call_s=4.0)
    list(Flow(stages, Stop()).results(CALLS))
    in_flow = 6 * group  # listening, waiting, recognising, waiting, finishing, and one being put
    assert furthest <= in_flow + AHEAD + 1
    assert furthest >= group, "stages overlap"


def test_decoding_is_not_a_call_behind_a_slow_one() -> None:
    begun = threading.Event()
    stages = Watched(
        at={
            ("decode", 0): lambda: begun.wait(5) and None,
            ("decode", 1): begun.set,
        }
    )
    assert names(list(Flow(stages, Stop()).results(CALLS[:3]))) == expected(3)
    assert begun.is_set()


def test_stages_work_at_the_same_time() -> None:
    heard = threading.Event()
    overlapped: list[bool] = []
    stages = Watched(
        call_s=20.0,
        at={
            ("recognise", 0): lambda: overlapped.append(heard.wait(5)),
            ("listen", 1): heard.set,
        },
    )
    list(Flow(stages, Stop()).results(CALLS[:4]))
    assert overlapped == [True]


SECOND_INTERRUPT = """
import os, signal, sys, threading, time
from scripted import ScriptedInspector, recording
from qa_inspect.batch.flow import Flow
from qa_inspect.batch.stopping import Stop

class Slow(ScriptedInspector):
    def recognise(self, calls):
        print("begun", flush=True)
        time.sleep(8)
        return tuple(calls)

stop = Stop()
try:
    with stop.on_signals():
        list(Flow(Slow(call_s=20.0), stop).results([recording(n) for n in range(6)]))
except KeyboardInterrupt:
    print("interrupted", flush=True)
    os._exit(5)
"""


def test_a_second_interrupt_ends_at_once() -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", SECOND_INTERRUPT], cwd=TESTS, stdout=subprocess.PIPE, text=True
    )
    try:
        assert child.stdout is not None
        assert child.stdout.readline() == "begun\n"
        for _ in range(2):
            child.send_signal(2)
            time.sleep(0.3)
        code = child.wait(timeout=4)
    finally:
        child.kill()
        child.wait()
    assert code == 5
