"""Confidence of flags: measured where it was, less on little evidence, the author's word else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rubric_helpers import call, rubric, verdict

from qa_inspect.domain import Severity
from qa_inspect.errors import RubricError
from qa_inspect.rubric.calibration import share_right
from qa_inspect.rubric.flags import sureness
from qa_inspect.rubric.load import available, load_rubric
from qa_inspect.rubric.schema import Rubric

FLAG = (
    "  - {id: legal, confidence: 0.8, calibration: %s, kind: said, role: customer, phrases: [sue]}"
)


def made(calibration: str) -> Rubric:
    return rubric(flags=FLAG % calibration)


def test_between_points_it_rises_in_a_straight_line() -> None:
    points = ((0.5, 0.4), (0.9, 0.8))
    assert share_right(points, 0.7) == pytest.approx(0.6)
    assert share_right(points, 0.9) == pytest.approx(0.8)


def test_beyond_what_was_measured_nothing_is_promised() -> None:
    points = ((0.5, 0.4), (0.9, 0.8))
    assert share_right(points, 1.0) == pytest.approx(0.8)
    assert share_right(points, 0.25) == pytest.approx(0.2)
    assert share_right(points, 0.0) == 0.0


POINTS = st.lists(st.integers(1, 100), min_size=1, max_size=6, unique=True).flatmap(
    lambda at: st.lists(st.integers(0, 100), min_size=len(at), max_size=len(at)).map(
        lambda shares: tuple(
            (a / 100, s / 100) for a, s in zip(sorted(at), sorted(shares), strict=True)
        )
    )
)


@given(POINTS, st.floats(0, 1), st.floats(0, 1))
def test_stronger_evidence_never_says_less(
    points: tuple[tuple[float, float], ...], one: float, other: float
) -> None:
    weak, strong = sorted((one, other))
    assert 0 <= share_right(points, weak) <= share_right(points, strong) <= points[-1][1]


def test_a_flag_states_what_was_measured() -> None:
    said = call(("customer", "I will sue you."))
    flag = verdict(made("[[0.85, 0.6]]"), said).flags[0]
    assert (flag.confidence, flag.severity) == (0.6, Severity.MEDIUM)
    # one utterance weighs 0.85: without a measurement the author's bound holds
    assert verdict(made("[]"), said).flags[0].confidence == pytest.approx(0.8 * 0.85)


def test_poorly_heard_evidence_says_less() -> None:
    pack = made("[[0.85, 0.6]]")
    clear = verdict(pack, call(("customer", "I will sue you."), confidence=0.9)).flags[0]
    unclear = verdict(pack, call(("customer", "I will sue you."), confidence=0.4)).flags[0]
    assert unclear.confidence < clear.confidence - 0.05


@pytest.mark.parametrize(
    ("points", "problem"),
    [
        ("[[0.9, 0.6], [0.5, 0.8]]", "weakest first"),
        ("[[0.5, 0.6], [0.5, 0.8]]", "each once"),
        ("[[0.5, 0.6], [0.9, 0.5]]", "shares may not fall"),
        ("[[0.5, 2]]", "less than or equal to 1"),
        ("[0.5]", "list"),
    ],
)
def test_points_that_make_no_sense_are_refused(points: str, problem: str) -> None:
    with pytest.raises(RubricError, match=problem):
        made(points)


def test_packs_claim_measurements_only_where_data_are() -> None:
    """Hand labels exist in English and Chinese; other languages keep their authors' bounds."""
    for pack in available():
        if pack.name != "risk":
            continue
        flags = load_rubric(pack.path).flags
        calibrated = {flag.id for flag in flags if flag.calibration}
        assert bool(calibrated) is (pack.language in ("en", "zh"))
        for flag in flags:
            assert sureness(flag, 0.3) < sureness(flag, 0.85) <= 0.98
