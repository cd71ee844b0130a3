"""Decoded recordings become transcripts with roles, stage by stage.

``listen`` finds speech, ``recognise`` hears the words of many calls at once, ``finish`` says who
spoke. The stages are separate so that calls can be on different ones at the same time. This module
does not know files, rubrics or the store.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import MappingProxyType

from qa_inspect.acoustics import AgentVoice
from qa_inspect.audio.decode import Audio
from qa_inspect.config import Config
from qa_inspect.domain import Metadata, Transcript
from qa_inspect.errors import CallError
from qa_inspect.speech.finishing import NO_PROFILES, Finished, finish
from qa_inspect.speech.listening import Listened, listen
from qa_inspect.speech.models import SpeechModels
from qa_inspect.speech.recognition import Recognised, recognise


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
        self._config = config
        self._models = SpeechModels(config)

    def load(self) -> None:
        """Opens the models, so that faults show before any work. Raises ModelError."""
        self._models.load()

    def models(self, listened: Listened) -> Mapping[str, str]:
        """The models that make this call's transcript, by task."""
        return self._models.used_for(mixed=listened.segmentation is not None)

    @property
    def device(self) -> str:
        """Where the models run: ``cpu``, ``cuda`` or ``cuda:N``."""
        return self._models.device

    def listen(self, audio: Audio, metadata: Metadata) -> Listened:
        """Finds a call's speech. Raises AudioError (nobody speaks)."""
        return listen(audio, metadata, self._models)

    def recognise(self, calls: Sequence[Listened]) -> tuple[Recognised | CallError, ...]:
        """The words of every call, or why there are none, in the order given."""
        return recognise(calls, self._models.transcriber, self._config.language)

    def finish(
        self,
        listened: Listened,
        recognised: Recognised,
        *,
        call_id: str = "",
        profiles: Mapping[str, AgentVoice | None] = NO_PROFILES,
    ) -> Finished:
        """The transcript, with voices for agents who gave consent. Raises SpeechError."""
        return finish(listened, recognised, self._models, call_id=call_id, profiles=profiles)

    def process(self, audio: Audio, metadata: Metadata) -> Transcript:
        """The transcript of one call. Raises AudioError (nobody speaks) and SpeechError."""
        return self.process_timed(audio, metadata)[0]

    def process_timed(
        self, audio: Audio, metadata: Metadata
    ) -> tuple[Transcript, Mapping[str, float]]:
        """The transcript and the wall time of every stage in seconds (loading models included)."""
        watch = Stopwatch()
        with watch.stage("activity"):
            listened = self.listen(audio, metadata)
        with watch.stage("transcription"):
            recognised = self.recognise([listened])[0]
        if isinstance(recognised, CallError):
            raise recognised
        with watch.stage("diarization"):
            finished = self.finish(listened, recognised)
        return finished.transcript, watch.seconds()
