"""What a run leaves behind for others when it ends: metrics, notices and its exit code.

This module does not know what people read on the terminal.
"""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qa_inspect.commands.main import EXIT_SOME_FAILED, EXIT_START, EXIT_STOPPED
from qa_inspect.commands.metrics import write_metrics
from qa_inspect.commands.notices import send
from qa_inspect.commands.render import calls, clock, say
from qa_inspect.commands.run_session import Round, exit_code
from qa_inspect.errors import StartError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


class Ending:
    """The rounds of a run so far, and whom to tell in the end."""

    def __init__(self, wanted: Sequence[str], metrics: Path | None) -> None:
        self._wanted = wanted
        self._metrics = metrics
        self._rounds: list[Round] = []
        self._broken = False

    @property
    def code(self) -> int:
        """The exit code: 4 with work left, 3 where calls failed, else 0."""
        codes = [exit_code(one.summary) for one in self._rounds]
        if self._broken or (codes and codes[-1] == EXIT_STOPPED):
            return EXIT_STOPPED
        return EXIT_SOME_FAILED if EXIT_SOME_FAILED in codes else 0

    def add(self, done: Round) -> None:
        """One more round is over; metrics follow each."""
        self._rounds.append(done)
        self._measure()

    def broken(self) -> None:
        """The run ends because nothing can be inspected or stored any more."""
        self._broken = True
        self._measure()
        self.told()

    def told(self) -> None:
        """Send the notices."""
        figures = self._figures()
        title = "Quality inspection: " + {
            0: "done",
            EXIT_SOME_FAILED: "done, some calls failed",
            EXIT_STOPPED: "stopped with work left",
        }.get(self.code, "ended")
        lines = [
            f"{calls(figures['done'])} inspected ({clock(figures['audio_s'])} of recordings) in "
            f"{clock(figures['wall_s'])}.",
            f"Failed: {figures['failed']}. Left: {figures['left']}. "
            f"To be looked at: {figures['needs_review']}.",
            *_further_left(figures),
            *figures["unusual"],
        ]
        for failure in send(self._wanted, title, "\n".join(lines), figures):
            say(failure, fg="yellow")

    def _measure(self) -> None:
        if self._metrics is not None:
            figures = self._figures()
            numbers = {"warnings": len(figures["unusual"]), "finished_at": time.time()}
            write_metrics(self._metrics, {**figures, **numbers})

    def _figures(self) -> dict[str, Any]:
        summaries = [one.summary for one in self._rounds]
        flags: Counter[str] = Counter()
        languages: Counter[str] = Counter()
        for one in self._rounds:
            flags.update(one.summary.flags)
            languages.update(one.night.languages)
        audio_s, wall_s = (sum(getattr(s, n) for s in summaries) for n in ("audio_s", "wall_s"))
        last = self._rounds[-1] if self._rounds else None
        return {
            "event": "run_ended",
            "exit_code": self.code,
            "done": sum(s.done for s in summaries),
            "failed": sum(len(s.failed) for s in summaries),
            "left": last.summary.left if last else 0,
            "unread": last.summary.unread if last else 0,
            "unsettled": last.summary.unsettled if last else 0,
            "needs_review": sum(s.needs_review for s in summaries),
            "audio_s": round(audio_s, 1),
            "wall_s": round(wall_s, 1),
            "speed": round(audio_s / wall_s, 2) if audio_s and wall_s else None,
            "flags": dict(flags),
            "languages": dict(languages),
            "mean_score": last.night.score.mean if last and last.night.score.n else None,
            "mean_silence": last.night.silence.mean if last and last.night.silence.n else None,
            "unusual": [told for one in self._rounds for told in one.warnings],
        }


def _further_left(figures: Mapping[str, Any]) -> Iterator[str]:
    if figures["unread"]:
        yield f"Files not looked at: {figures['unread']}."
    if figures["unsettled"]:
        yield f"Not judged in view of one another yet: {figures['unsettled']}."


def tell_not_started(wanted: Sequence[str], metrics: Path | None, error: StartError) -> None:
    """A run that could not start tells so too: nobody watches at that hour."""
    figures = {"event": "run_not_started", "exit_code": EXIT_START, "reason": type(error).__name__}
    if metrics is not None:
        write_metrics(metrics, {**figures, "finished_at": time.time()})
    text = "The run could not start; its own messages say why."
    for failure in send(wanted, "Quality inspection could not start", text, figures):
        say(failure, fg="yellow")
