"""Where clips begin and end, and what is hidden when."""

from __future__ import annotations

from dataclasses import replace

import pytest
from clips_factory import a_call, evidence, utterances
from hypothesis import given
from hypothesis import strategies as st

from qa_inspect.domain import (
    Evidence,
    Metadata,
    Role,
    Span,
    SpeakerTurn,
    Transcript,
    Utterance,
    Word,
)
from qa_inspect.errors import CallError
from qa_inspect.language.pii import PersonalData, find_in_utterances
from qa_inspect.report.clips import By, Reason, Stretch
from qa_inspect.report.clips_cutting import LONGEST_S, stretches
from qa_inspect.report.clips_hiding import NOTHING_HIDDEN, heard_names, moments, secrets_of, unheard
from qa_inspect.report.clips_lines import lines_of, with_clip_times

LINES = (
    ("agent", "Good morning my name is Amelia how can I help you today"),
    ("customer", "This is Robert Hill and my number is 555 0199 234 please"),
    ("agent", "Thank you Robert let me look that up for you now"),
    ("customer", "You are all useless and I want my money back today"),
    ("agent", "I am sorry to hear that and I will send it today"),
)


def reason(*pieces: Evidence, place: float | None = None, name: str = "abuse") -> Reason:
    return Reason(By.FLAG, name, "", "high", "", pieces, place=place)


def transcript(lines: tuple[Utterance, ...]) -> Transcript:
    length = max((u.end_s or 0.0) for u in lines) + 1.0
    return Transcript("en", lines, duration_s=length if lines[0].start_s is not None else None)


def test_a_clip_begins_and_ends_in_a_pause_near_the_seconds_asked_for() -> None:
    lines = utterances(LINES)
    piece = evidence(lines, 3, "all useless")
    (cut,) = stretches(transcript(lines), [reason(piece)], 2.0, 2.0)
    assert cut.span is not None
    assert cut.span.start_s <= piece.start_s and cut.span.end_s >= piece.end_s  # type: ignore[operator]
    start = lines[3].start_s
    assert start is not None
    assert start - 0.3 <= cut.span.start_s <= start, "the pause before the line is near"
    assert 3 in range(cut.utterances[0], cut.utterances[1] + 1)


def test_clips_that_meet_are_one_and_keep_both_reasons() -> None:
    lines = utterances(LINES)
    near = [
        reason(evidence(lines, 3, "all useless")),
        reason(evidence(lines, 3, "money back"), name="churn"),
    ]
    (cut,) = stretches(transcript(lines), near, 1.0, 1.0)
    assert [one.name for one in cut.reasons] == ["abuse", "churn"]


def test_at_most_three_clips_a_call_those_with_the_strongest_reasons() -> None:
    lines = utterances([("agent", "one two three four five six")] * 12)
    reasons = [reason(evidence(lines, at, "two"), name=str(at)) for at in (9, 0, 6, 3)]
    cuts = stretches(transcript(lines), reasons, 0.0, 0.0)
    assert [cut.reasons[0].name for cut in cuts] == ["0", "6", "9"]


def test_what_was_missed_is_shown_where_it_mostly_is() -> None:
    lines = utterances(LINES)
    whole = transcript(lines)
    (cut,) = stretches(whole, [reason(place=0.0)], 1.0, 1.0)
    assert cut.utterances[0] == 0
    assert not stretches(whole, [reason()], 1.0, 1.0)


def test_a_call_without_times_gives_the_lines_around_the_evidence() -> None:
    lines = utterances(LINES, times=False)
    (cut,) = stretches(transcript(lines), [reason(Evidence(3, None, None, "useless"))], 4.0, 4.0)
    assert cut.span is None
    assert cut.utterances == (1, 4)


@given(
    st.lists(st.integers(0, 11), min_size=1, max_size=6),
    st.floats(0, 20),
    st.floats(0, 20),
)
def test_every_clip_lies_in_the_call_and_holds_evidence(
    places: list[int], before_s: float, after_s: float
) -> None:
    lines = utterances([("agent", "one two three four five six")] * 12)
    whole = transcript(lines)
    reasons = [reason(evidence(lines, at, "three"), name=str(at)) for at in places]
    cuts = stretches(whole, reasons, before_s, after_s)
    assert cuts
    reached = 0.0
    for cut in cuts:
        assert cut.span is not None and whole.duration_s is not None
        assert reached <= cut.span.start_s < cut.span.end_s <= whole.duration_s
        assert cut.span.duration_s <= LONGEST_S + 45
        reached = cut.span.end_s


# ------------------------------------------------------------------ personal data


def test_letters_become_moments_with_the_pauses_beside_them() -> None:
    line = utterances([("customer", "my name is Robert Hill today")])[0]
    at = line.text.index("Robert")
    found = (PersonalData(at, at + len("Robert Hill"), "name", 0.9),)
    (span,) = moments(line, found)
    robert, hill = line.words[3], line.words[4]
    assert robert.start_s - 0.5 <= span.start_s <= robert.start_s - 0.1
    assert hill.end_s + 0.1 <= span.end_s <= line.words[5].start_s + 0.2


def test_a_number_is_silenced_for_as_long_as_saying_it_takes() -> None:
    words = (Word("It", 1.0, 1.1, 0.9), Word("is", 1.1, 1.2, 0.9), Word("90210.", 1.2, 1.6, 0.9))
    line = Utterance(0, Role.CUSTOMER, "S1", "It is 90210.", "en", 1.0, 1.6, 0.9, words)
    (span,) = moments(line, [PersonalData(6, 11, "address", 0.9)], [1.7])
    assert span.end_s >= 1.2 + 5 * 0.3


