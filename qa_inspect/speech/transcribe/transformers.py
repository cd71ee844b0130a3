"""Whisper by Hugging Face transformers, on PyTorch.

This module does not know where the checkpoint comes from, how batches are made or which texts are
believed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from qa_inspect.config import SAMPLE_RATE
from qa_inspect.errors import ModelError
from qa_inspect.speech.transcribe.backend import Attempt, Decoded
from qa_inspect.speech.transcribe.words import TimedPiece

_SEED = 20
_FRAME_S = 0.02


@dataclass(frozen=True, slots=True)
class _Encoded:
    """One chunk: the encoder's states, and what the first token would be."""

    states: Any
    no_speech: float
    first_logits: Any


class TransformersWhisper:
    """The ``Backend`` of Whisper checkpoints in the layout of transformers.

    ``folder`` holds ``config.json``, ``generation_config.json``, ``model.safetensors`` and
    ``tokenizer.json``; pickled weights are not opened. ``device`` is ``cpu``, ``cuda`` or
    ``cuda:N``.
    """

    engine = "transformers"
    lanes = 1
    short_windows = False

    def __init__(
        self, folder: Path, device: str = "cpu", threads: int = 0, *, prompt: str = ""
    ) -> None:
        import tokenizers
        import torch
        from transformers import WhisperFeatureExtractor, WhisperForConditionalGeneration
        from transformers.utils import logging

        _require_whisper(folder)
        logging.set_verbosity_error()
        logging.disable_progress_bar()
        if threads and device == "cpu":
            torch.set_num_threads(threads)
        self._device = torch.device(device)
        self._words_before = prompt
        self._dtype = torch.float32 if device == "cpu" else torch.float16
        model = WhisperForConditionalGeneration.from_pretrained(
            str(folder),
            dtype=self._dtype,
            attn_implementation="sdpa",
            local_files_only=True,
            use_safetensors=True,
        )
        self._model = model.to(self._device).eval()
        self._extract = WhisperFeatureExtractor(feature_size=model.config.num_mel_bins)
        self._tokens = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
        settings = model.generation_config
        table = getattr(settings, "lang_to_id", None) or {}
        self._language_ids = {token.strip("<|>"): number for token, number in table.items()}
        # Without known heads the upper half of the layers follows time best (openai-whisper).
        layers, heads = model.config.decoder_layers, model.config.decoder_attention_heads
        upper = [(layer, head) for layer in range(layers // 2, layers) for head in range(heads)]
        self._heads = getattr(settings, "alignment_heads", None) or upper
        self.supported = frozenset(self._language_ids or {"en"})

    def encode(
        self, samples: Sequence[npt.NDArray[np.float32]], window_s: float
    ) -> Sequence[_Encoded]:
        """Each chunk's encoding, padded with silence to Whisper's own window of 30 s."""
        import torch

        features = self._extract(
            list(samples), sampling_rate=SAMPLE_RATE, return_tensors="pt"
        ).input_features.to(self._device, self._dtype)
        start = self._model.config.decoder_start_token_id
        with torch.inference_mode():
            states = self._model.get_encoder()(features).last_hidden_state
            first = torch.full((len(samples), 1), start, device=self._device)
            logits = (
                self._model(encoder_outputs=(states,), decoder_input_ids=first).logits[:, 0].float()
            )
        no_speech = logits.softmax(-1)[:, self._special("<|nospeech|>", "<|nocaptions|>")]
        return [_Encoded(*row) for row in zip(states, no_speech.tolist(), logits, strict=True)]

    def languages(self, encoded: Sequence[_Encoded]) -> Sequence[Mapping[str, float]]:
        """The probability of every language code, for each chunk."""
        import torch

        if not self._language_ids:
            return [{"en": 1.0} for _ in encoded]
        codes = list(self._language_ids)
        logits = torch.stack([item.first_logits for item in encoded])
        rows = logits[:, [self._language_ids[code] for code in codes]].softmax(-1).tolist()
        return [dict(zip(codes, row, strict=True)) for row in rows]

    def decode(
        self,
        encoded: Sequence[_Encoded],
        language: str,
        attempt: Attempt,
        max_tokens: int,
    ) -> Sequence[Decoded]:
        """The text of each chunk; sampling starts from the same seed each time."""
        import torch
        from transformers.modeling_outputs import BaseModelOutput

        sampling = attempt.temperature > 0
        if sampling and len(encoded) > 1:
            # A sample drawn in a batch would change with the chunks beside it.
            return [
                row
                for item in encoded
                for row in self.decode([item], language, attempt, max_tokens)
            ]
        ways: dict[str, Any] = (
            {"do_sample": True, "temperature": attempt.temperature, "top_k": 0}
            if sampling
            else {"do_sample": False, "num_beams": attempt.beam_size}
        )
        with torch.random.fork_rng(enabled=sampling), torch.inference_mode():
            if sampling:
                torch.manual_seed(_SEED)
            before = self._ids_before()
            sequences = self._model.generate(
                encoder_outputs=BaseModelOutput(
                    last_hidden_state=torch.stack([item.states for item in encoded])
                ),
                language=language if self._language_ids else None,
                task="transcribe" if self._language_ids else None,
                return_timestamps=False,
                force_unique_generate_call=True,
                max_new_tokens=max_tokens,
                prompt_ids=torch.tensor(before, device=self._device) if before else None,
                **ways,
            )
        return [
            self._decoded(item, language, _without(before, tokens))
            for item, tokens in zip(encoded, sequences.tolist(), strict=True)
        ]

    def align(
        self,
        encoded: Sequence[_Encoded],
        language: str,
        decoded: Sequence[Decoded],
        durations_s: Sequence[float],
    ) -> Sequence[Sequence[TimedPiece]]:
        """The aligned pieces of each chunk's text, by the model's cross-attention."""
        return [
            self._pieces(one, language, item.tokens, seconds) if item.tokens else []
            for one, item, seconds in zip(encoded, decoded, durations_s, strict=True)
        ]

    def _decoded(self, encoded: _Encoded, language: str, sequence: Sequence[int]) -> Decoded:
        end = self._special("<|endoftext|>")
        tokens = tuple(token for token in sequence if token < end)
        logits, _ = self._reread(encoded, language, tokens)
        score = float(logits.log_softmax(-1).gather(1, self._column((*tokens, end))).mean())
        return Decoded(
            tokens=tokens,
            text=self._tokens.decode(list(tokens)).strip(),
            average_log_probability=score,
            no_speech_probability=encoded.no_speech,
        )

    def _pieces(
        self,
        encoded: _Encoded,
        language: str,
        tokens: Sequence[int],
        seconds: float,
    ) -> list[TimedPiece]:
        from faster_whisper.tokenizer import Tokenizer

        logits, attentions = self._reread(encoded, language, tokens)
        probabilities = logits[:-1].softmax(-1).gather(1, self._column(tokens))[:, 0].tolist()
        frames = max(2, min(round(seconds / _FRAME_S), encoded.states.shape[0]))
        starts = token_starts(attentions[:, :, :frames])
        splitter = Tokenizer(
            self._tokens, bool(self._language_ids), task="transcribe", language=language
        )
        texts, groups = splitter.split_to_word_tokens(list(tokens))
        pieces = []
        first = 0
        for text, group in zip(texts, groups, strict=True):
            last = first + len(group)
            pieces.append(
                TimedPiece(
                    text, starts[first], starts[last], float(np.mean(probabilities[first:last]))
                )
            )
            first = last
        return pieces

    def _reread(
        self, encoded: _Encoded, language: str, tokens: Sequence[int]
    ) -> tuple[Any, npt.NDArray[np.float32]]:
        """One pass over a known text.

        Gives the logits that foretell each token and the end, (tokens + 1, vocabulary), and the
        attention of the alignment heads, (heads, tokens + 1, frames of 0.02 s).
        """
        import torch

        prompt = self._prompt(language)
        # Only eager attention hands out its weights; everything else is faster without.
        self._model.set_attn_implementation("eager")
        try:
            with torch.inference_mode():
                output = self._model(
                    encoder_outputs=(encoded.states[None],),
                    decoder_input_ids=torch.tensor([[*prompt, *tokens]], device=self._device),
                    output_attentions=True,
                )
        finally:
            self._model.set_attn_implementation("sdpa")
        first = len(prompt) - 1
        chosen = torch.stack(
            [output.cross_attentions[layer][0, head] for layer, head in self._heads]
        )
        return output.logits[0, first:].float(), chosen[:, first:].float().cpu().numpy()

    def _ids_before(self) -> list[int]:
        """The tokens of what the model is told came before, none where there is nothing."""
        if not self._words_before:
            return []
        words = self._tokens.encode(f" {self._words_before}", add_special_tokens=False)
        return [self._special("<|startofprev|>"), *words.ids]

    def _prompt(self, language: str) -> list[int]:
        names = ["<|startoftranscript|>"]
        if self._language_ids:
            names += [f"<|{language}|>", "<|transcribe|>"]
        return [self._special(name) for name in [*names, "<|notimestamps|>"]]

    def _special(self, *names: str) -> int:
        numbers = [self._tokens.token_to_id(name) for name in names]
        return next(int(number) for number in numbers if number is not None)

    def _column(self, tokens: Sequence[int]) -> Any:
        import torch

        return torch.tensor(tokens, device=self._device)[:, None]


def _require_whisper(folder: Path) -> None:
    """Raises ModelError where the folder is no complete Whisper checkpoint.

    transformers would fill another architecture with random numbers instead of refusing it.
    """
    missing = [name for name in ("config.json", "tokenizer.json") if not (folder / name).is_file()]
    if not any(folder.glob("model*.safetensors")):
        missing.append("model.safetensors (pickled weights are not opened)")
    if missing:
        raise ModelError(
            f"the folder has no {' and no '.join(missing)}",
            where=str(folder),
            cure="save the model with save_pretrained, its tokenizer too",
        )
    kind = json.loads((folder / "config.json").read_text(encoding="utf-8")).get("model_type")
    if kind != "whisper":
        raise ModelError(
            f"this is a {kind} model, not Whisper",
            where=str(folder),
            cure="name the folder of a Whisper model",
        )


def token_starts(attention: npt.NDArray[np.float32]) -> list[float]:
    """When each token begins (seconds), from attention of shape (heads, tokens + 1, frames).

    Dynamic time warping over the heads' mean, as in openai-whisper's timing: each frame's weights
    are standardised over the tokens and smoothed over 7 frames. The last value is the text's end.
    """
    from librosa.sequence import dtw
    from scipy.ndimage import median_filter

    weights = attention / np.maximum(attention.sum(axis=-1, keepdims=True), 1e-9)
    spread = np.maximum(weights.std(axis=-2, keepdims=True), 1e-9)
    weights = (weights - weights.mean(axis=-2, keepdims=True)) / spread
    smooth = median_filter(weights, size=(1, 1, 7), mode="reflect").mean(axis=0)
    _, path = dtw(C=-smooth.astype(np.float64), backtrack=True)
    starts: dict[int, int] = {}
    for token, frame in path[::-1]:
        starts.setdefault(int(token), int(frame))
    return [starts[token] * _FRAME_S for token in range(attention.shape[1])]


def _without(before: Sequence[int], tokens: Sequence[int]) -> Sequence[int]:
    """A sequence without the prompt that it may begin with."""
    known = bool(before) and list(tokens[: len(before)]) == list(before)
    return tokens[len(before) :] if known else tokens
