"""What a sentence is about, and Chinese in one script for comparing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from qa_inspect.language.chinese_script import one_script
from qa_inspect.language.content import content
from qa_inspect.language.tokens import normalise, words


def test_grammar_and_small_sounds_are_no_content() -> None:
    assert not content("um okay so it is the", "en")
    assert not content("嗯好的我知道了", "zh").keys() - {"知道"}


def test_rare_words_tell_more() -> None:
    units = content("the router makes a noise", "en")
    assert units["router"] > units["makes"] > 0
    assert "the" not in units


def test_bare_numbers_are_no_content() -> None:
    assert not content("4 1 2 please", "en")
    assert not content("1380011", "zh")


def test_chinese_is_compared_in_pairs_of_characters() -> None:
    assert set(content("洗衣机漏水", "zh")) == {"洗衣", "衣机", "机漏", "漏水"}


def test_languages_without_a_list_have_content_too() -> None:
    assert content("mashine yanga inavuja", "sw")


def test_traditional_characters_are_simplified_for_comparing() -> None:
    assert normalise("請問有什麼可以幫您？") == normalise("请问有什么可以帮您？")
    assert one_script("hello 謝謝妳") == "hello 谢谢你"


def test_words_keep_the_script_they_are_written_in() -> None:
    assert words("我們的快遞", "zh-TW") == ("我們", "的", "快遞")


@given(st.text())
def test_one_script_keeps_length_and_is_stable(text: str) -> None:
    once = one_script(text)
    assert len(once) == len(text)
    assert one_script(once) == once
