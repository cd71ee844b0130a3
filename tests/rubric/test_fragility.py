"""Which verdicts hinge on who is who, or on words that were hardly heard."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rubric_helpers import call, rubric, tools, verdict

from qa_inspect.domain import CheckStatus, Doubt, Fragility, Metadata, Role, Transcript, Word
from qa_inspect.rubric.checks import table
from qa_inspect.rubric.fragility import Shaken
from qa_inspect.rubric.phrases import compile_phrases
from qa_inspect.rubric.score import judge_call
from qa_inspect.rubric.view import CallView

CALL = call(
    ("agent", "Good morning and welcome", 0, 2),
    ("customer", "My parcel is late", 2, 4),
    ("agent", "Thank you for calling", 4, 6),
    words=True,
)
ITEMS = """\
  - {id: greets, kind: said, phrases: [good morning]}
  - {id: anybody, kind: said, role: any, phrases: [good morning]}
  - {id: thanks, kind: said, phrases: [thank you]}
  - {id: clean, kind: not_said, phrases: [parcel]}
  - {id: rated, kind: metadata, field: csat, at_least: 3}
"""


def heard(transcript: Transcript, **confidence: float) -> Transcript:
    """The transcript with the confidence of some words (by their letters) set."""
    return replace(
        transcript,
        utterances=tuple(
            replace(
                said,
                words=tuple(
                    replace(word, confidence=confidence.get(word.text, word.confidence))
                    for word in said.words
                ),
            )
            for said in transcript.utterances
        ),
    )


def marks(transcript: Transcript, items: str = ITEMS) -> dict[str, tuple[Fragility, ...]]:
    checks = verdict(rubric(items), transcript, Metadata(csat=5)).checks
    return {check.item: check.fragile for check in checks if check.fragile}


def test_uncertain_roles_mark_what_a_swap_would_turn() -> None:
    found = marks(replace(CALL, role_confidence=0.75))
    swapped = (Fragility(Doubt.ROLES, CheckStatus.FAIL),)
    assert found == {"greets": swapped, "thanks": swapped, "clean": swapped}


@pytest.mark.parametrize("confidence", [0.0, 0.9, 0.995, 1.0])
def test_certain_or_told_roles_are_not_doubted(confidence: float) -> None:
    assert marks(replace(CALL, role_confidence=confidence)) == {}


def test_unknown_roles_cannot_be_swapped() -> None:
    unknown = replace(
        CALL,
        role_confidence=0.6,
        utterances=tuple(replace(u, role=Role.UNKNOWN) for u in CALL.utterances),
    )
    assert Shaken(CallView(unknown)).swapped is None


def test_a_verdict_that_rests_on_an_unsure_word_is_marked() -> None:
    found = marks(heard(CALL, Thank=0.2))
    assert found == {"thanks": (Fragility(Doubt.WORDS, CheckStatus.FAIL),)}
    assert marks(heard(CALL, calling=0.2)) == {}
    assert marks(CALL) == {}


def test_forbidden_words_that_were_hardly_heard_are_no_firm_fail() -> None:
    items = "  - {id: clean, kind: not_said, role: customer, phrases: [late]}"
    assert marks(heard(CALL, late=0.3), items) == {
        "clean": (Fragility(Doubt.WORDS, CheckStatus.PASS),)
    }


def test_a_second_surer_hit_makes_a_verdict_firm() -> None:
    twice = call(("agent", "Thank you", 0, 1), ("agent", "Thanks for that", 1, 2), words=True)
    items = '  - {id: thanks, kind: said, phrases: ["thank you", thanks]}'
    assert marks(heard(twice, Thank=0.1), items) == {}
    assert set(marks(heard(twice, Thank=0.1, Thanks=0.1), items)) == {"thanks"}


def test_a_condition_that_rests_on_an_unsure_word_marks_its_item() -> None:
    items = """\
  - {id: a, kind: said, phrases: [sorry], only_if: {kind: said, role: customer, phrases: [late]}}
