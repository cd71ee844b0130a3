"""What is unusual about a night beside the nights before it: a warning for a person to look.

A warning needs both a difference larger than chance gives and one that matters. This module knows
figures only; it can't tell a broken line from a holiday.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from qa_inspect.batch.night import Night, Spread, joined

NIGHTS = 7
"""How many earlier nights a night is compared with."""

LEAST_CALLS = 20
"""Calls that both sides need for a comparison."""

_CHANCE = 3.5
"""Standard errors from which a difference is taken for more than chance: with some ten comparisons
a night, about one false warning in seven months (two-sided normal tail 0.0005 each)."""

_SHARE = 0.10
_SCORE_POINTS = 5.0
_SILENCE = 0.08
_FAILED = 0.05


@dataclass(frozen=True, slots=True)
class Before:
    """The nights before, taken together: ``nights`` of them."""

    nights: int
    heard: int
    failed: int
    languages: Counter[str]
    score: Spread
    silence: Spread


def night_of(began: datetime) -> date:
    """The night in which a run began, named by its evening: a night ends at noon."""
    return (began - timedelta(hours=12)).date()


def before(runs: Iterable[tuple[datetime, Night]], tonight: date) -> Before:
    """The last nights before ``tonight`` as one; ``runs`` with when each began, in one zone.

    Several runs of a night, as a watched folder makes them, are one night.
    """
    by_night: dict[date, list[Night]] = {}
    for began, figures in runs:
        if night_of(began) < tonight and (figures.heard or figures.reasons):
            by_night.setdefault(night_of(began), []).append(figures)
    last = sorted(by_night, reverse=True)[:NIGHTS]
    whole = together([figures for one in last for figures in by_night[one]])
    return Before(
        nights=len(last),
        heard=whole.heard,
        failed=sum(whole.reasons.values()),
        languages=Counter(whole.languages),
        score=whole.score,
        silence=whole.silence,
    )


def together(some: Sequence[Night]) -> Night:
    """Several runs, or rounds of one, as one night; which calls were slowest isn't told of it."""

    def counted(name: str) -> Counter[str]:
        total: Counter[str] = Counter()
        for night in some:
            total.update(getattr(night, name))
        return total

    return Night(
        heard=sum(night.heard for night in some),
        reasons=counted("reasons"),
        languages=counted("languages"),
        models=counted("models"),
        rubrics=counted("rubrics"),
        score=joined(night.score for night in some),
        silence=joined(night.silence for night in some),
    )


def warnings(tonight: Night, earlier: Before) -> tuple[str, ...]:
    """Sentences about what has changed in languages, failures, silence and scores."""
    return tuple(changes(tonight, earlier).values())


def changes(tonight: Night, earlier: Before) -> dict[str, str]:
    """The same by what has changed: ``failed``, ``language CODE``, ``silence``, ``score``."""
    told: dict[str, str] = {}
    failed = sum(tonight.reasons.values())
    tried, tried_before = tonight.heard + failed, earlier.heard + earlier.failed
    change = _share_change(failed, tried, earlier.failed, tried_before, _FAILED)
    if change is not None:
        told["failed"] = f"{_moved('failed calls', *change)}: see the reasons above"
    for language in sorted({*tonight.languages, *earlier.languages}):
        count = tonight.languages.get(language, 0)
        pair = (count, tonight.heard, earlier.languages[language], earlier.heard)
        change = _share_change(*pair, _SHARE)
        if change is not None:
            told[f"language {language}"] = (
                f"{_moved(f'calls in “{language}”', *change)}: "
                "other customers, or a recogniser that takes one language for another"
            )
    if _mean_change(tonight.silence, earlier.silence, _SILENCE):
        told["silence"] = (
            f"silence is {tonight.silence.mean:.0%} of a call, {earlier.silence.mean:.0%} before: "
            "look for a dead channel, a quiet line or other hold music"
        )
    if _mean_change(tonight.score, earlier.score, _SCORE_POINTS):
        told["score"] = (
            f"the mean score is {tonight.score.mean:.0f}, {earlier.score.mean:.0f} before: "
            "look at changed rubrics, models or recordings before anybody is blamed"
        )
    return told


def _moved(what: str, now: float, earlier: float) -> str:
    return f"{what} are {now:.0%} of all, {earlier:.0%} before"


def _share_change(
    now: int, of_now: int, earlier: int, of_earlier: int, matters: float
) -> tuple[float, float] | None:
    """Both shares where they differ by ``matters`` and by more than chance, else None.

    The two-proportion z test with a pooled share.
    """
    if min(of_now, of_earlier) < LEAST_CALLS:
        return None
    share, share_before = now / of_now, earlier / of_earlier
    pooled = (now + earlier) / (of_now + of_earlier)
    error = math.sqrt(pooled * (1 - pooled) * (1 / of_now + 1 / of_earlier))
    away = abs(share - share_before)
    return (share, share_before) if away >= matters and away > _CHANCE * error else None


def _mean_change(now: Spread, earlier: Spread, matters: float) -> bool:
    """Whether two means differ by ``matters`` and by more than chance (Welch's standard error)."""
    if min(now.n, earlier.n) < LEAST_CALLS:
        return False
    error = math.sqrt(now.deviation**2 / now.n + earlier.deviation**2 / earlier.n)
    away = abs(now.mean - earlier.mean)
    return away >= matters and away > _CHANCE * error
