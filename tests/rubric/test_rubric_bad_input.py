"""Files that are no rubrics: refused with file, line and cure, soon, and without a crash."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from qa_inspect.errors import RubricError
from qa_inspect.rubric.load import parse_rubric, read_rubric

ITEM = "{id: a, kind: said, phrases: [b]}"
GOOD = f"rubric: x\nitems:\n  - {ITEM}\n"


def refused(data: bytes, folder: Path) -> str:
    path = folder / "r.yaml"
    path.write_bytes(data)
    with pytest.raises(RubricError) as caught:
        read_rubric(path)
    message = str(caught.value)
    assert message.startswith(str(path))
    return message.removeprefix(str(path))


@pytest.mark.parametrize(
    ("data", "part"),
    [
        (b"", ":1: the file is empty"),
        (b"\xef\xbb\xbf", ":1: the file is empty"),
        (GOOD.encode("utf-16"), ":1: the file is UTF-16 — save it as UTF-8"),
        (b"rubric: x\ntitle: caf\xe9\n", ":2: the file is not UTF-8 text (byte 20)"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", ":1: the file is not UTF-8"),
        (b"rubric: x\nab\x00c", ":2: this is no text file"),
        (b"rubric: x\nitems:\n\t- id: a\n", ":3: not valid YAML: found character that cannot"),
        (b"rubric: x\nitems:\n\t- id: a\n", "not with tabs"),
        (b"rubric: x\n---\nrubric: y\n", ":2: not valid YAML: but found another document"),
        (
            b"rubric: x\nweight: .nan\nitems: [" + ITEM.encode() + b"]",
            ":2: weight: '.nan' is no number",
        ),
        (
            b"rubric: x\nweight: .inf\nitems: [" + ITEM.encode() + b"]",
            ":2: weight: '.inf' is no number",
        ),
        (b"rubric: x\nitems: {a: b}", ":2: items: a list is expected here"),
        (b"rubric: x\nphrases: [a]\nitems: [" + ITEM.encode() + b"]", ":2: phrases: fields are"),
        (b"rubric: [x]\nitems: [" + ITEM.encode() + b"]", ":1: rubric: ['x'] must be a valid"),
        (b"? [a, b]\n: c\n", ":1: a field's name must be a plain word"),
        (b"x" * 4_000_001, ": the file has 4,000,001 bytes"),
    ],
)
def test_files_that_are_no_rubrics(data: bytes, part: str, tmp_path: Path) -> None:
    assert part in refused(data, tmp_path)


def test_a_folder_is_no_rubric(tmp_path: Path) -> None:
    folder = tmp_path / "r.yaml"
    folder.mkdir()
    with pytest.raises(RubricError, match="this is a folder — name a YAML file in it"):
        read_rubric(folder)


@pytest.mark.parametrize("ending", ["\r\n", "\n"])
def test_line_ends_and_a_byte_order_mark_change_no_line(ending: str, tmp_path: Path) -> None:
    path = tmp_path / "r.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", ending).encode())
    assert read_rubric(path).name == "x"
    wrong = GOOD.replace("phrases: [b]", "phrases: [b], wat: 1").replace("\n", ending)
    assert ":3: items[0].wat: unknown field" in refused(wrong.encode(), tmp_path)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("a: " + "[" * 100_000, "r.yaml:1: nested deeper than 60 levels"),
        ("a: " + "[" * 9_000 + "]" * 9_000, "r.yaml:1: nested deeper than 60 levels"),
        ("\n".join(" " * i + "a:" for i in range(300)), "r.yaml:62: nested deeper"),
    ],
)
def test_deep_nesting_ends_no_process(text: str, part: str) -> None:
    with pytest.raises(RubricError) as caught:
        parse_rubric(text, "r.yaml")
    assert str(caught.value).startswith(part)


def _chain(length: int, each: int) -> str:
    lists = [f"  l{i}: [{', '.join([f'$l{i - 1}'] * each)}]" for i in range(1, length)]
    head = "rubric: x\nphrases:\n  l0: [one, two]\n" + "\n".join(lists)
    return f'{head}\nitems: [{{id: a, kind: said, phrases: ["$l{length - 1}"]}}]'


def test_lists_of_lists_grow_no_faster_than_they_are_written() -> None:
    start = time.process_time()
    rubric = parse_rubric(_chain(15, 9))
    assert rubric.items[0].rule.phrases.texts == ("one", "two")  # type: ignore[attr-defined]
    with pytest.raises(RubricError, match=r"r\.yaml:25: phrases\.l22: lists name one another more"):
        parse_rubric(_chain(300, 1), "r.yaml")
    assert time.process_time() - start < 5.0


def test_a_file_of_nothing_but_faults_is_refused_soon() -> None:
    start = time.process_time()
    with pytest.raises(RubricError) as caught:
        parse_rubric("\n".join(f"k{i}: 1" for i in range(20_000)), "r.yaml")
    assert "and at least 950 more faults" in str(caught.value)
    assert time.process_time() - start < 10.0
