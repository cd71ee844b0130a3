"""Shows how a batch goes: a bar on a terminal, plain lines elsewhere; always on standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from qa_inspect.batch.stopping import estimate_left_s
from qa_inspect.commands.render import clock, say
from qa_inspect.domain import CallResult


def describe(result: CallResult) -> str:
    """One call's result in a line."""
    name = result.recording.call_id
    if result.transcript is None:
        return f"{name}: failed: {result.error}"
    score = "no score" if result.verdict.score is None else f"score {result.verdict.score:.0f}"
    parts = [clock(result.transcript.duration_s), score]
    parts += [f"{flag.flag} ({flag.severity})" for flag in result.verdict.flags]
    if result.transcript.needs_review:
        parts.append("needs review")
    return f"{name}: {', '.join(parts)}"


_SURE_CALLS, _SURE_S = 5, 60.0
"""Calls from which an estimate is worth showing, or seconds, with more than one call."""


def time_left(started: float, done: int, total: int) -> str:
    """About how long the rest takes, as m:ss; empty where it is too early to tell, or the end.

    ``started`` is by time.monotonic(). The first call also opens the models, so it says nothing.
    """
    if done >= total or done < 2:
        return ""
    if done < _SURE_CALLS and time.monotonic() - started < _SURE_S:
        return ""
    seconds = estimate_left_s(started, done, total - done)
    return f"about {clock(seconds)} left" if seconds else ""


Finishing = Callable[[], int | None]
"""How many calls are still finished, once the run is told to stop; None before that."""


def _never() -> None:
    """Nobody tells this work to stop."""


def _rest(finishing: Finishing, started: float, done: int, total: int) -> str:
    """What is still to be waited for: the time for all, or a stopping run's calls in hand."""
    in_hand = finishing()
    if in_hand is None:
        return time_left(started, done, total)
    return f"{in_hand} in hand" if in_hand else ""


class Lines:
    """Progress where nobody watches: one line a call."""

    def __init__(self, finishing: Finishing = _never) -> None:
        self._finishing = finishing

    def begin(self, total: int) -> None:
        """Remember how many calls are due."""
        self._total, self._count, self._started = total, 0, time.monotonic()

    def done(self, result: CallResult) -> None:
        """Say what became of a call, and about how long the rest will take."""
        self._count += 1
        left = _rest(self._finishing, self._started, self._count, self._total)
        rest = f" ({left})" if left else ""
        say(f"[{self._count}/{self._total}] {describe(result)}{rest}")

    def end(self) -> None:
        """Nothing is open."""


class Bar:
    """Progress on a terminal: a bar with the time left, failures and flags above it."""

    def __init__(self, finishing: Finishing = _never) -> None:
        self._finishing = finishing

    def begin(self, total: int) -> None:
        """Draw the bar."""
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
        )

        self._bar = Progress(
            TextColumn("inspecting"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[left]}"),
            TextColumn("{task.description}", style="dim"),
            console=Console(stderr=True, highlight=False),
        )
        self._total, self._count, self._started = total, 0, time.monotonic()
        self._task = self._bar.add_task("", total=total, left="")
        self._bar.start()

    def done(self, result: CallResult) -> None:
        """Advance, and leave a line behind where a person should look."""
        from rich.text import Text

        if result.transcript is None:
            self._bar.print(Text(describe(result), style="red"))
        elif result.verdict.flags:
            self._bar.print(Text(describe(result), style="yellow"))
        self._count += 1
        left = _rest(self._finishing, self._started, self._count, self._total)
        self._bar.update(self._task, advance=1, description=result.recording.call_id, left=left)

    def end(self) -> None:
        """Leave the bar as it is."""
        self._bar.stop()


def progress(finishing: Finishing = _never) -> Lines | Bar:
    """What fits standard error."""
    return Bar(finishing) if sys.stderr.isatty() else Lines(finishing)
