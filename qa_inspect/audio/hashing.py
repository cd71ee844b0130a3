"""The hashes by which recordings are known, read from several files at once.

Files that are unchanged since they were read before need not be read again: a ``Memory`` says so.
This module does not open audio and does not know where hashes are kept.
"""

from __future__ import annotations

import hashlib
import os
import stat
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Protocol, Self, TypeVar

MAX_BYTES = 32 << 30
"""Larger files are not read to the end: no call is that long."""

_THREADS = 4
"""Files read at once: hashing releases the interpreter, and storage likes to be asked ahead."""
_AHEAD = 16
_TOGETHER = 2_000
"""Files looked up at once."""
_BLOCK = 1 << 20
_POLL_S = 0.2
_SURE_S = 60.0
"""Age in seconds below which a file is not taken for finished: a recorder may still write to it,
and some file systems tell times no finer than two seconds."""


Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class FileState:
    """What shows that a file was changed: its bytes, and when it was written and when anything
    about it was changed last (nanoseconds since 1970, by the file system's clock)."""

    size: int
    modified_ns: int
    changed_ns: int


class Memory(Protocol):
    """Remembers the hashes of files."""

    def recall(self, files: Mapping[Path, FileState]) -> Mapping[Path, str]:
        """The sha256 of those of these files that are unchanged since they were read."""
        ...

    def note(self, file: Path, state: FileState, sha256: str) -> None:
        """Remember a file that was read in this state."""
        ...


def hash_files(
    files: Sequence[Path],
    *,
    memory: Memory | None = None,
    stopped: Callable[[], object] = lambda: None,
    on_progress: Callable[[int, int], None] | None = None,
) -> dict[Path, str]:
    """The sha256 of every file's bytes, in the order given.

    Where bytes cannot be read, or there are none (an empty file), or far too many, it is of the
    file's path. Files that were not reached when ``stopped`` answered are left out, be it in the
    middle of one. ``on_progress`` is told (files known, files in all).
    """
    digests: dict[Path, str] = {}
    with _Readers(stopped) as readers:
        for first in range(0, len(files), _TOGETHER):
            some = files[first : first + _TOGETHER]
            known: Mapping[Path, str] = {}
            if memory is not None:
                states = {file: state for file, state in readers.each(some, _state) if state}
                known = memory.recall(states)
            for file, found in readers.each(some, partial(_known_or_read, known, readers.go_on)):
                if found is None:
                    break
                if memory is not None and found.state is not None:
                    memory.note(file, found.state, found.sha256)
                digests[file] = found.sha256
                if on_progress is not None:
                    on_progress(len(digests), len(files))
    return digests


class _Readers:
    """Threads that look at files. Use it in a ``with``."""

    def __init__(self, stopped: Callable[[], object]) -> None:
        self._stopped = stopped
        self._left = False
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="hash")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        # Nobody waits for a share that hangs; what is being read ends at its next block.
        self._left = True
        self._pool.shutdown(wait=False, cancel_futures=True)

    def go_on(self) -> bool:
        """Whether reading is still wanted."""
        return not self._left and not self._stopped()

    def each(
        self, files: Iterable[Path], ask: Callable[[Path], Answer]
    ) -> Iterator[tuple[Path, Answer]]:
        """What is answered about each file, in order, until stopped; a few are asked ahead."""
        waiting: deque[tuple[Path, Future[Answer]]] = deque()
        following = iter(files)
        while self.go_on():
            while len(waiting) < _AHEAD and (file := next(following, None)) is not None:
                waiting.append((file, self._pool.submit(ask, file)))
            if not waiting:
                return
            file, future = waiting[0]
            if wait((future,), timeout=_POLL_S).done:
                waiting.popleft()
                yield file, future.result()


@dataclass(frozen=True, slots=True)
class _Found:
    """A file's hash; and its state where it was read and may be remembered."""

    sha256: str
    state: FileState | None = None


def _known_or_read(
    known: Mapping[Path, str], go_on: Callable[[], bool], path: Path
) -> _Found | None:
    """What is found of a file; None where reading was given up."""
    if path in known:
        return _Found(known[path])
    before = _state(path)
    try:
        if before is not None:
            with path.open("rb") as file:
                digest = _digest(file, go_on)
            if digest is None:
                return None
            return _Found(digest, before if _is_sure(before, _state(path)) else None)
    except OSError:
        pass
    return _Found(hashlib.sha256(b"unreadable:" + os.fsencode(path)).hexdigest())


def _state(path: Path) -> FileState | None:
    """A file's state; None where it is no file that can be hashed."""
    try:
        told = path.stat()
    except OSError:
        return None
    if not stat.S_ISREG(told.st_mode) or not 0 < told.st_size <= MAX_BYTES:
        return None
    return FileState(told.st_size, told.st_mtime_ns, told.st_ctime_ns)


def _is_sure(before: FileState, after: FileState | None) -> bool:
    """Whether what was read is what the file will hold as long as its state is the same."""
    age_ns = time.time_ns() - max(before.modified_ns, before.changed_ns)
    return before == after and age_ns > _SURE_S * 1e9


def _digest(file: IO[bytes], go_on: Callable[[], bool]) -> str | None:
    digest = hashlib.sha256()
    while block := file.read(_BLOCK):
        if not go_on():
            return None
        digest.update(block)
    return digest.hexdigest()
