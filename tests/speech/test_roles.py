"""Agent or customer: from words, channel and order, with honest confidence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from qa_inspect.domain import Direction, Metadata, Role, Utterance
from qa_inspect.errors import InputError
from qa_inspect.speech.imported import ImportedTurn, transcript_from_turns
from qa_inspect.speech.role_evidence import languages, phrases_of, weigh_words
from qa_inspect.speech.roles import assign_roles, confidence_of

CALLS = {
    "en": [
        "Thank you for calling Northwind, how may I help you?",
        "Hi, I'm calling about my order, it hasn't arrived.",
        "I'm sorry to hear that. May I have your order number please?",
        "Why is it so late? I ordered it last week.",
    ],
    "zh": [
        "您好，很高兴为您服务，请问有什么可以帮您？",
        "我要退款，你们怎么还没处理？",
        "好的先生，我帮您查一下，请您稍等。",
        "都没人给我回电话。",
    ],
    "id": [
        "Selamat siang, terima kasih telah menghubungi kami, ada yang bisa saya bantu?",
        "Halo mas, pesanan saya belum sampai.",
        "Baik Pak, mohon ditunggu ya.",
        "Saya mau komplain, kenapa lama banget?",
    ],
    "vi": [
        "Dạ tổng đài xin nghe, em có thể giúp gì cho anh chị ạ?",
        "Alo, tôi muốn khiếu nại, đơn hàng của tôi chưa tới.",
        "Dạ anh vui lòng chờ em kiểm tra ạ.",
        "Sao lâu thế, trả tiền lại cho tôi.",
    ],
    "th": [
        "สวัสดีค่ะ มีอะไรให้ดิฉันช่วยคะ",
        "ฮัลโหล ผมสั่งของไปแล้วยังไม่ได้รับเลย",
        "กรุณาถือสายรอสักครู่นะคะ",
        "ทำไมช้าจัง อยากได้เงินคืน",
    ],
    "ms": [
        "Terima kasih kerana menghubungi kami, apa yang boleh saya bantu?",
        "Saya nak buat aduan, barang saya belum sampai.",
        "Baik encik, boleh sahkan nombor pesanan?",
        "Kenapa lambat sangat?",
    ],
}


def lines(texts: list[str], speakers: str = "AB") -> list[Utterance]:
    return [
        Utterance(i, Role.UNKNOWN, speakers[i % len(speakers)], text, "en")
        for i, text in enumerate(texts)
    ]


@pytest.mark.parametrize("language", sorted(CALLS))
def test_roles_come_from_what_is_said_in_every_language(language: str) -> None:
    decided = assign_roles(lines(CALLS[language]), Metadata(), language=language)
    assert decided.roles == {"A": Role.AGENT, "B": Role.CUSTOMER}
    assert decided.confidence > 0.9
    assert not decided.needs_review
    turned = assign_roles(lines(CALLS[language][1:]), Metadata(), language=language)
    assert turned.roles["A"] is Role.CUSTOMER, "who speaks first is only a hint"


@pytest.mark.parametrize("language", sorted(CALLS))
def test_every_language_has_phrases_for_all_groups(language: str) -> None:
    assert language in languages()
    assert set(phrases_of(language).groups) == {"agent", "customer", "announcement"}


def test_small_talk_alone_decides_nothing() -> None:
    chat = lines(["Hello.", "Hello.", "I'm in New Jersey.", "I'm in Texas."])
    decided = assign_roles(chat, Metadata(), language="en")
    assert set(decided.roles.values()) == {Role.UNKNOWN}
    assert decided.needs_review
    assert decided.confidence < 0.7


def test_the_manifest_decides_where_words_are_silent() -> None:
    decided = assign_roles(
        lines(["Hello.", "Hello."]), Metadata(), language="en", agent_speaker="B"
    )
    assert decided.roles == {"A": Role.CUSTOMER, "B": Role.AGENT}
    assert not decided.needs_review


def test_a_manifest_that_the_words_contradict_is_not_obeyed_in_silence() -> None:
    call = lines(CALLS["en"] + ["Is there anything else I can help you with?", "No."])
    decided = assign_roles(call, Metadata(), language="en", agent_speaker="B")
    assert decided.needs_review
    assert any("contradicted" in note for note in decided.notes)


def test_the_direction_says_who_answers_first() -> None:
    call = lines(["Hello.", "Good morning."])
    inbound = assign_roles(
        call, Metadata(direction=Direction.INBOUND), language="en", min_confidence=0.5
    )
    outbound = assign_roles(
        call, Metadata(direction=Direction.OUTBOUND), language="en", min_confidence=0.5
    )
    assert inbound.roles["A"] is Role.AGENT
    assert outbound.roles["A"] is Role.CUSTOMER


def test_a_transfer_brings_an_agent_and_an_announcement_is_other() -> None:
    texts = [
        "Your call is important to us. Please stay on the line.",
        *CALLS["en"],
        "Thank you for holding, this is Anna from billing, how can I help you?",
        "I want my money back.",
        "May I have your account number please?",
    ]
    who = ["M", "A", "B", "A", "B", "C", "B", "C"]
    call = [
        Utterance(i, Role.UNKNOWN, s, t, "en")
        for i, (s, t) in enumerate(zip(who, texts, strict=True))
    ]
    roles = assign_roles(call, Metadata(), language="en").roles
    assert roles == {
        "M": Role.OTHER,
        "A": Role.AGENT,
        "B": Role.CUSTOMER,
        "C": Role.AGENT,
    }


def test_one_side_alone_is_for_review() -> None:
    decided = assign_roles(lines([CALLS["en"][0], CALLS["en"][2]], "A"), Metadata(), language="en")
    assert decided.needs_review
    assert decided.roles == {"A": Role.AGENT}


def test_no_words_no_roles() -> None:
    decided = assign_roles([], Metadata(), language="en", speakers=["S0"])
    assert decided.roles == {"S0": Role.UNKNOWN}
    assert decided.confidence == 0.0


def test_confidence_grows_with_evidence_and_is_never_certain() -> None:
    assert confidence_of(0.0) == 0.5
    assert confidence_of(1.0) < confidence_of(-3.0) < confidence_of(90.0) < 1.0


def test_a_language_without_phrases_says_nothing() -> None:
    assert weigh_words(["bonjour"], "fr").agent_over_customer == 0.0


def test_imported_turns_with_speakers_get_roles() -> None:
    turns = [
        ImportedTurn(text, speaker="AB"[i % 2], start_s=i * 4.0, end_s=i * 4.0 + 3)
        for i, text in enumerate(CALLS["en"])
    ]
    made = transcript_from_turns(turns, Metadata(), "en")
    assert [u.role for u in made.utterances[:2]] == [Role.AGENT, Role.CUSTOMER]
    assert made.has_times
    assert made.speech_s == 12.0


def test_imported_roles_are_believed_and_times_may_be_missing() -> None:
    turns = [ImportedTurn("Hi", role=Role.CUSTOMER), ImportedTurn("Hello", role=Role.AGENT)]
    made = transcript_from_turns(turns, Metadata(), "en")
    assert [u.role for u in made.utterances] == [Role.CUSTOMER, Role.AGENT]
    assert (made.role_confidence, made.duration_s, made.turns) == (1.0, None, ())


@pytest.mark.parametrize("turns", [[], [ImportedTurn("  ", speaker="A")], [ImportedTurn("Hi")]])
def test_unusable_imports_are_refused(turns: list[ImportedTurn]) -> None:
    with pytest.raises(InputError):
        transcript_from_turns(turns, Metadata(), "en")


@pytest.mark.shared_data
def test_real_chinese_calls_get_their_roles(shared_data: Path) -> None:
    right = decided = 0
    calls = (shared_data / "text" / "zh_phone_calls.jsonl").read_text().splitlines()
    for line in calls:
        turns = json.loads(line)["turns"]
        hidden = {"agent": "x", "customer": "y"}
        made = transcript_from_turns(
            [ImportedTurn(t["text"], speaker=hidden[t["role"]]) for t in turns], Metadata(), "zh"
        )
        known = made.roles["x"] is not Role.UNKNOWN
        decided += known
        right += made.roles["x"] is Role.AGENT and made.roles["y"] is Role.CUSTOMER
    assert decided >= 0.98 * len(calls)
    assert right >= 0.995 * decided
