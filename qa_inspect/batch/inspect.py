"""One call from recording to verdict, pure of storage.

``Inspector`` holds what is expensive to load (models, rubrics, embeddings) and is used for many
calls. It does not know which calls are due, in which order they come, or where results go.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from qa_inspect.config import DEFAULT_PACKS, Config
from qa_inspect.domain import CallResult, CallStatus, Metadata, Recording, Transcript, Verdict
from qa_inspect.errors import CallError, QaInspectError, StartError

if TYPE_CHECKING:
    from qa_inspect.audio.decode import Audio
    from qa_inspect.rubric.load import LoadedRubrics
    from qa_inspect.rubric.tools import Tools
    from qa_inspect.speech.pipeline import SpeechPipeline

log = logging.getLogger(__name__)


class Judge:
    """Applies rubrics to transcripts; needs no audio and no speech models."""

    def __init__(self, rubric_names: Sequence[str] = DEFAULT_PACKS) -> None:
        self.rubric_names = tuple(rubric_names) or DEFAULT_PACKS
        self._by_language: dict[str, LoadedRubrics] = {}
        self._tools: Tools | None = None

    def check(self) -> None:
        """Load every named rubric, a pack in each of its languages.

        Raises:
            RubricError: a name or file is unknown or invalid.
        """
        from qa_inspect.rubric.load import available, load_rubric, read_rubric

        packs = available()
        for name in self.rubric_names:
            files = [pack.path for pack in packs if pack.name == name]
            for path in files:
                read_rubric(path)
            if not files:
                load_rubric(name)

    def judge(self, transcript: Transcript, metadata: Metadata) -> Verdict:
        """What the rubrics of the transcript's language say about one call."""
        from qa_inspect.rubric.score import judge_call

        rubrics = self._loaded(transcript.language).rubrics
        return judge_call(transcript, metadata, rubrics, self.tools)

    def notes(self, language: str) -> tuple[str, ...]:
        """Sentences about the rubrics that do not apply to calls in that language."""
        return self._loaded(language).notes

    @property
    def tools(self) -> Tools:
        """What checks share: the sentence embedder and its cache, made on first use."""
        if self._tools is None:
            from qa_inspect.rubric.tools import Tools

            self._tools = Tools()
        return self._tools

    def _loaded(self, language: str) -> LoadedRubrics:
        if language not in self._by_language:
            from qa_inspect.rubric.load import load_for_call

            self._by_language[language] = load_for_call(self.rubric_names, language)
        return self._by_language[language]


class Inspector:
    """Hears and judges calls one at a time; models are loaded once, on first use."""

    def __init__(self, config: Config, rubric_names: Sequence[str] = DEFAULT_PACKS) -> None:
        self.config = config
        self.judge = Judge(rubric_names)
        self._pipeline: SpeechPipeline | None = None

    def prepare(self) -> None:
        """Load rubrics and models, so that what is wrong with them shows before any work.

        Raises:
            StartError: a rubric or model is missing or invalid.
        """
        self.judge.check()
        self.pipeline.load()

    @property
    def pipeline(self) -> SpeechPipeline:
        """The speech models behind one call."""
        if self._pipeline is None:
            from qa_inspect.speech.pipeline import SpeechPipeline

            self._pipeline = SpeechPipeline(self.config)
        return self._pipeline

    def decode(self, recording: Recording) -> Audio | CallError:
        """The recording's samples, or the reason there are none. Safe to run ahead in a thread."""
        from qa_inspect.audio.decode import decode
        from qa_inspect.errors import AudioError

        if recording.path is None:
            return AudioError("an imported transcript has no audio", where=recording.call_id)
        try:
            return decode(recording.path, self.config.decode)
        except CallError as error:
            return error

    def inspect(self, recording: Recording, audio: Audio | CallError | None = None) -> CallResult:
        """One call's result. Whatever is wrong with the recording is in the result, not raised.

        Raises:
            StartError: the installation itself is broken (a model vanished), so no call can work.
        """
        started = time.perf_counter()
        try:
            heard = self.decode(recording) if audio is None else audio
            if isinstance(heard, CallError):
                raise heard
            decoded = time.perf_counter()
            transcript, timings = self.pipeline.process_timed(heard, recording.metadata)
            judged = time.perf_counter()
            notes = transcript.notes + self.judge.notes(transcript.language)
            transcript = replace(transcript, notes=notes)
            verdict = self.judge.judge(transcript, recording.metadata)
        except StartError:
            raise
        except QaInspectError as error:
            return failed(recording, str(error))
        except Exception as error:
            log.debug("call %s failed", recording.call_id, exc_info=True)
            return failed(recording, unexpected(error))
        ended = time.perf_counter()
        seconds = {"decode": decoded - started, **timings, "judge": ended - judged}
        return CallResult(
            recording=with_language(recording, transcript),
            status=CallStatus.OK,
            transcript=transcript,
            verdict=verdict,
            models=self.pipeline.models(),
            timings_s=_rounded(seconds),
        )


def failed(recording: Recording, reason: str) -> CallResult:
    """The result of a call that could not be inspected, with its reason."""
    return CallResult(recording=recording, status=CallStatus.FAILED, error=reason)


def unexpected(error: BaseException) -> str:
    """One sentence for an error nobody foresaw."""
    detail = " ".join(str(error).split())[:300]
    return (
        f"unexpected {type(error).__name__} while inspecting: {detail or 'no detail'} — "
        "run again with --debug and --retry-failed to see where, and report it"
    )


def with_language(recording: Recording, transcript: Transcript) -> Recording:
    """The recording with its language filled in from the transcript where nobody stated it."""
    if recording.metadata.language:
        return recording
    return replace(recording, metadata=replace(recording.metadata, language=transcript.language))


def _rounded(seconds: Mapping[str, float]) -> Mapping[str, float]:
    return MappingProxyType({name: round(value, 3) for name, value in seconds.items()})
