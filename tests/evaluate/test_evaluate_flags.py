"""How flags and checks are compared with what people say."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_inspect.domain import CheckResult, CheckStatus, Metadata, Role, Transcript, Utterance
from qa_inspect.evaluate import checks
from qa_inspect.evaluate.curves import curve_picture
from qa_inspect.evaluate.flags import (
    FEWEST,
    FlagAnswer,
    FlaggedCall,
    answers,
    confidence_kept,
    curves,
    figures,
    read_truth,
    wrong,
)
from qa_inspect.evaluate.rates import Rate, reliability
from qa_inspect.rubric.load import parse_rubric
from qa_inspect.rubric.tools import Tools

RUBRIC = parse_rubric(
    """\
rubric: own
items:
  - {id: greeting, kind: said, role: agent, phrases: [hello]}
flags:
  - {id: legal, kind: said, role: customer, phrases: [sue], unless: [joking]}
  - id: anger
    kind: cues
    over: line
    role: customer
    bias: -2.0
    threshold: 0.5
    cues: [{weight: 1.5, phrases: [bad]}, {weight: 3.0, phrases: [awful]}]
""",
    "own.yaml",
)


def answer(measure: float) -> FlagAnswer:
    """Raised with that confidence above 1, else not raised with that measure."""
    up = measure > 1
    return FlagAnswer(up, measure - 1 if up else 0.0, measure, "said", ("so",) if up else ())


def flagged(number: int, true: bool, measure: float, language: str = "en") -> FlaggedCall:
    truth = frozenset({"legal"} if true else ())
    return FlaggedCall(f"c{number}", language, truth, {"legal": answer(measure)})


def said(text: str) -> Mapping[str, FlagAnswer]:
    spoken = Transcript("en", (Utterance(0, Role.CUSTOMER, "customer", text, "en"),))
    return answers([RUBRIC], spoken, Metadata(), Tools())


def test_what_was_not_raised_is_ranked_by_the_measure_behind_the_rule() -> None:
    calm, cross, furious = said("Fine."), said("That is bad."), said("That is awful.")
    assert not cross["anger"].raised and furious["anger"].raised
    order = [found["anger"].measure for found in (calm, cross, furious)]
    assert order == sorted(order) and len(set(order)) == 3
    assert order[1] < 1 < order[2]
    assert calm["legal"].measure == 0.0
    assert said("I will sue you.")["legal"].quotes == ("sue",)
    assert "joking" in said("I will sue you, just joking.")["legal"].explanation


def test_precision_recall_and_ranking() -> None:
    calls = [flagged(n, True, 1.8) for n in range(4)]
    calls += [flagged(4, True, 0.3), flagged(5, True, 0.0)]
    calls += [flagged(6, False, 1.7), *(flagged(n, False, 0.0) for n in range(7, 20))]
    (found,) = figures(calls)
    assert (found.calls, found.truly, found.raised, found.right) == (20, 6, 5, 4)
    assert found.precision.share == pytest.approx(0.8)
    assert found.recall.share == pytest.approx(4 / 6)
    assert found.f1 == pytest.approx(8 / 11)
    # 4 found at precision 1, the fifth at 5 of 6, the last only with all calls: 6 of 20
    assert found.average_precision == pytest.approx((4 * 1 + 5 / 6 + 6 / 20) / 6)
    low, high = found.precision.interval or (0, 0)
    assert (low, high) == (pytest.approx(0.376, abs=0.001), pytest.approx(0.964, abs=0.001))


def test_too_few_are_not_ranked() -> None:
    (found,) = figures([flagged(n, n < FEWEST - 1, 1.5) for n in range(30)])
    assert found.few and found.average_precision is None
    assert curves([flagged(n, n < FEWEST - 1, 1.5) for n in range(30)]) == ()


def test_nothing_divides_by_nothing() -> None:
    (found,) = figures([flagged(1, False, 0.0)])
    assert found.precision.share is None and found.recall.interval is None and found.f1 is None
    assert confidence_kept([flagged(1, False, 0.0)]).error is None


def test_languages_are_told_apart() -> None:
    found = figures([flagged(1, True, 1.5, "zh"), flagged(2, True, 0.0, "en")])
    assert [(one.language, one.right) for one in found] == [("en", 0), ("zh", 1)]


def test_misses_and_false_alarms_are_listed() -> None:
    calls = [flagged(1, True, 0.2), flagged(2, False, 1.9), flagged(3, True, 1.9)]
    found = [(one.call_id, one.what, one.confidence) for one in wrong(calls)]
    assert found == [("c2", "false alarm", pytest.approx(0.9)), ("c1", "missed", 0.0)]


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 2)), min_size=1, max_size=40))
def test_figures_hold_together(pairs: list[tuple[bool, float]]) -> None:
    calls = [flagged(at, true, measure) for at, (true, measure) in enumerate(pairs)]
    (found,) = figures(calls)
    missed = sum(one.what == "missed" for one in wrong(calls))
    assert found.truly == found.right + missed
    assert len(wrong(calls)) == missed + found.raised - found.right
    assert confidence_kept(calls).count == found.raised
    for curve in curves(calls):
        assert curve.recall[0] == 1.0 and curve.recall[-1] == 0.0
        steps = zip(curve.recall, curve.recall[1:], curve.precision, strict=False)
        area = math.fsum((right - left) * height for right, left, height in steps)
        assert area == pytest.approx(curve.average_precision)
        if curve.at is not None:
            assert curve.at in set(zip(curve.recall, curve.precision, strict=True))


def test_reliability_tells_honest_from_boastful() -> None:
    rights = [1.0] * 8 + [0.0] * 2
    assert reliability([0.8] * 10, rights).error == pytest.approx(0.0)
    boastful = reliability([0.99] * 10, rights)
    assert boastful.error == pytest.approx(0.19)
    assert [(one.low, one.count) for one in boastful.bins] == [(0.8, 10)]
    assert reliability([0.0, 1.0], [0.0, 1.0]).error == 0.0


@given(st.integers(0, 50), st.integers(1, 50))
def test_an_interval_holds_its_share(hits: int, more: int) -> None:
    rate = Rate(hits, hits + more)
    low, high = rate.interval or (1.0, 0.0)
    assert 0 <= low <= (rate.share or 0) + 1e-9 and (rate.share or 0) <= high + 1e-9 <= 1 + 1e-9


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({}, "missing"),
        ({"flags": None}, "missing"),
        ({"flags": "legal"}, "no list of names"),
        ({"flags": [1]}, "no list of names"),
        ({"flags": ["legall"]}, "'legall' is no flag of this call's rubrics; did you mean legal?"),
    ],
)
def test_truth_that_says_nothing_is_refused(fields: dict[str, object], problem: str) -> None:
    with pytest.raises(ValueError, match=problem.replace("?", r"\?")):
        read_truth(fields, [RUBRIC])


def test_truth_names_flags() -> None:
    assert read_truth({"flags": []}, [RUBRIC]) == frozenset()
    assert read_truth({"flags": ["anger", "legal"]}, [RUBRIC]) == {"anger", "legal"}


def test_curves_are_drawn() -> None:
    calls = [flagged(n, n < 8, 1.9 if n % 3 else 0.0) for n in range(20)]
    png = curve_picture(curves(calls), "zh", "png")
    svg = curve_picture(curves(calls), "zh", "svg")
    assert png.startswith(b"\x89PNG") and len(png) > 5_000
    assert svg.lstrip().startswith(b"<?xml")
    assert b"too few" in picture_text(curve_picture((), "en", "svg"))


def picture_text(svg: bytes) -> bytes:
    """An SVG picture holds each text as a comment beside its letters' shapes."""
    return b" ".join(re.findall(rb"<!--(.*?)-->", svg))


