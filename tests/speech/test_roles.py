"""Agent or customer: from words, channel and order, with honest confidence."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from qa_inspect.domain import Direction, Metadata, Role, Utterance
from qa_inspect.errors import InputError
from qa_inspect.speech.imported import ImportedTurn, transcript_from_turns
from qa_inspect.speech.role_evidence import languages, phrases_of, weigh_words
from qa_inspect.speech.role_meaning import meaning_odds
from qa_inspect.speech.roles import RoleDecision, assign_roles, confidence_of

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
    decided = assign_roles(chat, Metadata(), language="en", meaning=None)
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
        call,
        Metadata(direction=Direction.INBOUND),
        language="en",
        min_confidence=0.5,
        meaning=None,
    )
    outbound = assign_roles(
        call,
        Metadata(direction=Direction.OUTBOUND),
        language="en",
        min_confidence=0.5,
        meaning=None,
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


def dialogues(name: str) -> list[dict[str, object]]:
    folder = Path(__file__).parent / "data"
    made: list[dict[str, object]] = yaml.safe_load((folder / name).read_text(encoding="utf-8"))
    return made


def told(dialogue: dict[str, object], first: int | None = None) -> RoleDecision:
    turns: list[dict[str, str]] = dialogue["turns"]  # type: ignore[assignment]
    said = [(who, text) for turn in turns[:first] for who, text in turn.items()]
    language = str(dialogue["language"])
    direction = dialogue["direction"]
    return assign_roles(
        [Utterance(i, Role.UNKNOWN, who, text, language) for i, (who, text) in enumerate(said)],
        Metadata(direction=Direction(direction) if direction else None),
        language=language,
        meaning=None,
    )


@pytest.mark.parametrize("first", [None, 4, 2])
def test_short_hard_calls_in_six_languages_are_told_by_their_words(first: int | None) -> None:
    results = [told(dialogue, first) for dialogue in dialogues("role_dialogues.yaml")]
    decided = [result for result in results if result.roles["a"] is not Role.UNKNOWN]
    assert all(result.roles["a"] is Role.AGENT for result in decided)
    assert len(decided) >= 0.9 * len(results)


@pytest.mark.parametrize("first", [None, 4, 2])
def test_calls_that_no_phrase_was_made_for_are_told_rightly_or_not_at_all(
    first: int | None,
) -> None:
    results = [told(dialogue, first) for dialogue in dialogues("role_dialogues_unseen.yaml")]
    assert all(result.roles["a"] in (Role.AGENT, Role.UNKNOWN) for result in results)
    assert all(result.needs_review for result in results if result.roles["a"] is Role.UNKNOWN)


def test_meaning_is_asked_only_where_words_leave_a_call_open() -> None:
    asked: list[tuple[list[str], list[str]]] = []

    def meaning(agent: Sequence[str], customer: Sequence[str]) -> float:
        asked.append((list(agent), list(customer)))
        return -2.0

    assign_roles(lines(CALLS["vi"]), Metadata(), language="vi", meaning=meaning)
    assert not asked
    open_call = lines(["Ba bốn năm.", "Sáu bảy tám."])
    decided = assign_roles(open_call, Metadata(), language="vi", meaning=meaning)
    assert asked == [(["Ba bốn năm."], ["Sáu bảy tám."])]
    assert decided.roles == {"A": Role.CUSTOMER, "B": Role.AGENT}


def test_a_known_voice_decides_where_words_are_silent() -> None:
    call = lines(["Hello.", "Hello."])
    for voices, agent in (({"A": 3.0, "B": -2.0}, "A"), ({"B": 4.0}, "B"), ({"A": -4.0}, "B")):
        decided = assign_roles(call, Metadata(), language="en", voice_odds=voices, meaning=None)
        assert decided.roles[agent] is Role.AGENT
        assert not decided.needs_review


def test_a_voice_against_the_channel_is_reported() -> None:
    decided = assign_roles(
        lines(["Hello.", "Hello."]),
        Metadata(),
        language="en",
        agent_speaker="B",
        voice_odds={"A": 4.0, "B": -4.0},
        meaning=None,
    )
    assert decided.needs_review
    assert any("contradicted by the voice there" in note for note in decided.notes)
    assert decided.roles["A"] is Role.AGENT, "a voice known on both sides outweighs the channel"
    assert any("not followed" in note for note in decided.notes)


def test_words_and_voice_together_overrule_a_wrong_channel() -> None:
    decided = assign_roles(
        lines(CALLS["en"]),
        Metadata(),
        language="en",
        agent_speaker="B",
        voice_odds={"A": 3.0, "B": -1.0},
    )
    assert decided.roles == {"A": Role.AGENT, "B": Role.CUSTOMER}
    assert decided.needs_review
    assert "what is said there and the voice there" in decided.notes[0]


def test_words_against_a_voice_are_for_a_person() -> None:
    decided = assign_roles(
        lines(CALLS["en"]),
        Metadata(),
        language="en",
        voice_odds={"A": -3.0, "B": 3.0},
        meaning=None,
    )
    assert decided.needs_review
    assert any("different speakers" in note for note in decided.notes)


VOICEMAILS = {
    "en": "You have reached the voicemail of John. Please leave a message after the tone.",
    "zh": "您拨打的用户暂时无法接通，请在提示音后留言。",
    "id": "Nomor yang Anda tuju tidak dapat dihubungi, tinggalkan pesan setelah nada.",
    "vi": "Thuê bao quý khách vừa gọi tạm thời không liên lạc được, để lại lời nhắn sau tiếng bíp.",
    "th": "หมายเลขที่ท่านเรียกไม่สามารถติดต่อได้ กรุณาฝากข้อความหลังเสียงสัญญาณ",
    "ms": "Nombor yang anda dail tidak dapat dihubungi, tinggalkan pesanan selepas nada.",
}


@pytest.mark.parametrize("language", sorted(VOICEMAILS))
def test_a_voicemail_is_a_machine_and_one_side(language: str) -> None:
    call = lines([VOICEMAILS[language], CALLS[language][0]])
    decided = assign_roles(call, Metadata(), language=language)
    assert decided.roles == {"A": Role.OTHER, "B": Role.AGENT}
    assert decided.needs_review
    assert any("one side" in note for note in decided.notes)


def test_an_agent_who_says_that_the_call_is_recorded_is_no_machine() -> None:
    call = lines(
        ["This call may be recorded. Thank you for calling, how can I help?", *CALLS["en"][1:]]
    )
    assert assign_roles(call, Metadata(), language="en").roles["A"] is Role.AGENT


def test_a_conference_has_one_customer_and_no_invented_agents() -> None:
    texts = [*CALLS["en"], "I'm on the line too.", "Me too.", "Same here.", "Yes, listening."]
    who = ["A", "B", "A", "B", "C", "D", "E", "F"]
    call = [
        Utterance(i, Role.UNKNOWN, s, t, "en")
        for i, (s, t) in enumerate(zip(who, texts, strict=True))
    ]
    roles = assign_roles(call, Metadata(), language="en").roles
    assert (roles["A"], roles["B"]) == (Role.AGENT, Role.CUSTOMER)
    assert {roles[s] for s in "CDEF"} == {Role.OTHER}


SENTENCES = st.sampled_from([text for texts in CALLS.values() for text in texts] + ["嗯", "ok", ""])


@given(
    st.lists(st.tuples(st.sampled_from("AB"), SENTENCES), max_size=8),
    st.sampled_from(sorted(CALLS)),
    st.dictionaries(st.sampled_from("AB"), st.floats(-30, 30), max_size=2),
)
def test_renaming_the_speakers_changes_nothing_but_their_names(
    said: list[tuple[str, str]], language: str, voices: dict[str, float]
) -> None:
    other = {"A": "B", "B": "A"}

    def decide(named: dict[str, str]) -> RoleDecision:
        call = [Utterance(i, Role.UNKNOWN, named[s], t, language) for i, (s, t) in enumerate(said)]
        return assign_roles(
            call,
            Metadata(),
            language=language,
            voice_odds={named[s]: v for s, v in voices.items()},
            meaning=None,
        )

    plain, renamed = decide({"A": "A", "B": "B"}), decide(other)
    assert plain.confidence == pytest.approx(renamed.confidence)
    assert 0.0 <= plain.confidence < 1.0
    assert {other[s]: r for s, r in plain.roles.items()} == dict(renamed.roles)


@pytest.mark.models
def test_meaning_tells_agents_from_customers_across_languages() -> None:
    for language in ("id", "th"):
        agent, customer = CALLS[language][::2], CALLS[language][1::2]
        assert meaning_odds(agent, customer) > 0.5
        assert meaning_odds(agent, customer) == pytest.approx(-meaning_odds(customer, agent))


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
