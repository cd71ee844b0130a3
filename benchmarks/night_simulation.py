"""A night of very many calls on a cluster, simulated: ``python -m benchmarks.night_simulation``.

A discrete-event simulation. The driver first finds recordings: it reads all of them for their
hashes, which are all new. Then workers on nodes ask it for calls, read each from shared storage
while they inspect the one before, and hand results to the driver, which saves one after the other
and settles all at the end, with processes on its machine's cores. Nodes die and come back. Stage
times and the driver's are those of ``night_measured.json`` (made by ``benchmarks.night_measure``);
lengths of calls are log-normal. The same seed gives the same night. Nothing is known here of what
calls contain.
"""

from __future__ import annotations

import argparse
import heapq
import json
import math
import random
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

MEASURED = Path(__file__).with_name("night_measured.json")
HOUR_S = 3600.0
AHEAD = 5
"""Calls a worker holds besides the one that is inspected (see ``batch/flow.py``)."""
NOTICE_S = 20.0
"""Until a cluster at its usual settings knows that a node is gone."""
DATABASES = ("sqlite", "postgresql")


@dataclass(frozen=True, slots=True)
class Costs:
    """What was measured. ``hearing`` is core seconds for a recorded second; ``message_s`` and
    ``save_s`` are the driver's seconds for a call, ``settle_s`` those of a core at the end;
    ``start_s`` is core seconds until a worker's models are open; ``hash_mb_s`` is 10⁶ bytes that
    the driver hashes in a second."""

    hearing: float
    message_s: float
    save_s: float
    settle_s: float
    start_s: float
    result_bytes: int
    hash_mb_s: float


@dataclass(frozen=True, slots=True)
class Night:
    """What is simulated. Lengths of calls are log-normal with this mean (seconds) and spread (sigma
    of the logarithm); recordings take ``bytes_per_s`` for a second, storage gives ``storage_mb_s``
    (10⁶ bytes a second) to all together; a node dies so often in a day and is away so long.
    ``busy`` is the share of a worker's cores that is at work: docs/benchmarks.md has speeds by the
    clock that are 0.73 (two-sided) and 0.79 (mono) of what processor time would allow. The driver's
    machine settles on ``driver_cores`` cores."""

    calls: int = 100_000
    mean_s: float = 240.0
    spread: float = 0.8
    nodes: int = 10
    cores: int = 16
    cores_of_worker: int = 4
    busy: float = 0.75
    bytes_per_s: float = 16_000.0
    storage_mb_s: float = 110.0
    deaths_a_day: float = 0.1
    away_s: float = HOUR_S
    driver_cores: int = 8
    seed: int = 7

    @property
    def workers_of_node(self) -> int:
        """How many workers a node holds."""
        return self.cores // self.cores_of_worker

    @property
    def worker_cores(self) -> float:
        """Core seconds a second that a worker makes use of."""
        return self.cores_of_worker * self.busy

    def speed(self, costs: Costs) -> float:
        """How many times real time a node hears."""
        return self.workers_of_node * self.worker_cores / costs.hearing


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the night went: finding, hearing, settling (seconds). Shares (0–1) are of the time of
    hearing; ``twice`` is calls begun again because their node died, ``read_gb`` 10⁹ bytes read."""

    calls: int
    found_s: float
    heard_s: float
    settled_s: float
    driver: float
    storage: float
    workers: float
    deaths: int
    twice: int
    read_gb: float

    @property
    def whole_s(self) -> float:
        """Seconds of the whole night."""
        return self.found_s + self.heard_s + self.settled_s


def read_costs(path: Path = MEASURED, database: str = "sqlite", mono: float = 0.5) -> Costs:
    """The costs measured, for that database and that share (0–1) of mono recordings."""
    told = json.loads(path.read_text())
    stages = told["stages"]["stage_s"]
    both = [sum(stages[kind].values()) for kind in ("mono", "two-sided")]
    driver = told["driver"]
    return Costs(
        hearing=mono * both[0] + (1 - mono) * both[1],
        message_s=told["ray"]["ray_ms"] / 1000,
        save_s=driver[database]["save_ms"] / 1000,
        settle_s=driver[database]["settle_ms"] / 1000,
        start_s=told["stages"]["start_s"],
        result_bytes=driver["result_bytes"],
        hash_mb_s=told["hash"]["mb_s"],
    )


def lengths(night: Night) -> Iterator[float]:
    """Seconds of each call."""
    chance = random.Random(night.seed)
    mu = math.log(night.mean_s) - night.spread**2 / 2
    return (chance.lognormvariate(mu, night.spread) for _ in range(night.calls))


@dataclass(slots=True)
class _Queue:
    """Somebody who serves one after the other."""

    free_s: float = 0.0
    busy_s: float = 0.0

    def serve(self, now: float, takes_s: float) -> float:
        """When it is done."""
        self.free_s = max(now, self.free_s) + takes_s
        self.busy_s += takes_s
        return self.free_s


@dataclass(slots=True)
class _Worker:
    """A worker's calls in hand: the length of each and when it will have been read."""

    node: int
    alive: bool = False
    life: int = 0
    hand: deque[tuple[float, float]] = field(default_factory=deque)
    inspecting: float | None = None
    began_s: float = 0.0


