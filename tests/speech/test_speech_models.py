"""The speech models on real sound: the project's samples, and real calls where they are at hand."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from qa_inspect.audio.decode import Audio, decode
from qa_inspect.config import Config, DecodeLimits
from qa_inspect.domain import Channels, Direction, Metadata, Role, Transcript
from qa_inspect.errors import AudioError
from qa_inspect.speech.pipeline import SpeechPipeline

SAMPLES = Path(__file__).parents[2] / "samples"

pytestmark = pytest.mark.models


@pytest.fixture(scope="module")
def pipeline() -> SpeechPipeline:
    return SpeechPipeline(Config())


def hear(pipeline: SpeechPipeline, path: Path, channels: str = "auto") -> Transcript:
    metadata = Metadata(channels=Channels(channels), direction=Direction.INBOUND)
    return pipeline.process(decode(path, DecodeLimits()), metadata)


def words_of(transcript: Transcript) -> list[tuple[str, Role]]:
    return [
        (plain, u.role)
        for u in transcript.utterances
        for word in u.words
        for plain in re.findall(r"[a-z0-9']+", word.text.lower())
    ]


def error_rate(reference: Any, transcript: Transcript, collar: float) -> float:
    from pyannote.core import Annotation, Segment, Timeline
    from pyannote.metrics.diarization import DiarizationErrorRate

    found = Annotation()
    for i, turn in enumerate(transcript.turns):
        found[Segment(turn.start_s, turn.end_s), i] = turn.speaker
    whole = Timeline([Segment(0, transcript.duration_s)])
    return float(DiarizationErrorRate(collar=2 * collar)(reference, found, uem=whole))


def reference_of(path: Path) -> Any:
    from pyannote.core import Annotation, Segment

    made = Annotation()
    for i, line in enumerate(path.read_text().splitlines()):
        row = line.split()
        if row and row[0] == "SPEAKER":
            made[Segment(float(row[3]), float(row[3]) + float(row[4])), i] = row[7]
    return made


@pytest.mark.parametrize(
    ("name", "channels"), [("04_skipped_script_en", "agent-right"), ("02_rude_agent_en", "auto")]
)
def test_samples_give_words_to_the_right_role(
    pipeline: SpeechPipeline, name: str, channels: str
) -> None:
    (path,) = (SAMPLES / "calls").glob(f"{name}.*")
    truth = json.loads((SAMPLES / "truth" / f"{name}.json").read_text())["turns"]
    transcript = hear(pipeline, path, channels)
    right = known = 0
    for utterance in transcript.utterances:
        for word in utterance.words:
            middle = (word.start_s + word.end_s) / 2
            who = {t["role"] for t in truth if t["start_s"] - 0.2 <= middle <= t["end_s"] + 0.2}
            known += bool(who)
            right += utterance.role.value in who
    assert known > 60
    assert right / known >= 0.97
    assert transcript.role_confidence >= 0.7


def test_a_wrong_channel_in_the_manifest_is_noticed(pipeline: SpeechPipeline) -> None:
    transcript = hear(pipeline, SAMPLES / "calls" / "01_excellent_en.ogg", "agent-right")
    assert transcript.needs_review
    assert any("contradicted" in note for note in transcript.notes)


def test_fake_stereo_is_heard_as_mono(pipeline: SpeechPipeline) -> None:
    one = decode(SAMPLES / "calls" / "02_rude_agent_en.mp3", DecodeLimits()).mono()[: 16000 * 15]
    audio = Audio(np.stack([one, one]), "pcm", 8000)
    transcript, timings = pipeline.process_timed(audio, Metadata(channels=Channels.AGENT_LEFT))
    assert transcript.channels is Channels.MONO
    assert any("same sound" in note for note in transcript.notes)
    assert {"activity", "transcription", "diarization"} <= set(timings)


@pytest.mark.parametrize("kind", ["noise", "tone", "silence"])
def test_a_recording_without_speech_says_so(pipeline: SpeechPipeline, kind: str) -> None:
    time_s = np.arange(16000 * 12) / 16000
    sound = {
        "noise": 0.02 * np.random.default_rng(0).standard_normal(len(time_s)),
        "tone": 0.1 * np.sin(2 * np.pi * 440 * time_s) * (time_s % 2 < 1),
        "silence": np.zeros(len(time_s)),
    }[kind].astype(np.float32)
    with pytest.raises(AudioError, match=r"nobody speaks|no words"):
        pipeline.process(Audio(sound[None, :], "pcm", 16000), Metadata())


@pytest.mark.shared_data
def test_a_real_call_in_mono_and_stereo(pipeline: SpeechPipeline, shared_data: Path) -> None:
    import difflib

    folder = shared_data / "audio" / "acted_call_40"
    reference = reference_of(folder / "reference.rttm")
    mono = hear(pipeline, folder / "mono.flac")
    stereo = hear(pipeline, folder / "stereo.flac")
    assert error_rate(reference, mono, 0.25) <= 0.03
    assert error_rate(reference, mono, 0.0) <= 0.06
    assert stereo.roles == {"left": Role.CUSTOMER, "right": Role.AGENT}
    assert not mono.needs_review
    left, right = words_of(mono), words_of(stereo)
    matcher = difflib.SequenceMatcher(None, [w for w, _ in left], [w for w, _ in right], False)
    pairs = [
        (left[b.a + i][1], right[b.b + i][1])
        for b in matcher.get_matching_blocks()
        for i in range(b.size)
    ]
    assert len(pairs) > 500
    assert sum(a is b for a, b in pairs) / len(pairs) >= 0.98


@pytest.mark.shared_data
def test_a_real_chat_has_its_words_and_speakers(
    pipeline: SpeechPipeline, shared_data: Path
) -> None:
    import jiwer

    folder = shared_data / "audio" / "phone_chat"
    transcript = hear(pipeline, folder / "sample.wav")
    truth = " ".join(
        " ".join(line.split()[5:]) for line in (folder / "sample.stm").read_text().splitlines()
    )
    plain = " ".join(re.findall(r"[a-z0-9']+", truth.lower()))
    assert jiwer.wer(plain, " ".join(word for word, _ in words_of(transcript))) <= 0.20
    assert error_rate(reference_of(folder / "sample.rttm"), transcript, 0.0) <= 0.06
    assert transcript.needs_review, "nobody here is an agent"


def test_a_named_pipeline_is_given_sound_and_the_number_of_speakers(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from pyannote import audio as pyannote_audio
    from pyannote.core import Annotation, Segment

    from qa_inspect.speech.named_pipeline import PipelineDiarizer

    asked: dict[str, Any] = {}

    class Scripted:
        segmentation_batch_size = 1

        def to(self, device: Any) -> None:
            asked["device"] = str(device)

        def __call__(self, sound: Any, **told: int) -> Annotation:
            asked.update(told, shape=tuple(sound["waveform"].shape), rate=sound["sample_rate"])
            made = Annotation()
            made[Segment(2, 3)] = "late"
            made[Segment(0, 1)] = "early"
            return made

    def opened(place: Any) -> Scripted:
        asked["place"] = place
        return Scripted()

    monkeypatch.setattr(pyannote_audio.Pipeline, "from_pretrained", opened)
    turns = PipelineDiarizer(str(tmp_path)).run(np.zeros(16000, np.float32), 2)
    assert [(t.speaker, t.start_s) for t in turns] == [("S0", 0.0), ("S1", 2.0)]
    assert asked["num_speakers"] == 2
    assert (asked["shape"], asked["rate"], asked["place"]) == (
        (1, 16000),
        16000,
        str(tmp_path.resolve()),
    )


def test_a_pipeline_that_is_not_here_is_a_clear_error() -> None:
    from qa_inspect.errors import ModelError
    from qa_inspect.speech.named_pipeline import PipelineDiarizer

    with pytest.raises(ModelError, match="no pyannote pipeline"):
        PipelineDiarizer("someone/not-here")


def test_a_pipeline_that_would_run_other_code_is_refused(tmp_path: Path) -> None:
    from qa_inspect.errors import ModelError
    from qa_inspect.speech.named_pipeline import PipelineDiarizer

    (tmp_path / "config.yaml").write_text(
        "pipeline:\n  name: pyannote.audio.pipelines.SpeakerDiarization\n"
        "preprocessors:\n  audio:\n    name: os.system\n"
    )
    with pytest.raises(ModelError, match=r"os\.system"):
        PipelineDiarizer(str(tmp_path))
