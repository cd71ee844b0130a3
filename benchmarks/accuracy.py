"""``python -m benchmarks.accuracy DATA``: how well the packs agree with people; writes
``docs/accuracy.md``.

Takes minutes, most of them for sentence vectors. This module measures nothing itself.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from benchmarks import (
    accuracy_confidence,
    accuracy_emotion,
    accuracy_packs,
    accuracy_personal_data,
    accuracy_risk,
    accuracy_topics,
    risk_night,
)

PAGE = Path(__file__).resolve().parents[1] / "docs" / "accuracy.md"

SECTIONS: Sequence[Callable[[Path], str]] = (
    accuracy_packs.politeness,
    accuracy_packs.greeting_and_closing,
    accuracy_emotion.section,
    accuracy_packs.repetition,
    accuracy_risk.section,
    accuracy_confidence.section,
    risk_night.section,
    accuracy_topics.section,
    accuracy_personal_data.section,
)

_HEAD = """# How well the packs agree with people

Made by `python -m benchmarks.accuracy DATA` on {day}, on the labelled sets of the evaluation data.
None of their text is in the project; heads are trained on them and hold hashed runs of words and
weights. Other kinds and languages have cases only (`qa-inspect rubric test`)."""


def page(data: Path, day: str) -> str:
    """The whole page, measured on ``data``."""
    return "\n\n".join([_HEAD.format(day=day), *(make(data) for make in SECTIONS)]) + "\n"


def main() -> None:
    """Measures and writes the page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, help="folder of evaluation data")
    parser.add_argument("--out", type=Path, default=PAGE)
    asked = parser.parse_args()
    asked.out.write_text(page(asked.data, date.today().isoformat()), encoding="utf-8")


if __name__ == "__main__":
    main()
