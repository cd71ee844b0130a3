"""``qa-inspect voices``: the switch is off until thrown, and what it shows is no voice."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from made_calls import inspected

from qa_inspect.acoustics import AgentVoice
from qa_inspect.commands.main import cli
from qa_inspect.store.results import open_store
from qa_inspect.store.voices import load_voices, update_voice

NOW = datetime(2026, 11, 22, 2, 30, tzinfo=UTC)


def invoke(*arguments: str) -> Any:
    return CliRunner().invoke(cli, arguments, prog_name="qa-inspect")


def listed(db: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(invoke("voices", "list", "--db", db, "--json").stdout)
    return found


@pytest.fixture
def db(tmp_path: Path) -> str:
    """A database with calls of A1 and A2; nobody has consented."""
    with open_store(tmp_path / "qa.db") as store:
        for number, agent_id in enumerate(["A1", "A2", "A1", None]):
            store.save_call(inspected(f"c{number}", agent_id=agent_id))
    return str(tmp_path / "qa.db")


def teach(db: str, agent_id: str) -> None:
    voice = AgentVoice(agent_id, (0.6, 0.8), 2, 0, 31.25, "m", NOW)
    with open_store(db) as store:
        assert update_voice(store, agent_id, "m", lambda present: voice)


def test_nobody_consents_by_default(db: str) -> None:
    assert listed(db) == []
    assert "no voice is kept" in invoke("voices", "list", "--db", db).stdout


def test_consent_is_listed_with_counts_and_without_the_voice(db: str) -> None:
    result = invoke("voices", "consent", "A1", "--db", db, "--json")
    assert result.exit_code == 0
    teach(db, "A1")
    (row,) = listed(db)
    assert row == {
        "agent_id": "A1",
        "consented_at": json.loads(result.stdout)[0]["consented_at"],
        "kept": True,
        "calls": 2,
        "doubted": 0,
        "seconds": 31.2,
        "model": "m",
        "updated_at": NOW.isoformat(),
    }
    assert "A1" in invoke("voices", "list", "--db", db).stdout


def test_consent_of_all_is_of_those_with_calls(db: str) -> None:
    assert invoke("voices", "consent", "--all", "--db", db).exit_code == 0
    assert [row["agent_id"] for row in listed(db)] == ["A1", "A2"]


def test_consent_may_come_before_the_first_run(tmp_path: Path) -> None:
    db = str(tmp_path / "new.db")
    result = invoke("voices", "consent", "A9", "--db", db)
    assert result.exit_code == 0
    assert "A9 has no calls" in result.stderr
    absent = str(tmp_path / "nowhere.db")
    assert invoke("voices", "consent", "--all", "--db", absent).exit_code == 1
    assert not Path(absent).exists()


def test_purge_keeps_consent_and_withdrawal_does_not(db: str) -> None:
    invoke("voices", "consent", "A1", "A2", "--db", db)
    teach(db, "A1")
    teach(db, "A2")
    assert invoke("voices", "purge", "A1", "--db", db).exit_code == 0
    assert [(row["agent_id"], row["kept"]) for row in listed(db)] == [("A1", False), ("A2", True)]
    assert invoke("voices", "withdraw", "A2", "--db", db).exit_code == 0
    assert [row["agent_id"] for row in listed(db)] == ["A1"]
    assert invoke("voices", "withdraw", "--all", "--db", db).exit_code == 0
    assert listed(db) == []
    with open_store(db) as store:
        assert load_voices(store, "m") == {}


@pytest.mark.parametrize("name", ["withdraw", "purge"])
def test_a_slip_is_an_error_and_a_bare_command_a_usage_error(db: str, name: str) -> None:
    invoke("voices", "consent", "A1", "--db", db)
    result = invoke("voices", name, "A11", "--db", db)
    assert result.exit_code == 1
    assert "'A11'" in result.stderr
    assert len(listed(db)) == 1
    assert invoke("voices", name, "--db", db).exit_code == 2
    assert invoke("voices", name, "A1", "--all", "--db", db).exit_code == 2
