"""Secrets in quotes: figures are masked, whatever the language; all else stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_inspect.domain import (
    CallResult,
    CallStatus,
    CheckResult,
    CheckStatus,
    Evidence,
    Flag,
    Recording,
    Role,
    Severity,
    Transcript,
    Utterance,
    Verdict,
)
from qa_inspect.rubric.masking import masked, masked_call, masked_text


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("my card is 4111 1111 1111 1111", "my card is 41•• •••• •••• ••11"),
        ("my pin is 4471", "my pin is ••••"),
        ("four four seven one", "• • • •"),
        ("the code is 39 20 11", "the code is •• •• ••"),
        ("六二二二零二一二三四五六七八九零一二三", "六二•••••••••••••••二三"),
        ("kodenya tiga sembilan dua", "kodenya • • •"),
        ("password hunter22", "password ••••••••"),
        ("card 4111 1111 1111 11…", "card 41•• •••• •••• ••…"),
        ("…11 1111 1111 1111 is my card", "…•• •••• •••• ••11 is my card"),
        ("said 2 times at 0:12", "said 2 times at 0:12"),
        ("read me the verification code that", "read me the verification code that"),
    ],
)
def test_what_is_masked(said: str, shown: str) -> None:
    assert masked_text(said) == shown


@given(st.text(max_size=60))
def test_nothing_is_added(text: str) -> None:
    assert len(masked_text(text)) <= len(text)


def test_only_flags_about_secrets() -> None:
    said = (Evidence(0, None, None, "pin 4471"),)
    flag = Flag("data_exposure", Severity.HIGH, 0.9, "Found: “pin 4471”.", said)
    hidden = masked(flag)
    assert hidden.evidence[0].quote == "pin ••••" and hidden.explanation == "Found: “pin ••••”."
    other = Flag("churn", Severity.HIGH, 0.9, "Found: “pin 4471”.", said)
    assert masked(other) == other
    card = Flag("churn", Severity.HIGH, 0.9, "Found: “4111 1111 1111 1111”.", said)
    assert masked(card).explanation == "Found: “41•• •••• •••• ••11”."


def test_other_calls_and_their_days_are_no_secrets() -> None:
    told = "1 earlier call: 20260303110212 (2026-03-03 11:02). Pay with 4111 1111 1111 1111."
    proof = Evidence(None, None, None, "call 20260303110212 of 2026-03-03 11:02")
    found = masked(Flag("unresolved_repeat", Severity.MEDIUM, 0.8, told, (proof,)))
    assert found.evidence == (proof,)
    assert found.explanation == told.replace("4111 1111 1111 1111", "41•• •••• •••• ••11")


def a_call(*flags: Flag, checks: tuple[CheckResult, ...] = ()) -> CallResult:
    said = Utterance(3, Role.CUSTOMER, "c", "My pin is 4471, I told you 120 times.", "en")
    return CallResult(
        Recording("c1", None, "aa"),
        CallStatus.OK,
        Transcript("en", (said,)),
        Verdict(flags=flags, checks=checks),
    )


def a_check(utterance: int | None, quoted: str, explanation: str) -> CheckResult:
    proof = (Evidence(utterance, None, None, quoted),)
    return CheckResult(
        "support", "mood", "emotion", CheckStatus.FAIL, 0, 4, explanation, evidence=proof
    )


def test_what_quotes_the_same_utterance_is_masked_as_well() -> None:
    exposed = Flag("data_exposure", Severity.HIGH, 0.9, "x", (Evidence(3, None, None, "4471"),))
    churn = Flag("churn", Severity.HIGH, 0.9, "x", (Evidence(3, None, None, "pin is 4471"),))
    same = a_check(3, "My pin is 4471", "130 words a minute: “My pin is 4471”.")
    other = a_check(4, "It took 120 days", "Said: “It took 120 days”.")
    found = masked_call(a_call(churn, exposed, checks=(same, other)))
    assert [flag.evidence[0].quote for flag in found.verdict.flags] == ["pin is ••••", "••••"]
    assert found.verdict.checks[0].evidence[0].quote == "My pin is ••••"
    assert found.verdict.checks[0].explanation == "130 words a minute: “My pin is ••••”."
    assert found.verdict.checks[1] == other
    assert found.transcript is not None and "4471" in found.transcript.utterances[0].text
    assert masked_call(found) == found


def test_a_check_alone_hides_long_rows_only() -> None:
    card = a_check(3, "4111 1111 1111 1111", "Said: “4111 1111 1111 1111” and “4471”.")
    found = masked_call(a_call(checks=(card,))).verdict.checks[0]
    assert found.evidence[0].quote == "41•• •••• •••• ••11"
    assert found.explanation == "Said: “41•• •••• •••• ••11” and “4471”."
