"""``qa-inspect topics``: a day beside the day before, as table, JSON and CSV."""

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
from made_calls import inspected

from qa_inspect.audio.manifest_fields import FIELDS
from qa_inspect.commands.main import cli
from qa_inspect.domain import (
    CallResult,
    Evidence,
    Flag,
    Metadata,
    Role,
    Severity,
    Transcript,
    Utterance,
    Verdict,
)
from qa_inspect.report.topics import find_topics
from qa_inspect.rubric.topic_finder import customer_utterances
from qa_inspect.store.results import CallQuery, open_store
from qa_inspect.store.said import calls_as_said
from qa_inspect.store.sentence_vectors import count_vectors

DAY = datetime(2026, 11, 21, tzinfo=UTC)
TAXONOMY = """\
taxonomy: own
topics:
  - id: customs
    title: Customs and duties
    examples: {en: [They ask me to pay customs duty.]}
    phrases: {en: [customs]}
  - id: refund
    examples: {en: [I want my money back.]}
    phrases: {en: [refund]}
small_talk: {en: [Good morning.]}
"""


def invoke(*arguments: str) -> Any:
    return CliRunner().invoke(cli, arguments, prog_name="qa-inspect")


def a_call(number: int, started_at: datetime, text: str) -> CallResult:
    said = (
        Utterance(0, Role.AGENT, "a", "Harbour Parcels, good morning.", "en", 0.0, 2.0),
        Utterance(1, Role.CUSTOMER, "b", text, "en", 65.0, 69.0),
    )
    transcript = Transcript("en", said) if text else None
    topic = "border" if number % 2 else None
    return inspected(f"c{number:02}", transcript, started_at=started_at, topic=topic)


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """Two days of calls: five about refunds the day before, then twelve about customs."""
    folder = tmp_path_factory.mktemp("topics")
    (folder / "own.yaml").write_text(TAXONOMY)
    db = str(folder / "qa.db")
    with open_store(db) as store:
        for number in range(12):
            before = "Where is my refund?" if number < 5 else "Good morning."
            store.save_call(a_call(number, DAY - timedelta(hours=12), before))
            store.save_call(a_call(20 + number, DAY + timedelta(hours=9), "Customs want money."))
        store.save_call(a_call(40, DAY + timedelta(hours=9), "My refund never came."))
        store.save_call(a_call(41, DAY + timedelta(hours=9), ""))
    return db, str(folder / "own.yaml")


def on_the_day(night: tuple[str, str], *more: str) -> Any:
    db, taxonomy = night
    day = ("--since", "2026-11-21", "--until", "2026-11-21")
    result = invoke("topics", "--db", db, "--taxonomy", taxonomy, *day, *more)
    assert result.exit_code == 0, result.output
    return result


@pytest.mark.models
def test_a_day_beside_the_day_before(night: tuple[str, str]) -> None:
    told = json.loads(on_the_day(night, "--json").stdout)
    assert told["issues"] == ["customs", "refund"]
    customs, refund = told["found"]
    assert (customs["calls"], customs["before"], customs["rose"]) == (12, 0, True)
    assert customs["share"] == pytest.approx(12 / 13, abs=1e-4)
    assert (refund["calls"], refund["before"], refund["rose"]) == (1, 5, False)
    assert customs["examples"][0]["quote"] == "Customs want money."
    assert customs["examples"][0]["start_s"] == 65
    assert len(customs["call_ids"]) == 12
    assert (told["none"], told["without_words"]) == (0, 1)
    assert told["topics"] == {"border": 7}
    assert told["rising"][0]["term"] == "customs"
    with open_store(night[0], create=False) as store:
        assert count_vectors(store) > 0


@pytest.mark.models
def test_the_table_names_issues_and_the_calls_behind_them(night: tuple[str, str]) -> None:
    told = on_the_day(night).stdout
    assert "1. Customs and duties: 12 calls, 92% (before 0%, rose)" in told
    assert "c20 1:05 “Customs want money.”" in told
    assert "Topics of the manifest: border 7" in told
    calls = on_the_day(night, "--topic", "refund").stdout
    assert "c40" in calls and "c20" not in calls


