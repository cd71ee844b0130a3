"""The packs against people's labels, on small halves of the evaluation data.

Full figures, on all of it, are for `docs/accuracy.md`; here is only what must not get lost.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from statistics import quantiles
from typing import Any

import pytest
from scipy.stats import spearmanr
from sklearn.metrics import f1_score, roc_auc_score

from qa_inspect.domain import Metadata, Role, Transcript, Utterance
from qa_inspect.language.embed import CachedEmbedder
from qa_inspect.rubric.load import load_rubric
from qa_inspect.rubric.score import judge_call
from qa_inspect.rubric.tools import Tools
from qa_inspect.rubric.trial import try_lines

LABELS = Path(__file__).parents[2] / "benchmarks" / "labels"

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
    rows = _part(shared_data / "text" / "en_politeness.jsonl", ["id"], 100)
    scores = _scores("support", "politeness", [row["text"] for row in rows], sentence_model)
    people = [row["score"] for row in rows]
    # the head has seen these lines (0.52 and 0.85 on lines it has not): this guards the path to it
    assert spearmanr(scores, people)[0] >= 0.6
    low, high = quantiles(people, n=4)[::2]
    ends = [(score, own >= high) for score, own in zip(scores, people, strict=True)]
    ends = [end for end, own in zip(ends, people, strict=True) if own <= low or own >= high]
    assert roc_auc_score([polite for _, polite in ends], [score for score, _ in ends]) >= 0.9


def test_abuse_follows_people(shared_data: Path, sentence_model: CachedEmbedder) -> None:
    rows = _part(shared_data / "text" / "en_abuse.jsonl", ["user", "agent"], 300)
    scores = _scores("risk", "abuse", [row["user"] for row in rows], sentence_model)
    assert roc_auc_score([row["severity"] < 0 for row in rows], scores) >= 0.9


def test_greetings_and_closings_are_those_that_a_person_heard(shared_data: Path) -> None:
    with (shared_data / "text" / "zh_phone_calls.jsonl").open(encoding="utf-8") as file:
        calls = [json.loads(line) for line in file]
    said = {(str(c["id"]), str(t["idx"])): t["text"] for c in calls for t in c["turns"]}
    with (LABELS / "zh_greeting_closing.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["half"] == "afresh"]
    texts = [said[row["call"], row["turn"]] for row in rows]
    for item in ("greeting", "closing"):
        hits = [trial.hit for trial in try_lines(load_rubric("support", "zh"), item, texts)]
        own = [(hit, row[item] == "yes") for hit, row in zip(hits, rows, strict=True)
               if row[item] != "doubtful"]  # fmt: skip
        assert f1_score([yes for _, yes in own], [hit for hit, _ in own]) >= 0.95


def test_scam_calls_are_fraud(shared_data: Path, sentence_model: CachedEmbedder) -> None:
    with (shared_data / "text" / "scam_robocalls.jsonl").open(encoding="utf-8") as file:
        lines = [json.loads(line)["text"] for line in file]
    assert min(_scores("risk", "fraud", lines, sentence_model)) > 0.5


def test_ordinary_customers_raise_no_alarm(
    shared_data: Path, sentence_model: CachedEmbedder
) -> None:
    rows = _part(shared_data / "text" / "en_customer_turns.jsonl", ["conversation"], 300)
    lines = [str(row["text"]) for row in rows]
    for flag in ("threat", "fraud", "self_harm"):
        trials = try_lines(load_rubric("risk", "en"), flag, lines, Tools(sentence_model))
        assert sum(trial.hit for trial in trials) <= len(lines) * 0.005, flag


def test_real_chinese_agents_greet_and_seldom_offend(
    shared_data: Path, sentence_model: CachedEmbedder
) -> None:
    calls = _part(shared_data / "text" / "zh_phone_calls.jsonl", ["id"], 10)
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
