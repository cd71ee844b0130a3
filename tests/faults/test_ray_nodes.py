"""A node of a cluster that cannot inspect is left out and named; the others go on."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest

from qa_inspect.batch.messages import Broken, Gone, Ready, ToWorker
from qa_inspect.batch.ray_nodes import Look, Nodes, version
from qa_inspect.batch.supervisor import Supervisor
from qa_inspect.batch.workers import Worker
from qa_inspect.config import Config
from qa_inspect.errors import InputError, ModelError, StartError

GOOD = Look(version(), sees=True)
PROBE = Path("/shared/a.wav")


class Late:
    """A question that is answered after so many looks; None never is."""

    def __init__(self, look: Look | None, looks: int) -> None:
        self.look, self.left = look, looks

    def answer(self, wait_s: float) -> Look | None:
        if self.look is None:
            raise ConnectionError("the node has gone")
        self.left -= 1
        return self.look if self.left < 0 else None


@dataclass
class Cluster:
    """Nodes by name, with what each says of itself."""

    said: dict[str, Look | None]
    late: dict[str, int] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def nodes(self) -> Nodes:
        return Nodes(PROBE, self.told.append, self.living, self.ask)

    def living(self) -> list[dict[str, Any]]:
        return [{"NodeID": name, "NodeManagerHostname": f"host-{name}"} for name in self.said]

    def ask(self, node_id: str, probe: Path | None) -> Late:
        assert probe == PROBE
        self.asked.append(node_id)
        return Late(self.said[node_id], self.late.get(node_id, 0))


def right(nodes: Nodes) -> list[str]:
    return [node["NodeID"] for node in nodes.right]


@pytest.mark.parametrize(
    ("look", "why"),
    [
        (
            Look("0.0.1", sees=True),
            r"host-b: this node of the cluster has version 0\.0\.1, the run",
        ),
        (Look(None, sees=True), "host-b: this node of the cluster has no qa-inspect"),
        (Look(version(), sees=False), r"host-b: /shared/a\.wav: .*does not see the recordings"),
    ],
)
def test_a_wrong_node_is_left_out_and_named(look: Look, why: str) -> None:
    cluster = Cluster({"a": GOOD, "b": look})
    nodes = cluster.nodes()
    nodes.look(60.0)
    nodes.look()
    assert right(nodes) == ["a"]
    assert cluster.asked.count("b") == 1
    (told,) = cluster.told
    assert told.startswith("left out of the run: host-b")
    with pytest.raises(InputError, match=why):
        Cluster({"b": look}).nodes().look(60.0)


def test_a_node_that_joins_late_is_asked_before_it_is_used() -> None:
    cluster = Cluster({"a": GOOD})
    nodes = cluster.nodes()
    nodes.look(60.0)
    cluster.said |= {"b": GOOD, "c": Look("0.0.1", sees=True)}
    cluster.late = {"b": 1}
    nodes.look()
    assert right(nodes) == ["a"]
    nodes.look()
    assert right(nodes) == ["a", "b"]
    assert len(cluster.told) == 1
    assert "host-c" in cluster.told[0]


def test_a_run_waits_for_a_node_that_may_be_right() -> None:
    cluster = Cluster({"a": Look("0.0.1", sees=True), "b": GOOD}, late={"b": 1})
    nodes = cluster.nodes()
    nodes.look()
    assert right(nodes) == []
    nodes.look()
    assert right(nodes) == ["b"]


def test_the_last_right_node_that_goes_leaves_a_wrong_one_that_ends_the_run() -> None:
    cluster = Cluster({"a": GOOD})
    nodes = cluster.nodes()
    nodes.look(60.0)
    cluster.said = {"b": Look("0.0.1", sees=True)}
    with pytest.raises(InputError, match="host-b"):
        nodes.look()


def test_a_node_that_cannot_answer_is_asked_again() -> None:
    cluster = Cluster({"a": GOOD, "b": None})
    nodes = cluster.nodes()
    nodes.look(60.0)
    assert right(nodes) == ["a"]
    cluster.said["b"] = GOOD
    nodes.look()
    assert right(nodes) == ["a", "b"]


def test_a_node_on_which_a_worker_hears_wrongly_is_named_once() -> None:
    cluster = Cluster({"a": GOOD, "b": GOOD})
    nodes = cluster.nodes()
    nodes.look(60.0)
    for _ in range(2):
        nodes.leave_out("b", ModelError("the models hear nothing", where="cuda:0"))
    nodes.look()
    assert right(nodes) == ["a"]
    assert cluster.told == ["left out of the run: host-b: cuda:0: the models hear nothing"]


class OnNode(Worker):
    """A worker that is ready at once, or cannot begin."""

    def __init__(self, events: SimpleQueue[Any], node: str, error: StartError | None) -> None:
        super().__init__("nowhere")
        self.node, self.events = node, events
        said = Ready() if error is None else Broken(error)
        events.put((self, (time.monotonic(), said)))
        if error is not None:
            events.put((self, (time.monotonic(), Gone())))

    def bury(self) -> str:
        return self._why

    def end(self) -> None: ...

    def _say(self, message: ToWorker) -> None: ...

    def _kill(self) -> None:
        self.events.put((self, (time.monotonic(), Gone())))


class TwoPlaces:
    """Two workers on every right node, nodes in turn; those named in ``wrong`` cannot begin."""

    def __init__(self, wrong: set[str]) -> None:
        self.right, self.wrong = {"a", "b", "c"}, wrong
        self.started: list[str] = []

    @property
    def places(self) -> int:
        return 2 * len(self.right)

    def start(self, others: Sequence[Worker], events: SimpleQueue[Any]) -> Worker:
        ways = sorted(self.right)
        node = ways[len(self.started) % len(ways)]
        self.started.append(node)
        error = ModelError("hears nothing", where=node) if node in self.wrong else None
        return OnNode(events, node, error)

    def goes_on_without(self, worker: Worker, error: StartError) -> bool:
        assert isinstance(worker, OnNode)
        self.right.discard(worker.node)
        return self.places > 0


def test_workers_go_on_where_models_hear() -> None:
    staff = TwoPlaces({"b", "c"})
    with Supervisor(staff, Config()) as supervisor:
        supervisor.ready(10)
        assert [worker.node for worker in supervisor._workers] == ["a", "a"]  # type: ignore[attr-defined]


def test_a_run_ends_where_no_node_hears() -> None:
    with (
        pytest.raises(ModelError, match="hears nothing"),
        Supervisor(TwoPlaces({"a", "b", "c"}), Config()) as supervisor,
    ):
        supervisor.ready(10)
