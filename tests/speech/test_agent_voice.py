"""The agent's voice as evidence: what it may say, what it must not, and that it cannot be led."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from qa_inspect.acoustics import AgentVoice
from qa_inspect.config import SAMPLE_RATE
from qa_inspect.domain import Role, SpeakerTurn
from qa_inspect.speech.agent_voice import (
    LONGEST_S,
    CallVoices,
    Voice,
    agent_odds,
    certain_agent,
    learn,
    same_voice,
    speaker_voices,
    voice_odds,
)
from qa_inspect.speech.recurring_voice import recurring_voice, settle_by_voice

NOW = datetime(2026, 11, 22, tzinfo=UTC)
SIZE = 192


def direction(*seed: int) -> NDArray[np.float64]:
    made = np.random.default_rng(seed).standard_normal(SIZE)
    return np.asarray(made / np.linalg.norm(made))


def person(number: int) -> NDArray[np.float64]:
    """Somebody's true voice; as with real ones, two people have a cosine of about 0.5."""
    made = 0.7 * direction(0) + 0.6 * direction(1, number)
    return np.asarray(made / np.linalg.norm(made))


def take(number: int, call: int, seconds: float = 15.0) -> Voice:
    """How somebody sounds in one call: about 0.84 like his other calls."""
    made = person(number) + 0.43 * direction(2, number, call)
    return Voice(tuple(float(v) for v in made / np.linalg.norm(made)), seconds)


def taught(number: int, calls: int, agent_id: str = "A") -> AgentVoice:
    profile: AgentVoice | None = None
    for call in range(calls):
        profile = learn(profile, agent_id, take(number, call), model="m", now=NOW)
    assert profile is not None
    return profile


def cosine(profile: AgentVoice, number: int) -> float:
    return float(np.asarray(profile.centroid) @ person(number))


# ------------------------------------------------------------------ voices of a call


def loud(seconds: float, value: float) -> NDArray[np.float32]:
    return np.full(round(seconds * SAMPLE_RATE), value, dtype=np.float32)


