"""Which recordings a run is about: files, folders, globs and manifests become Recordings.

Two names of the same bytes are one recording. A file that cannot be read is still a recording: it
fails when its turn comes, with the reason, and stops nobody. This module does not open audio and
does not know what has been inspected before.
"""

from __future__ import annotations

import glob
import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from qa_inspect.audio.hashing import Memory, hash_files
from qa_inspect.audio.manifest import ManifestRow, normalised, read_manifest
from qa_inspect.audio.manifest_fields import MAX_ID, is_control
from qa_inspect.domain import Recording
from qa_inspect.errors import InputError

_SUFFIXES = (
    ".3gp .aac .aif .aifc .aiff .amr .au .avi .awb .caf .flac .gsm .m4a .m4b .m4p .mka .mkv .mov "
    ".mp2 .mp3 .mp4 .mpga .oga .ogg .ogv .opus .rf64 .snd .spx .voc .w64 .wav .wave .weba .webm "
    ".wma .wv"
)
AUDIO_SUFFIXES = frozenset(_SUFFIXES.split())
"""What counts as a recording in a folder or behind a glob. A file named outright always counts."""

HASH_CHARACTERS = 8


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A file with the same bytes as the recording ``same_as`` (a call_id); it is left out."""

    path: Path
    same_as: str


@dataclass(frozen=True, slots=True)
class Intake:
    """What was found: recordings in a fixed order, further names of the same audio, and files in
    folders that are no audio by their extension. ``unread`` files were not looked at any more, so
    that nobody knows yet whether they are new."""

    recordings: tuple[Recording, ...]
    duplicates: tuple[Duplicate, ...] = ()
    ignored: tuple[Path, ...] = ()
    unread: tuple[Path, ...] = ()


@dataclass(slots=True)
class _Found:
    """Files in the order found, each once."""

    files: dict[Path, None] = field(default_factory=dict)
    ignored: dict[Path, None] = field(default_factory=dict)
    folders: list[Path] = field(default_factory=list)
    seen: set[tuple[int, int]] = field(default_factory=set)

    def add(self, path: Path) -> None:
        """Takes ``path`` for a recording if its extension says so, else ignores it."""
        audio = path.suffix.lower() in AUDIO_SUFFIXES and not path.name.startswith(".")
        (self.files if audio else self.ignored).setdefault(normalised(path))


def find_recordings(
    paths: Sequence[str | Path],
    manifest: Path | None = None,
    *,
    allow_outside: bool = False,
    memory: Memory | None = None,
    stopped: Callable[[], object] = lambda: None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Intake:
    """The recordings behind ``paths`` (files, folders, globs) and ``manifest``.

    A manifest alone names the recordings. With both, ``paths`` say which recordings are inspected
    and the manifest says what is known about them: rows elsewhere are left out, files that no row
    names come without metadata. Order: paths as given, folders by name; a manifest alone by its
    lines. Of several names of the same bytes the one with a manifest row stays, then the first.

    A Recording's ``sha256`` is of the file's bytes, or of its absolute path where those cannot be
    read, so that no two such files are taken for one (``hash_files``). Files that were not reached
    when ``stopped`` answered are ``unread``. ``on_progress`` is told (files hashed, files in all).

    Raises :class:`InputError` for a path or glob that matches nothing or when nothing was given,
    :class:`ManifestError` with all of a manifest's faults.
    """
    if not paths and manifest is None:
        raise InputError("no recordings were named", cure="name files, folders or a manifest")
    found = _Found()
    for path in paths:
        _search(path, found)
    rows: tuple[ManifestRow, ...] = ()
    if manifest is not None:
        rows = read_manifest(
            manifest, allow_outside=allow_outside, wanted=lambda path: _named(path, paths, found)
        )
        found.ignored.pop(normalised(manifest), None)
        for row in rows:
            if not row.present:
                found.files.setdefault(row.path)
    described = _describe(rows, found, manifest_alone=not paths)
    files = list(described) if not paths else list(found.files)
    digests = hash_files(files, memory=memory, stopped=stopped, on_progress=on_progress)
    read = [file for file in files if file in digests]
    kept, copies = _distinct(read, digests, described)
    ids = _call_ids(kept, digests, described)
    recordings = tuple(_recording(file, ids[file], digests[file], described) for file in kept)
    duplicates = tuple(Duplicate(copy, ids[original]) for copy, original in copies.items())
    unread = tuple(file for file in files if file not in digests)
    return Intake(recordings, duplicates, tuple(sorted(found.ignored)), unread)


def audio_files(paths: Sequence[str | Path]) -> tuple[Path, ...]:
    """The files behind ``paths`` that count as recordings, now; none of them is opened.

    Raises :class:`InputError` for a path or glob that matches nothing.
    """
    found = _Found()
    for path in paths:
        _search(path, found)
    return tuple(found.files)


def with_short_hash(recording: Recording) -> Recording:
    """``recording`` under an id that carries its hash: for an id that another call has already."""
    return replace(recording, call_id=_hashed(recording.call_id, recording.sha256))


def _search(given: str | Path, found: _Found) -> None:
    path = Path(given)
    try:
        if path.is_dir():
            found.folders.append(normalised(path))
            _walk(path, found)
            return
        if os.path.lexists(path):
            found.files.setdefault(normalised(path))
            return
        matches = sorted(glob.glob(str(given), recursive=True))  # noqa: PTH207 - may be absolute
    except (OSError, ValueError) as error:
        raise InputError(f"cannot be looked up ({error})", where=str(given)) from None
    if not matches:
        raise InputError(
            "no such file or folder, and no glob that matches anything",
            where=str(given),
            cure="check the path",
        )
    for match in map(Path, matches):
        if match.is_dir():
            found.folders.append(normalised(match))
            _walk(match, found)
        else:
            found.add(match)


def _walk(folder: Path, found: _Found) -> None:
    """Adds a folder's files, by name, deepest last; a folder reached twice (a link) only once."""
    try:
        status = folder.stat()
        if (status.st_dev, status.st_ino) in found.seen:
            return
        found.seen.add((status.st_dev, status.st_ino))
        entries = sorted(folder.iterdir())
    except OSError:
        # It may hold calls: better a failed entry in the run's summary than silence.
        found.files.setdefault(normalised(folder))
        return
    below = []
    for entry in entries:
        if not os.path.isdir(entry):  # noqa: PTH112 - Path.is_dir raises where it may not look
            found.add(entry)
        elif not entry.name.startswith("."):
            below.append(entry)
    for path in below:
        _walk(path, found)


