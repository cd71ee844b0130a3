"""How much a flag can be believed: measures it and fits the ``calibration`` of the risk packs.

    python -m benchmarks.calibrate_flags path/to/evaluation/data [--write]

The evidence is of three kinds. Flags that the packs raise on whole conversations were read by hand
(``benchmarks/labels``; doubtful ones count half). ``fraud`` was raised on known scam calls. Lines
labelled as abuse or not were scored by heads that had not seen them. A calibration is fitted for a
flag of a language where there are at least ``LEAST`` of its flags, held towards the author's bound
by ``PRIOR`` flags' worth of belief, so that little evidence moves little. With ``--write`` the
lines are put into the packs.

The shares hold where the thing is about as frequent as in these data. In a calmer centre fewer of
the flags are right, which `qa-inspect evaluate flags` shows on labelled calls of one's own.
"""

from __future__ import annotations

import argparse
import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.isotonic import IsotonicRegression

from benchmarks import train_abuse_head as train
from benchmarks.accuracy_packs import half
from benchmarks.accuracy_risk import LABELS, Turn, conversations, phone_calls, rows_of
from qa_inspect.config import shipped
from qa_inspect.domain import Role, Transcript, Utterance
from qa_inspect.rubric.checks.context import Context
from qa_inspect.rubric.checks.cues import Cues
from qa_inspect.rubric.checks.quantity import SINGLE
from qa_inspect.rubric.checks.table import KINDS
from qa_inspect.rubric.load import load_rubric
from qa_inspect.rubric.schema import FlagRule, Rule
from qa_inspect.rubric.tools import Tools
from qa_inspect.rubric.view import CallView

READ = Path(__file__).parent / "labels" / "flags_read.csv"
LANGUAGES = ("en", "zh")
LEAST = 10
PRIOR = 10
GROUP = 20
"""Flags that a point of a calibration stands on at least, where there are so many."""
MOST_POINTS = 4
_RIGHT = {"yes": 1.0, "doubtful": 0.5, "no": 0.0}


@dataclass(frozen=True, slots=True)
class Judged:
    """A flag that was raised: the strength of its evidence (0–1), whether people find it right
    (0–1), and the half of the data it belongs to."""

    language: str
    flag: str
    data: str
    strength: float
    right: float
    half: int


def evidence(data: Path) -> tuple[list[Judged], int]:
    """Every raised flag that people judged, and how many flags nobody has read."""
    found, unread = _on_calls(data)
    for language in train.SETTINGS:
        found += _on_lines(train.read(data, language))
    return found, unread


def _on_calls(data: Path) -> tuple[list[Judged], int]:
    read = _labels()
    found: list[Judged] = []
    unread = 0
    for name, language, calls in _sets(data):
        for call, flag, strength in _raised(language, calls):
            scam = name == "scam_robocalls" and flag == "fraud"
            right = 1.0 if scam else read.get((name, call, flag))
            if right is None:
                unread += 1
            else:
                found.append(Judged(language, flag, name, strength, right, half(call)))
    return found, unread


def _labels() -> Mapping[tuple[str, str, str], float]:
    with READ.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    read = {(row["data"], row["call"], row["flag"]): _RIGHT[row["right"]] for row in rows}
    with LABELS.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            key = ("zh_phone_calls", row["call"], "abuse")
            read[key] = max(read.get(key, 0.0), _RIGHT[row["abuse"]])
    return read


def _sets(data: Path) -> Iterator[tuple[str, str, Mapping[str, Sequence[Turn]]]]:
    yield "zh_phone_calls", "zh", dict(phone_calls(data))
    yield "en_customer_turns", "en", conversations(data)
    yield "en_satisfaction", "en", dict(_dialogues(data))
    scams = rows_of(data, "scam_robocalls")
    yield "scam_robocalls", "en", {str(row["id"]): [("agent", str(row["text"]))] for row in scams}


def _dialogues(data: Path) -> Iterator[tuple[str, list[Turn]]]:
    for at, row in enumerate(rows_of(data, "en_satisfaction")):
        said = [(str(turn["role"]), str(turn["text"] or "")) for turn in row["turns"]]
        yield str(at), [("customer" if who == "USER" else "agent", text) for who, text in said]


def _raised(language: str, calls: Mapping[str, Sequence[Turn]]) -> Iterator[tuple[str, str, float]]:
    """Call, flag and strength. Flags that compare by meaning are left out: they take too long."""
    rubric, tools = load_rubric("risk", language), Tools()
    asked = [entry for entry in rubric.flags if not _by_meaning(entry.rule)]
    for call, turns in calls.items():
        said = (Utterance(i, Role(who), who, what, language) for i, (who, what) in enumerate(turns))
        context = Context(CallView(Transcript(language, tuple(said))), rubric, tools, KINDS)
        for entry in asked:
            outcome = context.judge(entry.rule)
            if outcome.judged and outcome.found:
                yield call, entry.id, outcome.strength


