"""Taxonomies are read whole or refused with every fault's line."""

from __future__ import annotations

from pathlib import Path

import pytest

from qa_inspect.errors import RubricError
from qa_inspect.rubric.taxonomy import load_taxonomy, parse_taxonomy

LANGUAGES = {"en", "zh", "id", "vi", "th", "ms"}


def test_the_shipped_topics_speak_six_languages_in_at_most_eight_lines() -> None:
    shipped = load_taxonomy()
    assert len(shipped.topics) >= 12
    for topic in shipped.topics:
        assert set(topic.examples) == LANGUAGES
        assert set(topic.phrases) == LANGUAGES
        assert all(1 <= len(lines) <= 8 for lines in topic.examples.values())
        assert topic.title_in("zh-TW") != topic.title_in("en") == topic.title_in("fr")
    assert set(shipped.small_talk) == LANGUAGES


def test_no_line_teaches_two_topics() -> None:
    shipped = load_taxonomy()
    groups = [*(topic.examples for topic in shipped.topics), shipped.small_talk]
    lines = [(code, line) for told in groups for code in told for line in told[code]]
    assert len(lines) == len(set(lines))


def test_lines_without_a_language_and_shipped_small_talk(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text("taxonomy: own\ntopics:\n  - {id: seat, examples: [Change my seat.]}\n")
    own = load_taxonomy(file)
    assert own.topics[0].examples == {"": ("Change my seat.",)}
    assert own.topics[0].title_in("en") == "seat"
    assert own.small_talk == load_taxonomy().small_talk


def test_every_fault_is_told_with_its_line() -> None:
    text = (
        "taxonomy: own\ncolour: red\ntopics:\n  - id: a\n    exmples: [x]\n"
        "  - id: b\n    examples: {en: []}\n"
    )
    with pytest.raises(RubricError) as caught:
        parse_taxonomy(text, "own.yaml")
    told = str(caught.value)
    assert "own.yaml:2" in told and "unknown field" in told
    assert "own.yaml:5" in told and "did you mean examples" in told
    assert "own.yaml:7" in told and "the list is empty" in told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "the file is empty"),
        ("- a\n", "a taxonomy begins"),
        ("taxonomy: x\ntopics: []\n", "topics"),
        (
            "taxonomy: x\ntopics:\n  - {id: a, examples: [x]}\n  - {id: a, examples: [y]}\n",
            "two topics have the id a",
        ),
        ("taxonomy: x\ntopics: [{id: a, examples: [x]}]\nfits_from: high\n", "fits_from"),
    ],
)
def test_what_is_no_taxonomy(text: str, told: str) -> None:
    with pytest.raises(RubricError, match=told):
        parse_taxonomy(text, "own.yaml")


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(RubricError, match="cannot be read"):
        load_taxonomy(tmp_path / "nowhere.yaml")
    wide = tmp_path / "wide.yaml"
    wide.write_bytes("taxonomy: x\n".encode("utf-16"))
    with pytest.raises(RubricError, match="not UTF-8"):
        load_taxonomy(wide)
