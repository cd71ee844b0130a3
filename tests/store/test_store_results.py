"""Saving and loading calls: nothing is lost, doubled or mixed up."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qa_inspect.acoustics import Outline, Prosody
from qa_inspect.domain import (
    AutoFail,
    CallResult,
    CallStatus,
    Channels,
    CheckResult,
    CheckStatus,
    Direction,
    Doubt,
    Evidence,
    Flag,
    Fragility,
    Metadata,
    Recording,
    Role,
    RubricScore,
    Severity,
    SpeakerTurn,
    Transcript,
    Utterance,
    Verdict,
    Word,
)
from qa_inspect.errors import InputError, StoreError
from qa_inspect.store import ledger
from qa_inspect.store.results import CallQuery, KnownCall, Store, open_store

texts = st.text(st.characters(), max_size=12)  # surrogates and NUL included
seconds = st.floats(0, 1e5, allow_nan=False)
shares = st.floats(0, 1, allow_nan=False)
zones = st.one_of(
    st.none(),
    st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes))),
)
moments = st.builds(
    lambda naive, zone: naive.replace(tzinfo=zone),
    st.datetimes(datetime(1971, 1, 1), datetime(2900, 1, 1)),
    zones,
)
small_maps = st.dictionaries(texts, texts, max_size=3)
paths = st.text(st.characters(exclude_characters="\0"), min_size=1, max_size=12).map(Path)


def tuples(of: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(of, max_size=3).map(tuple)


def maybe(of: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), of)


evidence = st.builds(Evidence, maybe(st.integers(0, 99)), maybe(seconds), maybe(seconds), texts)
words = st.builds(Word, texts, seconds, seconds, shares)
levels = st.floats(-120, 500, allow_nan=False)
sounds = st.builds(
    Prosody, seconds, levels, maybe(levels), maybe(levels), maybe(levels), maybe(levels)
)
utterances = st.builds(
    Utterance,
    st.integers(0, 999),
    st.sampled_from(Role),
    texts,
    texts,
    texts,
    maybe(seconds),
    maybe(seconds),
    maybe(shares),
    tuples(words),
    maybe(sounds),
)
transcripts = st.builds(
    Transcript,
    texts,
    tuples(utterances),
    tuples(st.builds(SpeakerTurn, seconds, seconds, texts)),
    st.dictionaries(texts, st.sampled_from(Role), max_size=3),
    st.sampled_from(Channels),
    maybe(seconds),
    maybe(seconds),
    shares,
    st.booleans(),
    tuples(texts),
)
checks = st.builds(
    CheckResult,
    texts,
    texts,
    texts,
    st.sampled_from(CheckStatus),
    seconds,
    seconds,
    texts,
    texts,
    tuples(evidence),
    maybe(shares),
    texts,
    maybe(st.sampled_from(AutoFail)),
    st.sampled_from(Severity),
    tuples(st.builds(Fragility, st.sampled_from(Doubt), st.sampled_from(CheckStatus))),
)
flags = st.builds(Flag, texts, st.sampled_from(Severity), shares, texts, tuples(evidence), texts)
verdicts = st.builds(
    Verdict,
    tuples(st.builds(RubricScore, texts, texts, maybe(seconds), texts)),
    tuples(checks),
    tuples(flags),
    maybe(seconds),
)
metadata = st.builds(
    Metadata,
    agent_id=maybe(texts),
    agent_name=maybe(texts),
    team=maybe(texts),
    customer_id=maybe(texts),
    language=maybe(texts),
    market=maybe(texts),
    direction=maybe(st.sampled_from(Direction)),
    started_at=maybe(moments),
    channels=st.sampled_from(Channels),
    csat=maybe(st.integers(1, 5)),
    nps=maybe(st.integers(0, 10)),
    topic=maybe(texts),
    attributes=small_maps,
)
call_results = st.builds(
    CallResult,
    st.builds(Recording, texts, maybe(paths), st.just("ab" * 32), metadata),
    st.sampled_from(CallStatus),
    maybe(transcripts),
    verdicts,
    maybe(texts),
    small_maps,
    st.dictionaries(texts, seconds, max_size=3),
    maybe(st.builds(Outline, seconds, st.dictionaries(texts, st.binary(), min_size=1, max_size=2))),
)


@pytest.fixture
def store(place: str) -> Any:
    with open_store(place) as opened:
        yield opened


def a_call(call_id: str, **changes: Any) -> CallResult:
    details = {f.name: changes.pop(f.name) for f in fields(Metadata) if f.name in changes}
    sha256 = changes.pop("sha256", call_id * 8)
    recording = Recording(call_id, Path(f"{call_id}.wav"), sha256, Metadata(**details))
    return CallResult(recording, **{"status": CallStatus.OK, **changes})


@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(call=call_results)
def test_any_call_loads_as_it_was_saved(store: Store, call: CallResult) -> None:
    store.save_call(call)
    loaded = store.load_call(call.recording.call_id)
    assert loaded == call
    started = call.recording.metadata.started_at
    assert loaded is not None
    back = loaded.recording.metadata.started_at
    assert (back and back.utcoffset()) == (started and started.utcoffset())


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(first=call_results, second=call_results)
def test_saving_again_replaces(store: Store, first: CallResult, second: CallResult) -> None:
    second = replace(second, recording=replace(second.recording, call_id="same"))
    store.save_call(replace(first, recording=replace(first.recording, call_id="same")))
    store.save_call(second)
    assert store.load_call("same") == second
    assert store.call_ids().count("same") == 1


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(call=call_results, verdict=verdicts)
def test_a_new_verdict_changes_nothing_else(
    store: Store, call: CallResult, verdict: Verdict
) -> None:
    store.save_call(call)
    store.save_verdict(call.recording.call_id, verdict)
    assert store.load_call(call.recording.call_id) == replace(call, verdict=verdict)


def test_calls_come_by_start_and_stream_while_being_written(store: Store) -> None:
    day = datetime(2026, 3, 1, 12, tzinfo=timezone(timedelta(hours=8)))
    store.save_call(a_call("none"))
    store.save_call(a_call("late", started_at=day + timedelta(hours=1)))
    # Six in the morning in UTC is later than noon in Singapore.
    store.save_call(a_call("zone", started_at=datetime(2026, 3, 1, 6, tzinfo=UTC)))
    store.save_call(a_call("early", started_at=day))
    seen = []
    for call in store.calls():
        seen.append(call.recording.call_id)
        store.save_verdict(call.recording.call_id, Verdict(score=50.0))
    assert seen == ["early", "late", "zone", "none"]
    assert all(call.verdict.score == 50.0 for call in store.calls())


def test_more_calls_than_one_batch(store: Store) -> None:
    expected = [f"call-{number:03}" for number in range(230)]
    for call_id in reversed(expected):
        store.save_call(a_call(call_id))
    assert [call.recording.call_id for call in store.calls()] == expected
    assert store.count() == 230


def test_queries(store: Store) -> None:
    day = datetime(2026, 3, 1, tzinfo=UTC)
    churn = Flag("churn", Severity.LOW, 0.5, "wants to leave")
    abuse = Flag("abuse", Severity.HIGH, 0.9, "swears")
    failed = CheckResult("support", "greeting", "said", CheckStatus.FAIL, 0, 5, "no greeting")
    store.save_call(
        a_call("a", agent_id="1", team="x", started_at=day, verdict=Verdict(flags=(churn,)))
    )
    store.save_call(
        a_call(
            "b",
            agent_id="2",
            team="x",
            customer_id="c9",
            started_at=day + timedelta(days=1),
            verdict=Verdict(flags=(churn, abuse), checks=(failed,)),
        )
    )
    store.save_call(a_call("c", agent_id="2", customer_id="c9", status=CallStatus.FAILED))

    def ids(**asked: Any) -> list[str]:
        return [call.recording.call_id for call in store.calls(CallQuery(**asked))]

    assert ids(agent_id="2") == ["b", "c"]
    assert ids(team="x") == ["a", "b"]
    assert ids(since=day + timedelta(seconds=1)) == ["b"]
    assert ids(until=day + timedelta(days=1)) == ["a"]
    assert ids(since=datetime(2026, 3, 1)) == ["a", "b"]
    assert ids(flag="churn") == ["a", "b"]
    assert ids(min_severity=Severity.MEDIUM) == ["b"]
    assert ids(flag="churn", min_severity=Severity.HIGH) == []
    assert ids(status=CallStatus.FAILED) == ["c"]
    assert ids(failed_item="greeting") == ["b"]
    assert [call.recording.call_id for call in store.customer_calls("c9")] == ["b", "c"]
    assert store.count_by_status().total == 3
    assert store.count_by_status().failed == 1
    assert store.count(CallQuery(team="x")) == 2


def test_words_can_be_left_out(store: Store) -> None:
    word = Word("hello", 0.0, 0.4, 0.9)
    utterance = Utterance(0, Role.AGENT, "S0", "hello", "en", 0.0, 0.4, 0.9, (word,))
    store.save_call(a_call("a", transcript=Transcript("en", (utterance,))))
    (light,) = store.calls(words=False)
    assert light.transcript is not None
    assert light.transcript.utterances == (replace(utterance, words=()),)


def test_known_prefers_a_call_that_is_ok(store: Store) -> None:
    store.save_call(a_call("z-failed", sha256="aa", status=CallStatus.FAILED, error="broken"))
    store.save_call(a_call("b-ok", sha256="aa"))
    store.save_call(a_call("only-failed", sha256="bb", status=CallStatus.FAILED, error="silent"))
    assert store.known() == {
        "aa": KnownCall("b-ok", CallStatus.OK, Path("b-ok.wav")),
        "bb": KnownCall("only-failed", CallStatus.FAILED, Path("only-failed.wav")),
    }


def test_a_call_that_is_not_there(store: Store) -> None:
    assert store.load_call("nobody") is None
    assert store.delete_call("nobody") is False
    with pytest.raises(InputError, match="no call 'nobody'"):
        store.save_verdict("nobody", Verdict())


def test_delete_takes_everything_with_it(store: Store) -> None:
    run_id = ledger.start_run(store, {})
    utterance = Utterance(0, Role.AGENT, "S0", "hello", "en")
    store.save_call(a_call("a", transcript=Transcript("en", (utterance,))), run_id=run_id)
    assert store.delete_call("a") is True
    with store.reading() as connection:
        for table in ("calls", "utterances", "run_calls"):
            left = connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar()
            assert left == 0, table


def test_a_number_that_is_none_is_refused_and_leaves_the_old_call(store: Store) -> None:
    store.save_call(a_call("a", verdict=Verdict(score=70.0)))
    bad = Evidence(None, float("nan"), None, "")
    with pytest.raises(StoreError, match="cannot be stored"):
        store.save_call(
            a_call("a", verdict=Verdict(flags=(Flag("f", Severity.LOW, 0.1, "", (bad,)),)))
        )
    kept = store.load_call("a")
    assert kept is not None
    assert kept.verdict == Verdict(score=70.0)


def test_calls_from_before_sound_was_measured_have_none(place: str) -> None:
    spoken = Utterance(0, Role.AGENT, "S0", "Hello.", "en", 0.0, 1.0, prosody=Prosody(0.9, -20.5))
    call = CallResult(Recording("a", None, "aa"), CallStatus.OK, Transcript("en", (spoken,)))
    with open_store(place) as store:
        store.save_call(call)
        assert store.load_call("a") == call
        with store.writing() as connection:
            connection.exec_driver_sql("UPDATE utterances SET prosody = NULL")
        found = store.load_call("a")
    assert found is not None and found.transcript is not None
    assert found.transcript.utterances == (replace(spoken, prosody=None),)
