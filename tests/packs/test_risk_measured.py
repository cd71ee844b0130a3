"""Abuse and fraud against people's labels. Full figures are for `docs/accuracy.md`; here is only
what must not get lost."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from benchmarks import train_abuse_head as train
from benchmarks.accuracy_risk import raised_on
from qa_inspect.domain import Role
from qa_inspect.rubric.load import load_rubric
from qa_inspect.rubric.trial import try_lines

pytestmark = pytest.mark.shared_data


def _rows(folder: Path, name: str) -> list[dict[str, Any]]:
    with (folder / "text" / f"{name}.jsonl").open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


@pytest.mark.parametrize(("language", "least"), [("en", 0.93), ("zh", 0.91)])
def test_a_head_of_half_the_lines_knows_abuse_in_the_other_half(
    language: str, least: float, shared_data: Path
) -> None:
    lines = train.read(shared_data, language)
    known = lines.folds % 2 == 0
    head = train.fit(lines, known)
    odds = head.odds([lines.texts[int(at)] for at in np.flatnonzero(~known)])
    assert train.auc(lines.cues[~known] + odds, lines, ~known) >= least


@pytest.mark.parametrize(("language", "least"), [("en", 0.95), ("zh", 0.93)])
def test_rubric_try_ranks_abuse(language: str, least: float, shared_data: Path) -> None:
    setting = train.SETTINGS[language]
    rows = _rows(shared_data, setting.data)[::6]
    tried = try_lines(load_rubric("risk", language), "abuse", [row[setting.field] for row in rows])
    abuse = [row["severity"] < 0 if "severity" in row else row["offensive"] for row in rows]
    # the heads have seen these lines: this guards the path to them
    assert roc_auc_score(abuse, [trial.score for trial in tried]) >= least


def test_real_chinese_calls_are_seldom_abuse_and_never_fraud(shared_data: Path) -> None:
    calls = {
        str(call["id"]): [(str(turn["role"]), str(turn["text"])) for turn in call["turns"]]
        for call in _rows(shared_data, "zh_phone_calls")
    }
    raised = raised_on("zh", "abuse", calls)
    sides = {role: {one.call for one in raised if one.role is role} for role in Role}
    assert len(sides[Role.AGENT]) <= 0.01 * len(calls)
    assert 3 <= len(sides[Role.CUSTOMER]) <= 0.04 * len(calls)
    assert len(raised_on("zh", "fraud", calls)) <= 0.005 * len(calls)


def test_scams_are_fraud_and_customers_are_not(shared_data: Path) -> None:
    scams = {
        str(row["id"]): [("agent", row["text"])] for row in _rows(shared_data, "scam_robocalls")
    }
    assert {one.call for one in raised_on("en", "fraud", scams)} == set(scams)
    calm: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in _rows(shared_data, "en_customer_turns"):
        calm[str(row["conversation"])].append(("customer", str(row["text"])))
    alarms = {one.call for one in raised_on("en", "fraud", calm)}
    assert len(alarms) <= 0.005 * len(calm)
    assert len({one.call for one in raised_on("en", "abuse", calm)}) <= 0.005 * len(calm)
