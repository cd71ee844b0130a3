"""Real telephone audio that lies outside the project: who spoke, what was said, who is the agent.

Error rates are asserted with room for noise; docs/performance.md has the figures as measured.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import jiwer
import pytest
from pyannote.core import Annotation, Segment
from pyannote.metrics.diarization import DiarizationErrorRate

from qa_inspect.audio.decode import decode
from qa_inspect.config import Config, DecodeLimits
from qa_inspect.domain import Metadata, Role, Transcript
from qa_inspect.speech.pipeline import SpeechPipeline

pytestmark = [pytest.mark.models, pytest.mark.shared_data, pytest.mark.timeout(600)]

Hear = Callable[[str], Transcript]


@pytest.fixture(scope="module")
def hear(shared_data: Path) -> Hear:
    """Transcribes a file of the evaluation data, once a module."""
    pipeline = SpeechPipeline(Config())
    heard: dict[str, Transcript] = {}

    def once(name: str) -> Transcript:
        if name not in heard:
            audio = decode(shared_data / "audio" / name, DecodeLimits())
            heard[name] = pipeline.process(audio, Metadata())
        return heard[name]

    return once


def test_mono_and_stereo_of_a_call_agree_on_who_said_what(hear: Hear) -> None:
    mono, stereo = hear("acted_call_40/mono.flac"), hear("acted_call_40/stereo.flac")
    assert stereo.roles["right"] is Role.AGENT
    for transcript in (mono, stereo):
        assert not transcript.needs_review
        assert transcript.role_confidence > 0.9
    for role in (Role.AGENT, Role.CUSTOMER):
        assert jiwer.wer(_said(stereo, role), _said(mono, role)) < 0.35


def test_diarization_of_a_mono_call(hear: Hear, shared_data: Path) -> None:
    reference = _rttm(shared_data / "audio/acted_call_40/reference.rttm")
    found = hear("acted_call_40/mono.flac")
    assert _error(reference, found, collar=0.25) <= 0.06


def test_a_phone_chat(hear: Hear, shared_data: Path) -> None:
    found = hear("phone_chat/sample.wav")
    folder = shared_data / "audio/phone_chat"
    truth = " ".join(line.split(maxsplit=5)[5] for line in _lines(folder / "sample.stm"))
    heard = " ".join(u.text for u in found.utterances)
    assert jiwer.wer(_plain(truth), _plain(heard)) <= 0.20
    assert _error(_rttm(folder / "sample.rttm"), found, collar=0.0) <= 0.06


def _said(transcript: Transcript, role: Role) -> str:
    return _plain(" ".join(u.text for u in transcript.utterances if u.role is role))


def _plain(text: str) -> str:
    return " ".join("".join(c if c.isalnum() or c == "'" else " " for c in text.lower()).split())


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text().splitlines() if line and not line.startswith(";")]


def _rttm(path: Path) -> Annotation:
    reference = Annotation()
    for line in _lines(path):
        _, _, _, start, length, _, _, speaker, *_ = line.split()
        reference[Segment(float(start), float(start) + float(length)), speaker + start] = speaker
    return reference


def _error(reference: Annotation, found: Transcript, collar: float) -> float:
    hypothesis = Annotation()
    for number, turn in enumerate(found.turns):
        hypothesis[Segment(turn.start_s, turn.end_s), number] = turn.speaker
    # pyannote counts the collar as its whole width, half on either side of a boundary.
    return float(DiarizationErrorRate(collar=2 * collar)(reference, hypothesis))
