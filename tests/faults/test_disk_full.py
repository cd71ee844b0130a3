"""A disk that is full, read-only or refuses: one sentence, nothing lost, and on it goes after."""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from qa_inspect.commands.doctor_db import examine_db
from qa_inspect.domain import CallResult, CallStatus, Recording, Role, Transcript, Utterance
from qa_inspect.errors import StoreError
from qa_inspect.store.results import Store, open_store
from qa_inspect.store.work import Work, WorkLedger


def a_call(number: int, letters: int = 20_000) -> CallResult:
    said = (Utterance(0, Role.AGENT, "S0", f"{number} " * (letters // 2), "en"),)
    return CallResult(
        Recording(f"c{number}", Path(f"c{number}.wav"), f"s{number}"),
        CallStatus.OK,
        Transcript("en", said),
    )


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of two megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    try:
        made = subprocess.run(mount, capture_output=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no mount command")
    if made.returncode:
        pytest.skip("only root can make a small disk")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def works(numbers: range) -> tuple[Work, ...]:
    return tuple(Work(f"s{n}", f"c{n}", f"c{n}-x", Path(f"c{n}.wav")) for n in numbers)


def save_until_full(store: Store, ledger: WorkLedger) -> int:
    """How many calls were stored before the disk was full."""
    for number in range(500):
        (claim,) = ledger.claim(works(range(number, number + 1)), 1).claims
        try:
            assert ledger.save(claim, a_call(number))
        except StoreError as error:
            assert "the disk is full" in str(error)
            assert "what was saved before is safe" in error.cure
            return number
    raise AssertionError("the disk never was full")


def test_a_full_disk_loses_nothing_and_the_next_run_goes_on(small_disk: Path) -> None:
    path = small_disk / "qa.db"
    with open_store(path) as store:
        ledger = WorkLedger(store)
        ledger.enqueue(works(range(80)))
        stored = save_until_full(store, ledger)
        assert stored >= 3
        assert set(store.call_ids()) == {f"c{number}" for number in range(stored)}
        assert all(found.ok is not False for found in examine_db(str(path)))
        subprocess.run(["mount", "-o", "remount,size=20m", str(small_disk)], check=True)
        ledger.close()
    with open_store(path) as store, WorkLedger(store) as ledger:
        for claim in ledger.claim(works(range(80)), 80).claims:
            assert ledger.save(claim, a_call(int(claim.sha256[1:])))
        assert store.count() == 80
        assert all(call == a_call(int(call.recording.sha256[1:])) for call in store.calls())


def test_a_read_only_disk_can_be_read_and_says_why_not_written(small_disk: Path) -> None:
    path = small_disk / "qa.db"
    with open_store(path) as store:
        store.save_call(a_call(1))
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with open_store(path, create=False) as store:
        assert store.load_call("c1") == a_call(1)
        with pytest.raises(StoreError, match="cannot be written"):
            store.save_call(a_call(2))
    with pytest.raises(StoreError, match="cannot be written"):
        open_store(path)


def test_a_quota_for_files_is_told_as_a_disk_that_refuses(tmp_path: Path) -> None:
    path = tmp_path / "qa.db"
    script = (
        "import sys; sys.path.insert(0, sys.argv[2])\n"
        "from test_disk_full import *\n"
        "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "store = open_store(sys.argv[1])\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))\n"
        "try:\n"
        "    for number in range(500): store.save_call(a_call(number)); print(number, flush=True)\n"
        "except StoreError as error: print('told', error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(path), str(Path(__file__).parent)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    *stored, last = done.stdout.splitlines()
    assert last.startswith("told") and "the disk" in last and "safe" in last
    with open_store(path, create=False) as store:
        assert {call.recording.call_id for call in store.calls()} == {f"c{n}" for n in stored}
    assert next(iter(examine_db(str(path)))).ok is True
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 600_000
