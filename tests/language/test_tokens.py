"""One spelling for what recognisers and authors write in many; words and sentences."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_inspect.language import tokens

SAME = [
    ("I'm sorry, I can't.", "im sorry i cannot"),
    ("It’s not working!", "it is not working"),
    ("We're gonna call you", "we are going to call you"),
    ("OK, let's go", "okay let us go"),
    ("you don't know", "you do not know"),
    ("ＡＢＣ　１２３", "abc 123"),
    ("您好， 请问 有什么可以帮您？", "您好请问有什么可以帮您"),
    ("สวัสดี ครับ", "สวัสดีครับ"),
    ("e-mail", "e mail"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_two_spellings_become_one(one: str, other: str) -> None:
    assert tokens.normalise(one) == tokens.normalise(other)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("the agent's 'offer'", "the agents offer"),
        ("couldn't've", "could not have"),
        ("!?…", ""),
        ("", ""),
        ("giá 5.000đ ạ", "giá 5 000đ ạ"),
    ],
)
def test_what_is_left_of_a_text(text: str, said: str) -> None:
    assert tokens.normalise(text) == said


@given(st.text(max_size=60))
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    once = tokens.normalise(text)
    assert tokens.normalise(once) == once
    assert once == once.strip() and "  " not in once


@given(st.lists(st.sampled_from(["I'm", "can't", "won't", "it's", "parcel's", "ok", "gonna", "5"])))
def test_casing_and_punctuation_do_not_matter(words: list[str]) -> None:
    plain, dressed = " ".join(words), "… ".join(words).upper() + "!"
    assert tokens.normalise(plain) == tokens.normalise(dressed)


def test_words_of_each_script() -> None:
    assert tokens.words("Don't panic, it's 5 o'clock!", "en") == (
        "don't", "panic", "it's", "5", "o'clock",
    )  # fmt: skip
    assert tokens.words("快递还没有送到，怎么办？", "zh-CN")[0] == "快递"
    assert "，" not in tokens.words("您好，再见。", "zh")
    assert tokens.words("... ?!", "en") == ()


@settings(deadline=None)  # the first Thai and Chinese texts open their word lists
@given(st.text(max_size=40), st.sampled_from(["en", "vi", "th", "zh"]))
def test_words_hold_something_to_read(text: str, language: str) -> None:
    assert all(word.strip() and " " not in word for word in tokens.words(text, language))


def test_sentences_are_divided_at_closing_punctuation() -> None:
    assert tokens.sentences("Hello there. It is 3.50 today! Yes?", "en") == (
        "Hello there.", "It is 3.50 today!", "Yes?",
    )  # fmt: skip
    assert tokens.sentences("您好。我想退款！可以吗？", "zh") == (
        "您好。",
        "我想退款！",
        "可以吗？",
    )
    assert tokens.sentences("no punctuation at all", "en") == ("no punctuation at all",)
    assert tokens.sentences(" … ! ", "en") == ()


@pytest.mark.parametrize(
    ("code", "chinese"),
    [("zh", True), ("zh-TW", True), ("yue", True), ("ZH_cn", True), ("en", False)],
)
def test_codes_of_chinese(code: str, chinese: bool) -> None:
    assert tokens.is_chinese(code) is chinese
