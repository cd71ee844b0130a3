"""What a night tells whoever was asleep: metrics, notices, JSON and exit codes of bad ends."""

from __future__ import annotations

import json
import logging
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from faults.commanded import Night, cannot_open
from prometheus_client.parser import text_string_to_metric_families

from qa_inspect.batch import watching
from qa_inspect.batch.claims import Claims
from qa_inspect.commands import run_ending
from qa_inspect.commands.json_log import stop_json_log
from qa_inspect.domain import CallResult
from qa_inspect.errors import StoreError
from qa_inspect.store import ledger
from qa_inspect.store.results import open_store


@pytest.fixture
def night(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Night:
    return Night(tmp_path, monkeypatch)


class Told:
    """What a run sent, and wrote for Prometheus."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.path = folder / "qa.prom"
        self.notices: list[tuple[str, str, Any]] = []
        self.options = ("--metrics", str(self.path), "--notify", "https://hooks.example.org/qa")
        monkeypatch.setattr(run_ending, "send", self._send)

    def _send(self, wanted: Any, title: str, text: str, figures: Any) -> list[str]:
        self.notices.append((title, text, dict(figures)))
        return []

    @property
    def gauges(self) -> dict[str, float]:
        families = text_string_to_metric_families(self.path.read_text())
        found = {sample.name: sample.value for one in families for sample in one.samples}
        return {name.removeprefix("qa_inspect_"): value for name, value in found.items()}


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Told:
    return Told(tmp_path, monkeypatch)


def fail_after(count: int, error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the database, or the code itself, fail once so many calls are stored."""
    save = Claims.save
    stored: list[str] = []

    def failing(self: Claims, result: CallResult) -> bool:
        if len(stored) == count:
            raise error
        stored.append(result.recording.call_id)
        return save(self, result)

    monkeypatch.setattr(Claims, "save", failing)


FULL = StoreError("the disk is full", where="qa.db", cure="free some space")


@pytest.mark.parametrize(
    ("error", "reason", "line"),
    [
        (FULL, "the disk is full", "error: qa.db: the disk is full — free some space"),
        (
            ZeroDivisionError("division by zero"),
            "of an unforeseen error (ZeroDivisionError)",
            "error: unexpected ZeroDivisionError: division by zero",
        ),
    ],
)
def test_a_run_that_breaks_off_tells_what_it_did_and_what_is_left(
    night: Night,
    told: Told,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    reason: str,
    line: str,
) -> None:
    night.calls(9)
    fail_after(4, error, monkeypatch)
    result = night.run("--json", *told.options)
    assert result.exit_code == 4, result.output
    printed = json.loads(result.stdout)
    assert (printed["done"], printed["left"], printed["stopped"]) == (4, 5, reason)
    assert printed["broken_off"] is True
    ((title, text, figures),) = told.notices
    assert title == "Quality inspection: broke off"
    assert "4 calls inspected" in text and "Left: 5" in text and f"Why: {reason}." in text
    expected = {"done": 4, "failed": 0, "left": 5, "exit_code": 4, "reason": reason}
    assert figures.items() >= expected.items()
    gauges = told.gauges
    assert [gauges[name] for name in ("calls_done", "calls_left", "exit_code", "broken_off")] == [
        4, 5, 4, 1,
    ]  # fmt: skip
    assert line in result.stderr.splitlines()[-1]
    with open_store(night.db, create=False) as store:
        (run,) = ledger.runs(store)
    assert run.summary is not None
    assert (run.summary.outcome, run.summary.done, run.summary.left) == ("failed", 4, 5)


def test_a_run_that_breaks_off_says_so_to_people(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    night.calls(9)
    fail_after(4, FULL, monkeypatch)
    result = night.run()
    assert result.exit_code == 4
    assert "Inspected 4 calls " in result.stdout
    assert "5 calls left because the disk is full and would take" in result.stdout
    assert "once that is mended, the same command resumes." in result.stdout


def test_metrics_that_cannot_be_written_are_told_before_the_night(night: Night, told: Told) -> None:
    night.calls(2)
    path = night.folder / "nowhere" / "qa.prom"
    result = night.run("--metrics", str(path), "--notify", "https://hooks.example.org/qa")
    assert result.exit_code == 1
    assert "the metrics cannot be written" in result.output
    assert not night.db.exists()
    ((title, _, figures),) = told.notices
    assert title == "Quality inspection could not start"
    assert figures["reason"] == "InputError"


def test_metrics_that_cannot_be_written_at_the_end_are_a_warning(
    night: Night, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    night.calls(2)
    monkeypatch.setattr(run_ending, "check_place", lambda path: None)
    result = night.run("--metrics", str(night.folder / "no" / "qa.prom"), *told.options[2:])
    assert result.exit_code == 0, result.output
    assert result.stderr.count("warning: ") == 1
    assert "the metrics cannot be written" in result.stderr
    assert [title for title, *_ in told.notices] == ["Quality inspection: done"]


def test_a_reason_for_not_starting_is_not_hidden_by_metrics(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    night.calls(1)
    night.made_ready = cannot_open
    monkeypatch.setattr(run_ending, "check_place", lambda path: None)
    result = night.run("--metrics", str(night.folder / "no" / "qa.prom"))
    assert result.exit_code == 1
    assert "hear nothing in a clip of clear speech" in result.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--deadline", "25:00"), "'25:00' is no deadline"),
        (("--notify", "carrier-pigeon://me:secret@coop"), "notices cannot go to"),
    ],
)
def test_options_written_wrongly_are_wrong_usage(
    night: Night, options: tuple[str, str], words: str, capfd: pytest.CaptureFixture[str]
) -> None:
    night.calls(1)
    result = night.run(*options)
    assert result.exit_code == 2
    assert words in result.stderr
    assert "secret" not in result.output + "".join(capfd.readouterr())


class Left(BaseException):
    """In place of the end of this process."""


def test_a_second_signal_tells_what_was_done(
    night: Night, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    def leave(code: int) -> None:
        raise Left(code)

    night.calls(40)
    night.orders = ("seconds=0.3",)
    monkeypatch.setattr(os, "_exit", leave)

    def stop_twice() -> None:
        for _ in range(2):
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.1)

    watcher = night.when_stored(2, stop_twice)
    with pytest.raises(Left) as left:
        night.run(*told.options)
    watcher.join()
    assert left.value.args == (4,)
    done = night.stored()
    ((title, _, figures),) = told.notices
    assert title == "Quality inspection: stopped with work left"
    assert figures.items() >= {"reason": "stopped at once", "broken_off": 0}.items()
    assert (figures["done"], figures["left"]) == (done, 40 - done)
    assert told.gauges["calls_done"] == done
    with open_store(night.db, create=False) as store:
        (run,) = ledger.runs(store)
    assert run.summary is not None and run.summary.outcome == "stopped"


def test_the_first_signal_tells_how_much_is_in_hand(night: Night) -> None:
    night.calls(40)
    night.orders = ("seconds=0.1",)
    watcher = night.when_stored(2, lambda: os.kill(os.getpid(), signal.SIGINT))
    result = night.run()
    watcher.join()
    (stop,) = [line for line in result.stderr.splitlines() if "once more stops at once" in line]
    assert "in hand" in stop
    after = result.stderr.split(stop)[1].splitlines()
    assert not any("left)" in line for line in after)


class Watched:
    """A watched folder beside a manifest, looked at without pauses, until so many looks."""

    def __init__(self, night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
        self.night = night
        self.manifest = night.folder / "calls.csv"
        self.acts: dict[int, Callable[[], object]] = {}
        self.looks = 0
        monkeypatch.setattr(watching, "wait", self._wait)

    def run(self, *options: str, until: int) -> Result:
        self.acts[until] = lambda: os.kill(os.getpid(), signal.SIGTERM)
        rounds = watching.rounds

        def at_once(*given: Any) -> Any:
            return rounds(*given, settled_s=0)

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(watching, "rounds", at_once)
            found: Result = self.night.run("--watch", "--manifest", str(self.manifest), *options)
            return found

    def _wait(self, seconds: float, stopped: Callable[[], object]) -> None:
        self.looks += 1
        self.acts.get(self.looks, lambda: None)()


@pytest.fixture
def watched(night: Night, monkeypatch: pytest.MonkeyPatch) -> Watched:
    return Watched(night, monkeypatch)


HALF = "path,csat\ncalls/call-000.wav,9"
WHOLE = "path,csat\ncalls/call-000.wav,4\n"


def test_a_watch_takes_up_what_a_half_written_manifest_held_up(
    night: Night, watched: Watched, told: Told
) -> None:
    night.calls(1)
    watched.manifest.write_text(HALF)
    seen: list[dict[str, float]] = []
    watched.acts[2] = lambda: seen.append(told.gauges)
    watched.acts[3] = lambda: watched.manifest.write_text(WHOLE)
    result = watched.run(*told.options, until=5)
    assert result.exit_code == 0, result.output
    assert night.stored() == 1
    assert result.stderr.count("error: ") == 1
    assert "start again" not in result.stderr
    assert "taken up at the next look" in result.stderr
    assert (seen[0]["watch_hindered"], seen[0]["calls_left"], seen[0]["exit_code"]) == (1, 1, 4)
    assert (told.gauges["watch_hindered"], told.gauges["calls_left"]) == (0, 0)


def test_a_watch_that_ends_with_recordings_held_up_says_so(
    night: Night, watched: Watched, told: Told
) -> None:
    night.calls(2)
    watched.manifest.write_text(HALF)
    result = watched.run("--json", *told.options, until=3)
    assert result.exit_code == 4
    assert night.stored() == 0
    ((_, text, figures),) = told.notices
    assert "Left: 2" in text and figures["left"] == 2
    assert json.loads(result.stdout)["left"] == 2


def test_a_watched_folder_may_go_away_for_a_while(
    night: Night, watched: Watched, told: Told
) -> None:
    night.calls(1)
    watched.manifest.write_text(WHOLE)
    folder, away = night.folder / "calls", night.folder / "away"

    def back() -> None:
        away.rename(folder)
        (folder / "call-009.wav").write_bytes(b"9")

    watched.acts[1] = lambda: folder.rename(away)
    watched.acts[3] = back
    result = watched.run("--json", *told.options, until=5)
    assert result.exit_code == 0, result.output
    assert night.stored() == 2
    assert "the watch goes on" in result.stderr
    *rounds, whole = map(json.loads, result.stdout.splitlines())
    assert [one["done"] for one in rounds] == [1, 1]
    assert (whole["event"], whole["done"], whole["exit_code"]) == ("run_ended", 2, 0)
    assert [title for title, *_ in told.notices] == ["Quality inspection: done"]


@pytest.fixture
def plain_after() -> Iterator[None]:
    """This process tells people plainly again."""
    handlers = list(logging.getLogger().handlers)
    yield
    stop_json_log()
    logging.getLogger().handlers = handlers


@pytest.mark.usefixtures("plain_after")
def test_errors_are_errors_in_a_json_log(night: Night) -> None:
    night.calls(2)
    night.made_ready = cannot_open
    result = night.run("--log-format", "json")
    lines = [json.loads(line) for line in result.stderr.splitlines()]
    (error,) = [line for line in lines if line.get("text", "").startswith("error: ")]
    assert error["level"] == "ERROR"
    assert [line["event"] for line in lines] == ["told", "run_result", "told"]
