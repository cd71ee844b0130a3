"""A watched folder gives each recording once, when it is whole."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from qa_inspect.batch.watching import Arrivals, Look, look_at, rounds

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
    clock.now = 100
    assert arrivals.whole({A: Look(20, 2)}) == ()
    assert arrivals.waiting == 0


def test_a_file_written_anew_is_given_again() -> None:
    clock = Clock()
    arrivals = Arrivals(0, clock)
    assert arrivals.whole({A: Look(1, 1), B: Look(1, 1)}) == (A, B)
    assert arrivals.whole({A: Look(1, 2), B: Look(1, 1)}) == (A,)
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


def test_a_real_folder(tmp_path: Path) -> None:
    (tmp_path / "one.wav").write_bytes(b"1")
    found: list[tuple[Path, ...]] = []
    for ready in rounds(
        lambda: sorted(tmp_path.iterdir()), lambda: len(found) == 2, every_s=0.01, settled_s=0.02
    ):
        found.append(ready)
        (tmp_path / "two.wav").write_bytes(b"22")
    assert found == [(tmp_path / "one.wav",), (tmp_path / "two.wav",)]
    assert look_at([tmp_path / "gone.wav"]) == {}
