"""The lanes of a call on the terminal say who spoke when."""

from __future__ import annotations

from qa_inspect.commands.call_strip import lanes
from qa_inspect.domain import Role, Utterance


def said(index: int, role: Role, start_s: float | None, end_s: float | None) -> Utterance:
    return Utterance(
        index=index, role=role, speaker=role.value, text="x", language="en",
        start_s=start_s, end_s=end_s,
    )  # fmt: skip


def test_each_role_has_its_lane_over_the_whole_call() -> None:
    found = lanes(
        [said(0, Role.AGENT, 0, 2), said(1, Role.CUSTOMER, 2, 4), said(2, Role.OTHER, 4, 8)], 10, 5
    )
    assert [(lane.role, lane.slices, lane.share) for lane in found] == [
        (Role.AGENT, "█····", 0.5),
        (Role.CUSTOMER, "·█···", 0.5),
    ]


def test_a_short_word_is_not_lost_between_slices() -> None:
    agent, customer = lanes([said(0, Role.CUSTOMER, 5.01, 5.02)], 100, 10)
    assert agent.slices == "·" * 10
    assert customer.slices == "█·········"


def test_no_times_no_lanes() -> None:
    assert lanes([said(0, Role.AGENT, None, None)], None, 10) == ()
    assert lanes([], 10, 10) == ()
