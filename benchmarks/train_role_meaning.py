"""Trains the head that tells agents from customers by the meaning of sentences.

    python benchmarks/train_role_meaning.py path/to/evaluation/data

reads ``text/zh_phone_calls.jsonl`` and ``text/en_satisfaction.jsonl`` there and the project's own
dialogues in six languages (``tests/speech/data/role_dialogues*.yaml``), embeds a sample of their
sentences (minutes on a CPU) and writes ``models/heads/role_meaning.npz``: 384 weights and an
intercept. ``--left-out`` first says how dialogues of a kind left out, in all languages at once,
would have been told.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml
from sklearn.linear_model import LogisticRegression

from qa_inspect.language.embed import load_embedder

STRENGTH = 1.0
"""Inverse regularisation of the logistic regression, chosen on dialogues of kinds left out."""

WEIGHTS = {"zh": 1000.0, "en": 1000.0, "own": 1500.0}
"""How much each source counts as a whole, however many sentences it has."""

SENTENCES = {"zh": 2000, "en": 900}


@dataclass(frozen=True, slots=True)
class Sentence:
    """One line, who said it (``agent`` or ``customer``), its dialogue and what kind that is."""

    source: str
    dialogue: int
    kind: str
    role: str
    text: str


def read_data(data: Path) -> list[Sentence]:
    """A sample of the labelled calls: the first turns of each and some of the rest."""
    rng = random.Random(0)
    made: list[Sentence] = []
    lines = (data / "text" / "zh_phone_calls.jsonl").read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines):
        turns = [t for t in json.loads(line)["turns"] if len(t["text"]) >= 3]
        rest = turns[6:]
        for turn in turns[:6] + rng.sample(rest, min(12, len(rest))):
            made.append(Sentence("zh", number, "call", turn["role"], turn["text"]))
    named = {"USER": "customer", "SYSTEM": "agent"}
    lines = (data / "text" / "en_satisfaction.jsonl").read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines):
        turns = json.loads(line)["turns"]
        for turn in rng.sample(turns, min(8, len(turns))):
            made.append(Sentence("en", number, "call", named[turn["role"]], turn["text"]))
    return [
        sentence
        for source, most in SENTENCES.items()
        for sentence in rng.sample([s for s in made if s.source == source], most)
    ]


def read_own(folder: Path) -> list[Sentence]:
    """The project's own dialogues."""
    made: list[Sentence] = []
    named = {"a": "agent", "c": "customer"}
    number = 0
    for file in sorted(folder.glob("role_dialogues*.yaml")):
        for dialogue in yaml.safe_load(file.read_text(encoding="utf-8")):
            kind = f"{file.stem} {dialogue['kind']}"
            for turn in dialogue["turns"]:
                for who, text in turn.items():
                    made.append(Sentence("own", number, kind, named[who], text))
            number += 1
    return made


def fit(sentences: list[Sentence], vectors: np.ndarray) -> LogisticRegression:
    """The head from sentences and their vectors (n, 384)."""
    total: dict[str, int] = defaultdict(int)
    for sentence in sentences:
        total[sentence.source] += 1
    shares = [WEIGHTS[s.source] / total[s.source] for s in sentences]
    model = LogisticRegression(C=STRENGTH, max_iter=500)
    return model.fit(vectors, [s.role == "agent" for s in sentences], sample_weight=shares)


def left_out(sentences: list[Sentence], vectors: np.ndarray) -> dict[int, float]:
    """Log-odds for the agent being the agent, by own dialogue, its kind never seen."""
    odds: dict[int, float] = defaultdict(float)
    for kind in sorted({s.kind for s in sentences if s.source == "own"}):
        rest = [i for i, s in enumerate(sentences) if s.kind != kind]
        model = fit([sentences[i] for i in rest], vectors[rest])
        for i, sentence in enumerate(sentences):
            if sentence.kind == kind:
                odd = float(vectors[i] @ model.coef_[0] + model.intercept_[0])
                odds[sentence.dialogue] += odd if sentence.role == "agent" else -odd
    return odds


def main() -> None:
    """Embeds, says what to expect where asked, and writes the head."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, help="folder of evaluation data")
    parser.add_argument("--out", type=Path, default=Path("models/heads/role_meaning.npz"))
    parser.add_argument("--left-out", action="store_true")
    asked = parser.parse_args()
    own = Path(__file__).resolve().parents[1] / "tests" / "speech" / "data"
    sentences = [*read_data(asked.data), *read_own(own)]
    vectors = load_embedder().embed([s.text for s in sentences])
    if asked.left_out:
        odds = left_out(sentences, vectors)
        print(f"kinds left out: {sum(v > 0 for v in odds.values())} of {len(odds)} right")
    write(fit(sentences, vectors), asked.out)


def write(model: LogisticRegression, out: Path) -> None:
    """The head as float32 arrays ``weights`` (384,) and ``intercept``."""
    out.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        out,
        weights=model.coef_[0].astype(np.float32),
        intercept=np.asarray(model.intercept_[0], dtype=np.float32),
    )
    print(f"{out}: {out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
