"""The phrase language: what matches, what does not, and that nothing can hang or crash."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_inspect.rubric.folding import fold, locate, marks
from qa_inspect.rubric.phrases import MarkedTexts, PhraseFault, compile_phrases


def found(phrase: str, text: str) -> str | None:
    """The original words that a phrase matches."""
    folded = fold(text)
    hit = compile_phrases((phrase,)).first(folded)
    return None if hit is None else text[slice(*locate(text, folded, hit.start, hit.end))]


@pytest.mark.parametrize(
    ("phrase", "text", "words"),
    [
        ("thank you", "Well — THANK  you, sir!", "THANK  you"),
        ("thank", "No thanks", None),
        ("good (morning|afternoon)", "Good afternoon to you", "Good afternoon"),
        ("good (morning|afternoon)", "Good evening", None),
        (
            "[i] appreciate your patience",
            "we appreciate your patience.",
            "appreciate your patience",
        ),
        ("refund(s|ed)", "It was refunded.", "refunded"),
        ("[un]happy", "I'm so unhappy here", "unhappy"),
        ("not ... happy", "I'm not at all that happy", "not at all that happy"),
        ("not ... happy", "not a b c d e f happy", None),
        ("you can not", "You can’t do that", "You can’t"),
        ("hello|good day", "ah, good day", "good day"),
        ("您好", "喂，您好，请问哪位", "您好"),
        ("[请]问", "我想问一下", "问"),
        ("不...了", "我不想要你们的服务了", "不想要你们的服务了"),
        ("您好请问", "您好，请问", "您好，请问"),
        ("您好请问", "您好。请问", None),
        ("wifi密码", "我的WiFi密码是", "WiFi密码"),
        ("wi", "我的WiFi密码是", None),
        ("(您|你)好", "你好", "你好"),
        ("สวัสดี", "สวัสดีค่ะ ยินดีให้บริการ", "สวัสดี"),
        ("xin chào", "Dạ, Xin chào anh ạ", "Xin chào"),
    ],
)
def test_matches(phrase: str, text: str, words: str | None) -> None:
    assert found(phrase, text) == words


@pytest.mark.parametrize(
    ("phrase", "part"),
    [
        ("(a|b", "“)” is missing"),
        ("a]", "closed that was never opened"),
        ("[please]", "nothing in this phrase has to be said"),
        ("...", "nothing in this phrase has to be said"),
        (r"\bhello", "means nothing here"),
        (".*", "means nothing here"),
        ("a " * 700, "split"),
        ("[a] [a] [a] [a] [a] [a] [a] [a] [a] [a] [a] [a] x", "ways"),
        ("(" * 12 + "a" + ")" * 12, "too deep"),
    ],
)
def test_faults_say_what_is_wrong(phrase: str, part: str) -> None:
    with pytest.raises(PhraseFault, match=part.replace("(", r"\(").replace(")", r"\)")):
        compile_phrases((phrase,))


def test_all_hits_are_told_once_from_left_to_right() -> None:
    hits = compile_phrases(("thank you so much", "thank you", "much obliged")).hits(
        fold("Thank you so much. Thank you. Much obliged!")
    )
    assert [hit.phrase for hit in hits] == ["thank you so much", "thank you", "much obliged"]


def test_the_worst_phrase_that_is_accepted_cannot_hang() -> None:
    phrase = "[a] [a] [a] [a] ... [a] ... x"
    folded = fold("a " * 3_000)
    start = time.process_time()
    assert compile_phrases((phrase,)).hits(folded, {"x", "a"}) == []
    assert time.process_time() - start < 5


words = st.text(alphabet="abcdeé您好请问กา'-,. ", min_size=1, max_size=30)


@given(words)
@settings(deadline=None)
def test_plain_words_match_themselves(text: str) -> None:
    try:
        phrases = compile_phrases((text,))
    except PhraseFault:
        assert "..." in text or not fold(text.replace("...", " "))
        return
    if "..." not in text:
        assert phrases.first(fold(text)) is not None


@given(st.text(alphabet="ab 您()[]|.…'\\*", max_size=40), st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_compiling_and_matching_never_crash(phrase: str, text: str) -> None:
    try:
        phrases = compile_phrases((phrase,))
    except PhraseFault as fault:
        assert str(fault)
        return
    folded = fold(text)
    for hit in phrases.hits(folded):
        assert 0 <= hit.start < hit.end <= len(folded)
        start, end = locate(text, folded, hit.start, hit.end)
        assert 0 <= start < end <= len(text)


@given(
    st.lists(st.sampled_from(["thank", "you", "so", "much", "您好", "x"]), min_size=1, max_size=8)
)
@settings(deadline=None)
def test_the_index_never_hides_a_hit(said: list[str]) -> None:
    """Trying only likely phrases finds what trying every phrase finds."""
    phrases = compile_phrases(("[thank] you", "(so|very) much", "x ... 您好", "thank(s|)"))
    folded = fold(" ".join(said))
    everything = {mark for phrase in phrases.patterns for need in phrase.needs for mark in need}
    assert phrases.hits(folded) == phrases.hits(folded, everything | marks(folded))


@given(
    st.lists(
        st.lists(st.sampled_from(["refund", "please", "我要", "退款", "no", "way"]), max_size=4),
        min_size=1,
        max_size=5,
    )
)
def test_many_texts_at_once_have_the_phrases_each_has_alone(said: list[list[str]]) -> None:
    phrases = compile_phrases(
        ("(refund|退款) please", "no ... way", "我要[退款]", "please", "[x] no")
    )
    held = [marks(fold(" ".join(words))) for words in said]
    together = phrases.likely_in(MarkedTexts(held))
    assert together == {at: found for at, own in enumerate(held) if (found := phrases.likely(own))}
