"""Vietnamese spelling, Thai word division, and how easy talk and contracts measure in both."""

from __future__ import annotations

import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_inspect.language import readability, thai, tokens, vietnamese
from qa_inspect.rubric.folding import fold
from qa_inspect.rubric.phrases import compile_phrases

SYLLABLES = "hòa hoà tòa toà khỏe khoẻ thúy thuý hủy huỷ quý quí qúy kĩ kỹ lí lý của mùa hoàn thì"
PLAIN = {
    "vi": "Dạ em xem giúp anh rồi ạ. Gói hàng đã về tới kho gần nhà. Sáng mai bạn giao hàng gọi "
    "cho anh trước khi tới. Nếu chưa thấy ai gọi thì anh gọi lại số này, em kiểm tra ngay.",
    "th": "สวัสดีค่ะ เดี๋ยวดูให้นะคะ ของถึงเมื่อวานแล้วค่ะ พรุ่งนี้คนส่งของจะโทรหาก่อนแล้วเอาไปส่งที่บ้านนะคะ "
    "ถ้ายังไม่ได้ของ โทรมาหาเราได้เลยค่ะ",
}
LEGAL = {
    "vi": "Căn cứ quy định tại hợp đồng, bên thụ hưởng có nghĩa vụ hoàn trả phần nghĩa vụ "
    "tài chính phát sinh trong thời hạn truy thu kèm theo lãi suất chậm thanh toán, trừ trường hợp "
    "bất khả kháng được cơ quan có thẩm quyền xác nhận bằng văn bản.",
    "th": "ทั้งนี้ภายใต้บังคับแห่งบทบัญญัติว่าด้วยการระงับข้อพิพาท ผู้เอาประกันภัยพึงชำระเบี้ยปรับค้างชำระ"
    "พร้อมดอกเบี้ยผิดนัดตามอัตราที่กฎหมายกำหนด เว้นแต่มีเหตุสุดวิสัยอันมิอาจป้องกันได้และได้แจ้งเป็นลายลักษณ์อักษร",
}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("hòa", "hoà"), ("Tòa Án", "toà án"), ("khỏe", "khoẻ"), ("thúy", "thuý"), ("hủy", "huỷ"),
        ("quý", "qúy"), ("quý khách", "quí khách"), ("kĩ thuật", "kỹ thuật"), ("lí do", "lý do"),
        (unicodedata.normalize("NFD", "tòa nhà hủy"), "toà nhà huỷ"),
    ],
)  # fmt: skip
def test_two_ways_to_spell_vietnamese_are_one(one: str, other: str) -> None:
    assert tokens.normalise(one) == tokens.normalise(other)


@pytest.mark.parametrize("word", ["của", "mùa", "hoàn", "huỳnh", "thì", "nghĩ", "toàn", "quên"])
def test_what_is_spelled_one_way_stays(word: str) -> None:
    assert vietnamese.one_spelling(word) == word


@given(st.lists(st.sampled_from(SYLLABLES.split())))
def test_one_spelling_is_reached_at_once(words: list[str]) -> None:
    once = vietnamese.one_spelling(" ".join(words))
    assert vietnamese.one_spelling(once) == once
    assert len(once) == len(" ".join(words))


@pytest.mark.parametrize(
    ("phrase", "text", "hit"),
    [
        ("hoàn (toà|huỷ)", "hoàn tòa", True),
        ("(hủy|cắt) gói", "HUỶ gói cước giúp chị", True),
        ("บ้า", "ไปที่บ้านครับ", False),
        ("บ้า", "คุณบ้าหรือเปล่า", True),
        ("อี", "ขออีกแก้ว", False),
        ("กู", "อยากกู้เงิน", False),
        ("อย", "ขอคุยหน่อยค่ะ", False),
        ("บริการ", "ยินดีให้บริการค่ะ", True),
        ("(โพส|โพสต์)", "จะโพสต์ลงกลุ่ม", True),
        ("ห้าหมื่นบาท", "จ่ายมา 50000 บาท", True),
        ("หมื่น", "ค่าเสียหายห้าหมื่น", True),
        ("ยี่สิบสี่ชั่วโมง", "ภายใน 24 ชั่วโมง", True),
    ],
)
def test_phrases_match_whole_words(phrase: str, text: str, hit: bool) -> None:
    assert bool(compile_phrases((phrase,)).hits(fold(text))) is hit


def test_thai_is_divided_into_words() -> None:
    said = tokens.words("สวัสดีค่ะ น้ำประปาไม่ไหลค่ะ OTP 123", "th")
    assert said == ("สวัสดี", "ค่ะ", "น้ำประปา", "ไม่", "ไหล", "ค่ะ", "otp", "123")
    assert tokens.words("น้ํา", "th") == tokens.words("น้ำ", "th")


def test_a_polite_particle_ends_a_thai_sentence() -> None:
    assert tokens.sentences("ได้ค่ะ รอสัก 3 นาที นะครับ ขอบคุณ", "th") == (
        "ได้ค่ะ",
        "รอสัก 3 นาที นะครับ",
        "ขอบคุณ",
    )


@settings(deadline=None)  # the first text opens the word list
@given(st.text(alphabet="กขคงนมยรวสอาะิีุูเแโไ่้๊็ำ ab1", max_size=40))
def test_dividing_thai_loses_no_letter(text: str) -> None:
    folded = tokens.normalise(text)
    assert thai.stands_alone(folded, 0, len(folded))
    joined = "".join(thai.words(folded)).replace("\u0e33", "\u0e4d\u0e32")
    assert sorted(joined) == sorted(folded.replace(" ", ""))


@pytest.mark.parametrize("language", ["vi", "th"])
def test_plain_talk_is_easier_than_a_contract(language: str) -> None:
    plain = readability.readability([PLAIN[language]], language)
    legal = readability.readability([LEGAL[language]], language)
    assert plain is not None and legal is not None
    assert plain.score > 0.75 and legal.score < 0.5
    bare = readability.readability([PLAIN[language].replace(".", "").replace(",", "")], language)
    assert bare is not None and bare.score > 0.6
    assert readability.readability([PLAIN[language][:40]], language) is None


def test_rare_thai_words_are_named() -> None:
    plain = readability.word_rarity([PLAIN["th"]], "th")
    legal = readability.word_rarity([LEGAL["th"]], "th")
    assert plain is not None and legal is not None
    assert plain.score < 0.05 < legal.score and legal.rare
    assert thai.zipf("นะคะ") > 3.5 > thai.zipf("ทัณฑ์บนๆ")


def test_nothing_is_downloaded_or_written(tmp_path: Path) -> None:
    script = (
        "import socket\n"
        "def refuse(*a, **k): raise AssertionError('network')\n"
        "socket.socket.connect = socket.getaddrinfo = refuse\n"
        "from qa_inspect.language import thai, tokens\n"
        "assert tokens.words('สวัสดีครับ', 'th') and thai.zipf('ครับ') > 3\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, env={"HOME": str(tmp_path)})
    assert not list(tmp_path.iterdir())


def test_the_word_list_is_opened_only_for_thai() -> None:
    script = (
        "import sys\n"
        "from qa_inspect.language import tokens\n"
        "from qa_inspect.rubric.folding import fold\n"
        "from qa_inspect.rubric.phrases import compile_phrases\n"
        "tokens.words('xin chào', 'vi'); compile_phrases(('chào',)).hits(fold('xin chào'))\n"
        "sys.exit('pythainlp' in sys.modules)\n"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
