"""What listings cost on a database of very many calls.

    python -m benchmarks.scale make FILE [--calls 100000]
    python -m benchmarks.scale time FILE [--rounds 3]

``make`` writes made calls, short ones with the verdicts of a whole pack, straight into the tables;
``time`` runs the commands as people do, each in a process of its own, and tells wall and processor
seconds, the best of some rounds. 100,000 calls take about 2 GB. Nothing is measured of hearing.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Integer, cast, func, insert, select

from qa_inspect.domain import (
    CallResult,
    CallStatus,
    Channels,
    CheckResult,
    CheckStatus,
    Evidence,
    Flag,
    Metadata,
    Recording,
    Role,
    RubricScore,
    Severity,
    SpeakerTurn,
    Transcript,
    Utterance,
    Verdict,
)
from qa_inspect.report.kept_figures import work_out
from qa_inspect.store import codec, tables
from qa_inspect.store.ledger import NUMBERS, Outcome
from qa_inspect.store.results import Store, open_store

START = datetime(2026, 8, 1, 8, tzinfo=UTC)
DAYS = 90
AGENTS = 200
TOGETHER = 2000
ITEMS = tuple(
    (section, f"{section}_{number}", kind)
    for section, number, kind in zip(
        ("politeness",) * 8 + ("clarity",) * 4 + ("script",) * 8,
        itertools.count(),
        itertools.cycle(("said", "cues", "ratio", "not_said")),
        strict=False,
    )
)
FLAGS = (
    ("abuse", Severity.HIGH),
    ("churn", Severity.LOW),
    ("fraud", Severity.CRITICAL),
    ("legal_escalation", Severity.MEDIUM),
)
FLAGGED = 0.03
"""Share of calls with a flag."""
LINES = (
    "Thank you for calling, how may I help you today?",
    "My parcel has not arrived and I have waited for a week.",
    "I am sorry to hear that, let me look into it for you.",
    "It says that it left the warehouse on Monday.",
    "The courier will bring it tomorrow before noon.",
    "All right, thank you, goodbye.",
)
COMMANDS = (
    ("status",),
    ("flags",),
    ("flags", "--flag", "abuse", "--min-severity", "high"),
    ("flags", "--queue"),
    ("flags", "--budget", "50"),
    ("scorecard",),
    ("scorecard", "--format", "csv"),
    ("scorecard", "--by", "team"),
    ("scorecard", "--agent", "A017", "--since", "2026-10-01"),
)


def made_call(number: int) -> CallResult:
    """One made call; the same number always gives the same call."""
    lot = random.Random(number)
    agent = lot.randrange(AGENTS)
    call_id = f"call-{number:07}"
    metadata = Metadata(
        agent_id=f"A{agent:03}",
        agent_name=f"Agent {agent}",
        team=f"team {agent % 12}",
        customer_id=f"C{lot.randrange(60_000)}",
        language="en",
        started_at=START + timedelta(seconds=lot.randrange(DAYS * 86_400)),
        topic=lot.choice(("delivery", "refund", "account", "other")),
        csat=lot.choice((None, None, None, 3, 4, 5)),
    )
    recording = Recording(call_id, Path(f"{call_id}.wav"), f"{number:064x}", metadata)
    if lot.random() < 0.002:
        return CallResult(recording, CallStatus.FAILED, error="the recording is silent")
    said = tuple(
        Utterance(at, (Role.AGENT, Role.CUSTOMER)[at % 2], f"S{at % 2}", line, "en",
                  at * 6.0, at * 6.0 + 5.0 + lot.random(), 0.9)
        for at, line in enumerate(LINES)
    )  # fmt: skip
    turns = tuple(SpeakerTurn(u.start_s or 0.0, u.end_s or 0.0, u.speaker) for u in said)
    transcript = Transcript(
        "en", said, turns, {"S0": Role.AGENT, "S1": Role.CUSTOMER}, Channels.MONO,
        len(LINES) * 6.0, 32.0, 0.95, lot.random() < 0.03,
    )  # fmt: skip
    models = {"transcription": "whisper-base", "diarization": "segmentation-3.0"}
    return CallResult(
        recording, CallStatus.OK, transcript, _verdict(lot, agent), None, models, {"decode": 0.1}
    )


def _verdict(lot: random.Random, agent: int) -> Verdict:
    good = 0.6 + 0.35 * (agent / AGENTS)
    checks = tuple(_check(lot, good, *item) for item in ITEMS)
    earned, possible = sum(c.points for c in checks), sum(c.max_points for c in checks)
    score = round(100 * earned / possible, 2)
    flags: tuple[Flag, ...] = ()
    if lot.random() < FLAGGED:
        name, severity = lot.choice(FLAGS)
        evidence = Evidence(1, 6.0, 11.0, LINES[1])
        flags = (Flag(name, severity, lot.random(), "the customer said so", (evidence,), "risk"),)
    scores = (RubricScore("support", "1.4", score, "good"), RubricScore("risk", "1.1", None))
    return Verdict(scores, checks, flags, score)


def _check(lot: random.Random, good: float, section: str, item: str, kind: str) -> CheckResult:
    drawn = lot.random()
    passed = drawn < good
    status = CheckStatus.PASS if passed else CheckStatus.FAIL
    if lot.random() < 0.05:
        status = CheckStatus.NOT_APPLICABLE
    counts = status is not CheckStatus.NOT_APPLICABLE
    evidence = (Evidence(0, 0.0, 5.0, LINES[0]),) if not passed else ()
    return CheckResult(
        "support", item, kind, status, 4.0 if counts and passed else 0.0, 4.0,
        "said as it should be" if passed else "not said where it is expected",
        "the agent's first sentences", evidence, drawn if kind == "ratio" else None, section,
    )  # fmt: skip


def make(path: Path, calls: int) -> None:
    """Write a database of made calls, which may not be there yet."""
    with open_store(path) as store:
        for first in range(0, calls, TOGETHER):
            _insert(store, (made_call(n) for n in range(first, min(first + TOGETHER, calls))))
            print(f"{first:,} of {calls:,}", end="\r", flush=True)
        _enter_runs(store)
        began = time.process_time()
        work_out(store)
        print(f"figures of scorecards worked out in {time.process_time() - began:.0f} s")
    print(f"{calls:,} calls, {path.stat().st_size / 1e9:.2f} GB")


def _insert(store: Store, calls: Iterator[CallResult]) -> None:
    listed = (tables.calls, *tables.CHILDREN)
    rows: dict[str, list[codec.Row]] = {table.name: [] for table in listed}
    for call in calls:
        encoded = codec.encode_call(call, "2026-11-01T00:00:00.000000+00:00")
        rows["calls"].append({**encoded.call, "unsettled": False})
        for table in tables.CHILDREN:
            rows[table.name].extend(getattr(encoded, table.name))
    with store.writing() as connection:
        for table in listed:
            if rows[table.name]:
                connection.execute(insert(table), rows[table.name])


def _enter_runs(store: Store) -> None:
    """A run for each day, which inspected the calls of that day in the night after it."""
    c = tables.calls.c
    day = func.floor((c.started_epoch_s - START.timestamp()) / 86_400) + 1
    runs = [
        {
            "run_id": night + 1,
            "started_at": (START + timedelta(days=night, hours=14)).isoformat(),
            "finished_at": (START + timedelta(days=night, hours=19)).isoformat(),
            "settings": {},
            "outcome": Outcome.DONE.value,
            "summary": {**dict.fromkeys(NUMBERS, 0), "details": {}},
        }
        for night in range(DAYS)
    ]
    columns = ["run_id", "call_id", "status", "saved_at"]
    with store.writing() as connection:
        connection.execute(insert(tables.runs), runs)
        listed = select(cast(day, Integer), c.call_id, c.status, c.saved_at)
        connection.execute(insert(tables.run_calls).from_select(columns, listed))


def timings(path: Path, rounds: int) -> Iterator[dict[str, object]]:
    """Each command's wall and processor seconds, the best of some rounds."""
    program = (sys.executable, "-c", "from qa_inspect.commands.main import main; main()")
    for words in COMMANDS:
        best_s, best_cpu_s = float("inf"), float("inf")
        for _ in range(rounds):
            before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
            subprocess.run(
                [*program, *words, "--db", str(path)],
                check=True,
                stdout=subprocess.DEVNULL,
                env=os.environ | {"OMP_NUM_THREADS": "1"},
            )
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            best_s = min(best_s, time.perf_counter() - began)
            spent_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            best_cpu_s = min(best_cpu_s, spent_s)
        yield {
            "command": " ".join(words),
            "wall_s": round(best_s, 2),
            "processor_s": round(best_cpu_s, 2),
        }


def main() -> None:
    """Parse the command line and do as it says."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("what", choices=["make", "time"])
    parser.add_argument("file", type=Path)
    parser.add_argument("--calls", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    if given.what == "make":
        make(given.file, given.calls)
        return
    for row in timings(given.file, given.rounds):
        print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
