"""How well the flags ``abuse`` and ``fraud`` agree with people: a section of ``docs/accuracy.md``.

Heads are measured on lines that they were not fitted on. Flags are raised on whole calls, as they
are imported. Labels made by hand are in ``benchmarks/labels`` and name places, never words. This
module does not know the other flags.
"""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import train_abuse_head as train
from benchmarks.accuracy_packs import half
from benchmarks.evaluation import percent, table
from qa_inspect.domain import Role, Transcript, Utterance
from qa_inspect.rubric.checks.context import Context
from qa_inspect.rubric.checks.table import KINDS
from qa_inspect.rubric.load import load_rubric
from qa_inspect.rubric.tools import Tools
from qa_inspect.rubric.view import CallView

LABELS = Path(__file__).parent / "labels" / "zh_abuse_calls.csv"
TARGETS = {"en": 0.94, "zh": 0.92}
HEADER = ("what", "data", "how it is split", "measured", "target")
BINS = (0.0, 0.01, 0.05, 0.2, 0.5, 0.9, 0.97, 0.99, 1.0)

Turn = tuple[str, str]
"""Who says it (``agent`` or ``customer``) and the text."""


@dataclass(frozen=True, slots=True)
class Raised:
    """Where a flag was raised: the call, the utterance and who spoke."""

    call: str
    utterance: int
    role: Role


def section(data: Path) -> str:
    """Three tables in Markdown; about a minute of processor time."""
    rows: list[Sequence[str]] = []
    reliable: list[str] = []
    for language in train.SETTINGS:
        lines = train.read(data, language)
        rows += _curves(lines)
        reliable.append(_reliability(lines))
    return "\n\n".join(
        [
            "## Abuse and fraud",
            "`abuse` adds a head of hashed runs of letters to its cues; no sentence vector is "
            "asked. A head is fitted on nine tenths, or one half, and measured on the rest; lines "
            "that read alike are in one part. Cues and settings were chosen on the same lines, "
            "and so were the phrases of `fraud`: those figures are of development.",
            table(HEADER, rows),
            "Flags on whole calls:",
            table(HEADER, [*_abuse_calls(data), *_fraud(data)]),
            "How far the score of `abuse` can be believed: lines by score, ten folds. "
            "A line of 50 % or more is flagged, and only a listed insult brings it there.",
            *reliable,
        ]
    )


def _curves(lines: train.Labelled) -> list[Sequence[str]]:
    setting = train.SETTINGS[lines.language]
    what = f"{len(lines.texts)} lines of `{setting.data}`"
    halves = np.array([half(text) for text in lines.texts])
    folded, crossed = train.held_back(lines, lines.folds), train.held_back(lines, halves)
    both = lines.cues + crossed
    parts = [train.auc(both[halves == h], lines, halves == h) for h in (0, 1)]
    name = f"abuse, {lines.language}"
    target = f"AUC ≥ {TARGETS[lines.language]}"
    split = "ten folds"
    return [
        (f"{name}", what, split, f"AUC {train.auc(lines.cues + folded, lines):.3f}", target),
        (f"{name}", what, "halves", f"AUC {parts[0]:.3f} and {parts[1]:.3f}", ""),
        (f"{name}, head alone", what, split, f"AUC {train.auc(folded, lines):.3f}", ""),
        (f"{name}, cues alone", what, "", f"AUC {train.auc(lines.cues, lines):.3f}", ""),
    ]


def _reliability(lines: train.Labelled) -> str:
    bias = _rule(lines.language, "abuse").bias
    odds = bias + lines.cues + train.held_back(lines, lines.folds)
    scores = 1.0 / (1.0 + np.exp(-odds))
    rows = []
    for low, high in pairwise(BINS):
        there = (scores >= low) & ((scores < high) | (high == 1.0))
        if there.any():
            means = percent(float(scores[there].mean())), percent(float(lines.abuse[there].mean()))
            rows.append((f"{percent(low)} to {percent(high)}", int(there.sum()), *means))
    own = train.SETTINGS[lines.language].data
    return table((f"score, `{own}`", "lines", "mean score", "are abuse"), rows)


