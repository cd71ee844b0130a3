"""Each system in a process of its own, so that none shares threads, caches or memory with another.

This module does not know what the systems do; it starts them, hands them work and takes the time.
"""

from __future__ import annotations

import multiprocessing
import os
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType

from benchmarks.ways import Settings, System, Way
from qa_inspect.errors import SpeechError


@dataclass(frozen=True, slots=True)
class Heard:
    """What a way made of its calls: wall time in seconds and the text of each file."""

    wall_s: float
    texts: tuple[str, ...]


class Rig:
    """Systems by name, each started when first needed and ended with the rig."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._running: dict[str, tuple[multiprocessing.process.BaseProcess, Connection]] = {}

    def __enter__(self) -> Rig:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for process, line in self._running.values():
            line.close()
            process.join(10)
            if process.is_alive():
                process.terminate()

    def run(self, way: Way, paths: Sequence[Path]) -> Heard:
        """Lets a way's system hear files. Raises SpeechError where it fails."""
        process, line = self._system(way.system)
        try:
            line.send((way, tuple(paths)))
            answer: Heard | str = line.recv()
        except (EOFError, OSError) as error:
            raise SpeechError(
                f"the process died (exit code {process.exitcode})",
                where=way.title,
                cure="free some memory and run again",
            ) from error
        if isinstance(answer, str):
            raise SpeechError(f"failed:\n{answer}", where=way.title)
        return answer

    def _system(self, name: str) -> tuple[multiprocessing.process.BaseProcess, Connection]:
        if name not in self._running:
            spawn = multiprocessing.get_context("spawn")
            here, there = spawn.Pipe()
            process = spawn.Process(
                target=_serve, args=(name, self._settings, there), name=name, daemon=False
            )
            process.start()
            there.close()
            self._running[name] = (process, here)
        return self._running[name]


def build(name: str, settings: Settings) -> System:
    """A system with its models loaded."""
    from benchmarks import ours, rivals

    makers: dict[str, type[System]] = {
        "openai-whisper": rivals.OpenaiWhisper,
        "faster-whisper": rivals.FasterWhisper,
        "recipe": rivals.Recipe,
        "ours-text": ours.OursText,
        "ours-whole": ours.OursWhole,
    }
    made: System = makers[name](settings)  # type: ignore[call-arg]
    return made


def set_threads(threads: int) -> None:
    """The number of threads for every library that reads it when it loads; no telemetry."""
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[name] = str(threads)
    os.environ["PYANNOTE_METRICS_ENABLED"] = "0"
    os.environ["HF_HUB_OFFLINE"] = "1"


def _serve(name: str, settings: Settings, line: Connection) -> None:
    """The child's life: load once, then hear what comes until the line is closed."""
    set_threads(settings.threads)
    system: System | None = None
    while True:
        try:
            way, paths = line.recv()
        except EOFError:
            return
        answer: Heard | str
        try:
            system = system or build(name, settings)
            begin = time.perf_counter()
            texts = tuple(system.run(way, paths))
            answer = Heard(time.perf_counter() - begin, texts)
        except Exception:
            answer = traceback.format_exc(limit=4)
        try:
            line.send(answer)
        except OSError:  # the comparison was stopped meanwhile
            return