# ------------------------------------------------------------------ checks


def checked(number: int, people: str, rubric: str) -> checks.CheckedCall:
    found = CheckResult("own", "greeting", "said", CheckStatus(rubric), 0, 1, "told")
    truth = {"greeting": CheckStatus(people)}
    return checks.CheckedCall(f"c{number}", "en", truth, {"greeting": found})


def test_agreement_on_checks() -> None:
    pairs = [("pass", "pass")] * 5 + [("fail", "fail")] * 3
    pairs += [("pass", "fail"), ("fail", "cannot_judge")]
    calls = [checked(at, *pair) for at, pair in enumerate(pairs)]
    (found,) = checks.figures(calls)
    assert (found.calls, found.agreed, found.unjudged) == (10, 8, 1)
    assert found.precision.share == found.recall.share == pytest.approx(3 / 4)
    chance = (6 * 5 + 4 * 4) / 100
    assert found.kappa == pytest.approx((0.8 - chance) / (1 - chance))
    told = [(d.call_id, d.people, d.rubric) for d in checks.disagreements(calls)]
    assert told == [("c8", "pass", "fail"), ("c9", "fail", "cannot_judge")]


def test_one_verdict_throughout_has_no_kappa() -> None:
    (found,) = checks.figures([checked(1, "pass", "pass")])
    assert found.kappa is None and found.precision.share is None


@pytest.mark.parametrize(
    ("told", "problem"),
    [
        ({}, "missing"),
        ({"checks": []}, "missing"),
        ({"checks": {"greting": "pass"}}, "did you mean greeting"),
        ({"checks": {"greeting": "good"}}, "'good' is none of pass, fail, not_applicable"),
        ({"checks": {"greeting": True}}, "True is none of"),
    ],
)
def test_truth_of_checks_that_says_nothing_is_refused(
    told: dict[str, object], problem: str
) -> None:
    with pytest.raises(ValueError, match=problem):
        checks.read_truth(told, [RUBRIC])