class Listener:
    """Stands for the model: the vector says which of two constant sounds a piece is made of."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self, pieces: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
        self.seconds += sum(len(piece) for piece in pieces) / SAMPLE_RATE
        rows = [[np.mean(p == 1.0), np.mean(p == 2.0), np.mean(p == 3.0)] for p in pieces]
        made = np.array(rows, dtype=np.float32)
        return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True))


def test_only_what_is_said_alone_makes_a_voice() -> None:
    sound = np.concatenate([loud(5, 1.0), loud(2, 3.0), loud(5, 2.0)])
    turns = [SpeakerTurn(0.0, 7.0, "S0"), SpeakerTurn(5.0, 12.0, "S1")]
    voices = speaker_voices({"S0": sound, "S1": sound}, turns, Listener())
    assert voices["S0"].vector == (1.0, 0.0, 0.0)
    assert voices["S1"].vector == (0.0, 1.0, 0.0)
    assert voices["S0"].seconds == pytest.approx(4.9, abs=0.05)


def test_who_says_too_little_has_no_voice() -> None:
    sound = loud(20, 1.0)
    turns = [SpeakerTurn(0.0, 10.0, "S0"), SpeakerTurn(11.0, 12.0, "S1")]
    assert set(speaker_voices({"S0": sound, "S1": sound}, turns, Listener())) == {"S0"}
    assert speaker_voices({}, turns, Listener()) == {}
    assert speaker_voices({"S0": sound}, [], Listener()) == {}
    assert speaker_voices({"S9": sound}, turns, Listener()) == {}


def test_turns_beyond_the_sound_do_no_harm() -> None:
    turns = [SpeakerTurn(0.0, 50.0, "S0")]
    assert speaker_voices({"S0": loud(3, 1.0)}, turns, Listener())["S0"].seconds <= 3.0


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(0, 60), st.floats(0.05, 30), st.sampled_from(["S0", "S1", "S2"])),
        max_size=12,
    )
)
def test_the_work_is_bounded_however_long_people_talk(
    spans: list[tuple[float, float, str]],
) -> None:
    turns = [SpeakerTurn(start, start + length, who) for start, length, who in spans]
    listener = Listener()
    sound = loud(90, 1.0)
    voices = speaker_voices(dict.fromkeys(("S0", "S1", "S2"), sound), turns, listener)
    assert listener.seconds <= 3 * LONGEST_S + 0.01
    for voice in voices.values():
        assert np.linalg.norm(voice.vector) == pytest.approx(1.0, abs=1e-5)
        assert voice.seconds <= LONGEST_S + 0.01


# ------------------------------------------------------------------ evidence


def test_the_agent_is_told_from_a_customer() -> None:
    odds = voice_odds({"S0": take(1, 50), "S1": take(2, 50)}, taught(1, 4))
    assert odds["S0"] - odds["S1"] > 3.0


def test_nobody_known_means_no_evidence() -> None:
    assert voice_odds({"S0": take(1, 0)}, None) == {}


def test_a_colleague_at_the_desk_makes_no_customer_the_agent() -> None:
    assert voice_odds({"S0": take(3, 0), "S1": take(4, 0)}, taught(1, 4)) == {}


def test_two_who_both_sound_like_the_agent_say_nothing() -> None:
    odds = voice_odds({"S0": take(1, 60), "S1": take(1, 61)}, taught(1, 4))
    assert abs(odds["S0"] - odds["S1"]) < 1.0


@given(st.floats(-1, 1), st.floats(-1, 1), st.integers(1, 1000))
def test_odds_rise_with_likeness_within_bounds(one: float, other: float, calls: int) -> None:
    low, high = sorted((one, other))
    assert agent_odds(low, calls) <= agent_odds(high, calls) + 1e-12
    assert agent_odds(low, calls) >= -2.4
    assert agent_odds(high, calls) <= 3.5


def test_little_speech_and_few_calls_weigh_less() -> None:
    def margin(seconds: float, calls: int) -> float:
        voices = {"S0": take(1, 50, seconds), "S1": take(2, 50, seconds)}
        odds = voice_odds(voices, replace(profile, calls=calls))
        return odds["S0"] - odds["S1"]

    profile = taught(1, 4)
    assert margin(2.0, 4) < 0.7 * margin(10.0, 4)
    assert margin(10.0, 1) < margin(10.0, 4)


# ------------------------------------------------------------------ learning


def test_more_calls_come_nearer_to_the_true_voice() -> None:
    assert cosine(taught(1, 8), 1) > cosine(taught(1, 1), 1) + 0.04
    assert taught(1, 8).calls == 8
    assert taught(1, 8).seconds == pytest.approx(120)


def test_a_wrong_call_does_not_enter_the_voice() -> None:
    before = taught(1, 3)
    after = learn(before, "A", take(2, 0), model="m", now=NOW)
    assert after is not None
    assert after.centroid == before.centroid
    assert (after.calls, after.doubted) == (3, 1)
    voices = {"S0": take(1, 70), "S1": take(5, 70)}
    doubted, sure = voice_odds(voices, after), voice_odds(voices, before)
    assert 0 < doubted["S0"] - doubted["S1"] < sure["S0"] - sure["S1"]


@settings(max_examples=30, deadline=None)
@given(st.permutations([1] * 7 + [2, 3, 4]))
def test_in_whatever_order_the_majority_wins(order: list[int]) -> None:
    profile: AgentVoice | None = None
    for call, number in enumerate(order):
        profile = learn(profile, "A", take(number, call), model="m", now=NOW)
    for call in range(100, 103):
        profile = learn(profile, "A", take(1, call), model="m", now=NOW)
    assert profile is not None
    assert cosine(profile, 1) > 0.9
    assert max(cosine(profile, other) for other in (2, 3, 4)) < 0.7


def test_only_certain_calls_of_one_agent_teach() -> None:
    two = {"S0": Role.CUSTOMER, "S1": Role.AGENT}
    assert certain_agent(two, 0.99, False) == "S1"
    assert certain_agent(two, 0.9, False) is None
    assert certain_agent(two, 0.99, True) is None
    assert certain_agent({**two, "S2": Role.AGENT}, 0.99, False) is None
    assert certain_agent({"S0": Role.CUSTOMER}, 0.99, False) is None


def test_another_model_begins_anew_and_scraps_teach_nothing() -> None:
    old = replace(taught(1, 5), model="older")
    fresh = learn(old, "A", take(1, 9), model="m", now=NOW)
    assert fresh is not None
    assert (fresh.calls, fresh.model) == (1, "m")
    assert learn(old, "A", take(1, 9, seconds=2.0), model="m", now=NOW) is old
    assert learn(None, "A", take(1, 9, seconds=2.0), model="m", now=NOW) is None


# ------------------------------------------------------------------ several calls at once


def call_of(number: int, agent: int, customer: int, agent_id: str = "A") -> CallVoices:
    """The agent is S0 in every other call."""
    names = ("S0", "S1") if number % 2 else ("S1", "S0")
    voices = {names[0]: take(agent, number), names[1]: take(customer, number)}
    return CallVoices(f"call-{agent_id}-{number}", agent_id, voices)


def right(call: CallVoices, odds: dict[str, float]) -> bool:
    number = int(call.call_id.rsplit("-", 1)[1])
    agent, customer = ("S0", "S1") if number % 2 else ("S1", "S0")
    return odds[agent] - odds[customer] > 1.0


def test_the_voice_in_all_calls_is_the_agents() -> None:
    calls = [call_of(number, 1, 10 + number) for number in range(6)]
    settled = settle_by_voice(calls, {"A": None})
    assert set(settled) == {call.call_id for call in calls}
    assert all(right(call, dict(settled[call.call_id])) for call in calls)


def test_a_profile_settles_a_single_call() -> None:
    call = call_of(1, 1, 10)
    settled = settle_by_voice([call], {"A": taught(1, 3)})
    assert right(call, dict(settled[call.call_id]))


def test_decided_calls_and_single_calls_are_left_alone() -> None:
    decided = [replace(call_of(n, 1, 10 + n), agent_speaker="S0") for n in range(6)]
    assert settle_by_voice(decided, {}) == {}
    assert settle_by_voice([call_of(0, 1, 10)], {}) == {}
    assert settle_by_voice([call_of(0, 1, 10), call_of(1, 1, 11)], {}) == {}
    assert settle_by_voice([], {}) == {}


def test_a_customer_who_rings_every_time_is_not_taken_for_the_agent() -> None:
    calls = [call_of(number, 1, 10) for number in range(5)]
    assert recurring_voice(calls) is None
    named = [replace(call, customer_id="C-1") for call in calls]
    assert recurring_voice(named) is None


def test_one_stranger_among_the_calls_is_left_open() -> None:
    calls = [call_of(number, 1, 10 + number) for number in range(5)] + [call_of(9, 77, 78)]
    settled = settle_by_voice(calls, {})
    assert calls[-1].call_id not in settled
    assert all(right(call, dict(settled[call.call_id])) for call in calls[:-1])


def test_a_voice_in_two_agents_calls_is_a_machines() -> None:
    machine = 500
    calls = [
        CallVoices(
            f"call-{agent_id}-{n}",
            agent_id,
            {"S0": take(machine, n + offset), "S1": take(10 + n + offset, n)},
        )
        for offset, agent_id in ((0, "A"), (100, "B"))
        for n in range(5)
    ]
    assert recurring_voice(calls[:5]) is not None
    assert settle_by_voice(calls, {}) == {}


def test_unrelated_calls_have_no_common_voice() -> None:
    calls = [call_of(number, 10 + number, 50 + number) for number in range(8)]
    assert recurring_voice(calls) is None


def test_everything_travels_between_processes_and_shows_no_voice() -> None:
    call = call_of(1, 1, 10)
    profile = taught(1, 2)
    assert pickle.loads(pickle.dumps((call, profile))) == (call, profile)
    assert repr(call).count(".") < 6


# ------------------------------------------------------------------ real voices


@pytest.mark.models
@pytest.mark.shared_data
def test_real_people_recognise_themselves(shared_data: Path) -> None:
    from qa_inspect import weights
    from qa_inspect.audio.decode import decode
    from qa_inspect.config import DecodeLimits
    from qa_inspect.speech.embedding import VoiceEmbedder
    from qa_inspect.speech.threads import Workers

    folder = shared_data / "audio" / "acted_call_40"
    stereo = decode(folder / "stereo.flac", DecodeLimits()).samples
    rows = [line.split() for line in (folder / "reference.rttm").read_text().splitlines()]
    turns = [SpeakerTurn(float(r[3]), float(r[3]) + float(r[4]), r[7]) for r in rows]
    middle_s = stereo.shape[1] / SAMPLE_RATE / 2
    path = weights.find("campplus-zh-en").path
    embed = VoiceEmbedder(path, workers=Workers(2)).embed
    # The first half from the clean channels, the second from the mix: two ways to record.
    first = speaker_voices(
        {"customer": stereo[0], "agent": stereo[1]},
        [turn for turn in turns if turn.end_s < middle_s],
        embed,
        longest_s=6.0,
    )
    mix = stereo.mean(axis=0)
    second = speaker_voices(
        {"customer": mix, "agent": mix},
        [turn for turn in turns if turn.start_s > middle_s],
        embed,
        longest_s=6.0,
    )
    profile = learn(None, "A", first["agent"], model="campplus-zh-en", now=NOW)
    odds = voice_odds(second, profile)
    assert odds["agent"] - odds["customer"] > 2.0
    likeness = [
        float(np.asarray(second["agent"].vector) @ np.asarray(first[who].vector))
        for who in ("agent", "customer")
    ]
    assert same_voice(likeness[0]) > 2.0 > 0.0 > same_voice(likeness[1])
