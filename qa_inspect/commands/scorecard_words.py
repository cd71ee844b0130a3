"""A scorecard's figures as a person reads them in a terminal.

This module does not know tables nor how calls were gathered.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from qa_inspect.commands.render import calls
from qa_inspect.rubric import wording

if TYPE_CHECKING:
    from qa_inspect.report.scorecard_values import AgentScorecard
    from qa_inspect.report.statistics import Estimate
    from qa_inspect.report.trend import Change, Trend

_LONG_S = 120.0
"""From here on a time is told in minutes."""
_UNITS = {"share": " %", "s": " s", "a call": " a call"}


def spread(found: Estimate, min_calls: int) -> str:
    """A mean of points with its interval: ``85 (79–90)``; with too few calls the mean alone."""
    return _with_interval(found, min_calls, lambda value: f"{value:.0f}")


def measured(name: str, found: Estimate, min_calls: int, *, unit: bool = True) -> str:
    """A measure with its interval in its unit: ``54 % (49–58)``, ``4:12 (3:40–5:02)``."""
    from qa_inspect.report.call_measures import MEASURES

    known = MEASURES.get(name)
    kind = known.unit if known else "share"
    if kind == "share":
        after = " %" if unit else ""
        return _with_interval(found, min_calls, lambda value: f"{100 * value:.0f}", after)
    if kind == "s" and found.mean >= _LONG_S:
        return _with_interval(found, min_calls, wording.length)
    digits = 1 if kind in ("s", "a call") else 0
    after = _UNITS.get(kind, f" {kind}") if unit else ""
    return _with_interval(found, min_calls, lambda value: f"{value:.{digits}f}", after)


def changed(found: Change | None, *, per: float = 1.0, digits: int = 0) -> str:
    """What became of a figure: ``better +6``; ``per`` is what one unit of it is shown as."""
    from qa_inspect.report.trend import Told

    if found is None:
        return ""
    if found.told in (Told.SAME, Told.TOO_FEW) or found.difference is None:
        return {Told.SAME: "no difference"}.get(found.told, found.told.value)
    return f"{found.told.value} {per * found.difference.value:+.{digits}f}"


def changed_shortly(found: Change | None) -> str:
    """The same in a word or two: ``better +6``, ``unclear``, ``too few``."""
    from qa_inspect.report.trend import Told

    short = {Told.SAME: "unclear", Told.TOO_FEW: "too few"}
    return "" if found is None else short.get(found.told) or changed(found)


def compared(found: Change | None) -> dict[str, str | None]:
    """A mean of points now and before, and what became of it, for columns of a table."""
    if found is None:
        return {}
    before = None if found.before is None else f"{found.before.mean:.0f}"
    return {"now": f"{found.now.mean:.0f}", "before": before, "trend": changed(found)}


def compared_measure(name: str, found: Change | None) -> dict[str, str | None]:
    """The same for a measure, in the unit it is told in."""
    from qa_inspect.report.call_measures import MEASURES

    if found is None:
        return {}
    known = MEASURES.get(name)
    if known is None or known.unit == "share":
        told = changed(found, per=100.0)
    else:
        told = changed(found, digits=1 if known.unit in ("s", "a call") else 0)

    def mean(one: Estimate) -> str:
        return measured(name, replace(one, low=None, high=None), 1)

    before = None if found.before is None else mean(found.before)
    return {"now": mean(found.now), "before": before, "trend": told}


def compared_days(trend: Trend, *, of_period: bool) -> tuple[str, str]:
    """The days that a trend compares: ``last 7 days``, ``7 days before``; ``of_period`` says that
    somebody asked for just those days."""
    number = trend.days
    days = wording.count(number, "day")
    lately = (
        ("this day" if number == 1 else f"these {days}")
        if of_period
        else ("last day" if number == 1 else f"last {days}")
    )
    return lately, f"{days} before"


def rank(card: AgentScorecard) -> str:
    """The rank as a range where groups cannot be told apart, such as ``1–3``; or why none."""
    if not card.enough:
        return "too few"
    return card.rank_label


def left_out(cards: Sequence[AgentScorecard]) -> str:
    """The calls that count towards no score, and why: ``1 call needs review, 2 calls have
    failed``; empty where all count."""
    counts = (
        (sum(card.needs_review for card in cards), "need", " review"),
        (sum(card.failed for card in cards), "have", " failed"),
        (sum(card.not_judged for card in cards), "have", " no verdict"),
    )
    return ", ".join(f"{calls(number, verb)}{more}" for number, verb, more in counts if number)


def _with_interval(
    found: Estimate, min_calls: int, told: Callable[[float], str], unit: str = ""
) -> str:
    mean = f"{told(found.mean)}{unit}"
    if found.low is None or found.high is None or found.n < min_calls:
        return mean
    low, high = told(found.low), told(found.high)
    return f"{mean} ({low}–{high})"
