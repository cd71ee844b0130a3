"""When a batch should end early: a signal, or a deadline.

This module does not know what a batch does; it only answers whether to begin another call.
"""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from types import FrameType

from qa_inspect.errors import InputError


class Stop:
    """Says whether work should end: by a signal, or at the ``deadline`` (local time)."""

    def __init__(
        self,
        deadline: datetime | None = None,
        on_signal: Callable[[str], None] = lambda reason: None,
    ) -> None:
        self.deadline = deadline
        self._on_signal = on_signal
        self._signal: str | None = None

    @property
    def reason(self) -> str | None:
        """Why no further call should begin, or None to go on."""
        if self._signal:
            return self._signal
        if self.deadline is not None and datetime.now() >= self.deadline:
            return f"the deadline {self.deadline:%H:%M} has come"
        return None

    def request(self, reason: str) -> None:
        """Ask for an end after the call in hand."""
        self._signal = reason

    @contextmanager
    def on_signals(self) -> Iterator[None]:
        """Within, Ctrl-C and SIGTERM ask for an end; a second Ctrl-C ends at once."""

        def handle(number: int, _frame: FrameType | None) -> None:
            if self._signal:
                raise KeyboardInterrupt
            self.request(f"{signal.Signals(number).name} was received")
            self._on_signal(str(self._signal))

        before = {
            number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)
        }
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


class EarlierStop:
    """``stop``, and before its deadline as long as what comes after this work will need."""

    def __init__(self, stop: Stop, needed_s: Callable[[], float]) -> None:
        self._stop = stop
        self._needed_s = needed_s
        self._near: str | None = None

    @property
    def reason(self) -> str | None:
        """Why no further call should begin, or None to go on; it stays when it has come."""
        deadline = self._stop.deadline
        if deadline is not None and self._near is None:
            left_s = (deadline - datetime.now()).total_seconds()
            if left_s <= self._needed_s():
                self._near = f"the deadline {deadline:%H:%M} is near"
        return self._stop.reason or self._near


def parse_deadline(text: str, now: datetime | None = None) -> datetime:
    """``HH:MM`` (today, or tomorrow where that has passed) or a number of minutes from now.

    Raises:
        InputError: the text is neither.
    """
    now = now or datetime.now()
    clock = re.fullmatch(r"(\d{1,2}):(\d{2})", text.strip())
    if clock and int(clock[1]) < 24 and int(clock[2]) < 60:
        due = now.replace(hour=int(clock[1]), minute=int(clock[2]), second=0, microsecond=0)
        return due if due > now else due + timedelta(days=1)
    try:
        minutes = float(text)
    except ValueError:
        minutes = -1.0
    if not 0 < minutes < 7 * 24 * 60:
        raise InputError(
            f"{text!r} is no deadline",
            where="--deadline",
            cure="give a time such as 06:30 or a number of minutes such as 90",
        )
    return now + timedelta(minutes=minutes)


def estimate_left_s(started: float, done: int, left: int) -> float | None:
    """Seconds the remaining calls will take at the speed so far; None before the first."""
    if done == 0:
        return None
    return (time.monotonic() - started) / done * left
