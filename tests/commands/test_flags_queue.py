"""``qa-inspect flags --queue`` and ``--budget``: tables for people, JSON and CSV for programs."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from made_calls import inspected

from qa_inspect.commands.main import cli
from qa_inspect.domain import (
    Evidence,
    Flag,
    Role,
    Severity,
    Transcript,
    Utterance,
    Verdict,
)
from qa_inspect.store.results import open_store

DAY = datetime(2026, 11, 21, 9, tzinfo=UTC)


def invoke(*arguments: str) -> Any:
    return CliRunner().invoke(cli, ["flags", *arguments], prog_name="qa-inspect")


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Two flagged calls of one customer on two days, one of another, and thirty without a flag."""
    path = str(tmp_path_factory.mktemp("queue") / "qa.db")
    said = (Utterance(0, Role.CUSTOMER, "b", "You fool.", "en", 5.0, 6.0),)
    pieces = (Evidence(0, 5.0, 6.0, "You fool."),)
    abuse = Flag("abuse", Severity.HIGH, 0.9, "Abuse.", pieces)
    churn = Flag("churn", Severity.MEDIUM, 0.8, "Churn.", pieces)
    rows: list[tuple[str, str | None, datetime, tuple[Flag, ...]]] = [
        ("worst", "C1", DAY - timedelta(days=1), (abuse, churn)),
        ("again", "C1", DAY, (churn,)),
        ("other", "C2", DAY, (abuse,)),
        *((f"calm{n:02}", None, DAY, ()) for n in range(30)),
    ]
    with open_store(path) as store:
        for name, customer, started, flags in rows:
            told = {"customer_id": customer, "started_at": started, "agent_name": "Ann"}
            store.save_call(inspected(name, Transcript("en", said), Verdict(flags=flags), **told))
    return path


def test_the_queue_is_one_row_a_customer(db: str) -> None:
    rows = json.loads(invoke("--db", db, "--queue", "--json").stdout)
    assert [(r["place"], r["call_id"], r["new"]) for r in rows] == [
        (1, "worst", False),
        (2, "other", True),
    ]
    assert (rows[0]["other_calls"], rows[0]["other_calls_new"]) == (["again"], 1)
    assert rows[0]["risk"] > rows[1]["risk"] > 0
    table = invoke("--db", db, "--queue").stdout
    assert "1 more call" in table and "customer: You fool." in table and "random" not in table


def test_a_budget_says_why_each_row_is_there(db: str) -> None:
    found = invoke("--db", db, "--budget", "10", "--format", "csv").stdout
    rows = list(csv.DictReader(io.StringIO(found)))
    assert [row["why"] for row in rows] == ["flagged"] * 2 + ["random check"] * 8
    assert {row["drawn_from"] for row in rows} == {"", "30"}
    assert found == invoke("--db", db, "--budget", "10", "--format", "csv").stdout
    table = invoke("--db", db, "--budget", "10").stdout
    assert "8 of the 30 calls without a flag below the cut are random checks" in table
    assert len(json.loads(invoke("--db", db, "--budget", "1", "--json").stdout)) == 1
    none = json.loads(invoke("--db", db, "--budget", "9", "--random-share", "0", "--json").stdout)
    assert [row["call_id"] for row in none] == ["worst", "other"]


def test_the_list_of_flags_stays_as_it_was(db: str) -> None:
    rows = json.loads(invoke("--db", db, "--json").stdout)
    assert [(row["call_id"], row["flag"]) for row in rows] == [
        ("other", "abuse"),
        ("worst", "abuse"),
        ("again", "churn"),
        ("worst", "churn"),
    ]
    assert "place" not in rows[0]


def test_filters_and_periods_hold_for_the_queue(db: str) -> None:
    churn = json.loads(invoke("--db", db, "--queue", "--flag", "churn", "--json").stdout)
    assert [(r["call_id"], r["flags"]) for r in churn] == [("worst", ["churn"])]
    assert churn[0]["other_calls"] == ["again"]
    today = json.loads(invoke("--db", db, "--queue", "--since", "2026-11-21", "--json").stdout)
    assert [row["call_id"] for row in today] == ["other", "again"]
    before = json.loads(invoke("--db", db, "--queue", "--until", "2026-11-20", "--json").stdout)
    assert [(row["call_id"], row["new"]) for row in before] == [("worst", True)]
    empty = invoke("--db", db, "--queue", "--until", "2026-11-01").stdout
    assert empty.startswith("No call in that period: the database holds 33 calls, from ")


@pytest.mark.parametrize(
    "wrong", [("--budget", "0"), ("--budget", "ten"), ("--budget", "9", "--random-share", "1.5")]
)
def test_senseless_workloads_are_refused(db: str, wrong: tuple[str, ...]) -> None:
    assert invoke("--db", db, *wrong).exit_code == 2


def test_a_share_of_no_budget_is_refused(db: str) -> None:
    refused = invoke("--db", db, "--queue", "--random-share", "0.2")
    assert refused.exit_code == 2 and "--budget" in refused.output
