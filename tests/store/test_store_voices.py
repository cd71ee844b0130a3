"""Agents' voices: none without consent, gone to the last byte when consent is."""

from __future__ import annotations

import base64
import struct
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_calls import inspected

from qa_inspect.acoustics import AgentVoice
from qa_inspect.errors import InputError, StoreError
from qa_inspect.store import dialect
from qa_inspect.store.results import Store, open_store
from qa_inspect.store.voices import (
    agents_of_calls,
    give_consent,
    list_voices,
    load_voices,
    purge_voices,
    update_voice,
    withdraw_consent,
)

NOW = datetime(2026, 11, 22, 2, 30, tzinfo=UTC)
MODEL = "a-model"


def voice_of(agent_id: str, first: float = 0.6) -> AgentVoice:
    numbers = (first, *np.random.default_rng(round(first * 10)).standard_normal(191))
    centroid = tuple(float(value) for value in np.asarray(numbers, dtype=np.float32))
    return AgentVoice(agent_id, centroid, 3, 1, 41.5, MODEL, NOW)


def left_of(voice: AgentVoice, found: bytes) -> int:
    """How many pieces of the voice are among the bytes, as the database file spells it."""
    packed = struct.pack(f"<{len(voice.centroid)}f", *voice.centroid)
    text = base64.b64encode(packed)
    return sum(text[begin : begin + 32] in found for begin in range(0, len(text), 32))


def keep(store: Store, voice: AgentVoice) -> bool:
    return update_voice(store, voice.agent_id, MODEL, lambda present: voice)


def bytes_on_disk(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.iterdir()))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(tmp_path / "qa.db")


def test_nothing_is_kept_without_consent(store: Store, tmp_path: Path) -> None:
    voice = voice_of("A1")
    assert not keep(store, voice)
    assert load_voices(store, MODEL) == {}
    assert list_voices(store) == ()
    assert left_of(voice, bytes_on_disk(tmp_path)) == 0


def test_consent_is_entered_once_and_keeps_what_was_there(store: Store) -> None:
    assert give_consent(store, ["A2", "A1", "A2"]) == ("A1", "A2")
    keep(store, voice_of("A1"))
    before = list_voices(store)
    assert give_consent(store, ["A1", "A3"]) == ("A3",)
    assert list_voices(store)[:2] == before
    assert load_voices(store, MODEL) == {"A1": voice_of("A1"), "A2": None, "A3": None}
    with pytest.raises(InputError):
        give_consent(store, [""])


def test_another_models_voice_does_not_count_and_gives_way(store: Store) -> None:
    give_consent(store, ["A1"])
    keep(store, voice_of("A1"))
    assert load_voices(store, "another-model") == {"A1": None}
    seen: list[AgentVoice | None] = []
    assert not update_voice(store, "A1", "another-model", lambda present: seen.append(present))
    assert seen == [None]
    assert load_voices(store, MODEL)["A1"] == voice_of("A1")


def test_people_see_counts_and_never_the_voice(store: Store) -> None:
    give_consent(store, ["A1"])
    voice = voice_of("A1")
    keep(store, voice)
    (entry,) = list_voices(store)
    assert (entry.calls, entry.doubted, entry.seconds, entry.updated_at) == (3, 1, 41.5, NOW)
    for number in voice.centroid:
        assert str(number) not in repr(entry) + repr(voice)


@pytest.mark.parametrize("end", [withdraw_consent, purge_voices])
def test_what_is_destroyed_leaves_no_byte_behind(store: Store, tmp_path: Path, end: object) -> None:
    agents = [f"A{number}" for number in range(40)]
    give_consent(store, agents)
    for number, agent_id in enumerate(agents):
        keep(store, voice_of(agent_id, first=number + 0.5))
    older = voice_of("A7", first=700.0)
    for voice in (older, voice_of("A7", first=701.0)):
        keep(store, voice)
    present = load_voices(store, MODEL)["A7"]
    assert present is not None
    assert left_of(present, bytes_on_disk(tmp_path)) == 32
    end(store, ["A7"])  # type: ignore[operator]
    left = bytes_on_disk(tmp_path)
    assert left_of(present, left) == 0
    assert left_of(older, left) == 0
    assert left_of(voice_of("A8", first=8.5), left) == 32
    consenting = load_voices(store, MODEL)
    assert consenting.get("A7") is None
    assert ("A7" in consenting) == (end is purge_voices)
    assert keep(store, voice_of("A7")) == (end is purge_voices)


def test_a_slip_in_a_name_destroys_nothing(store: Store) -> None:
    give_consent(store, ["A1"])
    keep(store, voice_of("A1"))
    for end in (withdraw_consent, purge_voices):
        with pytest.raises(InputError, match="'A11'") as raised:
            end(store, ["A1", "A11"])
        assert "voices list" in raised.value.cure
    assert load_voices(store, MODEL) == {"A1": voice_of("A1")}


def test_a_file_that_cannot_be_cleaned_now_is_no_secret(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialect, "BUSY_TIMEOUT_S", 0.1)
    give_consent(store, ["A1"])
    voice = voice_of("A1")
    keep(store, voice)
    store.close()
    store = open_store(tmp_path / "qa.db")
    with open_store(tmp_path / "qa.db") as other, other.reading() as connection:
        connection.exec_driver_sql("SELECT count(*) FROM agent_voices").scalar()
        with pytest.raises(StoreError, match="bytes may linger") as raised:
            purge_voices(store, ["A1"])
        assert "voices purge" in raised.value.cure
    assert load_voices(store, MODEL) == {"A1": None}
    purge_voices(store, ["A1"])
    assert left_of(voice, bytes_on_disk(tmp_path)) == 0


def test_agents_are_known_by_their_calls(store: Store) -> None:
    for number, agent_id in enumerate(["B", None, "A", "B"]):
        store.save_call(inspected(f"c{number}", agent_id=agent_id))
    assert agents_of_calls(store) == ("A", "B")


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.floats(-1, 1, width=32), max_size=200), st.text(min_size=1, max_size=8))
def test_a_voice_comes_back_as_it_went_in(
    store: Store, numbers: list[float], agent_id: str
) -> None:
    voice = AgentVoice(agent_id, tuple(numbers), 2, 0, 3.25, MODEL, NOW)
    give_consent(store, [agent_id])
    assert keep(store, voice)
    assert load_voices(store, MODEL)[agent_id] == voice
