"""Reads a manifest: what the call centre's system knows about each recording.

CSV with a header (comma, semicolon or tab) or JSONL, with the columns of
:mod:`qa_inspect.audio.manifest_fields` and ``path`` and ``call_id``; every further column becomes
an attribute. All faults are collected and raised at once, each with its line and field. Text is
UTF-8 or UTF-16 with a byte order mark, UTF-8 without, or GB18030 as Chinese editions of Excel
write it. This module does not look into recordings.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qa_inspect.audio.manifest_fields import FIELDS, bad_text, metadata_of
from qa_inspect.domain import Metadata
from qa_inspect.errors import ManifestError

_DELIMITERS = ",;\t"
_LEVEL_1_LAST = 0xD7


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """One line: the recording's path (absolute), its id if one was given, and what is known.

    Where no file is ``present`` at the path, the recording can only fail."""

    line: int
    path: Path
    call_id: str | None
    metadata: Metadata
    present: bool = True


@dataclass(slots=True)
class _Reader:
    """Collects rows and faults while a manifest is read."""

    folder: Path
    allow_outside: bool
    wanted: Callable[[Path], bool]
    faults: list[tuple[int, str]] = field(default_factory=list)
    missing: list[tuple[int, str]] = field(default_factory=list)
    rows: list[ManifestRow] = field(default_factory=list)
    ids: dict[str, int] = field(default_factory=dict)
    paths: dict[Path, int] = field(default_factory=dict)

    def fault(self, line: int, name: str, problem: str) -> None:
        self.faults.append((line, _told(line, name, problem)))


def _told(line: int, name: str, problem: str) -> str:
    return f"line {line}, {name}: {problem}" if name else f"line {line}: {problem}"


def read_manifest(
    manifest: Path,
    *,
    allow_outside: bool = False,
    wanted: Callable[[Path], bool] = lambda path: True,
) -> tuple[ManifestRow, ...]:
    """The rows of ``manifest`` in its order.

    A row whose file is missing is left out unless ``wanted`` says of its path that it is going to
    be inspected. It is no fault of the manifest, for one recording that was not copied must not
    cost a night; only where not one file is there, the folder is wrong, and each is a fault.
    Unless ``allow_outside``, a path (symbolic links followed) must stay in the manifest's folder.
    Raises :class:`ManifestError` with every fault, missing files among them.
    """
    text = _text(manifest)
    reader = _Reader(manifest.absolute().parent, allow_outside, wanted)
    is_json = manifest.suffix.lower() in {".jsonl", ".ndjson", ".json"} or (
        manifest.suffix.lower() not in {".csv", ".tsv"} and text.lstrip().startswith("{")
    )
    for line, values in (_json_lines if is_json else _csv_lines)(text, reader):
        _take(line, values, reader)
    if not reader.rows and not reader.faults and not is_json and not text.strip():
        reader.fault(1, "", "the manifest is empty; its first line must name the columns")
    faults = list(reader.faults)
    if faults or not any(row.present for row in reader.rows):
        faults += reader.missing
    if faults:
        count = len(faults)
        raise ManifestError(
            f"{count} fault{'s' if count > 1 else ''} in the manifest",
            where=str(manifest),
            cure="mend what is listed and start again:",
            faults=[told for _, told in sorted(faults, key=lambda fault: fault[0])],
        )
    return tuple(reader.rows)


def _text(manifest: Path) -> str:
    """The manifest's text; raises ManifestError when it cannot be read as text."""
    cure = "save it as CSV in UTF-8 (Excel: 'CSV UTF-8') or as JSONL"
    try:
        data = manifest.read_bytes()
    except OSError as error:
        why = "does not exist" if isinstance(error, FileNotFoundError) else "cannot be read"
        raise ManifestError(
            f"the manifest {why} ({error.strerror})", where=str(manifest), cure="check its name"
        ) from None
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise ManifestError(
            "the manifest is an Excel workbook, not CSV or JSONL", where=str(manifest), cure=cure
        )
    encodings = ["utf-8-sig", "gb18030"]
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding != "gb18030" or _is_chinese(text):
            return text
    line = _first_bad_line(data)
    raise ManifestError(
        f"the manifest is neither UTF-8 nor GB18030 text (first at line {line})",
        where=str(manifest),
        cure=cure,
    )


def _first_bad_line(data: bytes) -> int:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return data.count(b"\n", 0, error.start) + 1
    return 1


def _is_chinese(text: str) -> bool:
    """Whether text read as GB18030 is Chinese rather than another code page misread.

    Nearly all of real Chinese text is ideographs of level 1 of GB 2312 (the 3,755 most used) and
    punctuation; misread Latin text leaves that set at once. Thai does not, so its column tells.
    """
    foreign = [character for character in text if ord(character) > 0x7F]
    common = 0
    for character in foreign:
        code = character.encode("gb2312", "ignore")
        common += len(code) == 2 and code[0] <= _LEVEL_1_LAST
    other_market = any(f"{mark}th{mark}" in text.lower() for mark in (*_DELIMITERS, '"'))
    return common >= 0.8 * len(foreign) and not other_market


