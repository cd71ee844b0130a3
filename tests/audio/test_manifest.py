"""Manifests: every fault at once with its line; the encodings and habits of spreadsheets."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qa_inspect.audio.manifest import ManifestRow, read_manifest
from qa_inspect.domain import Channels, Direction
from qa_inspect.errors import ManifestError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the recordings a.wav to d.wav."""
    for name in "abcd":
        (tmp_path / f"{name}.wav").write_bytes(name.encode())
    return tmp_path


def write(folder: Path, content: str | bytes, name: str = "m.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def faults(folder: Path, content: str | bytes, name: str = "m.csv") -> tuple[str, ...]:
    with pytest.raises(ManifestError) as raised:
        read_manifest(write(folder, content, name))
    assert str(folder / name) in str(raised.value)
    return raised.value.faults


def row(folder: Path, content: str | bytes, name: str = "m.csv") -> ManifestRow:
    (only,) = read_manifest(write(folder, content, name))
    return only


FULL = {
    "path": "a.wav",
    "call_id": "C-1",
    "agent_id": "007",
    "agent_name": "Nguyễn Ánh",
    "team": "North",
    "customer_id": "K9",
    "language": "vi",
    "market": "VN",
    "direction": "Outbound",
    "started_at": "2026-03-31T14:05:00Z",
    "channels": "agent-right",
    "csat": "4",
    "nps": "10",
    "topic": "refund",
    "Campaign": "spring",
}


@pytest.mark.parametrize("kind", ["csv", "semicolon", "tab", "jsonl"])
def test_every_column(folder: Path, kind: str) -> None:
    if kind == "jsonl":
        read = row(folder, json.dumps({**FULL, "csat": 4, "nps": 10.0}), "m.jsonl")
    else:
        mark = {"csv": ",", "semicolon": ";", "tab": "\t"}[kind]
        read = row(folder, mark.join(FULL) + "\r\n" + mark.join(FULL.values()) + "\r\n")
    known = read.metadata
    assert (read.path, read.call_id) == (folder / "a.wav", "C-1")
    assert (known.agent_id, known.agent_name, known.team) == ("007", "Nguyễn Ánh", "North")
    assert (known.customer_id, known.language, known.market) == ("K9", "vi", "VN")
    assert known.direction is Direction.OUTBOUND
    assert known.started_at == datetime(2026, 3, 31, 14, 5, tzinfo=UTC)
    assert known.channels is Channels.AGENT_RIGHT
    assert (known.csat, known.nps, known.topic) == (4, 10, "refund")
    assert dict(known.attributes) == {"Campaign": "spring"}


def test_all_faults_at_once_each_with_its_line(folder: Path) -> None:
    content = "\n".join(
        [
            "path,call_id,language,direction,started_at,channels,csat,nps",
            "a.wav,1,klingon,sideways,yesterday,stereo,6,eleven",
            "gone.wav,2,en,inbound,2026-01-01,mono,5,0",
            "",
            '"b.wav",1,en,,,,,',
            "a.wav,3,en,,,,,",
            ",4,en,,,,,",
            "../x.wav,5,en,,,,,",
            "c.wav,6,en,,,,4.5,-1",
            "d.wav,7,en,,,,,,surplus",
        ]
    )
    found = faults(folder, content)
    starts = [
        "line 2, language: 'klingon' is no language code",
        "line 2, direction: 'sideways' is neither",
        "line 2, started_at: 'yesterday' is no ISO 8601",
        "line 2, channels: 'stereo' is none of",
        "line 2, csat: '6' is no whole number from 1 to 5",
        "line 2, nps: 'eleven' is no whole number from 0 to 10",
        "line 3, path: no such file: 'gone.wav'",
        "line 5, call_id: '1' is already used in line 2",
        "line 6, path: 'a.wav' is already named in line 2",
        "line 7, path: is empty",
        "line 8, path: '../x.wav' leads out of the manifest's folder",
        "line 9, csat: '4.5' is no whole number",
        "line 9, nps: '-1' is no whole number",
        "line 10: has 9 values for 8 columns",
    ]
    assert len(found) == len(starts)
    for fault, start in zip(found, starts, strict=True):
        assert fault.startswith(start)


def test_lines_are_counted_through_quoted_line_breaks(folder: Path) -> None:
    found = faults(folder, 'path,note,csat\na.wav,"one\ntwo\nthree",5\nb.wav,x,9\n')
    assert found == ("line 5, csat: '9' is no whole number from 1 to 5",)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("call_id,agent_id\n1,2\n", "line 1, path: the column is missing"),
        ("path,team,Team\na.wav,1,2\n", "line 1, team: the column occurs more than once"),
        ("", "line 1: the manifest is empty"),
        ('path\n"a.wav\n', "is no valid CSV"),
        ("path,call_id\na.wav,x\x07y\n", "line 2, call_id: holds the control character U+0007"),
        ("path,call_id\na.wav,x\u202ey\n", "line 2, call_id: holds the control character U+202E"),
        ("path,call_id\na.wav," + "x" * 201 + "\n", "line 2, call_id: is longer than 200"),
        ("path\na\x00.wav\n", "line 2, path: holds the control character U+0000"),
        ("path\n" + "x" * 300 + ".wav\n", "line 2, path:"),
        ("path\n.\n", "line 2, path: '.' is a folder"),
    ],
)
def test_csv_faults(folder: Path, content: str, expected: str) -> None:
    assert any(expected in fault for fault in faults(folder, content))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('{"path": "a.wav"', "line 2: is no valid JSON"),
        ('["a.wav"]', "line 2: is no JSON object"),
        ('{"path": "a.wav", "team": "x", "Team": "y"}', "line 2, team: occurs more than once"),
        ('{"call_id": "1"}', "line 2, path: is empty"),
        ('{"path": "a.wav", "csat": true}', "line 2, csat: 'true' is no whole number"),
        ('{"path": "a.wav", "call_id": "\\ud800"}', "line 2, call_id: holds the control"),
    ],
)
def test_jsonl_faults(folder: Path, line: str, expected: str) -> None:
    assert any(expected in f for f in faults(folder, '{"path": "b.wav"}\n' + line, "m.jsonl"))


