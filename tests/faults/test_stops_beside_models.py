"""Looking for recordings and settling end as a run does, and nothing of them is lost."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from batch.test_histories import RUBRIC, arrive, call, verdicts
from click.testing import CliRunner
from faults.test_stops import Night, night  # noqa: F401 - a fixture

from qa_inspect.audio import hashing
from qa_inspect.batch import settling
from qa_inspect.batch.inspect import Judge
from qa_inspect.batch.settling import left_to_settle, settle_histories
from qa_inspect.commands.main import cli
from qa_inspect.store.results import open_store

TESTS = Path(__file__).parents[1]


def status(db: Path) -> dict[str, Any]:
    told = CliRunner().invoke(cli, ["status", "--db", str(db), "--json"], prog_name="qa-inspect")
    work: dict[str, Any] = json.loads(told.stdout)["work"]
    return work


def said_by_status(db: Path) -> str:
    told = CliRunner().invoke(cli, ["status", "--db", str(db)], prog_name="qa-inspect")
    return " ".join(told.output.split())


def test_a_run_that_is_stopped_while_it_looks_for_recordings_says_what_it_did_not_look_at(
    night: Night,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    night.calls(60)
    read = hashing._digest
    seen: list[str] = []

    def stopping(file: Any, go_on: Any) -> str | None:
        seen.append(file.name)
        if len(seen) == 20:
            os.kill(os.getpid(), signal.SIGTERM)
        return read(file, go_on)

    monkeypatch.setattr(hashing, "_SURE_S", 0.0)
    monkeypatch.setattr(hashing, "_digest", stopping)
    result = night.run()
    assert result.exit_code == 4, result.output
    assert "files were not looked at because SIGTERM was received" in result.output
    assert "loading models" not in result.output
    assert night.stored() == 0
    unread = status(night.db)["unread_files"]
    assert 60 - len(seen) <= unread < 60
    assert f"did not look at {unread} files any more" in said_by_status(night.db)
    seen.clear()
    monkeypatch.setattr(hashing, "_digest", lambda *given: seen.append("") or read(*given))
    again = night.run()
    assert again.exit_code == 0, again.output
    assert night.stored() == 60
    assert status(night.db)["unread_files"] == 0
    # what the first run had read it did not read again
    assert len(seen) == unread


def test_a_deadline_that_has_come_leaves_recordings_unread(
    night: Night,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    night.calls(5)
    monkeypatch.setattr(hashing, "_digest", lambda *_: time.sleep(0.2) or "0" * 64)
    result = night.run("--deadline", "0.001", "--json")
    assert result.exit_code == 4, result.output
    told = json.loads(result.stdout)
    assert (told["done"], told["unread"] > 0) == (0, True)
    assert "the deadline" in told["stopped"]


def test_settling_that_is_stopped_is_told_and_comes_first_in_the_next_run(
    night: Night,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    night.calls(8)
    monkeypatch.setattr(settling, "TOGETHER", 3)
    judge_due = settling.judge_due

    def stopping(*given: Any) -> Any:
        os.kill(os.getpid(), signal.SIGTERM)
        return judge_due(*given)

    with monkeypatch.context() as stopped:
        stopped.setattr(settling, "judge_due", stopping)
        stopped.setattr(settling, "crew_size", lambda *_: 1)
        result = night.run()
    assert result.exit_code == 4, result.output
    assert "5 calls were not judged in view of one another yet because SIGTERM" in result.output
    assert "Inspected 8 calls" in result.output
    assert status(night.db)["unsettled"] == 5
    assert "5 calls wait to be judged in view of one another" in said_by_status(night.db)
    again = night.run()
    assert again.exit_code == 0, again.output
    assert status(night.db)["unsettled"] == 0


SETTLING = """
import sys
from pathlib import Path
from qa_inspect.batch import settling
from qa_inspect.batch.inspect import Judge
from qa_inspect.store.results import open_store
settling.TOGETHER = 2
with open_store(Path(sys.argv[1])) as store:
    print("begun", flush=True)
    settling.settle_histories(store, Judge([sys.argv[2]]), jobs=int(sys.argv[3]))
"""


@pytest.mark.parametrize("jobs", [1, 2])
def test_settling_that_is_killed_at_any_moment_comes_to_the_same(tmp_path: Path, jobs: int) -> None:
    rubric = tmp_path / "own.yaml"
    rubric.write_text(RUBRIC)
    judge, lot = Judge([str(rubric)]), random.Random(jobs)
    shouting = [call(2 * n, float(n), said="I shout!") for n in range(1, 13)]
    calls = [*shouting, *(call(100 + n, n / 4, customer=f"C{n % 5}") for n in range(16))]
    with open_store(tmp_path / "one.db") as one:
        arrive(one, judge, calls)
        settle_histories(one, judge, jobs=1)
        wanted = verdicts(one)
    db = tmp_path / "other.db"
    with open_store(db) as other:
        arrive(other, judge, calls)
    for _ in range(3):
        command = [sys.executable, "-c", SETTLING, str(db), str(rubric), str(jobs)]
        child = subprocess.Popen(command, cwd=TESTS, stdout=subprocess.PIPE)
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(lot.uniform(0.0, 2.0))
        child.kill()
        child.wait()
    with open_store(db) as other:
        settle_histories(other, judge, jobs=1)
        assert verdicts(other) == wanted
        assert left_to_settle(other) == 0
