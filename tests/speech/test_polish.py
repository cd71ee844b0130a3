"""Utterances are polished by their own language, and nothing but words changes."""

from __future__ import annotations

from dataclasses import replace

from qa_inspect.config import VocabularyTerm
from qa_inspect.domain import Role, Utterance, Word
from qa_inspect.speech.polish import polish

TERMS = (VocabularyTerm("Tokopedia"), VocabularyTerm("支付宝"))


def utterance(language: str, *texts: str) -> Utterance:
    words = tuple(Word(text, float(at), at + 0.8, 0.9) for at, text in enumerate(texts))
    text = ("" if language == "zh" else " ").join(texts)
    return Utterance(0, Role.AGENT, "S0", text, language, 0.0, words[-1].end_s, 0.9, words)


def test_terms_and_numbers_are_put_right() -> None:
    english = utterance("en", "Tokopidia", "owes", "twenty", "five", "dollars.")
    chinese = utterance("zh", "知", "付", "宝", "退", "二", "十", "五", "块")
    found = polish((english, chinese), TERMS)
    assert [u.text for u in found] == ["Tokopedia owes $25.", "支付宝退25块"]
    assert found[0].words[-1].start_s == 2.0 and found[0].words[-1].end_s == english.end_s
    assert found[0] == replace(english, text=found[0].text, words=found[0].words)
    assert polish(found, TERMS) == found


def test_what_needs_nothing_is_the_same_value() -> None:
    plain = utterance("en", "one", "moment", "please")
    assert polish((plain,), TERMS)[0] is plain


def test_text_without_words_is_polished_too() -> None:
    imported = Utterance(0, Role.CUSTOMER, "S1", "dua puluh empat jam", "id")
    assert polish((imported,))[0].text == "24 jam"


def test_without_terms_names_stay_as_heard() -> None:
    assert polish((utterance("en", "Tokopidia", "now"),))[0].text == "Tokopidia now"