@pytest.mark.models
def test_one_table_as_csv(night: tuple[str, str]) -> None:
    rows = list(csv.DictReader(io.StringIO(on_the_day(night, "--format", "csv").stdout)))
    assert {"kind": "topic", "name": "customs", "rose": "true"}.items() <= rows[0].items()
    assert {row["kind"] for row in rows} == {"topic", "term"}


@pytest.mark.models
def test_the_report_has_the_topics_of_its_period(night: tuple[str, str], tmp_path: Path) -> None:
    out = tmp_path / "report"
    day = ("--since", "2026-11-21", "--until", "2026-11-21")
    result = invoke("report", "--db", night[0], "--out", str(out), *day)
    assert result.exit_code == 0, result.output
    page = (out / "topics.html").read_text(encoding="utf-8")
    assert "Customs and duties" in page and "border 7" in page
    assert "calls/c20.html#t=65.00" in page
    assert 'href="topics.html"' in (out / "index.html").read_text(encoding="utf-8")


def test_without_the_model_terms_are_still_told(
    night: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from qa_inspect.errors import ModelError
    from qa_inspect.rubric import tools

    def missing(**_: object) -> None:
        raise ModelError("the sentence model is not installed", cure="install it")

    monkeypatch.setattr(tools, "load_embedder", missing)
    result = on_the_day(night, "--json")
    told = json.loads(result.stdout)
    assert told["found"] == [] and told["topics"] == {"border": 7}
    assert told["terms"]
    assert "not installed" in result.stderr


def test_a_topic_nobody_knows(night: tuple[str, str]) -> None:
    result = invoke("topics", "--db", night[0], "--topic", "weather")
    assert result.exit_code != 0


def test_the_words_of_a_grave_flag_show_no_topic(tmp_path: Path) -> None:
    db = str(tmp_path / "grave.db")
    (tmp_path / "own.yaml").write_text(TAXONOMY)
    grave = Flag(
        "self_harm", Severity.CRITICAL, 0.9, "", (Evidence(1, 65, 67, "Customs finish me"),), "risk"
    )
    with open_store(db) as store:
        call = a_call(1, DAY, "Customs finish me. Send me my refund.")
        store.save_call(replace(call, verdict=Verdict(flags=(grave,))))
        store.save_call(a_call(2, DAY, "Customs want money."))
        said = list(calls_as_said(store, CallQuery(), ["self_harm"]))
        assert [one.verdict.flags for one in said] == [(grave,), ()]
    told = invoke("topics", "--db", db, "--taxonomy", str(tmp_path / "own.yaml"), "--json")
    found = {trend["topic"]: trend["call_ids"] for trend in json.loads(told.stdout)["found"]}
    assert found == {"customs": ["c02"], "refund": ["c01"]}


def test_no_call_and_no_start_are_told(tmp_path: Path) -> None:
    db = str(tmp_path / "qa.db")
    with open_store(db):
        pass
    assert "No customer said anything" in invoke("topics", "--db", db).stdout
    header = invoke("topics", "--db", db, "--format", "csv").stdout.strip()
    assert header == "kind,language,name,calls,share,before,before_share,rose"
    with open_store(db) as store:
        whole = a_call(1, DAY, "")
        store.save_call(replace(whole, recording=replace(whole.recording, metadata=Metadata())))
    told = invoke("topics", "--db", db, "--since", "2026-11-21")
    assert "1 call has no started_at" in told.stderr
    assert "1 call has" not in invoke("topics", "--db", db).stderr


def test_what_was_said_is_read_as_from_whole_calls(night: tuple[str, str]) -> None:
    with open_store(night[0], create=False) as store:
        query = CallQuery(since=DAY)
        said, whole = list(calls_as_said(store, query)), list(store.calls(query))
    assert [one.recording.call_id for one in said] == [one.recording.call_id for one in whole]
    for one, other in zip(said, whole, strict=True):
        assert (one.transcript is None) is (other.transcript is None)
        assert one.recording.metadata.topic == other.recording.metadata.topic
        if one.transcript and other.transcript:
            assert one.transcript.language == other.transcript.language
            assert one.transcript.utterances == customer_utterances(other.transcript)
    assert find_topics(said).terms == find_topics(whole).terms != ()


def test_help_of_imports_names_every_field() -> None:
    told = invoke("import-transcripts", "--help").stdout
    named = (*FIELDS, "call_id", "turns", "text", "role", "speaker", "start_s", "end_s")
    assert not [name for name in named if name not in told]
