"""Loads the recogniser that the settings ask for.

This module does not know how an engine works; it chooses a model, an engine and a device that fit
one another, and says so plainly where they do not.
"""

from __future__ import annotations

import os
from dataclasses import replace

from qa_inspect import weights
from qa_inspect.config import Config
from qa_inspect.errors import ModelError
from qa_inspect.language.vocabulary import vocabulary_of
from qa_inspect.speech.devices import resolve_device
from qa_inspect.speech.transcribe.protocol import Transcriber
from qa_inspect.speech.transcribe.recognise import WhisperTranscriber, first_line
from qa_inspect.speech.tuning import Tuning, default_tuning, key_of, remembered

ENGINES = ("faster-whisper", "openai-whisper", "transformers")
"""The engines, the default first."""

SMALL_MODEL = "whisper-base"
LARGE_MODEL = "whisper-large-v3-turbo"

_ENGINE_OF = {
    "ctranslate2": "faster-whisper",
    "openai-whisper": "openai-whisper",
    "transformers": "transformers",
}


def load_transcriber(config: Config) -> Transcriber:
    """The recogniser of ``config.model``, ``engine`` and ``device``.

    Raises ModelError where the model is missing, cannot be opened by the engine, or the device is
    not there.
    """
    device = resolve_device(config.device)
    located = choose_model(config.model, device)
    engine = choose_engine(config.engine, located)
    cores = config.threads or len(os.sched_getaffinity(0))
    tuning = remembered(key_of(located.name, device, cores)) or default_tuning(device, cores)
    if config.batch_size:
        tuning = replace(tuning, batch_size=config.batch_size)
    return open_transcriber(engine, located, device, tuning, config)


def open_transcriber(
    engine: str, located: weights.LocatedModel, device: str, tuning: Tuning, config: Config
) -> Transcriber:
    """The recogniser run in that way. Raises ModelError."""
    try:
        return _load(engine, located, device, tuning, config)
    except ImportError as error:
        raise ModelError(
            f"the engine {engine} is not installed ({error})",
            cure=f'run pip install "qa-inspect[{engine}]"',
        ) from error
    except (RuntimeError, ValueError, OSError, KeyError, TypeError) as error:
        raise ModelError(
            f"{engine} cannot open this model ({first_line(error)})",
            where=str(located.path),
            cure="name another model or engine, or run `qa-inspect models verify`",
        ) from error


def choose_model(wanted: str, device: str) -> weights.LocatedModel:
    """The model named; for ``auto`` the large one on a GPU where it is present, else the small."""
    if wanted != "auto":
        return weights.find(wanted)
    if device != "cpu":
        entry = weights.verify([LARGE_MODEL])[0]
        if entry.problem:
            raise ModelError(entry.problem)
        if entry.path is not None:
            return weights.find(LARGE_MODEL)
    return weights.find(SMALL_MODEL)


def choose_engine(wanted: str, located: weights.LocatedModel) -> str:
    """The engine that opens the model; raises ModelError where the wanted one cannot."""
    native = _ENGINE_OF.get(located.format)
    if native is None:
        raise ModelError(
            f"this is no speech recogniser that an engine opens (its format is {located.format})",
            where=str(located.path),
            cure=f"name {', '.join(weights.names('transcription'))}, or a folder with model.bin "
            "and config.json (CTranslate2), a .pt file (openai-whisper) or config.json and "
            "model.safetensors (transformers)",
        )
    if wanted == "auto":
        return native
    if wanted not in ENGINES:
        raise ModelError(f"there is no engine {wanted!r}", cure=f"use {', '.join(ENGINES)}")
    if wanted != native and located.format != "ctranslate2":
        raise ModelError(
            f"{wanted} cannot open a model in the format of {located.format}",
            where=str(located.path),
            cure=f"use --engine {native}",
        )
    return wanted


def _load(
    engine: str, located: weights.LocatedModel, device: str, tuning: Tuning, config: Config
) -> Transcriber:
    foreign = located.format == "ctranslate2"
    sizes = {"batch_size": tuning.batch_size, "beam_size": config.beam_size}
    prompt = vocabulary_of(config.vocabulary).prompt()
    cores = tuning.lanes * tuning.threads
    if engine == "openai-whisper":
        from qa_inspect.speech.transcribe import convert
        from qa_inspect.speech.transcribe.openai_whisper import OpenaiWhisper, checkpoint_in

        path = convert.to_openai(located) if foreign else checkpoint_in(located.path)
        openai = OpenaiWhisper(path, device, cores, prompt=prompt)
        return WhisperTranscriber(openai, located.name, **sizes)
    if engine == "transformers":
        from qa_inspect.speech.transcribe import convert
        from qa_inspect.speech.transcribe.transformers import TransformersWhisper

        folder = convert.to_transformers(located) if foreign else located.path
        hugging = TransformersWhisper(folder, device, cores, prompt=prompt)
        return WhisperTranscriber(hugging, located.name, **sizes)
    from qa_inspect.speech.transcribe.faster_whisper import FasterWhisper

    faster = FasterWhisper(
        located.path,
        device,
        tuning.threads,
        lanes=tuning.lanes,
        compute_type=tuning.compute_type,
        prompt=prompt,
    )
    return WhisperTranscriber(faster, located.name, **sizes)
