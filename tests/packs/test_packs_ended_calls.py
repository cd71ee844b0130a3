"""A call rightly ended for abuse: the script's end is not asked for; hanging up still fails."""

from __future__ import annotations

import pytest

from qa_inspect.domain import CheckStatus, Metadata, Role, Transcript, Utterance
from qa_inspect.rubric.load import load_rubric
from qa_inspect.rubric.score import judge_call

NOT_OWED = ("confirm_satisfaction", "closing")
HELLO = {
    "en": ("Good morning, how can I help?", "Where is my bloody money, you idiot?"),
    "zh": ("您好，请问有什么可以帮您？", "你们这帮骗子，混蛋！"),
    "id": ("Selamat pagi, ada yang bisa saya bantu?", "Mana uang saya, dasar bodoh!"),
    "ms": ("Selamat pagi, apa yang boleh saya bantu?", "Mana duit saya, bodoh!"),
    "vi": ("Dạ em chào anh, em giúp gì được ạ?", "Tiền tao đâu, đồ ngu!"),
    "th": ("สวัสดีค่ะ มีอะไรให้ช่วยไหมคะ", "เงินกูอยู่ไหน อีโง่"),
}
PROPER = {
    "en": [
        (
            "If you keep shouting at me like that, I will have to end this call.",
            "I warned you, sir. I am ending this call now.",
        ),
        (
            "Please stop swearing, or I will have to hang up.",
            "I'm going to end the call now because of the language.",
        ),
        (
            "I will have to end the call if you threaten me again.",
            "As I told you, this call is now over.",
        ),
    ],
    "zh": [
        ("先生，您再这样骂人，我只能结束本次通话了。", "我已经提醒过您，现在结束本次通话。"),
        ("请您不要威胁我，否则我会挂断电话。", "因为您一直在威胁，我只能挂断电话。"),
        ("如果您继续辱骂，我这边要终止通话。", "很遗憾，这边先结束通话了。"),
    ],
    "id": [
        (
            "Kalau Bapak terus memaki, saya terpaksa mengakhiri panggilan ini.",
            "Sudah saya peringatkan, saya akhiri panggilan ini sekarang.",
        ),
        (
            "Mohon jangan mengancam saya, Pak, kalau tidak telepon ini saya tutup.",
            "Karena Bapak tetap mengancam, panggilan ini saya akhiri.",
        ),
        (
            "Jika Ibu masih berkata kasar, panggilan ini akan kami hentikan.",
            "Mohon maaf, kami terpaksa mengakhiri percakapan ini.",
        ),
    ],
    "ms": [
        (
            "Kalau encik terus memaki, saya terpaksa tamatkan panggilan ini.",
            "Saya dah beri amaran, saya tamatkan panggilan ini sekarang.",
        ),
        (
            "Tolong jangan ugut saya, kalau tidak saya akan letak telefon.",
            "Sebab encik masih mengugut, saya terpaksa letak telefon.",
        ),
        (
            "Jika puan masih menengking, panggilan ini akan kami tamatkan.",
            "Minta maaf, kami perlu menamatkan perbualan ini.",
        ),
    ],
    "vi": [
        (
            "Nếu anh tiếp tục chửi như vậy thì em buộc phải dừng cuộc gọi ạ.",
            "Em đã nhắc anh rồi, em xin phép kết thúc cuộc gọi tại đây.",
        ),
        (
            "Xin đừng đe dọa em, nếu không em phải ngắt máy.",
            "Vì anh vẫn đe dọa nên em buộc phải ngắt cuộc gọi.",
        ),
        (
            "Nếu chị còn xúc phạm nhân viên, bên em sẽ kết thúc cuộc gọi.",
            "Dạ cuộc gọi này xin được dừng tại đây.",
        ),
    ],
    "th": [
        ("ถ้าคุณลูกค้ายังด่าแบบนี้ ดิฉันจำเป็นต้องวางสายนะคะ", "เตือนแล้วนะคะ ดิฉันขอวางสายค่ะ"),
        (
            "กรุณาหยุดข่มขู่ค่ะ ไม่เช่นนั้นจะต้องยุติการสนทนา",
            "เนื่องจากยังข่มขู่อยู่ ขอยุติการสนทนาค่ะ",
        ),
        ("หากยังพูดหยาบคายอีก ทางเราต้องตัดสายครับ", "ผมจำเป็นต้องยุติการให้บริการครับ"),
    ],
}
ABUSE = {
    "en": "I'll smash your face in, you idiot.",
    "zh": "我弄死你，混蛋！",
    "id": "Saya bunuh kamu, bodoh!",
    "ms": "Aku bunuh kau, bodoh!",
    "vi": "Tao đập chết mày!",
    "th": "กูจะฆ่ามึง",
}


def statuses(language: str, *agent_says: str) -> set[CheckStatus]:
    """What the items are that a rightly ended call doesn't owe; the customer is abusive."""
    hello, curse = HELLO[language]
    turns = [(Role.AGENT, hello), (Role.CUSTOMER, curse)]
    for line in agent_says:
        turns += [(Role.AGENT, line), (Role.CUSTOMER, ABUSE[language])]
    said = tuple(
        Utterance(at, role, role.value, text, language) for at, (role, text) in enumerate(turns)
    )
    pack = load_rubric("support", language)
    kept = tuple(item for item in pack.items if item.id in NOT_OWED)
    assert len(kept) == len(NOT_OWED)
    judged = judge_call(
        Transcript(language, said),
        Metadata(),
        [pack.model_copy(update={"items": kept, "flags": ()})],
    )
    return {check.status for check in judged.checks}


@pytest.mark.parametrize("language", HELLO)
def test_warned_and_then_ended_owes_no_farewell(language: str) -> None:
    for warning, ending in PROPER[language]:
        assert statuses(language, warning, ending) == {CheckStatus.NOT_APPLICABLE}, warning


@pytest.mark.parametrize("language", HELLO)
def test_hanging_up_without_warning_still_fails(language: str) -> None:
    for _, ending in PROPER[language]:
        # the ending may itself be polite enough for a closing
        found = statuses(language, ending)
        assert CheckStatus.FAIL in found and CheckStatus.NOT_APPLICABLE not in found, ending


@pytest.mark.parametrize("language", HELLO)
def test_a_warning_alone_excuses_nothing(language: str) -> None:
    for warning, _ in PROPER[language]:
        assert statuses(language, warning) == {CheckStatus.FAIL}, warning


@pytest.mark.parametrize("language", HELLO)
def test_the_order_of_the_steps_is_excused_alike(language: str) -> None:
    pack = load_rubric("support", language)
    conditions = {repr(pack.item(name).rule.only_if) for name in (*NOT_OWED, "script_order")}
    assert len(conditions) == 1
