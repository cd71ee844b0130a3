"""The waveform's shapes: in their box, in their roles' places, short enough for a page."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_inspect.acoustics import Outline
from qa_inspect.domain import (
    CallResult,
    CallStatus,
    Channels,
    Recording,
    Role,
    SpeakerTurn,
    Transcript,
)
from qa_inspect.report.waveform import HEIGHT, Waveform, make_waveform

ROLES = {"left": Role.AGENT, "right": Role.CUSTOMER}


def call_of(
    levels: Mapping[str, bytes],
    turns: tuple[SpeakerTurn, ...],
    roles: Mapping[str, Role] = ROLES,
    step_s: float = 0.5,
) -> CallResult:
    transcript = Transcript("en", (), turns, roles, Channels.MONO, duration_s=10.0)
    recording = Recording("a", None, "aa")
    outline = Outline(step_s, levels)
    return CallResult(recording, CallStatus.OK, transcript, outline=outline)


def points(path: str) -> list[tuple[float, float]]:
    """Every point that a path of M, v, V, h, l and z goes through."""
    found: list[tuple[float, float]] = []
    x = y = 0.0
    for command, rest in re.findall(r"([MvVhlz])([^MvVhlz]*)", path):
        numbers = [float(n) for n in re.findall(r"-?\d+", rest)]
        if command == "M":
            x, y = numbers
        elif command == "l":
            for right, down in zip(numbers[::2], numbers[1::2], strict=True):
                x, y = x + right, y + down
                found.append((x, y))
        elif command == "v":
            y += numbers[0]
        elif command == "V":
            y = numbers[0]
        elif command == "h":
            x += numbers[0]
        found.append((x, y))
    return found


def drawn(call: CallResult) -> dict[Role | None, list[tuple[float, float]]]:
    made = make_waveform(call, 10.0)
    assert made is not None
    return {shape.role: points(shape.path) for shape in made.shapes}


def test_the_agent_lies_above_and_the_customer_below() -> None:
    levels = {"left": bytes([200] * 20), "right": bytes([200] * 20)}
    turns = (SpeakerTurn(1.0, 3.0, "left"), SpeakerTurn(2.5, 5.0, "right"))
    found = drawn(call_of(levels, turns))
    assert {y for _, y in found[Role.AGENT]} == {3.0, 50.0}
    assert {y for _, y in found[Role.CUSTOMER]} == {50.0, 97.0}
    assert (min(found[Role.AGENT])[0], max(found[Role.AGENT])[0]) == (2.0, 6.0)
    assert (min(found[Role.CUSTOMER])[0], max(found[Role.CUSTOMER])[0]) == (5.0, 10.0)
    assert {x for x, _ in found[None]} <= {0.0, 1.0, 2.0, *map(float, range(10, 21))}


def test_each_role_has_its_own_channels_level() -> None:
    levels = {"left": bytes([240] * 20), "right": bytes([160] * 20)}
    turns = (SpeakerTurn(0.0, 5.0, "left"), SpeakerTurn(0.0, 5.0, "right"))
    found = drawn(call_of(levels, turns))
    agent = 50 - min(y for _, y in found[Role.AGENT])
    customer = max(y for _, y in found[Role.CUSTOMER]) - 50
    assert agent == 47
    assert customer == pytest.approx(47 * 10 ** (-20 / 40), abs=1)  # 80 levels are 20 dB


@given(
    st.binary(min_size=1, max_size=200),
    st.lists(
        st.tuples(st.floats(0, 120), st.floats(0.01, 40), st.sampled_from(("S0", "S1", "S2"))),
        max_size=8,
    ),
)
@settings(max_examples=150, deadline=None)
def test_every_shape_stays_in_its_box(
    levels: bytes, spoken: list[tuple[float, float, str]]
) -> None:
    roles = {"S0": Role.AGENT, "S1": Role.CUSTOMER, "S2": Role.UNKNOWN}
    turns = tuple(SpeakerTurn(start, start + long, who) for start, long, who in spoken)
    made = make_waveform(call_of({"": levels}, turns, roles), 10.0)
    assert made is not None
    for shape in made.shapes:
        assert shape.path
        for x, y in points(shape.path):
            assert 0 <= x <= len(levels)
            assert 0 <= y <= HEIGHT


def test_a_long_call_adds_little_to_its_page() -> None:
    levels = bytes(60 + (at * 7919) % 190 for at in range(1200))
    turns = tuple(SpeakerTurn(at, at + 6.0, f"S{at // 5 % 2}") for at in range(0, 600, 5))
    roles = {"S0": Role.AGENT, "S1": Role.CUSTOMER}
    made = make_waveform(call_of({"": levels}, turns, roles), 600.0)
    assert isinstance(made, Waveform)
    assert sum(len(shape.path) for shape in made.shapes) < 16_000


def test_without_loudness_there_is_no_waveform() -> None:
    turns = (SpeakerTurn(0.0, 5.0, "left"),)
    call = call_of({"left": b""}, turns)
    assert make_waveform(call, 10.0) is None
    assert make_waveform(CallResult(call.recording, CallStatus.OK, call.transcript), 10.0) is None
