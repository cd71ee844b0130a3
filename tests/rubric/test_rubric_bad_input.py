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
        (b"rubric: x\nitems:\n\t- id: a\n", ":3: a line begins with a tab"),
        (b"rubric: x\nitems:\n\t- id: a\n", "not with tabs"),
        (b"rubric: x\n---\nrubric: y\n", ":2: a line of --- begins a second file"),
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


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "items:\n  - id: a\n    why: Note: a guest\n",
            "3: put the text after why in quotes, becaus",
        ),
        (
            "items:\n  - id: a\n    phrases: [so] sorry\n",
            "3: a text that begins with [ needs quotes",
        ),
        ('items:\n  - phrases: "a", "b"\n', "2: several texts need brackets around them"),
        ('title: "He said "no" to me"\n', "1: text stands after the closing quote"),
        ("language en\nitems: []\n", "1: a colon is missing: “language: en”"),
        ("rubric:x\nitems: []\n", "1: after “rubric:” a blank is missing"),
        ("items:\n  -id: a\n    kind: said\n", "2: after the dash a blank is missing"),
        ("items:\n  - id: a\n   kind: said\n", "3: this line begins in another column"),
        ("items:\n  - id: a\n     kind: said\n", "3: this line is set in further than line 2"),
        ('title: "abc\nitems: []\n', "1: the quote that opens here is never closed"),
        ('a:\n  b: [c, "d"\ne: f\n', "2: the bracket [ that opens here is not closed"),
        ('phrases: ["a" "b"]\n', "1: after a closing quote a comma is missing"),
        ("title: @home\n", "1: a text that begins with @ needs quotes; write '@home'"),
        ("title: *home\n", "1: a text that begins with * needs quotes"),
        ('title: "a\\d"\n', "1: a \\ within double quotes means something else"),
        ("rubric：x\nlanguage: en\n", "1: the colon after rubric is a wide one (：)"),
        ("rubric：x\n", "1: the colon after rubric is a wide one (：)"),
        ("rubric: x\nlanguage：en\nitems: []\n", "2: the colon after language is a wide one"),
        ("rubric: x\nitems:\n  - id: a\n    kind：said\n", "4: the colon after kind is a wide one"),
    ],
)
def test_faults_of_yaml_are_told_as_what_to_write(text: str, told: str) -> None:
    with pytest.raises(RubricError) as caught:
        parse_rubric(text, "r.yaml")
    assert str(caught.value).startswith(f"r.yaml:{told}")
    assert "not valid YAML" not in str(caught.value)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ("id: a, kind: said, phrases: [b], reason: c", "did you mean why?"),
        ("name: a, kind: said, phrases: [b]", "did you mean id?"),
        ("id: a, kind: said, text: [b]", "did you mean phrases?"),
        ("id: a, kind: talk_share, at_least: 30%", "for 30 % write 0.3"),
        ("id: a, kind: talk_share, at_least: 30", "for 30 % write 0.3"),
        ("id: a, kind: said, phrases: [b], weight: 30%", "no number; write 30"),
    ],
)
def test_what_was_meant_is_said(fields: str, told: str) -> None:
    with pytest.raises(RubricError) as caught:
        parse_rubric(f"rubric: x\nitems: [{{{fields}}}]")
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("code", "meant"), [("cn", "zh"), ("xx", ""), ("eng", "en"), ("zh_TW", "zh-TW"), ("vn", "vi")]
)
def test_a_language_that_no_call_can_have_is_refused(code: str, meant: str) -> None:
    with pytest.raises(RubricError) as caught:
        parse_rubric(GOOD.replace("items", f"language: {code}\nitems"))
    assert f":2: language: {code} is no code of a language" in str(caught.value)
    assert ("did you mean" in str(caught.value)) == bool(meant)
    assert f"did you mean {meant}?" in str(caught.value) or not meant


@pytest.mark.parametrize("code", ["en", "zh-Hant-TW", "no", "yue", "tl", "EN"])
def test_languages_that_calls_can_have(code: str) -> None:
    assert parse_rubric(GOOD.replace("items", f"language: {code}\nitems")).language == code
