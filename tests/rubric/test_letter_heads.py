"""Heads of runs of letters: bounded, kept to 8 bits, in need of no sentence model, and in cues."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_inspect.domain import Role, Transcript, Utterance
from qa_inspect.errors import ModelError
from qa_inspect.rubric.checks.context import Context
from qa_inspect.rubric.checks.cues import Cues
from qa_inspect.rubric.checks.table import KINDS
from qa_inspect.rubric.letter_heads import LetterHead, letter_buckets, save_letter_head
from qa_inspect.rubric.load import load_rubric, read_rubric
from qa_inspect.rubric.tools import Tools
from qa_inspect.rubric.trial import try_lines
from qa_inspect.rubric.view import CallView
from qa_inspect.rubric.word_heads import load_word_head

BUCKETS = 1 << 12


def _head() -> LetterHead:
    """A head that dislikes the letters of "grr" and likes none."""
    runs, rarity = np.zeros((2, BUCKETS), dtype=np.float32)
    rarity[:] = 1.0
    runs[letter_buckets("grr", 3, BUCKETS)] = 5.0
    return LetterHead(3, runs, rarity, -1.0, 2.0)


def _odds(head: LetterHead, text: str) -> float:
    return float(head.odds([text])[0])


def test_letters_are_weighed_within_bounds() -> None:
    head = _head()
    assert _odds(head, "grr") > _odds(head, "Grr... a parcel") > _odds(head, "a parcel") >= -2.0
    assert _odds(replace(head, runs=head.runs * 100), "grr") == pytest.approx(2.0, abs=0.01)


def test_spelling_by_halves_is_seen_through() -> None:
    assert _odds(_head(), "grrrr") > _odds(_head(), "hello")


@given(st.text(max_size=60))
def test_any_text_has_odds_within_bounds(text: str) -> None:
    assert abs(_odds(_head(), text)) <= 2.0


def test_nothing_said_is_what_a_line_without_letters_says() -> None:
    assert _odds(_head(), "") == _odds(_head(), "?!") == pytest.approx(2.0 * np.tanh(-0.5))


def test_a_head_is_read_as_it_was_written(tmp_path: Path) -> None:
    file = tmp_path / "heads" / "kind.npz"
    save_letter_head(_head(), file)
    read = load_word_head(file)
    assert isinstance(read, LetterHead)
    assert _odds(read, "grr now") == pytest.approx(_odds(_head(), "grr now"), abs=0.03)


@pytest.mark.parametrize("spoilt", [{"longest": 0}, {"most": float("nan")}, {"intercept": np.nan}])
def test_a_head_that_makes_no_sense_is_refused(spoilt: dict[str, float], tmp_path: Path) -> None:
    file = tmp_path / "kind.npz"
    save_letter_head(replace(_head(), **spoilt), file)  # type: ignore[arg-type]
    with pytest.raises(ModelError, match="damaged"):
        load_word_head(file)


def test_cues_with_such_a_head_load_no_sentence_model(tmp_path: Path) -> None:
    save_letter_head(_head(), tmp_path / "heads" / "kind.npz")
    text = (
        "rubric: manners\nlanguage: en\nflags:\n  - id: rude\n    kind: cues\n    over: line\n"
        "    bias: -3\n    at_worst: 0\n    head: kind\n    cues:\n"
        "      - {weight: 6, phrases: [scoundrel]}\n      - {weight: -9, phrases: [said he]}\n"
    )
    file = tmp_path / "manners.yaml"
    file.write_text(text, encoding="utf-8")
    rubric = read_rubric(file)

    class NoModel(Tools):
        @property
        def embedder(self) -> object:  # type: ignore[override]
            raise AssertionError("a sentence model was asked for")

    lines = ["you scoundrel", "grr", "hello there", "scoundrel, said he", "hello, said he"]
    tried = try_lines(rubric, "rude", lines, NoModel())
    assert [trial.hit for trial in tried] == [True, False, False, False, False]
    insult, growl, plain, quoted, said = (trial.score or 0.0 for trial in tried)
    assert insult > growl > plain
    assert quoted > 0.01 < said, "what speaks against it takes no more away than was given"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_shipped_heads_never_flag_by_themselves(language: str) -> None:
    flag = load_rubric("risk", language).flag("abuse")
    assert flag is not None and isinstance(flag.rule, Cues) and flag.rule.head is not None
    head = Tools().word_head(flag.rule.head, None)
    weights = [cue.weight for cue in flag.rule.cues]
    weak = sum(2 * weight for weight in weights if 0 < weight < 3)
    strong = min(weight for weight in weights if weight >= 3)
    assert flag.rule.threshold == 0.5
    assert flag.rule.bias + weak + head.most < 0 <= flag.rule.bias + strong - head.most


def test_it_is_said_who_abuses() -> None:
    rubric = load_rubric("risk", "en")
    flag = rubric.flag("abuse")
    assert flag is not None
    said = (
        Utterance(0, Role.CUSTOMER, "customer", "You are a complete moron.", "en"),
        Utterance(1, Role.AGENT, "agent", "Shut your mouth, you idiot.", "en"),
    )
    told = Context(CallView(Transcript("en", said)), rubric, Tools(), KINDS).judge(flag.rule)
    assert "said by the customer: “You are a complete moron”" in told.explanation
    assert "said by the agent" in told.explanation