def _named(path: Path, paths: Sequence[str | Path], found: _Found) -> bool:
    """Whether a manifest's missing ``path`` is among what the user asked for."""
    if not paths or path in found.files:
        return True
    return any(path.is_relative_to(folder) for folder in found.folders)


def _describe(
    rows: Iterable[ManifestRow], found: _Found, *, manifest_alone: bool
) -> dict[Path, ManifestRow]:
    """The manifest's row of each file. A row names a file also through another link to it."""
    if manifest_alone:
        return {row.path: row for row in rows}
    if not rows:
        return {}
    # os.path.realpath, unlike Path.resolve, does not raise on links that lead in a circle.
    by_real_path = {os.path.realpath(row.path): row for row in rows}
    by_path = {row.path: row for row in rows}
    described = {}
    for file in (*found.files, *found.ignored):
        row = by_path.get(file) or by_real_path.get(os.path.realpath(file))
        if row is not None:
            described[file] = row
            found.ignored.pop(file, None)
            found.files.setdefault(file)
    return described


def _distinct(
    files: Sequence[Path], digests: Mapping[Path, str], described: Mapping[Path, ManifestRow]
) -> tuple[list[Path], dict[Path, Path]]:
    """Files with the same bytes once, and each further name with the file that stands for it."""
    originals: dict[str, Path] = {}
    for file in sorted(files, key=lambda file: file not in described):
        originals.setdefault(digests[file], file)
    kept = [file for file in files if originals[digests[file]] == file]
    copies = {file: originals[digests[file]] for file in files}
    copies = {file: original for file, original in copies.items() if file != original}
    return kept, copies


def _call_ids(
    files: Sequence[Path], digests: Mapping[Path, str], described: Mapping[Path, ManifestRow]
) -> dict[Path, str]:
    """Each file's id: the manifest's, else its stem, with a short hash where two would collide."""
    given = {file: row.call_id for file, row in described.items() if row.call_id is not None}
    wished = {file: given.get(file) or _safe(file, digests[file]) for file in files}
    uses = Counter(wish.casefold() for wish in wished.values())
    ids = {}
    for file, wish in wished.items():
        collides = file not in given and uses[wish.casefold()] > 1
        ids[file] = _hashed(wish, digests[file]) if collides else wish
    return ids


def _safe(file: Path, digest: str) -> str:
    """The file's stem; with a short hash where characters had to be replaced or left out."""
    stem = file.stem.strip()
    plain = "".join("_" if is_control(character) else character for character in stem)
    plain = plain[: MAX_ID - HASH_CHARACTERS - 1]
    return plain if plain and plain == stem else _hashed(plain or "call", digest)


def _hashed(call_id: str, digest: str) -> str:
    return f"{call_id[: MAX_ID - HASH_CHARACTERS - 1]}-{digest[:HASH_CHARACTERS]}"


def _recording(
    file: Path, call_id: str, digest: str, described: Mapping[Path, ManifestRow]
) -> Recording:
    row = described.get(file)
    if row is None:
        return Recording(call_id, file, digest)
    return Recording(call_id, file, digest, row.metadata)
