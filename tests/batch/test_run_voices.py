"""Agents' voices over a run: taught by certain calls, settling the uncertain, only with consent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scripted import ScriptedInspector, Silent, recording

from qa_inspect.batch.inspect import CallInHand
from qa_inspect.batch.local import BatchSummary, plan_run, run_batch
from qa_inspect.batch.stopping import Stop
from qa_inspect.domain import CallResult, CallStatus, Metadata, Recording, Role, Transcript
from qa_inspect.domain import Utterance as Said
from qa_inspect.speech.agent_voice import CallVoices, Voice
from qa_inspect.store.results import Store, open_store
from qa_inspect.store.voices import give_consent, list_voices

AGENT, CALLERS = 0, (1, 2, 3, 4, 5)


def voice(person: int, call: int) -> Voice:
    random = np.random.default_rng([person, 7])
    own = np.random.default_rng([person, call, 9])
    made = 0.6 * random.standard_normal(192) + 0.15 * own.standard_normal(192)
    return Voice(tuple(float(v) for v in made / np.linalg.norm(made)), 15.0)


def call(number: int) -> Recording:
    who = Metadata(agent_id="A-1", customer_id=f"C-{number}")
    return replace(recording(number), metadata=who)


class Heard(ScriptedInspector):
    """Calls whose words say nothing of roles; in ``certain`` ones the agent is known anyway."""

    def __init__(self, certain: bool) -> None:
        super().__init__()
        self.certain = certain
        self.computed: list[str] = []

    def finish(self, hand: CallInHand) -> CallResult:
        number = int(hand.recording.call_id[-3:])
        agent = f"S{number % 2}"
        other = f"S{1 - number % 2}"
        if hand.recording.metadata.agent_id in self.profiles:
            self.computed.append(hand.recording.call_id)
            self.heard_voices[hand.recording.call_id] = CallVoices(
                hand.recording.call_id,
                "A-1",
                {agent: voice(AGENT, number), other: voice(CALLERS[number], number)},
                agent if self.certain else None,
                hand.recording.metadata.customer_id,
            )
        roles = (
            {agent: Role.AGENT, other: Role.CUSTOMER}
            if self.certain
            else {agent: Role.UNKNOWN, other: Role.UNKNOWN}
        )
        lines = tuple(
            Said(i, roles[who], who, "zzz qqq", "en", i * 2.0, i * 2.0 + 1.0, 0.9)
            for i, who in enumerate(("S0", "S1") * 3)
        )
        sure = 0.99 if self.certain else 0.5
        transcript = Transcript(
            "en",
            lines,
            roles=roles,
            duration_s=12.0,
            role_confidence=sure,
            needs_review=not self.certain,
        )
        return CallResult(hand.recording, CallStatus.OK, transcript)


def run(store: Store, inspector: Heard, calls: Sequence[Recording]) -> BatchSummary:
    plan = plan_run(calls, store)
    return run_batch(plan, inspector, store, run_id=None, stop=Stop(), progress=Silent())


@pytest.fixture
def store(tmp_path: Path) -> Store:
    with open_store(tmp_path / "qa.db") as opened:
        yield opened


def test_without_consent_no_voice_is_asked_for_or_kept(store: Store) -> None:
    inspector = Heard(certain=True)
    run(store, inspector, [call(n) for n in range(3)])
    assert inspector.computed == []
    assert list_voices(store) == ()


def test_certain_calls_teach_the_voice_of_an_agent_who_consented(store: Store) -> None:
    give_consent(store, ["A-1"])
    run(store, Heard(certain=True), [call(n) for n in range(3)])
    (entry,) = list_voices(store)
    assert (entry.agent_id, entry.calls) == ("A-1", 3)


def test_a_voice_that_recurs_settles_the_calls_that_nothing_else_could(store: Store) -> None:
    give_consent(store, ["A-1"])
    summary = run(store, Heard(certain=False), [call(n) for n in range(5)])
    assert summary.needs_review == 0
    for number in range(5):
        kept = store.load_call(f"call-{number:03}")
        assert kept is not None and kept.transcript is not None
        assert kept.transcript.roles[f"S{number % 2}"] is Role.AGENT
        assert not kept.transcript.needs_review
        assert any("voice" in note for note in kept.transcript.notes)
    (entry,) = list_voices(store)
    assert entry.calls == 0, "only decisions made without voices teach"


def test_two_calls_settle_nothing(store: Store) -> None:
    give_consent(store, ["A-1"])
    assert run(store, Heard(certain=False), [call(n) for n in range(2)]).needs_review == 2
