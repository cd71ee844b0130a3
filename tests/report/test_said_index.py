"""The index of what was said: every word finds its rows, numbers are not in it."""

from __future__ import annotations

from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from qa_inspect.report.said_index import SaidIndex, pieces, shard_of


def rows_of(index: SaidIndex, piece: str) -> list[int]:
    steps = list(index.parts())[shard_of(piece, index.shards)].get(piece)
    return [] if steps is None else list(accumulate(int(step, 36) for step in steps.split()))


def test_words_and_pairs_of_characters_without_numbers() -> None:
    assert pieces("My card, number 4471 — I'm Năm") == {"my", "card", "number", "năm"}
    assert pieces("我要投诉 now") == {"我要", "要投", "投诉", "now"}


def test_an_empty_list_has_no_files() -> None:
    assert list(SaidIndex().parts()) == []


@given(st.lists(st.lists(st.sampled_from(["card", "number", "refund", "银行卡"]), max_size=4)))
def test_every_word_finds_just_its_rows(said: list[list[str]]) -> None:
    index = SaidIndex()
    for texts in said:
        index.add(texts)
    if not index.shards:
        return
    for word, piece in (("card", "card"), ("refund", "refund"), ("银行卡", "行卡")):
        assert rows_of(index, piece) == [n for n, texts in enumerate(said) if word in texts]
