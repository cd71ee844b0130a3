"""Kept folders: whole or not at all, whatever happens in between."""

from __future__ import annotations

import errno
import json
import multiprocessing
import os
import signal
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_inspect.errors import ModelError
from qa_inspect.weights_cache import (
    cache_folder,
    git_blob_sha1_of,
    join_files,
    kept_folder,
    sha256_of,
)

CONTENT = b"weights" * 100_000


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("QA_INSPECT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def write(folder: Path) -> None:
    (folder / "deep").mkdir()
    (folder / "deep" / "model.bin").write_bytes(CONTENT)


def write_slowly(folder: Path) -> None:
    with (folder / "model.bin").open("wb") as out:
        out.write(CONTENT)
        out.flush()
        (folder.parent / "begun").touch()
        time.sleep(60)


def ask(queue: multiprocessing.Queue[str], counter: str) -> None:
    def make(folder: Path) -> None:
        with Path(counter).open("a") as out:
            out.write("x")
        time.sleep(0.2)
        write(folder)

    queue.put(str(kept_folder("toy", make)))


def test_a_folder_is_made_once() -> None:
    made = []
    for _ in range(3):
        folder = kept_folder("toy", lambda path: (made.append(1), write(path))[1])
        assert (folder / "deep" / "model.bin").read_bytes() == CONTENT
    assert len(made) == 1


def test_processes_asking_at_once_get_one_whole_folder(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    queue: multiprocessing.Queue[str] = context.Queue()
    counter = tmp_path / "counter"
    workers = [context.Process(target=ask, args=(queue, str(counter))) for _ in range(4)]
    for worker in workers:
        worker.start()
    folders = {queue.get(timeout=30) for _ in workers}
    for worker in workers:
        worker.join()
    assert len(folders) == 1
    assert counter.read_text() == "x"
    assert (Path(folders.pop()) / "deep" / "model.bin").read_bytes() == CONTENT


def test_a_killed_maker_leaves_nothing_that_counts(cache: Path) -> None:
    worker = multiprocessing.get_context("fork").Process(
        target=kept_folder, args=("toy", write_slowly)
    )
    worker.start()
    deadline = time.monotonic() + 20
    while not (cache / "models" / "begun").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGKILL)
    worker.join()
    assert not (cache / "models" / "toy").exists()
    folder = kept_folder("toy", write)
    assert (folder / "deep" / "model.bin").read_bytes() == CONTENT
    assert [path.name for path in (cache / "models").glob(".toy~*")] == []


def test_a_damaged_folder_is_made_again() -> None:
    folder = kept_folder("toy", write)
    (folder / "deep" / "model.bin").write_bytes(b"short")
    assert (kept_folder("toy", write) / "deep" / "model.bin").read_bytes() == CONTENT


def test_a_forged_list_of_checksums_does_not_stand_against_known_ones() -> None:
    good = {"deep/model.bin": sha256_of(kept_folder("known", write) / "deep" / "model.bin")}
    folder = kept_folder("toy", write, good)
    (folder / "deep" / "model.bin").write_bytes(b"forged")
    forged = {"deep/model.bin": sha256_of(folder / "deep" / "model.bin")}
    (folder / "sha256.json").write_text(json.dumps(forged))
    remade = kept_folder("toy", write, good)
    assert (remade / "deep" / "model.bin").read_bytes() == CONTENT


def test_what_does_not_match_is_not_kept(cache: Path) -> None:
    with pytest.raises(ModelError, match="expected checksum"):
        kept_folder("toy", write, {"deep/model.bin": "0" * 64})
    assert not (cache / "models" / "toy").exists()


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.ENOSPC, "no space"), (errno.EDQUOT, "no space"), (errno.EROFS, "cannot be kept")],
)
def test_a_disk_that_will_not_take_it_is_one_clear_error(
    cache: Path, number: int, words: str
) -> None:
    def make(_: Path) -> None:
        raise OSError(number, os.strerror(number))

    with pytest.raises(ModelError, match=words) as caught:
        kept_folder("toy", make)
    assert "QA_INSPECT_CACHE" in caught.value.cure
    assert [path for path in (cache / "models").iterdir() if path.is_dir()] == []


def test_a_cache_that_cannot_be_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("QA_INSPECT_CACHE", str(tmp_path / "file"))
    with pytest.raises(ModelError, match="cannot be kept here"):
        kept_folder("toy", write)


def test_a_made_folder_is_used_where_the_cache_is_read_only(cache: Path) -> None:
    kept_folder("toy", write)

    def make(_: Path) -> None:
        raise AssertionError("nothing needs to be made")

    assert kept_folder("toy", make) == cache / "models" / "toy"


def test_the_cache_is_the_users_unless_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QA_INSPECT_CACHE")
    assert cache_folder().name == "qa-inspect"


def test_a_checksum_follows_a_change_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"one")
    before = sha256_of(path)
    path.write_bytes(b"two!")
    assert sha256_of(path) != before


def test_git_names_content_like_git(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"hello\n")
    # `printf 'hello\n' | git hash-object --stdin`
    assert git_blob_sha1_of(path) == "ce013625030ba8dba906f756967f9e9ca394464a"


@settings(max_examples=25, deadline=None)
@given(parts=st.lists(st.binary(max_size=200), max_size=5))
def test_joining_is_concatenation(
    parts: list[bytes], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("parts")
    paths = []
    for number, part in enumerate(parts):
        paths.append(folder / str(number))
        paths[-1].write_bytes(part)
    join_files(paths, folder / "joined")
    assert (folder / "joined").read_bytes() == b"".join(parts)
