"""A call's loudness as shapes: the agent's above a middle line, the customer's below it.

Where both speak, both are drawn. Whoever is neither (an announcement, a voice nobody could tell)
and sound while nobody speaks lie on the line itself, so that no role is told by colour alone.
Shapes are SVG paths in a box whose width is in steps of the outline and whose height is ``HEIGHT``;
lengths are whole numbers, for a path of a long call is most of its page. This module does not know
pages, nor how loudness was measured.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from qa_inspect.acoustics import Outline
from qa_inspect.domain import CallResult, Role, Span, Transcript
from qa_inspect.report.timeline import roles_spoken

HEIGHT = 100
"""The box's height; its middle is the line."""

_MIDDLE = HEIGHT // 2
_TALLEST = 47
_LEAST_DRAWN = 2
_LEVELS_A_DECADE = 160.0
"""Levels (of 0.25 dB) to a tenth of the height. Heights follow the root of the amplitude: drawn by
amplitude a quiet voice is a thin line, drawn by dB everything is a block."""

_USUAL_TOP = 0.99
"""The share of levels that the tallest shape is made for: one bang would flatten all speech."""


@dataclass(frozen=True, slots=True)
class Shape:
    """One filled path; ``role`` is None where nobody speaks."""

    role: Role | None
    path: str


@dataclass(frozen=True, slots=True)
class Waveform:
    """The shapes of a call in a box ``width`` (steps) by ``HEIGHT``."""

    width: float
    shapes: tuple[Shape, ...]


def make_waveform(call: CallResult, duration_s: float) -> Waveform | None:
    """The call's waveform, ``duration_s`` wide; None where its loudness was not kept."""
    outline, transcript = call.outline, call.transcript
    if outline is None or transcript is None or not any(outline.levels.values()):
        return None
    steps = max(map(len, outline.levels.values()))
    heights = _heights(outline)
    shapes: list[Shape] = []
    heard = bytearray(steps)
    for role, spans in roles_spoken(transcript).items():
        speaks = _steps_within(spans, outline.step_s, steps)
        heard = bytearray(a | b for a, b in zip(heard, speaks, strict=True))
        loud = _loudest(_lanes_of(role, transcript, outline, heights), steps)
        shapes.append(Shape(role, _path(role, speaks, loud)))
    loud = _loudest(list(heights.values()), steps)
    pairs = zip(heard, loud, strict=True)
    nobody = bytearray(not spoken and tall > _LEAST_DRAWN for spoken, tall in pairs)
    shapes.insert(0, Shape(None, _path(None, nobody, loud)))
    drawn = tuple(shape for shape in shapes if shape.path)
    return Waveform(round(duration_s / outline.step_s, 2), drawn)


def _heights(outline: Outline) -> Mapping[str, bytes]:
    """Levels as heights of at most ``_TALLEST``, one scale for all channels."""
    every = sorted(level for levels in outline.levels.values() for level in levels if level)
    top = every[min(len(every) - 1, int(_USUAL_TOP * len(every)))] if every else 255
    table = bytes(
        min(_TALLEST, round(_TALLEST * 10 ** ((level - top) / _LEVELS_A_DECADE))) if level else 0
        for level in range(256)
    )
    return {speaker: levels.translate(table) for speaker, levels in outline.levels.items()}


def _lanes_of(
    role: Role, transcript: Transcript, outline: Outline, heights: Mapping[str, bytes]
) -> list[bytes]:
    """The channels on which a role is heard; all of them where it has none of its own."""
    own = [heights[s] for s, given in transcript.roles.items() if given is role and s in heights]
    return own or list(heights.values())


def _loudest(lanes: Sequence[bytes], steps: int) -> bytes:
    if len(lanes) == 1:
        return lanes[0].ljust(steps, b"\0")
    return bytes(map(max, *(lane.ljust(steps, b"\0") for lane in lanes)))


def _steps_within(spans: Sequence[Span], step_s: float, steps: int) -> bytearray:
    """1 for every step that a stretch touches: a short word must not vanish from a long call."""
    within = bytearray(steps)
    for span in spans:
        first = min(steps, max(0, math.floor(span.start_s / step_s + 1e-6)))
        after = min(steps, max(first, math.ceil(span.end_s / step_s - 1e-6)))
        within[first:after] = b"\1" * (after - first)
    return within


def _path(role: Role | None, drawn: bytearray, heights: bytes) -> str:
    return "".join(_stretch(role, first, heights[first:after]) for first, after in _runs_of(drawn))


def _runs_of(drawn: bytearray) -> Iterator[tuple[int, int]]:
    first = drawn.find(1)
    while first >= 0:
        after = drawn.find(0, first)
        after = len(drawn) if after < 0 else after
        yield first, after
        first = drawn.find(1, after)


def _stretch(role: Role | None, first: int, heights: bytes) -> str:
    """One stretch as a closed path from step ``first`` on."""
    if role is Role.AGENT:
        return f"M{first} {_MIDDLE}v{-heights[0]}{_line(heights, up=True)}h1V{_MIDDLE}z"
    if role is Role.CUSTOMER:
        return f"M{first} {_MIDDLE}v{heights[0]}{_line(heights, up=False)}h1V{_MIDDLE}z"
    halves = bytes(height // 2 for height in heights)
    back = _line(halves[::-1], up=False, step=-1)
    return f"M{first} {_MIDDLE - halves[0]}{_line(halves, up=True)}h1v{2 * halves[-1]}h-1{back}z"


def _line(heights: bytes, *, up: bool, step: int = 1) -> str:
    """A line from the first height to the last, relative to where it begins."""
    if len(heights) < 2:
        return ""
    sign = -1 if up else 1
    rises = [sign * (after - before) for before, after in pairwise(heights)]
    points = "".join(f" {step} {rise}" if rise >= 0 else f" {step}{rise}" for rise in rises)
    return f"l{points[1:]}"
