"""Drawings as SVG that take their colours and letters from the page.

Drawn by matplotlib: it measures axes and places labels well, is needed for nothing but itself in
this project's dependencies, writes text as text and runs with no script in the page. (pygal writes
scripts and its own fonts into each picture.) Its SVG is then rewritten: colours become classes of
the style sheet, so a chart follows light and dark, and no style attribute is left, so the pages'
content security policy needs no exception. This module does not know what is drawn.
"""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from textwrap import wrap
from typing import Any

_SVG = "{http://www.w3.org/2000/svg}"
_LINK = "{http://www.w3.org/1999/xlink}href"
_WIDTH_IN = 5.0
# Stand-ins that no chart uses otherwise; each becomes a class of the style sheet.
INK, MUTED, GRID = "#010101", "#020202", "#030303"
ACCENT, SOFT, BAD = "#040404", "#050505", "#060606"
_CLASSES: dict[str, str] = {
    INK: "ink",
    MUTED: "muted",
    GRID: "grid",
    ACCENT: "accent",
    SOFT: "soft",
    BAD: "bad",
}
SHADES = {
    **{f"volume-{step}": f"#0702{step:02}" for step in range(5)},
    **{f"score-{step}": f"#0703{step:02}" for step in range(5)},
    "none": "#070400",
}
"""What a heat map's cells are filled with, by a name of the style sheet's."""
_CLASSES.update({colour: name for name, colour in SHADES.items()})
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
    "axes.edgecolor": GRID,
    "axes.labelcolor": MUTED,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "text.color": INK,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "xtick.major.pad": 6,
    "ytick.major.pad": 6,
}


def wrapped(label: str, width: int = 26) -> str:
    """A label in lines of at most ``width`` letters, of which Chinese ones are as wide as two."""
    wide = sum(ord(letter) > 0x2E7F for letter in label)
    lines = wrap(label, max(1, width // 2) if wide > len(label) / 3 else width)
    return "\n".join(lines)


def lines_of(label: str) -> int:
    """How many lines a label has."""
    return label.count("\n") + 1


def new_figure(height_in: float, width_in: float = _WIDTH_IN) -> tuple[Any, Any]:
    """A figure and its axes, drawn on nothing; sizes in inches of 72 units."""
    # The letters are the page's; the drawing needs no font that has them.
    import logging

    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
    with matplotlib.rc_context(_SETTINGS):
        figure = Figure(figsize=(width_in, height_in), layout="constrained")
        FigureCanvasSVG(figure)
        figure.patch.set_visible(False)
        axes = figure.add_subplot()
        axes.patch.set_visible(False)
    return figure, axes


def as_svg(figure: Any, finish: Callable[[ET.Element], None] | None = None) -> str:
    """The figure as an element for a page. ``finish`` may change what has been drawn."""
    import warnings

    import matplotlib

    drawn = io.StringIO()
    with matplotlib.rc_context(_SETTINGS), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        figure.savefig(drawn, format="svg", metadata=nothing)
    return _for_the_page(drawn.getvalue(), finish)


def _for_the_page(drawn: str, finish: Callable[[ET.Element], None] | None) -> str:
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
        address = element.attrib.pop(_LINK, None)
        if address is not None:
            element.set("href", address)
            # Some releases of matplotlib open every link in a tab of its own.
            element.attrib.pop("target", None)
    for name in ("width", "height", "version"):
        root.attrib.pop(name, None)
    root.set("class", "chart")
    root.set("aria-hidden", "true")
    if finish is not None:
        finish(root)
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
