"""Heads that add to cues: written and read again, bounded, careful with few words, refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rubric_helpers import TOPICS, TopicEmbedder

from qa_inspect.errors import ModelError
from qa_inspect.rubric.load import load_rubric, parse_rubric
from qa_inspect.rubric.tools import Tools
from qa_inspect.rubric.trial import try_lines
from qa_inspect.rubric.word_heads import (
    BUCKETS,
    FEW_WORDS,
    WordHead,
    buckets,
    load_word_head,
    save_word_head,
)

LONG = "kindly let me have the number of your order when you find it"
PLAIN = LONG.replace("kindly", "just")
VECTORS = np.eye(3, dtype=np.float32)


def _head() -> WordHead:
    """A head that likes "kindly", and the second axis of three."""
    runs, rarity = np.zeros((2, BUCKETS), dtype=np.float32)
    rarity[buckets(f"{LONG}. {PLAIN}", "en")] = 1.0
    runs[np.setdiff1d(buckets(LONG, "en"), buckets(PLAIN, "en"))] = 3.0
    weights = np.array([0.0, 1.0, 0.0], dtype=np.float32)
    return WordHead("topics", runs, rarity, np.zeros(3, np.float32), weights, 0.0, 2.0)


def _odds(head: WordHead, text: str, axis: int = 0) -> float:
    return float(head.odds([text], VECTORS[axis : axis + 1], "en")[0])


def test_words_and_meaning_add_up_within_bounds() -> None:
    head = _head()
    assert _odds(head, LONG) > _odds(head, PLAIN) == 0.0
    assert _odds(head, PLAIN, axis=1) == pytest.approx(1.0)
    assert _odds(replace(head, runs=head.runs * 100), LONG) == 2.0


def test_of_few_words_less_is_said() -> None:
    head = _head()
    assert 0 < _odds(replace(head, runs=head.runs * 100), "kindly") <= 2.0 * 2 / FEW_WORDS


def test_numbers_are_all_one_number() -> None:
    assert set(buckets("order 4471", "en")) == set(buckets("order 9", "en"))


def test_a_head_is_read_as_it_was_written(tmp_path: Path) -> None:
    file = tmp_path / "heads" / "kind.npz"
    save_word_head(_head(), file)
    read = load_word_head(file)
    assert isinstance(read, WordHead)
    assert _odds(read, LONG) == pytest.approx(_odds(_head(), LONG), abs=0.02)


def test_damage_and_other_models_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "broken.npz"
    file.write_bytes(b"no head")
    with pytest.raises(ModelError, match="damaged"):
        load_word_head(file)
    with pytest.raises(ModelError, match="sentence model"):
        _head().check_model("another")


def test_cues_name_a_head_beside_the_rubric(tmp_path: Path) -> None:
    head = replace(_head(), weights=np.zeros(3, np.float32))
    save_word_head(head, tmp_path / "heads" / "kind.npz")
    file = tmp_path / "manners.yaml"
    file.write_text(
        "rubric: manners\nlanguage: en\nitems:\n"
        "  - {id: x, kind: cues, over: line, threshold: 0.55, head: kind,"
        " cues: [{weight: -3, phrases: [ugly]}]}\n",
        encoding="utf-8",
    )
    tools = Tools(TopicEmbedder(TOPICS))
    trials = try_lines(load_rubric(str(file)), "x", [LONG, f"ugly {LONG}", "nothing"], tools)
    assert [trial.hit for trial in trials] == [True, False, False]
    assert "ugly" in trials[1].explanation


def test_an_unknown_head_is_named() -> None:
    made = parse_rubric(
        "rubric: t\nitems: [{id: x, kind: cues, head: nowhere, cues: [{weight: 1, phrases: [a]}]}]",
        "t.yaml",
    )
    with pytest.raises(ModelError, match="nowhere"):
        try_lines(made, "x", ["a b"], Tools(TopicEmbedder(TOPICS)))


@given(st.text(max_size=80))
def test_any_text_has_buckets_in_order(text: str) -> None:
    found = buckets(text, "en")
    assert all(0 <= bucket < BUCKETS for bucket in found)
    assert list(found) == sorted(set(found))
