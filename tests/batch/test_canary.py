"""The clip with known words: what passes and what ends the run before it begins."""

from __future__ import annotations

from typing import Any

import pytest

from qa_inspect.batch.canary import CANARY_S, Heard, check_words, hear_clip
from qa_inspect.batch.inspect import Inspector
from qa_inspect.config import SAMPLE_RATE, Config
from qa_inspect.domain import Metadata, Word
from qa_inspect.errors import ModelError, SpeechError
from qa_inspect.speech.recognition import HeardWord, Recognised

SAID = "Good morning, thank you for calling Global Express. My name is Melan. How can I help you?"


def heard(text: str, model: str = "whisper-base") -> Heard:
    return Heard(tuple(text.split()), model, "cpu")


def objection(text: str, model: str, language: str) -> str | None:
    """What is said against the words, None where they are let through."""
    try:
        check_words(heard(text, model), language)
    except ModelError as error:
        return error.problem
    return None


@pytest.mark.parametrize(
    ("text", "model", "language"),
    [
        (SAID, "whisper-base", "auto"),
        (SAID.lower().replace("morning", "mourning"), "whisper-base", "en"),
        ("selamat pagi terima kasih", "whisper-base", "id"),
        ("สวัสดีค่ะ ขอบคุณค่ะ", "our-own-thai", "auto"),
    ],
)
def test_what_hears_is_let_through(text: str, model: str, language: str) -> None:
    assert objection(text, model, language) is None


@pytest.mark.parametrize(
    ("text", "model", "language", "problem"),
    [
        ("", "whisper-base", "auto", "hear nothing"),
        ("", "our-own-thai", "th", "hear nothing"),
        ("thank you thank you thank you", "whisper-base", "auto", "other words"),
        ("!!!! !!!! !!!!", "whisper-base", "en-US", "other words"),
    ],
)
def test_what_does_not_hear_ends_the_run(
    text: str, model: str, language: str, problem: str
) -> None:
    assert problem in (objection(text, model, language) or "")


class Pipeline:
    """Speech models that hear ``words`` in a clip; stages are noted with the clip's shape."""

    device = "cuda:0"

    def __init__(self, words: str, fault: Exception | None = None) -> None:
        self.words = words
        self.fault = fault
        self.shapes: list[tuple[int, ...]] = []

    def listen(self, audio: Any, metadata: Metadata) -> str:
        self.shapes.append(audio.samples.shape)
        return "listened"

    def recognise(self, calls: list[str]) -> list[Any]:
        if self.fault is not None:
            raise self.fault
        words = [HeardWord(Word(text, 0.0, 1.0, 0.9), 0, "en") for text in self.words.split()]
        return [Recognised("en", tuple(words), ())]

    def finish(self, listened: str, recognised: Recognised) -> None:
        assert listened == "listened"

    def models(self, listened: str) -> dict[str, str]:
        return {"transcription": "whisper-base"}


def with_models(pipeline: Pipeline) -> Inspector:
    inspector = Inspector(Config(device="cpu", jobs=1))
    inspector._pipeline = pipeline  # type: ignore[assignment]
    return inspector


def test_the_clip_is_seconds_of_one_channel_and_passes_every_stage() -> None:
    pipeline = Pipeline(SAID)
    assert " ".join(hear_clip(with_models(pipeline)).words) == SAID
    assert pipeline.shapes == [(1, int(CANARY_S * SAMPLE_RATE))]


@pytest.mark.parametrize(
    "fault", [RuntimeError("CUDA driver version is insufficient"), SpeechError("no words")]
)
def test_an_engine_that_fails_on_the_clip_ends_the_run(fault: Exception) -> None:
    with pytest.raises(ModelError, match=rf"cuda:0.*fail on a clip.*{fault}.*nvidia-smi"):
        hear_clip(with_models(Pipeline("", fault)))
