"""How often agent and customer are told apart, in calls that nothing was learned from.

    python -m benchmarks.roles path/to/evaluation/data [--meaning] [--json FILE]

Chinese calls and English dialogues are judged by heads trained on the other folds; the project's
own dialogues in six languages by the shipped head, which never saw them. Every call is given
whole and as its first 8, 6, 4 and 2 turns; the labelled ones also as a recogniser and a mono
diarizer would spoil them. ``--meaning`` also asks the sentence model where words leave a call
open, with a head that never saw the dialogue's kind (slower).
"""

from __future__ import annotations

import argparse
import itertools
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from unittest.mock import patch

import numpy as np
import yaml

from benchmarks import train_role_head, train_role_meaning
from benchmarks.train_role_head import CLEAN, LENGTHS, MONO, RECOGNISED, Turns
from qa_inspect.domain import Direction, Metadata, Role, Utterance
from qa_inspect.language.embed import load_embedder
from qa_inspect.speech import role_meaning
from qa_inspect.speech.role_head import LanguageHead
from qa_inspect.speech.roles import Meaning, assign_roles

SIZES = (None, 8, 6, 4, 2)
SPOILINGS = {"as it is": CLEAN, "recognised": RECOGNISED, "mono": MONO}
DIALOGUES = Path(__file__).resolve().parents[1] / "tests" / "speech" / "data"
BINS = (0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 1.0)


@dataclass(frozen=True, slots=True)
class Judged:
    """One call, or part of one, and what came out; ``right`` whatever the confidence."""

    source: str
    language: str
    state: str
    turns: str
    right: bool
    decided: bool
    confidence: float


def judge(
    call: Turns, language: str, direction: Direction | None, meaning: Meaning | None
) -> tuple[bool, bool, float]:
    """Right at all, decided at the default threshold, confidence (0-1)."""
    said = [Utterance(i, Role.UNKNOWN, who, text, language) for i, (who, text) in enumerate(call)]
    told = assign_roles(said, Metadata(direction=direction), language=language, meaning=meaning)
    forced = assign_roles(
        said, Metadata(direction=direction), language=language, meaning=meaning, min_confidence=0.5
    )
    decided = told.roles["agent"] is not Role.UNKNOWN
    return forced.roles["agent"] is Role.AGENT, decided, told.confidence


@contextmanager
def another_head(head: LanguageHead) -> Iterator[None]:
    """Roles told with this head instead of the shipped one."""
    with patch("qa_inspect.speech.role_odds.head_odds", head.weigh):
        yield


def labelled(data: Path, language: str, folds: int, meaning: Meaning | None) -> Iterable[Judged]:
    """Every labelled call by a head from the other folds."""
    calls = train_role_head.read_calls(data, language)
    letters = list("".join(text for call in calls for _, text in call))
    for fold in range(folds):
        rng = np.random.default_rng(fold)
        rest = [call for i, call in enumerate(calls) if i % folds != fold]
        raw, scale = train_role_head.stored(train_role_head.fit(rest, language, rng))
        head = LanguageHead(raw.astype(np.float32) * scale, *LENGTHS[language])
        with another_head(head):
            for call in calls[fold::folds]:
                for state, how in SPOILINGS.items():
                    for size in SIZES:
                        part = train_role_head.spoil(call[:size], how, letters, rng)
                        if len({who for who, _ in part}) == 2:
                            found = judge(part, language, None, meaning)
                            yield Judged("labelled", language, state, str(size or "whole"), *found)


def own(name: str, meanings: dict[str, Meaning]) -> Iterable[Judged]:
    """The project's own dialogues of one file."""
    named = {"a": "agent", "c": "customer"}
    text = (DIALOGUES / f"{name}.yaml").read_text(encoding="utf-8")
    for dialogue in yaml.safe_load(text):
        call = [(named[who], said) for turn in dialogue["turns"] for who, said in turn.items()]
        direction = Direction(dialogue["direction"]) if dialogue["direction"] else None
        meaning = meanings.get(f"{name} {dialogue['kind']}")
        for size in SIZES:
            if size is None or size < len(call):
                found = judge(call[:size], dialogue["language"], direction, meaning)
                yield Judged(name, dialogue["language"], "own", str(size or "whole"), *found)


