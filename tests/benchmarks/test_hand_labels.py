"""Labels made by hand name places in the evaluation data and hold none of its words."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

LABELS = Path(__file__).parents[2] / "benchmarks" / "labels"
PLACE_OR_LABEL = re.compile(r"[a-z_]+|\d+|[0-9a-f-]{36}")


@pytest.mark.parametrize("file", sorted(LABELS.glob("*.csv")), ids=lambda file: file.stem)
def test_labels_hold_no_words(file: Path) -> None:
    with file.open(encoding="utf-8") as opened:
        rows = list(csv.reader(opened))
    assert len(rows) > 5
    assert all(len(row) == len(rows[0]) for row in rows)
    assert all(PLACE_OR_LABEL.fullmatch(cell) for row in rows for cell in row)
    assert len({tuple(row[:-1]) for row in rows}) >= len(rows) - 1
