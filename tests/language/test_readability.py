"""Plain talk measures easier than a contract, in each language by its own measure."""

from __future__ import annotations

import socket

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_inspect.language import readability
from qa_inspect.language.syllables import count_syllables

PLAIN = {
    "en": "Let me look at that for you. Your bag will come on Monday. A man will call you first "
    "and bring it to your door. Is that all right? Please call me if it does not come.",
    "zh": "您好，我帮您看一下。您的东西明天就能到，快递员会先给您打电话，再送到您家里。"
    "要是明天还没有收到，您再打这个电话找我，我来帮您问，好吗？",
}
DENSE = {
    "en": "Notwithstanding contractual reconciliation obligations, the provisioning authority "
    "necessitates comprehensive substantiation of retroactive reimbursement entitlements, "
    "whereupon administrative settlement procedures, predominantly international, are initiated "
    "by the responsible organisation following verification of documentation.",
    "zh": "依据资费合约结算周期之约定，清分款项将于跨行轧差后由收单机构发起逆向冲正，"
    "并经风控模型复核，履约保证金冻结状态解除须完成实名核验及授权令牌续签流程方可触发异步回调。",
}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_plain_talk_is_easier(language: str) -> None:
    plain = readability.readability([PLAIN[language]], language)
    dense = readability.readability([DENSE[language]], language)
    assert plain is not None and dense is not None
    assert plain.score > 0.6 > dense.score
    assert plain.words >= readability.MIN_WORDS


@pytest.mark.parametrize("language", ["en", "zh"])
def test_rare_words_are_counted_and_named(language: str) -> None:
    plain = readability.word_rarity([PLAIN[language]], language)
    dense = readability.word_rarity([DENSE[language]], language)
    assert plain is not None and dense is not None
    assert plain.score < 0.1 < dense.score
    assert len(dense.rare) == len(set(dense.rare)) > 2


def test_flesch_of_a_text_counted_by_hand() -> None:
    # 40 words of one syllable in 4 sentences: 206.835 - 1.015 * 10 - 84.6
    text = " ".join(["The man went to the shop to get some bread."] * 4)
    measured = readability.readability([text], "en")
    assert measured is not None
    assert measured.raw == pytest.approx(112.085)
    assert measured.score == 1.0 and measured.words == 40


def test_too_few_words_or_no_measure_is_none_never_zero() -> None:
    assert readability.readability(["Hello there."], "en") is None
    assert readability.readability([], "zh") is None
    assert readability.readability([PLAIN["en"]] * 3, "xx") is None
    assert readability.word_rarity(["Hello"], "en") is None


def test_missing_punctuation_costs_little() -> None:
    spoken = readability.readability([PLAIN["en"].replace(".", "").replace("?", "")], "en")
    written = readability.readability([PLAIN["en"]], "en")
    assert spoken is not None and written is not None
    assert abs(spoken.score - written.score) < 0.2


@settings(deadline=None)  # word lists are opened when a language is first met
@given(st.lists(st.text(max_size=80), max_size=6), st.sampled_from(["en", "zh", "th"]))
def test_scores_stay_within_bounds(texts: list[str], language: str) -> None:
    for measured in (
        readability.readability(texts, language),
        readability.word_rarity(texts, language),
    ):
        assert measured is None or 0.0 <= measured.score <= 1.0


def test_nothing_is_downloaded(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("readability reached for the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert readability.readability([PLAIN["en"]], "en") is not None
    assert readability.word_rarity([PLAIN["zh"]], "zh") is not None


@pytest.mark.parametrize(
    ("word", "syllables"),
    [
        ("the", 1), ("any", 2), ("parcel", 2), ("delivery", 4), ("called", 1), ("waited", 2),
        ("services", 3), ("people", 2), ("idea", 3), ("apologise", 4), ("period", 3),
        ("obligation", 4), ("settled", 2), ("time", 1), ("completely", 3), ("employee", 3),
    ],
)  # fmt: skip
def test_syllables(word: str, syllables: int) -> None:
    assert count_syllables(word) == syllables


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=20))
def test_every_word_has_a_syllable(word: str) -> None:
    assert 1 <= count_syllables(word) <= len(word)
