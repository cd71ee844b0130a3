"""The same run on a Ray cluster of two nodes: the same results, whoever is killed.

What a worker takes of a node is tested without a cluster. Killing and stopping the run itself is
behind the marker ``slow``: a minute on two busy cores.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest
from click.testing import CliRunner
from faults.nights import calls, contents, times_stored, undisturbed
from hypothesis import given
from hypothesis import strategies as st
from scripted import Silent

from qa_inspect.batch.limits import GIB
from qa_inspect.batch.messages import Gone, Ready, ToWorker
from qa_inspect.batch.ray import Needs, from_anywhere, needs_of, room
from qa_inspect.batch.supervisor import Supervisor
from qa_inspect.batch.workers import Worker
from qa_inspect.commands.main import cli
from qa_inspect.config import Config
from qa_inspect.domain import CallResult
from qa_inspect.errors import InputError, ModelError, StartError
from qa_inspect.store.results import open_store

TESTS = Path(__file__).parents[1]
CPU_NODE = {"CPU": 16.0, "memory": 64.0 * GIB}
GPU_NODE = {"CPU": 16.0, "GPU": 2.0, "memory": 64.0 * GIB}


@pytest.mark.parametrize(
    ("config", "nodes", "cores", "gpus", "workers"),
    [
        (Config(), [CPU_NODE] * 10, 4, 0.0, 40),
        (Config(), [CPU_NODE, {"CPU": 2.0, "memory": 8.0 * GIB}], 2, 0.0, 9),
        (Config(jobs=20), [CPU_NODE] * 10, 8, 0.0, 20),
        (Config(jobs=1), [CPU_NODE], 16, 0.0, 1),
        (Config(threads=3), [CPU_NODE], 3, 0.0, 5),
        (Config(), [CPU_NODE | {"memory": 9.0 * GIB}], 4, 0.0, 2),
        (Config(memory_gb=20.0), [CPU_NODE], 4, 0.0, 3),
        (Config(), [{"object_store_memory": 1.0}, CPU_NODE], 4, 0.0, 4),
        (Config(), [GPU_NODE] * 10, 8, 1.0, 20),
        (Config(), [GPU_NODE, CPU_NODE], 8, 1.0, 2),
        (Config(device="cuda:1", jobs=6), [GPU_NODE], 2, 1 / 3, 6),
        (Config(device="cpu"), [GPU_NODE], 4, 0.0, 4),
    ],
)
def test_what_a_worker_takes(
    config: Config, nodes: list[dict[str, float]], cores: int, gpus: float, workers: int
) -> None:
    needs = needs_of(config, nodes)
    assert (needs.cpus, needs.gpus) == (cores, gpus)
    assert sum(room(node, needs) for node in nodes) == workers


@given(st.integers(0, 64), st.lists(st.integers(1, 64), min_size=1, max_size=10))
def test_as_many_workers_as_asked_for_have_room_if_there_are_as_many_cores(
    jobs: int, sizes: list[int]
) -> None:
    nodes = [{"CPU": float(size), "memory": 1000.0 * GIB} for size in sizes]
    needs = needs_of(Config(jobs=jobs), nodes)
    assert 1 <= needs.cpus <= max(sizes)
    assert sum(room(node, needs) for node in nodes) >= min(jobs or 1, sum(sizes))


def test_a_part_of_a_gpu_goes_into_it_as_often_as_it_should() -> None:
    for parts in range(1, 100):
        assert room({"CPU": 100.0, "GPU": 1.0}, Needs(1, 1 / parts)) == parts


def test_a_gpu_that_no_node_has() -> None:
    with pytest.raises(InputError, match="no node of the Ray cluster has a GPU"):
        needs_of(Config(device="cuda"), [CPU_NODE])


class Placed(Worker):
    """A worker that is ready at once, or waits for a machine."""

    def __init__(self, events: SimpleQueue[Any], *, placed: bool) -> None:
        super().__init__("nowhere")
        self.placed = placed
        self.events = events
        if placed:
            events.put((self, (time.monotonic(), Ready())))

    def bury(self) -> str:
        return self._why

    def end(self) -> None:
        pass

    def _say(self, message: ToWorker) -> None:
        pass

    def _kill(self) -> None:
        self.events.put((self, (time.monotonic(), Gone())))


class Cluster:
    """Two workers are wanted, for so many of which there is a machine."""

    places = 2

    def __init__(self, machines: int) -> None:
        self.machines = machines
        self.started: list[Placed] = []

    def start(self, others: Sequence[Worker], events: SimpleQueue[Any]) -> Worker:
        self.started.append(Placed(events, placed=len(others) < self.machines))
        return self.started[-1]

    def goes_on_without(self, worker: Worker, error: StartError) -> bool:
        return False


def test_a_run_begins_with_the_workers_that_have_a_machine() -> None:
    cluster = Cluster(1)
    with Supervisor(cluster, Config()) as supervisor:
        supervisor.ready(10)
        assert [(worker.placed, worker.ready) for worker in cluster.started] == [
            (True, True),
            (False, False),
        ]


def test_a_cluster_that_others_use_up_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qa_inspect.batch.supervisor.START_LIMIT_S", 0.0)
    with (
        pytest.raises(ModelError, match="no machine had room"),
        Supervisor(Cluster(0), Config()) as supervisor,
    ):
        supervisor.ready(10)


def test_files_of_the_users_own_are_named_by_their_whole_path(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ours.yaml").touch()
    (tmp_path / "support").mkdir()
    assert from_anywhere("ours.yaml") == str(tmp_path / "ours.yaml")
    assert [from_anywhere(name) for name in ("support", "auto", "not.there")] == [
        "support", "auto", "not.there",
    ]  # fmt: skip


def test_a_run_from_outside_the_cluster(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, ray: Any
) -> None:
    from faults.ray_nights import ray_night

    monkeypatch.setenv("RAY_ADDRESS", "ray://head:10001")
    with pytest.raises(InputError, match="cannot be outside the cluster"):
        ray_night(tmp_path / "ray.db", 1)


@pytest.fixture(scope="module")
def ray() -> Any:
    return pytest.importorskip("ray", reason="Ray is not installed: pip install 'qa-inspect[ray]'")


@pytest.fixture(scope="module")
def cluster(ray: Any) -> Iterator[Any]:
    """Two nodes of two processors each, of which the first is the head, as processes here."""
    from ray.cluster_utils import Cluster

    node = {"num_cpus": 2, "object_store_memory": 80 << 20, "memory": 2 * GIB}
    with pytest.MonkeyPatch.context() as told:
        told.setenv("PYTHONPATH", os.pathsep.join((str(TESTS), *sys.path)))
        told.setenv("RAY_USAGE_STATS_ENABLED", "0")
        told.setenv("RAY_health_check_period_ms", "500")
        told.setenv("RAY_health_check_failure_threshold", "3")
        head = {**node, "include_dashboard": False}
        made = Cluster(initialize_head=True, head_node_args=head)
        made.add_node(**node)
        told.setenv("RAY_ADDRESS", made.address)
        yield made
        ray.shutdown()
        made.shutdown()


class Watching(Silent):
    """Progress that calls something after so many calls."""

    def __init__(self, after: int, act: Any) -> None:
        self._left, self._act = after, act

    def done(self, result: CallResult) -> None:
        """Count, and act once."""
        self._left -= 1
        if self._left == 0:
            self._act()


def stored(db: Path) -> int:
    with open_store(db) as store:
        return store.count()


def begin(db: Path, count: int, *orders: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "faults.ray_nights", str(db), str(count), *orders]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def wait_for(db: Path, more_than: int, run: subprocess.Popen[str]) -> None:
    end = time.monotonic() + 120
    while stored(db) <= more_than and run.poll() is None and time.monotonic() < end:
        time.sleep(0.05)
    assert run.poll() is None, run.communicate()


def test_nodes_none_of_which_sees_the_recordings_stop_the_run(cluster: Any, tmp_path: Path) -> None:
    from faults.ray_nights import ray_night

    with pytest.raises(InputError, match="does not see the recordings"):
        ray_night(tmp_path / "ray.db", 2, probe=tmp_path / "not-mounted.wav")


def test_a_node_whose_models_do_not_hear_is_left_out(cluster: Any, tmp_path: Path) -> None:
    from faults.ray_nights import ray_night

    unfit = next(iter(cluster.worker_nodes)).node_id
    told: list[str] = []
    db = tmp_path / "ray.db"
    summary = ray_night(db, 30, (f"unfit={unfit}",), tell=told.append)
    assert (summary.done, summary.failed, summary.left) == (30, (), 0)
    assert contents(db) == undisturbed(30)
    (said,) = told
    assert said.startswith("left out of the run: ")
    assert f"{unfit}: the models hear nothing" in said


def test_a_cluster_that_is_not_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, ray: Any
) -> None:
    from faults.ray_nights import ray_night

    monkeypatch.setenv("RAY_ADDRESS", "127.0.0.1:1")
    with pytest.raises(InputError, match="cannot be reached"):
        ray_night(tmp_path / "ray.db", 1)
    call, db = tmp_path / "call.wav", tmp_path / "qa.db"
    call.write_bytes(b"RIFF")
    command = ["run", str(call), "--db", str(db), "--executor", "ray"]
    told = CliRunner().invoke(cli, command, prog_name="qa-inspect")
    assert told.exit_code == 1
    assert "the Ray cluster cannot be reached" in told.output
    assert not db.exists()


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_run_that_is_killed_and_one_that_is_told_to_stop(cluster: Any, tmp_path: Path) -> None:
    from faults.ray_nights import ray_night

    db = tmp_path / "ray.db"
    killed = begin(db, 200, "seconds=0.1")
    wait_for(db, 10, killed)
    killed.kill()
    killed.wait()
    before = stored(db)
    stopped = begin(db, 200, "seconds=0.1")
    wait_for(db, before + 10, stopped)
    stopped.send_signal(signal.SIGTERM)
    told, errors = stopped.communicate(timeout=120)
    assert stopped.returncode == 0, errors
    done = stored(db)
    assert before + 10 < done < 200
    assert f'"done": {done - before}, "failed": []' in told
    assert '"stopped": "SIGTERM was received"' in told
    assert ray_night(db, 200).done == 200 - done
    assert contents(db) == undisturbed(200)
    assert set(times_stored(db).values()) == {1}


def test_a_killed_node_and_a_killed_actor_lose_nothing(cluster: Any, tmp_path: Path) -> None:
    from faults.ray_nights import ray_night

    marks = tmp_path / "marks"
    marks.mkdir()
    guilty, hungry = calls(40)[7].call_id, calls(40)[12].call_id

    def kill_a_node() -> None:
        victim = next(iter(cluster.worker_nodes))
        threading.Thread(target=cluster.remove_node, args=(victim, False), daemon=True).start()

    db = tmp_path / "ray.db"
    orders = (f"kill={guilty}", f"eat={hungry}", f"once={marks}", "seconds=0.1")
    summary = ray_night(db, 40, orders, Watching(10, kill_a_node))
    assert summary.done == 40
    assert not summary.failed
    assert contents(db) == undisturbed(40)
    assert set(times_stored(db).values()) == {1}