def _abuse_calls(data: Path) -> list[Sequence[str]]:
    calls = dict(phone_calls(data))
    raised = raised_on("zh", "abuse", calls)
    with LABELS.open(encoding="utf-8") as file:
        read = {(row["call"], int(row["turn"])): row["abuse"] for row in csv.DictReader(file)}
    judged = [read.get((one.call, one.utterance), "not read") for one in raised]
    told = ", ".join(f"{judged.count(answer)} {answer}" for answer in sorted(set(judged)))
    rows: list[Sequence[str]] = []
    for role, most in ((Role.AGENT, 3), (Role.CUSTOMER, 8)):
        flagged = {one.call for one in raised if one.role is role}
        share = f"{len(flagged)} of {len(calls)} ({percent(len(flagged) / len(calls))})"
        rows.append((f"abuse by the {role.value}", "`zh_phone_calls`", "", share, f"≤ {most} %"))
    own = f"abuse? {told or 'none flagged'}"
    return [*rows, ("flagged lines read by hand", "`zh_phone_calls`", "", own, "")]


def _fraud(data: Path) -> list[Sequence[str]]:
    scams = {
        str(row["id"]): [("agent", str(row["text"]))] for row in rows_of(data, "scam_robocalls")
    }
    found = {one.call for one in raised_on("en", "fraud", scams)}
    calm = dict(phone_calls(data)), conversations(data)
    alarms = [
        len({one.call for one in raised_on(language, "fraud", calls)})
        for language, calls in zip(("zh", "en"), calm, strict=True)
    ]
    total = sum(len(calls) for calls in calm)
    false = f"{sum(alarms)} of {total} calls ({percent(sum(alarms) / total)})"
    both = "`zh_phone_calls` and `en_customer_turns`"
    return [
        ("fraud found", "`scam_robocalls`", "", f"{len(found)} of {len(scams)}", "all"),
        ("fraud, false alarms", both, "", false, "≤ 0.5 %"),
    ]


def raised_on(language: str, flag: str, calls: Mapping[str, Sequence[Turn]]) -> list[Raised]:
    """Where a flag of the risk pack is raised on calls, by the evidence's utterances."""
    rubric, rule, tools = load_rubric("risk", language), _rule(language, flag), Tools()
    found = []
    for call, turns in calls.items():
        said = (Utterance(i, Role(who), who, what, language) for i, (who, what) in enumerate(turns))
        transcript = Transcript(language, tuple(said))
        outcome = Context(CallView(transcript), rubric, tools, KINDS).judge(rule)
        if outcome.judged and outcome.found:
            at = dict.fromkeys(proof.utterance or 0 for proof in outcome.evidence)
            found += [Raised(call, i, transcript.utterances[i].role) for i in at]
    return found


def _rule(language: str, flag: str) -> Any:
    entry = load_rubric("risk", language).flag(flag)
    if entry is None:
        raise KeyError(flag)
    return entry.rule


def phone_calls(data: Path) -> Iterator[tuple[str, list[Turn]]]:
    """The calls of ``zh_phone_calls`` by their id."""
    for call in rows_of(data, "zh_phone_calls"):
        yield str(call["id"]), [(str(turn["role"]), str(turn["text"])) for turn in call["turns"]]


def conversations(data: Path) -> Mapping[str, list[Turn]]:
    """The customer's turns alone, for want of the others."""
    found: dict[str, list[Turn]] = defaultdict(list)
    for row in rows_of(data, "en_customer_turns"):
        found[str(row["conversation"])].append(("customer", str(row["text"])))
    return found


def rows_of(data: Path, name: str) -> list[dict[str, Any]]:
    """The lines of one of the sets of text."""
    with (data / "text" / f"{name}.jsonl").open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]
