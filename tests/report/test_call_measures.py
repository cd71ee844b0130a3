"""Measures over calls: told as the rubric kinds tell them, left out where they are not known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from report_factory import make_calls

from qa_inspect.domain import (
    CallResult,
    CallStatus,
    Metadata,
    Recording,
    Role,
    SpeakerTurn,
    Transcript,
    Utterance,
    Word,
)
from qa_inspect.report.call_measures import MEASURES, call_measures

AGENT, CUSTOMER = Role.AGENT, Role.CUSTOMER


def said(
    index: int, role: Role, text: str, start_s: float | None, end_s: float | None
) -> Utterance:
    speaker = {AGENT: "S0", CUSTOMER: "S1"}.get(role, "S2")
    return Utterance(index, role, speaker, text, "en", start_s, end_s)


def a_call(*utterances: Utterance, path: Path | None = Path("a.wav"), **more: object) -> CallResult:
    details = {"language": "en", "duration_s": 60.0, **more}
    transcript = Transcript(utterances=utterances, **details)  # type: ignore[arg-type]
    return CallResult(Recording("a", path, "aa", Metadata()), CallStatus.OK, transcript)


SPOKEN = (
    said(0, AGENT, "Good morning, you speak to Mei.", 2.0, 4.0),
    said(1, CUSTOMER, "Hello, my parcel has not come.", 4.5, 8.0),
    said(2, AGENT, "I am sorry about that, one moment please.", 9.5, 14.0),
    said(3, AGENT, "Thank you for waiting, it comes on Friday between nine and noon.", 24.0, 30.0),
    said(4, CUSTOMER, "That is good to hear, but I am away.", 30.5, 34.0),
    said(5, AGENT, "Then we leave it with your neighbour.", 40.0, 44.0),
)


def test_each_measure_is_told_by_its_definition() -> None:
    found = call_measures(a_call(*SPOKEN))
    words, seconds = 6 + 8 + 12 + 7, 2.0 + 4.5 + 6.0 + 4.0
    assert found == pytest.approx(
        {
            "pace_words": 60 * words / seconds,
            "dead_air_share": 6.0 / 42.0,  # nobody announced the silence before 40 s
            "interruptions": 0.0,
            "first_response_s": 1.5,
            "hold_s": 10.0,  # announced by "one moment"
            "handling_s": 60.0,
            "pick_up_s": 2.0,
        }
    )
    assert list(found) == [name for name in MEASURES if name in found]


def test_interruptions_count_the_agent_over_the_customer_only() -> None:
    over = (
        said(0, CUSTOMER, "The parcel was due on Monday and it never came.", 0.0, 6.0),
        said(1, AGENT, "Let me stop you right there for a second.", 4.0, 7.0),
        said(2, CUSTOMER, "But I had not finished what I was saying.", 6.0, 10.0),
    )
    turns = tuple(SpeakerTurn(u.start_s or 0, u.end_s or 0, u.speaker) for u in over)
    found = call_measures(a_call(*over, turns=turns))
    assert found["interruptions"] == 1.0


def test_a_listening_sound_is_known_by_its_words() -> None:
    """A turn over the customer in which only "mm-hm" is said, of an utterance that goes on."""
    customer = said(0, CUSTOMER, "The parcel was due on Monday and it never came.", 0.0, 6.0)
    agent = said(1, AGENT, "mm-hm I see where it is now", 3.0, 9.0)
    words = (Word("mm-hm", 3.0, 3.9, 0.9), Word("I see where it is now", 6.5, 9.0, 0.9))
    turns = (
        SpeakerTurn(0.0, 6.0, "S1"),
        SpeakerTurn(3.0, 3.9, "S0"),
        SpeakerTurn(6.5, 9.0, "S0"),
    )
    known = a_call(customer, replace(agent, words=words), turns=turns)
    assert call_measures(known)["interruptions"] == 0.0


def test_without_times_nothing_is_measured() -> None:
    untimed = tuple(replace(one, start_s=None, end_s=None) for one in SPOKEN)
    assert call_measures(a_call(*untimed, path=None, duration_s=None)) == {}
    failed = CallResult(Recording("f", None, "aa"), CallStatus.FAILED)
    assert call_measures(failed) == {}


def test_an_import_has_no_pick_up_and_lasts_until_its_last_words() -> None:
    found = call_measures(a_call(*SPOKEN, path=None, duration_s=None))
    assert "pick_up_s" not in found
    assert found["handling_s"] == 44.0
    assert found["first_response_s"] == 1.5


def test_what_nobody_is_known_to_do_is_left_out() -> None:
    nobody = tuple(replace(one, role=Role.UNKNOWN) for one in SPOKEN)
    assert call_measures(a_call(*nobody)) == {"handling_s": 60.0}
    alone = tuple(one for one in SPOKEN if one.role is AGENT)
    assert set(call_measures(a_call(*alone))) == {"pace_words", "pick_up_s", "handling_s"}


def test_chinese_is_counted_in_characters() -> None:
    chinese = [call for call in make_calls(12) if call.recording.metadata.language == "zh"]
    found = call_measures(chinese[0])
    assert "pace_characters" in found and "pace_words" not in found
