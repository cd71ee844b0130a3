"""How well ``emotion`` tells upset lines from others: the section of ``docs/accuracy.md``.

Every figure is of lines that the head in question was not trained on, in folds of neighbouring
lines, so that no scene lies on both sides. Heads of half the data are asked as the product asks:
by ``rubric try``. No text is written. This module does not know the other kinds.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from itertools import combinations
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

from benchmarks.train_emotion_head import (
    CALLS,
    TALK,
    TELEVISION,
    Flags,
    Floats,
    Lines,
    blocks,
    fit,
    head_of,
    held_back,
    mean_auc,
    prepared,
    read_own,
    read_television,
    weigh,
)
from qa_inspect.config import shipped
from qa_inspect.language.embed import Embedder, load_embedder
from qa_inspect.rubric.heads import load_head, save_head
from qa_inspect.rubric.load import read_rubric
from qa_inspect.rubric.tools import Tools
from qa_inspect.rubric.trial import try_lines
from qa_inspect.rubric.yaml_tree import parse

UNSEEN_LINES = Path(__file__).parents[1] / "tests" / "rubric" / "emotion_lines.yaml"
TARGET = 0.68
_RUBRIC = "rubric: e\nitems: [{{id: x, kind: emotion, head: half, around: {around}}}]\n"


def section(data: Path, embedder: Embedder | None = None) -> str:
    """A Markdown section with the figures; about five minutes of processor time."""
    model = embedder or load_embedder()
    lines = prepared([*read_television(data), *read_own()], model)
    labels = lines.upset[lines.of(TELEVISION)]
    halves, tenths = blocks(len(labels), 2), blocks(len(labels), 10)
    alone, in_order = (_tried(lines, model, around) for around in (0, 2))
    everything = np.ones(len(lines.lines), dtype=bool)
    ten = mean_auc(held_back(lines, TELEVISION, tenths, everything), labels, tenths)
    rows = [
        ("each line alone, halves", mean_auc(alone, labels, halves)),
        ("each line alone, tenths (nearly all lines to learn from)", ten),
        (
            "lines in the order they were said, two around read along, halves",
            mean_auc(in_order, labels, halves),
        ),
        (
            "each line alone, never a television line to learn from",
            float(roc_auc_score(labels, _from_own(lines))),
        ),
        (
            "the labels of the four lines around, no word of the line (how far the scene decides)",
            mean_auc(_scene(labels), labels, halves),
        ),
    ]
    agree, chance = _agreement(lines, labels)
    languages = _by_language(model)
    return "\n".join(
        [
            "## Emotion",
            "",
            f"`emotion` on {len(labels):,} lines of Chinese television series with human labels, "
            f"negative ({labels.mean():.0%}) against the rest, by the words alone. Target: AUC "
            f"{TARGET:.2f}.",
            "",
            "| measured on lines not learned from | AUC |",
            "|---|---|",
            *[f"| {name} | {value:.3f} |" for name, value in rows],
            "",
            f"Identical lines have the same label in {agree:.0%} of pairs, where chance is "
            f"{chance:.0%}: the labels follow the scene, with its pictures and voices, more than "
            "the words. That bounds what words alone can reach.",
            "",
            "The shipped head on the project's own service lines that it was not trained on (eight "
            "upset, eight calm a language):",
            "",
            "| " + " | ".join(languages) + " |",
            "|" + "---|" * len(languages),
            "| " + " | ".join(f"{value:.2f}" for value in languages.values()) + " |",
            "",
        ]
    )


def _tried(lines: Lines, model: Embedder, around: int) -> Floats:
    """Scores of television lines by ``rubric try``, each half asked of the other half's head."""
    television = lines.of(TELEVISION)
    halves = blocks(len(television), 2)
    scores = np.zeros(len(television))
    tools = Tools(model)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for half in (0, 1):
            given = np.ones(len(lines.lines), dtype=bool)
            given[television[halves == half]] = False
            rubric = folder / str(half) / "e.yaml"
            save_head(head_of(lines, given), rubric.parent / "heads" / "half.npz")
            rubric.write_text(_RUBRIC.format(around=around), encoding="utf-8")
            texts = [lines.lines[at].text for at in television[halves == half]]
            told = try_lines(read_rubric(rubric), "x", texts, tools)
            scores[halves == half] = [trial.score or 0.0 for trial in told]
    return scores


def _from_own(lines: Lines) -> Floats:
    given = np.zeros(len(lines.lines), dtype=bool)
    for source in (CALLS, TALK):
        given[lines.of(source)] = True
    return weigh(lines, lines.of(TELEVISION), fit(lines, given))


def _scene(labels: Flags) -> Floats:
    """How many of the two lines before and the two after are negative."""
    around = np.zeros(len(labels))
    for distance in (1, 2):
        around[distance:] += labels[:-distance]
        around[:-distance] += labels[distance:]
    return around


def _agreement(lines: Lines, labels: Flags) -> tuple[float, float]:
    """The share of pairs of identical lines with one label, and what chance would give."""
    given: dict[str, list[bool]] = defaultdict(list)
    for at, label in zip(lines.of(TELEVISION), labels, strict=True):
        given[lines.lines[at].text].append(bool(label))
    pairs = [a == b for found in given.values() for a, b in combinations(found, 2)]
    share = float(labels.mean())
    return float(np.mean(pairs)), share**2 + (1 - share) ** 2


def _by_language(model: Embedder) -> dict[str, float]:
    head = load_head(shipped("models") / "heads" / "emotion.npz")
    found: dict[str, float] = {}
    for language, labels in parse(UNSEEN_LINES.read_text(encoding="utf-8")).data.items():
        texts = [*labels["yes"], *labels["no"]]
        upset = [True] * len(labels["yes"]) + [False] * len(labels["no"])
        scores = head.scores(model.embed(texts), texts)
        found[language] = float(roc_auc_score(upset, scores))
    return found
