"""Runs and their workers killed at random moments: every call once, with the result it should have.

Six moments here; a hundred behind the marker ``slow``, figures in docs/faults.md.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from faults.nights import contents, night, times_stored, undisturbed

from qa_inspect.domain import CallStatus
from qa_inspect.errors import StoreError
from qa_inspect.store.results import open_store

TESTS = Path(__file__).parents[1]


def begin(db: Path, count: int, jobs: int, *orders: str) -> subprocess.Popen[str]:
    """A run in a process of its own."""
    path = os.pathsep.join([str(TESTS), str(TESTS.parent)])
    return subprocess.Popen(
        [sys.executable, "-m", "faults.nights", str(db), str(count), str(jobs), *orders],
        env={**os.environ, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def stored(db: Path) -> int:
    """How many calls are stored; 0 where there is no database yet."""
    try:
        with open_store(db, create=False) as store:
            return store.count()
    except StoreError:
        return 0


def wait_for(db: Path, more_than: int, run: subprocess.Popen[str], within_s: float = 60) -> None:
    """Until more calls are stored or the run has ended."""
    end = time.monotonic() + within_s
    while stored(db) <= more_than and run.poll() is None and time.monotonic() < end:
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("moments", "count"), [(6, 80), pytest.param(100, 1000, marks=pytest.mark.slow)]
)
@pytest.mark.timeout(3600)
def test_killed_at_random_moments_nothing_is_lost_or_doubled(
    moments: int, count: int, tmp_path: Path
) -> None:
    db = tmp_path / "qa.db"
    chance = random.Random(7)
    killed = {"run": 0, "worker": 0}
    run = begin(db, count, 2, "seconds=0.08")
    try:
        for _ in range(moments):
            if run.poll() is not None:
                run = begin(db, count, 2, "seconds=0.08")
            if chance.random() < 0.7:
                wait_for(db, stored(db), run)
            time.sleep(chance.uniform(0.0, 0.4))
            workers = psutil.Process(run.pid).children(recursive=True) if running(run) else []
            # Near the end few calls are left, and one that dies three times alone is given up.
            if workers and chance.random() < 0.6 and stored(db) < 0.9 * count:
                kill(chance.choice(workers).pid)
                killed["worker"] += 1
            else:
                run.kill()
                run.wait()
                killed["run"] += 1
        assert stored(db) < count, "the moments were over a run"
        run.wait(timeout=300)
    finally:
        run.kill()
        run.wait()
    last = night(db, count, 1)
    assert last.done + last.known == count
    assert last.failed == ()
    assert contents(db) == undisturbed(count)
    assert set(times_stored(db).values()) == {1}
    print(f"\n{killed} of {moments} moments, {count} calls")  # noqa: T201


def running(run: subprocess.Popen[str]) -> bool:
    return run.poll() is None and psutil.pid_exists(run.pid)


def kill(process_id: int) -> None:
    if psutil.pid_exists(process_id):
        os.kill(process_id, signal.SIGKILL)


def test_two_runs_at_once_share_the_calls(tmp_path: Path) -> None:
    db = tmp_path / "qa.db"
    open_store(db).close()
    both = [begin(db, 60, 1, "seconds=0.05") for _ in range(2)]
    told = [run.communicate(timeout=120)[0] for run in both]
    assert [run.returncode for run in both] == [0, 0]
    assert contents(db) == undisturbed(60)
    assert set(times_stored(db).values()) == {1}
    assert all('"left": 0' in text and '"stopped": null' in text for text in told)
    assert all('"done": 60' not in text for text in told), "one did it all"


def test_a_run_takes_over_what_a_killed_one_held(tmp_path: Path) -> None:
    db = tmp_path / "qa.db"
    dead = begin(db, 40, 1, "seconds=0.05")
    wait_for(db, 2, dead)
    alive = begin(db, 40, 1, "seconds=0.05")
    time.sleep(0.5)
    dead.kill()
    dead.wait()
    alive.communicate(timeout=120)
    assert alive.returncode == 0
    assert contents(db) == undisturbed(40)
    assert set(times_stored(db).values()) == {1}


@pytest.mark.parametrize(
    "signals",
    [pytest.param(0, marks=pytest.mark.slow), 1],
    ids=["deadline", "deadline and SIGTERM"],
)
def test_a_run_ends_at_its_deadline_and_another_does_the_rest(signals: int, tmp_path: Path) -> None:
    db = tmp_path / "qa.db"
    open_store(db).close()
    run = begin(db, 600, 1, "seconds=0.05", "deadline=1")
    if signals:
        wait_for(db, 0, run)
        main = psutil.Process(run.pid)
        # The whole group is told, as systemd does.
        for process in [*main.children(recursive=True), main]:
            with contextlib.suppress(psutil.Error):
                process.send_signal(signal.SIGTERM)
    told, _ = run.communicate(timeout=180)
    assert run.returncode == 0
    done = stored(db)
    assert 1 <= done < 600
    assert f'"done": {done}, "failed": []' in told
    assert f'"left": {600 - done}' in told
    with open_store(db) as store:
        assert all(call.status is CallStatus.OK for call in store.calls())
    rest = night(db, done + 20, 1)
    assert (rest.done, rest.known) == (20, done)
    assert set(times_stored(db).values()) == {1}
