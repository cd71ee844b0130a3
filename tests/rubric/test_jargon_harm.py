"""What a term does to the customer, and how people of six languages show it."""

from __future__ import annotations

import pytest
from rubric_helpers import call, judge

from qa_inspect.domain import CheckResult, CheckStatus
from qa_inspect.rubric.folding import fold
from qa_inspect.rubric.reactions import languages, reactions

RULE = "kind: jargon, glossary: {APR: yearly interest, ONT: [the white box]}, zero_at: 4"
TERM = ("agent", "Your APR is going to rise.")
GOES_ON = ("customer", "So when do I have to pay?")


def weight(check: CheckResult) -> float:
    """What the terms count together: of ``zero_at: 4`` none is left at four."""
    return round((1 - check.points) * 4, 3)


@pytest.mark.parametrize(
    ("turns", "counts", "told"),
    [
        (
            [TERM, GOES_ON, ("agent", "On Monday.")],
            1,
            "Not explained (counts 1): “APR” in utterance 1.",
        ),
        (
            [TERM, ("customer", "What does that mean?"), ("agent", "It rises on Monday.")],
            2,
            "The customer asked what it means, “What does that mean?” in utterance 2 (counts 2): ",
        ),
        (
            [TERM, ("customer", "What's that?"), ("agent", "The yearly interest, I mean.")],
            0.5,
            "then explained in utterance 3 (counts 0.5)",
        ),
        (
            [("agent", "Your APR, the yearly interest, rises."), GOES_ON],
            0,
            "1 term of the glossary used",
        ),
        (
            [("agent", "Your APR rises, in other words it costs more."), GOES_ON],
            0,
            "used, and explained: “APR”.",
        ),
        (
            [TERM, ("customer", "Okay."), ("agent", "And so on."), ("customer", "Mm.")],
            2,
            "The customer said nothing more than “Okay.”",
        ),
        ([TERM, ("customer", "Right, ok."), ("agent", "And so on."), GOES_ON], 1, "Not explained"),
        ([TERM], 1, "Not explained"),
        ([TERM, ("customer", "My APR?"), ("agent", "It rises.")], 2, "“My APR?”"),
        ([TERM, ("customer", "What is my APR then?"), ("agent", "Nine.")], 2, "asked"),
        ([TERM, ("customer", "What is my balance?"), ("agent", "Nine.")], 1, "Not explained"),
    ],
)
def test_a_term_counts_by_the_harm_it_did(
    turns: list[tuple[str, str]], counts: float, told: str
) -> None:
    check = judge(RULE, call(*turns))
    assert weight(check) == counts
    assert told in check.explanation


def test_a_long_wait_for_an_answer_is_silence() -> None:
    def waits(seconds: float) -> CheckResult:
        answer = ("customer", "I will pay on Monday then.", 2 + seconds, 4 + seconds)
        return judge(RULE, call(("agent", "Your APR rises.", 0, 2), answer))

    assert weight(waits(1)) == 1
    assert weight(waits(6)) == 2
    assert "The customer was silent for 6.0 s (counts 2): “APR”" in waits(6).explanation
    assert "at 0:00" in waits(6).explanation


def test_a_short_answer_to_a_question_is_no_silence() -> None:
    asked = ("agent", "Is your APR all right?")
    said = call(asked, ("customer", "Yes."), ("agent", "Good."), ("customer", "Bye."))
    assert weight(judge(RULE, said)) == 1


def test_whoever_uses_the_term_himself_knows_it() -> None:
    said = call(
        ("customer", "I call about my APR, it is too high."),
        ("agent", "Your APR depends on the bank."),
        ("customer", "Okay."),
        ("agent", "So it stays."),
        ("customer", "Fine."),
    )
    assert weight(judge(RULE, said)) == 1


def test_a_question_is_about_the_term_said_last_unless_it_names_one() -> None:
    middle = [TERM, GOES_ON, ("agent", "And your ONT is old.")]
    about_last = call(*middle, ("customer", "What is that?"), ("agent", "Old."))
    assert "Not explained (counts 1): “APR” in utterance 1." in judge(RULE, about_last).explanation
    named = call(*middle, ("customer", "What did APR mean?"), ("agent", "Old."))
    told = judge(RULE, named).explanation
    assert (
        "The customer asked what it means, “What did APR mean?” in utterance 4 (counts 2): “APR”"
        in told
    )


def test_a_term_explained_once_may_be_used() -> None:
    said = call(
        ("agent", "Your APR, the yearly interest, rises."),
        ("customer", "When?"),
        ("agent", "The APR rises on Monday."),
        ("customer", "Okay."),
        ("agent", "Good."),
    )
    assert judge(RULE, said).status is CheckStatus.PASS


SEVERAL = "kind: jargon, glossary: [HS code, broker, APR], zero_at: 100"
BOTH = ("agent", "The HS code stopped the broker.")
WHAT = ("customer", "What does that mean?")


def counted(*turns: tuple[str, str]) -> float:
    return round((1 - judge(SEVERAL, call(*turns)).points) * 100, 3)


def test_an_explanation_is_of_the_last_term_before_it_or_of_the_one_it_names() -> None:
    assert counted(BOTH, WHAT, ("agent", "It means we wait.")) == 2 + 0.5
    assert counted(BOTH, WHAT, ("agent", "HS code, that means the number we wait for.")) == 2.5
    assert counted(("agent", "The HS code, that means the number, stopped the broker."), WHAT) == 2
    assert counted(("agent", "The HS code stopped the broker, that means the man."), WHAT) == 2
    other = ("agent", "Your APR changed. It means we wait.")
    assert counted(BOTH, WHAT, other) == 2 + 2


