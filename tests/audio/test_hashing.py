"""Recordings are known by their hashes: read once, again when they change, not beyond a stop."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qa_inspect.audio import hashing
from qa_inspect.audio.hashing import FileState, hash_files

HOUR_S = 3600.0


class Remembering:
    """A memory that counts what it is told."""

    def __init__(self) -> None:
        self.kept: dict[Path, tuple[FileState, str]] = {}
        self.read: list[Path] = []

    def recall(self, files: Mapping[Path, FileState]) -> Mapping[Path, str]:
        known = {file: self.kept.get(file) for file in files}
        return {
            file: found[1]
            for file, found in known.items()
            if found is not None and found[0] == files[file]
        }

    def note(self, file: Path, state: FileState, sha256: str) -> None:
        self.read.append(file)
        self.kept[file] = (state, sha256)


@pytest.fixture(autouse=True)
def files_are_old(monkeypatch: pytest.MonkeyPatch) -> None:
    """No file here can be older than this test."""
    monkeypatch.setattr(hashing, "_SURE_S", 0.0)


def plain(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def some_files(folder: Path, count: int) -> list[Path]:
    paths = [folder / f"{number:02}.wav" for number in range(count)]
    for number, path in enumerate(paths):
        path.write_bytes(b"%d" % number * (number + 1))
    return paths


def test_an_unchanged_file_is_read_once(tmp_path: Path) -> None:
    paths, memory = some_files(tmp_path, 40), Remembering()
    first = hash_files(paths, memory=memory)
    assert first == {path: plain(path) for path in paths}
    assert list(first) == memory.read == paths
    memory.read.clear()
    assert hash_files(paths, memory=memory) == first
    assert memory.read == []


def test_a_file_in_the_place_of_another_is_read_though_it_looks_the_same(tmp_path: Path) -> None:
    (path,), memory = some_files(tmp_path, 1), Remembering()
    hash_files([path], memory=memory)
    before = path.stat()
    other = tmp_path / "other"
    other.write_bytes(b"x" * before.st_size)
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    other.replace(path)
    after = path.stat()
    assert (after.st_size, after.st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    assert hash_files([path], memory=memory) == {path: plain(path)}


def test_a_file_that_may_still_be_written_to_is_not_remembered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hashing, "_SURE_S", 60.0)
    (path,), memory = some_files(tmp_path, 1), Remembering()
    assert hash_files([path], memory=memory) == {path: plain(path)}
    assert memory.kept == {}
    clock = time.time_ns() + int(61e9)
    monkeypatch.setattr(hashing.time, "time_ns", lambda: clock)
    hash_files([path], memory=memory)
    assert set(memory.kept) == {path}


def test_a_file_that_grows_while_it_is_read_is_not_remembered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (path,), memory = some_files(tmp_path, 1), Remembering()
    read = hashing._digest

    def growing(*given: object) -> str | None:
        found = read(*given)  # type: ignore[arg-type]
        with path.open("ab") as file:
            file.write(b"more")
        return found

    monkeypatch.setattr(hashing, "_digest", growing)
    hash_files([path], memory=memory)
    assert memory.kept == {}


def test_what_cannot_be_read_has_the_hash_of_its_path_and_is_tried_again(tmp_path: Path) -> None:
    empty, gone, folder = tmp_path / "empty.wav", tmp_path / "gone.wav", tmp_path / "folder.wav"
    empty.touch()
    folder.mkdir()
    os.mkfifo(tmp_path / "pipe.wav")
    paths, memory = [empty, gone, folder, tmp_path / "pipe.wav"], Remembering()
    found = hash_files(paths, memory=memory)
    assert len(set(found.values())) == 4
    assert memory.kept == {}
    empty.write_bytes(b"now there")
    assert hash_files(paths, memory=memory)[empty] == plain(empty)


@pytest.mark.parametrize("reached", [0, 1, 7])
def test_what_a_stop_leaves_is_left_out_and_read_the_next_time(
    tmp_path: Path, reached: int
) -> None:
    paths, memory, seen = some_files(tmp_path, 30), Remembering(), []

    def note(done: int, total: int) -> None:
        seen.append((done, total))

    found = hash_files(paths, memory=memory, stopped=lambda: len(seen) >= reached, on_progress=note)
    assert list(found) == paths[:reached]
    assert hash_files(paths, memory=memory) == {path: plain(path) for path in paths}
    assert sorted(memory.read) == paths


def test_a_stop_does_not_wait_for_a_large_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hashing, "_BLOCK", 1)
    path, blocks = tmp_path / "large.wav", threading.Event()
    path.touch()
    os.truncate(path, 100_000_000)
    threading.Timer(0.3, blocks.set).start()
    assert hash_files([path], stopped=blocks.is_set) == {}


EDITS = st.lists(
    st.lists(st.tuples(st.integers(0, 3), st.binary(min_size=1, max_size=2)), max_size=3),
    min_size=1,
    max_size=4,
)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(EDITS)
def test_whatever_happens_to_files_their_hashes_are_right(
    tmp_path_factory: pytest.TempPathFactory, edits: Sequence[Sequence[tuple[int, bytes]]]
) -> None:
    folder, memory = tmp_path_factory.mktemp("edits"), Remembering()
    for step in edits:
        for number, data in step:
            path = folder / f"{number}.wav"
            path.unlink(missing_ok=True)
            path.write_bytes(data)
        paths = sorted(folder.iterdir())
        assert hash_files(paths, memory=memory) == {path: plain(path) for path in paths}
