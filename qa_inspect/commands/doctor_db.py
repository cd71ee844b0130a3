"""What ``qa-inspect doctor`` says about a database, and how it mends one.

This module does not know what damage is, nor how a finding is printed.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from qa_inspect.commands.render import calls
from qa_inspect.errors import QaInspectError, StoreError
from qa_inspect.store import dialect
from qa_inspect.store.health import Fault, Kind, file_faults, row_faults
from qa_inspect.store.mending import mend_rows
from qa_inspect.store.results import open_store
from qa_inspect.store.salvage import Salvaged, remake_indexes, salvage

_MENDED_BY_RUN = "the next `qa-inspect run` takes them up by itself; --repair does it now"
_ADVICE = {
    Kind.DEAD_CLAIMS: _MENDED_BY_RUN,
    Kind.LOST_FILES: "put them back, or take them off the list with --repair",
    Kind.NO_VERDICT: "qa-inspect score",
}
"""Faults that stop nothing, and what to do about them."""
_PERMISSIONS = "change the permissions of the file and its folder"
_SPARE = 1.3
"""Times the database's size that have to be free to make it anew."""
_NAMED = 5


@dataclass(frozen=True, slots=True)
class DbFinding:
    """One thing found. ``ok`` is None for what stops nothing."""

    ok: bool | None
    detail: str
    cure: str = ""


def examine_db(db: str) -> Iterator[DbFinding]:
    """What can be said of a database, whatever state it is in. Nothing is mended."""
    path = dialect.sqlite_path(dialect.parse_url(db))
    if path is not None and not path.exists():
        yield DbFinding(None, f"{db} does not exist yet; `qa-inspect run` makes it")
        return
    repair = f"qa-inspect doctor --db {db} --repair"
    try:
        if path is not None:
            faults = _file_faults(path)
            if faults:
                yield from (DbFinding(False, fault.problem, repair) for fault in faults)
                return
            if not dialect.writable(path):
                yield DbFinding(False, "the database can be read, but not written", _PERMISSIONS)
        with open_store(db, create=False) as store:
            counts = store.count_by_status()
            found = tuple(row_faults(store))
    except QaInspectError as error:
        yield DbFinding(False, error.problem, error.cure)
        return
    told = Path(db) if path is not None else dialect.parse_url(db).render_as_string()
    yield DbFinding(True, f"{told} holds {calls(counts.total)}")
    for fault in found:
        advice = _ADVICE.get(fault.kind)
        yield DbFinding(None if advice else False, _with_names(fault), advice or repair)


def repair_db(db: str) -> Iterator[str]:
    """Mend what can be mended; a sentence for each thing done. Raises StoreError."""
    path = dialect.sqlite_path(dialect.parse_url(db))
    if path is not None:
        yield from _repair_file(path)
    with open_store(db, create=path is not None) as store:
        found = tuple(row_faults(store))
        yield from mend_rows(store, found)


def _file_faults(path: Path) -> tuple[Fault, ...]:
    # a file that is no database at all has its own sentence, which opening it gives
    open_problem = _not_ours(path)
    if open_problem is not None:
        raise open_problem
    with dialect.plain_errors(str(path)):
        return file_faults(path)


def _not_ours(path: Path) -> StoreError | None:
    with path.open("rb") as file:
        head = file.read(16)
    if head and not head.startswith(b"SQLite format 3"):
        return StoreError(
            "its first bytes are not a database's",
            where=str(path),
            cure="name another file with --db, or restore this one from a copy",
        )
    return None


def _repair_file(path: Path) -> Iterator[str]:
    if not path.exists():
        raise StoreError(f"no database at {path}", cure="name the file with --db")
    if not dialect.writable(path):
        raise StoreError("the database cannot be written", where=str(path), cure=_PERMISSIONS)
    faults = _file_faults(path)
    if any(fault.kind is Kind.INDEX for fault in faults):
        remake_indexes(path)
        yield "made the indexes anew"
        faults = _file_faults(path)
    if faults:
        need, free = path.stat().st_size * _SPARE, shutil.disk_usage(path.resolve().parent).free
        if free < need:
            raise StoreError(
                f"making it anew takes {need / 1e9:.1f} GB beside it, and {free / 1e9:.1f} GB are "
                "free",
                where=str(path),
                cure="free some space, or copy the database to a larger disk and repair it there",
            )
        yield from _told(salvage(path))


def _told(found: Salvaged) -> Iterator[str]:
    yield f"made the database anew: {calls(found.calls)} are whole"
    if found.lost:
        yield (
            f"{calls(len(found.lost))} could not be read whole and were left out; the next "
            f"`qa-inspect run` inspects them again: {_names(found.lost)}"
        )
    if found.doubtful:
        yield (
            f"{calls(len(found.doubtful))} from imported transcripts may lack something; import "
            f"them again: {_names(found.doubtful)}"
        )
    if not found.judged:
        yield "some verdicts were damaged: `qa-inspect score` judges all calls again from the words"
    yield f"the damaged file is kept as {found.kept_as}; delete it when nothing in it is missed"


def _with_names(fault: Fault) -> str:
    return f"{fault.problem}: {_names(fault.calls)}" if fault.calls else fault.problem


def _names(call_ids: tuple[str, ...]) -> str:
    more = len(call_ids) - _NAMED
    return ", ".join(call_ids[:_NAMED]) + (f" and {more} more" if more > 0 else "")
