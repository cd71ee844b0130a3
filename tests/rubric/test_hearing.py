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
