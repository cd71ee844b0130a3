"""One call's way through the stages: what is its own fault stays its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from scripted import recording
from speech.scripted_transcriber import call, lane

from qa_inspect.acoustics import Outline
from qa_inspect.audio.decode import Audio
from qa_inspect.batch.flow import Flow
from qa_inspect.batch.inspect import Inspector
from qa_inspect.batch.stopping import Stop
from qa_inspect.config import Config
from qa_inspect.domain import CallStatus, Metadata, Transcript, Verdict
from qa_inspect.errors import CallError, ModelError, SpeechError
from qa_inspect.speech.finishing import Finished
from qa_inspect.speech.listening import Listened
from qa_inspect.speech.recognition import Recognised

CALLS = [recording(number) for number in range(6)]


class Pipeline:
    """Stages that know a call by its length: ``faults`` says what befalls which, and where."""

    device = "cpu"

    def __init__(self, faults: dict[tuple[str, int], Exception]) -> None:
        self.faults = faults
        self.groups: list[int] = []

    def listen(self, audio: Any, metadata: Metadata) -> Listened:
        self._meet("listen", audio)
        return call(lane(0.1, [(0.0, 60.0 + audio)]))

    def recognise(self, calls: Sequence[Listened]) -> tuple[Recognised | CallError, ...]:
        self.groups.append(len(calls))
        results: list[Recognised | CallError] = []
        for one in calls:
            number = round(one.duration_s - 61)
            self._meet("group", number)
            fault = self.faults.get(("recognise", number))
            mine = Recognised(f"call {number}", (), ())
            results.append(fault if isinstance(fault, CallError) else mine)
        return tuple(results)

    def finish(self, listened: Listened, recognised: Recognised, *_: Any, **__: Any) -> Finished:
        number = round(listened.duration_s - 61)
        self._meet("finish", number)
        loud = Outline(0.1, {"": bytes([number])})
        return Finished(Transcript(recognised.language, ()), outline=loud)

    def models(self, listened: Any) -> MappingProxyType[str, str]:
        return MappingProxyType({})

    def _meet(self, stage: str, number: int) -> None:
        if (stage, number) in self.faults:
            raise self.faults[stage, number]


@pytest.fixture
def inspector(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Inspector]:
    def made(faults: dict[tuple[str, int], Exception] | None = None) -> Inspector:
        found = Inspector(Config(device="cpu", jobs=1))
        pipeline = Pipeline(faults or {})
        found._pipeline = pipeline  # type: ignore[assignment]
        monkeypatch.setattr(found.judge, "judge", lambda *_: Verdict(score=80.0))
        monkeypatch.setattr(found.judge, "notes", lambda *_: ())

        def decode(path: Path, _limits: Any) -> Audio:
            number = int(path.stem[-3:])
            pipeline._meet("decode", number)
            return number  # type: ignore[return-value]

        monkeypatch.setattr("qa_inspect.audio.decode.decode", decode)
        return found

    return made


@pytest.mark.parametrize(
    ("stage", "error"),
    [
        ("recognise", SpeechError("scripted")),
        *(
            (stage, error)
            for stage in ("decode", "listen", "group", "finish")
            for error in (SpeechError("scripted"), ValueError("scripted"), MemoryError("scripted"))
        ),
    ],
)
def test_what_befalls_one_call_is_its_own(
    stage: str, error: Exception, inspector: Callable[..., Inspector]
) -> None:
    subject = inspector({(stage, 2): error})
    results = list(Flow(subject, Stop()).results(CALLS))
    assert [result.recording.call_id for result in results] == [c.call_id for c in CALLS]
    failed = [result for result in results if result.status is CallStatus.FAILED]
    assert [result.recording.call_id for result in failed] == ["call-002"]
    assert "scripted" in (failed[0].error or "")


@pytest.mark.parametrize("stage", ["decode", "listen", "group", "finish"])
def test_a_fault_of_the_installation_ends_the_run(
    stage: str, inspector: Callable[..., Inspector]
) -> None:
    subject = inspector({(stage, 2): ModelError("the model is gone")})
    with pytest.raises(ModelError):
        list(Flow(subject, Stop()).results(CALLS))


def test_results_go_to_the_calls_they_are_of(inspector: Callable[..., Inspector]) -> None:
    results = list(Flow(inspector({("listen", 1): SpeechError("x")}), Stop()).results(CALLS))
    heard = [result.transcript.language if result.transcript else None for result in results]
    assert heard == ["call 0", None, "call 2", "call 3", "call 4", "call 5"]
    loud = [list(result.outline.levels[""]) if result.outline else None for result in results]
    assert loud == [[0], None, [2], [3], [4], [5]]


def test_a_calls_time_is_its_share_of_the_groups(inspector: Callable[..., Inspector]) -> None:
    subject = inspector()
    hands = subject.recognise([subject.listen(each) for each in CALLS[:3]])
    spent = [hand.seconds["transcription"] for hand in hands]
    lengths = [hand.listened.chunk_s for hand in hands if hand.listened]
    assert spent[1] / spent[0] == pytest.approx(lengths[1] / lengths[0])
    assert all(hand.seconds["decode"] >= 0 for hand in hands)


def test_groups_are_sized_by_recorded_time(inspector: Callable[..., Inspector]) -> None:
    subject = inspector()
    list(Flow(subject, Stop()).results(CALLS))
    assert subject.pipeline.groups == [5, 1]  # type: ignore[attr-defined]
    assert subject.group_s == 300.0
