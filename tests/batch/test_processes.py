"""Worker processes: how many, what a dying one costs, and that none outlives the run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from scripted import ScriptedInspector, recording

from qa_inspect.batch import processes
from qa_inspect.batch.inspect import CallInHand
from qa_inspect.batch.messages import Done
from qa_inspect.batch.stopping import Stop
from qa_inspect.batch.supply import AttemptLost
from qa_inspect.config import Config
from qa_inspect.domain import CallResult, CallStatus, Recording
from qa_inspect.errors import ModelError

TESTS = Path(__file__).parents[1]


class Worker(ScriptedInspector):
    """What workers inspect with, told by names: ``dies-N`` and ``breaks-N`` at a call, ``slow``.

    ``marks-PATH`` makes that file when the first call is done.
    """

    def __init__(self, config: Config, orders: Sequence[str]) -> None:
        super().__init__(call_s=10.0)
        self.config = config
        self.orders = orders

    def listen(self, recording: Recording, audio: Any = None) -> CallInHand:
        number = int(recording.call_id[-3:])
        if f"dies-{number}" in self.orders:
            os.kill(os.getpid(), signal.SIGKILL)
        if f"breaks-{number}" in self.orders:
            raise ModelError("the model is gone")
        return super().listen(recording, audio)

    def inspect(self, recording: Recording, audio: Any = None) -> CallResult:
        if "slow" in self.orders:
            time.sleep(0.25)
        if "very-slow" in self.orders:
            time.sleep(2.0)
        for order in self.orders:
            if order.startswith("marks-"):
                Path(order.removeprefix("marks-")).touch()
        return super().inspect(recording, audio)


class Listed:
    """Calls in a list; ``attempts`` counts those that were lost."""

    def __init__(self, count: int) -> None:
        self.left = deque(recording(number) for number in range(count))
        self.attempts: dict[str, int] = {}

    @property
    def waiting(self) -> int:
        return len(self.left)

    def take(self, limit: int) -> tuple[Recording, ...]:
        return tuple(self.left.popleft() for _ in range(min(limit, len(self.left))))

    def put_back(self, recordings: Sequence[Recording]) -> None:
        self.left.extend(recordings)

    def suspected(self, call: Recording) -> bool:
        return call.call_id in self.attempts

    def attempt_lost(self, call: Recording) -> None:
        self.attempts[call.call_id] = self.attempts.get(call.call_id, 0) + 1
        if self.attempts[call.call_id] < 3:
            self.left.append(call)


def opened(inspector: Any) -> None:
    """Opens what a worker needs; an order may say that it cannot."""
    if "cannot-open" in inspector.orders:
        raise ModelError("no model is here")


def run(
    count: int, *orders: str, jobs: int = 2, stop: Stop | None = None
) -> tuple[list[CallResult], Listed]:
    """What came of so many calls, and the calls that are left."""
    supply, results = Listed(count), []
    config = Config(device="cpu", jobs=jobs, threads=1)
    made: Any = Worker
    with processes.supervised(config, orders, opened, made) as executor:
        executor.ready(count)
        for outcome in executor.outcomes(supply, {}, stop or Stop()):
            if isinstance(outcome, Done):
                results.append(outcome.result)
            else:
                assert isinstance(outcome, AttemptLost)
                supply.attempt_lost(outcome.recording)
    return results, supply


@pytest.mark.parametrize(
    ("jobs", "device", "gpus", "expected"),
    [
        (3, "cpu", 0, 3),
        (0, "cpu", 4, 1),
        (0, "auto", 0, 1),
        (0, "auto", 1, 1),
        (0, "auto", 4, 4),
        (0, "cuda", 2, 2),
        (0, "cuda:1", 4, 1),
        (1, "auto", 4, 1),
        (6, "auto", 2, 6),
    ],
)
def test_one_process_for_each_gpu_unless_told(
    jobs: int, device: str, gpus: int, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qa_inspect.speech.devices.usable_gpus", lambda: gpus)
    assert processes.job_count(Config(jobs=jobs, device=device)) == expected


def test_a_worker_that_dies_costs_the_call_that_kills_it_and_no_other() -> None:
    results, supply = run(4, "dies-1")
    assert sorted(result.recording.call_id for result in results) == [
        "call-000",
        "call-002",
        "call-003",
    ]
    assert supply.attempts == {"call-001": 3}


def test_a_broken_installation_ends_the_run() -> None:
    with pytest.raises(ModelError, match="the model is gone"):
        run(4, "breaks-1")


def test_a_worker_that_cannot_open_its_models_ends_the_run_before_any_call() -> None:
    with pytest.raises(ModelError, match="no model is here"):
        run(4, "cannot-open")


def test_no_worker_is_started_for_which_there_is_no_call() -> None:
    supply = Listed(1)
    made: Any = Worker
    config = Config(device="cpu", jobs=4, threads=1)
    with processes.supervised(config, (), opened, made) as executor:
        executor.ready(supply.waiting)
        assert len(executor.process_ids) == 1
        assert len(list(executor.outcomes(supply, {}, Stop()))) == 1
    assert executor.process_ids == ()


def test_workers_leave_the_rest_of_their_calls_when_the_run_is_told_to_stop(
    tmp_path: Path,
) -> None:
    begun = tmp_path / "begun"
    stop = Stop()

    def watch() -> None:
        _until(begun.exists, 20)
        stop.request("enough")

    watcher = threading.Thread(target=watch)
    watcher.start()
    results, supply = run(64, "slow", f"marks-{begun}", stop=stop)
    watcher.join()
    names = [result.recording.call_id for result in results]
    assert len(set(names)) == len(names), "nothing is doubled"
    assert 1 <= len(names) < 16, "what was not recognised yet is left"
    assert sorted([*names, *(call.call_id for call in supply.left)]) == [
        recording(number).call_id for number in range(64)
    ], "what is left is due"
    assert all(result.status is CallStatus.OK for result in results)


ORPHANS = """
import os
from batch.test_processes import run
from qa_inspect.batch.stopping import Stop

