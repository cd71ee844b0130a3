"""Decoding processes and the pool they rest in between recordings.

A worker is a separate Python process (never a fork, which would copy the parent's threads and
models) that is killed when it does not answer in time. The pool hands each thread a worker of its
own, so decoding is safe from any number of threads. This module does not know what is decoded.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import selectors
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

START_LIMIT_S = 60.0


class WorkerStuck(Exception):
    """The worker did not answer in time; it has been killed."""


class WorkerDied(Exception):
    """The worker ended without an answer."""


class Worker:
    """One decoding process and the unnamed file it writes samples to (``descriptor``)."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(prefix="qa-inspect-")  # noqa: SIM115
        self.descriptor = self._file.fileno()
        root = str(Path(__file__).resolve().parents[2])
        inherited = os.environ.get("PYTHONPATH")
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(filter(None, (root, inherited))),
            "OPENBLAS_NUM_THREADS": "1",
        }
        command = [sys.executable, "-P", "-m", "qa_inspect.audio.decode_child"]
        self._process = subprocess.Popen(
            [*command, str(self.descriptor)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=(self.descriptor,),
            env=environment,
        )
        self._ready = False

    @property
    def process_id(self) -> int:
        """The decoding process's id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.poll() is None

    def ask(self, request: Mapping[str, Any], timeout_s: float) -> dict[str, Any]:
        """The worker's answer to ``request``.

        Raises :class:`WorkerStuck` after ``timeout_s`` seconds and :class:`WorkerDied` when the
        process ends; either way the worker is closed and of no further use.
        """
        try:
            if not self._ready:
                self._read_line(START_LIMIT_S)
                self._ready = True
            os.ftruncate(self.descriptor, 0)
            assert self._process.stdin is not None
            self._process.stdin.write(json.dumps(request).encode("ascii") + b"\n")
            self._process.stdin.flush()
            answer: dict[str, Any] = json.loads(self._read_line(timeout_s))
        except (OSError, ValueError) as error:
            self.close()
            raise WorkerDied(str(error)) from error
        except BaseException:
            # Also on Ctrl-C: an answer still to come would be taken for the next file's.
            self.close()
            raise
        return answer

    def close(self) -> None:
        """Ends the process and frees its file. May be called again."""
        with contextlib.suppress(OSError):
            self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._file):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()

    def _read_line(self, timeout_s: float) -> bytes:
        assert self._process.stdout is not None
        deadline = time.monotonic() + timeout_s
        line = bytearray()
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            while not line.endswith(b"\n"):
                if not selector.select(max(0.0, deadline - time.monotonic())):
                    raise WorkerStuck
                part = os.read(self._process.stdout.fileno(), 1 << 16)
                if not part:
                    raise WorkerDied(f"exit status {self._process.wait()}")
                line += part
        return bytes(line)


class WorkerPool:
    """Workers at rest. As many come to be as threads decode at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: list[Worker] = []

    @contextlib.contextmanager
    def worker(self) -> Iterator[Worker]:
        """A worker of one's own for a while; it is dropped when it died meanwhile."""
        worker = self._take()
        try:
            yield worker
        finally:
            if worker.alive:
                # A long call's samples should not fill the disk until the next one comes.
                with contextlib.suppress(OSError):
                    os.ftruncate(worker.descriptor, 0)
                with self._lock:
                    self._idle.append(worker)
            else:
                worker.close()

    def close(self) -> None:
        """Ends the workers at rest. The pool may be used again afterwards."""
        with self._lock:
            idle, self._idle = self._idle, []
        for worker in idle:
            worker.close()

    def forget(self) -> None:
        """Drops all workers without ending them: in a forked child they belong to the parent."""
        self._lock = threading.Lock()
        self._idle = []

    def _take(self) -> Worker:
        with self._lock:
            while self._idle:
                worker = self._idle.pop()
                if worker.alive:
                    return worker
                worker.close()
        return Worker()


POOL = WorkerPool()
atexit.register(POOL.close)
os.register_at_fork(after_in_child=POOL.forget)