class Simulation:
    """One night; ``run`` it once."""

    def __init__(self, night: Night, costs: Costs) -> None:
        self._night, self._costs = night, costs
        self._due = deque(lengths(night))
        slowest = 1e6 * min(night.storage_mb_s, costs.hash_mb_s)
        self._found_s = sum(self._due) * night.bytes_per_s / slowest
        self._lost: deque[float] = deque()
        self._events: list[tuple[float, int, Callable[[float], None]]] = []
        self._number = 0
        self._driver, self._storage = _Queue(), _Queue()
        self._workers = [
            _Worker(node) for node in range(night.nodes) for _ in range(night.workers_of_node)
        ]
        self._chance = random.Random(night.seed + 1)
        self._saved = self._twice = self._deaths = 0
        self._worked_s = self._last_s = self._read = 0.0

    def run(self) -> Outcome:
        """Until every call is saved."""
        for node in range(self._night.nodes):
            self._up(node, 0.0)
        while self._saved < self._night.calls:
            now, _, act = heapq.heappop(self._events)
            act(now)
        count = len(self._workers)
        return Outcome(
            calls=self._saved,
            found_s=self._found_s,
            heard_s=self._last_s,
            settled_s=self._night.calls * self._costs.settle_s / self._night.driver_cores,
            driver=self._driver.busy_s / self._last_s,
            storage=self._storage.busy_s / self._last_s,
            workers=self._worked_s / (self._last_s * count),
            deaths=self._deaths,
            twice=self._twice,
            read_gb=self._read / 1e9,
        )

    def _at(self, when: float, act: Callable[[float], None]) -> None:
        self._number += 1
        heapq.heappush(self._events, (when, self._number, act))

    def _up(self, node: int, now: float) -> None:
        opened = now + self._costs.start_s / self._night.worker_cores
        for worker in self._workers:
            if worker.node == node:
                worker.alive = True
                self._at(opened, self._if_living(worker, self._fill))
        if self._night.deaths_a_day:
            away = self._chance.expovariate(self._night.deaths_a_day / (24 * HOUR_S))
            self._at(now + away, partial(self._down, node))

    def _down(self, node: int, now: float) -> None:
        self._deaths += 1
        for worker in self._workers:
            if worker.node == node:
                lost = [length for length, _ in worker.hand]
                if worker.inspecting is not None:
                    lost.append(worker.inspecting)
                    self._worked_s += now - worker.began_s
                worker.alive, worker.inspecting = False, None
                worker.life += 1
                worker.hand.clear()
                self._at(now + NOTICE_S, partial(self._give_back, lost))
        self._at(now + self._night.away_s, partial(self._up, node))

    def _give_back(self, calls: Sequence[float], now: float) -> None:
        self._twice += len(calls)
        self._lost.extend(calls)
        for worker in self._workers:
            if worker.alive and worker.inspecting is None and not worker.hand:
                self._fill(worker, now)

    def _if_living(
        self, worker: _Worker, act: Callable[[_Worker, float], None]
    ) -> Callable[[float], None]:
        life = worker.life
        return lambda now: act(worker, now) if worker.life == life else None

    def _fill(self, worker: _Worker, now: float) -> None:
        """Asks the driver for as many calls as it may hold, and reads each."""
        while len(worker.hand) < AHEAD and (self._lost or self._due):
            length = (self._lost or self._due).popleft()
            given = self._driver.serve(now, self._costs.message_s)
            size = length * self._night.bytes_per_s
            self._read += size
            read = self._storage.serve(given, size / (self._night.storage_mb_s * 1e6))
            worker.hand.append((length, read))
        if worker.inspecting is None and worker.hand:
            length, read = worker.hand.popleft()
            worker.inspecting, worker.began_s = length, max(now, read)
            takes_s = length * self._costs.hearing / self._night.worker_cores
            self._at(worker.began_s + takes_s, self._if_living(worker, self._done))

    def _done(self, worker: _Worker, now: float) -> None:
        self._worked_s += now - worker.began_s
        worker.inspecting = None
        self._saved += 1
        self._last_s = self._driver.serve(now, self._costs.save_s)
        self._fill(worker, now)


