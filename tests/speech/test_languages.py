"""Which language a call is in, and which of its words are in another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_inspect.speech.languages import (
    call_language,
    malay_or_indonesian,
    may_mix,
    piece_languages,
    word_languages,
)

EN = {"en": 0.97, "zh": 0.01}
ZH = {"zh": 0.95, "en": 0.02}


def test_the_language_is_the_mean_over_all_chunks_weighed_by_seconds() -> None:
    found = call_language([EN, {"zh": 0.9, "en": 0.1}], [2.0, 18.0])
    assert found is not None
    assert found[0] == "zh"
    assert found[1] == pytest.approx((0.01 * 2 + 0.9 * 18) / 20)


def test_chunks_that_are_not_heard_do_not_vote() -> None:
    assert call_language([{}, EN, {}], [30.0, 3.0, 30.0]) == ("en", pytest.approx(0.97))
    assert call_language([{}, {}], [3.0, 3.0]) is None
    assert call_language([], []) is None


def test_votes_for_neighbours_of_indonesian_count_for_it() -> None:
    row = {"en": 0.4, "id": 0.25, "jw": 0.2, "su": 0.15}
    found = call_language([row], [5.0])
    assert found == ("id", pytest.approx(0.6))


@given(
    st.lists(
        st.tuples(
            st.dictionaries(st.sampled_from(["en", "zh", "id", "jw", "th"]), st.floats(0, 1)),
            st.floats(0.0, 30.0),
        ),
        max_size=12,
    )
)
def test_a_vote_is_a_probability_and_pieces_never_lose_one(
    chunks: list[tuple[dict[str, float], float]],
) -> None:
    rows, seconds = [row for row, _ in chunks], [s for _, s in chunks]
    found = call_language(rows, seconds)
    assert found is None or 0.0 <= found[1] <= 1.0
    main = found[0] if found else "en"
    pieces = piece_languages(rows, seconds, main)
    assert len(pieces) == len(rows)
    assert all(code == main or seconds[n] >= 2.5 for n, code in enumerate(pieces))


def test_only_a_call_whose_language_is_certain_may_mix_another_in() -> None:
    hint = {"en": 0.9, "zh": 0.1}
    assert may_mix([EN, hint], [10.0, 5.0], "en")
    unsure = {"en": 0.45, "th": 0.3, "zh": 0.25}
    assert not may_mix([unsure, unsure, hint], [10.0, 10.0, 5.0], "en")
    assert not may_mix([], [], "en")


def test_no_hint_of_another_language_means_no_finer_hearing() -> None:
    assert not may_mix([EN, EN], [10.0, 5.0], "en")
    assert not may_mix([EN, {"en": 0.6, "zh": 0.4}], [10.0, 1.0], "en"), "too short to tell"
    assert not may_mix([{"id": 0.9, "jw": 0.1}], [10.0], "id"), "neighbours are no second language"
    assert not may_mix([{}, EN], [10.0, 10.0], "en")


def test_sure_pieces_that_are_long_enough_are_in_their_own_language() -> None:
    rows = [EN, ZH, {"zh": 0.7, "en": 0.3}, ZH, {}]
    seconds = [6.0, 5.0, 5.0, 2.0, 5.0]
    assert piece_languages(rows, seconds, "en") == ("en", "zh", "en", "en", "en")


def test_a_language_heard_for_a_moment_in_a_long_call_is_a_mistake() -> None:
    rows, seconds = [ZH, *[EN] * 50], [3.0, *[6.0] * 50]
    assert set(piece_languages(rows, seconds, "en")) == {"en"}
    assert piece_languages([ZH, EN], [3.0, 12.0], "en") == ("zh", "en")


def test_neighbours_of_indonesian_are_indonesian_in_a_call_of_another_language() -> None:
    sure = {"en": 0.05, "id": 0.5, "jw": 0.42}
    taken_for_javanese = {"en": 0.05, "jw": 0.9}
    rows = [EN, sure, taken_for_javanese]
    assert piece_languages(rows, [6.0, 5.0, 5.0], "en") == ("en", "id", "id")


def test_malay_and_indonesian_are_no_second_language_of_one_another() -> None:
    rows = [{"id": 0.8, "ms": 0.2}, {"id": 0.15, "ms": 0.85}]
    assert not may_mix(rows[:1], [10.0], "id"), "else every such call is encoded twice"
    assert piece_languages([rows[0], rows[0], rows[1]], [9.0, 9.0, 9.0], "id") == ("id",) * 3


def test_malay_in_an_english_call_is_found_though_half_taken_for_indonesian() -> None:
    rows = [EN, {"en": 0.04, "ms": 0.5, "id": 0.42}]
    assert piece_languages(rows, [9.0, 6.0], "en") == ("en", "ms")


def test_runs_in_another_script_are_in_its_language() -> None:
    words = ["我", "想", "问", "please", "send", "it", "again", "谢", "谢"]
    assert word_languages(words, "zh") == ("zh",) * 3 + ("en",) * 4 + ("zh",) * 2
    assert word_languages(["我", "的", "WiFi", "不", "行"], "zh") == ("zh",) * 5
    assert word_languages(["I", "said", "你", "好", "twice"], "en")[2:4] == ("zh", "zh")
    assert word_languages(["I", "said", "好", "twice"], "en") == ("en",) * 4
    assert word_languages(["สวัสดี", "ครับ", "my", "order", "number"], "th")[2:] == ("en",) * 3


def test_digits_and_marks_do_not_break_a_run() -> None:
    words = ["我", "说", "I", "have", "2", "bags", "了"]
    assert word_languages(words, "zh") == ("zh", "zh", "en", "en", "en", "en", "zh")


def test_japanese_is_not_taken_for_chinese() -> None:
    words = ["東京", "都", "です", "注", "文", "番", "号"]
    assert word_languages(words, "ja") == ("ja",) * len(words)


@given(st.lists(st.sampled_from(["你", "好", "hello", "ok", "42", "ครับ", "…"]), max_size=15))
def test_every_word_has_a_language(words: list[str]) -> None:
    for language in ("en", "zh", "th", "id"):
        found = word_languages(words, language)
        assert len(found) == len(words)
        assert set(found) <= {language, "en", "zh", "th"}


INDONESIAN = (
    "Selamat siang, saya mau tanya kenapa tagihan internet bulan ini naik, padahal saya tidak "
    "pernah ganti paket.",
    "Mohon maaf Bapak, kami cek dulu nomor pelanggannya, nanti teknisi datang besok sore karena "
    "kantor sudah tutup.",
    "Uangnya sudah saya bayar lewat bank kemarin, tapi pesanannya belum sampai juga.",
)
MALAY = (
    "Selamat tengah hari, saya nak tanya kenapa bil internet bulan ini naik sedangkan saya tak "
    "pernah tukar pelan.",
    "Minta maaf encik, kami semak dahulu nombor akaun tersebut, nanti juruteknik datang esok "
    "petang kerana pejabat telah tutup.",
    "Duit itu saya dah bayar melalui bank semalam, tetapi tempahan masih belum tiba lagi.",
)


@pytest.mark.parametrize("heard", ["id", "ms"])
@pytest.mark.parametrize(
    ("sentence", "language"),
    [*((text, "id") for text in INDONESIAN), *((text, "ms") for text in MALAY)],
)
def test_malay_and_indonesian_are_told_by_their_words(
    sentence: str, language: str, heard: str
) -> None:
    assert malay_or_indonesian(sentence.split(), heard) == language


@pytest.mark.parametrize("heard", ["id", "ms", "en", "zh"])
def test_what_the_words_do_not_tell_stays_as_heard(heard: str) -> None:
    assert malay_or_indonesian(["saya", "dan", "itu"], heard) == heard
    assert malay_or_indonesian([], heard) == heard


def test_other_languages_are_not_asked() -> None:
    assert malay_or_indonesian(["nombor", "akaun", "encik"], "en") == "en"
