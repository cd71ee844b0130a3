"""What judging a call once more changes: both verdicts side by side.

This module does not know the store, nor why a call is judged again.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from qa_inspect.domain import CallResult, CheckResult, Verdict


@dataclass(frozen=True, slots=True)
class CheckChange:
    """An item whose verdict is another now; None where it was or is absent.

    Verdicts are named as people read them: a failed item that earned some points is ``partly``.
    ``shared`` is whether another rubric of the call has an item of that name.
    """

    rubric: str
    item: str
    before: str | None
    after: str | None
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Rescored:
    """One call's verdict before and after. Scores are 0–100 or None.

    ``judged`` is whether one of the rubrics asked fits the call's language. ``went_wrong`` names
    the items (``rubric.item``) that ended in an error now.
    """

    call_id: str
    agent_id: str | None
    before: float | None
    after: float | None
    checks: tuple[CheckChange, ...]
    flags_gained: tuple[str, ...]
    flags_lost: tuple[str, ...]
    language: str = ""
    judged: bool = True
    went_wrong: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether the score, a check or a flag is another now."""
        moved = _rounded(self.before) != _rounded(self.after)
        return moved or bool(self.checks or self.flags_gained or self.flags_lost)

    def to_dict(self) -> dict[str, Any]:
        """The change as plain values."""
        return {
            "call_id": self.call_id,
            "agent_id": self.agent_id,
            "score_before": _rounded(self.before),
            "score_after": _rounded(self.after),
            "checks": [
                {"rubric": c.rubric, "item": c.item, "before": c.before, "after": c.after}
                for c in self.checks
            ],
            "flags_gained": list(self.flags_gained),
            "flags_lost": list(self.flags_lost),
        }


def merged(before: Verdict, judged: Verdict) -> Verdict:
    """The new verdicts, with what rubrics that were not asked said before.

    Where such a rubric has a score, the call's score is the plain mean of all rubrics' scores.
    """
    asked = {rubric.name for rubric in judged.rubrics}
    kept = tuple(rubric for rubric in before.rubrics if rubric.name not in asked)
    if not kept:
        return judged
    rubrics = (*judged.rubrics, *kept)
    scores = [rubric.score for rubric in rubrics if rubric.score is not None]
    alone = all(rubric.score is None for rubric in kept)
    return Verdict(
        rubrics=rubrics,
        checks=(*judged.checks, *(c for c in before.checks if c.rubric not in asked)),
        flags=(*judged.flags, *(f for f in before.flags if f.rubric not in asked)),
        score=judged.score if alone else round(sum(scores) / len(scores), 2),
    )


def compare(call: CallResult, after: Verdict) -> Rescored:
    """What moves when a call's verdict becomes ``after``."""
    before = call.verdict
    old = {(check.rubric, check.item): _word(check) for check in before.checks}
    new = {(check.rubric, check.item): _word(check) for check in after.checks}
    named = Counter(item for _, item in {**old, **new})
    moved = [key for key in {**old, **new} if old.get(key) != new.get(key)]
    flags_before = {flag.flag for flag in before.flags}
    flags_after = {flag.flag for flag in after.flags}
    return Rescored(
        call_id=call.recording.call_id,
        agent_id=call.recording.metadata.agent_id,
        before=before.score,
        after=after.score,
        checks=tuple(
            CheckChange(*key, old.get(key), new.get(key), named[key[1]] > 1) for key in moved
        ),
        flags_gained=tuple(sorted(flags_after - flags_before)),
        flags_lost=tuple(sorted(flags_before - flags_after)),
        language=call.transcript.language if call.transcript else "",
    )


def chained(first: Rescored, second: Rescored) -> Rescored:
    """Two changes of one call, one after the other, as a single one."""
    before = {(c.rubric, c.item): c.before for c in (*second.checks, *first.checks)}
    after = {(c.rubric, c.item): c.after for c in (*first.checks, *second.checks)}
    shared = {(c.rubric, c.item) for c in (*first.checks, *second.checks) if c.shared}
    came = (set(first.flags_gained) - set(second.flags_lost)) | (
        set(second.flags_gained) - set(first.flags_lost)
    )
    went = (set(first.flags_lost) - set(second.flags_gained)) | (
        set(second.flags_lost) - set(first.flags_gained)
    )
    return Rescored(
        call_id=first.call_id,
        agent_id=first.agent_id,
        before=first.before,
        after=second.after,
        checks=tuple(
            CheckChange(*key, before[key], after[key], key in shared)
            for key in after
            if before[key] != after[key]
        ),
        flags_gained=tuple(sorted(came)),
        flags_lost=tuple(sorted(went)),
        language=first.language,
        judged=first.judged,
        went_wrong=tuple(dict.fromkeys((*first.went_wrong, *second.went_wrong))),
    )


def _word(check: CheckResult) -> str:
    return "partly" if check.is_partly else str(check.status)


def _rounded(score: float | None) -> float | None:
    return None if score is None else round(score, 1)