@dataclass(frozen=True, slots=True)
class Limit:
    """What one part can do at most: calls a second, and how many nodes that keeps busy."""

    name: str
    calls_a_s: float
    nodes: float


def limits(night: Night, costs: Costs) -> list[Limit]:
    """What breaks first, first."""
    call_s = night.mean_s
    node = night.speed(costs) / call_s
    most = {
        "driver (messages and saving)": 1 / (costs.message_s + costs.save_s),
        "storage": night.storage_mb_s * 1e6 / (call_s * night.bytes_per_s),
        "results over a network of 1 Gbit/s": 125e6 / costs.result_bytes,
    }
    found = [Limit(name, rate, rate / node) for name, rate in most.items()]
    return sorted(found, key=lambda limit: limit.calls_a_s)


USUAL = Night()
COLUMNS = (
    "nodes", "database", "finding", "hearing", "settling", "whole night", "workers busy",
    "driver busy", "storage busy", "nodes lost", "calls begun twice",
)  # fmt: skip


def row(night: Night, costs: Costs, database: str) -> tuple[str, ...]:
    """One simulated night as cells of ``COLUMNS``."""
    found = Simulation(night, costs).run()
    parts = (found.found_s, found.heard_s, found.settled_s, found.whole_s)
    hours = (f"{seconds / HOUR_S:.1f} h" for seconds in parts)
    return (
        str(night.nodes), database, *hours, f"{found.workers:.0%}",
        f"{found.driver:.0%}", f"{found.storage:.0%}", str(found.deaths), str(found.twice),
    )  # fmt: skip


def markdown(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def main() -> None:
    """Simulate and print tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--calls", type=int, default=USUAL.calls)
    parser.add_argument("--nodes", type=int, nargs="+", default=[5, 10, 20, 40, 80, 160, 320])
    parser.add_argument("--cores", type=int, default=USUAL.cores)
    parser.add_argument("--storage", type=float, default=USUAL.storage_mb_s, metavar="MB/S")
    parser.add_argument("--deaths", type=float, default=USUAL.deaths_a_day, metavar="A_DAY")
    parser.add_argument("--driver-cores", type=int, default=USUAL.driver_cores, metavar="N")
    parser.add_argument("--mono", type=float, default=0.5, metavar="SHARE")
    parser.add_argument("--seed", type=int, default=USUAL.seed)
    parser.add_argument(
        "--real-time",
        type=float,
        metavar="X",
        help="suppose that a node hears so many times real time, instead of what was measured",
    )
    given = parser.parse_args()
    night = Night(
        given.calls, cores=given.cores, storage_mb_s=given.storage, deaths_a_day=given.deaths,
        driver_cores=given.driver_cores, seed=given.seed,
    )  # fmt: skip
    rows = []
    for database in DATABASES:
        costs = read_costs(database=database, mono=given.mono)
        if given.real_time:
            costs = replace(costs, hearing=costs.hearing * night.speed(costs) / given.real_time)
        rows += [row(replace(night, nodes=n), costs, database) for n in given.nodes]
        told = f"a node of {night.cores} cores hears {night.speed(costs):.0f} x real time"
        print(f"{database}: {told}")
        most = [(x.name, f"{x.calls_a_s:.1f}", f"{x.nodes:.0f}") for x in limits(night, costs)]
        print(markdown(("breaks", "calls a second at most", "nodes that keep it busy"), most))
        print()
    print(markdown(COLUMNS, rows))


if __name__ == "__main__":
    main()
