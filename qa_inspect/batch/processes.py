"""How many worker processes a run uses and on which devices: one for each GPU, or jobs that share
the cores. This module does not know what they do.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace

from qa_inspect.batch.inspect import Inspector
from qa_inspect.batch.supervisor import Supervisor
from qa_inspect.batch.worker import Order
from qa_inspect.batch.workers import LocalStaff
from qa_inspect.config import Config


def job_count(config: Config) -> int:
    """How many processes to use: as many as were asked for, else one for each GPU."""
    return config.jobs or max(1, len(_devices(config)))


def supervised(
    config: Config,
    rubric_names: Sequence[str],
    made_ready: Callable[[Inspector], None],
    make: Callable[[Config, Sequence[str]], Inspector] = Inspector,
) -> Supervisor:
    """Worker processes as the settings ask for.

    ``made_ready`` is what each does before its first call; both functions must be importable by
    name.
    """
    jobs = job_count(config)
    if jobs > 1:
        cores = len(os.sched_getaffinity(0))
        config = replace(config, threads=config.threads or max(1, cores // jobs))
    order = Order(config, tuple(rubric_names), make, made_ready)
    return Supervisor(LocalStaff(order, _devices(config), jobs), config)


def _devices(config: Config) -> tuple[str, ...]:
    """The devices that processes are spread over."""
    if config.device not in ("auto", "cuda"):
        return (config.device,)
    from qa_inspect.speech.devices import usable_gpus

    return tuple(f"cuda:{number}" for number in range(usable_gpus())) or (config.device,)