"""
    found = marks(heard(CALL, late=0.1), items)
    assert found == {"a": (Fragility(Doubt.WORDS, CheckStatus.NOT_APPLICABLE),)}


def test_comparing_by_meaning_asks_for_no_new_sentence() -> None:
    said = call(
        ("agent", "I am upset with you", 0, 2),
        ("agent", "That is annoying", 2, 4),
        ("customer", "Well", 4, 5),
        words=True,
    )
    unsure = heard(said, annoying=0.1, That=0.1, **{"is": 0.1}, upset=0.1)
    used = tools()
    items = "  - {id: care, kind: similar, at_least: 2, examples: [this is annoying]}"
    result = judge_call(unsure, Metadata(), [rubric(items)], used)
    # the second utterance is mostly unsure and goes as a whole; of the first only a word is
    assert result.checks[0].fragile == (Fragility(Doubt.WORDS, CheckStatus.FAIL),)
    embedder: Any = used.embedder
    asked = {text for texts in embedder.asked for text in texts}
    assert asked <= {"I am upset with you", "That is annoying", "this is annoying"}


def test_a_script_asks_its_steps_by_meaning_for_no_new_sentence() -> None:
    said = call(
        ("agent", "I am upset with you", 0, 2),
        ("agent", "Thank you so much", 2, 4),
        ("customer", "Well", 4, 5),
        words=True,
    )
    used = tools()
    items = """\
  - {id: care, kind: similar, examples: [this is annoying]}
  - {id: thanks, kind: said, phrases: [thank you]}
  - {id: script, kind: sequence, steps: [{item: care}, {item: thanks}]}
"""
    result = judge_call(heard(said, upset=0.1, Thank=0.1), Metadata(), [rubric(items)], used)
    assert [check.item for check in result.checks if check.fragile] == ["thanks", "script"]
    embedder: Any = used.embedder
    asked = {text for texts in embedder.asked for text in texts}
    assert asked <= {"I am upset with you", "Thank you so much", "this is annoying"}


def test_times_do_not_hinge_on_words() -> None:
    items = "  - {id: quiet, kind: silence, longest_s: 1}\n  - {id: fast, kind: interruption}"
    assert marks(heard(CALL, Thank=0.1, Good=0.1), items) == {}


def test_a_penalty_is_tried_as_a_penalty() -> None:
    items = """\
  - {id: base, kind: said, phrases: [welcome]}
  - {id: p, weight: -2, kind: said, phrases: [thank you]}
"""
    assert marks(heard(CALL, Thank=0.2), items) == {
        "p": (Fragility(Doubt.WORDS, CheckStatus.PASS),)
    }


def test_a_model_that_remembers_nothing_is_not_asked_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []
    real = table.KINDS["said"].check

    def count(rule: Any, context: Any) -> Any:
        asked.append("again")
        return real(rule, context)

    kinds = dict(table.KINDS)
    kinds["said"] = replace(kinds["said"], check=count, retried=False)
    monkeypatch.setattr("qa_inspect.rubric.score.KINDS", kinds)
    items = "  - {id: a, kind: any, rules: [{kind: said, phrases: [thank you]}]}"
    verdict(rubric(items), heard(replace(CALL, role_confidence=0.75), Thank=0.1))
    assert asked == ["again"]
    assert not table.KINDS["llm"].retried and not table.KINDS["classifier"].retried


def test_what_crashes_only_under_a_doubt_stays_unmarked(monkeypatch: pytest.MonkeyPatch) -> None:
    real = table.KINDS["said"].check

    def crash(rule: Any, context: Any) -> Any:
        if context.view.transcript.utterances != CALL.utterances:
            raise ZeroDivisionError("broken on purpose")
        return real(rule, context)

    kinds = dict(table.KINDS)
    kinds["said"] = replace(kinds["said"], check=crash)
    monkeypatch.setattr("qa_inspect.rubric.score.KINDS", kinds)
    checks = verdict(rubric(ITEMS), replace(CALL, role_confidence=0.75)).checks
    assert [c.status.value for c in checks[:4]] == ["pass"] * 4
    assert [c.item for c in checks if c.fragile] == ["clean"]


texts = st.lists(st.sampled_from(["hello", "thank", "you", "late", "bye"]), max_size=5)
turns = st.lists(st.tuples(st.sampled_from(["agent", "customer"]), texts), max_size=5)


@given(turns, st.data())
@settings(deadline=None, max_examples=40)
def test_doubts_mark_and_never_change_a_verdict(
    said: list[tuple[str, list[str]]], data: st.DataObject
) -> None:
    plain = call(*((role, " ".join(words), n, n + 1.0) for n, (role, words) in enumerate(said)))
    shares = st.floats(0, 1)
    doubted = replace(
        plain,
        role_confidence=data.draw(shares),
        utterances=tuple(
            replace(
                u,
                words=tuple(
                    Word(text, u.start_s or 0, u.end_s or 1, data.draw(shares))
                    for text in u.text.split()
                ),
            )
            for u in plain.utterances
        ),
    )
    items = """\
  - {id: a, kind: said, phrases: ["thank you"]}
  - {id: b, kind: not_said, role: customer, phrases: [late]}
  - {id: c, kind: said, phrases: [bye], scope: {last_utterances: 1}}
