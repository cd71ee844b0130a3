"""The risk of a call: from 0 to 100, and nothing that makes a call worse ever lowers it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from qa_inspect.domain import (
    AutoFail,
    CallResult,
    CallStatus,
    CheckResult,
    CheckStatus,
    Flag,
    Recording,
    Severity,
    Transcript,
    Verdict,
)
from qa_inspect.report.risk import SEVERITY_WEIGHTS, Urgency, risk_of, urgency_of

names = st.sampled_from(["abuse", "threat", "churn", "fraud", "self_harm", "own"])
sures = st.floats(0, 1)
flags = st.builds(Flag, names, st.sampled_from(Severity), sures, st.just(""))
verdicts = st.builds(
    Verdict,
    checks=st.lists(
        st.builds(
            CheckResult,
            rubric=st.just("support"),
            item=st.sampled_from(["greeting", "identity_check"]),
            kind=st.just("said"),
            status=st.sampled_from(CheckStatus),
            points=st.just(0.0),
            max_points=st.just(5.0),
            explanation=st.just(""),
            auto_fail=st.none() | st.sampled_from(AutoFail),
        ),
        max_size=3,
    ).map(tuple),
    flags=st.lists(flags, max_size=6).map(tuple),
    score=st.none() | st.floats(0, 100),
)
calls = st.builds(
    CallResult,
    st.just(Recording("c", None, "s")),
    st.just(CallStatus.OK),
    st.builds(Transcript, st.just("en"), st.just(()), needs_review=st.booleans()),
    verdicts,
)


def with_flags(*found: Flag) -> CallResult:
    return CallResult(
        Recording("c", None, "s"), CallStatus.OK, Transcript("en", ()), Verdict(flags=found)
    )


def value(*found: Flag) -> float:
    return risk_of(with_flags(*found)).value


def changed(call: CallResult, **what: Any) -> float:
    return risk_of(replace(call, verdict=replace(call.verdict, **what))).value


@given(calls)
def test_it_lies_between_nothing_and_all(call: CallResult) -> None:
    risk = risk_of(call)
    assert 0.0 <= risk.value <= 100.0
    assert all(0.0 <= part.chance < 1.0 for part in risk.parts)
    assert risk.value == 0.0 or risk.parts


@given(calls, flags)
def test_another_flag_never_lowers_it(call: CallResult, flag: Flag) -> None:
    assert changed(call, flags=(*call.verdict.flags, flag)) >= risk_of(call).value


@given(calls, st.data())
def test_a_surer_or_graver_flag_never_lowers_it(call: CallResult, data: st.DataObject) -> None:
    found = call.verdict.flags
    if not found:
        return
    at = data.draw(st.integers(0, len(found) - 1))
    flag = found[at]
    worse = replace(
        flag,
        confidence=data.draw(st.floats(flag.confidence, 1)),
        severity=data.draw(st.sampled_from([s for s in Severity if s.rank >= flag.severity.rank])),
    )
    assert changed(call, flags=(*found[:at], worse, *found[at + 1 :])) >= risk_of(call).value


@given(calls, flags)
def test_another_flag_never_makes_a_call_less_urgent(call: CallResult, flag: Flag) -> None:
    more = replace(call, verdict=replace(call.verdict, flags=(*call.verdict.flags, flag)))
    assert risk_of(more).urgency >= risk_of(call).urgency


@given(flags, st.floats(0, 1), st.sampled_from(Severity))
def test_a_surer_or_graver_flag_is_never_less_urgent(flag: Flag, sure: float, grave: Any) -> None:
    worse = replace(
        flag,
        confidence=max(sure, flag.confidence),
        severity=max(grave, flag.severity, key=lambda severity: severity.rank),
    )
    assert urgency_of(worse) >= urgency_of(flag)


def test_what_is_urgent() -> None:
    def urgency(name: str, severity: Severity, sure: float) -> Urgency:
        return urgency_of(Flag(name, severity, sure, ""))

    assert urgency("self_harm", Severity.CRITICAL, 0.1) is Urgency.LIFE
    assert urgency("threat", Severity.CRITICAL, 0.5) is Urgency.VIOLENCE
    assert urgency("threat", Severity.HIGH, 0.9) is Urgency.USUAL
    assert urgency("fraud", Severity.CRITICAL, 0.5) is Urgency.CRITICAL
    assert urgency("fraud", Severity.CRITICAL, 0.49) is Urgency.USUAL


@given(calls, st.floats(0, 100))
def test_a_lower_score_never_lowers_it(call: CallResult, score: float) -> None:
    lower = min(score, call.verdict.score if call.verdict.score is not None else 100.0)
    assert changed(call, score=lower) >= risk_of(call).value


@given(calls, st.randoms())
def test_the_order_of_flags_says_nothing(call: CallResult, chance: Any) -> None:
    mixed = list(call.verdict.flags)
    chance.shuffle(mixed)
    assert changed(call, flags=tuple(mixed)) == risk_of(call).value


def test_the_formula() -> None:
    threat = Flag("threat", Severity.CRITICAL, 0.8, "")
    churn = Flag("churn", Severity.MEDIUM, 0.5, "")
    assert value(threat) == 72.0
    assert value(threat, churn) == round(100 * (1 - (1 - 0.9 * 0.8) * (1 - 0.35 * 0.5)), 1)
    assert value(threat, replace(threat, confidence=0.1)) == 72.0
    assert risk_of(with_flags(churn, threat)).parts[0].reason == "threat (critical, 80% sure)"


def test_severities_keep_their_order() -> None:
    weights = [SEVERITY_WEIGHTS[severity] for severity in Severity]
    assert weights == sorted(weights) and len(set(weights)) == 4
    for less, more in zip(Severity, list(Severity)[1:], strict=False):
        assert value(Flag("a", more, 1.0, "")) > value(Flag("a", less, 1.0, ""))
    high = Flag("a", Severity.HIGH, 1.0, "")
    assert value(high, replace(high, flag="b")) > value(high)


def test_mild_signs_stay_below_one_sure_medium_flag() -> None:
    failed = CheckResult(
        "support", "x", "said", CheckStatus.FAIL, 0, 5, "", auto_fail=AutoFail.FORM
    )
    call = with_flags()
    worst = replace(
        call,
        transcript=Transcript("en", (), needs_review=True),
        verdict=Verdict(checks=(failed,), score=0.0),
    )
    risk = risk_of(worst)
    assert 0 < risk.value < value(Flag("churn", Severity.MEDIUM, 1.0, ""))
    assert {part.reason for part in risk.parts} == {"x failed", "score 0", "needs review"}


def test_no_sign_is_no_risk() -> None:
    assert risk_of(with_flags()) == risk_of(replace(with_flags(), verdict=Verdict(score=60.0)))
    assert risk_of(with_flags()).value == 0.0
    failed = CallResult(Recording("c", None, "s"), CallStatus.FAILED, error="no sound")
    assert risk_of(failed).value == 0.0
