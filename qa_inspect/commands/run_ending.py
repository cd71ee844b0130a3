"""What a run leaves behind for others when it ends: metrics, notices and its exit code.

This module does not know what people read on the terminal.
"""

from __future__ import annotations

import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qa_inspect.batch.drift import together
from qa_inspect.batch.night import Night
from qa_inspect.commands.json_log import log_result
from qa_inspect.commands.main import EXIT_SOME_FAILED, EXIT_START, EXIT_STOPPED
from qa_inspect.commands.metrics import check_place, write_metrics
from qa_inspect.commands.notices import send
from qa_inspect.commands.render import calls, clock, say
from qa_inspect.commands.run_session import Round, exit_code, why
from qa_inspect.errors import InputError, StartError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_SUMMED = ("done", "failed", "needs_review", "audio_s", "wall_s", "opening_s")


class Ending:
    """What came of a run's rounds so far, and whom to tell in the end.

    Raises InputError where the ``metrics`` cannot be written: better before a night than after it.
    """

    def __init__(self, wanted: Sequence[str], metrics: Path | None, *, watches: bool) -> None:
        if metrics is not None:
            check_place(metrics)
        self._wanted = wanted
        self._metrics = metrics
        self._watches = watches
        self._sums = dict.fromkeys(_SUMMED, 0.0)
        self._flags: Counter[str] = Counter()
        self._night = Night()
        self._unusual: list[str] = []
        self._codes: set[int] = set()
        self._last: Round | None = None
        self.told = False
        self._ended_early = ""
        self._broken_off = False
        self._hindered = ""
        self._waiting = 0

    @property
    def broken_off(self) -> bool:
        """Whether the run ended by an error."""
        return self._broken_off

    @property
    def code(self) -> int:
        """The exit code: 4 with work left, 3 where calls failed, else 0."""
        stopped = self._last is not None and exit_code(self._last.summary) == EXIT_STOPPED
        if self._ended_early or self._hindered or stopped:
            return EXIT_STOPPED
        return EXIT_SOME_FAILED if EXIT_SOME_FAILED in self._codes else 0

    def add(self, done: Round) -> None:
        """One more round is over; metrics follow each."""
        self._count(done)
        self._measure()

    def hindered(self, error: StartError | None, waiting: int) -> None:
        """A look at the watched folders failed, with so many files waiting; None: it went well."""
        reason = "" if error is None else _harmless(error)
        if (reason, waiting) != (self._hindered, self._waiting):
            self._hindered, self._waiting = reason, waiting
            self._measure()

    def broken(self, error: BaseException, unfinished: Round | None) -> None:
        """The run ends early because of ``error``; ``unfinished`` is the round that broke off.

        Only what is told first counts.
        """
        if self._ended_early:
            return
        self._broken_off = not isinstance(error, KeyboardInterrupt)
        self._ended_early = _harmless(error) if self._broken_off else "stopped at once"
        self._last = None
        if unfinished is not None:
            self._count(unfinished)

    def tell(self) -> None:
        """Write the metrics and send the notices, once."""
        if self.told:
            return
        self.told = True
        figures = self.figures()
        title = "Quality inspection: " + {
            0: "done",
            EXIT_SOME_FAILED: "done, some calls failed",
            EXIT_STOPPED: "broke off" if figures["broken_off"] else "stopped with work left",
        }.get(self.code, "ended")
        left = "not known" if figures["left"] is None else figures["left"]
        lines = [
            f"{calls(figures['done'])} inspected ({clock(figures['audio_s'])} of recordings) in "
            f"{clock(figures['wall_s'])}.",
            f"Failed: {figures['failed']}. Left: {left}. "
            f"To be looked at: {figures['needs_review']}.",
            *_further_left(figures),
            *([f"Why: {figures['reason']}."] if figures["reason"] else ()),
            *figures["unusual"],
        ]
        if self._ended_early or self._last is None:
            self._measure()
        log_result(figures)
        _send(self._wanted, title, "\n".join(lines), figures)

    def figures(self) -> dict[str, Any]:
        """The run so far in figures; ``left`` is None where nobody knows."""
        sums, night = self._sums, self._night
        last = self._last.summary if self._last is not None else None
        known = last is not None or not self._ended_early
        left = (last.left if last is not None else 0) + self._waiting
        stopped = last.stopped if last is not None else None
        return {
            "event": "run_ended",
            "exit_code": self.code,
            "broken_off": int(self._broken_off),
            "reason": self._ended_early or self._hindered or stopped,
            "watch_hindered": int(bool(self._hindered)) if self._watches else None,
            "done": int(sums["done"]),
            "failed": int(sums["failed"]),
            "left": left if known else None,
            "unread": last.unread if last is not None else 0,
            "unsettled": last.unsettled if last is not None else 0,
            "needs_review": int(sums["needs_review"]),
            "audio_s": round(sums["audio_s"], 1),
            "wall_s": round(sums["wall_s"] + sums["opening_s"], 1),
            "speed": round(sums["audio_s"] / sums["wall_s"], 2) if sums["audio_s"] else None,
            "flags": dict(self._flags),
            "languages": dict(night.languages),
            "mean_score": round(night.score.mean, 4) if night.score.n else None,
            "mean_silence": round(night.silence.mean, 4) if night.silence.n else None,
            "unusual": list(self._unusual),
        }

    def _count(self, done: Round) -> None:
        summary = done.summary
        told = (
            summary.done,
            len(summary.failed),
            summary.needs_review,
            summary.audio_s,
            summary.wall_s,
            done.opening_s,
        )
        for name, value in zip(_SUMMED, told, strict=True):
            self._sums[name] += value
        self._flags.update(summary.flags)
        self._night = together((self._night, done.night))
        self._unusual += done.warnings
        self._codes.add(exit_code(summary))
        self._last = done

    def _measure(self) -> None:
        if self._metrics is not None:
            figures = self.figures()
            numbers = {"warnings": len(figures["unusual"]), "finished_at": time.time()}
            _write(self._metrics, {**figures, **numbers})


def _further_left(figures: Mapping[str, Any]) -> Iterator[str]:
    if figures["unread"]:
        yield f"Files not looked at: {figures['unread']}."
    if figures["unsettled"]:
        yield f"Not judged in view of one another yet: {figures['unsettled']}."


def tell_not_started(wanted: Sequence[str], metrics: Path | None, error: Exception) -> None:
    """A run that could not start tells so too: nobody watches at that hour."""
    figures = {"event": "run_not_started", "exit_code": EXIT_START, "reason": type(error).__name__}
    if metrics is not None:
        # Why the run could not start is told already, and may be this very file.
        with suppress(InputError):
            write_metrics(metrics, {**figures, "finished_at": time.time()})
    log_result(figures)
    text = "The run could not start; its own messages say why."
    _send(wanted, "Quality inspection could not start", text, figures)


def _harmless(error: BaseException) -> str:
    """Why a run ended early, without what a database or a library adds of its own."""
    return why(error).split(": ", 1)[0]


def _write(path: Path, figures: Mapping[str, Any]) -> None:
    """Write the metrics; what hinders that is a warning and changes no exit code."""
    try:
        write_metrics(path, figures)
    except InputError as error:
        say(f"warning: {error}", fg="yellow")


def _send(wanted: Sequence[str], title: str, text: str, figures: Mapping[str, Any]) -> None:
    for failure in send(wanted, title, text, figures):
        say(failure, fg="yellow")
