"""A writer killed at any moment loses no call that was saved, and leaves none half."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from qa_inspect.domain import CallResult
from qa_inspect.store.results import open_store

WRITER = """
import sys
from qa_inspect.domain import *
from qa_inspect.store.results import open_store

def call(number, version):
    words = tuple(Word(f"w{i}", i, i + 1.0, 0.5) for i in range(40))
    said = tuple(Utterance(i, Role.AGENT, "S0", f"{version}", "en", i, i + 1.0, 0.5, words)
                 for i in range(60))
    checks = tuple(CheckResult("r", f"{i}", "said", CheckStatus.PASS, 1, 1, f"{version}")
                   for i in range(30))
    return CallResult(Recording(f"call-{number}", None, "aa", Metadata(topic=f"{version}")),
                      CallStatus.OK, Transcript("en", said), Verdict(checks=checks))

store = open_store(sys.argv[1])
version = int(sys.argv[2])
for number in range(10_000):
    store.save_call(call(number % 25, version))
    print(number % 25, flush=True)
"""


def whole(call: CallResult) -> bool:
    """Whether all parts of the call were written by one and the same save."""
    version = call.recording.metadata.topic
    assert call.transcript is not None
    said = {utterance.text for utterance in call.transcript.utterances}
    judged = {check.explanation for check in call.verdict.checks}
    return (
        said == judged == {version}
        and len(call.transcript.utterances) == 60
        and len(call.verdict.checks) == 30
        and all(len(u.words) == 40 for u in call.transcript.utterances)
    )


def test_kill_at_random_moments(tmp_path: Path) -> None:
    path = tmp_path / "qa.db"
    moments = random.Random(7)
    saved: dict[str, int] = {}
    for version in range(8):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), str(version)], stdout=subprocess.PIPE
        ) as writer:
            assert writer.stdout is not None
            # Counted in calls, so that a busy machine kills at the same places as an idle one.
            first = b"".join(writer.stdout.readline() for _ in range(moments.randint(1, 12)))
            time.sleep(moments.uniform(0.0, 0.03))
            writer.send_signal(signal.SIGKILL)
            told = (first + writer.stdout.read()).decode()
        # The last line may itself be cut off by the kill; whole lines were saved.
        for line in told.splitlines(keepends=True):
            if line.endswith("\n"):
                saved[f"call-{line.strip()}"] = version
        with open_store(path) as store:
            calls = {call.recording.call_id: call for call in store.calls()}
            with store.reading() as connection:
                check = connection.exec_driver_sql("PRAGMA integrity_check").scalar()
        assert check == "ok"
        assert saved.keys() <= calls.keys()
        for call_id, call in calls.items():
            assert whole(call), call_id
            assert int(call.recording.metadata.topic or -1) >= saved.get(call_id, 0)
    assert len(saved) >= 6
