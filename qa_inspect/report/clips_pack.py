"""The folder of a trainer pack: made aside, brought to the disk, then put in its place whole.

An index page, a list of the clips as JSON lines and as CSV, and a manifest that says what was asked
for and whether personal data was hidden. This module does not know how clips are chosen or made.
"""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from qa_inspect.errors import InputError
from qa_inspect.report.clips import Clip, Making, Pair, Reason
from qa_inspect.report.clips_making import AUDIO, LeftOut
from qa_inspect.report.table_files import harmless

MANIFEST = "pack.json"
_KIND = "qa-inspect trainer pack"
_ASSETS = ("site.css", "clips.css", "clips.js", "icon.svg")


@dataclass(frozen=True, slots=True)
class Pack:
    """All that a pack's files tell. ``asked`` are the criteria by name, as they were given;
    ``unredacted_by`` is who had personal data left in, None where it is hidden."""

    asked: Mapping[str, str]
    clips: tuple[Clip, ...]
    pairs: tuple[Pair, ...]
    left_out: tuple[LeftOut, ...]
    making: Making
    made_at: datetime
    unredacted_by: str | None = None


@contextmanager
def pack_folder(out: Path) -> Iterator[Path]:
    """A folder beside ``out`` to make a pack in; it takes the place of ``out`` at the end.

    After an error nothing is left of it, and an earlier pack stays as it was. Raises InputError
    where ``out`` holds other files than a pack's, or cannot be written.
    """
    out = out.absolute()
    try:
        _check(out)
        out.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
        try:
            folder.chmod(0o755)
            (folder / AUDIO).mkdir()
            yield folder
            _sync(folder)
            _check(out)
            _put(folder, out)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    except OSError as error:
        raise InputError(
            f"the pack cannot be written: {error.strerror or error}",
            where=str(out),
            cure="choose another folder with --out, or free some space",
        ) from error


def write_pack(pack: Pack, page: str, folder: Path) -> None:
    """Write the index page and the lists beside the sounds that lie in ``folder``."""
    assets = folder / "assets"
    assets.mkdir()
    shipped = files("qa_inspect.report") / "static"
    for name in _ASSETS:
        (assets / name).write_bytes((shipped / name).read_bytes())
    rows = [clip_row(clip) for clip in pack.clips]
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (folder / "clips.jsonl").write_text(lines, encoding="utf-8", errors="replace")
    # Excel takes a file for UTF-8 by its first three bytes
    (folder / "clips.csv").write_text(_csv(pack.clips), encoding="utf-8-sig", errors="replace")
    told = json.dumps(_manifest(pack), ensure_ascii=False, indent=2)
    (folder / MANIFEST).write_text(told + "\n", encoding="utf-8", errors="replace")
    (folder / "index.html").write_text(page, encoding="utf-8", errors="replace")


def clip_row(clip: Clip) -> dict[str, Any]:
    """A clip as one JSON-ready row."""
    return {
        "number": clip.number,
        "file": clip.audio,
        "call": clip.call,
        "agent": clip.agent or None,
        "language": clip.language,
        "market": clip.market or None,
        "started_at": clip.started_at or None,
        "start_s": clip.start_s,
        "end_s": clip.end_s,
        "duration_s": clip.duration_s,
        "why": [_reason_row(reason, clip) for reason in clip.reasons],
        "said": [
            {"role": line.role.value, "start_s": line.start_s, "end_s": line.end_s}
            | {"text": line.text}
            for line in clip.lines
        ],
        "without_sound": clip.without_sound or None,
        "silenced": [[round(span.start_s, 3), round(span.end_s, 3)] for span in clip.silenced],
        "disguised": [role.value for role in clip.disguised],
    }


def _reason_row(reason: Reason, clip: Clip) -> dict[str, Any]:
    start = clip.start_s or 0.0
    return {
        "by": reason.by.value,
        "name": reason.name,
        "title": reason.title or None,
        "verdict": reason.verdict or None,
        "fit": None if reason.fit is None else round(reason.fit, 3),
        "explanation": reason.explanation or None,
        "evidence": [
            {"start_s": None if e.start_s is None else round(e.start_s - start, 3)}
            | {"quote": e.quote}
            for e in reason.evidence
        ],
    }


def _csv(clips: Iterable[Clip]) -> str:
    rows = [
        {
            "number": clip.number,
            "file": clip.audio or "",
            "call": clip.call,
            "agent": clip.agent,
            "language": clip.language,
            "market": clip.market,
            "started_at": clip.started_at,
            "start_s": "" if clip.start_s is None else clip.start_s,
            "end_s": "" if clip.end_s is None else clip.end_s,
            "why": "; ".join(f"{r.by.value} {r.name} {r.verdict}".strip() for r in clip.reasons),
            "fit": "" if not clip.reasons or (f := clip.reasons[0].fit) is None else round(f, 3),
            "explanation": " ".join(r.explanation for r in clip.reasons if r.explanation),
            "said": " / ".join(f"{line.role.value}: {line.text}" for line in clip.lines),
            "without_sound": clip.without_sound,
        }
        for clip in clips
    ]
    text = io.StringIO()
    names = list(rows[0]) if rows else ["number"]
    writer = csv.DictWriter(text, names, lineterminator="\r\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({k: harmless(v) if isinstance(v, str) else v for k, v in row.items()})
    return text.getvalue()


def _manifest(pack: Pack) -> dict[str, Any]:
    making = pack.making
    hidden = pack.unredacted_by is None
    told: dict[str, Any] = {
        "kind": _KIND,
        "made_at": pack.made_at.isoformat(timespec="seconds"),
        "asked": dict(pack.asked),
        "personal_data": "silenced and masked" if hidden else "not hidden",
    }
    if not hidden:
        told["unredacted_by"] = pack.unredacted_by
    return told | {
        "disguised": making.disguise.value,
        "format": making.sound_format.value,
        "before_s": making.before_s,
        "after_s": making.after_s,
        "clips": len(pack.clips),
        "pairs": [
            {"topic": p.topic, "item": p.item, "good": p.good, "bad": p.bad} for p in pack.pairs
        ],
        "left_out": [{"call": one.call, "reason": one.reason} for one in pack.left_out],
    }


def _check(out: Path) -> None:
    """Raises InputError unless ``out`` is free, empty, or a pack."""
    if not out.exists() and not out.is_symlink():
        return
    if not out.is_dir():
        raise InputError("this is a file, not a folder", where=str(out), cure="name a folder")
    if any(out.iterdir()) and not _is_pack(out):
        raise InputError(
            "the folder holds other files than a trainer pack of qa-inspect's",
            where=str(out),
            cure="name a new or an empty folder with --out",
        )


def _is_pack(out: Path) -> bool:
    try:
        told = json.loads((out / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(told, dict) and told.get("kind") == _KIND


def _sync(folder: Path) -> None:
    """Bring every file and folder to the disk."""
    for place, _, names in os.walk(folder):
        for name in (*names, ""):
            descriptor = os.open(os.path.join(place, name), os.O_RDONLY)  # noqa: PTH118
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


def _put(folder: Path, out: Path) -> None:
    if not out.exists():
        folder.rename(out)
        return
    aside = Path(tempfile.mkdtemp(prefix=f".{out.name}.old.", dir=out.parent))
    try:
        before = aside / out.name
        out.rename(before)
        try:
            folder.rename(out)
        except OSError:
            before.rename(out)
            raise
    finally:
        if out.exists():
            shutil.rmtree(aside, ignore_errors=True)


def number_of_calls(clips: Sequence[Clip]) -> int:
    """How many calls the clips are from."""
    return len({clip.call for clip in clips})
