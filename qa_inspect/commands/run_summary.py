"""The morning's summary of a run beside its counts: reasons, slowest calls, versions, the nights
before, and what is unusual.

This module does not know how figures come about.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from qa_inspect.batch.drift import Before
from qa_inspect.batch.night import Night
from qa_inspect.commands.render import calls, clock

if TYPE_CHECKING:
    from qa_inspect.store.ledger import Run

_KEY = "night"
"""Where a run's details in the ledger hold its figures."""


def kept(night: Night, warnings: Sequence[str]) -> dict[str, Any]:
    """What later runs read again, for the run's details."""
    return {_KEY: night.to_dict(), "warnings": list(warnings)}


def figures(runs: Iterable[Run]) -> tuple[tuple[datetime, Night], ...]:
    """When earlier runs began, by this machine's clock, and their figures, of those with any."""
    return tuple(
        (run.started_at.astimezone(), Night.from_dict(run.summary.details[_KEY]))
        for run in runs
        if run.summary is not None and _KEY in run.summary.details
    )


def told(night: Night, tonight: Night, earlier: Before) -> Iterator[str]:
    """Lines for people: failures by reason, the slowest calls and versions of a round, and the
    night so far beside the nights before."""
    if any(count > 1 for count in night.reasons.values()):
        yield "By reason: " + ", ".join(f"{why} {n}" for why, n in night.reasons.items()) + "."
    if night.slowest and night.heard > len(night.slowest):
        slow = (f"{c.call_id} {clock(c.seconds)} for {clock(c.audio_s)}" for c in night.slowest[:3])
        yield "Slowest: " + ", ".join(slow) + "."
    if night.models:
        models = dict.fromkeys(name.split(": ", 1)[-1] for name in night.models)
        judged = f"; judged by {', '.join(night.rubrics)}" if night.rubrics else ""
        yield f"Heard with {', '.join(models)}{judged}."
    if earlier.nights:
        yield _beside(tonight, earlier)


def _beside(night: Night, earlier: Before) -> str:
    nights = "1 earlier night" if earlier.nights == 1 else f"{earlier.nights} earlier nights"
    parts = [f"Beside {nights} ({calls(earlier.heard)})"]
    if night.score.n and earlier.score.n:
        parts.append(f"mean score {night.score.mean:.0f} (before {earlier.score.mean:.0f})")
    if night.silence.n and earlier.silence.n:
        parts.append(f"silence {night.silence.mean:.0%} (before {earlier.silence.mean:.0%})")
    failed = sum(night.reasons.values())
    tried, tried_before = night.heard + failed, earlier.heard + earlier.failed
    if tried and tried_before:
        parts.append(f"failed {failed / tried:.0%} (before {earlier.failed / tried_before:.0%})")
    return f"{parts[0]}: {', '.join(parts[1:])}." if parts[1:] else f"{parts[0]}."


def as_json(night: Night, earlier: Before, warnings: Sequence[str]) -> dict[str, Any]:
    """The same as plain values for JSON."""
    return {
        **night.to_dict(),
        "earlier": {
            "nights": earlier.nights,
            "calls": earlier.heard,
            "failed": earlier.failed,
            "languages": dict(earlier.languages),
            "score": earlier.score.to_dict(),
            "silence": earlier.silence.to_dict(),
        },
        "warnings": list(warnings),
    }
