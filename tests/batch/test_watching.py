"""A watched folder gives each recording once, when it is whole."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_inspect.batch.watching import Arrivals, Look, look_at, rounds
from qa_inspect.errors import InputError, ManifestError, StartError

A, B = Path("a.wav"), Path("b.wav")


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_growing_file_waits_and_is_given_once() -> None:
    clock = Clock()
    arrivals = Arrivals(20, clock)
    assert arrivals.whole({A: Look(10, 1)}) == ()
    clock.now = 30
    assert arrivals.whole({A: Look(20, 2)}) == ()
    assert arrivals.waiting == 1
    clock.now = 45
    assert arrivals.whole({A: Look(20, 2)}) == ()
    clock.now = 50
    assert arrivals.whole({A: Look(20, 2)}) == (A,)
    assert arrivals.whole({A: Look(20, 2)}) == (A,)
    arrivals.taken((A,))
    clock.now = 100
    assert arrivals.whole({A: Look(20, 2)}) == ()
    assert arrivals.waiting == 0


def test_a_file_written_anew_is_given_again() -> None:
    clock = Clock()
    arrivals = Arrivals(0, clock)
    assert arrivals.whole({A: Look(1, 1), B: Look(1, 1)}) == (A, B)
    arrivals.taken((A, B))
    assert arrivals.whole({A: Look(1, 2), B: Look(1, 1)}) == (A,)
    arrivals.taken((A,))
    assert arrivals.whole({B: Look(1, 1)}) == ()
    assert arrivals.whole({A: Look(1, 2), B: Look(1, 1)}) == (A,)


@given(st.lists(st.dictionaries(st.sampled_from((A, B)), st.integers(1, 3)), max_size=20))
def test_nothing_is_given_that_changed_at_the_last_look(looks: list[dict[Path, int]]) -> None:
    clock = Clock()
    arrivals = Arrivals(1, clock)
    earlier: dict[Path, int] = {}
    for sizes in looks:
        ready = arrivals.whole({path: Look(size, 0) for path, size in sizes.items()})
        assert all(earlier.get(path) == sizes[path] for path in ready)
        earlier = sizes
        clock.now += 2


def taken_up(files: tuple[Path, ...]) -> tuple[str, ...]:
    return tuple(path.name for path in files)


def test_a_real_folder(tmp_path: Path) -> None:
    (tmp_path / "one.wav").write_bytes(b"1")
    found: list[tuple[str, ...]] = []
    for ready in rounds(
        lambda: sorted(tmp_path.iterdir()),
        taken_up,
        lambda: len(found) == 2,
        lambda error, waiting: None,
        every_s=0.01,
        settled_s=0.02,
    ):
        found.append(ready)
        (tmp_path / "two.wav").write_bytes(b"22")
    assert found == [("one.wav",), ("two.wav",)]
    assert look_at([tmp_path / "gone.wav"]) == {}


class Looks:
    """A folder of one recording that is gone at some looks, and a manifest that is half written at
    others; five looks in all."""

    def __init__(self, folder: Path, gone: set[int], half: set[int]) -> None:
        self.folder, self.gone, self.half = folder, gone, half
        (folder / "one.wav").write_bytes(b"1")
        self.number = 0
        self.heard: list[tuple[str, int]] = []
        self.offered = 0

    def files(self) -> list[Path]:
        self.number += 1
        if self.number in self.gone:
            raise InputError("no such file or folder", where="in")
        return [self.folder / "one.wav"]

    def take(self, files: tuple[Path, ...]) -> tuple[str, ...]:
        self.offered += 1
        if self.number in self.half:
            raise ManifestError("one fault", faults=("line 3: path: is empty",))
        return taken_up(files)

    def hindered(self, error: StartError | None, waiting: int) -> None:
        self.heard.append((type(error).__name__ if error else "", waiting))

    def run(self) -> list[tuple[str, ...]]:
        looks = rounds(
            self.files,
            self.take,
            lambda: self.number == 5,
            self.hindered,
            every_s=0.001,
            settled_s=0,
        )
        return list(looks)


def test_what_a_half_written_manifest_held_up_is_taken_up_when_it_is_whole(tmp_path: Path) -> None:
    looks = Looks(tmp_path, gone=set(), half={1, 2})
    assert looks.run() == [("one.wav",)]
    assert looks.heard == [("ManifestError", 1), ("ManifestError", 1), ("", 0), ("", 0), ("", 0)]
    assert looks.offered == 3


def test_a_folder_that_is_gone_for_a_while_hinders_no_later_look(tmp_path: Path) -> None:
    looks = Looks(tmp_path, gone={3}, half={1, 2})
    assert looks.run() == [("one.wav",)]
    assert [error for error, _ in looks.heard] == [
        "ManifestError",
        "ManifestError",
        "InputError",
        "",
        "",
    ]
    assert looks.heard[2] == ("InputError", 1)


def test_a_folder_that_was_never_there_may_be_a_slip_of_the_pen(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        Looks(tmp_path, gone={1}, half=set()).run()
