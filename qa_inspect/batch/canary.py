"""A clip with known words, heard before any call: an engine that hears nothing, or nonsense, is
found before it has judged a night of calls.

CTranslate2 on a driver that is too old gives empty text and no error; a damaged copy of a model
gives words that nobody said. This module does not know workers or the store.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from qa_inspect import weights
from qa_inspect.audio.decode import Audio, decode
from qa_inspect.batch.inspect import Inspector
from qa_inspect.config import SAMPLE_RATE, sample_call
from qa_inspect.domain import Metadata, base_language
from qa_inspect.errors import CallError, ModelError

CANARY_S = 6.2
"""Seconds of the sample call that are heard: the agent's first three sentences."""

KNOWN_WORDS = frozenset(
    {"good", "morning", "thank", "you", "for", "calling", "express"}
    | {"my", "name", "is", "how", "can", "help", "today"}
)
ENOUGH = 0.6
"""Share of the known words (0–1) that must be heard. The smallest models hear nearly all."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a recogniser heard in the clip: ``model`` names it, ``device`` is where it runs."""

    words: tuple[str, ...]
    model: str
    device: str


def open_and_hear(inspector: Inspector) -> None:
    """Opens rubrics and models and lets every speech model hear the known clip.

    Raises StartError: something is missing or invalid, or hears wrongly.
    """
    inspector.prepare()
    check_words(hear_clip(inspector), inspector.config.language)


def hear_clip(inspector: Inspector) -> Heard:
    """What is heard in the clip, on one channel so that the voice models work too.

    Raises ModelError: an engine fails on the clip.
    """
    pipeline = inspector.pipeline
    try:
        whole = decode(sample_call(), inspector.config.decode)
        clip = whole.mono()[None, : int(CANARY_S * SAMPLE_RATE)].copy()
        audio = Audio(clip, whole.codec, whole.sample_rate_hz)
        listened = pipeline.listen(audio, Metadata(language="en"))
        recognised = pipeline.recognise([listened])[0]
        if isinstance(recognised, CallError):
            raise recognised
        pipeline.finish(listened, recognised)
    except (CallError, RuntimeError) as error:
        raise _failure(f"fail on a clip of clear speech ({error})", pipeline.device) from error
    words = tuple(heard.word.text for heard in recognised.words)
    return Heard(words, pipeline.models(listened)["transcription"], pipeline.device)


def check_words(heard: Heard, language: str) -> None:
    """Whether these are the clip's words. Raises ModelError.

    A model of the user's own may know no English, and one that is told another ``language`` writes
    that: these only have to hear something.
    """
    text = " ".join(heard.words)
    if not text.strip():
        raise _failure("hear nothing in a clip of clear speech", heard.device)
    said = set(re.findall(r"[a-z]+", text.lower()))
    english = base_language(language) in ("auto", "en") and heard.model in weights.names()
    if english and len(said & KNOWN_WORDS) < ENOUGH * len(KNOWN_WORDS):
        raise _failure(f"hear {text[:80]!r} in a clip with other words", heard.device)


def _failure(problem: str, device: str) -> ModelError:
    update = "check the driver with nvidia-smi, or " if device != "cpu" else ""
    return ModelError(
        f"the speech models {problem}, so no call would be heard rightly",
        where=device,
        cure=f"{update}run qa-inspect models verify and qa-inspect doctor",
    )
