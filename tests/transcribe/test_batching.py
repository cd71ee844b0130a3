"""Batches: nothing lost or doubled, even sizes, and smaller ones when memory runs out."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_inspect.speech.transcribe.batching import (
    GROW_AFTER,
    BatchSize,
    even_batches,
    is_out_of_memory,
    run_batches,
)


def same(_item: int) -> int:
    return 0


class Device:
    """Doubles numbers, as many at once as there is room for."""

    def __init__(self, room: int = 1_000, error: type[Exception] = RuntimeError) -> None:
        self.room = room
        self.error = error
        self.done: list[int] = []
        self.sizes: list[int] = []

    def work(self, items: Sequence[int]) -> list[int]:
        self.sizes.append(len(items))
        if len(items) > self.room:
            raise self.error("CUDA out of memory. Tried to allocate 2.00 GiB")
        self.done.extend(items)
        return [2 * item for item in items]


@given(st.integers(0, 300), st.integers(1, 40), st.integers(1, 6))
def test_even_batches_keep_the_order_fit_and_are_alike(count: int, most: int, lanes: int) -> None:
    batches = even_batches(range(count), most, lanes)
    sizes = [len(batch) for batch in batches]
    assert list(itertools.chain(*batches)) == list(range(count))
    assert all(1 <= size <= most for size in sizes)
    if sizes:
        assert max(sizes) - min(sizes) <= 1
        assert len(sizes) == count or len(sizes) % lanes == 0, "every lane has as much to do"


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.integers(0, 3), max_size=60),
    st.integers(1, 20),
    st.integers(1, 4),
    st.integers(1, 20),
)
def test_nothing_is_lost_or_doubled_however_little_memory_there_is(
    keys: list[int], most: int, lanes: int, room: int
) -> None:
    device = Device(room)
    keys.sort()
    results = run_batches(
        range(len(keys)), device.work, key=lambda n: keys[n], size=BatchSize(most), lanes=lanes
    )
    assert results == [2 * n for n in range(len(keys))]
    assert sorted(device.done) == list(range(len(keys)))
    assert max(device.sizes, default=0) <= most


def test_only_neighbours_with_the_same_key_share_a_batch() -> None:
    seen: list[list[str]] = []

    def work(items: Sequence[str]) -> list[str]:
        seen.append(list(items))
        return list(items)

    words = ["a1", "a2", "b1", "a3", "b2", "b3"]
    assert run_batches(words, work, key=lambda word: word[0], size=BatchSize(8)) == words
    assert seen == [["a1", "a2"], ["b1"], ["a3"], ["b2", "b3"]]


@pytest.mark.parametrize("error", [RuntimeError, MemoryError])
def test_a_batch_that_does_not_fit_is_halved_and_the_same_items_come_again(
    error: type[Exception],
) -> None:
    device = Device(room=3, error=error)
    size = BatchSize(16)
    assert run_batches(range(16), device.work, key=same, size=size) == [2 * n for n in range(16)]
    assert device.sizes == [16, 8, 4, *[2] * 8]
    assert device.done == list(range(16))


def test_the_size_grows_back_when_all_goes_well_again() -> None:
    device = Device(room=2)
    size = BatchSize(8)
    run_batches(range(8), device.work, key=same, size=size)
    assert size.now == 2
    device.room = 100
    sizes = []
    for _ in range(3 * GROW_AFTER):
        run_batches(range(4), device.work, key=same, size=size)
        sizes.append(size.now)
    assert sizes == sorted(sizes)
    assert sizes[0] == 2
    assert sizes[-1] == 8


def test_the_size_does_not_grow_before_enough_batches_and_never_over_the_most() -> None:
    size = BatchSize(8)
    size.halve(8)
    for _ in range(GROW_AFTER - 1):
        size.went_well()
    assert size.now == 4
    size.halve(4)
    size.went_well()
    assert size.now == 2, "what went well before the last fault does not count"
    for _ in range(10 * GROW_AFTER):
        size.went_well()
    assert size.now == 8


def test_lanes_that_run_out_of_memory_together_halve_once() -> None:
    size = BatchSize(16)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(size.halve, [16] * 4))
    assert size.now == 8


@pytest.mark.parametrize("lanes", [1, 2])
def test_one_item_that_does_not_fit_alone_is_an_error(lanes: int) -> None:
    with pytest.raises(RuntimeError, match="out of memory"):
        run_batches(range(6), Device(room=0).work, key=same, size=BatchSize(4), lanes=lanes)


@pytest.mark.parametrize("lanes", [1, 3])
@pytest.mark.parametrize("error", [RuntimeError("CUDA error: unspecified"), ValueError("no")])
def test_an_error_that_is_not_memorys_is_raised_at_once(lanes: int, error: Exception) -> None:
    tries: list[int] = []

    def work(items: Sequence[int]) -> list[int]:
        tries.append(len(items))
        if 0 in items:
            raise error
        return list(items)

    with pytest.raises(type(error)):
        run_batches(range(30), work, key=same, size=BatchSize(10), lanes=lanes)
    assert len(tries) <= 3
    assert not [t for t in threading.enumerate() if t.name.startswith("lane")]


def test_lanes_work_at_the_same_time_and_the_order_is_kept() -> None:
    together = threading.Barrier(3, timeout=5)

    def work(items: Sequence[int]) -> list[int]:
        together.wait()
        time.sleep(0.002 * (20 - items[0]))
        return [-item for item in items]

    results = run_batches(range(18), work, key=same, size=BatchSize(6), lanes=3)
    assert results == [-n for n in range(18)]


@pytest.mark.timeout(10)
@pytest.mark.parametrize("given_back", [0, 1, 3])
def test_an_engine_that_gives_too_little_or_too_much_is_an_error(given_back: int) -> None:
    calls = itertools.count()

    def work(items: Sequence[int]) -> list[int]:
        assert next(calls) < 50, "it goes on for ever"
        return [7] * given_back

    with pytest.raises((RuntimeError, ValueError)):
        run_batches(range(4), work, key=same, size=BatchSize(2))


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (MemoryError(), True),
        (RuntimeError("CUDA failed with error out of memory"), True),
        (RuntimeError("cuBLAS failed with status CUBLAS_STATUS_ALLOC_FAILED"), True),
        (RuntimeError("CUBLAS_STATUS_NOT_INITIALIZED when calling `cublasCreate(handle)`"), True),
        (RuntimeError("std::bad_alloc"), True),
        (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory"), True),
        (RuntimeError("unable to mmap: Cannot allocate memory (12)"), True),
        (RuntimeError("CUDA error: device-side assert triggered"), False),
        (ValueError("invalid shape"), False),
    ],
)
def test_what_engines_say_when_memory_runs_out(error: Exception, expected: bool) -> None:
    assert is_out_of_memory(error) is expected
