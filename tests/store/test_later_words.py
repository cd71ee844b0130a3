"""Words that are not read until they are asked for, and what is told without reading them."""

from __future__ import annotations

import json

from hypothesis import example, given
from hypothesis import strategies as st

from qa_inspect.store.later_words import LaterWords

_CONFIDENCES = st.lists(st.floats(0, 1) | st.sampled_from([0, 1, 0.5, 1e-7]), max_size=6)


@given(_CONFIDENCES, st.text(max_size=8))
@example([0.4999], "a,b]")
@example([5e-324], "x")
@example([0], " ")
def test_surely_heard_is_never_said_of_an_unsure_word(known: list[float], said: str) -> None:
    words = LaterWords(json.dumps([[said, 0.0, 1.5, value] for value in known]))
    if words.surely_heard:
        assert all(word.confidence >= 0.5 for word in words)


def test_no_words_say_nothing_of_how_an_utterance_was_heard() -> None:
    """The utterance's own confidence decides then, for words stored as for words just heard."""
    assert not LaterWords("[]").surely_heard


def test_clear_speech_is_told_without_reading() -> None:
    words = LaterWords(json.dumps([["hello", 0.31, 0.4, 0.73], [" there", 10.4, 11.2, 1.0]]))
    assert words.surely_heard
    assert words._read is None


@given(_CONFIDENCES, st.sampled_from([0.0, 0.45, 0.5, 1.0]))
def test_words_of_some_confidence_are_the_same_unmade(known: list[float], least: float) -> None:
    words = LaterWords(json.dumps([["a", 0.0, 1.5, value] for value in known]))
    surer = words.at_least(least)
    assert tuple(surer) == tuple(word for word in words if word.confidence >= least)
    assert len(words) == len(known)
