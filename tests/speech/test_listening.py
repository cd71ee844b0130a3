"""The first stage: where there is speech on a mix and on two sides, with scripted models."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy.signal import butter, sosfilt

from qa_inspect.audio.decode import Audio
from qa_inspect.config import SAMPLE_RATE, Config
from qa_inspect.domain import Channels, Metadata, Span
from qa_inspect.errors import AudioError
from qa_inspect.speech import listening
from qa_inspect.speech.activity import CheckedSpeech
from qa_inspect.speech.listening import CHUNK_S, SIDES, listen


def voice(spans: Sequence[tuple[float, float]], duration_s: float, seed: int) -> np.ndarray:
    """Noise in the band of speech, rising and falling four times a second, within the spans."""
    random = np.random.default_rng(seed)
    time = np.arange(round(duration_s * SAMPLE_RATE)) / SAMPLE_RATE
    band = butter(4, [300, 3000], "bandpass", fs=SAMPLE_RATE, output="sos")
    sound = sosfilt(band, random.normal(0, 1, time.size)) * (0.6 + 0.4 * np.sin(25 * time))
    mask = np.zeros(time.size)
    for start_s, end_s in spans:
        mask[round(start_s * SAMPLE_RATE) : round(end_s * SAMPLE_RATE)] = 1.0
    return (0.2 * sound * mask + random.normal(0, 1e-4, time.size)).astype(np.float32)


class Models:
    """Finds the speech that it is told of."""

    def __init__(
        self,
        mix: Sequence[tuple[float, float]] = (),
        sides: Sequence[Sequence[tuple[float, float]]] = ((), ()),
        config: Config | None = None,
    ) -> None:
        self.config = config or Config(device="cpu")
        self.mix = [Span(*span) for span in mix]
        self.segmented = 0
        spans = [[Span(*span) for span in side] for side in sides]
        self.activity = SimpleNamespace(spans=lambda samples: spans)
        self.segmentation = SimpleNamespace(run=self._segment)

    def _segment(self, samples: np.ndarray) -> Any:
        self.segmented += 1
        return self.mix


@pytest.fixture(autouse=True)
def scripted_spans(monkeypatch: pytest.MonkeyPatch) -> None:
    def check(found: Sequence[Span], *_: Any) -> CheckedSpeech:
        return CheckedSpeech(tuple(found), dropped=(Span(37.0, 39.0),))

    monkeypatch.setattr(listening, "check_speech", check)


LEFT, RIGHT = [(1.0, 9.0), (20.0, 26.0)], [(10.0, 18.0), (28.0, 36.0)]


def sides() -> Audio:
    both = np.stack([voice(LEFT, 40, 1), voice(RIGHT, 40, 2)])
    return Audio(both, "pcm", SAMPLE_RATE)


def mono() -> Audio:
    return Audio(voice([*LEFT, *RIGHT], 40, 3)[None], "pcm", SAMPLE_RATE)


def test_a_mix_is_one_lane_heard_once() -> None:
    models = Models(mix=sorted([*LEFT, *RIGHT]))
    found = listen(mono(), Metadata(), models)  # type: ignore[arg-type]
    (only,) = found.lanes
    assert (only.speaker, found.channels, models.segmented) == (None, Channels.MONO, 1)
    assert found.segmentation is not None
    assert found.duration_s == 40.0
    assert found.not_speech == (Span(37.0, 39.0),)
    assert any("2.0 s" in note for note in found.notes)
    assert found.chunk_s == pytest.approx(30.0, abs=5.0)


def test_two_sides_are_two_lanes_without_segmentation() -> None:
    models = Models(sides=(LEFT, RIGHT))
    found = listen(sides(), Metadata(), models)  # type: ignore[arg-type]
    assert [part.speaker for part in found.lanes] == list(SIDES)
    assert (found.segmentation, models.segmented) == (None, 0)
    assert found.speech == tuple(sorted(found.speech, key=lambda span: span.start_s))
    assert sum(span.duration_s for span in found.speech) == pytest.approx(30.0, abs=1.5)
    for part, spans in zip(found.lanes, (LEFT, RIGHT), strict=True):
        assert len(part.speech) == len(spans)


@pytest.mark.parametrize("audio", [mono, sides])
def test_chunks_are_short_and_in_order(audio: Any) -> None:
    models = Models(mix=sorted([*LEFT, *RIGHT]), sides=(LEFT, RIGHT))
    found = listen(audio(), Metadata(), models)  # type: ignore[arg-type]
    for part in found.lanes:
        assert all(chunk.samples.size / SAMPLE_RATE <= CHUNK_S + 0.01 for chunk in part.chunks)
        starts = [chunk.start_s for chunk in part.chunks]
        assert starts == sorted(starts)


@pytest.mark.parametrize(
    ("stated", "asked", "channels", "agent"),
    [
        (Channels.AUTO, Channels.AUTO, Channels.AGENT_LEFT, None),
        (Channels.AGENT_RIGHT, Channels.AUTO, Channels.AGENT_RIGHT, "right"),
        (Channels.AGENT_LEFT, Channels.AUTO, Channels.AGENT_LEFT, "left"),
        (Channels.AGENT_LEFT, Channels.AGENT_RIGHT, Channels.AGENT_RIGHT, "right"),
        (Channels.AGENT_LEFT, Channels.MONO, Channels.MONO, None),
    ],
)
def test_the_settings_stand_above_the_manifest(
    stated: Channels, asked: Channels, channels: Channels, agent: str | None
) -> None:
    models = Models(sorted([*LEFT, *RIGHT]), (LEFT, RIGHT), Config(device="cpu", channels=asked))
    found = listen(sides(), Metadata(channels=stated), models)  # type: ignore[arg-type]
    assert (found.channels, found.agent_speaker) == (channels, agent)


def test_one_live_channel_is_a_mix_of_unknown_size_with_a_note() -> None:
    silent = np.zeros(40 * SAMPLE_RATE, np.float32)
    audio = Audio(np.stack([voice(LEFT, 40, 1), silent]), "pcm", SAMPLE_RATE)
    found = listen(audio, Metadata(), Models(mix=LEFT))  # type: ignore[arg-type]
    assert (len(found.lanes), found.speakers) == (1, None)
    assert any("right channel is silent" in note for note in found.notes)


@pytest.mark.parametrize("audio", [mono, sides])
def test_a_recording_in_which_nobody_speaks_is_its_own_failure(audio: Any) -> None:
    with pytest.raises(AudioError, match="nobody speaks"):
        listen(audio(), Metadata(), Models())  # type: ignore[arg-type]


def test_a_side_that_never_speaks_is_no_failure() -> None:
    found = listen(sides(), Metadata(), Models(sides=(LEFT, ())))  # type: ignore[arg-type]
    assert [bool(part.chunks) for part in found.lanes] == [True, False]
