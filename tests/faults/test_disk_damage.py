"""Damaged database files: told in one sentence, mended without a wrong word, and kept."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from qa_inspect.commands.doctor_db import examine_db, repair_db
from qa_inspect.commands.main import cli
from qa_inspect.domain import (
    CallResult,
    CallStatus,
    CheckResult,
    CheckStatus,
    Evidence,
    Flag,
    Metadata,
    Recording,
    Role,
    RubricScore,
    Severity,
    SpeakerTurn,
    Transcript,
    Utterance,
    Verdict,
    Word,
)
from qa_inspect.errors import StoreError
from qa_inspect.store import dialect
from qa_inspect.store.health import Kind, file_faults, row_faults
from qa_inspect.store.owners import Owner
from qa_inspect.store.results import open_store
from qa_inspect.store.salvage import salvage
from qa_inspect.store.work import Work, WorkLedger

PAGE = 4096


def a_call(number: int, *, imported: bool = False) -> CallResult:
    call_id = f"call-{number:03}"
    text = f"this is what was said in call number {number} and it is long enough to count"
    words = tuple(Word(word, at, at + 0.5, 0.9) for at, word in enumerate(text.split()))
    said = tuple(
        Utterance(at, (Role.AGENT, Role.CUSTOMER)[at % 2], f"S{at % 2}", f"{text} {at}", "en",
                  at * 10.0, at * 10.0 + 8, 0.9, words)
        for at in range(12)
    )  # fmt: skip
    evidence = (Evidence(1, 10.0, 18.0, f"{text} 1"),)
    checks = tuple(
        CheckResult("support", f"item{at}", "said", CheckStatus.PASS, 1, 1, f"{text}", "words",
                    evidence, None, "script")
        for at in range(8)
    )  # fmt: skip
    flags = (Flag("churn", Severity.LOW, 0.5, text, evidence, "risk"),) if number % 4 == 0 else ()
    turns = tuple(SpeakerTurn(u.start_s or 0, u.end_s or 0, u.speaker) for u in said)
    path = None if imported else Path(f"{call_id}.wav")
    return CallResult(
        Recording(call_id, path, f"sha{number}", Metadata(agent_id=f"A{number % 7}")),
        CallStatus.OK,
        Transcript("en", said, turns, {"S0": Role.AGENT, "S1": Role.CUSTOMER}, duration_s=120.0),
        Verdict((RubricScore("support", "1", 80.0),), checks, flags, 80.0),
    )


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Mapping[str, CallResult]]:
    """A database of sixty calls, all of it in one file."""
    path = tmp_path_factory.mktemp("sound") / "qa.db"
    calls = {call.recording.call_id: call for call in map(a_call, range(60))}
    with open_store(path) as store:
        for call in calls.values():
            store.save_call(call)
    assert not path.with_name("qa.db-wal").exists()
    return path, calls


def damaged(sound: Path, folder: Path, seed: int, pages: int, length: int = 96) -> Path:
    """A copy with bytes overwritten in the middle of some pages."""
    lot = random.Random(seed)
    data = bytearray(sound.read_bytes())
    for page in lot.sample(range(30, len(data) // PAGE), pages):
        at = page * PAGE + lot.randrange(0, PAGE - length)
        data[at : at + length] = lot.randbytes(length)
    path = folder / "qa.db"
    path.write_bytes(data)
    return path


def unjudged(call: CallResult) -> CallResult:
    return replace(call, verdict=Verdict())


@pytest.mark.parametrize("seed", range(12))
def test_what_is_left_after_a_repair_is_right(
    sound: tuple[Path, Mapping[str, CallResult]], tmp_path: Path, seed: int
) -> None:
    original, calls = sound
    path = damaged(original, tmp_path, seed, pages=1 + seed % 4)
    before = path.read_bytes()
    (first, *_) = examine_db(str(path))
    if first.ok:
        # the bytes fell on a page that holds nothing of any call
        with open_store(path, create=False) as store:
            assert {call.recording.call_id: call for call in store.calls()} == calls
        return
    assert first.cure == f"qa-inspect doctor --db {path} --repair"
    found = salvage(path)
    assert file_faults(path) == ()
    with open_store(path, create=False) as store:
        assert {fault.kind for fault in row_faults(store)} <= {Kind.NO_VERDICT}
        left = {call.recording.call_id: call for call in store.calls()}
    assert len(left) == found.calls >= 20
    assert not set(found.lost) & left.keys()
    for call_id, call in left.items():
        assert unjudged(call) == unjudged(calls[call_id])
        assert call.verdict == calls[call_id].verdict or not found.judged
    assert found.kept_as.read_bytes() == before


@pytest.mark.parametrize("share", [0.9, 0.02])
def test_a_file_that_was_cut_off_gives_what_is_left(
    sound: tuple[Path, Mapping[str, CallResult]], tmp_path: Path, share: float
) -> None:
    original, calls = sound
    path = tmp_path / "qa.db"
    whole = original.read_bytes()
    path.write_bytes(cut := whole[: int(len(whole) * share)])
    assert next(iter(examine_db(str(path)))).ok is False
    if share < 0.1:
        with pytest.raises(StoreError, match="no call can be read"):
            salvage(path)
        assert path.read_bytes() == cut
        assert [found.name for found in tmp_path.iterdir()] == ["qa.db"]
        return
    found = salvage(path)
    with open_store(path, create=False) as store:
        assert store.count() == found.calls > 10
        for call in store.calls():
            assert unjudged(call) == unjudged(calls[call.recording.call_id])
    assert file_faults(path) == ()


def test_an_index_that_lacks_a_row_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "qa.db"
    with open_store(path) as store:
        store.save_call(a_call(1))

    def on_schema(statement: str, *values: object) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA writable_schema = ON")
            rows = connection.execute(statement, values).fetchall()
            connection.commit()
        return rows

    ((*row,),) = on_schema("SELECT * FROM sqlite_master WHERE name = 'calls_by_agent'")
    on_schema("DELETE FROM sqlite_master WHERE name = 'calls_by_agent'")
    with open_store(path) as store:
        store.save_call(a_call(2))
    on_schema("INSERT INTO sqlite_master VALUES (?, ?, ?, ?, ?)", *row)
    (fault,) = file_faults(path)
    assert fault.kind is Kind.INDEX
    assert list(repair_db(str(path))) == ["made the indexes anew"]
    assert file_faults(path) == ()
    assert [found.ok for found in examine_db(str(path))] == [True]


def test_rows_and_claims_are_put_right(tmp_path: Path) -> None:
    path = tmp_path / "qa.db"
    gone = Owner("dead", "here", "", 1, "")
    with open_store(path) as store:
        for call in (a_call(1), a_call(2), a_call(3, imported=True), a_call(4)):
            store.save_call(call)
        ledger = WorkLedger(store, owner=gone)
        works = [Work("shaX", "x", "x-1", tmp_path / "x.wav"), Work("shaY", "y", "y-1", path)]
        ledger.enqueue(works)
        ledger.claim(works[1:], 1)
        with store.writing() as connection:
            connection.exec_driver_sql("DELETE FROM work_owners")
            connection.exec_driver_sql("DELETE FROM rubric_scores WHERE call_id = 'call-004'")
            for call_id in ("call-002", "call-003"):
                connection.exec_driver_sql(f"DELETE FROM utterances WHERE call_id = '{call_id}'")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DELETE FROM calls WHERE call_id = 'call-001'")
        connection.commit()
    told = "\n".join(found.detail for found in examine_db(str(path)))
    assert "belong to no call" in told
    assert "2 calls have lost what was said: call-002, call-003" in told
    assert "1 calls have no verdict: call-004" in told
    assert "1 calls are in the hands of runs that have died: y" in told
    assert "1 recordings that wait to be inspected are not there any more: x" in told
    done = "\n".join(repair_db(str(path)))
    assert "the next run inspects their recordings again; kept 1 that were imported" in done
    with open_store(path, create=False) as store:
        assert store.call_ids() == ("call-003", "call-004")
        assert {fault.kind for fault in row_faults(store)} == {Kind.HALF_WRITTEN, Kind.NO_VERDICT}
        (claim,) = WorkLedger(store).claim(works, 9).claims
        assert (claim.sha256, claim.interruptions) == ("shaY", 1)


def test_a_database_that_may_not_be_written_is_not_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "qa.db"
    with open_store(path) as store:
        store.save_call(a_call(1))
    monkeypatch.setattr(dialect, "writable", lambda path: False)
    assert [(found.ok, found.detail) for found in examine_db(str(path))] == [
        (False, "the database can be read, but not written"),
        (True, f"{path} holds 1 call"),
    ]
    with pytest.raises(StoreError, match="cannot be written"):
        list(repair_db(str(path)))


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("my notes " * 2000)
    (found,) = examine_db(str(path))
    assert found.ok is False and "not a database" in found.detail
    with pytest.raises(StoreError, match="not a database"):
        list(repair_db(str(path)))
    assert path.read_text() == "my notes " * 2000


def test_a_log_that_a_crash_left_behind_is_taken_into_account(tmp_path: Path) -> None:
    path = tmp_path / "qa.db"
    store = open_store(path)
    store.save_call(a_call(1))
    copy = tmp_path / "copy"
    copy.mkdir()
    for side in ("", "-wal", "-shm"):
        (copy / f"qa.db{side}").write_bytes(path.with_name(f"qa.db{side}").read_bytes())
    store.close()
    (found,) = examine_db(str(copy / "qa.db"))
    assert found.ok and "holds 1 call" in found.detail
    assert not (copy / "qa.db-wal").exists()


def test_the_command_mends_and_says_so(
    sound: tuple[Path, Mapping[str, CallResult]], tmp_path: Path
) -> None:
    path = damaged(sound[0], tmp_path, seed=3, pages=2)
    told = CliRunner().invoke(cli, ["status", "--db", str(path)])
    mended = CliRunner().invoke(cli, ["doctor", "--db", str(path), "--repair"])
    assert "repair: made the database anew" in mended.output
    assert f"database: {path} holds" in mended.output
    assert told.exit_code in (0, 1)
    assert CliRunner().invoke(cli, ["status", "--db", str(path)]).exit_code == 0
