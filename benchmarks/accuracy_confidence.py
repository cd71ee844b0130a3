"""What a flag's confidence is worth: a section of ``docs/accuracy.md``.

Calibrations are fitted on one half of the evidence and measured on the other, both ways round. What
counts as evidence is in ``calibrate_flags``. This module does not know packs' other items.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.calibrate_flags import LEAST, PRIOR, Judged, by_flag, evidence, fit
from benchmarks.evaluation import percent, table
from qa_inspect.evaluate.rates import Reliability, reliability
from qa_inspect.rubric.calibration import share_right
from qa_inspect.rubric.load import load_rubric

_BINS = 5
_Stated = tuple[list[float], list[float], list[float]]
"""Confidence before, confidence after, and whether it is right; of as many flags."""


def section(data: Path) -> str:
    """Three tables in Markdown; about a quarter of a minute of processor time."""
    judged, unread = evidence(data)
    rows, before, after, right = [], *_empty()
    for (language, flag), own in by_flag(judged).items():
        bound = _bound(language, flag)
        points = fit(own, bound)
        stated = _crossed(own, bound)
        rows.append(_row(language, flag, own, points, stated))
        if points:
            before, after, right = (
                [*known, *new] for known, new in zip((before, after, right), stated, strict=True)
            )
    kept = [reliability(stated, right, _BINS) for stated in (before, after)]
    return "\n\n".join(
        [
            "## Confidence of flags",
            "A flag's `confidence` is to be the share of such flags that are right. Evidence: "
            "flags raised on whole conversations (`zh_phone_calls`, `en_customer_turns`, "
            "`en_satisfaction`) and read by one person, who saw the flagged lines without those "
            "around them (`benchmarks/labels/flags_read.csv`; doubtful ones count half); "
            "`scam_robocalls` for `fraud`; lines of `en_abuse` and `zh_offensive`, scored by heads "
            "that had not seen them. Phrases were chosen on the same data, so the shares are "
            f"optimistic; {PRIOR} flags' worth of belief in the author's bound holds against it. "
            f"Under {LEAST} flags nothing is fitted, and the confidence stays the author's bound "
            "times the strength of the evidence: that is so for all flags of id, vi, th and ms and "
            "for those marked below, and is an order, not a share. The written cases say nothing "
            "here: packs are written until they pass them. `threat` was left out for the time it "
            f"takes. Flags on conversations that nobody read: {unread}.",
            table(
                ("flag", "judged", "right", "fitted (strength: share)", "error before", "after"),
                rows,
            ),
            "Expected calibration error: how far confidence and share right lie apart, on the half "
            "that was not fitted on. All fitted flags by confidence, before:",
            _reliability(kept[0]),
            "and after:",
            _reliability(kept[1]),
            "The shares hold where the thing is about as frequent as in these data: in `en_abuse` "
            "and `zh_offensive`, far more than in a night's calls. `qa-inspect evaluate flags` "
            "shows them on calls of one's own.",
        ]
    )


def _empty() -> _Stated:
    return [], [], []


def _bound(language: str, flag: str) -> float:
    entry = load_rubric("risk", language).flag(flag)
    if entry is None:
        raise KeyError(flag)
    return entry.confidence


def _crossed(judged: Sequence[Judged], bound: float) -> _Stated:
    """What was stated, and what would be by a calibration fitted on the other half."""
    before, after, right = _empty()
    for part in (0, 1):
        points = fit([one for one in judged if one.half != part], bound)
        for one in judged:
            if one.half == part:
                stated = bound * one.strength
                before.append(stated)
                after.append(share_right(points, one.strength) if points else stated)
                right.append(one.right)
    return before, after, right


def _row(
    language: str,
    flag: str,
    judged: Sequence[Judged],
    points: Sequence[tuple[float, float]],
    stated: _Stated,
) -> Sequence[str]:
    before, after, right = stated
    errors = [reliability(one, right, _BINS).error for one in (before, after)]
    return (
        f"{flag}, {language}",
        str(len(judged)),
        f"{sum(right):g}",
        ", ".join(f"{at:.2f}: {share:.2f}" for at, share in points) or "not calibrated",
        percent(errors[0]),
        percent(errors[1]) if points else "–",
    )


def _reliability(kept: Reliability) -> str:
    shown = table(
        ("confidence", "flags", "mean", "right"),
        [
            (
                f"{percent(one.low, 0)} to {percent(one.high, 0)}",
                one.count,
                percent(one.confidence),
                percent(one.share),
            )
            for one in kept.bins
        ],
    )
    return f"{shown}\n\nExpected calibration error {percent(kept.error)} of {kept.count} flags."