if __name__ == "__main__":
    stop = Stop()
    try:
        with stop.on_signals():
            run(60, "very-slow", stop=stop)
    except KeyboardInterrupt:
        os._exit(5)
"""


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="finds processes by /proc")
@pytest.mark.parametrize(
    "signals", [[signal.SIGKILL], [signal.SIGINT, signal.SIGINT]], ids=["killed", "interrupted"]
)
def test_workers_do_not_outlive_a_run_that_ends_at_once(
    signals: list[signal.Signals], tmp_path: Path
) -> None:
    script = tmp_path / "orphans.py"
    script.write_text(ORPHANS)
    path = os.pathsep.join([str(TESTS), str(TESTS.parent)])
    mark = f"orphans-{tmp_path.name}-{os.getpid()}"
    environment = {**os.environ, "PYTHONPATH": path, "QA_INSPECT_TEST": mark}
    child = subprocess.Popen([sys.executable, str(script)], env=environment)
    try:
        _until(lambda: len(_marked(mark)) >= 4, 60)
        assert len(_marked(mark)) >= 4, "the run, two workers and what keeps their names"
        time.sleep(0.5)
        for each in signals:
            child.send_signal(each)
            time.sleep(0.3)
        child.wait(timeout=20)
        # A worker that was only just being started sees it when its modules are there.
        _until(lambda: not _marked(mark), 30)
        assert _marked(mark) == []
    finally:
        for process in _marked(mark):
            os.kill(process, signal.SIGKILL)


def _marked(mark: str) -> list[int]:
    """The processes that carry the mark in their environment."""
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit() or int(folder.name) == os.getpid():
            continue
        try:
            if f"QA_INSPECT_TEST={mark}".encode() in (folder / "environ").read_bytes():
                found.append(int(folder.name))
        except OSError:
            continue
    return found


def _until(true: Any, within_s: float) -> None:
    end = time.monotonic() + within_s
    while not true() and time.monotonic() < end:
        time.sleep(0.05)
