"""``qa-inspect scorecard``: groupings, periods and an agent's card, piped and on a terminal."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from qa_inspect.commands import small_charts
from qa_inspect.commands.main import cli
from qa_inspect.commands.scorecard_table import histogram, score_columns
from qa_inspect.domain import (
    CallResult,
    CallStatus,
    CheckResult,
    CheckStatus,
    Evidence,
    Flag,
    Metadata,
    Recording,
    Role,
    Severity,
    SpeakerTurn,
    Transcript,
    Utterance,
    Verdict,
    Word,
)
from qa_inspect.store.results import open_store

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
SAID = (
    Utterance(0, Role.AGENT, "S0", "Good morning, you speak to Mei.", "en", 1.0, 3.0),
    Utterance(1, Role.CUSTOMER, "S1", "Where is my parcel?", "en", 3.5, 5.0),
    Utterance(2, Role.AGENT, "S0", "It comes on Friday.", "en", 6.0, 8.0),
)


def invoke(*arguments: str) -> Any:
    return CliRunner().invoke(cli, arguments, prog_name="qa-inspect")


def a_call(number: int) -> CallResult:
    """Agent A gets better in the second week, agent B does not; market and team go with them."""
    agent = "AB"[number % 2]
    week = number // 2 % 2
    score = {"A0": 60.0, "A1": 90.0}.get(f"{agent}{week}", 75.0) + number % 5
    good = score > 80
    checks = (
        CheckResult(
            "support",
            "greeting",
            "said",
            CheckStatus.PASS,
            10,
            10,
            "Said it.",
            evidence=(Evidence(0, 1.0, 3.0, "Good morning"),),
            section="politeness",
        ),
        CheckResult(
            "support",
            "closing",
            "said",
            CheckStatus.PASS if good else CheckStatus.FAIL,
            10 if good else 0,
            10,
            "Never said goodbye.",
            evidence=(Evidence(2, 6.0, 8.0, "It comes on Friday."),),
            section="script",
        ),
    )
    flags = (Flag("churn", Severity.MEDIUM, 0.9, "Going elsewhere."),) if number == 0 else ()
    metadata = Metadata(
        agent_id=agent,
        agent_name={"A": "Mei Lin", "B": "Omar"}[agent],
        team={"A": "Gold", "B": "Red"}[agent],
        market={"A": "SG", "B": "CN"}[agent],
        started_at=MONDAY + timedelta(days=7 * week, minutes=number),
    )
    return CallResult(
        Recording(f"c{number:02}", None, f"{number:064x}", metadata),
        CallStatus.OK,
        Transcript("en", SAID, duration_s=10.0),
        Verdict(checks=checks, flags=flags, score=score),
    )


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("cards") / "qa.db"
    with open_store(path) as store:
        for number in range(48):
            store.save_call(a_call(number))
    return str(path)


def rows_of(*arguments: str) -> list[dict[str, Any]]:
    result = invoke("scorecard", *arguments, "--json")
    assert result.exit_code == 0, result.output
    return list(json.loads(result.stdout))


@pytest.mark.parametrize(
    ("by", "keys"),
    [
        ("agent", {"A", "B"}),
        ("team", {"Gold", "Red"}),
        ("market", {"SG", "CN"}),
        ("language", {"en"}),
        ("period", {"2026-W10", "2026-W11"}),
    ],
)
def test_rows_are_of_what_they_are_gathered_by(db: str, by: str, keys: set[str]) -> None:
    rows = rows_of("--db", db, "--by", by)
    assert {row["agent_id" if by == "agent" else by] for row in rows} == keys
    assert sum(row["calls"] for row in rows) == 48
    table = invoke("scorecard", "--db", db, "--by", by)
    assert table.exit_code == 0 and by.capitalize() in table.stdout
    assert "\x1b" not in table.stdout and "█" not in table.stdout


def test_each_agent_and_week_has_a_row_with_its_trend(db: str) -> None:
    rows = rows_of("--db", db, "--period", "week")
    assert [(row["agent_id"], row["period"], row["trend"]) for row in rows] == [
        ("A", "2026-W10", "too few calls"),
        ("A", "2026-W11", "better"),
        ("B", "2026-W10", "too few calls"),
        ("B", "2026-W11", "no difference that can be told"),
    ]


def test_a_period_is_compared_with_the_stretch_before_it(db: str) -> None:
    rows = rows_of("--db", db, "--since", "2026-03-09", "--until", "2026-03-15")
    assert [(row["agent_id"], row["calls"], row["trend"]) for row in rows] == [
        ("A", 12, "better"),
        ("B", 12, "no difference that can be told"),
    ]
    assert rows[0]["trends"]["score"]["before_calls"] == 12
    open_end = rows_of("--db", db, "--since", "2026-03-09", "--agent", "A")
    assert open_end[0]["calls"] == 12
    # the days up to the latest call are a single one, and so is the stretch before
    assert open_end[0]["trend"] == "too few calls"


def test_weeks_since_a_day_know_the_week_before(db: str) -> None:
    rows = rows_of("--db", db, "--since", "2026-03-09", "--period", "week", "--market", "SG")
    assert [(row["period"], row["calls"], row["trend"]) for row in rows] == [
        ("2026-W11", 12, "better")
    ]


def test_an_agent_alone_is_a_card_and_has_no_rank(db: str) -> None:
    shown = invoke("scorecard", "--db", db, "--agent", "A").stdout
    assert shown.startswith("Mei Lin (A), Gold\n")
    assert "Trend       last 7 days 9" in shown and " in 12 calls, 7 days before 6" in shown
    assert "(from 2026-02-24 to 2026-03-02): better +30 (" in shown
    assert "passed in 12 of 24 calls" in shown and "passed in 24 of 24 calls" in shown
    assert "play c00 at 0:06 “It comes on Friday.”" in shown
    assert "play c00 at 0:01 “Good morning”" in shown
    assert "First response" in shown and "1.0 s" in shown
    assert "Flags" in shown and "\x1b" not in shown and "█" not in shown
    assert max(map(len, shown.splitlines())) <= 160
    (row,) = rows_of("--db", db, "--agent", "A")
    assert row["rank"] is None and row["measures"]["first_response_s"]["calls"] == 24


def test_charts_are_drawn_on_a_terminal_only(db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "·" not in invoke("scorecard", "--db", db).stdout
    monkeypatch.setattr(small_charts, "drawn", lambda: True)
    assert "█" in invoke("scorecard", "--db", db).stdout
    card = invoke("scorecard", "--db", db, "--agent", "A").stdout
    assert "By day      2026-03-02 ▁█ 2026-03-09" in card
    assert "······" in card and "half lie from" in card


def test_measures_fill_a_table_of_their_own(db: str) -> None:
    table = invoke("scorecard", "--db", db, "--measures").stdout
    assert "Response s" in table and "Handling s" in table and "To coach" not in table
    assert "100" not in table.splitlines()[1]


def test_csv_has_the_same_rows(db: str) -> None:
    shown = invoke("scorecard", "--db", db, "--by", "market", "--format", "csv").stdout
    rows = list(csv.DictReader(io.StringIO(shown)))
    told = rows_of("--db", db, "--by", "market")
    assert [row["market"] for row in rows] == [row["market"] for row in told]
    assert [float(row["score"]) for row in rows] == [row["score"] for row in told]
    for name, found in told[0]["measures"].items():
        assert float(rows[0][f"measure:{name}"]) == found["mean"]
    assert float(rows[0]["item:support.closing"]) == told[0]["items"]["support.closing"]
    assert "section:support.script" in rows[0] and rows[0]["trend_now_calls"] == "12"
    assert not any(cell.startswith(("{", "[")) for row in rows for cell in row.values())


def test_an_agent_alone_is_compared_over_the_same_days_as_everybody(
    db: str, tmp_path: Path
) -> None:
    copy = tmp_path / "qa.db"
    copy.write_bytes(Path(db).read_bytes())
    with open_store(copy) as store:
        late = a_call(1)
        metadata = replace(
            late.recording.metadata, agent_id="C", started_at=MONDAY + timedelta(days=10)
        )
        recording = replace(late.recording, call_id="late", sha256="f" * 64, metadata=metadata)
        store.save_call(replace(late, recording=recording))
    everybody = {row["agent_id"]: row["trends"] for row in rows_of("--db", str(copy))}
    for asked in (["--agent", "A"], ["--agent", "mei lin"], ["--team", "Gold"]):
        (row,) = rows_of("--db", str(copy), *asked)
        assert row["trends"] == everybody["A"]


def test_a_team_of_one_agents_calls_has_no_rank(db: str) -> None:
    (row,) = rows_of("--db", db, "--agent", "A", "--by", "team")
    assert row["rank"] is None and row["rank_to"] is None


def test_calls_without_a_verdict_are_told_beneath_and_are_measured(tmp_path: Path) -> None:
    path = str(tmp_path / "qa.db")
    with open_store(path) as store:
        store.save_call(a_call(0))
        french = a_call(1)
        metadata = replace(french.recording.metadata, agent_id="FR", agent_name=None)
        recording = replace(french.recording, metadata=metadata)
        store.save_call(replace(french, recording=recording, verdict=Verdict()))
    done = invoke("scorecard", "--db", path)
    assert "Not counted in scores: 1 call has no verdict." in done.stderr
    card = invoke("scorecard", "--db", path, "--agent", "FR").stdout
    assert "0 judged; not counted: 1 call has no verdict" in card
    (row,) = json.loads(invoke("scorecard", "--db", path, "--agent", "FR", "--json").stdout)
    assert (row["calls"], row["not_judged"], row["score_calls"]) == (0, 1, 0)


def test_a_period_without_calls_is_told_from_an_empty_database(db: str) -> None:
    told = "No call in that period: the database holds 48 calls, from 2026-03-02 to 2026-03-09.\n"
    for command in ("scorecard", "flags", "topics"):
        assert invoke(command, "--db", db, "--since", "2027-01-01").stdout == told


def test_who_has_no_calls_is_refused(db: str, tmp_path: Path) -> None:
    for option in ("--team", "--market"):
        result = invoke("scorecard", "--db", db, option, "nobody")
        assert result.exit_code == 1 and "no calls of" in result.stderr and not result.stdout
    nobody = invoke("scorecard", "--db", db, "--agent", "Mai Lin")
    assert nobody.exit_code == 1 and not nobody.stdout
    assert "did you mean A (Mei Lin)? known are A (Mei Lin), B (Omar)" in nobody.stderr
    assert invoke("scorecard", "--db", db, "--agent", "omar").stdout.startswith("Omar (B)")
    empty = tmp_path / "empty.db"
    open_store(empty).close()
    assert invoke("scorecard", "--db", str(empty)).stdout == "No calls yet.\n"
    assert rows_of("--db", str(empty)) == []


@pytest.mark.parametrize("width", [80, 100, 140, 200])
def test_columns_give_way_to_the_terminal(width: int) -> None:
    row = {
        "rank": "10–12",
        "whose": "Priya Nair",
        "team": "Gold",
        "calls": 120,
        "score": "85 (79–90)",
        "spread": "······▂▁█▅",
        "trend": "better +12",
        "sections": {"politeness": "70"},
        "worst": "Asks whether that helps",
        "index": "81*",
    }
    shown = [column.key for column in score_columns([row], "agent", width)]
    assert {"rank", "whose", "calls", "score", "trend", "worst"} <= set(shown)
    assert ("sections" in shown) == (width > 100)
    assert "best" not in shown  # nothing to show in any row


def test_a_histogram_marks_empty_classes() -> None:
    assert histogram([0, 0, 1, 8]) == "··▂█"


def test_a_listening_sound_is_no_interruption_for_the_command_either(tmp_path: Path) -> None:
    """Single words are stored, and tell that only "mm-hm" was said over the customer."""
    customer = Utterance(
        0, Role.CUSTOMER, "S1", "The parcel was due on Monday and never came.", "en", 0.0, 6.0
    )
    words = (Word("mm-hm", 3.0, 3.9, 0.9), Word("I see where it is now", 6.5, 9.0, 0.9))
    agent = Utterance(
        1, Role.AGENT, "S0", "mm-hm I see where it is now", "en", 3.0, 9.0, 0.9, words
    )
    turns = (
        SpeakerTurn(0.0, 6.0, "S1"),
        SpeakerTurn(3.0, 3.9, "S0"),
        SpeakerTurn(6.5, 9.0, "S0"),
    )
    path = tmp_path / "qa.db"
    with open_store(path) as store:
        call = replace(
            a_call(0), transcript=Transcript("en", (customer, agent), turns, duration_s=9)
        )
        store.save_call(call)
    (row,) = rows_of("--db", str(path))
    assert row["measures"]["interruptions"]["mean"] == 0.0
