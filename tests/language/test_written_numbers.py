"""Numbers, amounts, times and dates come to one written form, and no other word changes."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_inspect.domain import Word
from qa_inspect.language.numbers.lexicons import CHINESE, ENGLISH, MALAY, THAI, VIETNAMESE
from qa_inspect.language.written_numbers import compared, written, written_text

CALLS = Path(__file__).parents[3] / "shared" / "data" / "text" / "zh_phone_calls.jsonl"

FORMS = {
    "en": [
        ("that is twenty five dollars and fifty cents", "that is $25.50"),
        ("25 dollars", "$25"),
        ("$1,250.00", "$1250"),
        ("within twenty-four hours", "within 24 hours"),
        ("wait five minutes", "wait 5 minutes"),
        ("one or two days", "1 or 2 days"),
        ("two point five percent", "2.5%"),
        ("call me at two thirty pm", "call me at 2:30 pm"),
        ("at 3:30pm", "at 3:30 pm"),
        ("half past three", "3:30"),
        ("November twenty fifth, twenty twenty one", "November 25, 2021"),
        ("the 25th of November", "the 25th of November"),
        ("the fifth of november", "the 5th of november"),
        ("it ends four double five oh two", "it ends 45502"),
        ("1-2-3-4", "1234"),
        ("555-123-4567", "5551234567"),
        ("twelve hundred", "1200"),
        ("2.5 million", "2500000"),
        ("nineteen ninety nine", "1999"),
    ],
    "zh": [
        ("二十五块钱", "25块钱"),
        ("五块五", "5块5"),
        ("十一月九号下午三点半", "11月9号下午3:30"),
        ("二零二一年", "2021年"),
        ("两个小时", "2个小时"),
        ("一到三个工作日", "1到3个工作日"),
        ("百分之二十", "20%"),
        ("２５％", "25%"),
        ("尾号幺三八零零", "尾号13800"),
        ("三萬五千", "35000"),
        ("三点五个小时", "3.5个小时"),
        ("3.5万", "35000"),
        ("一百二", "120"),
    ],
    "id": [
        ("dua puluh lima ribu rupiah", "Rp25000"),
        ("Rp 25.000", "Rp25000"),
        ("kosong lapan", "08"),
        ("lima menit", "5 menit"),
        ("pukul 10.30", "pukul 10:30"),
        ("dua koma lima persen", "2.5%"),
    ],
    "ms": [("dua puluh lima ringgit lima puluh sen", "RM25.50"), ("RM 1,200", "RM1200")],
    "vi": [
        ("hai trăm năm mươi nghìn đồng", "250000 đồng"),
        ("250.000đ", "250000 đồng"),
        ("không chín tám bảy", "0987"),
        ("mười năm", "10 năm"),
        ("năm hai nghìn không trăm hai mươi", "năm 2020"),
        ("hai mươi bốn giờ", "24 giờ"),
        ("24h", "24 giờ"),
    ],
    "th": [
        ("ยี่สิบห้าบาท", "25บาท"),
        ("๒๕ บาท", "25บาท"),
        ("ศูนย์แปดหนึ่งสอง", "0812"),
        ("ร้อยละยี่สิบ", "20%"),
        ("ห้านาที", "5นาที"),
    ],
}
PROSE = {
    "en": [
        "one moment please",
        "that is the one I want",
        "thirds of it, a second one",
        "2024-11-09",
        "I may first ask",
        "tier two",
        "oh one thing",
    ],
    "zh": [
        "等一下",
        "一个人",
        "万一不行",
        "十分感谢",
        "千万不要",
        "三四十块",
        "十几分钟",
        "两三天",
        "有一点慢",
        "统一一下",
        "双十一",
        "一块去",
    ],
    "id": ["satu saat", "hai, selamat pagi", "kosong ya"],
    "ms": ["satu minit"],
    "vi": ["một chút", "không ạ", "thứ ba"],
    "th": ["สามารถ", "เก้าอี้", "ศูนย์บริการ", "ห้ามจอด"],
}


@pytest.mark.parametrize(
    ("language", "said", "form"), [(code, *pair) for code, pairs in FORMS.items() for pair in pairs]
)
def test_what_is_said_and_what_is_written_come_to_one_form(
    language: str, said: str, form: str
) -> None:
    assert written_text(said, language) == form


@pytest.mark.parametrize(
    ("language", "text"), [(code, text) for code, texts in PROSE.items() for text in texts]
)
def test_words_that_are_no_numbers_stay(language: str, text: str) -> None:
    assert written_text(text, language) == text


PIECES = {
    "en": [
        *ENGLISH.atoms(),
        "dollars",
        "percent",
        "pm",
        "November",
        "at",
        "half past",
        "$3",
        "and",
    ],
    "zh": [*CHINESE.atoms(), "点", "块", "月", "号", "个小时", "百分之", "的", "半", "分"],
    "id": [*MALAY.atoms(), "rupiah", "Rp 5", "jam", "persen", "ya"],
    "ms": [*MALAY.atoms(), "ringgit", "sen", "RM"],
    "vi": [*VIETNAMESE.atoms(), "đồng", "giờ", "phần trăm", "rưỡi", "tháng"],
    "th": [*THAI.atoms(), "บาท", "นาที", "ร้อยละ", " "],
}
MORE = ["1,250", "25%", "3:30", "12", "7", "2.5", ",", "-", "25.000", "x"]


@pytest.mark.parametrize("language", sorted(PIECES))
@settings(deadline=None)
@given(data=st.data())
def test_writing_twice_changes_nothing(language: str, data: st.DataObject) -> None:
    pieces = data.draw(st.lists(st.sampled_from(PIECES[language] + MORE), max_size=8))
    text = ("" if language in ("zh", "th") else " ").join(pieces)
    once = written_text(text, language)
    assert written_text(once, language) == once


UNITS = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
TEENS = "fifteen sixteen seventeen eighteen nineteen"
TENS = "_ _ twenty thirty forty fifty sixty seventy eighty ninety"


def english(number: int) -> str:
    """An independent speller, for reading back."""
    small = f"{UNITS} {TEENS}".split()
    for power, name in ((10**6, "million"), (1000, "thousand"), (100, "hundred")):
        if number >= power:
            rest = number % power
            link = " and " if power == 100 else " "
            return f"{english(number // power)} {name}" + (link + english(rest) if rest else "")
    if number < 20:
        return small[number]
    return TENS.split()[number // 10] + (f"-{small[number % 10]}" if number % 10 else "")


def chinese(number: int) -> str:
    """An independent speller, for reading back."""
    if number >= 10_000:
        high, rest = divmod(number, 10_000)
        zero = "零" if rest and rest < 1000 else ""
        return f"{chinese(high)}万{zero}{chinese(rest) if rest else ''}"
    text, waiting = "", False
    for power, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // power % 10
        if digit:
            text += ("零" if waiting and text else "") + "零一二三四五六七八九"[digit] + name
        waiting = not digit
    return text


@settings(deadline=None)
@given(st.integers(10, 10**8 - 1))
def test_every_number_is_read_back(number: int) -> None:
    assert written_text(english(number), "en") == str(number)
    if number > 10:
        assert written_text(chinese(number), "zh") == str(number)


def timed(*texts: str) -> tuple[Word, ...]:
    return tuple(Word(text, float(at), at + 0.5, 0.5 + at / 10) for at, text in enumerate(texts))


def test_a_number_is_one_word_with_the_times_of_its_words() -> None:
    words = timed("It", "costs", "twenty", "five", "dollars.", "Fine?")
    found = written(words, "en")
    assert [w.text for w in found] == ["It", "costs", "$25.", "Fine?"]
    assert (found[2].start_s, found[2].end_s) == (2.0, 4.5)
    assert found[2].confidence == pytest.approx(0.8)
    assert found[0] is words[0] and found[3] is words[5]


def test_characters_that_are_words_of_their_own_are_joined() -> None:
    found = written(timed("等", "二", "十", "四", "小时", "吧。"), "zh")
    assert [w.text for w in found] == ["等", "24", "小时", "吧。"]
    assert (found[1].start_s, found[1].end_s) == (1.0, 3.5)


def test_a_word_that_becomes_two_shares_its_time() -> None:
    found = written(timed("at", "3:30pm"), "en")
    assert [w.text for w in found] == ["at", "3:30", "pm"]
    assert found[1].start_s == 1.0 and found[1].end_s == found[2].start_s and found[2].end_s == 1.5


@pytest.mark.parametrize("language", sorted(PIECES))
@settings(deadline=None)
@given(data=st.data())
def test_words_keep_order_and_times(language: str, data: st.DataObject) -> None:
    pieces = [piece for piece in (*PIECES[language], "x", "。") if piece.strip()]
    words = timed(*data.draw(st.lists(st.sampled_from(pieces), max_size=9)))
    found = written(words, language)
    assert all(a.end_s <= b.start_s + 1e-3 for a, b in itertools.pairwise(found))
    if words and found:
        assert found[0].start_s == words[0].start_s and found[-1].end_s == words[-1].end_s


def test_an_unknown_language_stays_as_it_is() -> None:
    assert written_text("vingt-cinq euros", "fr") == "vingt-cinq euros"


def test_errors_are_counted_on_one_form() -> None:
    assert compared("I have two of twenty five", "en") == compared("I have 2 of 25", "en")
    assert compared("一个人二十五", "zh") == compared("1个人25", "zh")


@pytest.mark.shared_data
def test_real_calls_keep_every_word_that_is_no_number() -> None:
    if not CALLS.is_file():
        pytest.skip("no shared data here")
    numerals = set("零〇一二两三四五六七八九十百千万亿幺半点分之钟整刻0123456789.:%")
    changed = 0
    for line in CALLS.read_text(encoding="utf-8").splitlines()[:60]:
        for turn in json.loads(line)["turns"]:
            form = written_text(turn["text"], "zh")
            changed += form != turn["text"]
            kept = [c for c in turn["text"] if c not in numerals]
            assert [c for c in form if c not in numerals] == kept
    assert changed > 50


@pytest.mark.parametrize("said", ["sepuluh koma satu koma kosong", "2.5 perpuluhan kosong"])
def test_a_number_has_one_decimal_point(said: str) -> None:
    assert written_text(said, "ms").count(".") == 1
