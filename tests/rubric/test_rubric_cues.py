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
