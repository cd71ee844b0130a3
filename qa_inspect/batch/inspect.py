"""One call from recording to verdict, pure of storage.

``Inspector`` holds what is expensive to load (models, rubrics, embeddings) and is used for many
calls. It does not know which calls are due, in which order they come, or where results go.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from qa_inspect.acoustics import AgentVoice
from qa_inspect.config import DEFAULT_PACKS, Config
from qa_inspect.domain import (
    CallResult,
    CallStatus,
    Metadata,
    Recording,
    Transcript,
    Verdict,
)
from qa_inspect.errors import CallError, QaInspectError, StartError

if TYPE_CHECKING:
    from qa_inspect.audio.decode import Audio
    from qa_inspect.batch.vectors import KeptSentences
    from qa_inspect.rubric.load import LoadedRubrics
    from qa_inspect.rubric.needs import Needs
    from qa_inspect.rubric.past import CallPast
    from qa_inspect.rubric.tools import Tools
    from qa_inspect.speech.agent_voice import CallVoices
    from qa_inspect.speech.listening import Listened
    from qa_inspect.speech.pipeline import SpeechPipeline
    from qa_inspect.speech.recognition import Recognised

GROUP_S = 300.0
GPU_GROUP_S = 3600.0
"""Recorded seconds recognised together on a CPU and on a GPU: enough chunks of like length to fill
batches, few enough to lose little when a run is cut off."""

log = logging.getLogger(__name__)


class Judge:
    """Applies rubrics to transcripts; needs no audio and no speech models.

    ``vectors`` is where sentence vectors are kept beyond this process; in memory unless set.
    """

    def __init__(self, rubric_names: Sequence[str] = DEFAULT_PACKS) -> None:
        self.rubric_names = tuple(rubric_names) or DEFAULT_PACKS
        self._vectors: KeptSentences | None = None
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

    def judge(
        self,
        transcript: Transcript,
        metadata: Metadata,
        past: CallPast | None = None,
        *,
        only: Collection[str] = (),
    ) -> Verdict:
        """What the rubrics of the transcript's language say about one call.

        ``past`` is what is known of other calls, None where nobody looked. ``only`` names the
        rubrics to ask, all of them where it names none.
        """
        from qa_inspect.rubric.score import judge_call

        rubrics = self._loaded(transcript.language).rubrics
        asked = [rubric for rubric in rubrics if not only or rubric.name in only]
        return judge_call(transcript, metadata, asked, self.tools, past)

    def needs(self, languages: Iterable[str]) -> Needs:
        """What the rubrics have to know of other calls, for calls in these languages."""
        from qa_inspect.rubric.needs import needs_of

        return needs_of(rubric for code in languages for rubric in self._loaded(code).rubrics)

    @property
    def vectors(self) -> KeptSentences | None:
        """Where sentence vectors are kept beyond this process."""
        return self._vectors

    @vectors.setter
    def vectors(self, kept: KeptSentences | None) -> None:
        self._vectors = kept
        self._tools = None

    def notes(self, language: str) -> tuple[str, ...]:
        """Sentences about the rubrics that do not apply to calls in that language."""
        return self._loaded(language).notes

    @property
    def tools(self) -> Tools:
        """What checks share: the sentence embedder and its cache, made on first use."""
        if self._tools is None:
            from qa_inspect.rubric.tools import Tools

            self._tools = Tools(cache=self.vectors)
        return self._tools

    def _loaded(self, language: str) -> LoadedRubrics:
        if language not in self._by_language:
            from qa_inspect.rubric.load import load_for_call

            self._by_language[language] = load_for_call(self.rubric_names, language)
        return self._by_language[language]


class Inspector:
    """Hears and judges calls; models are loaded once, on first use.

    ``profiles`` are the voices of agents who gave consent; the voices of their calls are put into
    ``heard_voices`` by call id. The stages are separate so that calls can be on different ones at
    the same time: ``listen`` call by call, ``recognise`` for a group of calls, ``finish`` call by
    call. A call that fails on one stage carries its result past the others.
    """

    def __init__(self, config: Config, rubric_names: Sequence[str] = DEFAULT_PACKS) -> None:
        self.config = config
        self.judge = Judge(rubric_names)
        self.profiles: Mapping[str, AgentVoice | None] = MappingProxyType({})
        self.heard_voices: dict[str, CallVoices] = {}
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

    @property
    def group_s(self) -> float:
        """Recorded seconds that are worth recognising together on this device."""
        return GROUP_S if self.pipeline.device == "cpu" else GPU_GROUP_S

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
        except StartError:
            raise
        except Exception as error:
            log.debug("a recording could not be decoded", exc_info=True)
            return AudioError(unexpected(error))

    def inspect(self, recording: Recording, audio: Audio | CallError | None = None) -> CallResult:
        """One call's result. Whatever is wrong with the recording is in the result, not raised.

        Raises:
            StartError: the installation itself is broken (a model vanished), so no call can work.
        """
        return self.finish(self.recognise([self.listen(recording, audio)])[0])

    def listen(self, recording: Recording, audio: Audio | CallError | None = None) -> CallInHand:
        """The first stage: where there is speech. Raises StartError."""
        started = time.perf_counter()
        hand = CallInHand(recording)
        with _contained() as fault:
            heard = self.decode(recording) if audio is None else audio
            if isinstance(heard, CallError):
                raise heard
            decoded = time.perf_counter()
            listened = self.pipeline.listen(heard, recording.metadata)
            seconds = {"decode": decoded - started, "activity": time.perf_counter() - decoded}
            hand = replace(hand, listened=listened, seconds=MappingProxyType(seconds))
        return hand.failing(fault.reason)

    def recognise(self, calls: Sequence[CallInHand]) -> tuple[CallInHand, ...]:
        """The second stage: the words of a group of calls, in the order given. Raises StartError.

        A call's time is its share of the group's by recorded speech.
        """
        heard = [hand for hand in calls if hand.listened is not None and hand.result is None]
        started = time.perf_counter()
        found: Sequence[Recognised | CallError] = ()
        with _contained() as fault:
            found = self.pipeline.recognise([h.listened for h in heard if h.listened is not None])
        if fault.reason is not None and len(heard) > 1:
            # Whatever went wrong, it may be one call's fault: each gets a hearing of its own.
            return tuple(self.recognise([hand])[0] for hand in calls)
        spent = time.perf_counter() - started
        total_s = sum(h.listened.chunk_s for h in heard if h.listened is not None) or 1.0
        after: dict[str, CallInHand] = {}
        for hand, words in zip(heard, found, strict=False):
            share = (hand.listened.chunk_s if hand.listened is not None else 0.0) / total_s
            timed = MappingProxyType({**hand.seconds, "transcription": spent * share})
            if isinstance(words, CallError):
                after[hand.recording.call_id] = replace(hand, seconds=timed).failing(str(words))
            else:
                after[hand.recording.call_id] = replace(hand, recognised=words, seconds=timed)
        return tuple(
            after.get(hand.recording.call_id, hand.failing(fault.reason)) for hand in calls
        )

    def finish(self, hand: CallInHand) -> CallResult:
        """The last stage: speakers, roles and verdict. Raises StartError."""
        if hand.result is not None:
            return hand.result
        result = failed(hand.recording, "the call was not heard to its end — run again")
        with _contained() as fault:
            if hand.listened is not None and hand.recognised is not None:
                result = self._judged(hand, hand.listened, hand.recognised)
        return result if fault.reason is None else failed(hand.recording, fault.reason)

    def _judged(self, hand: CallInHand, listened: Listened, recognised: Recognised) -> CallResult:
        call_id = hand.recording.call_id
        started = time.perf_counter()
        finished = self.pipeline.finish(
            listened, recognised, call_id=call_id, profiles=self.profiles
        )
        judging = time.perf_counter()
        notes = finished.transcript.notes + self.judge.notes(finished.transcript.language)
        transcript = replace(finished.transcript, notes=notes)
        verdict = self.judge.judge(transcript, hand.recording.metadata)
        if finished.voices is not None:
            self.heard_voices[call_id] = finished.voices
        seconds = {"diarization": judging - started, "judge": time.perf_counter() - judging}
        return CallResult(
            recording=with_language(hand.recording, transcript),
            status=CallStatus.OK,
            transcript=transcript,
            verdict=verdict,
            models=self.pipeline.models(listened),
            timings_s=_rounded({**hand.seconds, **seconds}),
            outline=finished.outline,
        )


@dataclass(frozen=True, slots=True)
class CallInHand:
    """A call on its way: what is known of it after the stages it has passed.

    ``result`` is set as soon as it has failed; ``seconds`` is wall time by stage.
    """

    recording: Recording
    listened: Listened | None = None
    recognised: Recognised | None = None
    seconds: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    result: CallResult | None = None

    @property
    def duration_s(self) -> float:
        """Recorded seconds that are still to be understood."""
        return 0.0 if self.listened is None else self.listened.duration_s

    def failing(self, reason: str | None) -> CallInHand:
        """The same call, failed for that reason; unchanged where there is none."""
        if reason is None or self.result is not None:
            return self
        return CallInHand(self.recording, result=failed(self.recording, reason))


@dataclass(slots=True)
class _Fault:
    reason: str | None = None


@contextmanager
def _contained() -> Iterator[_Fault]:
    """Turns whatever is one call's fault into its reason; faults of the installation pass."""
    fault = _Fault()
    try:
        yield fault
    except StartError:
        raise
    except QaInspectError as error:
        fault.reason = str(error)
    except Exception as error:
        log.debug("a call failed", exc_info=True)
        fault.reason = unexpected(error)


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
