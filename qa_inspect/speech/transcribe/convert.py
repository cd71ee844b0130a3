"""Turns Whisper weights in CTranslate2's format into openai-whisper's and transformers' formats.

No checkpoint of the other two engines can be fetched offline, but the weights are the same numbers
in another order: projections that CTranslate2 keeps fused are split again. Results are kept in the
cache. This module does not know how an engine runs.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from qa_inspect import weights
from qa_inspect.errors import ModelError
from qa_inspect.speech.transcribe.ctranslate2_file import ModelVariables, read_variables

_VERSION = 2
"""Part of the cache's key; raise it when the converter writes something else."""

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Dimensions:
    """Whisper's sizes under the names that an openai-whisper checkpoint gives them."""

    n_mels: int
    n_audio_ctx: int
    n_audio_state: int
    n_audio_head: int
    n_audio_layer: int
    n_vocab: int
    n_text_ctx: int
    n_text_state: int
    n_text_head: int
    n_text_layer: int


@dataclass(frozen=True, slots=True)
class WeightNames:
    """How a layout calls its parts; ``{side}`` is encoder or decoder, ``{i}`` the layer."""

    top: Mapping[str, str]
    layer: str
    own: tuple[str, str, str, str]
    cross: tuple[str, str, str, str]
    own_norm: str
    cross_norm: str
    inner: tuple[str, str]
    last_norm: str


OPENAI_NAMES = WeightNames(
    top={
        "encoder/conv1": "encoder.conv1",
        "encoder/conv2": "encoder.conv2",
        "encoder/position_encodings/encodings": "encoder.positional_embedding",
        "encoder/layer_norm": "encoder.ln_post",
        "decoder/embeddings/weight": "decoder.token_embedding.weight",
        "decoder/position_encodings/encodings": "decoder.positional_embedding",
        "decoder/layer_norm": "decoder.ln",
    },
    layer="{side}.blocks.{i}.",
    own=("attn.query", "attn.key", "attn.value", "attn.out"),
    cross=("cross_attn.query", "cross_attn.key", "cross_attn.value", "cross_attn.out"),
    own_norm="attn_ln",
    cross_norm="cross_attn_ln",
    inner=("mlp.0", "mlp.2"),
    last_norm="mlp_ln",
)

TRANSFORMERS_NAMES = WeightNames(
    top={
        "encoder/conv1": "model.encoder.conv1",
        "encoder/conv2": "model.encoder.conv2",
        "encoder/position_encodings/encodings": "model.encoder.embed_positions.weight",
        "encoder/layer_norm": "model.encoder.layer_norm",
        "decoder/embeddings/weight": "model.decoder.embed_tokens.weight",
        "decoder/position_encodings/encodings": "model.decoder.embed_positions.weight",
        "decoder/layer_norm": "model.decoder.layer_norm",
    },
    layer="model.{side}.layers.{i}.",
    own=("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.out_proj"),
    cross=(
        "encoder_attn.q_proj",
        "encoder_attn.k_proj",
        "encoder_attn.v_proj",
        "encoder_attn.out_proj",
    ),
    own_norm="self_attn_layer_norm",
    cross_norm="encoder_attn_layer_norm",
    inner=("fc1", "fc2"),
    last_norm="final_layer_norm",
)


def to_openai(located: weights.LocatedModel) -> Path:
    """An openai-whisper checkpoint (``.pt``) of a CTranslate2 model; made once, then kept.

    ``alignment_heads.json`` lies beside it. Raises ModelError where the model cannot be converted.
    """

    def make(folder: Path) -> None:
        import torch

        content = _whisper(located.path)
        state = {
            name: torch.from_numpy(np.ascontiguousarray(array).copy())
            for name, array in rename(content.arrays, OPENAI_NAMES)
        }
        checkpoint = {"dims": asdict(dimensions(content.arrays)), "model_state_dict": state}
        torch.save(checkpoint, folder / "model.pt")
        heads = _settings(located.path).get("alignment_heads", [])
        (folder / "alignment_heads.json").write_text(json.dumps(heads), encoding="utf-8")

    return _kept(located, "openai-whisper", make) / "model.pt"