"""
    checks = verdict(rubric(items), doubted).checks
    for check in checks:
        assert all(found.status is not check.status for found in check.fragile)
        if not doubted.utterances:
            assert not check.fragile
        if check.status not in (CheckStatus.PASS, CheckStatus.FAIL):
            assert not check.fragile


@given(turns, st.data())
@settings(deadline=None, max_examples=40)
def test_a_call_seen_otherwise_has_the_hits_of_one_seen_afresh(
    said: list[tuple[str, list[str]]], data: st.DataObject
) -> None:
    first = CallView(call(*((role, " ".join(words)) for role, words in said)))
    phrases = compile_phrases(("thank you", "[hello] late ... bye", "bye"))
    if data.draw(st.booleans()):
        for line in first.lines:
            first.hits(phrases, line)
    other = replace(
        first.transcript,
        utterances=tuple(
            replace(u, role=Role.AGENT, text=" ".join(u.text.split()[data.draw(st.booleans()) :]))
            for u in first.transcript.utterances
        ),
    )
    recast, afresh = first.recast(other), CallView(other)
    assert recast.of_role("agent") == afresh.of_role("agent")
    for line in afresh.lines:
        assert tuple(recast.hits(phrases, line)) == tuple(afresh.hits(phrases, line))
        assert recast.sentences(line) == afresh.sentences(line)
    assert recast.changed() == {
        new.index
        for new, old in zip(afresh.lines, first.lines, strict=True)
        if new.utterance.text != old.utterance.text
    }


def test_a_condition_that_is_heard_twice_survives_losing_one() -> None:
    items = (
        "  - {id: thanks, kind: said, phrases: [thank you], "
        "only_if: {kind: said, role: customer, phrases: [parcel]}}\n"
    )
    said = (
        ("customer", "My parcel is late", 0, 2),
        ("customer", "That parcel indeed", 2, 4),
        ("agent", "Thank you for calling", 4, 6),
        ("customer", "Goodbye then", 6, 8),
    )
    once, twice = (call(*said[first:], words=True) for first in (1, 0))
    unasked = (Fragility(Doubt.WORDS, CheckStatus.NOT_APPLICABLE),)
    assert marks(heard(once, Goodbye=0.2), items) == {}
    last = replace(once.utterances[0], words=heard(once, parcel=0.2).utterances[0].words)
    assert marks(replace(once, utterances=(last, *once.utterances[1:])), items) == {
        "thanks": unasked
    }
    first = replace(twice.utterances[0], words=heard(twice, parcel=0.2).utterances[0].words)
    assert marks(replace(twice, utterances=(first, *twice.utterances[1:])), items) == {}
    assert marks(heard(twice, parcel=0.2), items) == {"thanks": unasked}
