"""Terms are read with every fault named, and mended without touching what people say."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_inspect.config import Config, VocabularyTerm
from qa_inspect.domain import Word
from qa_inspect.errors import InputError
from qa_inspect.language.vocabulary import MAX_LETTERS, Vocabulary, read_vocabulary

TURNS = Path(__file__).parents[3] / "shared" / "data" / "text" / "en_customer_turns.jsonl"
FILE = """# what callers ask for
Tokopedia: toko media
Shopee
Kubernetes  # a comment
Norton LifeLock
GoPay
Viettel
心意红包
支付宝
สมหญิงศรี
得物
"""


@pytest.fixture
def vocabulary(tmp_path: Path) -> Vocabulary:
    path = tmp_path / "terms.txt"
    path.write_text(FILE, encoding="utf-8")
    return Vocabulary(read_vocabulary(path))


def test_a_file_is_read(vocabulary: Vocabulary) -> None:
    assert vocabulary.terms[0] == VocabularyTerm("Tokopedia", ("toko media",))
    assert [term.text for term in vocabulary.terms[2:4]] == ["Kubernetes", "Norton LifeLock"]
    assert pickle.loads(pickle.dumps(Config(vocabulary=vocabulary.terms))).vocabulary


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("# nothing\n", "no line holds a term"),
        ("Shopee\nshopee\n", "line 2: “shopee” is there twice"),
        ("Shopee\n\n123\n", "line 3: “123” has no letter"),
        ("x" * (MAX_LETTERS + 1), "line 1: “xxx"),
        ("one two three four five six", "longer than 5 words"),
        ("a\n" * 2 + "7", "line 2: “a” is there twice; line 3: “7” has no letter"),
    ],
)
def test_faults_name_their_lines(tmp_path: Path, text: str, fault: str) -> None:
    path = tmp_path / "terms.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_vocabulary(path)
    assert fault in str(caught.value) and str(path) in str(caught.value)


def test_a_file_that_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    for name in ("missing.txt", "binary", "."):
        with pytest.raises(InputError, match="vocabulary"):
            read_vocabulary(tmp_path / name)


@pytest.mark.parametrize(
    ("language", "heard", "meant"),
    [
        ("en", "my tokopidia order", "my Tokopedia order"),
        ("id", "pesanan toko pedia saya", "pesanan Tokopedia saya"),
        ("id", "toko media ya", "Tokopedia ya"),
        ("en", "the Kubernettis, please", "the Kubernetes, please"),
        ("en", "shoppe's refund", "Shopee's refund"),
        ("en", "norten life lock", "Norton LifeLock"),
        ("vi", "mạng viet tel", "mạng Viettel"),
        ("zh", "给您申请了新意红包", "给您申请了心意红包"),
        ("zh", "我用知付宝付的", "我用支付宝付的"),
        ("th", "คุณสมหญิงสรี", "คุณสมหญิงศรี"),
    ],
)
def test_misheard_terms_are_mended(
    vocabulary: Vocabulary, language: str, heard: str, meant: str
) -> None:
    assert vocabulary.repair_text(heard, language) == meant
    assert vocabulary.repair_text(meant, language) == meant


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "I went shopping and had to go pay the bill"),
        ("en", "the media told us, the shop did not"),
        ("zh", "我的物品到了"),
        ("zh", "您支付吧"),
        ("th", "สวัสดีค่ะ"),
    ],
)
def test_words_that_people_use_stay(vocabulary: Vocabulary, language: str, text: str) -> None:
    assert vocabulary.repair_text(text, language) == text


def test_words_that_become_a_term_keep_their_time(vocabulary: Vocabulary) -> None:
    words = tuple(
        Word(text, float(at), at + 0.5, 0.5)
        for at, text in enumerate(["my", "toko", "pedia,", "and", "norten", "lifelok"])
    )
    found = vocabulary.repair(words, "id")
    assert [word.text for word in found] == ["my", "Tokopedia,", "and", "Norton", "LifeLock"]
    assert (found[1].start_s, found[1].end_s) == (1.0, 2.5)
    assert found[3].start_s == 4.0 and found[4].end_s == 5.5


def test_the_prompt_holds_whole_terms(vocabulary: Vocabulary) -> None:
    assert vocabulary.prompt(30) == "Tokopedia, Shopee, Kubernetes"
    assert Vocabulary(()).prompt() == ""


@settings(deadline=None)
@given(st.text(max_size=40), st.sampled_from(["en", "zh", "th", "vi", "xx"]))
def test_no_text_crashes_it_and_repair_is_stable(text: str, language: str) -> None:
    terms = Vocabulary([VocabularyTerm("Tokopedia"), VocabularyTerm("支付宝")])
    once = terms.repair_text(text, language)
    assert terms.repair_text(once, language) == once


@pytest.mark.shared_data
def test_real_turns_are_left_alone() -> None:
    if not TURNS.is_file():
        pytest.skip("no shared data here")
    names = "Tokopedia Shopee Lazada Traveloka Maybank Telkomsel Vietcombank Xiaomi Spotify AirAsia"
    terms = Vocabulary([VocabularyTerm(name) for name in names.split()])
    lines = TURNS.read_text(encoding="utf-8").splitlines()[:3000]
    texts = [json.loads(line)["text"] or "" for line in lines]
    words = sum(len(text.split()) for text in texts)
    changed = sum(terms.repair_text(text, "en").casefold() != text.casefold() for text in texts)
    assert changed * 1000 <= words


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        ("Mei Lin\nGlobal Express: Mei Lin", "is a term itself"),
        (": toko pedia", "no term stands before the colon"),
    ],
)
def test_forms_that_would_spoil_other_terms_are_faults(
    lines: str, fault: str, tmp_path: Path
) -> None:
    path = tmp_path / "terms.txt"
    path.write_text(lines, encoding="utf-8")
    with pytest.raises(InputError, match=fault):
        read_vocabulary(path)


def test_marks_of_a_chinese_keyboard_are_understood(tmp_path: Path) -> None:
    path = tmp_path / "terms.txt"
    path.write_text("美团：没团，每团、美圈", encoding="utf-8")
    (term,) = read_vocabulary(path)
    assert (term.text, term.heard_as) == ("美团", ("没团", "每团", "美圈"))