def to_transformers(located: weights.LocatedModel) -> Path:
    """A transformers checkpoint (a folder) of a CTranslate2 model; made once, then kept.

    Raises ModelError where the model cannot be converted.
    """

    def make(folder: Path) -> None:
        from safetensors.numpy import save_file

        content = _whisper(located.path)
        tensors = {
            name: np.ascontiguousarray(array)
            for name, array in rename(content.arrays, TRANSFORMERS_NAMES)
        }
        save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
        precision = tensors["model.encoder.conv1.weight"].dtype.name
        sizes = dimensions(content.arrays)
        _write_transformers_settings(located.path, folder, sizes, precision)

    return _kept(located, "transformers", make)


def dimensions(arrays: Mapping[str, Array]) -> Dimensions:
    """The sizes of a Whisper model from its variables."""
    n_audio_ctx, n_audio_state = arrays["encoder/position_encodings/encodings"].shape
    n_text_ctx, n_text_state = arrays["decoder/position_encodings/encodings"].shape
    return Dimensions(
        n_mels=arrays["encoder/conv1/weight"].shape[1],
        n_audio_ctx=n_audio_ctx,
        n_audio_state=n_audio_state,
        n_audio_head=int(arrays["encoder/num_heads"]),
        n_audio_layer=_layers(arrays, "encoder"),
        n_vocab=arrays["decoder/embeddings/weight"].shape[0],
        n_text_ctx=n_text_ctx,
        n_text_state=n_text_state,
        n_text_head=int(arrays["decoder/num_heads"]),
        n_text_layer=_layers(arrays, "decoder"),
    )


def rename(arrays: Mapping[str, Array], names: WeightNames) -> Iterator[tuple[str, Array]]:
    """Every weight under the name that the other layout gives it, fused ones split."""
    for source, target in names.top.items():
        if source in arrays:
            yield target, arrays[source]
        else:
            yield from _pair(arrays, source, target)
    for side in ("encoder", "decoder"):
        for i in range(_layers(arrays, side)):
            source = f"{side}/layer_{i}/"
            target = names.layer.format(side=side, i=i)
            yield from _attention(arrays, f"{source}self_attention/", target, names.own)
            yield from _norm(arrays, f"{source}self_attention/", target + names.own_norm)
            if side == "decoder":
                yield from _attention(arrays, f"{source}attention/", target, names.cross)
                yield from _norm(arrays, f"{source}attention/", target + names.cross_norm)
            for number, inner in enumerate(names.inner):
                yield from _pair(arrays, f"{source}ffn/linear_{number}", target + inner)
            yield from _norm(arrays, f"{source}ffn/", target + names.last_norm)


def _attention(
    arrays: Mapping[str, Array], source: str, target: str, names: tuple[str, str, str, str]
) -> Iterator[tuple[str, Array]]:
    """Query, key, value and output; CTranslate2 fuses the first three, or key and value."""
    fused = [number for number in range(3) if f"{source}linear_{number}/weight" in arrays]
    *inputs, output = fused
    for kind in ("weight", "bias"):
        stacked = np.concatenate([arrays[f"{source}linear_{number}/{kind}"] for number in inputs])
        for name, part in zip(names[:3], np.split(stacked, 3), strict=True):
            # Whisper's keys have no bias; the fused one holds zeros in their place.
            if not (kind == "bias" and name == names[1]):
                yield f"{target}{name}.{kind}", part
        yield f"{target}{names[3]}.{kind}", arrays[f"{source}linear_{output}/{kind}"]


def _norm(arrays: Mapping[str, Array], source: str, target: str) -> Iterator[tuple[str, Array]]:
    yield from _pair(arrays, f"{source}layer_norm", target)


def _pair(arrays: Mapping[str, Array], source: str, target: str) -> Iterator[tuple[str, Array]]:
    for ours, theirs in (
        ("weight", "weight"),
        ("gamma", "weight"),
        ("bias", "bias"),
        ("beta", "bias"),
    ):
        if f"{source}/{ours}" in arrays:
            yield f"{target}.{theirs}", arrays[f"{source}/{ours}"]


def _layers(arrays: Mapping[str, Array], side: str) -> int:
    return len(
        {
            name.split("/")[1]
            for name in arrays
            if name.startswith(f"{side}/layer_") and name.count("/") > 2
        }
    )


