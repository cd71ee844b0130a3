"""A decoded recording becomes a transcript with roles: the whole way through the speech models.

Models are loaded when first needed and kept. A mono recording is heard once by the segmentation,
whose frames serve chunks and diarization alike; a call with one side on each channel needs no
diarization at all. This module does not know files, rubrics or the store.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from qa_inspect import weights
from qa_inspect.audio.decode import Audio
from qa_inspect.config import Config
from qa_inspect.domain import (
    Channels,
    Metadata,
    Role,
    Span,
    SpeakerTurn,
    Transcript,
    Word,
    base_language,
)
from qa_inspect.errors import AudioError, ModelError, SpeechError
from qa_inspect.speech.activity import ChannelActivity, join_spans, speech_spans, without_tones
from qa_inspect.speech.assemble import SpokenWord, give_words, make_utterances, with_roles
from qa_inspect.speech.channels import ChannelPlan, Layout, own_speech, plan_channels
from qa_inspect.speech.chunks import Chunk, cut_chunks, in_call_time
from qa_inspect.speech.coverage import believed, unheard
from qa_inspect.speech.devices import resolve_device
from qa_inspect.speech.diarize import MonoDiarizer
from qa_inspect.speech.embedding import VoiceEmbedder
from qa_inspect.speech.named_pipeline import PipelineDiarizer
from qa_inspect.speech.roles import assign_roles
from qa_inspect.speech.segmentation import Segmentation, SegmentationModel
from qa_inspect.speech.threads import Workers, cores, quiet_libraries
from qa_inspect.speech.transcribe.load import load_transcriber
from qa_inspect.speech.transcribe.protocol import ChunkText, Transcriber

SEGMENTATION = "segmentation-3.0"
EMBEDDING = "campplus-zh-en"
ACTIVITY = "silero-vad"
SIDES = ("left", "right")

CHUNK_S = 25.0
"""Sound in a chunk (seconds). Whisper leaves out clauses at the edges of windows filled to 30 s:
on a real call 655 words came back at 30, 700 at 25 and 698 at 20, which takes a third longer."""

SECOND_CHUNK_S = 10.0

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Heard:
    """What the speech models found: words with speakers, turns, and notes for people."""

    language: str
    words: tuple[SpokenWord, ...]
    turns: tuple[SpeakerTurn, ...]
    speech: tuple[Span, ...]
    notes: tuple[str, ...]
    channels: Channels
    agent_speaker: str | None = None


class Stopwatch:
    """Wall time by stage in seconds; the same stage twice adds up."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Adds the block's time to a stage."""
        begin = time.perf_counter()
        try:
            yield
        finally:
            spent = time.perf_counter() - begin
            self._seconds[name] = self._seconds.get(name, 0.0) + spent

    def seconds(self) -> Mapping[str, float]:
        """The time of every stage so far."""
        return MappingProxyType({name: round(s, 3) for name, s in self._seconds.items()})


