"""The lines that the emotion head learns from, and how it is measured."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from benchmarks.accuracy_emotion import UNSEEN_LINES
from benchmarks.train_emotion_head import (
    CALLS,
    TELEVISION,
    Line,
    Lines,
    blocks,
    fit,
    held_back,
    mean_auc,
    read_own,
    read_television,
    weigh,
)
from qa_inspect.rubric.folding import fold
from qa_inspect.rubric.head_training import gram_matrix
from qa_inspect.rubric.yaml_tree import parse


def unseen() -> list[str]:
    groups = parse(UNSEEN_LINES.read_text(encoding="utf-8")).data.values()
    return [text for labels in groups for texts in labels.values() for text in texts]


def test_every_language_has_as_many_upset_as_calm_service_lines() -> None:
    own = Counter((line.language, line.upset) for line in read_own() if line.source == CALLS)
    assert set(own.values()) == {20}
    assert {language for language, _ in own} == {"en", "zh", "id", "vi", "th", "ms"}


def test_no_line_is_both_learned_from_and_measured_on() -> None:
    learned = Counter(fold(line.text) for line in read_own())
    assert max(learned.values()) == 1
    assert not set(learned) & {fold(text) for text in unseen()}


@pytest.mark.shared_data
def test_no_line_of_the_evaluation_data_is_among_our_own(shared_data: Path) -> None:
    theirs = {fold(line.text) for line in read_television(shared_data)}
    ours = [line.text for line in read_own()] + unseen()
    assert not [text for text in ours if fold(text) in theirs]


def test_folds_are_neighbours() -> None:
    folds = blocks(23, 5)
    assert folds.tolist() == sorted(folds)
    assert np.bincount(folds).tolist() == [5, 5, 4, 5, 4]


def toy() -> Lines:
    """Upset lines lean to the first axis; each source has a base of its own on the third."""
    rng = np.random.default_rng(0)
    lines, rows = [], []
    for source, base in ((TELEVISION, 0.0), (CALLS, 3.0), ("zh_talk", -3.0)):
        for at in range(30):
            upset = at % 3 != 0 if source == TELEVISION else at % 2 == 0
            lines.append(Line(f"{source} {at}", upset, source, "zh"))
            rows.append([1.0 if upset else -1.0, rng.normal(), base])
    texts = [line.text for line in lines]
    return Lines(tuple(lines), np.array(rows) + rng.normal(size=(90, 3)), gram_matrix(texts))


def test_what_is_told_apart_is_mood_and_not_the_source() -> None:
    data = toy()
    everything = np.ones(90, dtype=bool)
    weights = fit(data, everything)
    assert weights[0][0] > 5 * abs(weights[0][2])
    assert mean_auc(weigh(data, np.arange(90), weights), data.upset, blocks(90, 1)) > 0.8


def test_lines_held_back_are_not_learned_from() -> None:
    data = toy()
    everything = np.ones(90, dtype=bool)
    television = data.of(TELEVISION)
    noise = Lines(data.lines, np.random.default_rng(1).normal(size=(90, 40)), data.grams)
    folds = blocks(len(television), 2)
    seen = weigh(noise, television, fit(noise, everything))
    labels = data.upset[television]
    assert mean_auc(seen, labels, folds) > 0.7
    assert mean_auc(held_back(noise, TELEVISION, folds, everything), labels, folds) < 0.65
