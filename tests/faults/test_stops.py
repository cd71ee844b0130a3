"""The command with fake models: how it ends early, what it says, and with which exit code."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from faults.commanded import Night, cannot_open


@pytest.fixture
def night(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Night:
    return Night(tmp_path, monkeypatch)


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
