"""The command with fake models: how it ends early, what it says, and with which exit code."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from faults.fakes import FaultyInspector, nothing

from qa_inspect.batch import processes
from qa_inspect.batch.supervisor import Supervisor
from qa_inspect.commands.main import cli
from qa_inspect.config import Config
from qa_inspect.errors import ModelError, StoreError
from qa_inspect.store.results import open_store

SUPERVISED = processes.supervised


class Night:
    """A folder of files that fake models hear, and the command over it."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.db = folder / "qa.db"
        self.orders: tuple[str, ...] = ()
        self.made_ready: Any = nothing
        (folder / "calls").mkdir()
        monkeypatch.setattr(processes, "supervised", self._supervised)

    def calls(self, count: int) -> None:
        for number in range(count):
            (self.folder / "calls" / f"call-{number:03}.wav").write_bytes(b"%d" % number)

    def run(self, *options: str) -> Result:
        arguments = ["run", str(self.folder / "calls"), "--db", str(self.db), "--device", "cpu"]
        return CliRunner().invoke(cli, [*arguments, *options], prog_name="qa-inspect")

    def stored(self) -> int:
        try:
            with open_store(self.db, create=False) as store:
                return store.count()
        except StoreError:
            return 0

    def when_stored(self, more_than: int, act: Any) -> threading.Thread:
        def watch() -> None:
            end = time.monotonic() + 60
            while time.monotonic() < end and self.stored() <= more_than:
                time.sleep(0.05)
            act()

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        return watcher

    def _supervised(self, config: Config, _rubrics: Sequence[str], _ready: Any) -> Supervisor:
        made: Any = FaultyInspector
        return SUPERVISED(replace(config, threads=1), self.orders, self.made_ready, made)


@pytest.fixture
def night(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Night:
    return Night(tmp_path, monkeypatch)


def cannot_open(_inspector: Any) -> None:
    raise ModelError("the speech models hear nothing in a clip of clear speech", where="cpu")


def test_sigterm_finishes_what_is_in_hand_and_the_next_run_says_what_will_fit(
    night: Night,
) -> None:
    night.calls(80)
    night.orders = ("seconds=0.1",)
    watcher = night.when_stored(4, lambda: os.kill(os.getpid(), signal.SIGTERM))
    result = night.run()
    watcher.join()
    done = night.stored()
    assert result.exit_code == 4, result.output
    assert 5 <= done < 80
    assert f"{80 - done} calls left because SIGTERM was received" in result.output
    assert "once more stops at once" in result.output
    night.orders = ()
    again = night.run("--deadline", "60")
    assert again.exit_code == 0, again.output
    assert f"of {80 - done} calls will fit before" in again.output
    assert "as in the last run with these settings" in again.output
    assert night.stored() == 80


def test_models_that_cannot_be_opened_stop_the_run_before_anything_is_written(
    night: Night,
) -> None:
    night.calls(3)
    night.made_ready = cannot_open
    result = night.run()
    assert result.exit_code == 1
    assert "hear nothing in a clip of clear speech" in result.output
    assert not night.db.exists()


def test_models_that_vanish_in_the_night_leave_what_was_stored_and_the_rest_due(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    from qa_inspect.batch import supervisor

    monkeypatch.setattr(supervisor, "MOST_DEATHS", 2)
    night.calls(12)
    night.orders = tuple(f"kill=call-{number:03}" for number in range(6, 12))
    result = night.run()
    assert result.exit_code == 4, result.output
    assert "die again and again" in result.output
    assert 3 <= night.stored() <= 6
    night.orders = ()
    assert night.run().exit_code == 0
    assert night.stored() == 12


def test_failed_calls_are_listed_and_tried_again_when_asked(night: Night) -> None:
    night.calls(6)
    night.orders = ("decoder=call-002",)
    result = night.run()
    assert result.exit_code == 3
    assert "call-002: call-002: made the decoder crash (given up after 3 attempts)" in result.output
    night.orders = ()
    left_alone = night.run()
    assert left_alone.exit_code == 0
    assert "1 call failed earlier; --retry-failed tries again" in left_alone.output
    retried = night.run("--retry-failed")
    assert retried.exit_code == 0
    assert "Inspected 1 call " in retried.output
