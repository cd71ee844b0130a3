"""The models behind one way of hearing calls, each opened when first needed and kept.

This module does not know calls; the stages of the pipeline ask it for what they need.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from types import MappingProxyType

from qa_inspect import weights
from qa_inspect.config import Config
from qa_inspect.domain import base_language
from qa_inspect.errors import ModelError
from qa_inspect.speech.activity import ChannelActivity
from qa_inspect.speech.devices import resolve_device
from qa_inspect.speech.diarize import MonoDiarizer
from qa_inspect.speech.embedding import VoiceEmbedder
from qa_inspect.speech.named_pipeline import PipelineDiarizer
from qa_inspect.speech.segmentation import SegmentationModel
from qa_inspect.speech.threads import Workers, cores, quiet_libraries
from qa_inspect.speech.transcribe.load import load_transcriber
from qa_inspect.speech.transcribe.protocol import Transcriber

SEGMENTATION = "segmentation-3.0"
EMBEDDING = "campplus-zh-en"
ACTIVITY = "silero-vad"


class SpeechModels:
    """Models by task, as ``config`` names them. Opening one raises ModelError."""

    def __init__(self, config: Config) -> None:
        quiet_libraries()
        self.config = config

    def load(self) -> None:
        """Opens the recogniser and finds every other model, so that faults show before any work.

        Raises ModelError.
        """
        _ = self.transcriber, self.named_diarizer
        for name in (SEGMENTATION, EMBEDDING, ACTIVITY):
            weights.find(name)
        asked = self.config.language
        if asked != "auto" and base_language(asked) not in self.transcriber.languages:
            raise ModelError(
                f"the model {self.transcriber.model} does not know the language {asked!r}",
                where="--language",
                cure="use auto, or one of Whisper's codes, such as en, zh, id, vi, th or ms",
            )

    def used_for(self, *, mixed: bool) -> Mapping[str, str]:
        """The models that make a call's transcript, by task.

        ``mixed`` says that everybody is on one channel.
        """
        used = {"transcription": self.transcriber.model}
        if not mixed:
            return MappingProxyType({**used, "activity": ACTIVITY})
        used["segmentation"] = SEGMENTATION
        if self.config.diarization != "auto":
            return MappingProxyType({**used, "diarization": self.config.diarization})
        return MappingProxyType({**used, "speaker-embedding": EMBEDDING})

    @functools.cached_property
    def device(self) -> str:
        """``cpu``, ``cuda`` or ``cuda:N``."""
        return resolve_device(self.config.device)

    @functools.cached_property
    def transcriber(self) -> Transcriber:
        """The recogniser."""
        return load_transcriber(self.config)

    @functools.cached_property
    def activity(self) -> ChannelActivity:
        """Speech on channels that hold one person each."""
        path = weights.find(ACTIVITY).files["silero_vad.onnx"]
        return ChannelActivity(path, threads=self.config.threads)

    @functools.cached_property
    def segmentation(self) -> SegmentationModel:
        """Who speaks in each short window of a mix."""
        return SegmentationModel(
            weights.find(SEGMENTATION).path, device=self.device, workers=self._workers
        )

    @functools.cached_property
    def embedder(self) -> VoiceEmbedder:
        """Voices as vectors."""
        return VoiceEmbedder(
            weights.find(EMBEDDING).path, device=self.device, workers=self._workers
        )

    @functools.cached_property
    def diarizer(self) -> MonoDiarizer | PipelineDiarizer:
        """Who spoke when on a mix: the bundled way, or the pipeline that was named."""
        return self.named_diarizer or MonoDiarizer(self.embedder)

    @functools.cached_property
    def named_diarizer(self) -> PipelineDiarizer | None:
        """The pyannote pipeline that the settings name, if they do."""
        if self.config.diarization == "auto":
            return None
        return PipelineDiarizer(self.config.diarization, device=self.device)

    @functools.cached_property
    def _workers(self) -> Workers:
        return Workers(cores(self.config.threads) if self.device == "cpu" else 1)
