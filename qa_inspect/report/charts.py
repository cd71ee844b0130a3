"""The report's charts, from numbers.

Each is drawn as ``drawing`` draws. This module does not know calls; it is given numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from qa_inspect.report.drawing import (
    ACCENT,
    BAD,
    GRID,
    INK,
    MUTED,
    SOFT,
    as_svg,
    lines_of,
    new_figure,
    wrapped,
)


@dataclass(frozen=True, slots=True)
class Range:
    """A labelled value with its interval; ``other`` is what it is compared with."""

    label: str
    value: float
    low: float | None = None
    high: float | None = None
    other: float | None = None


def score_histogram(scores: Sequence[float], unit: str) -> str:
    """Calls by score, in steps of ten. ``unit`` labels the count."""
    counts = [0] * 10
    for score in scores:
        counts[min(9, max(0, int(score // 10)))] += 1
    return score_classes(counts, unit)


def score_classes(counts: Sequence[int], unit: str) -> str:
    """Ten classes of scores from 0 to 100 with their numbers of calls. ``unit`` labels those."""
    figure, axes = new_figure(2.5)
    bars = axes.bar([5 + 10 * n for n in range(10)], counts, width=8.8, color=ACCENT)
    axes.bar_label(bars, [str(n) if n else "" for n in counts], padding=3, color=MUTED)
    axes.set_xlim(0, 100)
    axes.set_xticks(range(0, 101, 20))
    axes.set_yticks([])
    axes.set_ylim(0, max([*counts, 1]) * 1.15)
    axes.set_ylabel(unit)
    return as_svg(figure)


def daily_scores(days: Sequence[tuple[date, Range]]) -> str:
    """Mean score by day with its interval; 0–100."""
    figure, axes = new_figure(2.5)
    places = range(len(days))
    values = [found.value for _, found in days]
    known = [(n, r) for n, (_, r) in enumerate(days) if r.low is not None and r.high is not None]
    axes.vlines(
        [n for n, _ in known],
        [r.low for _, r in known],
        [r.high for _, r in known],
        color=SOFT,
        linewidth=7,
    )
    axes.plot(places, values, color=ACCENT, linewidth=1.8, marker="o", markersize=5)
    shown = max(1, -(-len(days) // 7))
    axes.set_xticks(
        list(places)[::shown], [f"{day.month}/{day.day}" for day, _ in days][::shown], color=MUTED
    )
    axes.set_xlim(-0.5, len(days) - 0.5)
    _score_axis(axes)
    return as_svg(figure)


def call_scores(scores: Sequence[float], ends: Sequence[str]) -> str:
    """Each call's score (0–100) in order of time and their mean as a line; ``ends`` labels the
    first and the last call."""
    figure, axes = new_figure(2.5)
    axes.axhline(sum(scores) / len(scores), color=SOFT, linewidth=4)
    axes.plot(range(1, len(scores) + 1), scores, "o", color=ACCENT, markersize=5)
    # Labels grow inwards from the edges, however few the calls between them; two of one day would
    # say the same.
    edges = (0, len(scores) + 1)
    axes.set_xlim(*edges)
    labelled = dict(zip(edges, dict.fromkeys(ends), strict=False))
    axes.set_xticks(list(labelled), list(labelled.values()))
    for place, label in enumerate(axes.get_xticklabels()):
        label.set_horizontalalignment("right" if place else "left")
    _score_axis(axes)
    return as_svg(figure)


def fail_rates(rates: Sequence[Range]) -> str:
    """Items by the share that fails (0–1), in the order given, with the share written out."""
    labels = [wrapped(rate.label) for rate in rates]
    figure, axes = new_figure(0.55 + _row_in(labels, 0.34) * len(rates))
    places = range(len(rates))
    axes.barh(places, [1] * len(rates), height=0.42, color=GRID)
    axes.barh(
        places,
        [rate.value for rate in rates],
        height=0.42,
        color=[BAD if rate.value > 0.5 else ACCENT for rate in rates],
    )
    for place, rate in enumerate(rates):
        axes.text(1.03, place, f"{rate.value:.0%}", va="center", color=INK)
    axes.set_yticks(list(places), labels, color=INK)
    axes.set_xticks([])
    axes.set_xlim(0, 1.15)
    axes.invert_yaxis()
    axes.spines["bottom"].set_visible(False)
    return as_svg(figure)


def section_comparison(sections: Sequence[Range], own: str, others: str) -> str:
    """Section scores (0–100) with intervals, beside what everyone scores."""
    labels = [wrapped(section.label) for section in sections]
    figure, axes = new_figure(0.95 + _row_in(labels, 0.42) * len(sections))
    for place, section in enumerate(sections):
        axes.hlines(place, 0, 100, color=GRID, linewidth=1)
        if section.low is not None and section.high is not None:
            axes.hlines(place, section.low, section.high, color=SOFT, linewidth=8)
    known = [(n, s.other) for n, s in enumerate(sections) if s.other is not None]
    if known:
        axes.plot(
            [value for _, value in known],
            [n for n, _ in known],
            "|",
            color=MUTED,
            markersize=16,
            markeredgewidth=2,
            label=others,
        )
    axes.plot(
        [s.value for s in sections],
        range(len(sections)),
        "o",
        color=ACCENT,
        markersize=7,
        label=own,
    )
    axes.set_yticks(range(len(sections)), labels, color=INK)
    axes.set_xlim(-2, 102)
    axes.set_ylim(len(sections) - 0.5, -0.5)
    axes.set_xticks(range(0, 101, 20))
    if known:
        axes.legend(
            loc="lower left",
            bbox_to_anchor=(0, 1),
            ncols=2,
            frameon=False,
            borderaxespad=0.2,
            handletextpad=0.3,
            labelcolor=MUTED,
        )
    return as_svg(figure)


def _score_axis(axes: Any) -> None:
    axes.set_ylim(0, 104)
    axes.set_yticks(range(0, 101, 25))
    axes.grid(axis="y")


def _row_in(labels: Sequence[str], least: float) -> float:
    """The height of a row whose label may have several lines, in inches."""
    return max(least, 0.19 * max(map(lines_of, labels), default=1))
