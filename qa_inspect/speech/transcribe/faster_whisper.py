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
from qa_inspect.speech.transcribe.recognise import WINDOW_S, Attempt, Decoded
from qa_inspect.speech.transcribe.words import TimedPiece

_LOOSENED_BEAMS = 5


class FasterWhisper:
    """The ``Backend`` of CTranslate2 models in the layout of faster-whisper.

    ``folder`` holds ``model.bin``, ``config.json``, ``tokenizer.json`` and the vocabulary;
    ``device`` is ``cpu``, ``cuda`` or ``cuda:N``; ``threads`` is CPU threads.
    """

    engine = "faster-whisper"

    def __init__(self, folder: Path, device: str = "cpu", threads: int = 0) -> None:
        from faster_whisper import WhisperModel

        kind, _, number = device.partition(":")
        self._model = WhisperModel(
            str(folder),
            device=kind,
            device_index=int(number or 0),
            compute_type="float16" if kind == "cuda" else "int8",
            cpu_threads=threads,
            local_files_only=True,
        )
        self.supported = frozenset(self._model.supported_languages)

    def encode(self, samples: Sequence[npt.NDArray[np.float32]]) -> Any:
        """The encoder's output for a batch, each padded with silence to Whisper's window."""
        extract = self._model.feature_extractor
        length = int(WINDOW_S * SAMPLE_RATE)
        features = [
            extract(np.pad(item[:length], (0, max(0, length - item.shape[0]))), padding=0)
            for item in samples
        ]
        return self._model.encode(np.stack(features).astype(np.float32))

    def languages(self, encoded: Any) -> Sequence[Mapping[str, float]]:
        """The probability of every language code, for each chunk."""
        rows = self._model.model.detect_language(encoded)
        return [{token.strip("<|>"): float(value) for token, value in row} for row in rows]

    def decode(
        self, encoded: Any, language: str, attempt: Attempt, max_tokens: int
    ) -> Sequence[Decoded]:
        """The text of each chunk.

        CTranslate2's sampling cannot be repeated (each thread's generator is seeded once), and the
        same recording must give the same text. Instead of sampling, a temperature forbids saying
        four tokens twice, and above 0.5 makes every repetition dearer.
        """
        tokenizer = self._tokenizer(language)
        prompt = self._model.get_prompt(tokenizer, [], without_timestamps=True)
        loosened = attempt.temperature > 0
        results = self._model.model.generate(
            encoded,
            [prompt] * encoded.shape[0],
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
        encoded: Any,
        language: str,
        decoded: Sequence[Decoded],
        durations_s: Sequence[float],
    ) -> Sequence[Sequence[TimedPiece]]:
        """The aligned pieces of each chunk's text, by the model's cross-attention."""
        tokenizer = self._tokenizer(language)
        frames = [math.ceil(seconds * self._model.frames_per_second) for seconds in durations_s]
        rows = self._model.find_alignment(
            tokenizer, [list(item.tokens) for item in decoded], encoded, frames
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