class SpeechPipeline:
    """Turns audio into transcripts with the models that ``config`` names."""

    def __init__(self, config: Config) -> None:
        quiet_libraries()
        self._config = config
        self._used: dict[str, str] = {}

    def load(self) -> None:
        """Opens the recogniser and finds every other model, so that faults show before any work.

        Raises ModelError.
        """
        _ = self._transcriber, self._named_diarizer
        for name in (SEGMENTATION, EMBEDDING, ACTIVITY):
            weights.find(name)
        asked = self._config.language
        if asked != "auto" and base_language(asked) not in self._transcriber.languages:
            raise ModelError(
                f"the model {self._transcriber.model} does not know the language {asked!r}",
                where="--language",
                cure="use auto, or one of Whisper's codes, such as en, zh, id, vi, th or ms",
            )

    def models(self) -> Mapping[str, str]:
        """What has made transcripts so far, by task; the transcriber is always named."""
        return MappingProxyType({"transcription": self._transcriber.model, **self._used})

    def process(self, audio: Audio, metadata: Metadata) -> Transcript:
        """The transcript of one call. Raises AudioError (nobody speaks) and SpeechError."""
        return self.process_timed(audio, metadata)[0]

    def process_timed(
        self, audio: Audio, metadata: Metadata
    ) -> tuple[Transcript, Mapping[str, float]]:
        """The transcript and the wall time of every stage in seconds (loading models included)."""
        watch = Stopwatch()
        wish = self._config.channels
        wish = metadata.channels if wish is Channels.AUTO else wish
        plan = plan_channels(audio.samples, wish)
        if plan.layout is Layout.SEPARATE:
            heard = self._hear_channels(audio, metadata, plan, watch)
        else:
            heard = self._hear_mix(audio, metadata, plan, watch)
        with watch.stage("assemble"):
            transcript = self._assemble(heard, audio, metadata)
        return transcript, watch.seconds()

    def _hear_mix(
        self, audio: Audio, metadata: Metadata, plan: ChannelPlan, watch: Stopwatch
    ) -> _Heard:
        samples = plan.samples if plan.samples is not None else audio.mono()
        with watch.stage("load"):
            _ = self._segmentation, self._transcriber
        with watch.stage("segmentation"):
            segmentation = self._segmentation.run(samples)
            self._used["segmentation"] = SEGMENTATION
        speech = without_tones(speech_spans(segmentation), samples)
        chunks = cut_chunks(samples, speech, CHUNK_S)
        _require(chunks, "nobody speaks in this recording")
        with watch.stage("transcription"):
            language, texts = self._transcribe(chunks, metadata)
            words = self._complete(samples, speech, _words(texts), language)
        _require(words, "no words were recognised in this recording")
        with watch.stage("diarization"):
            speakers = None if plan.live is not None else self._config.speakers
            turns = self._diarize(segmentation, samples, speakers)
        return _Heard(
            language,
            give_words(words, turns, language),
            turns,
            speech,
            (*plan.notes, *_dropped(texts)),
            Channels.MONO,
        )

    def _hear_channels(
        self, audio: Audio, metadata: Metadata, plan: ChannelPlan, watch: Stopwatch
    ) -> _Heard:
        with watch.stage("load"):
            _ = self._activity, self._transcriber
        with watch.stage("activity"):
            found = self._activity.spans(list(audio.samples))
            self._used["activity"] = ACTIVITY
        own = own_speech(audio.samples, found)
        lanes = [cut_chunks(own.samples[c], own.spans[c], CHUNK_S) for c in (0, 1)]
        _require([*lanes[0], *lanes[1]], "nobody speaks in this recording")
        with watch.stage("transcription"):
            language, texts = self._transcribe([*lanes[0], *lanes[1]], metadata)
            sides = (texts[: len(lanes[0])], texts[len(lanes[0]) :])
            words = tuple(
                SpokenWord(word, SIDES[c], language)
                for c in (0, 1)
                for word in self._complete(own.samples[c], own.spans[c], _words(sides[c]), language)
                if _within(word, own.spans[c])
            )
        _require(words, "no words were recognised in this recording")
        turns = sorted(
            (
                SpeakerTurn(round(s.start_s, 3), round(s.end_s, 3), SIDES[c])
                for c in (0, 1)
                for s in own.spans[c]
            ),
            key=lambda turn: turn.start_s,
        )
        agent = plan.agent_channel
        return _Heard(
            language,
            words,
            tuple(turns),
            tuple(join_spans([*own.spans[0], *own.spans[1]], 0.0)),
            (*plan.notes, *_leaks(own.dropped_s), *_dropped(texts)),
            Channels.AGENT_RIGHT if agent == 1 else Channels.AGENT_LEFT,
            None if agent is None else SIDES[agent],
        )

    def _assemble(self, heard: _Heard, audio: Audio, metadata: Metadata) -> Transcript:
        utterances = make_utterances(heard.words, script=self._config.chinese_script)
        decision = assign_roles(
            utterances,
            metadata,
            language=heard.language,
            min_confidence=self._config.min_role_confidence,
            agent_speaker=heard.agent_speaker,
            speakers=sorted({turn.speaker for turn in heard.turns}),
        )
        channels = heard.channels
        if channels is not Channels.MONO and decision.roles.get(SIDES[0]) is Role.CUSTOMER:
            channels = Channels.AGENT_RIGHT
        elif channels is not Channels.MONO and decision.roles.get(SIDES[0]) is Role.AGENT:
            channels = Channels.AGENT_LEFT
        return Transcript(
            language=heard.language,
            utterances=with_roles(utterances, decision.roles),
            turns=heard.turns,
            roles=decision.roles,
            channels=channels,
            duration_s=round(audio.duration_s, 3),
            speech_s=round(sum(span.duration_s for span in heard.speech), 3),
            role_confidence=round(decision.confidence, 4),
            needs_review=decision.needs_review,
            notes=(*heard.notes, *decision.notes),
        )

    def _transcribe(
        self, chunks: Sequence[Chunk], metadata: Metadata
    ) -> tuple[str, tuple[ChunkText, ...]]:
        """The language, and every chunk's text with its words in the call's time."""
        asked = self._config.language
        wanted = metadata.language if asked == "auto" else asked
        if wanted and wanted != "auto":
            language = base_language(wanted)
        else:
            language, _ = self._transcriber.detect_language(chunks)
        texts = self._transcriber.transcribe(chunks, language)
        return language, tuple(
            replace(text, words=in_call_time(chunk, text.words))
            for chunk, text in zip(chunks, texts, strict=True)
        )

    def _complete(
        self, samples: Floats, speech: Sequence[Span], words: Sequence[Word], language: str
    ) -> tuple[Word, ...]:
        """The words, with those of speech that had none heard again in short chunks."""
        gaps = unheard(speech, words)
        if not gaps:
            return tuple(words)
        chunks = cut_chunks(samples, gaps, SECOND_CHUNK_S)
        texts = self._transcriber.transcribe(chunks, language)
        again = [
            word
            for chunk, text in zip(chunks, texts, strict=True)
            for word in in_call_time(chunk, text.words)
        ]
        return tuple(sorted((*words, *believed(again, gaps)), key=lambda w: w.start_s))

    def _diarize(
        self, segmentation: Segmentation, samples: Floats, speakers: int | None
    ) -> tuple[SpeakerTurn, ...]:
        try:
            if self._named_diarizer is not None:
                self._used["diarization"] = self._config.diarization
                return self._named_diarizer.run(samples, speakers)
            self._used["speaker-embedding"] = EMBEDDING
            return self._diarizer.run(segmentation, samples, speakers)
        except (RuntimeError, ValueError) as error:
            raise SpeechError(
                f"diarization failed ({error})", cure="run it again with --device cpu"
            ) from error

    @functools.cached_property
    def _device(self) -> str:
        return resolve_device(self._config.device)

    @functools.cached_property
    def _workers(self) -> Workers:
        return Workers(cores(self._config.threads) if self._device == "cpu" else 1)

    @functools.cached_property
    def _transcriber(self) -> Transcriber:
        return load_transcriber(self._config)

    @functools.cached_property
    def _activity(self) -> ChannelActivity:
        path = weights.find(ACTIVITY).files["silero_vad.onnx"]
        return ChannelActivity(path, threads=self._config.threads)

    @functools.cached_property
    def _segmentation(self) -> SegmentationModel:
        return SegmentationModel(
            weights.find(SEGMENTATION).path, device=self._device, workers=self._workers
        )

    @functools.cached_property
    def _diarizer(self) -> MonoDiarizer:
        embedder = VoiceEmbedder(
            weights.find(EMBEDDING).path, device=self._device, workers=self._workers
        )
        return MonoDiarizer(embedder.embed)

    @functools.cached_property
    def _named_diarizer(self) -> PipelineDiarizer | None:
        if self._config.diarization == "auto":
            return None
        return PipelineDiarizer(self._config.diarization, device=self._device)


def _require(found: Sequence[object], problem: str) -> None:
    if not found:
        raise AudioError(problem, cure="listen to it; there is nothing to judge without speech")


def _words(texts: Sequence[ChunkText]) -> tuple[Word, ...]:
    return tuple(word for text in texts for word in text.words)


def _within(word: Word, spans: Sequence[Span], slack_s: float = 0.5) -> bool:
    """Whether a channel's own speech is near a word; what is not was heard in the leak."""
    return any(
        word.start_s < span.end_s + slack_s and word.end_s > span.start_s - slack_s
        for span in spans
    )


def _dropped(texts: Sequence[ChunkText]) -> tuple[str, ...]:
    return tuple(
        f"{text.start_s:.1f}–{text.end_s:.1f} s gave no words: {text.dropped}"
        for text in texts
        if text.dropped
    )


def _leaks(dropped_s: Sequence[float]) -> tuple[str, ...]:
    return tuple(
        f"{seconds:.1f} s on the {SIDES[channel]} channel are the other side coming through"
        for channel, seconds in enumerate(dropped_s)
        if seconds >= 1.0
    )