def test_another_speakers_words_are_no_pause_after_a_name() -> None:
    line = utterances([("agent", "this is Derek")])[0]
    end = line.words[-1].end_s
    (span,) = moments(line, [PersonalData(8, 13, "name", 0.9)], [end + 0.5])
    assert span.end_s == pytest.approx(end + 0.5)


def test_where_words_do_not_tell_the_whole_line_is_silenced() -> None:
    line = utterances([("customer", "my code is 4711")])[0]
    found = [PersonalData(11, 15, "code", 0.9)]
    without = replace(line, words=())
    elsewhere = replace(line, words=tuple(replace(w, text="xyz") for w in line.words))
    for one in (without, elsewhere):
        (span,) = moments(one, found)
        assert span.start_s <= line.start_s and span.end_s >= line.end_s  # type: ignore[operator]
    assert not moments(replace(line, start_s=None, end_s=None, words=()), found)


def test_a_word_whose_place_is_not_known_goes_with_its_neighbour() -> None:
    line = utterances([("customer", "my code is 4711 thanks")])[0]
    odd = (*line.words[:3], replace(line.words[3], text="forty-seven eleven"), line.words[4])
    (span,) = moments(replace(line, words=odd), [PersonalData(11, 15, "code", 0.9)])
    assert span.start_s <= odd[3].start_s and span.end_s >= odd[3].end_s


def test_speech_without_recognised_words_is_silenced() -> None:
    lines = utterances(LINES[:1])
    last = lines[0].end_s
    assert last is not None
    turns = (SpeakerTurn(0.5, last, "S-agent"), SpeakerTurn(last + 2.0, last + 4.0, "S-customer"))
    (span,) = unheard(replace(transcript(lines), turns=turns))
    assert span == Span(last + 2.0, last + 4.0)


def test_names_of_the_manifest_are_found_also_as_they_sound() -> None:
    text = "Thanks for calling, I am Malin and this is fine."
    assert [text[f.start : f.end] for f in heard_names(text, ["Mei Lin"])] == ["Malin"]
    assert not list(heard_names("The main line is busy.", ["Mei Lin"]))
    assert not list(heard_names("Nothing here.", []))


def test_what_is_hidden_in_the_lines_is_hidden_wherever_it_is_told() -> None:
    call = a_call("c1", LINES, metadata=Metadata(agent_name="Amelia Hart"))
    assert call.transcript is not None
    secrets = secrets_of(call.transcript, call.recording.metadata, find_in_utterances)
    told = secrets.hide_in("Said: “This is Robert Hill”, “thank you Robert”, by Amelia at 0:05.")
    assert "Robert" not in told and "Hill" not in told and "Amelia" not in told
    assert "at 0:05" in told
    whole = Stretch(None, (0, 4), ())
    shown = " ".join(line.text for line in lines_of(call.transcript, whole, secrets))
    for secret in ("Robert", "Hill", "Amelia", "0199"):
        assert secret not in shown
    assert "useless" in shown


def test_a_language_nobody_knows_personal_data_of_is_refused() -> None:
    call = a_call("c1", [("customer", "minun nimeni on Matti")], language="fi")
    assert call.transcript is not None
    with pytest.raises(CallError, match="fi"):
        secrets_of(call.transcript, call.recording.metadata, find_in_utterances)


def test_evidence_is_marked_and_a_cut_line_shows_the_words_within() -> None:
    lines = utterances(LINES)
    piece = evidence(lines, 3, "all useless")
    first = lines[3].words[2].start_s
    cut = Stretch(Span(first, first + 3.0), (3, 3), (reason(piece),))
    (line,) = lines_of(transcript(lines), cut, NOTHING_HIDDEN)
    assert line.text.startswith("… all useless")
    assert line.text.endswith(" …")
    assert [p.text for p in line.pieces if p.mark == "evidence"] == ["all useless"]


def test_a_number_at_the_end_is_silenced_to_the_end_of_the_line() -> None:
    (line,) = utterances((("customer", "Mary Brown 77731."),))
    assert line.end_s is not None
    late = replace(line, end_s=line.end_s + 2.0)
    (span,) = moments(late, [PersonalData(11, 16, "number", 0.6)])
    assert span.end_s >= line.end_s + 2.0


def test_times_in_explanations_are_the_clips_or_none() -> None:
    told = "2 of 5: “sorry” at 0:11, “I leave at 7:45” at 1:24 and 2 more (0:12–0:14)."
    assert with_clip_times(told, Span(8.0, 20.0)) == (
        "2 of 5: “sorry” at 0:03, “I leave at 7:45” and 2 more (0:04–0:06)."
    )
    assert with_clip_times("Said “hi” in utterance 4.", None) == "Said “hi”."


def test_an_answer_well_after_a_number_is_not_silenced() -> None:
    (line,) = utterances((("customer", "Mary Brown 77731."),))
    assert line.end_s is not None
    found = [PersonalData(11, 16, "number", 0.6)]
    (span,) = moments(line, found, [line.end_s + 1.6])
    assert span.end_s == pytest.approx(line.end_s + 1.6)
    (span,) = moments(line, found, [line.end_s + 0.3])
    assert span.end_s > line.end_s + 0.7
