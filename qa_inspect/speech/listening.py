"""The first stage of a call: how its speakers lie on the channels, where there is speech, chunks.

A mono recording is heard once by the segmentation, whose frames serve chunks and diarization
alike; a call with one side on each channel needs no segmentation at all. This module does not know
words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qa_inspect.audio.decode import Audio
from qa_inspect.domain import Channels, Metadata, Span
from qa_inspect.errors import AudioError
from qa_inspect.speech.activity import check_speech, join_spans
from qa_inspect.speech.channels import ChannelPlan, Layout, own_speech, plan_channels
from qa_inspect.speech.chunks import Chunk, cut_chunks
from qa_inspect.speech.models import SpeechModels
from qa_inspect.speech.segmentation import Segmentation

SIDES = ("left", "right")

CHUNK_S = 18.0
"""Most sound in a chunk (seconds). With the encoder's window cut to the chunk, 18 s take 0.6 of the
time of 25 s and give the same words; 14 s and less lose some, and windows filled to 30 s lose
clauses at their edges."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Lane:
    """Sound in which one side (``speaker``), or everybody (None), is heard.

    ``samples`` is (n,) float32 at 16 kHz; ``speech`` and ``chunks`` are in order of time.
    """

    speaker: str | None
    samples: Floats
    speech: tuple[Span, ...]
    chunks: tuple[Chunk, ...]


@dataclass(frozen=True, slots=True)
class Listened:
    """A call whose speech is found but not yet understood.

    ``segmentation`` is None where each side has a channel of its own; ``not_speech`` is what it
    took for speech wrongly; ``speakers`` is how many
    people to expect on a mix (None: find out); ``agent_speaker`` is whom the manifest's channel
    makes the agent. ``duration_s`` is the recording's.
    """

    metadata: Metadata
    lanes: tuple[Lane, ...]
    segmentation: Segmentation | None
    not_speech: tuple[Span, ...]
    channels: Channels
    speakers: int | None
    agent_speaker: str | None
    duration_s: float
    notes: tuple[str, ...]

    @property
    def speech(self) -> tuple[Span, ...]:
        """Where anybody speaks, in order."""
        return tuple(join_spans([span for lane in self.lanes for span in lane.speech], 0.0))

    @property
    def chunk_s(self) -> float:
        """Seconds of sound that the recogniser will hear."""
        return sum(c.end_s - c.start_s for lane in self.lanes for c in lane.chunks)


def listen(audio: Audio, metadata: Metadata, models: SpeechModels) -> Listened:
    """Finds a call's speech. Raises AudioError where nobody speaks, ModelError."""
    wish = models.config.channels
    wish = metadata.channels if wish is Channels.AUTO else wish
    plan = plan_channels(audio.samples, wish)
    if plan.layout is Layout.SEPARATE:
        return _listen_to_sides(audio, metadata, plan, models)
    return _listen_to_mix(audio, metadata, plan, models)


def require(found: Sequence[object], problem: str) -> None:
    """Raises AudioError with that problem where nothing was found."""
    if not found:
        raise AudioError(problem, cure="listen to it; there is nothing to judge without speech")


def _listen_to_mix(
    audio: Audio, metadata: Metadata, plan: ChannelPlan, models: SpeechModels
) -> Listened:
    samples = plan.samples if plan.samples is not None else audio.mono()
    segmentation = models.segmentation.run(samples)
    checked = check_speech(segmentation, samples, models.activity.spans)
    notes = (*plan.notes, *checked.notes())
    chunks = cut_chunks(samples, checked.speech, CHUNK_S)
    require(chunks, "; ".join(("nobody speaks in this recording", *checked.notes())))
    return Listened(
        metadata=metadata,
        lanes=(Lane(None, samples, checked.speech, chunks),),
        segmentation=segmentation,
        not_speech=(*checked.dropped, *checked.faint),
        channels=Channels.MONO,
        speakers=None if plan.live is not None else models.config.speakers,
        agent_speaker=None,
        duration_s=audio.duration_s,
        notes=notes,
    )


def _listen_to_sides(
    audio: Audio, metadata: Metadata, plan: ChannelPlan, models: SpeechModels
) -> Listened:
    own = own_speech(audio.samples, models.activity.spans(list(audio.samples)))
    lanes = tuple(
        Lane(side, own.samples[c], own.spans[c], cut_chunks(own.samples[c], own.spans[c], CHUNK_S))
        for c, side in enumerate(SIDES)
    )
    require([c for lane in lanes for c in lane.chunks], "nobody speaks in this recording")
    agent = plan.agent_channel
    return Listened(
        metadata=metadata,
        lanes=lanes,
        segmentation=None,
        not_speech=(),
        channels=Channels.AGENT_RIGHT if agent == 1 else Channels.AGENT_LEFT,
        speakers=None,
        agent_speaker=None if agent is None else SIDES[agent],
        duration_s=audio.duration_s,
        notes=(*plan.notes, *_leaks(own.dropped_s)),
    )


def _leaks(dropped_s: Sequence[float]) -> tuple[str, ...]:
    return tuple(
        f"{seconds:.1f} s on the {SIDES[channel]} channel are the other side coming through"
        for channel, seconds in enumerate(dropped_s)
        if seconds >= 1.0
    )
