"""Weighted signs: what a call's mean makes of a grave line, and hits that do not count."""

from __future__ import annotations

import pytest
from rubric_helpers import call, judge

from qa_inspect.domain import CheckStatus

PASS, FAIL = CheckStatus.PASS, CheckStatus.FAIL

CUES = (
    "kind: cues, bias: 0.5, cues: [{weight: -6, phrases: [shut up]}, "
    "{weight: 3, phrases: [idiot], not_after: ['(an|the) [old]']}]"
)


def test_one_grave_line_outweighs_several_good_ones() -> None:
    said = [("agent", "Of course."), ("agent", "It is on its way.")]
    assert judge(CUES, call(*said)).status is PASS
    assert judge(CUES, call(*said, ("agent", "Now shut up."))).status is FAIL


@pytest.mark.parametrize(
    ("line", "counts"),
    [("idiot", True), ("you idiot", True), ("an idiot", False), ("the old idiot", False)],
)
def test_a_cue_does_not_count_right_after_some_words(line: str, counts: bool) -> None:
    score = judge(CUES, call(("agent", line))).score
    assert score is not None and (score > 0.8) is counts


LINES = (
    "kind: cues, over: line, bias: -2, cues: ["
    "{weight: 1.5, phrases: [repeat, '(so|and) [then] you']}, {weight: -3, phrases: [never]}]"
)


def test_what_came_nearest_is_quoted_with_its_speaker_and_time() -> None:
    near = judge(LINES, call(("agent", "Hello.", 0, 1), ("agent", "So you called.", 5, 7)))
    assert near.status is FAIL
    assert near.explanation == (
        "Not found in any of the agent's utterances (0:00–0:07). Nearest was the agent's “So you "
        "called.” at 0:05: its signs come to 38 % where 50 % is asked for."
    )
    assert near.searched == (
        "weighed signs for it such as “repeat”, “so you” and against it such as “never” in "
        "all the agent's utterances (0:00–0:07)"
    )


def test_where_no_sign_was_heard_nothing_came_near() -> None:
    none = judge(LINES, call(("agent", "Hello."), ("agent", "Never mind.")))
    assert none.explanation.endswith("None of its signs was heard there.")


def test_a_flag_has_one_percentage() -> None:
    found = judge(LINES, call(("agent", "So you called, let me repeat, and repeat.", 0, 1)))
    assert found.status is PASS and "%" not in found.explanation


def test_a_mean_says_for_and_against() -> None:
    told = judge(CUES, call(("agent", "Of course."), ("agent", "Now shut up."))).explanation
    assert "% on average over 2 utterances, where 50 % is asked for. Most against it: “Now" in told
