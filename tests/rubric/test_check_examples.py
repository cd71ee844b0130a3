"""Every kind's example in its docs works when it is copied into a small rubric."""

from __future__ import annotations

import importlib
from pathlib import Path
from textwrap import dedent, indent

import numpy as np
import pytest

from qa_inspect.rubric.checks.table import KINDS
from qa_inspect.rubric.heads import Head, HeadCard, save_head
from qa_inspect.rubric.load import read_rubric

FINDS_BAD_THINGS = ("classifier", "emotion", "learned")


def example(kind: str) -> str:
    module = importlib.import_module(KINDS[kind].check.__module__)
    _, found, text = (module.__doc__ or "").partition("Example::")
    assert found, f"{kind} has no example"
    return dedent(text).strip("\n")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    card = HeadCard("rude", 20, 10, 5, 1.0, 1.0, 1.0, 0.5, "words", "", "2026-01-01")
    save_head(Head(card, np.zeros(8, dtype=np.float32), 0.0), tmp_path / "heads" / "rude.npz")
    return tmp_path


@pytest.mark.parametrize("kind", KINDS)
def test_the_example_of_a_kind_loads_alone(kind: str, folder: Path) -> None:
    text = example(kind)
    if text.startswith("kind:"):
        text = f"items:\n  - id: x\n{indent(text, '    ')}"
    file = folder / "small.yaml"
    file.write_text(f"rubric: small\nlanguage: en\n{text}\n", "utf-8")
    made = read_rubric(file)
    assert len(made.items) + len(made.flags) == 1


@pytest.mark.parametrize("kind", FINDS_BAD_THINGS)
def test_an_example_about_something_bad_earns_nothing_by_finding_it(kind: str) -> None:
    text = example(kind)
    assert text.startswith(("flags:", "kind: none"))
    assert f"kind: {kind}" in text
