"""What heads said of texts is remembered, within bounds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from qa_inspect.rubric import known_texts
from qa_inspect.rubric.known_texts import Floats, KnownTexts


class _Lengths:
    """A head that says of a text how long it is, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def __call__(self, texts: Sequence[str]) -> Floats:
        self.asked.append(list(texts))
        return np.array([len(text) for text in texts], dtype=np.float64)


def test_each_text_is_asked_about_once() -> None:
    known, head = KnownTexts(), _Lengths()
    assert known.of(["a", "bb", "a"], head).tolist() == [1.0, 2.0, 1.0]
    assert known.of(["ccc", "bb"], head).tolist() == [3.0, 2.0]
    assert head.asked == [["a", "bb"], ["ccc"]]
    assert known.of([], head).tolist() == []


def test_it_forgets_rather_than_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_texts, "MOST", 2)
    known, head = KnownTexts(), _Lengths()
    known.of(["a", "bb"], head)
    assert known.of(["bb", "ccc"], head).tolist() == [2.0, 3.0]
    assert head.asked[-1] == ["bb", "ccc"]
    assert known.of(["a", "bb", "ccc"], head).tolist() == [1.0, 2.0, 3.0]
