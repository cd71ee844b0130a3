"""How calls went by the clock: pace, dead air, interruptions, response, hold and handling time.

Each measure is one number a call, told by the same definitions as the rubric kinds ``pace``,
``silence``, ``interruption`` and ``duration``. A call that lacks what a measure needs (an import
without times, nobody known to be the agent) is left out of it, never counted as zero. This module
does not know agents, rubrics' verdicts or how figures are shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from qa_inspect.domain import CallResult, Role
from qa_inspect.language.pace import CHARACTERS, LETTERS, WORDS, pace_unit
from qa_inspect.report.statistics import Values

if TYPE_CHECKING:
    # Scorecards of kept figures ask for MEASURES only, and need not wait for what measures calls.
    from qa_inspect.rubric.view import CallView


class Good(StrEnum):
    """Which way a measure is better; ``NEITHER`` where that depends on the call."""

    MORE = "more"
    LESS = "less"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure: ``unit`` is ``share`` for 0–1, ``s``, ``a call`` or what is counted a minute."""

    name: str
    title: str
    unit: str
    values: Values
    good: Good = Good.NEITHER


MEASURES: Mapping[str, Measure] = MappingProxyType(
    {
        measure.name: measure
        for measure in (
            *(
                Measure(f"pace_{unit.noun}", "Pace", f"{unit.noun}/min", Values.POSITIVE)
                for unit in (WORDS, CHARACTERS, LETTERS)
            ),
            Measure("dead_air_share", "Dead air", "share", Values.SHARE, Good.LESS),
            Measure("interruptions", "Interruptions", "a call", Values.COUNT, Good.LESS),
            Measure("first_response_s", "First response", "s", Values.POSITIVE, Good.LESS),
            Measure("hold_s", "Hold", "s", Values.POSITIVE, Good.LESS),
            Measure("handling_s", "Handling time", "s", Values.POSITIVE),
            Measure("pick_up_s", "Pick-up", "s", Values.POSITIVE, Good.LESS),
        )
    }
)
"""All measures by name, in the order in which they are shown.

- ``pace_words``, ``pace_characters``, ``pace_letters``: how fast the agent speaks, counted as the
  call's language is, in calls with 10 s of his speech.
- ``dead_air_share``: the part (0–1) of the talk, from first to last speech, that is silence of 3 s
  and more which nobody announced.
- ``interruptions``: how often the agent began to speak over the customer.
- ``first_response_s``: from the end of what the customer first says to the agent's answer.
- ``hold_s``: silences of 3 s and more that were announced ("one moment"), added up.
- ``handling_s``: how long the call lasts.
- ``pick_up_s``: from the beginning of the recording to the agent's first word.
"""


def call_measures(call: CallResult) -> Mapping[str, float]:
    """What can be measured of one call, by the names of ``MEASURES``.

    Interruptions are told best where single words were read with the call: a "yes" at the end of a
    long utterance is then known for what it is.
    """
    from qa_inspect.rubric.view import CallView

    transcript = call.transcript
    if transcript is None or not transcript.has_times:
        return {}
    view = CallView(transcript, call.recording.metadata)
    found = dict(_of_agent(view, is_recording=call.recording.path is not None))
    if view.end_s:
        found["handling_s"] = view.end_s
    return {name: found[name] for name in MEASURES if name in found}


def _of_agent(view: CallView, *, is_recording: bool) -> Iterator[tuple[str, float]]:
    from qa_inspect.rubric import measures
    from qa_inspect.rubric.call_words import BACKCHANNELS
    from qa_inspect.rubric.checks.interruption import TOLERANCE_S
    from qa_inspect.rubric.checks.pace import LEAST_S, pace_of
    from qa_inspect.rubric.phrases import compile_phrases

    own, theirs = view.of_role(Role.AGENT), view.of_role(Role.CUSTOMER)
    if own:
        unit = pace_unit(view.transcript.language)
        pace = pace_of(own, unit, LEAST_S)
        if pace is not None:
            yield f"pace_{unit.noun}", pace
        first = measures.pick_up(view)
        if first is not None and is_recording:
            yield "pick_up_s", first.length_s
    if not own or not theirs:
        return
    yield from _silences(view)
    answers = measures.responses(view, Role.AGENT)
    if answers:
        yield "first_response_s", answers[0].length_s
    over = measures.interruptions(view, TOLERANCE_S, compile_phrases(BACKCHANNELS))
    pairs = ((one.by.role, one.of.role) for one in over)
    yield "interruptions", float(sum(pair == (Role.AGENT, Role.CUSTOMER) for pair in pairs))


def _silences(view: CallView) -> Iterator[tuple[str, float]]:
    from qa_inspect.rubric import measures
    from qa_inspect.rubric.call_words import HOLDS
    from qa_inspect.rubric.phrases import compile_phrases

    span = measures.speech_span(view)
    if span is None or span.duration_s <= 0:
        return
    long = [gap for gap in measures.gaps(view) if gap.length_s >= measures.LEAST_HOLD_S]
    held = [gap for gap in long if measures.announced(view, gap, compile_phrases(HOLDS))]
    on_hold = sum(gap.length_s for gap in held)
    silent = sum(gap.length_s for gap in long)
    yield "dead_air_share", min(1.0, (silent - on_hold) / span.duration_s)
    yield "hold_s", on_hold