def meanings_left_out(data: Path) -> tuple[Meaning, dict[str, Meaning]]:
    """Meaning by the shipped head, and by kind of dialogue by heads without that kind."""
    embedder = load_embedder()
    sentences = [*train_role_meaning.read_data(data), *train_role_meaning.read_own(DIALOGUES)]
    vectors = embedder.embed([s.text for s in sentences])
    made: dict[str, Meaning] = {}
    for kind in {s.kind for s in sentences if s.source == "own"}:
        rest = [i for i, s in enumerate(sentences) if s.kind != kind]
        model = train_role_meaning.fit([sentences[i] for i in rest], vectors[rest])
        head = (model.coef_[0].astype(np.float32), float(model.intercept_[0]))
        made[kind] = partial(role_meaning.weigh_meaning, embedder, head=head)
    return partial(role_meaning.weigh_meaning, embedder), made


def table(judged: list[Judged]) -> list[dict[str, object]]:
    """Rows of figures by source, language, state and length."""
    groups: dict[tuple[str, str, str, str], list[Judged]] = {}
    for one in judged:
        groups.setdefault((one.source, one.language, one.state, one.turns), []).append(one)
    rows: list[dict[str, object]] = []
    for (source, language, state, turns), those in groups.items():
        decided = [one for one in those if one.decided]
        rows.append(
            {
                "source": source,
                "language": language,
                "state": state,
                "turns": turns,
                "calls": len(those),
                "right_of_decided": round(share(one.right for one in decided), 4),
                "undecided": round(1 - len(decided) / len(those), 4),
                "calibration_error": round(calibration_error(those), 4),
            }
        )
    return rows


def reliability(judged: list[Judged]) -> list[dict[str, object]]:
    """How often calls of like confidence are right."""
    rows: list[dict[str, object]] = []
    for low, high in itertools.pairwise(BINS):
        those = [one for one in judged if low <= one.confidence < high]
        if those:
            rows.append(
                {
                    "from": low,
                    "to": high,
                    "calls": len(those),
                    "mean_confidence": round(float(np.mean([o.confidence for o in those])), 4),
                    "right": round(share(one.right for one in those), 4),
                }
            )
    return rows


def calibration_error(judged: list[Judged]) -> float:
    """Expected calibration error over ``BINS`` (0-1)."""
    total = 0.0
    for low, high in itertools.pairwise(BINS):
        those = [one for one in judged if low <= one.confidence < high]
        if those:
            gap = np.mean([one.confidence for one in those]) - share(one.right for one in those)
            total += abs(float(gap)) * len(those) / len(judged)
    return total


def share(found: Iterable[bool]) -> float:
    """Share (0-1) that is true; 1.0 of nothing."""
    values = list(found)
    return sum(values) / len(values) if values else 1.0


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, help="folder of evaluation data")
    parser.add_argument("--folds", type=int, default=5, help="0: own dialogues only")
    parser.add_argument("--languages", nargs="*", default=list(LENGTHS))
    parser.add_argument("--meaning", action="store_true")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    general, by_kind = meanings_left_out(asked.data) if asked.meaning else (None, {})
    judged: list[Judged] = []
    for name in ("role_dialogues", "role_dialogues_unseen"):
        judged.extend(own(name, by_kind))
    for language in asked.languages if asked.folds else ():
        judged.extend(labelled(asked.data, language, asked.folds, general))
    report = {
        "roles": table(judged),
        "reliability": reliability(judged),
        "calls": [asdict(one) for one in judged],
    }
    for rows in (report["roles"], report["reliability"]):
        print(*rows[0], sep=" | ")
        for row in rows:
            print(*row.values(), sep=" | ")
    if asked.json:
        asked.json.write_text(json.dumps(report, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
