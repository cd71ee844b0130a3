"""Which nodes of a Ray cluster can inspect: those with the same version that see the recordings.

Each node is asked once, before any worker goes there; one that joins late is asked when it joins.
A wrong one is left out and named, and the others go on. This module does not know what workers do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Protocol

from qa_inspect.errors import InputError, StartError

FIRST_S = 60.0
"""How long the nodes that are there when a run begins are waited for."""

Node = Mapping[str, Any]
"""A node as Ray describes it: ``NodeID``, ``NodeManagerHostname``, ``Resources`` and more."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a node says of itself. ``version`` is None where qa-inspect is not there; ``sees`` is
    whether the recording that was named can be found."""

    version: str | None
    sees: bool


class Asked(Protocol):
    """A question on its way to a node."""

    def answer(self, wait_s: float) -> Look | None:
        """The answer, None where it has not come in that time. Raises what kept the node from
        answering."""
        ...


class Nodes:
    """The nodes that can inspect.

    ``living`` gives the nodes that are there and have room for a worker, ``ask`` asks one by its
    id, and ``tell`` says a sentence to people. ``probe`` is a recording that all must see.
    """

    def __init__(
        self,
        probe: Path | None,
        tell: Callable[[str], None],
        living: Callable[[], Sequence[Node]],
        ask: Callable[[str, Path | None], Asked] | None = None,
    ) -> None:
        self._probe = probe
        self._tell = tell
        self._living = living
        self._ask = ask_on_ray if ask is None else ask
        self._asked: dict[str, Asked] = {}
        self._right: set[str] = set()
        self._wrong: set[str] = set()
        self._there: Sequence[Node] = ()

    @property
    def right(self) -> tuple[Node, ...]:
        """Those that can inspect, of the ones that were there at the last look."""
        return tuple(node for node in self._there if node["NodeID"] in self._right)

    def look(self, wait_s: float = 0.0) -> None:
        """Ask those that have joined and hear what they answer, waiting so long for all of it.

        Raises StartError where a node turns out wrong and no right one is left.
        """
        self._there = self._living()
        there = {node["NodeID"]: node for node in self._there}
        for node_id in there.keys() - self._right - self._wrong - self._asked.keys():
            self._asked[node_id] = self._ask(node_id, self._probe)
        faults = []
        for node_id, asked in list(self._asked.items()):
            look = None
            # One that cannot answer is gone, or is asked once more at the next look.
            with suppress(Exception):
                look = asked.answer(wait_s)
                if look is None:
                    continue
            del self._asked[node_id]
            if look is None or node_id not in there:
                continue
            fault = _fault(look, there[node_id], self._probe)
            if fault is None:
                self._right.add(node_id)
            else:
                self._wrong.add(node_id)
                faults.append(fault)
        if faults and not self.right and not self._asked:
            raise faults[-1]
        for fault in faults:
            self._tell(f"left out of the run: {fault}")

    def leave_out(self, node_id: str, error: StartError) -> None:
        """Use a node no more, on which a worker found that it can't inspect."""
        if node_id in self._wrong:
            return
        self._right.discard(node_id)
        self._wrong.add(node_id)
        name = next((_name(node) for node in self._there if node["NodeID"] == node_id), node_id)
        if self.right:
            self._tell(f"left out of the run: {name}: {error}")


def _name(node: Node) -> str:
    return str(node.get("NodeManagerHostname") or node["NodeID"])


def _fault(look: Look, node: Node, probe: Path | None) -> InputError | None:
    wanted, name = version(), _name(node)
    same = "install the same version of qa-inspect, with its models, on every node"
    if look.version is None:
        return InputError("this node of the cluster has no qa-inspect", where=name, cure=same)
    if look.version != wanted:
        return InputError(
            f"this node of the cluster has version {look.version}, the run has {wanted}",
            where=name,
            cure=same,
        )
    if not look.sees:
        return InputError(
            "this node of the cluster does not see the recordings",
            where=f"{name}: {probe}",
            cure="mount the shared storage under the same path on every node",
        )
    return None


def version() -> str:
    """The version of qa-inspect that runs here."""
    try:
        return metadata.version("qa-inspect")
    except metadata.PackageNotFoundError:
        return "of a checkout"


class _OnRay:
    """A question as a task of Ray's."""

    def __init__(self, reference: Any) -> None:
        self._reference = reference

    def answer(self, wait_s: float) -> Look | None:
        import ray

        done, _ = ray.wait([self._reference], timeout=wait_s)
        return Look(*ray.get(done[0])) if done else None


def ask_on_ray(node_id: str, probe: Path | None) -> Asked:
    """Ask a node, without cores of its own: it answers also where all are taken."""
    import ray
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    # A function within a function travels as code: the node need not have this module, and must
    # not be asked by whatever version of it lies there.
    def look(path: str | None) -> tuple[str | None, bool]:
        import os
        from importlib import metadata, util

        sees = path is None or os.path.exists(path)  # noqa: PTH110 - nothing else to import there
        if util.find_spec("qa_inspect") is None:
            return None, sees
        try:
            return metadata.version("qa-inspect"), sees
        except metadata.PackageNotFoundError:
            return "of a checkout", sees

    there = NodeAffinitySchedulingStrategy(node_id, soft=False)
    task = ray.remote(look).options(num_cpus=0, max_retries=0, scheduling_strategy=there)
    return _OnRay(task.remote(None if probe is None else str(probe)))