def _whisper(folder: Path) -> ModelVariables:
    content = read_variables(folder / "model.bin")
    if content.specification != "WhisperSpec":
        raise ModelError(
            f"this is a {content.specification}, not a Whisper model",
            where=str(folder),
            cure="name the folder of a Whisper model",
        )
    if any(name.endswith("weight_scale") for name in content.arrays):
        raise ModelError(
            "the weights are stored as whole numbers and cannot be turned back exactly",
            where=str(folder),
            cure="use --engine faster-whisper, or a model converted with float16 or float32",
        )
    return content


def _settings(folder: Path) -> dict[str, Any]:
    settings: dict[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    return settings


def _kept(located: weights.LocatedModel, form: str, make: Callable[[Path], None]) -> Path:
    if located.format != "ctranslate2":
        raise ModelError(
            f"only CTranslate2 models are converted, this one is {located.format}",
            where=str(located.path),
            cure="name a folder with model.bin and config.json",
        )
    digest = weights.sha256_of(located.path / "model.bin")[:12]
    name = located.name.replace("/", "--")
    return weights.kept_folder(f"{name}-{form}-{digest}-{_VERSION}", make)


def _write_transformers_settings(
    source: Path, folder: Path, sizes: Dimensions, precision: str
) -> None:
    """Everything a transformers checkpoint needs besides the weights."""
    import tokenizers
    from transformers import WhisperFeatureExtractor

    shutil.copyfile(source / "tokenizer.json", folder / "tokenizer.json")
    tokens = tokenizers.Tokenizer.from_file(str(source / "tokenizer.json"))
    end = tokens.token_to_id("<|endoftext|>")
    special = {
        "bos_token_id": end,
        "eos_token_id": end,
        "pad_token_id": end,
        "decoder_start_token_id": tokens.token_to_id("<|startoftranscript|>"),
    }
    _write_architecture(folder, sizes, precision, special)
    _write_generation(folder, _settings(source), sizes.n_text_ctx, tokens, special)
    WhisperFeatureExtractor(feature_size=sizes.n_mels).save_pretrained(folder)
    names = {
        "tokenizer_class": "WhisperTokenizer",
        "processor_class": "WhisperProcessor",
        "bos_token": "<|endoftext|>",
        "eos_token": "<|endoftext|>",
        "pad_token": "<|endoftext|>",
        "unk_token": "<|endoftext|>",
        "model_max_length": 1024,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(names, indent=1), encoding="utf-8")


def _write_architecture(
    folder: Path, sizes: Dimensions, precision: str, special: Mapping[str, int | None]
) -> None:
    from transformers import WhisperConfig

    WhisperConfig(
        vocab_size=sizes.n_vocab,
        num_mel_bins=sizes.n_mels,
        d_model=sizes.n_audio_state,
        encoder_layers=sizes.n_audio_layer,
        encoder_attention_heads=sizes.n_audio_head,
        encoder_ffn_dim=4 * sizes.n_audio_state,
        decoder_layers=sizes.n_text_layer,
        decoder_attention_heads=sizes.n_text_head,
        decoder_ffn_dim=4 * sizes.n_text_state,
        max_source_positions=sizes.n_audio_ctx,
        max_target_positions=sizes.n_text_ctx,
        architectures=["WhisperForConditionalGeneration"],
        dtype=precision,
        **special,
    ).save_pretrained(folder)


def _write_generation(
    folder: Path,
    settings: Mapping[str, Any],
    max_length: int,
    tokens: Any,
    special: Mapping[str, int | None],
) -> None:
    from transformers import GenerationConfig

    languages = [
        number
        for number in settings.get("lang_ids", [])
        if (tokens.id_to_token(number) or "").startswith("<|")
    ]
    tasks = ("transcribe", "translate")
    GenerationConfig(
        max_length=max_length,
        alignment_heads=settings.get("alignment_heads"),
        suppress_tokens=settings.get("suppress_ids"),
        begin_suppress_tokens=settings.get("suppress_ids_begin"),
        is_multilingual=bool(languages),
        lang_to_id={tokens.id_to_token(number): number for number in languages},
        task_to_id={task: tokens.token_to_id(f"<|{task}|>") for task in tasks},
        no_timestamps_token_id=tokens.token_to_id("<|notimestamps|>"),
        prev_sot_token_id=tokens.token_to_id("<|startofprev|>"),
        max_initial_timestamp_index=50,
        return_timestamps=False,
        **special,
    ).save_pretrained(folder)
