"""Loudness: a raised voice is told from a louder line, against the speaker's own usual voice."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rubric_helpers import call, judge, rubric, verdict
from sound_calls import CALM, Said, sounding, with_one

from qa_inspect.domain import CheckStatus
from qa_inspect.errors import RubricError
from qa_inspect.rubric import sound_measures as sounds
from qa_inspect.rubric.view import CallView

PASS, FAIL, NA = CheckStatus.PASS, CheckStatus.FAIL, CheckStatus.NOT_APPLICABLE
SHOUT = {"text": "This is ridiculous!", "louder_db": 10.0, "higher_st": 5.0, "harder_db": 6.0}


def test_a_raised_voice_is_found_with_its_figures_and_its_place() -> None:
    check = judge("kind: loudness, role: customer", sounding(with_one(5, **SHOUT)))
    assert check.status is FAIL and check.score == pytest.approx(1 / 6)
    (proof,) = check.evidence
    assert (proof.utterance, proof.quote, proof.start_s) == (5, "This is ridiculous!", 20.0)
    assert (
        "The customer raised the voice 1 time: “This is ridiculous!” at 0:20, 10 dB louder, "
        "5 semitones higher and 6 dB harder than usual." in check.explanation
    )
    assert "6 dB more than usual" in check.searched


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        (SHOUT, FAIL),
        ({"louder_db": 12.0}, PASS),  # the microphone came nearer
        ({"louder_db": 12.0, "higher_st": 2.0}, PASS),
        ({"louder_db": 12.0, "higher_st": 4.0}, FAIL),
        ({"louder_db": 12.0, "harder_db": 5.5}, FAIL),
        ({"louder_db": 12.0, "higher_st": 2.0, "harder_db": 3.0}, FAIL),
        ({"louder_db": 12.0, "higher_st": 4.0, "harder_db": -5.0}, PASS),
        ({"louder_db": 3.0, "higher_st": 3.0, "harder_db": 3.0}, PASS),
        ({"higher_st": 11.0}, PASS),  # a question
        ({"higher_st": 6.0, "harder_db": 7.0}, FAIL),  # the line evens out loudness
        ({"louder_db": -8.0, "higher_st": 6.0, "harder_db": 7.0}, PASS),
        ({**SHOUT, "speech_s": 0.5}, PASS),  # one vowel
        ({**SHOUT, "measured": False}, PASS),
        ({"louder_db": 12.0, "higher_st": 14.0}, PASS),  # an octave off is no pitch of his
    ],
)
def test_what_is_a_raised_voice(changes: dict[str, object], status: CheckStatus) -> None:
    check = judge("kind: loudness, role: customer", sounding(with_one(7, **changes)))
    assert check.status is status, check.explanation


@settings(max_examples=30, deadline=None)
@given(st.floats(-30, 15))
def test_a_channels_gain_changes_no_verdict(gain_db: float) -> None:
    for said in (CALM, with_one(4, **SHOUT)):
        for measure in ("raised", "jump"):
            rule = f"kind: loudness, role: any, measure: {measure}"
            plain, gained = judge(rule, sounding(said)), judge(rule, sounding(said, gain_db))
            assert plain.status is gained.status and plain.evidence == gained.evidence


def test_some_raised_utterances_can_be_forgiven_and_more_cost_more() -> None:
    said = [replace(one, **SHOUT) if at in (3, 7) else one for at, one in enumerate(CALM + CALM)]
    rule = "kind: loudness, role: customer"
    assert judge(rule, sounding(said)).points == 0
    assert judge(f"{rule}, at_most: 2", sounding(said)).status is PASS
    half = judge(f"{rule}, at_most: 1, leeway: 2", sounding(said))
    assert half.status is FAIL and half.points == pytest.approx(0.5)


def test_a_raised_voice_raises_a_flag_and_serves_ratio_sequence_and_scope() -> None:
    shouting = sounding(with_one(5, **SHOUT))
    made = rubric(flags="  - {id: shouting, kind: loudness, role: customer, confidence: 0.9}")
    (flag,) = verdict(made, shouting).flags
    assert flag.evidence[0].utterance == 5 and flag.confidence > 0.5
    assert verdict(made, sounding(CALM)).flags == ()
    ratio = "kind: ratio, role: customer, of: {kind: loudness}, target: 0.1"
    assert judge(ratio, shouting).status is PASS and judge(ratio, sounding(CALM)).status is FAIL
    late = "kind: loudness, role: customer, scope: {last_utterances: 2}"
    assert judge(late, shouting).status is PASS


def test_a_jump_is_against_what_came_just_before() -> None:
    slowly = [replace(one, louder_db=at * 1.2) for at, one in enumerate(CALM)]
    rule = "kind: loudness, measure: jump, role: any"
    assert judge(rule, sounding(slowly)).status is PASS
    sudden = judge(rule, sounding(with_one(8, louder_db=12.0)))
    assert sudden.status is FAIL and sudden.evidence[0].utterance == 8
    assert "12 dB louder than just before" in sudden.explanation
    assert judge(f"{rule}, by_db: 15", sounding(with_one(8, louder_db=12.0))).status is PASS


@pytest.mark.parametrize(
    ("rule", "said", "status"),
    [
        ("measure: range, at_most: 6", CALM, PASS),
        ("measure: range, at_most: 6", (*CALM, *with_one(0, louder_db=20.0)[:3]) * 2, FAIL),
        ("measure: melody, at_least: 3", CALM, PASS),
        ("measure: melody, at_least: 3", [replace(s, melody_st=1.0) for s in CALM], FAIL),
        ("measure: balance, at_least: -3", CALM, PASS),
        ("measure: balance, at_least: -3, role: customer", CALM, FAIL),
        ("measure: balance, at_least: -8, role: customer", CALM, PASS),
    ],
)
def test_range_melody_and_balance(rule: str, said: tuple[Said, ...], status: CheckStatus) -> None:
    check = judge(f"kind: loudness, {rule}", sounding(said))
    assert check.status is status, check.explanation
    assert check.score is not None and " are asked for." in check.explanation


def test_without_sound_or_with_too_little_it_does_not_apply() -> None:
    plain = call(("agent", "Hello.", 0.0, 1.0), ("customer", "Hi.", 1.0, 2.0))
    for measure in ("raised", "jump", "range, at_most: 5", "melody, at_least: 2"):
        check = judge(f"kind: loudness, measure: {measure}", plain)
        assert check.status is NA and "No sound was measured" in check.explanation
        short = judge(f"kind: loudness, measure: {measure}", sounding(CALM[:3]))
        assert short.status is NA and "usual voice" in short.explanation


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ("measure: range", "no limit"),
        ("measure: raised, at_least: 1", "give at_most"),
        ("measure: melody, by_db: 3, at_least: 1", "by_db is for raised and jump"),
        ("measure: balance, role: any, at_least: 1", "role: agent"),
        ("measure: range, at_least: 9, at_most: 3", "must not be more than"),
        ("measure: shrill", "raised"),
    ],
)
def test_fields_that_make_no_sense_are_refused(fields: str, message: str) -> None:
    with pytest.raises(RubricError, match=message):
        rubric(f"  - {{id: x, kind: loudness, {fields}}}")


def test_the_usual_voice_is_the_median_by_speech_of_each_speaker() -> None:
    said = [
        *CALM,
        Said("customer", louder_db=15.0, speech_s=0.9),
        Said("customer", louder_db=-15.0, speech_s=0.3),
    ]
    voices = CallView(sounding(said)).voices
    assert voices["customer"].loudness_db == -26.0 and voices["customer"].utterances == 7
    assert voices["agent"].pitch_hz == pytest.approx(210.0)
    apart = sounds.departure(sounding(said).utterances[12], voices)
    assert apart is not None and apart.loudness_db == pytest.approx(15.0)
    assert CallView(call(("agent", "Hello.", 0.0, 1.0))).voices == {}


@given(st.lists(st.tuples(st.floats(-60, 0), st.floats(0.01, 9)), min_size=1, max_size=9))
def test_the_weighted_median_lies_in_the_middle(pairs: list[tuple[float, float]]) -> None:
    found = sounds.weighted_median(pairs)
    half = sum(weight for _, weight in pairs) / 2
    assert found in [value for value, _ in pairs]
    assert sum(w for v, w in pairs if v < found) <= half + 1e-9
    assert sum(w for v, w in pairs if v > found) <= half + 1e-9
