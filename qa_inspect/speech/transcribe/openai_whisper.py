"""Whisper by OpenAI's own package, on PyTorch.

This module does not know where the checkpoint comes from, how batches are made or which texts are
believed.
"""

from __future__ import annotations

import base64
import gzip
import json
import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from qa_inspect.errors import ModelError
from qa_inspect.speech.transcribe.backend import Attempt, Decoded
from qa_inspect.speech.transcribe.words import TimedPiece

_SEED = 20


@dataclass(frozen=True, slots=True)
class _Encoded:
    """One chunk: its log-mel features and the encoder's states."""

    mel: Any
    states: Any


class OpenaiWhisper:
    """The ``Backend`` of openai-whisper checkpoints.

    ``checkpoint`` is a ``.pt`` file of dimensions and weights, read with ``weights_only``;
    ``alignment_heads.json`` beside it, [[layer, head], …], says which attention follows time.
    ``device`` is ``cpu``, ``cuda`` or ``cuda:N``.
    """

    engine = "openai-whisper"
    lanes = 1
    short_windows = False

    def __init__(
        self, checkpoint: Path, device: str = "cpu", threads: int = 0, *, prompt: str = ""
    ) -> None:
        import torch
        import whisper
        from whisper.tokenizer import LANGUAGES

        if threads and device == "cpu":
            torch.set_num_threads(threads)
        try:
            self._model = whisper.load_model(str(checkpoint), device=device)
        except pickle.UnpicklingError as error:
            raise ModelError(
                "the checkpoint holds more than weights, or is damaged, and is not opened",
                where=str(checkpoint),
                cure="name a checkpoint saved by openai-whisper",
            ) from error
        self._model.eval()
        self._half = device != "cpu"
        self._prompt = prompt
        self._set_alignment_heads(checkpoint.with_name("alignment_heads.json"))
        codes = list(LANGUAGES)[: self._model.num_languages]
        self.supported = frozenset(codes if self._model.is_multilingual else ["en"])

    def encode(
        self, samples: Sequence[npt.NDArray[np.float32]], window_s: float
    ) -> Sequence[_Encoded]:
        """Each chunk's encoding, padded with silence to Whisper's own window of 30 s."""
        import torch
        import whisper

        model = self._model
        mels = torch.stack(
            [
                whisper.log_mel_spectrogram(
                    whisper.pad_or_trim(item), n_mels=model.dims.n_mels, device=model.device
                )
                for item in samples
            ]
        )
        # Half precision is a matter of the cast here, as in whisper.decode.
        if self._half:
            mels = mels.half()
        with torch.inference_mode():
            states = model.embed_audio(mels)
        return [_Encoded(*pair) for pair in zip(mels, states, strict=True)]

    def languages(self, encoded: Sequence[_Encoded]) -> Sequence[Mapping[str, float]]:
        """The probability of every language code, for each chunk."""
        import torch
        import whisper

        if not self._model.is_multilingual:
            return [{"en": 1.0} for _ in encoded]
        states = torch.stack([item.states for item in encoded])
        _, rows = whisper.detect_language(self._model, states, self._tokenizer("en"))
        return list(rows)

    def decode(
        self,
        encoded: Sequence[_Encoded],
        language: str,
        attempt: Attempt,
        max_tokens: int,
    ) -> Sequence[Decoded]:
        """The text of each chunk; sampling starts from the same seed each time."""
        import torch
        import whisper

        options = whisper.DecodingOptions(
            language=language,
            temperature=attempt.temperature,
            beam_size=attempt.beam_size if attempt.beam_size > 1 else None,
            sample_len=max_tokens,
            prompt=self._prompt or None,
            without_timestamps=True,
            fp16=self._half,
        )
        with torch.random.fork_rng(enabled=attempt.temperature > 0):
            # The package's beam search takes one chunk at a time: its attention broadcasts. A
            # sample is drawn alone, too, or it would change with the chunks beside it.
            step = 1 if options.beam_size or attempt.temperature > 0 else len(encoded)
            results = []
            for states in torch.stack([item.states for item in encoded]).split(step):
                if attempt.temperature > 0:
                    torch.manual_seed(_SEED)
                results.extend(whisper.decode(self._model, states, options))
        return [
            Decoded(
                tokens=tuple(result.tokens),
                text=result.text,
                average_log_probability=result.avg_logprob,
                no_speech_probability=result.no_speech_prob,
            )
            for result in results
        ]

    def align(
        self,
        encoded: Sequence[_Encoded],
        language: str,
        decoded: Sequence[Decoded],
        durations_s: Sequence[float],
    ) -> Sequence[Sequence[TimedPiece]]:
        """The aligned pieces of each chunk's text, by the model's cross-attention."""
        from whisper.timing import find_alignment

        tokenizer = self._tokenizer(language)
        rows = []
        for one, item, seconds in zip(encoded, decoded, durations_s, strict=True):
            frames = min(one.mel.shape[-1], round(seconds * 100))
            words = find_alignment(self._model, tokenizer, list(item.tokens), one.mel, frames)
            rows.append(
                [
                    TimedPiece(
                        word.word, float(word.start), float(word.end), float(word.probability)
                    )
                    for word in words
                ]
            )
        return rows

    def _tokenizer(self, language: str) -> Any:
        from whisper.tokenizer import get_tokenizer

        return get_tokenizer(
            self._model.is_multilingual,
            num_languages=self._model.num_languages,
            language=language,
            task="transcribe",
        )

    def _set_alignment_heads(self, path: Path) -> None:
        if not path.is_file():
            return
        dims = self._model.dims
        mask = np.zeros((dims.n_text_layer, dims.n_text_head), dtype=bool)
        for layer, head in json.loads(path.read_text(encoding="utf-8")):
            mask[layer, head] = True
        self._model.set_alignment_heads(base64.b85encode(gzip.compress(mask.tobytes())))


def checkpoint_in(path: Path) -> Path:
    """The one ``.pt`` file of a folder, or the file itself; raises ModelError for more or none."""
    if path.is_file():
        return path
    found = sorted(path.glob("*.pt"))
    if len(found) != 1:
        raise ModelError(
            f"the folder holds {len(found)} .pt files where one is expected",
            where=str(path),
            cure="name the checkpoint itself",
        )
    return found[0]
