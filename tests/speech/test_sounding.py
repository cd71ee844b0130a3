"""Whose sound an utterance gets: his channel's, or the mix where nobody else is heard."""

from __future__ import annotations

import itertools

import numpy as np
from audio.made_voice import voice
from hypothesis import given
from hypothesis import strategies as st

from qa_inspect.domain import Role, Span, SpeakerTurn, Utterance
from qa_inspect.speech.listening import Lane
from qa_inspect.speech.sounding import alone, with_prosody

moments = st.floats(0, 60, allow_nan=False)
turns = st.builds(
    lambda start, length, who: SpeakerTurn(start, start + length, who),
    moments,
    st.floats(0.05, 10),
    st.sampled_from(["S0", "S1", "S2"]),
)


def utterance(speaker: str, start_s: float | None, end_s: float | None) -> Utterance:
    return Utterance(0, Role.UNKNOWN, speaker, "words", "en", start_s, end_s)


@given(moments, st.floats(0.5, 20), st.lists(turns, max_size=8))
def test_alone_is_what_nobody_else_covers(
    start: float, length: float, heard: list[SpeakerTurn]
) -> None:
    span = Span(start, start + length)
    parts = alone(span, "S0", heard)
    assert all(span.start_s <= part.start_s < part.end_s <= span.end_s for part in parts)
    assert all(a.end_s <= b.start_s for a, b in itertools.pairwise(parts))
    for turn in heard:
        if turn.speaker != "S0":
            other = Span(turn.start_s, turn.end_s)
            assert all(part.overlap_s(other) < 1e-9 for part in parts)
    if all(turn.speaker == "S0" for turn in heard):
        assert parts == (span,)


def test_a_side_is_measured_on_its_own_channel() -> None:
    lanes = (
        Lane("left", voice(3.0, 120, level_db=-30.0), (), ()),
        Lane("right", voice(3.0, 240, level_db=-15.0), (), ()),
    )
    both = [SpeakerTurn(0.0, 3.0, "left"), SpeakerTurn(0.0, 3.0, "right")]
    left, right = with_prosody(
        [utterance("left", 0.0, 3.0), utterance("right", 0.0, 3.0)], lanes, both
    )
    assert left.prosody is not None and right.prosody is not None
    assert right.prosody.loudness_db - left.prosody.loudness_db > 13
    assert (left.prosody.pitch_hz or 0) < 150 < 200 < (right.prosody.pitch_hz or 0)


def test_on_a_mix_only_what_is_not_spoken_over_counts() -> None:
    own, other = voice(4.0, 120, level_db=-30.0), voice(4.0, 240, level_db=-12.0)
    mix = own.copy()
    mix[32_000:] += other[32_000:]
    heard = [SpeakerTurn(0.0, 4.0, "S0"), SpeakerTurn(2.0, 4.0, "S1")]
    (found,) = with_prosody(
        [utterance("S0", 0.0, 4.0)], (Lane(None, mix.astype(np.float32), (), ()),), heard
    )
    assert found.prosody is not None and found.prosody.loudness_db < -25
    covered, untimed = with_prosody(
        [utterance("S0", 2.1, 4.0), utterance("S0", None, None)],
        (Lane(None, mix.astype(np.float32), (), ()),),
        heard,
    )
    assert covered.prosody is None and untimed.prosody is None
    assert covered.text == "words"
