"""Heat maps as pictures whose cells tell their figure and lead somewhere.

Every cell is a link, so that a map works without a script; its words are its label for screen
readers and what the mouse is told. This module does not know what is counted.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass

from qa_inspect.report.drawing import INK, MUTED, SHADES, as_svg, lines_of, new_figure, wrapped

_MOST_IN = 9.0
_NAMES_IN, _COLUMN_IN, _DENSE_IN = 2.0, 0.85, 0.38
_ROW_IN = 0.36
_FIGURES = 3
_PIXELS = 92
"""Pixels to an inch of the drawing, so that its letters are as large as those of other charts."""
_ROOM = 0.94
"""How much of its place a cell fills."""


@dataclass(frozen=True, slots=True)
class HeatCell:
    """One cell. ``figure`` stands in it, ``told`` says it in words, ``href`` opens its calls.

    ``shade`` is a name of the style sheet's, ``none`` where there are too few calls.
    """

    figure: str
    told: str
    shade: str
    href: str


@dataclass(frozen=True, slots=True)
class HeatMap:
    """A map with its cells by row and column; None where there is no call. ``key`` names it in the
    catalogue, ``corner`` what rows and columns are."""

    key: str
    corner: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[HeatCell | None, ...], ...]
    dense: bool = False
    """Whether cells are too small for their figures."""

    @property
    def sparse(self) -> bool:
        """Whether any cell has too few calls."""
        return any(cell is not None and cell.shade == "none" for row in self.cells for cell in row)


def draw(shown: HeatMap) -> str:
    """The map as SVG for a page."""
    from matplotlib.patches import Rectangle

    names = [wrapped(name) for name in shown.rows]
    columns = [wrapped(name, 14) for name in shown.columns]
    head = 0.3 + 0.16 * max(map(lines_of, columns))
    row_in = max(_ROW_IN, 0.17 * max(map(lines_of, names)) + 0.05)
    column_in = _DENSE_IN if shown.dense else _COLUMN_IN
    width_in = min(_MOST_IN, _NAMES_IN + column_in * len(columns))
    figure, axes = new_figure(head + row_in * len(names), width_in)
    for row, cells in enumerate(shown.cells):
        for column, cell in enumerate(cells):
            if cell is None:
                continue
            axes.add_patch(
                Rectangle(
                    (column + (1 - _ROOM) / 2, row + (1 - _ROOM) / 2),
                    _ROOM,
                    _ROOM,
                    facecolor=SHADES[cell.shade],
                    edgecolor=MUTED if cell.shade == "none" else "none",
                    linewidth=0.8,
                    linestyle=":" if cell.shade == "none" else "-",
                    url=cell.href,
                )
            )
            if not shown.dense or len(cell.figure) <= _FIGURES:
                axes.text(
                    column + 0.5,
                    row + 0.52,
                    cell.figure,
                    ha="center",
                    va="center",
                    color=MUTED if cell.shade == "none" else INK,
                )
    axes.set_xlim(0, len(columns))
    axes.set_ylim(len(names), 0)
    axes.set_xticks([n + 0.5 for n in range(len(columns))], columns)
    axes.set_yticks([n + 0.5 for n in range(len(names))], names, color=INK)
    axes.xaxis.tick_top()
    for side in ("top", "bottom"):
        axes.spines[side].set_visible(False)
    return as_svg(figure, lambda root: _label(root, shown, round(width_in * _PIXELS)))


def _label(root: ET.Element, shown: HeatMap, width: int) -> None:
    """Gives the map its width and each cell its words; cells are drawn row by row."""
    placed = [
        (row, column, cell)
        for row, cells in enumerate(shown.cells)
        for column, cell in enumerate(cells)
        if cell is not None
    ]
    links = list(root.iter("a"))
    for link, (row, column, cell) in zip(links, placed, strict=True):
        link.set("aria-label", cell.told)
        link.set("data-row", str(row))
        link.set("data-column", str(column))
        ET.SubElement(link, "title").text = cell.told
    root.attrib.pop("aria-hidden")
    root.set("role", "group")
    root.set("width", str(width))
    root.set("class", "chart heat-map")
