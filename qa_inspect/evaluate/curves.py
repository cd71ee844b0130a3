"""Precision-recall curves as pictures: one for a language, one line for a flag.

Drawn by matplotlib, as the report's charts are, but with colours and letters of their own: these
pictures stand alone and go into mails. This module does not know calls; it is given numbers.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from qa_inspect.evaluate.flags import FEWEST, Curve

_SIZE_IN = (7.0, 5.0)
_DOTS_PER_IN = 150
# Okabe and Ito's colours, which colour-blind people tell apart; the pattern of the line helps too.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
_PATTERNS = ("-", "--", "-.", ":")


def curve_picture(curves: Sequence[Curve], language: str, kind: str) -> bytes:
    """The curves of one language as a picture, ``kind`` being ``png`` or ``svg``.

    A dot is where the rubrics put a flag. Where no flag has enough true calls, the picture says so.
    """
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    drawn = io.BytesIO()
    with matplotlib.rc_context({"svg.hashsalt": "qa-inspect", "text.parse_math": False}):
        figure = Figure(figsize=_SIZE_IN, layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        for at, curve in enumerate(curves):
            _line(axes, curve, at)
        _axes(axes, language, drawn_any=bool(curves))
        unsaid: dict[str, Any] = {"Date": None} if kind == "svg" else {}
        figure.savefig(drawn, format=kind, dpi=_DOTS_PER_IN, metadata=unsaid)
    return drawn.getvalue()


def _line(axes: Any, curve: Curve, at: int) -> None:
    colour, pattern = _COLOURS[at % len(_COLOURS)], _PATTERNS[at % len(_PATTERNS)]
    label = f"{curve.flag} ({curve.truly} calls, average precision {curve.average_precision:.2f})"
    axes.plot(
        curve.recall,
        curve.precision,
        pattern,
        color=colour,
        linewidth=2,
        label=label,
        drawstyle="steps-post",
    )
    if curve.at is not None:
        axes.plot(*curve.at, "o", color=colour, markersize=8, clip_on=False)


def _axes(axes: Any, language: str, *, drawn_any: bool) -> None:
    axes.set_title(f"Flags against people's judgement, {language}", loc="left")
    axes.set_xlabel("recall: share of the truly flagged calls that is found")
    axes.set_ylabel("precision: share of the found calls that is right")
    axes.set_xlim(0, 1.02)
    axes.set_ylim(0, 1.02)
    axes.grid(color="#dddddd", linewidth=0.8)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    if drawn_any:
        axes.legend(loc="lower left", fontsize=8, framealpha=0.9)
    else:
        text = f"No flag has {FEWEST} truly flagged calls: too few for a curve."
        axes.text(0.5, 0.5, text, ha="center", va="center", transform=axes.transAxes)
