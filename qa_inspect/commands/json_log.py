"""Progress and messages as JSON, one object a line on standard error, for journals and collectors.

Lines hold call ids, figures and reasons; no words of a call. This module does not know what else
is said on standard error.
"""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Mapping
from typing import Any

from qa_inspect.domain import CallResult

_LOGGER = "qa_inspect.run"
_started: logging.Logger | None = None


def stop_json_log() -> None:
    """Lines for people are plain again; for tests, which run many commands in one process."""
    global _started
    _started = None


def start_json_log() -> logging.Logger:
    """Send all logging of this process to standard error as JSON; gives the run's logger."""
    from pythonjsonlogger.json import JsonFormatter

    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        JsonFormatter(
            "%(levelname)s %(name)s %(message)s",
            rename_fields={"levelname": "level", "name": "logger", "message": "event"},
            timestamp="time",
            json_ensure_ascii=False,
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    logger = logging.getLogger(_LOGGER)
    logger.setLevel(logging.INFO)
    global _started
    _started = logger
    return logger


def told_as_json(text: str, level: int = logging.INFO) -> bool:
    """Log a line for people as JSON, where that was asked for; False where it was not."""
    if _started is None:
        return False
    _started.log(level, "told", extra={"text": text})
    return True


def log_result(figures: Mapping[str, Any]) -> None:
    """The last line of a run's log: ``run_result`` with its figures, where JSON was asked for."""
    if _started is not None:
        level = logging.ERROR if figures.get("broken_off") else logging.INFO
        told = {name: value for name, value in figures.items() if name != "event"}
        _started.log(level, "run_result", extra=told)


class JsonLines:
    """Progress as JSON: ``run_begun``, a ``call_done`` or ``call_failed`` each, ``run_ended``."""

    def __init__(self, logger: logging.Logger) -> None:
        self._log = logger
        self._total = self._count = 0
        self._started = time.monotonic()

    def begin(self, total: int) -> None:
        """Say how many calls are due."""
        self._total, self._count, self._started = total, 0, time.monotonic()
        self._log.info("run_begun", extra={"due": total})

    def done(self, result: CallResult) -> None:
        """Say what became of a call."""
        self._count += 1
        told = {
            "call_id": result.recording.call_id,
            "number": self._count,
            "of": self._total,
            "seconds": round(sum(result.timings_s.values()), 2),
        }
        if result.transcript is None:
            self._log.error("call_failed", extra={**told, "reason": result.error})
            return
        heard = {
            "audio_s": result.transcript.duration_s,
            "language": result.transcript.language,
            "score": result.verdict.score,
            "flags": [flag.flag for flag in result.verdict.flags],
            "needs_review": result.transcript.needs_review,
        }
        self._log.info("call_done", extra={**told, **heard})

    def end(self) -> None:
        """Say that no further call will come."""
        took = round(time.monotonic() - self._started, 1)
        self._log.info("run_ended", extra={"calls": self._count, "wall_s": took})