def test_json_values_of_every_kind_become_text(folder: Path) -> None:
    content = {"path": "a.wav", "n": 1.5, "yes": True, "none": None, "list": [1, {"ä": "b"}]}
    read = row(folder, json.dumps(content), "m.jsonl")
    assert dict(read.metadata.attributes) == {"n": "1.5", "yes": "true", "list": '[1, {"ä": "b"}]'}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_encodings_of_chinese_spreadsheets(folder: Path, encoding: str) -> None:
    content = "path,agent_name,备注\r\na.wav,王晓明,客户要求退款，态度很好。\r\n"
    read = row(folder, content.encode(encoding))
    assert read.metadata.agent_name == "王晓明"
    assert dict(read.metadata.attributes) == {"备注": "客户要求退款，态度很好。"}


@pytest.mark.parametrize(
    ("encoding", "name"),
    [("cp1252", "René Müller, Zoë Sørensen"), ("cp1258", "Trần Đức"), ("cp874", "สมชาย ใจดี")],
)
def test_other_code_pages_are_refused_rather_than_garbled(
    folder: Path, encoding: str, name: str
) -> None:
    import unicodedata

    text = unicodedata.normalize("NFD", name) if encoding == "cp1258" else name
    content = f'path,language,agent_name\na.wav,th,"{text}"\n'.encode(encoding, "ignore")
    path = write(folder, content)
    with pytest.raises(ManifestError, match="neither UTF-8 nor GB18030"):
        read_manifest(path)


def test_a_workbook_is_named_as_such(folder: Path) -> None:
    path = write(folder, b"PK\x03\x04rest")
    with pytest.raises(ManifestError, match="Excel workbook"):
        read_manifest(path)


