"""Secrets in quotes: figures are masked, whatever the language; all else stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_inspect.domain import Evidence, Flag, Severity
from qa_inspect.rubric.masking import masked, masked_text


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
