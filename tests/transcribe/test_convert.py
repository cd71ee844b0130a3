"""The converter: every weight arrives under its new name, and nothing else is let in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from test_ctranslate2_file import model_bytes

from qa_inspect import weights
from qa_inspect.errors import ModelError
from qa_inspect.speech.transcribe import convert

WIDTH, HEADS, LAYERS, MELS, VOCABULARY = 8, 2, 2, 4, 11
AUDIO_CONTEXT, TEXT_CONTEXT = 6, 5


def toy_variables(kind: str = "float16") -> dict[str, npt.NDArray[Any]]:
    """A whole Whisper with tiny sizes, every number another one."""
    shapes: dict[str, tuple[int, ...]] = {
        "encoder/conv1/weight": (WIDTH, MELS, 3),
        "encoder/conv1/bias": (WIDTH,),
        "encoder/conv2/weight": (WIDTH, WIDTH, 3),
        "encoder/conv2/bias": (WIDTH,),
        "encoder/position_encodings/encodings": (AUDIO_CONTEXT, WIDTH),
        "decoder/position_encodings/encodings": (TEXT_CONTEXT, WIDTH),
        "decoder/embeddings/weight": (VOCABULARY, WIDTH),
    }
    for side in ("encoder", "decoder"):
        shapes |= _norm(f"{side}/")
        for i in range(LAYERS):
            layer = f"{side}/layer_{i}/"
            shapes |= _norm(f"{layer}self_attention/") | _norm(f"{layer}ffn/")
            shapes |= _linear(f"{layer}self_attention/linear_0", 3 * WIDTH, WIDTH)
            shapes |= _linear(f"{layer}self_attention/linear_1", WIDTH, WIDTH)
            shapes |= _linear(f"{layer}ffn/linear_0", 4 * WIDTH, WIDTH)
            shapes |= _linear(f"{layer}ffn/linear_1", WIDTH, 4 * WIDTH)
            if side == "decoder":
                shapes |= _norm(f"{layer}attention/")
                shapes |= _linear(f"{layer}attention/linear_0", WIDTH, WIDTH)
                shapes |= _linear(f"{layer}attention/linear_1", 2 * WIDTH, WIDTH)
                shapes |= _linear(f"{layer}attention/linear_2", WIDTH, WIDTH)
    random = np.random.default_rng(1)
    made: dict[str, npt.NDArray[Any]] = {
        name: random.normal(size=shape).astype(kind) for name, shape in shapes.items()
    }
    made["encoder/num_heads"] = made["decoder/num_heads"] = np.array(HEADS, dtype="int16")
    return made


def _norm(prefix: str) -> dict[str, tuple[int, ...]]:
    return {f"{prefix}layer_norm/gamma": (WIDTH,), f"{prefix}layer_norm/beta": (WIDTH,)}


def _linear(prefix: str, rows: int, columns: int) -> dict[str, tuple[int, ...]]:
    return {f"{prefix}/weight": (rows, columns), f"{prefix}/bias": (rows,)}


def toy_folder(folder: Path, variables: dict[str, npt.NDArray[Any]]) -> weights.LocatedModel:
    folder.mkdir()
    content = model_bytes(variables, {"decoder/projection/weight": "decoder/embeddings/weight"})
    (folder / "model.bin").write_bytes(content)
    (folder / "config.json").write_text(json.dumps({"alignment_heads": [[1, 0]]}))
    return weights.find(folder)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("QA_INSPECT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_sizes_are_read_off_the_weights() -> None:
    sizes = convert.dimensions(toy_variables())
    assert sizes == convert.Dimensions(
        n_mels=MELS,
        n_audio_ctx=AUDIO_CONTEXT,
        n_audio_state=WIDTH,
        n_audio_head=HEADS,
        n_audio_layer=LAYERS,
        n_vocab=VOCABULARY,
        n_text_ctx=TEXT_CONTEXT,
        n_text_state=WIDTH,
        n_text_head=HEADS,
        n_text_layer=LAYERS,
    )


def test_a_checkpoint_has_exactly_the_weights_openai_whisper_wants(
    tmp_path: Path, cache: Path
) -> None:
    import torch
    from whisper.model import ModelDimensions, Whisper

    variables = toy_variables()
    path = convert.to_openai(toy_folder(tmp_path / "toy", variables))
    checkpoint = torch.load(path, weights_only=True)
    model = Whisper(ModelDimensions(**checkpoint["dims"]))
    model.load_state_dict(checkpoint["model_state_dict"], strict=True)

    fused = torch.from_numpy(variables["decoder/layer_1/attention/linear_1/weight"]).float()
    cross = model.decoder.blocks[1].cross_attn
    torch.testing.assert_close(torch.cat([cross.key.weight, cross.value.weight]), fused)
    own = model.encoder.blocks[0].attn
    fused = torch.from_numpy(variables["encoder/layer_0/self_attention/linear_0/weight"]).float()
    stacked = torch.cat([own.query.weight, own.key.weight, own.value.weight])
    torch.testing.assert_close(stacked, fused)
    assert json.loads(path.with_name("alignment_heads.json").read_text()) == [[1, 0]]
    assert path.is_relative_to(cache)


def test_the_names_for_transformers_are_the_ones_it_has(tmp_path: Path) -> None:
    from transformers import WhisperConfig, WhisperForConditionalGeneration

    config = WhisperConfig(
        vocab_size=VOCABULARY,
        num_mel_bins=MELS,
        d_model=WIDTH,
        encoder_layers=LAYERS,
        decoder_layers=LAYERS,
        encoder_attention_heads=HEADS,
        decoder_attention_heads=HEADS,
        encoder_ffn_dim=4 * WIDTH,
        decoder_ffn_dim=4 * WIDTH,
        max_source_positions=AUDIO_CONTEXT,
        max_target_positions=TEXT_CONTEXT,
        pad_token_id=0,
        bos_token_id=0,
        eos_token_id=0,
        decoder_start_token_id=1,
    )
    wanted = {
        name: tuple(value.shape)
        for name, value in WhisperForConditionalGeneration(config).state_dict().items()
        if name != "proj_out.weight"
    }
    given = {
        name: array.shape
        for name, array in convert.rename(toy_variables(), convert.TRANSFORMERS_NAMES)
    }
    assert given == wanted


def test_a_conversion_is_made_once_for_the_same_weights(tmp_path: Path, cache: Path) -> None:
    located = toy_folder(tmp_path / "toy", toy_variables())
    first = convert.to_openai(located)
    made = first.stat().st_mtime_ns
    assert convert.to_openai(located) == first
    assert first.stat().st_mtime_ns == made


def test_whole_number_weights_are_refused(tmp_path: Path, cache: Path) -> None:
    variables = toy_variables()
    variables["encoder/layer_0/ffn/linear_0/weight_scale"] = np.ones(4, dtype="float32")
    with pytest.raises(ModelError, match="stored as whole numbers"):
        convert.to_openai(toy_folder(tmp_path / "toy", variables))


def test_only_ctranslate2_models_are_converted(tmp_path: Path, cache: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "base.pt").touch()
    with pytest.raises(ModelError, match="this one is openai-whisper"):
        convert.to_transformers(weights.find(tmp_path / "other"))


def test_a_missing_weight_is_a_clear_error(tmp_path: Path, cache: Path) -> None:
    variables = toy_variables()
    del variables["decoder/embeddings/weight"]
    with pytest.raises(ModelError, match="decoder/embeddings/weight"):
        convert.to_openai(toy_folder(tmp_path / "toy", variables))
