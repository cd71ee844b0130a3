"""Topics of calls: several, one or none, by what the customer says."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from rubric_helpers import TopicEmbedder

from qa_inspect.domain import Evidence, Role, Transcript, Utterance
from qa_inspect.rubric.taxonomy import load_taxonomy, parse_taxonomy
from qa_inspect.rubric.tools import Tools
from qa_inspect.rubric.topic_finder import (
    MOST_SENTENCES,
    MOST_TOPICS,
    Sentence,
    TopicFinder,
    chosen,
    telling_sentences,
)

if TYPE_CHECKING:
    from qa_inspect.language.embed import CachedEmbedder

TAXONOMY = parse_taxonomy(
    """
taxonomy: shop
topics:
  - id: refund
    examples: [give me a refund, the refund is missing]
  - id: customs
    examples: {en: [the customs office, customs want money], zh: [海关要钱]}
    phrases: {en: ["import (tax|duty)"]}
    unless: {en: ["not about customs"]}
small_talk: {en: [good morning, fine weather]}
left_out: {en: [passed away], zh: [去世]}
"""
)
LINES = Path(__file__).with_name("topic_lines.yaml")
UNFIT = Path(__file__).with_name("topic_lines_grave.yaml")


def a_call(*said: str, role: Role = Role.CUSTOMER, language: str = "en") -> Transcript:
    return Transcript(
        language,
        tuple(Utterance(at, role, "S", text, language, at, at + 1) for at, text in enumerate(said)),
    )


def a_finder() -> TopicFinder:
    words = {"refund": ["refund"], "customs": ["customs", "海关"], "small": ["morning", "weather"]}
    return TopicFinder(TAXONOMY, Tools(TopicEmbedder(words)))


def topics(*said: str, role: Role = Role.CUSTOMER, language: str = "en") -> list[str]:
    call = a_call(*said, role=role, language=language)
    return [one.topic for _, found in a_finder().find([("x", call)]) for one in found]


def test_several_topics_the_foremost_first_with_their_words() -> None:
    call = a_call(
        "Good morning friend.", "My refund please. Where is the refund money?", "And customs papers"
    )
    ((call_id, found),) = a_finder().find([("x", call)])
    assert call_id == "x"
    assert [(one.topic, one.utterance) for one in found] == [("refund", 1), ("customs", 2)]
    assert found[0].quote == "My refund please."
    assert found[0].start_s == 1
    assert found[0].odds > found[1].odds > 0


def test_nothing_fits_and_nothing_was_said() -> None:
    assert topics("Good morning, lovely weather") == []
    assert topics() == []
    assert topics("one two three 4711", "hm", "...") == []
    assert [found for _, found in a_finder().find([("x", None)])] == [()]


def test_the_agents_words_are_not_the_customers() -> None:
    assert topics("My refund is missing", role=Role.AGENT) == []
    assert topics("My refund is missing", role=Role.UNKNOWN) == ["refund"]


def test_a_phrase_gives_a_topic_away() -> None:
    assert topics("They want import duty from my neighbour") == ["customs"]


def test_words_of_death_and_danger_neither_show_nor_decide_a_topic() -> None:
    assert topics("My brother passed away before the refund came") == []
    assert topics("我父亲去世了，海关扣了包裹", language="zh") == []
    call = a_call("My brother passed away before the refund came.", "Send the refund")
    ((_, found),) = a_finder().find([("x", call)])
    assert [one.quote for one in found] == ["Send the refund"]


def test_sentences_with_grave_evidence_are_passed_over() -> None:
    call = a_call("Refund or else. And the customs papers.", "Refund now")
    on_one = Evidence(0, 0, 1, "refund or else")
    ((_, found),) = a_finder().find([("x", call)], {"x": (on_one,)})
    assert {one.quote for one in found} == {"And the customs papers.", "Refund now"}
    everything = [Evidence(0, 0, 1, ""), Evidence(1, 1, 2, call.utterances[1].text)]
    assert [got for _, got in a_finder().find([("x", call)], {"x": everything})] == [()]
    assert [len(got) for _, got in a_finder().find([("y", call)], {"x": everything})] == [2]


def test_words_that_speak_against_a_topic() -> None:
    assert topics("This is about customs") == ["customs"]
    assert topics("This is not about customs") == []


def test_left_out_words_are_the_shipped_ones_where_none_are_given(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("taxonomy: own\ntopics: [{id: a, examples: [x y]}]\n")
    assert set(load_taxonomy(own).left_out) == {"en", "zh", "id", "vi", "th", "ms"}
    own.write_text(own.read_text() + "left_out: {}\n")
    assert not load_taxonomy(own).left_out


@pytest.mark.models
def test_shipped_topics_pass_over_what_is_no_topic(sentence_model: CachedEmbedder) -> None:
    by_language = yaml.safe_load(UNFIT.read_text(encoding="utf-8"))
    taxonomy = load_taxonomy()
    for language, by_topic in by_language.items():
        own = [
            topic.model_copy(update={"examples": {language: topic.examples[language]}})
            for topic in taxonomy.topics
        ]
        small = {language: taxonomy.small_talk[language]}
        shipped = taxonomy.model_copy(update={"topics": tuple(own), "small_talk": small})
        finder = TopicFinder(shipped, Tools(sentence_model))
        asked = [(topic, line) for topic, lines in by_topic.items() for line in lines]
        found = _foremost(finder, [line for _, line in asked], language)
        assert list(zip(asked, found, strict=True)) == [(one, one[0]) for one in asked]


def test_lines_of_one_language_serve_another() -> None:
    assert topics("Le customs bloque mon paquet", language="fr") == ["customs"]
    assert topics("海关扣了我的包裹", language="zh") == ["customs"]


def test_order_and_number_of_calls_stay() -> None:
    calls = [(str(n), a_call("refund please") if n % 2 else None) for n in range(450)]
    found = list(a_finder().find(calls))
    assert [call_id for call_id, _ in found] == [str(n) for n in range(450)]
    assert all(bool(topics_) == bool(n % 2) for n, (_, topics_) in enumerate(found))


def test_long_calls_are_read_by_what_has_most_content() -> None:
    call = a_call(*(f"parcel {n}" for n in range(60)), "customs inspectors confiscated furniture")
    told = telling_sentences(call)
    assert len(told) == MOST_SENTENCES
    assert told[-1].text.startswith("customs")


@given(st.lists(st.lists(st.floats(-30, 30), min_size=5, max_size=5), min_size=1, max_size=6))
def test_what_is_chosen_is_spoken_for(rows: list[list[float]]) -> None:
    odds = np.array(rows)
    said = a_call(*("x" for _ in rows)).utterances
    sentences = [Sentence("x", "x", one) for one in said]
    found = chosen(["a", "b", "c", "d", "e"], sentences, odds, 3.0)
    assert len(found) <= MOST_TOPICS
    assert bool(found) == bool((odds >= 3).any())
    assert [one.odds for one in found] == sorted((one.odds for one in found), reverse=True)


@pytest.mark.models
@pytest.mark.parametrize("language", ["en", "zh", "th"])
def test_lines_that_no_example_repeats(language: str, sentence_model: CachedEmbedder) -> None:
    by_topic = yaml.safe_load(LINES.read_text(encoding="utf-8"))[language]
    taxonomy = load_taxonomy()
    # the language's own lines alone, to embed few
    own = [
        topic.model_copy(update={"examples": {language: topic.examples[language]}})
        for topic in taxonomy.topics
    ]
    small = {language: taxonomy.small_talk[language]}
    finder = TopicFinder(
        taxonomy.model_copy(update={"topics": tuple(own), "small_talk": small}),
        Tools(sentence_model),
    )
    asked = [(topic, line) for topic, lines in by_topic.items() for line in lines[:1]]
    found = _foremost(finder, [line for _, line in asked], language)
    on = [(topic, met) for (topic, _), met in zip(asked, found, strict=True) if topic != "none"]
    assert sum(topic == met for topic, met in on) >= 0.75 * len(on)
    assert dict(zip((topic for topic, _ in asked), found, strict=True))["none"] == "none"


def _foremost(finder: TopicFinder, lines: Sequence[str], language: str) -> list[str]:
    calls = [(line, a_call(line, language=language)) for line in lines]
    return [found[0].topic if found else "none" for _, found in finder.find(calls)]


@pytest.mark.models
def test_talk_about_calls_and_shops_is_no_complaint_about_staff(
    sentence_model: CachedEmbedder,
) -> None:
    whole = load_taxonomy()
    taxonomy = whole.model_copy(
        update={
            "topics": tuple(
                topic.model_copy(update={"examples": {"zh": topic.examples["zh"]}})
                for topic in whole.topics
            ),
            "small_talk": {"zh": whole.small_talk["zh"]},
        }
    )
    plain = ("我想投诉这个商家", "商家怎么答复的", "我下午要上课接不了电话", "你们客服之前联系过我")
    rude = ("昨天那个骑手态度特别差", "客服说话很难听还挂了我的电话")
    finder = TopicFinder(taxonomy, Tools(sentence_model))
    calls = [
        (text, Transcript("zh", (Utterance(0, Role.CUSTOMER, "c", text, "zh"),)))
        for text in (*plain, *rude)
    ]
    found = {text: {one.topic for one in topics} for text, topics in finder.find(calls)}
    assert not any("staff_complaint" in found[text] for text in plain)
    assert all("staff_complaint" in found[text] for text in rude)


def test_a_further_topic_has_to_be_clearer_than_the_foremost() -> None:
    said = a_call("x", "y").utterances
    sentences = [Sentence("x", "x", one) for one in said]
    odds = np.array([[1.5, -9.0], [-9.0, 1.4]])
    assert [one.topic for one in chosen(["a", "b"], sentences, odds, 1.0)] == ["a"]
    odds = np.array([[2.5, -9.0], [-9.0, 2.0]])
    assert [one.topic for one in chosen(["a", "b"], sentences, odds, 1.0)] == ["a", "b"]


def test_a_topic_is_shown_by_a_sentence_that_is_about_it_most() -> None:
    said = a_call("x", "y").utterances
    sentences = [Sentence(name, name, one) for name, one in zip("xy", said, strict=True)]
    odds = np.array([[9.0, 8.0], [-2.0, 4.0]])
    found = chosen(["a", "b"], sentences, odds, 1.0)
    assert {one.topic: one.quote for one in found} == {"a": "x", "b": "y"}
