"""Vectors of rubric examples outlive a process, and a damaged file costs only time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from qa_inspect.language.embed import Vector
from qa_inspect.language.kept_vectors import KeptVectors
from qa_inspect.rubric.tools import Tools


def test_what_was_kept_is_there_for_the_next_process(tmp_path: Path) -> None:
    vectors = {text: np.full(4, n, np.float32) for n, text in enumerate(("a", "你好", "\udcff"))}
    KeptVectors(tmp_path / "deep" / "v.npz").put(vectors)
    again = KeptVectors(tmp_path / "deep" / "v.npz").get(["a", "你好", "\udcff", "new"])
    assert set(again) == set(vectors)
    assert all((again[text] == vectors[text]).all() for text in vectors)


def test_a_damaged_file_is_begun_anew(tmp_path: Path) -> None:
    file = tmp_path / "v.npz"
    for damage in (b"", b"PK\x03\x04 not a zip", b"\x93NUMPY"):
        file.write_bytes(damage)
        kept = KeptVectors(file)
        assert kept.get(["a"]) == {}
        kept.put({"a": np.ones(4, np.float32)})
        assert "a" in KeptVectors(file).get(["a"])


def test_a_folder_that_cannot_be_written_costs_only_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    kept = KeptVectors(tmp_path / "file" / "v.npz")
    kept.put({"a": np.ones(4, np.float32)})
    assert "a" in kept.get(["a"])


class Counting:
    """An embedder that counts what it is asked for."""

    model = "counting"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str]) -> Vector:
        """Ones."""
        self.asked += texts
        return np.ones((len(texts), 4), np.float32)


def test_examples_are_embedded_once() -> None:
    embedder = Counting()
    tools = Tools(embedder)
    assert tools.example_vectors(["a", "b", "a"]).shape == (3, 4)
    assert tools.example_vectors(["b"]).shape == (1, 4)
    assert embedder.asked == ["a", "b"]
