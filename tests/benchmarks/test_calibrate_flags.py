"""The fit behind the confidence of flags, and how it gets into a pack."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import calibrate_flags
from benchmarks.calibrate_flags import GROUP, LEAST, Judged, fit


def judged(strength: float, right: float) -> Judged:
    return Judged("en", "abuse", "made", strength, right, 0)


def test_too_few_flags_say_nothing() -> None:
    assert fit([judged(0.85, 1.0)] * (LEAST - 1), 0.8) == ()


def test_little_evidence_moves_little_and_much_moves_much() -> None:
    few = fit([judged(0.8, 0.0)] * LEAST, 0.8)[0][1]
    many = fit([judged(0.8, 0.0)] * 500, 0.8)[0][1]
    assert few == pytest.approx(0.8 * 0.8 / 2, abs=0.01)
    assert many < 0.05


def test_weak_and_strong_evidence_are_told_apart() -> None:
    weak = [judged(0.5, float(at % 2)) for at in range(60)]
    strong = [judged(0.9, 1.0)] * 60
    points = fit([*strong, *weak], 0.8)
    assert [at for at, _ in points] == [0.5, 0.9]
    assert points[0][1] == pytest.approx(0.5, abs=0.06)
    assert points[1][1] > 0.9


@given(st.lists(st.tuples(st.integers(1, 20), st.booleans()), min_size=LEAST, max_size=4 * GROUP))
def test_every_fit_is_a_calibration_that_rubrics_take(flags: list[tuple[int, bool]]) -> None:
    points = fit([judged(at / 20, float(right)) for at, right in flags], 0.8)
    assert 1 <= len(points) <= calibrate_flags.MOST_POINTS
    for (weak, low), (strong, high) in pairwise(points):
        assert weak < strong and low < high
    assert all(0 < at <= 1 and 0 <= share <= 1 for at, share in points)


PACK = """\
flags:
  - id: abuse
    severity: high
    confidence: 0.9
    calibration: [[0.5, 0.5]]  # old
    kind: said
  - id: fraud
    confidence: 0.8
    kind: any
"""


def test_a_calibration_is_put_beside_its_flag(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "risk.en.yaml"
    path.write_text(PACK)
    monkeypatch.setattr(calibrate_flags, "shipped", lambda _: tmp_path)
    calibrate_flags.write("en", "abuse", ((0.78, 0.9), (0.85, 0.95)), 40)
    calibrate_flags.write("en", "fraud", ((0.92, 0.87),), 11)
    text = path.read_text()
    assert "confidence: 0.9\n    calibration: [[0.78, 0.9], [0.85, 0.95]]  # of 40" in text
    assert "confidence: 0.8\n    calibration: [[0.92, 0.87]]  # of 11" in text
    assert "old" not in text
    calibrate_flags.write("en", "abuse", (), 0)
    assert path.read_text().count("calibration") == 1
