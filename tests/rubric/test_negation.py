"""What is denied and what is not, in six languages."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from qa_inspect.language.negation import denials_in, denied_by
from qa_inspect.language.negation_words import TABLES

# language, what is said, the thing, the word that denies it (empty: it is not denied)
EXAMPLES = [
    ("en", "I'm not angry, but I want my money back.", "angry", "not"),
    ("en", "I'm not angry, but I want my money back.", "want my money", ""),
    ("en", "I am angry.", "angry", ""),
    ("en", "I never said that I was angry with you.", "angry", "never"),
    ("en", "I'm not only angry, I'm furious.", "angry", ""),
    ("en", "I'm not only angry, I'm furious.", "furious", ""),
    ("en", "I am not just upset but angry.", "angry", ""),
    ("en", "I don't want to complain.", "complain", "don't"),
    ("en", "i dont want to complain about you", "complain", "dont"),
    ("en", "No, I am angry.", "angry", ""),
    ("en", "no i am angry", "angry", ""),
    ("en", "Why don't you cancel it?", "cancel", ""),
    ("en", "Don't you think I am angry?", "angry", ""),
    ("en", "It's not that I'm not angry.", "angry", ""),
    ("en", "I don't understand why I am so angry about this.", "angry", ""),
    ("en", "I can't help being angry.", "angry", ""),
    ("en", "I couldn't be more angry.", "angry", ""),
    ("en", "There is no threat in that.", "threat", "no"),
    ("en", "No wonder I am angry.", "angry", ""),
    ("en", "It does not work and I am angry.", "angry", ""),
    ("en", "It does not work so I am angry.", "I am angry", ""),
    ("en", "I'm not so angry any more.", "angry", "not"),
    ("en", "That is no problem.", "problem", "no"),
    ("en", "No problem, I am angry.", "angry", ""),
    ("en", "Angry? No, not at all.", "Angry", "No"),
    ("en", "I don't think you are a liar.", "liar", "don't"),
    ("en", "I waited without complaining.", "complaining", "without"),
    ("en", "It hasn't arrived because you are a liar.", "liar", ""),
    ("en", "That isn't a threat.", "threat", "isn't"),
    ("en", "I'm angry, no one helps me.", "angry", ""),
    ("zh", "我不是生气，我只是想问一下。", "生气", "不是"),
    ("zh", "我不想投诉你们。", "投诉", "不"),
    ("zh", "我要投诉你们。", "投诉", ""),
    ("zh", "我不但生气，我还要投诉。", "生气", ""),
    ("zh", "不过我很生气。", "生气", ""),
    ("zh", "你们为什么不退款？", "退款", ""),
    ("zh", "能不能退款？", "退款", ""),
    ("zh", "我不是不生气。", "生气", ""),
    ("zh", "我沒有生氣，但是我要退款。", "生氣", "沒有"),
    ("zh", "我沒有生氣，但是我要退款。", "退款", ""),
    ("zh", "我没有生气但是我要退款", "退款", ""),
    ("zh", "生气倒没有，就是有点急。", "生气", "倒没有"),
    ("zh", "我不得不投诉。", "投诉", ""),
    ("zh", "不好意思我要投诉", "投诉", ""),
    ("zh", "从来没有人骂我", "骂我", "从来没"),
    ("zh", "難道不該退款嗎", "退款", ""),
    ("zh", "别人都投诉了", "投诉", ""),
    ("zh", "没有没有我很生气", "生气", ""),
    ("zh", "我非常生气", "生气", ""),
    ("zh", "没有问题", "问题", "没有"),
    ("zh", "我对服务不满意", "满意", "不"),
    ("zh", "关键是退不退款", "退款", ""),
    ("zh", "我不是申请退款嘛然后被拒绝了", "退款", ""),
    ("zh", "你们不是说退款吗", "退款", ""),
    ("zh", "这事搁谁谁不生气", "生气", ""),
    ("zh", "我都没吃我想退款", "退款", ""),
    ("zh", "无法给您退款", "退款", "无"),
    ("id", "Saya tidak marah, cuma mau tanya.", "marah", "tidak"),
    ("id", "Saya marah sekali.", "marah", ""),
    ("id", "Saya nggak mau komplain kok.", "komplain", "nggak"),
    ("id", "Bukan hanya marah, saya kecewa.", "marah", ""),
    ("id", "Kenapa tidak dikembalikan uang saya?", "dikembalikan", ""),
    ("id", "Saya tidak marah tapi saya mau uang kembali.", "uang kembali", ""),
    ("id", "Tidak mungkin saya tidak marah.", "marah", ""),
    ("id", "Marah sih enggak, Mbak.", "Marah", "enggak"),
    ("id", "Ini bukan ancaman.", "ancaman", "bukan"),
    ("id", "Gak apa-apa, saya tetap komplain.", "komplain", ""),
    ("id", "Kok belum dikirim barangnya?", "dikirim", ""),
    ("id", "Saya belum pernah komplain sebelumnya.", "komplain", "belum"),
    ("id", "tidak saya marah", "marah", ""),
    ("ms", "Saya tak marah, cuma nak tanya.", "marah", "tak"),
    ("ms", "Saya marah sangat.", "marah", ""),
    ("ms", "Saya bukan nak buat aduan.", "aduan", "bukan"),
    ("ms", "Bukan sahaja marah, saya kecewa.", "marah", ""),
    ("ms", "Kenapa tak pulangkan duit saya?", "pulangkan", ""),
    ("ms", "Saya tidak marah tetapi saya nak duit balik.", "duit balik", ""),
    ("ms", "Mustahil saya tak marah.", "marah", ""),
    ("ms", "Marah tu tak lah sangat.", "Marah", "tak"),
    ("ms", "Ini bukan ugutan.", "ugutan", "bukan"),
    ("ms", "Tak apa, saya tetap buat aduan.", "aduan", ""),
    ("ms", "Saya tak faham kenapa saya kena caj.", "kena caj", ""),
    ("ms", "I'm not marah okay.", "marah", "not"),
    ("vi", "Tôi không giận, tôi chỉ hỏi thôi.", "giận", "không"),
    ("vi", "Tôi rất giận.", "giận", ""),
    ("vi", "Chị không có khiếu nại gì đâu em.", "khiếu nại", "không có"),
    ("vi", "Tôi không chỉ giận mà còn thất vọng.", "giận", ""),
    ("vi", "Tại sao không hoàn tiền cho tôi?", "hoàn tiền", ""),
    ("vi", "Tôi không giận nhưng tôi muốn hoàn tiền.", "hoàn tiền", ""),
    ("vi", "Không phải là tôi không giận.", "giận", ""),
    ("vi", "Giận thì không, nhưng tôi buồn.", "Giận", "không"),
    ("vi", "Tôi giận đâu.", "giận", "đâu"),
    ("vi", "Anh có giận không?", "giận", ""),
    ("vi", "Tôi chưa bao giờ khiếu nại.", "khiếu nại", "chưa"),
    ("vi", "Tôi không hiểu tại sao tôi bị lừa.", "bị lừa", ""),
    ("vi", "Không sao, tôi vẫn khiếu nại.", "khiếu nại", ""),
    ("th", "ผมไม่ได้โกรธครับ แค่อยากถาม", "โกรธ", "ไม่ได้"),
    ("th", "ผมโกรธมาก", "โกรธ", ""),
    ("th", "ไม่ได้จะร้องเรียนนะคะ", "ร้องเรียน", "ไม่ได้"),
    ("th", "ไม่ใช่แค่โกรธ แต่ผิดหวัง", "โกรธ", ""),
    ("th", "ไม่ใช่แค่โกรธ แต่ผิดหวัง", "ผิดหวัง", ""),
    ("th", "ทำไมไม่คืนเงิน", "คืนเงิน", ""),
    ("th", "ไม่โกรธแต่อยากได้เงินคืน", "เงินคืน", ""),
    ("th", "ไม่ใช่ว่าไม่โกรธนะ", "โกรธ", ""),
    ("th", "นี่ไม่ใช่คำขู่", "คำขู่", "ไม่ใช่"),
    ("th", "ไม่เป็นไร ผมจะร้องเรียน", "ร้องเรียน", ""),
    ("th", "โกรธไหม", "โกรธ", ""),
    ("th", "ไม่เคยร้องเรียนเลย", "ร้องเรียน", "ไม่เคย"),
    ("th", "ไม่โกรธเหรอ", "โกรธ", ""),
    ("th", "ไม่โกรธหรอกค่ะ", "โกรธ", "ไม่"),
    ("th", "โกรธไหม ไม่ครับ", "โกรธ", "ไม่"),
]


@pytest.mark.parametrize(("language", "text", "thing", "word"), EXAMPLES)
def test_examples(language: str, text: str, thing: str, word: str) -> None:
    at = text.index(thing)
    assert denied_by(text, at, at + len(thing), language).lower() == word.lower()


def test_every_language_has_ten_examples() -> None:
    for language in TABLES:
        assert sum(1 for row in EXAMPLES if row[0] == language) >= 10
    assert any("氣" in row[1] for row in EXAMPLES)


@pytest.mark.parametrize("language", [*TABLES, "zh-TW", "yue", "fr", ""])
@given(text=st.text(max_size=60), cut=st.tuples(st.integers(0, 60), st.integers(0, 60)))
@example(text="not not not angry", cut=(12, 17))
def test_any_text_gives_a_word_of_that_text(language: str, text: str, cut: tuple[int, int]) -> None:
    start, end = sorted(min(at, len(text)) for at in cut)
    word = denied_by(text, start, end, language)
    assert word in text.lower() or word in text
    if language == "fr":
        assert not word


WORDS = {
    "en": ("not", "angry", "I am"),
    "zh": ("不是", "生气", "我"),
    "id": ("tidak", "marah", "saya"),
    "ms": ("tidak", "marah", "saya"),
    "vi": ("không", "giận", "tôi"),
    "th": ("ไม่", "โกรธ", "ผม"),
}


@pytest.mark.parametrize("language", list(TABLES))
@given(filler=st.lists(st.sampled_from(["mm", "x1", "zz"]), max_size=40))
def test_denial_ends_with_its_clause_and_its_reach(language: str, filler: list[str]) -> None:
    negator, thing, subject = WORDS[language]
    between = f" {' '.join(filler)} " if filler else " "
    text = f"{subject} {negator}{between}{thing}"
    word = denied_by(text, len(text) - len(thing), len(text), language)
    reach = TABLES[language].reach
    used = len(filler) if TABLES[language].spaced else 2 * len(filler)
    assert bool(word) is (used <= reach)
    stopped = f"{subject} {negator}{between}. {thing}"
    assert not denied_by(stopped, len(stopped) - len(thing), len(stopped), language)
    inside = f"{subject} {thing}"
    assert not denied_by(inside, len(subject) + 1, len(inside), language)


@pytest.mark.parametrize("language", list(TABLES))
def test_a_word_of_denial_within_the_thing_does_not_cancel_it(language: str) -> None:
    negator, thing, _ = WORDS[language]
    text = f"{negator} {thing}"
    assert not denied_by(text, 0, len(text), language)


def test_denials_of_a_sentence() -> None:
    assert denials_in("I am not angry", "en") == ("not",)
    assert denials_in("it is not that I am not angry", "en") == ()
    assert denials_in("not only am I angry", "en") == ()
    assert denials_in("我不生气，我没哭", "zh") == ("不", "没")
    assert denials_in("not angry", "de") == ()
