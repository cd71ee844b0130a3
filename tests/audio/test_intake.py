"""Folders, files, globs: every recording once, in a fixed order, whatever state it is in."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_inspect.audio import hashing
from qa_inspect.audio.intake import Duplicate, find_recordings, with_short_hash
from qa_inspect.domain import Recording
from qa_inspect.errors import InputError


def make(folder: Path, **content: bytes | str) -> None:
    """Files by name: ``a__b_wav`` is ``a/b.wav``."""
    for name, data in content.items():
        path = folder / (name.replace("__", "/").replace("_", "."))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.encode() if isinstance(data, str) else data)


def ids(recordings: tuple[Recording, ...]) -> list[str]:
    return [recording.call_id for recording in recordings]


def test_a_folder_is_searched_to_its_depth(tmp_path: Path) -> None:
    make(tmp_path, b_wav="1", a_MP3="2", notes_txt="x", deep__er__c_opus="3", deep__d_csv="y")
    (tmp_path / ".hidden.wav").write_bytes(b"4")
    (tmp_path / "._b.wav").write_bytes(b"5")
    (tmp_path / ".trash").mkdir()
    (tmp_path / ".trash" / "old.wav").write_bytes(b"6")
    found = find_recordings([tmp_path])
    assert ids(found.recordings) == ["a", "b", "c"]
    assert {path.name for path in found.ignored} == {
        "notes.txt",
        "d.csv",
        ".hidden.wav",
        "._b.wav",
    }
    assert found.recordings[1].sha256 == hashlib.sha256(b"1").hexdigest()
    assert all(recording.path and recording.path.is_absolute() for recording in found.recordings)
    assert find_recordings([tmp_path]) == found


def test_files_folders_and_globs_together_count_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path, day__a_wav="1", day__b_wav="2", day__b_txt="x", c_dat="3")
    monkeypatch.chdir(tmp_path)
    found = find_recordings(["c.dat", "day/*", "day", str(tmp_path / "day" / "a.wav"), "./c.dat"])
    assert ids(found.recordings) == ["c", "a", "b"]
    assert found.duplicates == ()
    assert [path.name for path in found.ignored] == ["b.txt"]
    assert ids(find_recordings(["**/*.wav"]).recordings) == ["a", "b"]
    assert ids(find_recordings(["d?y"]).recordings) == ["a", "b"]


def test_a_name_with_brackets_is_a_name_first(tmp_path: Path) -> None:
    path = tmp_path / "call [1].wav"
    path.write_bytes(b"1")
    assert ids(find_recordings([str(path)]).recordings) == ["call [1]"]


@pytest.mark.parametrize("name", ["gone.wav", "gone/*.wav", "a\0b.wav", ""])
def test_what_does_not_exist_stops_the_run(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError) as raised:
        find_recordings([f"{tmp_path}/x/{name}"])
    assert "\n" not in str(raised.value)


def test_nothing_named() -> None:
    with pytest.raises(InputError, match="no recordings"):
        find_recordings([])


def test_the_same_audio_is_inspected_once(tmp_path: Path) -> None:
    make(tmp_path, a_wav="same", b_wav="other", c__a_wav="same", c__z_wav="same")
    (tmp_path / "link.wav").symlink_to(tmp_path / "b.wav")
    found = find_recordings([tmp_path])
    assert ids(found.recordings) == ["a", "b"]
    assert found.duplicates == (
        Duplicate(tmp_path / "link.wav", "b"),
        Duplicate(tmp_path / "c" / "a.wav", "a"),
        Duplicate(tmp_path / "c" / "z.wav", "a"),
    )


def test_stems_that_collide_carry_a_hash(tmp_path: Path) -> None:
    make(tmp_path, x__1_wav="a", y__1_wav="b", y__1_mp3="c", z__2_wav="d", z__A_wav="e", a_wav="f")
    found = find_recordings([tmp_path])
    expected = {
        f"{stem}-{hashlib.sha256(data).hexdigest()[:8]}"
        for stem, data in [("1", b"a"), ("1", b"b"), ("1", b"c"), ("A", b"e"), ("a", b"f")]
    }
    assert set(ids(found.recordings)) == expected | {"2"}


def test_files_that_cannot_be_read_stay_in_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path, a_wav="1", locked_wav="2", empty1_wav="", empty2_wav="")
    os.mkfifo(tmp_path / "pipe.wav")
    (tmp_path / "gone.wav").symlink_to(tmp_path / "nowhere.wav")
    (tmp_path / "zero.wav").symlink_to("/dev/zero")
    original = Path.open

    def refuse(self: Path, *args: object, **kwargs: object) -> object:
        if self.name == "locked.wav":
            raise PermissionError(13, "Permission denied")
        return original(self, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(Path, "open", refuse)
    found = find_recordings([tmp_path])
    names = ["a", "empty1", "empty2", "gone", "locked", "pipe", "zero"]
    assert ids(found.recordings) == names
    assert found.duplicates == ()
    hashes = {recording.sha256 for recording in found.recordings}
    assert len(hashes) == len(names)
    assert all(len(sha256) == 64 for sha256 in hashes)
    assert find_recordings([tmp_path]) == found


def test_a_folder_that_cannot_be_listed_becomes_a_recording(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path, a_wav="1", locked__b_wav="2")
    original = Path.iterdir

    def refuse(self: Path) -> object:
        if self.name == "locked":
            raise PermissionError(13, "Permission denied")
        return original(self)

    monkeypatch.setattr(Path, "iterdir", refuse)
    found = find_recordings([tmp_path])
    assert ids(found.recordings) == ["a", "locked"]


def test_links_in_a_circle_end(tmp_path: Path) -> None:
    make(tmp_path, d__a_wav="1")
    (tmp_path / "d" / "up").symlink_to(tmp_path)
    (tmp_path / "self.wav").symlink_to(tmp_path / "self.wav")
    found = find_recordings([tmp_path])
    assert ids(found.recordings) == ["self", "a"]


def test_progress_counts_every_file(tmp_path: Path) -> None:
    make(tmp_path, a_wav="1", b_wav="2", c_wav="3")
    seen: list[tuple[int, int]] = []
    find_recordings([tmp_path], on_progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 3), (2, 3), (3, 3)]


@pytest.mark.parametrize("name", [b"bad\xffname.wav", b"new\nline.wav", b"x" * 240 + b".wav"])
def test_awkward_names_make_ids_that_can_be_stored(tmp_path: Path, name: bytes) -> None:
    (tmp_path / os.fsdecode(name)).write_bytes(b"1")
    (recording,) = find_recordings([tmp_path]).recordings
    assert recording.call_id.encode("utf-8").decode().isprintable()
    assert recording.call_id.endswith("-" + hashlib.sha256(b"1").hexdigest()[:8])
    assert len(recording.call_id) <= 200


@given(
    st.lists(
        st.tuples(st.sampled_from(["", "x/", "y/"]), st.sampled_from("abAB"), st.binary(max_size=1))
    )
)
def test_ids_and_hashes_are_unique(entries: list[tuple[str, str, bytes]]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for prefix, stem, data in entries:
            make(folder, **{f"{prefix.replace('/', '__')}{stem}_wav": data})
        found = find_recordings([folder])
        written = {f"{prefix}{stem}" for prefix, stem, _ in entries}
    assert len(set(ids(found.recordings))) == len(found.recordings)
    assert len({recording.sha256 for recording in found.recordings}) == len(found.recordings)
    assert len(found.recordings) + len(found.duplicates) == len(written)
    assert {copy.same_as for copy in found.duplicates} <= set(ids(found.recordings))


def test_an_id_taken_elsewhere_gets_the_hash() -> None:
    recording = Recording("x" * 200, None, "0123456789abcdef" * 4)
    assert with_short_hash(recording).call_id == "x" * 191 + "-01234567"


def test_a_manifest_alone_names_the_recordings(tmp_path: Path) -> None:
    make(tmp_path, b_wav="1", a_wav="2", c_wav="3")
    (tmp_path / "m.csv").write_text("path,call_id,agent_id,mood\nb.wav,C1,A7,good\na.wav,,A8,\n")
    found = find_recordings([], tmp_path / "m.csv")
    assert ids(found.recordings) == ["C1", "a"]
    assert found.recordings[0].metadata.agent_id == "A7"
    assert dict(found.recordings[0].metadata.attributes) == {"mood": "good"}
    assert found.recordings[0].path == tmp_path / "b.wav"


def test_paths_choose_and_the_manifest_describes(tmp_path: Path) -> None:
    make(tmp_path, day__b_wav="1", day__a_wav="2", old__c_wav="3", old__x_dat="4")
    (tmp_path / "m.csv").write_text(
        "path,agent_id\nday/b.wav,A1\nold/c.wav,A2\nold/gone.wav,A3\nold/x.dat,A4\n"
    )
    found = find_recordings([tmp_path / "day"], tmp_path / "m.csv")
    assert ids(found.recordings) == ["a", "b"]
    assert [r.metadata.agent_id for r in found.recordings] == [None, "A1"]
    with_missing = find_recordings([tmp_path], tmp_path / "m.csv").recordings
    assert {r.call_id: r.metadata.agent_id for r in with_missing}["gone"] == "A3"
    (tmp_path / "old" / "gone.wav").write_bytes(b"5")
    everything = find_recordings([tmp_path], tmp_path / "m.csv")
    assert set(ids(everything.recordings)) == {"a", "b", "c", "gone", "x"}
    assert everything.ignored == ()


def test_of_two_names_the_described_one_stays(tmp_path: Path) -> None:
    make(tmp_path, a_wav="same", b_wav="same")
    (tmp_path / "m.csv").write_text("path,call_id\nb.wav,C1\n")
    found = find_recordings([tmp_path], tmp_path / "m.csv")
    assert ids(found.recordings) == ["C1"]
    assert found.duplicates == (Duplicate(tmp_path / "a.wav", "C1"),)


def test_a_given_id_wins_over_a_stem(tmp_path: Path) -> None:
    make(tmp_path, a_wav="1", b_wav="2")
    (tmp_path / "m.csv").write_text("path,call_id\nb.wav,a\n")
    found = find_recordings([tmp_path], tmp_path / "m.csv")
    assert ids(found.recordings) == ["a-" + hashlib.sha256(b"1").hexdigest()[:8], "a"]


def test_huge_files_are_not_read_to_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path, a_wav="12345")
    monkeypatch.setattr(hashing, "MAX_BYTES", 4)
    (recording,) = find_recordings([tmp_path]).recordings
    assert recording.sha256 != hashlib.sha256(b"12345").hexdigest()
