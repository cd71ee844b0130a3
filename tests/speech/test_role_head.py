"""The trained heads for roles: what they store, what they refuse, and that they say something."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_inspect.config import shipped
from qa_inspect.errors import ModelError
from qa_inspect.speech.role_head import BUCKETS, HEAD, buckets, head_odds, load_heads
from qa_inspect.speech.role_meaning import load_meaning_head, weigh_meaning


class Flat:
    """An embedder whose every vector is the same."""

    model = "flat"

    def embed(self, texts: list[str]) -> np.ndarray:
        return np.full((len(texts), 384), 384**-0.5, dtype=np.float32)


def test_the_shipped_heads_know_agents_from_customers() -> None:
    assert head_odds(["您好，很高兴为您服务，请问有什么可以帮您？"], "zh") > 1.0
    assert head_odds(["你们怎么还没给我退款？我都打了三次电话了"], "zh") < -1.0
    assert head_odds(["Is there anything else I can help you with?"], "en") > 0.5
    assert head_odds(["I want to find a cheap hotel, I need it for two nights"], "en") < -0.5


def test_a_language_without_labelled_calls_has_no_head() -> None:
    assert head_odds(["Selamat pagi"], "id") == 0.0
    assert head_odds([], "zh") == 0.0


def test_the_heads_hold_numbers_only_and_are_small() -> None:
    files = [shipped("models") / HEAD, shipped("models") / "heads" / "role_meaning.npz"]
    for file in files:
        assert file.stat().st_size < 200_000
        with np.load(file, allow_pickle=False) as stored:
            assert {stored[name].dtype.kind for name in stored.files} <= {"i", "f"}


def test_numbers_case_and_punctuation_do_not_matter() -> None:
    assert head_odds(["My number is 12."], "en") == head_odds(["my number is 3456789"], "en")
    assert head_odds(["尾号一二三四"], "zh") == head_odds(["尾号，八八！"], "zh")


@given(st.text(max_size=60), st.sampled_from(["zh", "en"]))
def test_every_text_has_buckets_within_the_table(text: str, language: str) -> None:
    found = buckets(text, language, 1, 4)
    assert found.dtype == np.int64
    assert not found.size or (found.min() >= 0 and found.max() < BUCKETS)


def test_what_is_said_counts_whatever_the_order() -> None:
    said = ["好的先生", "我帮您查一下", "请您稍等"]
    assert head_odds(said, "zh") == pytest.approx(head_odds(said[::-1], "zh"))


def test_a_damaged_head_is_refused_in_one_sentence(tmp_path: Path) -> None:
    broken = tmp_path / "roles.npz"
    broken.write_bytes(b"not a head")
    for load in (load_heads, load_meaning_head):
        with pytest.raises(ModelError, match="cannot be read"):
            load(broken)
    np.savez(broken, zh_weights=np.zeros(5, np.int8), zh_scale=1.0, zh_lengths=[1, 3])
    with pytest.raises(ModelError, match="cannot be read"):
        load_heads(broken)


def test_meaning_needs_both_sides_and_is_bounded() -> None:
    assert weigh_meaning(Flat(), ["Hello."], []) == 0.0
    assert weigh_meaning(Flat(), ["Hello."], ["  "]) == 0.0
    assert weigh_meaning(Flat(), ["Hello."], ["Goodbye."]) == pytest.approx(0.0, abs=1e-5)
    assert abs(weigh_meaning(Flat(), ["Hello."] * 20, ["Goodbye."])) <= 2.0
