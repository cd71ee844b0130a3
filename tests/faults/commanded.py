"""The ``run`` command over a folder of files that fake models hear."""

from __future__ import annotations

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


def cannot_open(_inspector: Any) -> None:
    raise ModelError("the speech models hear nothing in a clip of clear speech", where="cpu")
