"""Workers on a Ray cluster: actors hold the models, wherever Ray finds room for them.

Ray schedules, starts and restarts nothing of ours by itself: it places actors by the processors and
GPUs they ask for, carries messages through its object store, and tells when an actor or a node is
gone. Which call goes where and who is suspected is the supervisor's, as on one machine. Recordings
are read where an actor runs, so all nodes see them under the same paths; only this process, the
driver, writes to the store. This module does not know how a cluster is started.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path
from queue import SimpleQueue
from types import MappingProxyType
from typing import Any

from qa_inspect.batch.inspect import Inspector
from qa_inspect.batch.limits import GIB, in_gb, memory_limit
from qa_inspect.batch.messages import Dying, FromWorker, Gone, ToWorker
from qa_inspect.batch.ray_nodes import FIRST_S, Nodes
from qa_inspect.batch.supervisor import Supervisor
from qa_inspect.batch.worker import Mouth, Order, Told, serve, take
from qa_inspect.batch.workers import Worker
from qa_inspect.config import Config
from qa_inspect.errors import InputError, StartError

log = logging.getLogger(__name__)

_QUIET: Mapping[str, str] = MappingProxyType(
    {
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_ENABLE_AUTO_CONNECT": "0",
        "HF_HUB_OFFLINE": "1",
        "PYANNOTE_METRICS_ENABLED": "0",
    }
)
"""Nothing is told to anybody outside, neither by Ray nor by the models' libraries; and Ray starts
no cluster unasked, when something is asked of it after its end."""

_NODE_ID = "ray.io/node-id"
"""The label by which Ray itself names a node."""

_KNOCK_S = 10.0
_NOTICE_S = 2.0
"""Seconds between an actor's end and the cluster's knowing that its node is gone."""

_LAST_S = 5.0
"""Seconds in which a killed actor has to be gone."""

_OWN_STORE = 256 << 20
"""Bytes of the object store of a cluster of this machine's own."""

_LOOK_S = 2.0
"""Seconds between two looks at which nodes live: each asks the head over the network."""

_WEIGH_S = 0.5
"""Seconds between an actor's looks at the memory it fills."""

USUAL_CORES = 4
"""Cores of one worker on a CPU. Recognition in batches gains little from more, while each worker
has models of its own in memory."""

USUAL_GB = 4.0
"""Memory (GiB) set aside for a worker: 3 are filled after 500 calls, the rest is for long calls."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What one worker takes of a node: cores, GPUs (a part of one is allowed), bytes of memory."""

    cpus: int
    gpus: float = 0.0
    memory: int = 0


@contextmanager
def on_ray(
    config: Config,
    rubric_names: Sequence[str],
    made_ready: Callable[[Inspector], None],
    make: Callable[[Config, Sequence[str]], Inspector] = Inspector,
    *,
    probe: Path | None = None,
    tell: Callable[[str], None] = log.warning,
) -> Iterator[Supervisor]:
    """Workers on the cluster of ``RAY_ADDRESS``, or on one of this machine's own where that is not
    set.

    ``probe`` is a recording that nodes must be able to read. Nodes that cannot inspect are left out
    and named to people by ``tell``. Raises InputError where Ray is not installed or the cluster
    cannot be reached, has no room for a single worker, or no node that can inspect.
    """
    ray = _connected()
    try:
        needs = needs_of(config, [node["Resources"] for node in _living()])
        # Ray shows an actor only the GPUs that are its own, counted from 0.
        device = "cuda:0" if needs.gpus else "cpu"
        own = replace(
            config,
            device=device,
            threads=needs.cpus,
            jobs=1,
            model=from_anywhere(config.model),
            diarization=from_anywhere(config.diarization),
        )
        order = Order(own, tuple(map(from_anywhere, rubric_names)), make, made_ready)
        nodes = Nodes(probe, tell, lambda: [n for n in _living() if room(n["Resources"], needs)])
        nodes.look(FIRST_S)
        staff = RayStaff(order, needs, config.jobs, nodes)
        if not staff.places:
            raise InputError(
                f"no node of the Ray cluster has what a worker takes ({needs.cpus} cores, "
                f"{needs.gpus:g} GPUs, {in_gb(needs.memory)} of memory)",
                where="--executor ray",
                cure="start larger nodes, or ask for less with --memory or --device cpu",
            )
        with Supervisor(staff, config) as supervisor:
            yield supervisor
    finally:
        ray.shutdown()


def from_anywhere(named: str) -> str:
    """A file or folder of the user's own by its whole path, because actors run in other folders."""
    a_path = os.sep in named or Path(named).suffix
    return str(Path(named).absolute()) if a_path and Path(named).exists() else named