def _csv_lines(text: str, reader: _Reader) -> Iterator[tuple[int, Mapping[str, str]]]:
    first = text.split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    names: list[str] | None = None
    try:
        for cells in rows:
            start, line = line, rows.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if names is None:
                names = [_column(cell) for cell in cells]
                if not _header_is_right(names, start, reader):
                    return
                continue
            if any(cell.strip() for cell in cells[len(names) :]):
                reader.fault(start, "", f"has {len(cells)} values for {len(names)} columns")
                continue
            yield start, {name: cell for name, cell in zip(names, cells, strict=False) if name}
    except csv.Error as error:
        reader.fault(line, "", f"is no valid CSV ({error})")


def _header_is_right(names: list[str], line: int, reader: _Reader) -> bool:
    doubled = sorted({name for name in names if name and names.count(name) > 1})
    for name in doubled:
        reader.fault(line, name, "the column occurs more than once")
    if "path" not in names:
        shown = ", ".join(filter(None, names))
        reader.fault(line, "path", f"the column is missing; the header names {shown}")
    return not doubled and "path" in names


def _column(name: str) -> str:
    """A column's name: known ones in any case and with spaces, others as written."""
    plain = name.strip()
    known = plain.casefold().replace(" ", "_").replace("-", "_")
    return known if known in FIELDS or known in {"path", "call_id"} else plain


def _json_lines(text: str, reader: _Reader) -> Iterator[tuple[int, Mapping[str, str]]]:
    for line, content in enumerate(text.split("\n"), 1):
        if not content.strip():
            continue
        try:
            pairs = json.loads(content, object_pairs_hook=_Pairs)
        except (ValueError, RecursionError) as error:
            reason = error.msg if isinstance(error, json.JSONDecodeError) else "not readable"
            reader.fault(line, "", f"is no valid JSON ({reason})")
            continue
        if not isinstance(pairs, _Pairs):
            reader.fault(line, "", "is no JSON object; write one {…} a line")
            continue
        names = [_column(name) for name, _ in pairs]
        doubled = sorted({name for name in names if names.count(name) > 1})
        for name in doubled:
            reader.fault(line, name, "occurs more than once")
        if not doubled:
            yield line, {_column(name): _plain(value) for name, value in pairs}


class _Pairs(list[tuple[str, Any]]):
    """A JSON object as pairs, so that doubled names can be seen."""


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(_unpaired(value), ensure_ascii=False)


def _unpaired(value: Any) -> Any:
    if isinstance(value, _Pairs):
        return {name: _unpaired(part) for name, part in value}
    return [_unpaired(part) for part in value] if isinstance(value, list) else value


def _take(line: int, values: Mapping[str, str], reader: _Reader) -> None:
    """Turns one line's values into a row, or into faults."""
    before = len(reader.faults)
    clean: dict[str, str] = {}
    for name, value in values.items():
        clean[name] = value.strip()
        if problem := bad_text(name, clean[name]):
            reader.fault(line, name, problem)
    call_id = clean.pop("call_id", "") or None
    if call_id is not None:
        first = reader.ids.setdefault(call_id, line)
        if first != line:
            reader.fault(line, "call_id", f"{call_id!r} is already used in line {first}")
    bad_already = len(reader.faults) > before
    path = None if bad_already else _find(line, clean.get("path", ""), reader)
    clean.pop("path", None)
    metadata = metadata_of(clean, lambda name, problem: reader.fault(line, name, problem))
    if path is not None and len(reader.faults) == before:
        reader.rows.append(ManifestRow(line, path, call_id, metadata, path.exists()))


def _find(line: int, value: str, reader: _Reader) -> Path | None:
    """The file that ``value`` names, absolute; None for a fault and for one not wanted."""
    if not value:
        reader.fault(line, "path", "is empty")
        return None
    path = reader.folder / value
    try:
        if not path.exists() and "\\" in value:
            path = reader.folder / value.replace("\\", "/")
        real = path.resolve()
        inside = real.is_relative_to(reader.folder.resolve())
        present = path.exists()
    except (OSError, ValueError, RuntimeError) as error:
        reader.fault(line, "path", f"{value!r} cannot be looked up ({error})")
        return None
    absolute = normalised(path)
    if not reader.allow_outside and not inside:
        reader.fault(
            line, "path", f"{value!r} leads out of the manifest's folder; allow it with "
            "--allow-outside"
        )  # fmt: skip
        return None
    if not present:
        if not reader.wanted(absolute):
            return None
        reader.missing.append((line, _told(line, "path", f"no such file: {value!r}")))
    if path.is_dir():
        reader.fault(line, "path", f"{value!r} is a folder, not a recording")
        return None
    first = reader.paths.setdefault(real, line)
    if first != line:
        reader.fault(line, "path", f"{value!r} is already named in line {first}")
        return None
    return absolute


def normalised(path: Path) -> Path:
    """``path`` absolute, without ``.`` and ``..`` but with its symbolic links."""
    parts: list[str] = []
    absolute = path.absolute()
    for part in absolute.parts[1:]:
        if part == "..":
            del parts[-1:]
        else:
            parts.append(part)
    return Path(absolute.anchor, *parts)