def test_whoever_still_does_not_understand_was_told_nothing() -> None:
    lost = ("customer", "I do not understand that.")
    means = ("agent", "It means we wait.")
    assert counted(BOTH, WHAT, means, lost) == 4
    assert (
        counted(BOTH, WHAT, means, lost, ("agent", "The broker is a man, I mean the man.")) == 2.5
    )
    assert counted(("agent", "The APR, that means the interest."), lost) == 2


def test_one_question_about_several_terms_is_quoted_once() -> None:
    told = judge(SEVERAL, call(BOTH, WHAT, ("agent", "Well."))).explanation
    assert told.count("What does that mean?") == 1
    assert "(counts 2 each): “HS code” in utterance 1, “broker” in utterance 1." in told
    assert told.startswith("2 terms left unexplained. The customer asked what it means, “What")
    assert told.endswith("Together they count 4, where nothing is allowed.")


def test_a_call_without_terms_says_so() -> None:
    assert judge(SEVERAL, call(("agent", "Hello."))).explanation == (
        "No term of the glossary was used."
    )


@pytest.mark.parametrize("language", languages())
def test_each_language_knows_who_is_still_lost(language: str) -> None:
    lost = reactions(language).lost
    assert lost.first(fold(LOST[language])) is not None
    assert [text for text in NOT_ASKED[language] if lost.first(fold(text)) is not None] == []


def test_the_weights_are_the_authors() -> None:
    asked = call(TERM, ("customer", "What is that?"), ("agent", "Well."))
    assert weight(judge(RULE + ", asked_weight: 1", asked)) == 1
    assert weight(judge(RULE + ', asks: ["come again"]', asked)) == 1


ASKED = {
    "en": ["What does that mean?", "Sorry, the what?", "I don't really understand that."],
    "zh": ["这是什么意思？", "這是什麼意思？", "我听不懂", "我聽不懂", "没听懂", "这是啥呀"],
    "id": ["Apa itu ya?", "Maksudnya gimana, Mas?", "Saya kurang paham, Bu."],
    "vi": ["Cái đó là gì ạ?", "Nghĩa là sao hả em?", "Chị không hiểu lắm."],
    "th": ["คืออะไรคะ", "หมายความว่ายังไงครับ", "ไม่เข้าใจค่ะ"],
    "ms": ["Apa tu?", "Maksudnya apa ya?", "Saya tak faham la."],
}
LOST = {
    "en": "Sorry, I don't really understand that.",
    "zh": "我还是听不懂",
    "id": "Saya kurang paham, Bu.",
    "vi": "Chị không hiểu lắm.",
    "th": "ไม่เข้าใจค่ะ",
    "ms": "Saya tak faham la.",
}
NOT_ASKED = {
    "en": ["What is my balance?", "I need to pay what I owe.", "I understand, thanks."],
    "zh": ["什么时候能到？", "我明白了", "好的，我知道了"],
    "id": ["Apakah sudah dikirim?", "Kapan sampainya?", "Baik, saya mengerti."],
    "vi": ["Bao giờ có hàng?", "Chị hiểu rồi.", "Cảm ơn em."],
    "th": ["เมื่อไหร่จะได้ของคะ", "เข้าใจแล้วค่ะ", "ขอบคุณครับ"],
    "ms": ["Bila boleh sampai?", "Okay, saya faham.", "Terima kasih ya."],
}
EXPLAINED = {
    "en": "that means you pay less",
    "zh": "意思就是您每个月少付一点",
    "id": "artinya Bapak bayar lebih sedikit",
    "vi": "tức là mình trả ít hơn",
    "th": "ก็คือจ่ายน้อยลงนั่นเองค่ะ",
    "ms": "maksudnya encik bayar kurang sikit",
}
NOTHING = {
    "en": "Mm, okay, right.",
    "zh": "嗯，好的。",
    "id": "Oh, iya, baik.",
    "vi": "Dạ, vâng ạ.",
    "th": "อ๋อ ค่ะ",
    "ms": "Oh, ya, baik.",
}


def test_the_packs_languages_have_their_own_phrases() -> None:
    assert set(languages()) == set(ASKED) == set(NOT_ASKED)


@pytest.mark.parametrize("language", sorted(ASKED))
def test_each_language_knows_who_asks_and_who_does_not(language: str) -> None:
    asks = reactions(language).asks
    assert [text for text in ASKED[language] if asks.first(fold(text)) is None] == []
    assert [text for text in NOT_ASKED[language] if asks.first(fold(text)) is not None] == []


@pytest.mark.parametrize("language", sorted(ASKED))
def test_each_language_tells_the_harms_apart(language: str) -> None:
    def counts(*turns: tuple[str, str]) -> float:
        return weight(judge(RULE, call(*turns, language=language)))

    asked = ("customer", ASKED[language][0])
    nothing = ("customer", NOTHING[language])
    on = ("agent", "ONE")
    assert counts(("agent", "APR"), asked, on) == 2
    assert counts(("agent", "APR"), nothing, on, nothing) == 2
    assert counts(("agent", "APR"), asked, ("agent", EXPLAINED[language])) == 0.5
    assert counts(("agent", f"APR, {EXPLAINED[language]}"), asked) == 0
    assert counts(("agent", "APR"), ("customer", NOT_ASKED[language][0]), on) == 1


def test_an_unknown_language_takes_all_phrases() -> None:
    asks = reactions("fr").asks
    assert asks.first(fold("这是什么意思")) and asks.first(fold("apa itu"))
