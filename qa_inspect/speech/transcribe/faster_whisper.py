"""Whisper by CTranslate2 through faster-whisper: the default engine, int8 on a CPU.

This module does not know where the model lies, how batches are made or which texts are believed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from qa_inspect.config import SAMPLE_RATE
from qa_inspect.speech.transcribe.backend import Attempt, Decoded
from qa_inspect.speech.transcribe.words import TimedPiece

_LOOSENED_BEAMS = 5


class FasterWhisper:
    """The ``Backend`` of CTranslate2 models in the layout of faster-whisper.

    ``folder`` holds ``model.bin``, ``config.json``, ``tokenizer.json`` and the vocabulary;
    ``device`` is ``cpu``, ``cuda`` or ``cuda:N``. On a CPU ``lanes`` batches are worked on at once
    with ``threads`` threads each: operations spread over threads wait for one another after every
    step of decoding, batches side by side never. ``compute_type`` is CTranslate2's, None for int8
    on a CPU and float16 on a GPU. ``prompt`` is text the model is told came before, such as names.
    """

    engine = "faster-whisper"
    short_windows = True

    def __init__(
        self,
        folder: Path,
        device: str = "cpu",
        threads: int = 1,
        *,
        lanes: int = 1,
        compute_type: str | None = None,
        prompt: str = "",
    ) -> None:
        from faster_whisper import WhisperModel

        kind, _, number = device.partition(":")
        self._on_cpu = kind == "cpu"
        self.lanes = lanes if self._on_cpu else 1
        self._model = WhisperModel(
            str(folder),
            device=kind,
            device_index=int(number or 0),
            compute_type=compute_type or ("int8" if self._on_cpu else "float16"),
            cpu_threads=threads,
            num_workers=self.lanes,
            local_files_only=True,
        )
        self.supported = frozenset(self._model.supported_languages)
        self._prompt = prompt

    def encode(
        self, samples: Sequence[npt.NDArray[np.float32]], window_s: float
    ) -> Sequence[npt.NDArray[Any]]:
        """Each chunk's encoding, (frames of 0.02 s, width), padded with silence to the window."""
        features = [self._features(item, window_s) for item in samples]
        # On a CPU one chunk at a time is a quarter faster: its attention stays in the cache.
        step = 1 if self._on_cpu else len(features)
        encoded: list[npt.NDArray[Any]] = []
        for first in range(0, len(features), step):
            states = self._model.model.encode(
                _view(np.stack(features[first : first + step])), to_cpu=True
            )
            encoded.extend(np.array(states))
        return encoded

    def languages(self, encoded: Sequence[npt.NDArray[Any]]) -> Sequence[Mapping[str, float]]:
        """The probability of every language code, for each chunk."""
        if not self._model.model.is_multilingual:
            return [{"en": 1.0} for _ in encoded]
        rows = self._model.model.detect_language(_view(np.stack(encoded)))
        return [{token.strip("<|>"): float(value) for token, value in row} for row in rows]

    def decode(
        self,
        encoded: Sequence[npt.NDArray[Any]],
        language: str,
        attempt: Attempt,
        max_tokens: int,
    ) -> Sequence[Decoded]:
        """The text of each chunk.

        CTranslate2's sampling cannot be repeated (each thread's generator is seeded once), and the
        same recording must give the same text. Instead of sampling, a temperature forbids saying
        four tokens twice, and above 0.5 makes every repetition dearer.
        """
        tokenizer = self._tokenizer(language)
        before = tokenizer.encode(f" {self._prompt}") if self._prompt else []
        prompt = self._model.get_prompt(tokenizer, before, without_timestamps=True)
        loosened = attempt.temperature > 0
        results = self._model.model.generate(
            _view(np.stack(encoded)),
            [prompt] * len(encoded),
            beam_size=_LOOSENED_BEAMS if loosened else attempt.beam_size,
            no_repeat_ngram_size=4 if loosened else 0,
            repetition_penalty=1.1 if attempt.temperature > 0.5 else 1.0,
            max_length=min(len(prompt) + max_tokens, self._model.max_length),
            return_scores=True,
            return_no_speech_prob=True,
        )
        return [self._decoded(tokenizer, result) for result in results]

    def align(
        self,
        encoded: Sequence[npt.NDArray[Any]],
        language: str,
        decoded: Sequence[Decoded],
        durations_s: Sequence[float],
    ) -> Sequence[Sequence[TimedPiece]]:
        """The aligned pieces of each chunk's text, by the model's cross-attention."""
        tokenizer = self._tokenizer(language)
        frames = [math.ceil(seconds * self._model.frames_per_second) for seconds in durations_s]
        rows = self._model.find_alignment(
            tokenizer, [list(item.tokens) for item in decoded], _view(np.stack(encoded)), frames
        )
        return [
            [
                TimedPiece(
                    piece["word"],
                    float(piece["start"]),
                    float(piece["end"]),
                    float(piece["probability"]),
                )
                for piece in row
            ]
            for row in rows
        ]

    def _features(
        self, samples: npt.NDArray[np.float32], window_s: float
    ) -> npt.NDArray[np.float32]:
        """Log-mel features, (bands, frames of 0.01 s)."""
        length = round(window_s * SAMPLE_RATE)
        padded = np.pad(samples[:length], (0, max(0, length - samples.shape[0])))
        features: npt.NDArray[np.float32] = self._model.feature_extractor(padded, padding=0)
        return features.astype(np.float32)

    def _tokenizer(self, language: str) -> Any:
        from faster_whisper.tokenizer import Tokenizer

        return Tokenizer(
            self._model.hf_tokenizer,
            self._model.model.is_multilingual,
            task="transcribe",
            language=language,
        )

    @staticmethod
    def _decoded(tokenizer: Any, result: Any) -> Decoded:
        tokens = tuple(token for token in result.sequences_ids[0] if token < tokenizer.eot)
        length = len(result.sequences_ids[0])
        # The score is the mean over the tokens; the end token's probability is part of the sum.
        return Decoded(
            tokens=tokens,
            text=tokenizer.decode(list(tokens)).strip(),
            average_log_probability=float(result.scores[0]) * length / (length + 1),
            no_speech_probability=float(result.no_speech_prob),
        )


def _view(array: npt.NDArray[Any]) -> Any:
    from ctranslate2 import StorageView

    return StorageView.from_array(np.ascontiguousarray(array))
