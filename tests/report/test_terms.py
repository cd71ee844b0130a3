"""Terms and what rose: counted by calls, by more than chance."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_inspect.domain import Role, Transcript, Utterance
from qa_inspect.report.terms import SURPRISING, TermCounter, log_likelihood_ratio, mine


def counted(*calls: tuple[str, int], language: str = "en") -> TermCounter:
    counter = TermCounter()
    for text, number in calls:
        said = (Utterance(0, Role.CUSTOMER, "c", text, language),)
        for _ in range(number):
            counter.add(Transcript(language, said))
    return counter


def test_the_ratio_of_a_table_worked_out_by_hand() -> None:
    # 10 of 100 against 1 of 100: expected 5.5 each
    due = 2 * (
        10 * math.log(10 / 5.5)
        + 1 * math.log(1 / 5.5)
        + 90 * math.log(90 / 94.5)
        + 99 * math.log(99 / 94.5)
    )
    assert log_likelihood_ratio(10, 100, 1, 100) == pytest.approx(due)


@given(st.integers(1, 500), st.integers(1, 500), st.data())
def test_the_ratio_is_never_negative_and_knows_no_side(n: int, m: int, data: st.DataObject) -> None:
    hits, before = data.draw(st.integers(0, n)), data.draw(st.integers(0, m))
    ratio = log_likelihood_ratio(hits, n, before, m)
    assert ratio >= 0
    assert ratio == pytest.approx(log_likelihood_ratio(before, m, hits, n), abs=1e-9)
    assert log_likelihood_ratio(hits, n, 0, 0) == 0


def test_phrases_of_three_words_and_not_their_parts() -> None:
    now = counted(("The import duty bill", 20), ("A parcel came", 30))
    before = counted(("A parcel came", 50))
    listed, rising = mine(now, before, 10)
    assert [term.term for term in rising] == ["import duty bill"]
    assert rising[0].surprise > SURPRISING
    assert not {"import", "duty", "import duty"} & {term.term for term in listed}


@pytest.mark.parametrize(
    ("language", "text", "term"),
    [
        ("zh", "海关要求我补税", "海关"),
        ("th", "พัสดุติดอยู่ที่ศุลกากร", "ศุลกากร"),
        ("vi", "Tôi muốn được hoàn tiền", "hoàn tiền"),
        ("id", "Paket saya tertahan di bea cukai", "bea cukai"),
        ("ms", "Bungkusan saya ditahan kastam", "kastam"),
    ],
)
def test_terms_of_six_languages(language: str, text: str, term: str) -> None:
    now, before = counted((text, 12), language=language), TermCounter()
    for number in range(12):
        before.add(
            Transcript(language, (Utterance(0, Role.CUSTOMER, "c", f"x{number}", language),))
        )
    _, rising = mine(now, before, 20)
    assert any(term in found.term for found in rising)


def test_a_long_call_counts_once_and_few_calls_have_not_risen() -> None:
    before = counted(("A parcel came", 40))
    now = counted(("parcel " * 50, 1), ("customs letter", 2), ("A parcel came", 40))
    listed, rising = mine(now, before, 10)
    assert rising == ()
    assert {term.term: term.calls for term in listed}["parcel"] == 41
    assert all(term.share <= 1 for term in listed)


def test_nothing_was_said() -> None:
    empty = TermCounter()
    empty.add(None)
    empty.add(Transcript("en", ()))
    assert mine(empty, empty, 5) == ((), ())


@pytest.mark.parametrize(
    ("language", "text", "never"),
    [
        ("en", "My name is Victor Crane and the vase broke.", ("victor", "crane")),
        (
            "en",
            "I live at 14 Kirk Street, Leeds, LS1 and the vase broke.",
            ("kirk", "leeds", "ls1"),
        ),
        ("en", "The vase is order seventeen eighty eleven.", ("seventeen", "eighty", "eleven")),
        ("zh", "我叫王建国，我的花瓶碎了。", ("王建国",)),
        ("zh", "身份证号是一一零一零五，花瓶碎了。", ("一一", "一零")),
        ("zh", "验证码是八八三二，花瓶碎了。", ("八八", "三二")),
        (
            "id",
            "Nama saya Budi Santoso. Vas bunga pecah tujuh belas.",
            ("budi", "tujuh", "belas"),
        ),
    ],
)
def test_what_is_personal_is_no_term(language: str, text: str, never: tuple[str, ...]) -> None:
    listed, _ = mine(counted((text, 9), language=language), TermCounter(), 30)
    shown = [term.term for term in listed]
    assert shown
    assert not [part for part in never for term in shown if part in term]


def test_a_name_that_was_given_once_is_one_wherever_it_is_said() -> None:
    said = [("王建国，快一点", 4), ("我叫王建国", 2), ("花瓶碎了", 4)]
    listed, _ = mine(counted(*said, language="zh"), TermCounter(), 30)
    assert "花瓶" in [term.term for term in listed]
    assert not [term.term for term in listed if "王建国" in term.term]


@pytest.mark.parametrize(
    ("language", "calls", "never", "shown"),
    [
        (
            "en",
            (
                "Hi, this is Leopold Vanterpool and the vase broke.",
                "Leopold Vanterpool again, the vase is still broken.",
                "Leopold Vanterpool, I called before about the vase.",
                "It is about the vase, Leopold Vanterpool, the broken vase.",
            ),
            ("leopold", "vanterpool"),
            "vase",
        ),
        (
            "en",
            (
                "Babajide Olatunji here about the vase.",
                "Babajide Olatunji, I called before about the vase.",
            ),
            ("babajide", "olatunji"),
            "vase",
        ),
        (
            "en",
            ("Order QX dash nine nine, the vase.", "The vase again, order QX dash nine nine."),
            ("qx", "nine"),
            "vase",
        ),
        (
            "en",
            ("The vase, tracking 1Z999AA10123.", "Tracking 1Z999AA10123 for the vase."),
            ("1z999",),
            "vase",
        ),
        (
            "en",
            ("Uh four five five three, the vase.", "Four five five three and a vase."),
            ("four five", "five three"),
            "vase",
        ),
        (
            "zh",
            (
                "王小明，快递单号SF1234567890123，花瓶碎了。",
                "王小明，快递单号SF1234567890123。花瓶碎了。",
            ),
            ("王小明", "sf123"),
            "花瓶",
        ),
        (
            "zh",
            ("我姓张，张建国，花瓶碎了。", "张建国，花瓶碎了。", "花瓶碎了。"),
            ("张建国",),
            "花瓶",
        ),
        (
            "id",
            ("Yohanes Tampubolon lagi, vas pecah.", "Yohanes Tampubolon di sini, vas pecah."),
            ("yohanes", "tampubolon"),
            "vas pecah",
        ),
    ],
)
def test_names_and_numbers_said_again_without_an_introduction_are_no_terms(
    language: str, calls: tuple[str, ...], never: tuple[str, ...], shown: str
) -> None:
    listed, rising = mine(
        counted(*((text, 3) for text in calls), language=language), TermCounter(), 60
    )
    terms = [term.term for term in (*listed, *rising)]
    assert not [part for part in never for term in terms if part in term], terms
    assert any(shown in term for term in terms)


def test_the_answer_to_a_question_for_a_name_is_no_term() -> None:
    counter = TermCounter()
    for answer in ("Brook Hollis.", "Brook Hollis, and the vase broke."):
        said = (
            Utterance(0, Role.AGENT, "a", "May I have your full name, please?", "en"),
            Utterance(1, Role.CUSTOMER, "c", answer, "en"),
        )
        for _ in range(3):
            counter.add(Transcript("en", said))
    listed, _ = mine(counter, TermCounter(), 60)
    assert not [term.term for term in listed if "hollis" in term.term]


def test_terms_of_a_language_whose_personal_data_nobody_knows_are_not_listed() -> None:
    french = "Zéro six douze, et j'habite 12 rue de la Paix, le vase est cassé"
    assert mine(counted((french, 9), language="fr"), TermCounter(), 60) == ((), ())


def test_a_model_with_one_number_stays_a_term() -> None:
    listed, _ = mine(counted(("The iphone 15 is broken", 9)), TermCounter(), 60)
    assert any("iphone" in term.term for term in listed)


def test_a_thing_beside_a_name_stays_a_term() -> None:
    listed, _ = mine(counted(("Victor Crane here, the vase.", 3)), TermCounter(), 30)
    assert "vase" in [term.term for term in listed]
    assert not [term.term for term in listed if "crane" in term.term]
