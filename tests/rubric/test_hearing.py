"""When "never said" is no fair verdict: what the recogniser hardly heard, and where."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rubric_helpers import call, judge

from qa_inspect.domain import CheckStatus, Transcript, Word
from qa_inspect.rubric.hearing import unclear_stretches, word_places

CLOSING = "kind: said, phrases: [goodbye], scope: {last_utterances: 2}"
ANYWHERE = "kind: said, phrases: [goodbye]"


def a_call(unclear: dict[int, range], lines: int = 12) -> Transcript:
    """Agent lines of six words; ``unclear`` gives, by line, the words that were hardly heard."""
    plain = call(
        *(("agent", f"one two three four five w{n}", n * 3.0, n * 3.0 + 2) for n in range(lines)),
        confidence=0.8,
        words=True,
    )
    return replace(
        plain,
        utterances=tuple(
            replace(
                said,
                words=tuple(
                    replace(word, confidence=0.2 if at in unclear.get(said.index, ()) else 0.9)
                    for at, word in enumerate(said.words)
                ),
            )
            for said in plain.utterances
        ),
    )


def test_an_unclear_stretch_where_the_thing_is_expected_is_no_proof_that_it_was_not_said() -> None:
    check = judge(CLOSING, a_call({11: range(1, 5)}))
    assert check.status is CheckStatus.CANNOT_JUDGE
    assert "“two three four five” at 0:33 was hardly heard there" in check.explanation
    assert [proof.quote for proof in check.evidence] == ["two three four five"]
    assert check.evidence[0].start_s == pytest.approx(33.33, abs=0.1)


def test_the_same_stretch_elsewhere_leaves_the_verdict() -> None:
    assert judge(CLOSING, a_call({3: range(1, 5)})).status is CheckStatus.FAIL
    assert judge(ANYWHERE, a_call({11: range(1, 5)})).status is CheckStatus.FAIL


def test_of_a_whole_call_a_part_must_be_unclear() -> None:
    some = {at: range(6) for at in range(2)}
    many = {at: range(6) for at in range(4)}
    assert judge(ANYWHERE, a_call(some)).status is CheckStatus.FAIL
    check = judge(ANYWHERE, a_call(many))
    assert check.status is CheckStatus.CANNOT_JUDGE and "4 stretches" in check.explanation


def test_one_or_two_unsure_words_hide_nothing() -> None:
    assert judge(CLOSING, a_call({11: range(1, 2)})).status is CheckStatus.FAIL


def test_what_was_found_needs_no_clear_rest() -> None:
    heard = a_call({11: range(1, 5)})
    assert judge(CLOSING.replace("goodbye", "w10"), heard).status is CheckStatus.PASS


def test_a_clean_record_is_not_taken_away_by_one_unclear_stretch() -> None:
    forbidden = "kind: not_said, phrases: [goodbye], scope: {last_utterances: 2}"
    assert judge(forbidden, a_call({11: range(1, 5)})).status is CheckStatus.PASS
    mumbled = call(("agent", "one two three", 0, 2), confidence=0.3)
    assert judge(forbidden, mumbled).status is CheckStatus.CANNOT_JUDGE


def test_without_words_the_utterance_counts() -> None:
    turns = [("agent", "one two three", n * 2.0, n * 2.0 + 1) for n in range(8)]
    clear = call(*turns, confidence=0.9)
    last = replace(clear.utterances[-1], confidence=0.2)
    one_poor = replace(clear, utterances=(*clear.utterances[:-1], last))
    assert judge(CLOSING, clear).status is CheckStatus.FAIL
    assert judge(CLOSING, one_poor).status is CheckStatus.CANNOT_JUDGE
    imported = call(*turns)
    assert judge(CLOSING, imported).status is CheckStatus.FAIL


def test_stretches_of_chinese_are_found_by_their_letters() -> None:
    text = "您好请问有什么可以帮您"
    said = replace(
        call(("agent", text, 0, 2)).utterances[0],
        confidence=0.8,
        words=tuple(
            Word(letter, at * 0.1, at * 0.1 + 0.1, 0.2 if 2 <= at < 7 else 0.9)
            for at, letter in enumerate(text)
        ),
    )
    ((start, end),) = unclear_stretches(said)
    assert text[start:end] == "请问有什么"
    assert word_places("a bb", (Word("x", 0, 1, 1.0), Word(" bb", 0, 1, 1.0))) == [None, (2, 4)]


def heard(*turns: tuple[str, float]) -> Transcript:
    """Agent lines whose words were all heard with the confidence given."""
    plain = call(
        *(("agent", text, n * 3.0, n * 3.0 + 2) for n, (text, _) in enumerate(turns)), words=True
    )
    return replace(
        plain,
        utterances=tuple(
            replace(
                said,
                confidence=sure,
                words=tuple(replace(word, confidence=sure) for word in said.words),
            )
            for said, (_, sure) in zip(plain.utterances, turns, strict=True)
        ),
    )


def test_an_utterance_that_was_heard_badly_on_average_is_unclear_as_a_whole() -> None:
    doubtful = heard(("one two three", 0.9), ("four five six", 0.6))
    check = judge(CLOSING.replace("utterances: 2", "utterances: 1"), doubtful)
    assert check.status is CheckStatus.CANNOT_JUDGE
    assert "“four five six”" in check.explanation
    sure = heard(("one two three", 0.9), ("four five six", 0.7))
    assert judge(CLOSING, sure).status is CheckStatus.FAIL


def test_a_doubtful_word_or_two_hide_no_phrase() -> None:
    assert judge(CLOSING, heard(("one two three", 0.9), ("okay", 0.5))).status is CheckStatus.FAIL


def test_a_sequence_is_as_doubtful_as_its_missing_step() -> None:
    script = f"kind: sequence, steps: [{{kind: said, phrases: [one]}}, {{{CLOSING}}}]"
    doubtful = heard(("one two three", 0.9), ("four five six", 0.6))
    assert judge(script, doubtful).status is CheckStatus.CANNOT_JUDGE


def test_what_is_measured_over_all_speech_is_not_refused_for_doubtful_lines() -> None:
    passes = "kind: readability, target: 0.1, min_words: 2"
    text = " ".join(["we can send you the parcel today or on monday"] * 3)
    assert judge(passes, heard((text, 0.9), (text, 0.6))).status is CheckStatus.PASS


def test_a_word_that_was_hardly_heard_is_no_jargon_and_not_rare() -> None:
    rule = "kind: jargon, glossary: [consignment]"
    clear = heard(("the consignment is here", 0.9))
    unsure = heard(("the parcel is here now", 0.9), ("consignment", 0.49))
    assert judge(rule, clear).status is CheckStatus.FAIL
    assert judge(rule, unsure).status is CheckStatus.PASS
    rare = "kind: readability, measure: familiar_words, target: 0.95, min_words: 4"
    known = " ".join(["you can have the parcel on monday if you want it"] * 3)
    assert judge(rare, heard((known, 0.9), ("hadar berlar mapak", 0.9))).status is CheckStatus.FAIL
    assert judge(rare, heard((known, 0.9), ("hadar berlar mapak", 0.49))).status is CheckStatus.PASS
