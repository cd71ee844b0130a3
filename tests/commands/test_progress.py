"""What is said of a batch as it goes: an estimate only where it means something."""

from __future__ import annotations

import time

import pytest

from qa_inspect.commands.progress import Lines, time_left
from qa_inspect.commands.render import calls
from qa_inspect.domain import CallResult, CallStatus, Recording


@pytest.mark.parametrize(
    ("after_s", "done", "told"),
    [
        (0.0, 0, ""),
        (30.0, 1, ""),  # the first call opens the models
        (600.0, 1, ""),
        (20.0, 3, ""),
        (90.0, 3, "about 48:30 left"),
        (20.0, 5, "about 6:20 left"),
        (20.0, 100, ""),
    ],
)
def test_the_time_left_is_told_once_it_can_be(
    monkeypatch: pytest.MonkeyPatch, after_s: float, done: int, told: str
) -> None:
    monkeypatch.setattr(time, "monotonic", lambda: 1000.0 + after_s)
    assert time_left(1000.0, done, 100) == told


def test_lines_tell_no_time_at_the_first_call(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    lines = Lines()
    lines.begin(700)
    failed = CallResult(Recording("c1", None, "0"), CallStatus.FAILED, error="is silent")
    for at in range(1, 6):
        now[0] = 20.0 * at
        lines.done(failed)
    told = capsys.readouterr().err.splitlines()
    assert told[0] == "[1/700] c1: failed: is silent"
    assert told[4] == "[5/700] c1: failed: is silent (about 3:51:40 left)"


def test_a_run_that_stops_tells_what_is_in_hand_and_no_time(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now, in_hand = [0.0], iter((None, 2, 1, 0))
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    lines = Lines(lambda: next(in_hand))
    lines.begin(24)
    failed = CallResult(Recording("c1", None, "0"), CallStatus.FAILED, error="is silent")
    for at in range(1, 5):
        now[0] = 100.0 * at
        lines.done(failed)
    told = capsys.readouterr().err.splitlines()
    assert [line.partition("is silent")[2] for line in told] == [
        "", " (2 in hand)", " (1 in hand)", "",
    ]  # fmt: skip


def test_calls_and_their_verbs() -> None:
    assert [calls(n) for n in (0, 1, 2)] == ["0 calls", "1 call", "2 calls"]
    assert [calls(n, "need") for n in (1, 2)] == ["1 call needs", "2 calls need"]
    assert [calls(n, "were") for n in (1, 2)] == ["1 call was", "2 calls were"]