def _by_meaning(rule: Rule) -> bool:
    return any(getattr(one, "examples", ()) for one in rule.every_rule())


def _on_lines(lines: train.Labelled) -> list[Judged]:
    rule = _flag(lines.language, "abuse").rule
    if not isinstance(rule, Cues):
        raise TypeError("abuse is no longer a rule of cues")
    odds = rule.bias + lines.cues + train.held_back(lines, lines.folds)
    scores = 1.0 / (1.0 + np.exp(-odds))
    own = train.SETTINGS[lines.language].data
    return [
        Judged(lines.language, "abuse", own, float(score) * SINGLE, float(abuse), half(text))
        for score, abuse, text in zip(scores, lines.abuse, lines.texts, strict=True)
        if score >= rule.threshold
    ]


def _flag(language: str, name: str) -> FlagRule:
    entry = load_rubric("risk", language).flag(name)
    if entry is None:
        raise KeyError(name)
    return entry


def by_flag(judged: Sequence[Judged]) -> Mapping[tuple[str, str], list[Judged]]:
    """The judged flags of each language and flag."""
    found: dict[tuple[str, str], list[Judged]] = {}
    for one in judged:
        found.setdefault((one.language, one.flag), []).append(one)
    return dict(sorted(found.items()))


def fit(judged: Sequence[Judged], bound: float) -> tuple[tuple[float, float], ...]:
    """The calibration that judged flags of one kind speak for; none for fewer than ``LEAST``.

    Flags are grouped by strength; a group's share right is drawn towards ``bound`` times its
    strength, and shares are made rising by pooling neighbours (isotonic regression).
    """
    if len(judged) < LEAST:
        return ()
    groups = _groups(sorted(judged, key=lambda one: one.strength))
    strengths = np.array([np.mean([one.strength for one in group]) for group in groups])
    sizes = np.array([len(group) for group in groups])
    right = np.array([sum(one.right for one in group) for group in groups])
    shares = (right + PRIOR * bound * strengths) / (sizes + PRIOR)
    rising = IsotonicRegression().fit(strengths, shares, sample_weight=sizes + PRIOR)
    points: list[tuple[float, float]] = []
    for at, share in zip(strengths, rising.predict(strengths), strict=True):
        point = round(float(at), 3), round(float(share), 2)
        if not points or point[1] > points[-1][1]:
            points.append(point)
    return tuple(points)


def _groups(judged: Sequence[Judged]) -> list[list[Judged]]:
    """Flags of like strength together, in at most ``MOST_POINTS`` groups."""
    least = max(GROUP, -(-len(judged) // MOST_POINTS))
    groups: list[list[Judged]] = [[]]
    for one in judged:
        full = len(groups[-1]) >= least and one.strength > groups[-1][-1].strength + 1e-3
        if full:
            groups.append([])
        groups[-1].append(one)
    if len(groups) > 1 and len(groups[-1]) < GROUP:
        last = groups.pop()
        groups[-1] += last
    return groups


def write(language: str, flag: str, points: Sequence[tuple[float, float]], number: int) -> None:
    """Puts a calibration fitted on ``number`` flags into a pack, in place of the one it has; none
    takes it out."""
    path = shipped("rubrics") / f"risk.{language}.yaml"
    text = path.read_text(encoding="utf-8")
    start = re.search(rf"(?m)^  - id: {re.escape(flag)}$", text)
    if start is None:
        raise KeyError(flag)
    after = text.find("\n  - id: ", start.end())
    end = len(text) if after < 0 else after
    entry = re.sub(r"(?m)^    calibration: .*\n", "", text[start.start() : end])
    if points:
        told = ", ".join(f"[{at:g}, {share:g}]" for at, share in points)
        line = f"    calibration: [{told}]  # of {number} flags, see docs/accuracy.md\n"
        entry = re.sub(r"(?m)^(    confidence: .*\n)", rf"\g<1>{line}", entry, count=1)
    path.write_text(text[: start.start()] + entry + text[end:], encoding="utf-8")


def main() -> None:
    """Prints the calibrations, and with ``--write`` puts them into the packs."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, help="folder of evaluation data")
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    judged, unread = evidence(asked.data)
    for (language, flag), own in by_flag(judged).items():
        points = fit(own, _flag(language, flag).confidence)
        right = sum(one.right for one in own)
        print(f"{language} {flag}: {right:g} of {len(own)} right: {points or 'too few'}")
        if asked.write:
            write(language, flag, points, len(own))
    print(f"{unread} flags on conversations were not read by anybody")


if __name__ == "__main__":
    main()
