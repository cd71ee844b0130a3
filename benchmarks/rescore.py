"""``python -m benchmarks.rescore``: what judging a store of calls again costs, without audio.

Calls of 60 utterances are made (``made_calls``) and stored with their sentence vectors, then scored
by the shipped packs as ``qa-inspect score`` does: once with every verdict new, so that all are
written, and once more with nothing changed. Vectors are those of the sentence model for the
patterns behind the sentences, moved a little for each sentence, so that no night is spent on making
them. Wall and processor time, and the most memory of one process, go to a JSON file.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.made_calls import calls, pattern_of
from qa_inspect.batch.inspect import Judge
from qa_inspect.batch.rescore import rescore
from qa_inspect.batch.vectors import comparable, digest
from qa_inspect.domain import CallResult
from qa_inspect.language.embed import Vector, identity, load_embedder, packed, tidy
from qa_inspect.store import codec, tables
from qa_inspect.store.results import CallQuery, Store, open_store
from qa_inspect.store.sentence_vectors import count_vectors, save_vectors

LIMIT_S = 120.0
"""Seconds in which 10,000 calls are to be scored on 2 cores."""
_TOGETHER = 200
_MOVED = 0.35
"""Length of what is added to a pattern's unit vector for each sentence made of it."""


def fill(store: Store, count: int, utterances: int, seed: int) -> None:
    """Stores unjudged calls with the vectors of all that is said in them."""
    model = identity()
    near = _Near()
    part: list[CallResult] = []
    vectors: dict[bytes, bytes] = {}
    for call in calls(count, utterances=utterances, seed=seed):
        part.append(call)
        for text in comparable(call.transcript) if call.transcript else ():
            key = digest(model, tidy(text))
            if key not in vectors:
                vectors[key] = packed(
                    near(text, call.transcript.language if call.transcript else "")
                )
        if len(part) == _TOGETHER:
            _save(store, part, vectors)
            part, vectors = [], {}
    _save(store, part, vectors)


def _save(store: Store, part: Sequence[CallResult], vectors: Mapping[bytes, bytes]) -> None:
    rows = [codec.encode_call(call, "2026-03-02T00:00:00.000+00:00") for call in part]
    with store.writing() as connection:
        if rows:
            connection.execute(tables.calls.insert(), [row.call for row in rows])
            for table in (tables.utterances, tables.turns):
                found = [child for row in rows for child in getattr(row, table.name)]
                connection.execute(table.insert(), found)
    save_vectors(store, vectors)


class _Near:
    """A sentence's vector: that of the pattern it is most like, moved by a little of its own."""

    def __init__(self) -> None:
        embedder = load_embedder()
        self._known = {
            language: (
                [frozenset(_pairs(text)) for text in texts],
                embedder.embed(texts),
            )
            for language, texts in pattern_of().items()
        }

    def __call__(self, text: str, language: str) -> Vector:
        marks, rows = self._known[language]
        own = frozenset(_pairs(text))
        at = max(range(len(marks)), key=lambda i: len(own & marks[i]) / (len(marks[i]) + 5))
        seed = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")
        moved = np.random.default_rng(seed).standard_normal(rows.shape[1], dtype=np.float32)
        vector = rows[at] + moved * (_MOVED / float(np.linalg.norm(moved)))
        return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


def _pairs(text: str) -> Iterator[str]:
    """Two letters at a time, slots left out."""
    plain = "".join(part.partition("}")[2] or part for part in text.split("{"))
    return (plain[i : i + 2] for i in range(len(plain) - 1))


def measure(store: Store, jobs: int | None) -> dict[str, float]:
    """Scores everything once. Seconds, milliseconds a call, and MiB of the largest process."""
    before = _cpu_s()
    began = time.perf_counter()
    count = moved = 0
    for change in rescore(store, Judge(), CallQuery(), write=True, jobs=jobs):
        count += 1
        moved += change.changed
    wall_s, cpu_s = time.perf_counter() - began, _cpu_s() - before
    most = max(
        resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return {
        "calls": count,
        "moved": moved,
        "wall_s": round(wall_s, 1),
        "cpu_s": round(cpu_s, 1),
        "wall_ms_a_call": round(1000 * wall_s / max(1, count), 2),
        "cpu_ms_a_call": round(1000 * cpu_s / max(1, count), 2),
        "peak_mib": round(most / 1024, 0),
    }


def _cpu_s() -> float:
    """Processor time of this process and of its children that have ended."""
    used = [resource.getrusage(w) for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(found.ru_utime + found.ru_stime for found in used)


def main(arguments: Sequence[str] | None = None) -> None:
    """Makes the calls, scores them twice and writes the result."""
    given = parser().parse_args(arguments)
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    with tempfile.TemporaryDirectory() as scratch:
        path = given.db or Path(scratch) / "qa.db"
        with open_store(path) as store:
            if not store.call_ids():
                fill(store, given.calls, given.utterances, given.seed)
            print(f"{len(store.call_ids())} calls, {count_vectors(store)} sentences", flush=True)
            result: dict[str, Any] = {
                "calls": len(store.call_ids()),
                "utterances": given.utterances,
                "sentences": count_vectors(store),
                "jobs": given.jobs,
                "database_mib": round(path.stat().st_size / 2**20, 0),
            }
            for name in ("all_new", "nothing_changed"):
                result[name] = measure(store, given.jobs)
                print(name, result[name], flush=True)
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(f"wrote {given.out}")


def parser() -> argparse.ArgumentParser:
    """The options; the defaults take about ten minutes on two cores, most of it making calls."""
    made = argparse.ArgumentParser(prog="python -m benchmarks.rescore", description=__doc__)
    made.add_argument("--out", type=Path, default=Path("benchmarks/results/rescore.json"))
    made.add_argument("--calls", type=int, default=10_000)
    made.add_argument("--utterances", type=int, default=60)
    made.add_argument("--jobs", type=int, default=2)
    made.add_argument("--seed", type=int, default=3)
    made.add_argument("--db", type=Path, help="keep the calls here, to measure again")
    return made


if __name__ == "__main__":
    main()
