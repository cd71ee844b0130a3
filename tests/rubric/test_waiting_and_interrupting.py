"""What measures of time can ask: silences, waits, holds, cut-off calls, who spoke over whom."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rubric_helpers import call, judge

from qa_inspect.domain import CheckStatus, Transcript

PASS, FAIL = CheckStatus.PASS, CheckStatus.FAIL
NA, UNSURE = CheckStatus.NOT_APPLICABLE, CheckStatus.CANNOT_JUDGE


def timed(*turns: tuple[str, str, float, float], length: float | None = None) -> Transcript:
    made = call(*turns)
    return made if length is None else replace(made, duration_s=length)


HOLD = timed(
    ("agent", "Hello.", 8, 9),
    ("customer", "Where is it?", 10, 12),
    ("agent", "One moment please.", 12.5, 14),
    ("agent", "Thanks for waiting, it is on its way.", 54, 57),
    ("customer", "But when will I", 72, 75),
    length=76,
)


@pytest.mark.parametrize(
    ("rule", "status", "told"),
    [
        ("pick_up_s: 5", FAIL, "8.0 s until the agent's first word at 0:00"),
        ("pick_up_s: 9", PASS, ""),
        ("hold_s: 30", FAIL, "40.0 s on hold at 0:14"),
        ("hold_s: 60", PASS, ""),
        ("hold_s: 60, longest_s: 10", FAIL, "1 time too long: 15.0 s of silence at 0:57"),
        ("longest_s: 10", FAIL, "2 times too long"),
        ("hold_s: 60, longest_s: 10, holds: [wait]", FAIL, "2 times too long"),
        ("ending_s: 0.5", FAIL, "1.0 s of silence at the end at 1:15"),
        ("ending_s: 5", PASS, ""),
        ("hang_up_s: 2", FAIL, "The call is cut off: 1.0 s until the call ends without a goodbye"),
        ("hang_up_s: 2, role: agent", FAIL, ""),
        ("hang_up_s: 2, role: customer", PASS, ""),
        ("hang_up_s: 0.5", PASS, ""),
        ("hang_up_s: 2, goodbyes: [thanks]", PASS, ""),
        ("response_s: 10, role: customer", FAIL, "15.0 s until the answer"),
        ("pick_up_s: 5, hang_up_s: 2, at_most: 2", PASS, ""),
    ],
)
def test_silences(rule: str, status: CheckStatus, told: str) -> None:
    check = judge(f"kind: silence, {rule}", HOLD)
    assert check.status is status, check.explanation
    assert told in check.explanation


def test_a_goodbye_is_no_hang_up() -> None:
    for last in (
        "Okay, bye.",
        "thank you very much",
        "再见",
        "terima kasih",
        "ขอบคุณครับ",
        "cảm ơn em",
    ):
        ended = timed(("agent", "It is on its way.", 0, 2), ("customer", last, 3, 4), length=4.2)
        assert judge("kind: silence, hang_up_s: 2", ended).status is PASS, last


def test_pick_up_needs_an_agent() -> None:
    rule = "kind: silence, pick_up_s: 5"
    nobody = call(("customer", "Hello?", 8, 9), ("customer", "Hello?", 12, 13))
    assert judge(rule, nobody).status is NA
    unknown = call(("unknown", "Hello?", 8, 9), ("customer", "Hello?", 12, 13))
    assert judge(rule, unknown).status is UNSURE


OVER = call(
    ("agent", "So what I would like to do is", 0, 5),
    ("customer", "No wait, that is not what I said", 3, 7),
    ("agent", "It is our policy that", 8, 12),
    ("customer", "mm-hm yeah", 9, 11),
    ("customer", "and I already told you about it", 13, 17),
    ("agent", "Let me explain how it works", 15, 19),
    ("customer", "uh huh", 20, 23),
    ("agent", "So it works like this", 21, 25),
)


def test_who_interrupted_whom() -> None:
    both = judge("kind: interruption, role: any", OVER)
    assert both.status is FAIL and len(both.evidence) == 2
    assert "The customer spoke over the agent 1 time" in both.explanation
    assert "the agent spoke over the customer 1 time" in both.explanation
    by = judge("kind: interruption, by: agent", OVER)
    assert [proof.quote for proof in by.evidence] == ["Let me explain how it works"]
    assert by.explanation.startswith("The agent spoke over the customer 1 time: ")
    of = judge("kind: interruption, role: any, of: agent", OVER)
    assert [proof.utterance for proof in of.evidence] == [1]
    assert judge("kind: interruption, by: agent, tolerance_s: 2.5", OVER).status is PASS
    untimed = call(("agent", "a"), ("customer", "b"))
    assert judge("kind: interruption, by: agent", untimed).status is NA
