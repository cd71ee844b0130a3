"""Recordings as they arrive in folders: each is given once it has stopped growing.

Folders are looked through again and again rather than by the kernel's notices, which network shares
do not send. A file counts as whole when its size and time have not changed between two looks, and a
while has passed. A look that fails costs that look alone. This module does not open files.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from qa_inspect.errors import InputError, ManifestError, StartError

EVERY_S = 30.0
"""Seconds between two looks."""

SETTLED_S = 20.0
"""How long a file must have stayed the same: a recorder writes more often than that."""

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Look:
    """A file as it was seen: bytes, and when it was written by the file system's clock (ns)."""

    size: int
    modified_ns: int


class Arrivals:
    """Which files have arrived whole and were not taken up yet.

    ``clock`` gives monotonic seconds. A file that changes after it was taken up comes again; one
    that is gone is forgotten.
    """

    def __init__(
        self, settled_s: float = SETTLED_S, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._settled_s = settled_s
        self._clock = clock
        self._seen: dict[Path, tuple[Look, float]] = {}
        self._taken: dict[Path, Look] = {}

    def whole(self, now_there: Mapping[Path, Look]) -> tuple[Path, ...]:
        """The files to take up now, by name; what is growing waits for a later look.

        They come again at every look until they are ``taken``.
        """
        now = self._clock()
        self._seen = {
            path: (look, self._since(path, look, now)) for path, look in now_there.items()
        }
        self._taken = {path: look for path, look in self._taken.items() if path in now_there}
        ready = sorted(
            path
            for path, (look, since) in self._seen.items()
            if now - since >= self._settled_s and self._taken.get(path) != look
        )
        return tuple(ready)

    def taken(self, paths: Iterable[Path]) -> None:
        """These were taken up as they were at the last look."""
        self._taken |= {path: self._seen[path][0] for path in paths}

    @property
    def waiting(self) -> int:
        """How many files were there at the last look and were not taken up yet."""
        return sum(self._taken.get(path) != look for path, (look, _) in self._seen.items())

    def _since(self, path: Path, look: Look, now: float) -> float:
        known = self._seen.get(path)
        return known[1] if known is not None and known[0] == look else now


def look_at(files: Iterable[Path]) -> dict[Path, Look]:
    """The files as they are now; one that is gone meanwhile or can't be asked is left out."""
    found = {}
    for path in files:
        try:
            told = path.stat()
        except OSError:
            continue
        found[path] = Look(told.st_size, told.st_mtime_ns)
    return found


def wait(seconds: float, stopped: Callable[[], object], step_s: float = 0.2) -> None:
    """Sleep, but no longer than until ``stopped`` answers with something."""
    until = time.monotonic() + seconds
    while not stopped() and (left := until - time.monotonic()) > 0:
        time.sleep(min(step_s, left))


def rounds(
    list_files: Callable[[], Sequence[Path]],
    take: Callable[[tuple[Path, ...]], Made],
    stopped: Callable[[], object],
    hindered: Callable[[StartError | None, int], object],
    *,
    every_s: float = EVERY_S,
    settled_s: float = SETTLED_S,
) -> Iterator[Made]:
    """What ``take`` makes of the files that arrived, look by look, until ``stopped`` answers.

    A folder that is gone for a while (InputError of ``list_files``) and files that cannot be taken
    up (InputError, ManifestError of ``take``) hinder one look alone: ``hindered`` hears the error
    and how many files wait, and the next look tries them again. After a look that went well it
    hears None. Raises InputError where the first look of all fails: then the name may be wrong.
    """
    arrivals = Arrivals(settled_s)
    looked = False
    while not stopped():
        ready: tuple[Path, ...] = ()
        try:
            ready = arrivals.whole(look_at(list_files()))
            looked = True
            made = [take(ready)] if ready else []
        except (InputError, ManifestError) as error:
            if not looked:
                raise
            hindered(error, len(ready) or arrivals.waiting)
        else:
            arrivals.taken(ready)
            hindered(None, 0)
            yield from made
        wait(every_s, stopped)
