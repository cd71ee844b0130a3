"""Student's t quantiles against SciPy's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import stdtrit

from qa_inspect.report.student import student_quantile


@given(st.integers(1, 3000), st.floats(0.5, 0.995))
def test_quantiles_are_those_of_scipy(freedom: int, confidence: float) -> None:
    known = float(stdtrit(freedom, 0.5 + confidence / 2))
    assert student_quantile(freedom, confidence) == pytest.approx(known, rel=1e-10)


@pytest.mark.parametrize(
    ("freedom", "known"), [(1, 12.706204736), (2, 4.302652730), (9, 2.262157163), (1e6, 1.959966)]
)
def test_quantiles_of_the_tables(freedom: int, known: float) -> None:
    assert student_quantile(int(freedom), 0.95) == pytest.approx(known, rel=1e-6)
