"""Runs of letters have the sums that zlib gives, whatever the script, text by text."""

from __future__ import annotations

import zlib

from hypothesis import given
from hypothesis import strategies as st

from qa_inspect.language.letter_runs import crc_runs

TEXTS = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=30), max_size=5)


def _one_by_one(text: str, longest: int) -> list[int]:
    framed = [f" {word} " for word in text.split()]
    return sorted(
        zlib.crc32(word[at : at + length].encode())
        for word in framed
        for length in range(1, longest + 1)
        for at in range(len(word) - length + 1)
    )


@given(TEXTS, st.integers(1, 10))
def test_all_at_once_is_one_by_one(texts: list[str], longest: int) -> None:
    owners, sums = crc_runs(texts, longest)
    for at, text in enumerate(texts):
        assert sorted(sums[owners == at].tolist()) == _one_by_one(text, longest)
    assert len(sums) == sum(len(_one_by_one(text, longest)) for text in texts)


def test_letters_of_one_to_four_bytes() -> None:
    texts = ["né 我们 ไทย 𠮷a", "plain"]
    owners, sums = crc_runs(texts, 3)
    assert sorted(sums[owners == 0].tolist()) == _one_by_one(texts[0], 3)


def test_nothing_has_no_runs() -> None:
    owners, sums = crc_runs(["", "  "], 3)
    assert not len(owners) and not len(sums)
