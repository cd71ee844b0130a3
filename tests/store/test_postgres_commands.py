"""Every command answers the same on PostgreSQL as on SQLite."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from postgres import Server

from qa_inspect.acoustics import AgentVoice
from qa_inspect.commands.main import cli
from qa_inspect.errors import StoreError
from qa_inspect.store.results import open_store
from qa_inspect.store.voices import give_consent, load_voices, update_voice, withdraw_consent

CALLS = [
    {
        "call_id": f"call-{number}", "language": "en", "agent_id": f"A{number % 3}",
        "agent_name": f"Agent {number % 3}", "team": "returns", "customer_id": f"C{number % 4}",
        "started_at": f"2026-11-{1 + number:02}T09:30:00+08:00", "topic": "delivery",
        "csat": 1 + number % 5,
        "turns": [
            {"role": "agent", "text": "Thank you for calling, how may I help you?"},
            {"role": "customer", "text": "My parcel has not come. You idiots, I hate you all."
             if number % 2 else "My parcel has not come, and I need it tomorrow."},
            {"role": "agent", "text": "I am sorry to hear that. Let me look into it for you."},
            {"role": "customer", "text": "I will sue you and cancel my contract."
             if number % 3 == 0 else "Thank you, goodbye."},
        ],
    }
    for number in range(12)
]  # fmt: skip
LISTINGS = (
    ("status",),
    ("show", "call-3"),
    ("scorecard",),
    ("scorecard", "--by", "team", "--since", "2026-11-03"),
    ("flags",),
    ("flags", "--queue"),
    ("flags", "--budget", "5"),
    pytest.param(("topics",), marks=pytest.mark.slow),  # 10 s, most of it loading models
    ("voices", "list"),
    ("score", "--dry-run"),
)


def run(db: str, *words: str) -> Result:
    result = CliRunner().invoke(cli, [*words, "--db", db], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result


def told(db: str, *words: str) -> Any:
    found = json.loads(run(db, *words, "--json").stdout)
    if words == ("status",):
        found.pop("runs")
    return found


def fill(db: str, folder: Path) -> str:
    lines = folder / "calls.jsonl"
    lines.write_text("\n".join(map(json.dumps, CALLS)), encoding="utf-8")
    run(db, "import-transcripts", str(lines))
    return db


@pytest.fixture(scope="module")
def both(postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """The same calls in a file and on a server."""
    folder = tmp_path_factory.mktemp("both")
    return fill(str(folder / "qa.db"), folder), fill(postgres.new_database(), folder)


@pytest.mark.parametrize("words", LISTINGS, ids=" ".join)
def test_listings_are_the_same(both: tuple[str, str], words: tuple[str, ...]) -> None:
    on_file, on_server = (told(db, *words) for db in both)
    assert on_file == on_server
    assert on_file or words[0] in ("voices", "score")


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_exports_are_the_same(both: tuple[str, str], tmp_path: Path, form: str) -> None:
    made = []
    for number, db in enumerate(both):
        out = tmp_path / str(number)
        run(db, "export", "--out", str(out), "--format", form)
        made.append({path.name: path.read_bytes() for path in out.iterdir()})
    assert made[0] == made[1]
    assert len(made[0]) >= 4


@pytest.mark.slow
def test_processes_judge_again_on_a_server(both: tuple[str, str]) -> None:
    before = told(both[1], "scorecard")
    run(both[1], "score", "--jobs", "2")  # 15 s: each process loads its models
    assert told(both[1], "scorecard") == before


@pytest.mark.slow
def test_the_report_is_made_from_a_server(both: tuple[str, str], tmp_path: Path) -> None:
    run(both[1], "report", "--out", str(tmp_path))  # 7 s, most of it charts
    assert len(list(tmp_path.rglob("*.html"))) > len(CALLS)


def test_the_doctor_names_no_password(both: tuple[str, str]) -> None:
    from qa_inspect.commands.doctor_db import examine_db, repair_db

    db = both[1].replace("qa@", "qa:secret@")
    (found,) = examine_db(db)
    assert found.ok and "holds 12 calls" in found.detail
    assert "secret" not in found.detail
    assert list(repair_db(db)) == []


def test_voices_and_consent_on_a_server(postgres: Server) -> None:
    from datetime import UTC, datetime

    voice = AgentVoice("A1", (0.6, 0.8), 3, 1, 41.5, "m", datetime(2026, 11, 22, tzinfo=UTC))
    with open_store(postgres.new_database()) as store:
        assert not update_voice(store, "A1", "m", lambda present: voice)
        assert give_consent(store, ["A1"]) == ("A1",)
        assert update_voice(store, "A1", "m", lambda present: voice)
        kept = load_voices(store, "m")["A1"]
        assert kept is not None and kept.calls == 3
        withdraw_consent(store, ["A1"])
        assert load_voices(store, "m") == {}


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (lambda address: address.replace("host=/", "host=/nowhere/"), "cannot be reached"),
        (lambda address: address.replace("@/postgres", "@/nothing"), "cannot be reached"),
    ],
)
def test_a_server_that_cannot_be_reached(
    postgres: Server, spoil: Callable[[str], str], problem: str
) -> None:
    with pytest.raises(StoreError, match=problem) as raised:
        open_store(spoil(postgres.new_database()))
    assert raised.value.cure
