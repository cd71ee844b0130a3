"""Small charts of block characters for tables on a terminal; a pipe gets none.

This module does not know what the numbers mean.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

_RISING = "▁▂▃▄▅▆▇█"
_EIGHTHS = " ▏▎▍▌▋▊▉"
_FULL = "█"


def drawn() -> bool:
    """Whether charts are wanted: standard output is a terminal that can write block characters."""
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    return sys.stdout.isatty() and encoding.startswith("utf")


def bar(share: float, width: int = 10) -> str:
    """A lying bar for ``share`` (0–1, cut there), ``width`` characters where it is full.

    Anything above nothing shows at least an eighth of a character.
    """
    eighths = round(min(1.0, max(0.0, share)) * width * 8)
    if share > 0:
        eighths = max(1, eighths)
    full, rest = divmod(eighths, 8)
    return _FULL * full + (_EIGHTHS[rest] if rest else "")


def sparkline(
    values: Sequence[float | None], low: float | None = None, high: float | None = None
) -> str:
    """One character a value, higher for more; a gap where a value is None.

    ``low`` and ``high`` are the ends of the scale (default: the values' own). Where all values are
    the same, the middle is drawn.
    """
    known = [value for value in values if value is not None]
    if not known:
        return " " * len(values)
    bottom, top = min(known) if low is None else low, max(known) if high is None else high
    span = top - bottom

    def one(value: float | None) -> str:
        if value is None:
            return " "
        place = min(1.0, max(0.0, (value - bottom) / span)) if span > 0 else 0.5
        return _RISING[min(len(_RISING) - 1, int(place * len(_RISING)))]

    return "".join(map(one, values))