def test_a_manifest_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="does not exist"):
        read_manifest(tmp_path / "m.csv")


def test_short_rows_blank_lines_and_loose_names_are_fine(folder: Path) -> None:
    read = row(folder, "\nPath , Agent ID,note\n\n a.wav \n,,\n")
    assert read.path == folder / "a.wav"
    assert read.metadata.agent_id is None


@pytest.mark.parametrize(
    ("given", "code"),
    [("zh-CN", "zh"), ("zh_TW", "zh"), ("EN", "en"), ("cmn", "zh"), ("auto", None), ("", None)],
)
def test_languages_become_base_codes(folder: Path, given: str, code: str | None) -> None:
    assert row(folder, f"path,language\na.wav,{given}\n").metadata.language == code


def test_paths_must_stay_in_the_manifests_folder(folder: Path, tmp_path: Path) -> None:
    inner = folder / "inner"
    (inner / "deep").mkdir(parents=True)
    (inner / "in.wav").write_bytes(b"1")
    (inner / "link.wav").symlink_to(folder / "b.wav")
    (inner / "alias.wav").symlink_to(inner / "deep" / ".." / "in2.wav")
    (inner / "in2.wav").write_bytes(b"2")
    outside = ["../a.wav", str(folder / "c.wav"), "link.wav", "deep/../../d.wav"]
    inside = ["deep/../in.wav", "alias.wav"]
    content = "path\n" + "\n".join([*outside, *inside]) + "\n"
    found = faults(inner, content)
    assert [fault.split(",")[0] for fault in found] == ["line 2", "line 3", "line 4", "line 5"]
    rows = read_manifest(inner / "m.csv", allow_outside=True)
    assert [read.path.name for read in rows] == [
        "a.wav",
        "c.wav",
        "link.wav",
        "d.wav",
        "in.wav",
        "alias.wav",
    ]
    assert rows[0].path == folder / "a.wav"


def test_backslashes_of_windows(folder: Path) -> None:
    (folder / "sub").mkdir()
    (folder / "sub" / "x.wav").write_bytes(b"1")
    assert row(folder, "path\nsub\\x.wav\n").path == folder / "sub" / "x.wav"
    assert "leads out" in faults(folder, "path\n..\\x.wav\nsub\\..\\..\\a.wav\n")[1]


def test_one_missing_file_is_no_fault_of_the_manifest_but_all_missing_are(folder: Path) -> None:
    rows = read_manifest(write(folder, "path\na.wav\ngone.wav\n"))
    assert {read.path.name: read.present for read in rows} == {"a.wav": True, "gone.wav": False}
    assert faults(folder, "path\nx/a.wav\nx/gone.wav\n") == (
        "line 2, path: no such file: 'x/a.wav'",
        "line 3, path: no such file: 'x/gone.wav'",
    )
    assert "already named in line 3" in faults(folder, "path\na.wav\ng.wav\ng.wav\n")[1]


def test_unwanted_missing_rows_are_left_out(folder: Path) -> None:
    path = write(folder, "path\na.wav\ngone.wav\n")
    rows = read_manifest(path, wanted=lambda path: path.name != "gone.wav")
    assert [read.path.name for read in rows] == ["a.wav"]


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.one_of(
        st.binary(max_size=200),
        st.text(max_size=100).map(lambda text: ("path,csat\n" + text).encode("utf-8", "ignore")),
        st.text(max_size=100).map(lambda text: ('{"path": ' + text).encode("utf-8", "ignore")),
    ),
    st.sampled_from(["m.csv", "m.jsonl", "m.txt"]),
)
def test_any_bytes_are_rows_or_a_manifest_error(folder: Path, content: bytes, name: str) -> None:
    path = write(folder, content, name)
    try:
        rows = read_manifest(path)
    except ManifestError as error:
        assert error.where == str(path)
        return
    assert all(read.path.is_relative_to(folder) for read in rows)
