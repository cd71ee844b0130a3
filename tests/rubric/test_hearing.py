"""When "never said" is no fair verdict: what the recogniser hardly heard, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from rubric_helpers import call, judge, rubric, verdict

from qa_inspect.domain import CheckStatus, Transcript, Word
from qa_inspect.rubric.hearing import unclear_stretches, word_places
from qa_inspect.rubric.view import CallView, Line

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


def test_a_rare_exception_is_not_suspected_behind_every_unclear_stretch() -> None:
    part = "{kind: said, phrases: [goodbye], scope: {last_utterances: 2}}"
    heard = a_call({11: range(1, 5)})
    item = f"kind: said, phrases: [w10], only_if: {{kind: none, rules: [{part}]}}"
    assert judge(item, heard).status is CheckStatus.PASS
    assert judge(CLOSING, heard).status is CheckStatus.CANNOT_JUDGE


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


EVERY = "kind: said, at_least: every, phrases: [one]"


def every(*said: tuple[str, float]) -> Transcript:
    """A call of the agent alone, each utterance with its confidence."""
    plain = call(*((("agent", text, at * 3, at * 3 + 2)) for at, (text, _) in enumerate(said)))
    utterances = zip(plain.utterances, said, strict=True)
    return replace(plain, utterances=tuple(replace(u, confidence=c) for u, (_, c) in utterances))


def test_one_clearly_heard_utterance_without_it_fails_what_every_one_must_have() -> None:
    check = judge(EVERY, every(("one", 0.9), ("two three four", 0.2), ("five six seven", 0.9)))
    assert check.status is CheckStatus.FAIL
    assert check.explanation == (
        "Found in 1 of 3 utterances where every one is asked for; not in “five six seven” at 0:06 "
        "and 1 more."
    )


def test_every_one_cannot_be_told_where_all_that_are_without_were_badly_heard() -> None:
    check = judge(EVERY, every(("one", 0.9), ("one more", 0.9), ("two three four", 0.2)))
    assert check.status is CheckStatus.CANNOT_JUDGE
    assert check.explanation == (
        "Found in 2 of 3 utterances where every one is asked for, but speech there was poorly "
        "recognised (confidence 20 %), so there may be more."
    )
    assert check.searched == ("looked in the other one of all the agent's utterances (0:00–0:08)")


def test_a_hit_that_was_badly_heard_does_not_bring_the_others_into_doubt() -> None:
    assert judge(EVERY, every(("one", 0.2), ("one more", 0.9))).status is CheckStatus.PASS


def test_a_share_that_is_too_large_is_told_in_spite_of_unclear_speech() -> None:
    asked = "kind: ratio, at_most: 0.3, min_utterances: 2, of: {kind: said, phrases: [one]}"
    assert judge(asked, every(("one", 0.9), ("x y z", 0.2))).status is CheckStatus.FAIL
    least = asked.replace("at_most", "target")
    few = judge(least.replace("0.3", "0.9"), every(("one", 0.9), ("x y z", 0.2), ("a b c", 0.2)))
    assert few.status is CheckStatus.CANNOT_JUDGE
    assert few.explanation.startswith("Found in 1 of 3 utterances (33 %) where 90 % is asked for")


def test_a_place_after_something_is_never_called_around_it() -> None:
    """Neither where the thing before was badly heard nor in a measure of that part."""
    items = (
        "  - {id: price, kind: said, phrases: [price]}\n"
        "  - {id: thanks, kind: said, scope: {after: price}, phrases: [thanks]}\n"
        "  - {id: talk, kind: talk_share, by: words, at_most: 0.9, scope: {after: price}}\n"
        "  - {id: both, kind: sequence, steps: [{item: price}, {item: thanks}]}"
    )
    mumbled = every(("two three four", 0.2), ("thanks", 0.9))
    _, thanks, _, both = verdict(rubric(items), mumbled).checks
    assert thanks.status is both.status is CheckStatus.CANNOT_JUDGE
    assert thanks.explanation.startswith("Only looked for after “price”, and of that it cannot")
    assert both.explanation.startswith("“price” cannot be told: Not found in any of the agent's")
    words = "one two three four five six seven eight nine ten"
    turns = (("agent", "the price"), ("agent", words), ("customer", words))
    talk = verdict(rubric(items), call(*turns)).checks[2]
    assert "in the time of the agent's utterances after “price”" in talk.searched


def test_what_is_asked_of_the_same_lines_is_worked_out_once() -> None:
    view = CallView(call(("agent", "Good morning", 0, 2), ("customer", "Hello", 2, 4)))
    asked: list[int] = []

    def ask(lines: Sequence[Line]) -> int:
        asked.append(len(lines))
        return len(asked)

    both, first = view.lines, view.lines[:1]
    assert [view.of_lines("x", lines, ask) for lines in (both, both, first)] == [1, 1, 2]
    assert view.of_lines("y", both, ask) == 3
    assert view.of_lines("x", list(both), ask) == 4, "a list may be another the next time"
    assert asked == [2, 1, 2, 2]