def _connected() -> Any:
    os.environ.update({name: os.environ.get(name, value) for name, value in _QUIET.items()})
    try:
        import ray
    except ImportError:
        raise InputError(
            "Ray is not installed",
            where="--executor ray",
            cure="pip install 'qa-inspect[ray]'",
        ) from None
    address = os.environ.get("RAY_ADDRESS")
    if address and address.startswith("ray://"):
        raise InputError(
            "a run cannot be outside the cluster whose workers it leads",
            where=f"RAY_ADDRESS={address}",
            cure="run on a node of the cluster, with RAY_ADDRESS=HEAD:6379",
        )
    ends = signal.getsignal(signal.SIGTERM)
    try:
        _knock(address)
        ray.init(
            address=address or "local",
            # What is left out of it is room for workers; only results pass through it.
            object_store_memory=None if address else _OWN_STORE,
            include_dashboard=None if address else False,
            log_to_driver=False,
            configure_logging=False,
            runtime_env={"env_vars": dict(_QUIET)},
        )
    except (OSError, RuntimeError, ValueError) as error:
        raise InputError(
            f"the Ray cluster cannot be reached ({error})",
            where="RAY_ADDRESS",
            cure="start one with `ray start --head`, or unset RAY_ADDRESS for this machine alone",
        ) from error
    # Ray answers SIGTERM by leaving at once; the run wants to finish what is in hand.
    signal.signal(signal.SIGTERM, ends)
    return ray


def _knock(address: str | None) -> None:
    """Raises OSError where nobody listens: Ray itself would try for minutes."""
    host, _, port = (address or "").rpartition(":")
    if port.isdigit() and "://" not in host:
        socket.create_connection((host, int(port)), timeout=_KNOCK_S).close()


