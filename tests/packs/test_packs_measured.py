"""The packs against people's labels, on small halves of the evaluation data.

Full figures, on all of it, are for `docs/accuracy.md`; here is only what must not get lost.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from scipy.stats import spearmanr
from sklearn.metrics import roc_auc_score

from qa_inspect.domain import Metadata, Role, Transcript, Utterance
from qa_inspect.language.embed import CachedEmbedder
from qa_inspect.rubric.load import load_rubric
from qa_inspect.rubric.score import judge_call
from qa_inspect.rubric.tools import Tools
from qa_inspect.rubric.trial import try_lines

pytestmark = [pytest.mark.shared_data, pytest.mark.models]


def _part(path: Path, keys: Sequence[str], most: int) -> list[dict[str, Any]]:
    """Evenly spread rows of the half by which no weight was set (odd md5 of ``keys``)."""
    with path.open(encoding="utf-8") as file:
        rows = (json.loads(line) for line in file)
        odd = [row for row in rows if _digest("".join(str(row[key]) for key in keys)) % 2]
    return odd[:: max(1, len(odd) // most)][:most]


def _digest(text: str) -> int:
    return int(hashlib.md5(text.encode(), usedforsecurity=False).hexdigest(), 16)


def _scores(pack: str, item: str, lines: Sequence[str], model: CachedEmbedder) -> list[float]:
    trials = try_lines(load_rubric(pack, "en"), item, lines, Tools(model))
    return [trial.score or 0.0 for trial in trials]


def test_politeness_follows_people(shared_data: Path, sentence_model: CachedEmbedder) -> None:
    rows = _part(shared_data / "text" / "en_politeness.jsonl", ["id"], 250)
    scores = _scores("support", "politeness", [row["text"] for row in rows], sentence_model)
    assert spearmanr(scores, [row["score"] for row in rows])[0] >= 0.36  # 0.46 on all of that half


def test_abuse_follows_people(shared_data: Path, sentence_model: CachedEmbedder) -> None:
    rows = _part(shared_data / "text" / "en_abuse.jsonl", ["user", "agent"], 400)
    scores = _scores("risk", "abuse", [row["user"] for row in rows], sentence_model)
    assert roc_auc_score([row["severity"] < 0 for row in rows], scores) >= 0.9


def test_scam_calls_are_fraud(shared_data: Path, sentence_model: CachedEmbedder) -> None:
    with (shared_data / "text" / "scam_robocalls.jsonl").open(encoding="utf-8") as file:
        lines = [json.loads(line)["text"] for line in file]
    assert min(_scores("risk", "fraud", lines, sentence_model)) > 0.5


def test_ordinary_customers_raise_no_alarm(
    shared_data: Path, sentence_model: CachedEmbedder
) -> None:
    rows = _part(shared_data / "text" / "en_customer_turns.jsonl", ["conversation"], 500)
    lines = [str(row["text"]) for row in rows]
    for flag in ("threat", "fraud", "self_harm"):
        trials = try_lines(load_rubric("risk", "en"), flag, lines, Tools(sentence_model))
        assert sum(trial.hit for trial in trials) <= len(lines) * 0.005, flag


def test_real_chinese_agents_greet_and_seldom_offend(
    shared_data: Path, sentence_model: CachedEmbedder
) -> None:
    calls = _part(shared_data / "text" / "zh_phone_calls.jsonl", ["id"], 20)
    packs = [load_rubric("support", "zh"), load_rubric("risk", "zh")]
    tools = Tools(sentence_model)
    greeted, abused = 0, 0
    for call in calls:
        turns = [turn for turn in call["turns"] if len(turn["text"]) > 1][:12]
        utterances = tuple(
            Utterance(at, Role(turn["role"]), turn["role"], turn["text"], "zh")
            for at, turn in enumerate(turns)
        )
        verdict = judge_call(Transcript("zh", utterances), Metadata(), packs, tools)
        greeted += any(c.item == "greeting" and c.status == "pass" for c in verdict.checks)
        abused += any(flag.flag == "abuse" for flag in verdict.flags)
    assert greeted >= 0.9 * len(calls)
    assert abused <= max(1, 0.08 * len(calls))
