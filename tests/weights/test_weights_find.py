"""Where models are looked for, in which order, and what is refused."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest
from toy_models import CHECKPOINT, PARTS, SETTINGS, fill_hub_cache, install_wheel, toy_registry

from qa_inspect import weights
from qa_inspect.errors import ModelError


@pytest.fixture
def toys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A world of its own: wheels, cache, hub cache and own models all below one folder."""
    install_wheel(tmp_path / "wheels")
    monkeypatch.setattr(sys, "path", [str(tmp_path / "wheels"), *sys.path])
    importlib.invalidate_caches()
    table = toy_registry()
    monkeypatch.setattr(weights, "registry", lambda: table)
    monkeypatch.setenv("QA_INSPECT_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("QA_INSPECT_MODELS", raising=False)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path


def own(toys: Path, monkeypatch: pytest.MonkeyPatch, name: str, **files: bytes) -> Path:
    folder = toys / "own" / name
    folder.mkdir(parents=True)
    for key, content in files.items():
        (folder / key.replace("__", ".")).write_bytes(content)
    monkeypatch.setenv("QA_INSPECT_MODELS", str(toys / "own"))
    return folder


def test_parts_of_a_wheel_are_joined_in_the_cache(toys: Path) -> None:
    found = weights.find("toy-joined")
    assert (found.path / "model.bin").read_bytes() == PARTS[0] + PARTS[1]
    assert (found.path / "config.json").read_bytes() == SETTINGS
    assert found.path.is_relative_to(toys / "cache")
    assert (found.verified, found.format, found.task) == (True, "ctranslate2", "transcription")
    assert weights.find("toy-joined").path == found.path


def test_a_single_file_is_opened_where_it_is_installed(toys: Path) -> None:
    found = weights.find("toy-single")
    assert found.path == toys / "wheels" / "toy_single" / "model.pt"
    assert found.verified is True
    assert not (toys / "cache").exists()


def test_a_damaged_wheel_is_refused_and_nothing_is_kept(toys: Path) -> None:
    (toys / "wheels" / "toy_two" / "data" / "model.bin.part2").write_bytes(b"x" * len(PARTS[1]))
    with pytest.raises(ModelError, match=r"model\.bin does not have the expected checksum"):
        weights.find("toy-joined")
    left = [path.name for path in (toys / "cache" / "models").iterdir()]
    assert all(name.endswith(".lock") for name in left)


def test_a_damaged_checkpoint_is_refused_before_it_is_opened(toys: Path) -> None:
    path = toys / "wheels" / "toy_single" / "model.pt"
    path.write_bytes(CHECKPOINT + b"!")
    with pytest.raises(ModelError, match="does not have the registry's checksum") as caught:
        weights.find("toy-single")
    assert str(path) in str(caught.value)
    entry = next(entry for entry in weights.catalogue() if entry.name == "toy-single")
    assert (entry.path, entry.verified, entry.ok) == (None, False, False)
    assert "checksum" in entry.problem


def test_own_folder_comes_before_hub_and_wheel(toys: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill_hub_cache(toys / "hub", "toys/joined", {"model.bin": b"w", "vocabulary.txt": b"v"})
    folder = own(
        toys,
        monkeypatch,
        "toy-joined",
        model__bin=PARTS[0] + PARTS[1],
        config__json=SETTINGS,
    )
    found = weights.find("toy-joined")
    assert found.path == folder
    assert found.verified is True


def test_hub_cache_comes_before_wheel_and_is_checked_by_blob_names(toys: Path) -> None:
    files = {"model.bin": b"hub weights", "vocabulary.txt": b"a b c"}
    snapshot = fill_hub_cache(toys / "hub", "toys/joined", files)
    found = weights.find("toy-joined")
    assert found.path == snapshot
    assert (found.verified, found.source) == (True, "hub toys/joined")


def test_a_damaged_hub_cache_is_refused(toys: Path) -> None:
    snapshot = fill_hub_cache(toys / "hub", "toys/hub", {"model.bin": b"w", "vocabulary.txt": b"v"})
    (snapshot / "model.bin").resolve().write_bytes(b"W")
    with pytest.raises(ModelError, match="the checksum the hub gave"):
        weights.find("toy-hub")


def test_an_incomplete_hub_cache_is_not_used(toys: Path) -> None:
    fill_hub_cache(toys / "hub", "toys/joined", {"vocabulary.txt": b"v"})
    assert weights.find("toy-joined").source.startswith("wheel")


def test_a_damaged_own_file_is_an_error_and_not_a_reason_to_look_elsewhere(
    toys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = own(toys, monkeypatch, "toy-single", model__pt=CHECKPOINT.upper())
    with pytest.raises(ModelError, match="checksum") as caught:
        weights.find("toy-single")
    assert caught.value.where == str(folder / "model.pt")


def test_another_edition_in_the_own_folder_is_used_unverified(
    toys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = own(toys, monkeypatch, "toy-joined", model__bin=b"w", vocabulary__txt=b"v")
    found = weights.find("toy-joined")
    assert (found.path, found.verified) == (folder, None)


def test_an_own_folder_with_nothing_to_open_is_refused(
    toys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own(toys, monkeypatch, "toy-joined", notes__md=b"hello")
    with pytest.raises(ModelError, match="holds no files of toy-joined"):
        weights.find("toy-joined")


def test_a_missing_wheel_names_the_extra_and_the_pull(
    toys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", sys.path[1:])
    monkeypatch.setattr(sys, "path_importer_cache", {})
    for name in [name for name in sys.modules if name.startswith("toy_")]:
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(ModelError) as caught:
        weights.find("toy-joined")
    assert 'pip install "qa-inspect[bundled]"' in caught.value.cure
    assert "qa-inspect models pull toy-joined" in caught.value.cure


def test_an_explicit_folder_is_taken_as_it_is(toys: Path) -> None:
    folder = toys / "mine"
    folder.mkdir()
    (folder / "model.bin").write_bytes(b"w")
    (folder / "config.json").write_bytes(b"{}")
    found = weights.find(str(folder))
    assert (found.path, found.verified, found.format) == (folder, None, "ctranslate2")
    assert weights.find(folder) == found


def test_a_hub_repository_by_its_full_name(toys: Path) -> None:
    files = {"config.json": b"{}", "model.bin": b"w"}
    snapshot = fill_hub_cache(toys / "hub", "someone/whisper-tuned", files)
    found = weights.find("someone/whisper-tuned")
    assert (found.path, found.verified, found.format) == (snapshot, True, "ctranslate2")


@pytest.mark.parametrize("name", ["no-such-model", "someone/absent", "./nowhere"])
def test_an_unknown_name_lists_the_known_ones(toys: Path, name: str) -> None:
    with pytest.raises(ModelError, match="toy-joined, toy-single, toy-hub"):
        weights.find(name)


def test_catalogue_and_verify(toys: Path) -> None:
    entries = {entry.name: entry for entry in weights.catalogue()}
    assert entries["toy-joined"].verified is True
    assert entries["toy-joined"].licence == "MIT"
    absent = entries["toy-hub"]
    assert (absent.path, absent.verified, absent.ok) == (None, None, False)
    assert absent.source == "hub toys/hub"
    assert [entry.name for entry in weights.verify()] == ["toy-joined", "toy-single"]
    assert not weights.verify(["toy-hub"])[0].ok
    with pytest.raises(ModelError):
        weights.verify(["no-such-model"])


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["model.bin", "config.json"], "ctranslate2"),
        (["config.json", "model.safetensors"], "transformers"),
        (["config.json", "model-00001-of-00002.safetensors"], "transformers"),
        (["config.json", "pytorch_model.bin"], "transformers"),
        (["base.pt"], "openai-whisper"),
        (["config.yaml"], "pyannote-pipeline"),
        (["readme.txt"], "unknown"),
        ([], "unknown"),
    ],
)
def test_formats_are_told_by_what_a_folder_holds(
    tmp_path: Path, names: list[str], expected: str
) -> None:
    for name in names:
        (tmp_path / name).touch()
    assert weights.detect_format(tmp_path) == expected
