"""Charts as SVG that takes its colours and letters from the page.

Drawn by matplotlib: it measures axes and places labels well, is needed for nothing but itself in
this project's dependencies, writes text as text and runs with no script in the page. (pygal writes
scripts and its own fonts into each picture.) Its SVG is then rewritten: colours become classes of
the style sheet, so a chart follows light and dark, and no style attribute is left, so the pages'
content security policy needs no exception. This module does not know calls; it is given numbers.
"""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

_SVG = "{http://www.w3.org/2000/svg}"
_LINK = "{http://www.w3.org/1999/xlink}href"
_WIDTH_IN = 5.0
# Stand-ins that no chart uses otherwise; each becomes a class of the style sheet.
_INK, _MUTED, _GRID = "#010101", "#020202", "#030303"
_ACCENT, _SOFT, _BAD = "#040404", "#050505", "#060606"
_CLASSES = {
    _INK: "ink",
    _MUTED: "muted",
    _GRID: "grid",
    _ACCENT: "accent",
    _SOFT: "soft",
    _BAD: "bad",
}
_KEPT = (
    "stroke-width",
    "stroke-dasharray",
    "stroke-linecap",
    "stroke-linejoin",
    "text-anchor",
    "opacity",
    "fill-opacity",
    "stroke-opacity",
)
_FONT_SIZE = re.compile(r"([0-9.]+)px")
_SETTINGS = {
    "svg.fonttype": "none",
    "svg.hashsalt": "qa-inspect",
    "text.parse_math": False,
    "font.family": "sans-serif",
    "font.size": 11,
    "axes.edgecolor": _GRID,
    "axes.labelcolor": _MUTED,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.axisbelow": True,
    "grid.color": _GRID,
    "grid.linewidth": 0.8,
    "text.color": _INK,
    "xtick.color": _MUTED,
    "ytick.color": _MUTED,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "xtick.major.pad": 6,
    "ytick.major.pad": 6,
}


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
    figure, axes = _figure(2.5)
    bars = axes.bar([5 + 10 * n for n in range(10)], counts, width=8.8, color=_ACCENT)
    axes.bar_label(bars, [str(n) if n else "" for n in counts], padding=3, color=_MUTED)
    axes.set_xlim(0, 100)
    axes.set_xticks(range(0, 101, 20))
    axes.set_yticks([])
    axes.set_ylim(0, max([*counts, 1]) * 1.15)
    axes.set_ylabel(unit)
    return _svg(figure)