def needs_of(config: Config, nodes: Sequence[Mapping[str, float]]) -> Needs:
    """What a worker takes, where ``nodes`` are the resources of the living nodes by Ray's names.

    With ``config.jobs`` as much as so many workers can have, as on one machine. Else a GPU and its
    share of its node's cores, or ``USUAL_CORES`` where no node has less. Raises InputError where a
    GPU is asked for and none is there.
    """
    memory = int((config.memory_gb or USUAL_GB) * GIB)
    gpus = sum(node.get("GPU", 0.0) for node in nodes)
    if config.device == "cpu" or (config.device == "auto" and not gpus):
        return Needs(config.threads or _cores(config.jobs, nodes), 0.0, memory)
    if not gpus:
        raise InputError(
            "no node of the Ray cluster has a GPU",
            where=f"--device {config.device}",
            cure="start a node with `ray start --num-gpus N`, or use --device cpu",
        )
    sharing = max(1, ceil(config.jobs / gpus))
    with_gpus = [node for node in nodes if node.get("GPU")]
    cores = min(int(node.get("CPU", 1.0) / node["GPU"]) // sharing for node in with_gpus)
    return Needs(config.threads or max(1, cores), 1.0 / sharing, memory)


def _cores(jobs: int, nodes: Sequence[Mapping[str, float]]) -> int:
    """Cores for each worker on CPUs."""
    sizes = [int(node["CPU"]) for node in nodes if node.get("CPU", 0.0) >= 1.0]
    if not sizes:
        return 1
    if not jobs:
        return min(USUAL_CORES, *sizes)
    enough = (n for n in range(max(sizes), 1, -1) if sum(size // n for size in sizes) >= jobs)
    return next(enough, 1)


class RayStaff:
    """Starts workers as long as the cluster has room, up to ``jobs`` of them if that is not 0.

    Nodes that join make room for more, nodes that leave for fewer. Where others use the cluster,
    workers wait in Ray's queue and join in when they are given a place.
    """

    def __init__(self, order: Order, needs: Needs, jobs: int, nodes: Nodes) -> None:
        self._order = order
        self._needs = needs
        self._jobs = jobs
        self._nodes = nodes
        self._room = 0
        self._looked_s = float("-inf")

    @property
    def places(self) -> int:
        """How many workers the right nodes have room for, no more than ``jobs``. Raises StartError
        where none is left."""
        if time.monotonic() - self._looked_s > _LOOK_S:
            self._nodes.look()
            self._room = sum(room(node["Resources"], self._needs) for node in self._nodes.right)
            self._looked_s = time.monotonic()
        return min(self._room, self._jobs or self._room)

    def start(self, others: Sequence[Worker], events: SimpleQueue[Any]) -> Worker:
        """One more worker, where Ray finds room on a right node."""
        ids = [node["NodeID"] for node in self._nodes.right]
        return RayWorker(self._order, self._needs, ids, events)

    def goes_on_without(self, worker: Worker, error: StartError) -> bool:
        """Leaves the worker's node out; False where no other can inspect."""
        if isinstance(worker, RayWorker):
            self._nodes.leave_out(worker.node, error)
        self._looked_s = float("-inf")
        return self.places > 0


def _living() -> list[dict[str, Any]]:
    import ray

    return [node for node in ray.nodes() if node["Alive"]]


def room(resources: Mapping[str, float], needs: Needs) -> int:
    """How many workers a node of these resources (by Ray's names) can hold."""
    taken = {"CPU": needs.cpus, "GPU": needs.gpus, "memory": needs.memory}
    # A GPU's part such as 1/3 goes into it three times, whatever the last digit of it.
    return min(int(resources.get(k, 0.0) / of + 1e-9) for k, of in taken.items() if of)


class RayWorker(Worker):
    """A worker in an actor, on one of the nodes named; ``node`` is the one, empty until known."""

    def __init__(
        self, order: Order, needs: Needs, node_ids: Sequence[str], events: SimpleQueue[Any]
    ) -> None:
        import ray
        from ray.util.scheduling_strategies import In, NodeLabelSchedulingStrategy

        super().__init__("ray")
        self.placed = False
        actor = ray.remote(_Actor).options(
            num_cpus=needs.cpus,
            num_gpus=needs.gpus,
            memory=needs.memory,
            max_concurrency=2,
            max_restarts=0,
            scheduling_strategy=NodeLabelSchedulingStrategy({_NODE_ID: In(*node_ids)}),
        )
        self._actor = actor.remote(order, needs)
        self.node = ""
        heard = self._actor.messages.options(num_returns="streaming").remote()
        self._ear = threading.Thread(
            target=self._listen, args=(heard, events), name="actor's ear", daemon=True
        )
        self._ear.start()

    def bury(self) -> str:
        """How it came to its end, as a clause about the process."""
        self._kill()
        return self._why or "the actor that inspected it died"

    def end(self) -> None:
        """Ends it, whatever it does, and forgets it."""
        self._kill()
        self._ear.join(_LAST_S)

    def _listen(self, heard: Any, events: SimpleQueue[Any]) -> None:
        import ray

        try:
            self.node = ray.get(next(heard))
            self.heard_s = time.monotonic()
            self.placed = True
            for reference in heard:
                events.put((self, (time.monotonic(), ray.get(reference))))
        except Exception as error:
            self._note_end(error)
        events.put((self, (time.monotonic(), Gone())))

    def _note_end(self, error: Exception) -> None:
        """Whose fault it was: with its node gone, no call's."""
        if self.condemned:
            return
        time.sleep(_NOTICE_S)
        with suppress(Exception):
            if self.node and self.node not in {node["NodeID"] for node in _living()}:
                self.at.clear()
                self._why = self._why or "the node on which it was inspected is gone"
                return
        told = str(error).strip().splitlines() or [type(error).__name__]
        # Ray ends an actor when a node's memory is nearly full.
        full = "NODE_OUT_OF_MEMORY" in str(error) or "running low on memory" in str(error)
        cause = "its node had hardly any memory left" if full else told[0]
        self._why = self._why or f"the actor that inspected it died ({cause})"

    def _kill(self) -> None:
        import ray

        with suppress(Exception):
            ray.kill(self._actor)

    def _say(self, message: ToWorker) -> None:
        with suppress(Exception):
            self._actor.tell.remote(message)


class _Actor:
    """What runs on a node: the work of a worker, told and heard through Ray."""

    def __init__(self, order: Order, needs: Needs) -> None:
        self._order = order
        self._needs = needs
        self._inbox: SimpleQueue[ToWorker] = SimpleQueue()
        self._outbox: SimpleQueue[FromWorker | None] = SimpleQueue()
        self._told = Told()

    def messages(self) -> Iterator[Any]:
        """The node's id, then everything the worker says, until its last word."""
        import ray

        node_id = ray.get_runtime_context().get_node_id()
        yield node_id
        here = [room(n["Resources"], self._needs) for n in _living() if n["NodeID"] == node_id]
        threading.Thread(target=self._weigh, args=(sum(here),), daemon=True).start()
        threading.Thread(target=self._serve, daemon=True).start()
        while (message := self._outbox.get()) is not None:
            yield message

    def tell(self, message: ToWorker) -> None:
        """Take a message from the run."""
        take(message, self._inbox, self._told)

    def _weigh(self, workers_here: int) -> None:
        """Ends this process when it fills more than its share of the node's memory."""
        import psutil

        most = memory_limit(self._order.config.memory_gb, workers_here)
        own = psutil.Process()
        while (filled := own.memory_info().rss) <= most:
            time.sleep(_WEIGH_S)
        self._outbox.put(
            Dying(
                f"the actor that inspected it needed {in_gb(filled)} of memory and was ended at "
                f"the limit of {in_gb(most)}"
            )
        )
        self._outbox.put(None)

    def _serve(self) -> None:
        serve(self._order, self._inbox, self._told, Mouth(self._outbox.put))
        self._outbox.put(None)
