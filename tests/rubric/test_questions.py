"""What is a question and what is none, in six languages, with and without marks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rubric_helpers import call, judge

from qa_inspect.domain import CheckStatus
from qa_inspect.language.questions import asks

QUESTIONS = {
    "en": [
        "How can I help you today",
        "and what is your order number please",
        "Could you spell that for me",
        "so your parcel is late, is that right",
        "You paid by card?",
        "anything else I can do for you",
        "may i have your name",
        "what time did it arrive",
        "which one would you like",
        "you did restart it didn't you",
        "what kind of router do you have",
        "I have your order here, where should it go",
        "so you paid by card right",
    ],
    "zh": [
        "请问有什么可以帮您",
        "您还在吗",
        "能不能帮我查一下",
        "您的电话是多少",
        "為什麼還沒到",
        "您是要退款對吧",
        "这个可不可以退",
        "您方便说一下地址么",
        "那我的快递呢",
        "几点能送到",
        "您看是否可以呢女士",
    ],
    "id": [
        "Ada yang bisa saya bantu?",
        "boleh saya minta nomor pesanannya",
        "apakah sudah diterima",
        "bisakah bapak sebutkan namanya",
        "kapan barangnya dikirim",
        "kenapa belum sampai",
        "bisa dikirim hari ini nggak",
        "alamatnya di mana ya",
    ],
    "ms": [
        "Ada apa-apa lagi yang boleh saya bantu?",
        "boleh saya dapatkan nombor pesanan encik",
        "adakah encik sudah terima",
        "bila barang tu sampai",
        "kenapa lambat sangat",
        "boleh hantar hari ini tak",
        "encik nak tukar ke",
        "macam mana nak bayar",
    ],
    "vi": [
        "Anh cần em hỗ trợ gì ạ",
        "chị có nhận được hàng không",
        "anh đã thử khởi động lại chưa ạ",
        "tại sao đơn hàng chưa đến",
        "số điện thoại của chị là bao nhiêu",
        "cho em hỏi tên anh",
        "mình ở đâu ạ",
        "như vậy được không chị",
    ],
    "th": [
        "มีอะไรให้ช่วยไหมคะ",
        "ได้รับของหรือยังครับ",
        "ทำไมยังไม่มา",
        "เบอร์โทรอะไรคะ",
        "ใช่ไหมครับ",
        "ราคาเท่าไหร่",
        "ส่งวันนี้ได้หรือเปล่า",
        "สะดวกกี่โมงคะ",
    ],
}
STATEMENTS = {
    "en": [
        "I know what you mean",
        "That is how it works",
        "Your order will be sent today",
        "I don't know when it arrives",
        "okay thank you",
        "you are right about that one",
        "I will do it",
        "When you press it, it starts",
        "yes do that please",
        "yes that is correct",
    ],
    "zh": [
        "好的谢谢",
        "我没什么问题了",
        "什么都可以",
        "我帮您查一下",
        "好吧",
        "不客气",
        "还没有",
        "您稍等",
    ],
    "id": [
        "saya cek dulu",
        "terima kasih",
        "barangnya sudah dikirim",
        "baik kak ditunggu",
        "langkah pertama tekan tombol",
        "saya tidak tahu",
        "apa pun boleh",
        "siap pak",
    ],
    "ms": [
        "saya semak dulu",
        "terima kasih encik",
        "barang sudah dihantar",
        "sila tunggu sebentar",
        "saya tak tahu hal itu",
        "langkah pertama tekan butang",
        "baik puan",
        "boleh",
    ],
    "vi": [
        "dạ em kiểm tra ngay ạ",
        "không có gì ạ",
        "hàng đã được gửi đi",
        "em cảm ơn chị",
        "giận thì không",
        "tôi chưa nhận được hàng",
        "dạ vâng ạ",
        "em xin lỗi anh",
    ],
    "th": [
        "เดี๋ยวตรวจสอบให้นะคะ",
        "ขอบคุณครับ",
        "ไม่มีอะไรแล้วค่ะ",
        "ส่งของแล้วครับ",
        "สวัสดีค่ะ",
        "ไม่เป็นไรครับ",
        "รอสักครู่นะคะ",
        "ได้เลยค่ะ",
    ],
}


@pytest.mark.parametrize(
    ("language", "line"), [(code, line) for code, lines in QUESTIONS.items() for line in lines]
)
def test_questions(language: str, line: str) -> None:
    assert asks(line, language)


@pytest.mark.parametrize(
    ("language", "line"), [(code, line) for code, lines in STATEMENTS.items() for line in lines]
)
def test_statements(language: str, line: str) -> None:
    assert not asks(line, language)


@given(text=st.text(max_size=50), language=st.sampled_from([*QUESTIONS, "zh-TW", "de", ""]))
def test_a_mark_always_asks_and_nothing_raises(text: str, language: str) -> None:
    asks(text, language)
    assert asks(f"{text}?", language)


def test_the_kind_and_its_share() -> None:
    spoken = call(
        ("agent", "Good morning. How can I help you"),
        ("customer", "My parcel is late."),
        ("agent", "I see."),
        ("agent", "What is your number?"),
        ("agent", "I will send it again."),
    )
    check = judge("kind: question", spoken)
    assert check.status is CheckStatus.PASS
    assert [proof.quote for proof in check.evidence] == [
        "How can I help you",
        "What is your number?",
    ]
    assert judge("kind: question, at_least: 3", spoken).status is CheckStatus.FAIL
    every = judge("kind: question, at_least: every", spoken)
    assert every.status is CheckStatus.FAIL and "not in “I see.”" in every.explanation
    assert judge("kind: question, role: customer", spoken).status is CheckStatus.FAIL
    assert judge("kind: ratio, of: question, target: 0.5", spoken).score == 0.5
    asked = judge("kind: ratio, of: question, target: 0.6", spoken)
    assert asked.status is CheckStatus.FAIL and asked.score == 0.5
    assert judge("kind: ratio, of: question, at_most: 0.4", spoken).status is CheckStatus.FAIL
    assert judge("kind: ratio, of: question, at_most: 0.5", spoken).status is CheckStatus.PASS
    words = judge("kind: ratio, of: question, target: 0.5, weigh: words", spoken)
    assert words.score == pytest.approx(11 / 18)


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("Yeah?", False),
        ("So what do you want?", False),
        ("What do you want?!", False),
        ("What do you want me to change?", True),
        ("Yeah? Which order is it?", True),
        ("喂？", False),
        ("您想干嘛？", False),
        ("您想干嘛的时候灯是什么颜色？", True),
    ],
)
def test_what_asks_nothing(said: str, asked: bool) -> None:
    rule = 'kind: question, unless: ["yeah", "what do you want", "喂", "您想干嘛"]'
    language = "en" if said.isascii() else "zh"
    check = judge(rule, call(("agent", said), language=language))
    assert (check.status is CheckStatus.PASS) is asked
