"""Hashes of files outlive a run, as long as the files are unchanged and the calls are there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from scripted import ScriptedInspector, recording

from qa_inspect.audio import hashing
from qa_inspect.audio.intake import find_recordings
from qa_inspect.batch.remembered import RememberedFiles
from qa_inspect.store.file_hashes import FileHash, keep_hashes, load_hashes
from qa_inspect.store.results import open_store


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are read."""
    monkeypatch.setattr(hashing, "_SURE_S", 0.0)
    found: list[str] = []
    plain = hashing._digest

    def noting(file: object, *given: object) -> str | None:
        found.append(Path(file.name).name)  # type: ignore[attr-defined]
        return plain(file, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(hashing, "_digest", noting)
    return found


def test_a_second_run_reads_only_what_is_new(tmp_path: Path, reads: list[str]) -> None:
    folder, db = tmp_path / "calls", str(tmp_path / "qa.db")
    folder.mkdir()
    for name in ("a.wav", "b\nc.wav", "\udcff.wav"):
        (folder / name).write_bytes(name.encode(errors="replace"))
    files = RememberedFiles(db)
    first = find_recordings([folder], memory=files)
    assert not Path(db).exists()
    assert len(reads) == 3
    with open_store(db) as store:
        files.keep(store)
    reads.clear()
    assert find_recordings([folder], memory=RememberedFiles(db)) == first
    assert reads == []
    (folder / "a.wav").write_bytes(b"other words")
    (folder / "new.wav").write_bytes(b"new")
    assert len(find_recordings([folder], memory=RememberedFiles(db)).recordings) == 4
    assert sorted(reads) == ["a.wav", "new.wav"]


def test_the_files_of_a_deleted_call_are_forgotten(tmp_path: Path) -> None:
    told = [FileHash(1, 2, 3, recording(number).sha256) for number in range(2)]
    with open_store(tmp_path / "qa.db") as store:
        for number in range(2):
            store.save_call(ScriptedInspector().inspect(recording(number)))
        twin = ScriptedInspector().inspect(replace(recording(1), call_id="twin"))
        store.save_call(twin)
        keep_hashes(store, {"a.wav": told[0], "copy.wav": told[0], "b.wav": told[1]})
        store.delete_call("call-000")
        store.delete_call("twin")
        assert load_hashes(store, ["a.wav", "copy.wav", "b.wav"]) == {"b.wav": told[1]}