def daily_scores(days: Sequence[tuple[date, Range]]) -> str:
    """Mean score by day with its interval; 0–100."""
    figure, axes = _figure(2.5)
    places = range(len(days))
    values = [found.value for _, found in days]
    known = [(n, r) for n, (_, r) in enumerate(days) if r.low is not None and r.high is not None]
    axes.vlines(
        [n for n, _ in known],
        [r.low for _, r in known],
        [r.high for _, r in known],
        color=_SOFT,
        linewidth=7,
    )
    axes.plot(places, values, color=_ACCENT, linewidth=1.8, marker="o", markersize=5)
    shown = max(1, -(-len(days) // 7))
    axes.set_xticks(
        list(places)[::shown], [f"{day.month}/{day.day}" for day, _ in days][::shown], color=_MUTED
    )
    axes.set_xlim(-0.5, len(days) - 0.5)
    _score_axis(axes)
    return _svg(figure)


def call_scores(scores: Sequence[float], ends: Sequence[str]) -> str:
    """Each call's score (0–100) in order of time and their mean as a line; ``ends`` labels the
    first and the last call."""
    figure, axes = _figure(2.5)
    axes.axhline(sum(scores) / len(scores), color=_SOFT, linewidth=4)
    axes.plot(range(1, len(scores) + 1), scores, "o", color=_ACCENT, markersize=5)
    axes.set_xlim(0, len(scores) + 1)
    # Two labels of one day would lie on one another.
    labelled = dict(zip((1, len(scores)), dict.fromkeys(ends), strict=False))
    axes.set_xticks(list(labelled), list(labelled.values()))
    for place, label in enumerate(axes.get_xticklabels()):
        label.set_horizontalalignment("right" if place else "left")
    _score_axis(axes)
    return _svg(figure)


def pass_rates(rates: Sequence[Range]) -> str:
    """Items by pass rate (0–1), in the order given, with the share written out."""
    figure, axes = _figure(0.55 + 0.34 * len(rates))
    places = range(len(rates))
    axes.barh(places, [1] * len(rates), height=0.42, color=_GRID)
    axes.barh(
        places,
        [rate.value for rate in rates],
        height=0.42,
        color=[_BAD if rate.value < 0.5 else _ACCENT for rate in rates],
    )
    for place, rate in enumerate(rates):
        axes.text(1.03, place, f"{rate.value:.0%}", va="center", color=_INK)
    axes.set_yticks(list(places), [_short(rate.label) for rate in rates], color=_INK)
    axes.set_xticks([])
    axes.set_xlim(0, 1.15)
    axes.invert_yaxis()
    axes.spines["bottom"].set_visible(False)
    return _svg(figure)


def section_comparison(sections: Sequence[Range], own: str, others: str) -> str:
    """Section scores (0–100) with intervals, beside what everyone scores."""
    figure, axes = _figure(0.95 + 0.42 * len(sections))
    for place, section in enumerate(sections):
        axes.hlines(place, 0, 100, color=_GRID, linewidth=1)
        if section.low is not None and section.high is not None:
            axes.hlines(place, section.low, section.high, color=_SOFT, linewidth=8)
    known = [(n, s.other) for n, s in enumerate(sections) if s.other is not None]
    axes.plot(
        [value for _, value in known],
        [n for n, _ in known],
        "|",
        color=_MUTED,
        markersize=16,
        markeredgewidth=2,
        label=others,
    )
    axes.plot(
        [s.value for s in sections],
        range(len(sections)),
        "o",
        color=_ACCENT,
        markersize=7,
        label=own,
    )
    axes.set_yticks(range(len(sections)), [_short(s.label) for s in sections], color=_INK)
    axes.set_xlim(-2, 102)
    axes.set_ylim(len(sections) - 0.5, -0.5)
    axes.set_xticks(range(0, 101, 20))
    axes.legend(
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=2,
        frameon=False,
        borderaxespad=0.2,
        handletextpad=0.3,
        labelcolor=_MUTED,
    )
    return _svg(figure)


def _score_axis(axes: Any) -> None:
    axes.set_ylim(0, 104)
    axes.set_yticks(range(0, 101, 25))
    axes.grid(axis="y")


def _short(label: str) -> str:
    return label if len(label) <= 24 else f"{label[:23]}…"


def _figure(height_in: float) -> tuple[Any, Any]:
    # The letters are the page's; the drawing needs no font that has them.
    import logging

    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
    with matplotlib.rc_context(_SETTINGS):
        figure = Figure(figsize=(_WIDTH_IN, height_in), layout="constrained")
        FigureCanvasSVG(figure)
        figure.patch.set_visible(False)
        axes = figure.add_subplot()
        axes.patch.set_visible(False)
    return figure, axes


def _svg(figure: Any) -> str:
    import warnings

    import matplotlib

    drawn = io.StringIO()
    with matplotlib.rc_context(_SETTINGS), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        figure.savefig(drawn, format="svg", metadata=nothing)
    return _for_the_page(drawn.getvalue())


def _for_the_page(drawn: str) -> str:
    """The picture without style attributes, fixed sizes or metadata, its colours as classes."""
    root = ET.fromstring(drawn)
    for unwanted in ("metadata", "style"):
        for parent in root.iter():
            for child in parent.findall(f"{_SVG}{unwanted}"):
                parent.remove(child)
    for element in root.iter():
        _restyle(element)
        if element.tag == f"{_SVG}g":
            # Only what is pointed at keeps its id: several charts share a page.
            element.attrib.pop("id", None)
        element.tag = element.tag.removeprefix(_SVG)
        target = element.attrib.pop(_LINK, None)
        if target is not None:
            element.set("href", target)
    for name in ("width", "height", "version"):
        root.attrib.pop(name, None)
    root.set("class", "chart")
    root.set("aria-hidden", "true")
    return ET.tostring(root, encoding="unicode")


def _restyle(element: ET.Element) -> None:
    declared = [part.partition(":") for part in element.attrib.pop("style", "").split(";")]
    style = {name.strip(): value.strip() for name, _, value in declared if value}
    classes = []
    for name in ("fill", "stroke"):
        value = style.pop(name, element.attrib.pop(name, None))
        if value in _CLASSES:
            classes.append(f"{name}-{_CLASSES[value]}")
        elif value is not None:
            element.set(name, value)
    for name in _KEPT:
        if name in style:
            element.set(name, style[name])
    size = _FONT_SIZE.search(style.get("font", "") or style.get("font-size", ""))
    if size:
        element.set("font-size", size[1])
    if element.tag == f"{_SVG}text" and not classes:
        classes.append("fill-ink")
    if classes:
        element.set("class", " ".join(classes))
