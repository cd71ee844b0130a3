"""What a trainer pack tells of why a clip was chosen: its quotes are masked as the lines are."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from clips_factory import a_call, a_flag, evidence, utterances

from qa_inspect.domain import CallResult, Metadata
from qa_inspect.language.pii import find_in_utterances
from qa_inspect.report.clips import By, Chosen, ChosenPair, Making, Reason
from qa_inspect.report.clips_hiding import Secrets, secrets_of
from qa_inspect.report.clips_making import ClipMaker
from qa_inspect.report.clips_pack import clip_row
from qa_inspect.report.clips_sound import Voices
from qa_inspect.rubric.wording import cited, listed, quote

LONG_CARD = (
    "My card is four five three nine, one four eight eight, zero three four three, six four six "
    "seven, expiry oh nine twenty eight, security code three one two."
)


def hidden(language: str, *said: str, metadata: Metadata | None = None) -> Secrets:
    call = a_call("c", [("customer", text) for text in said], language=language)
    assert call.transcript is not None
    recognise = partial(find_in_utterances, references=True)
    return secrets_of(call.transcript, metadata or Metadata(), recognise)


@pytest.mark.parametrize(
    ("language", "said", "quoted", "secret"),
    [
        # beside a Chinese letter
        ("zh", "身份证号是110105199003072316。", "身份证号是110105199003072316", "1101"),
        ("zh", "银行卡号是6222 0212 3456 7890 123。", "银行卡号是6222 0212 3456 7890 123", "6222"),
        ("zh", "验证码是六位，四八二九一三。", "验证码是六位，四八二九一三", "四八二九一三"),
        ("zh", "我的邮箱是wang88@qq.com啊", "邮箱是wang88@qq.com", "wang88"),
        ("th", "รหัสโอทีพี482913ค่ะ", "รหัสโอทีพี482913ค่ะ", "482913"),
        # beside other personal data
        (
            "en",
            "My social security number is 123-45-6789, I'm at 9 Elm Road.",
            "social security number is 123-45-6789",
            "123-45",
        ),
        ("en", "I'm Tom Baker at 12 Hill Road, PIN 4471.", "at 12 Hill Road, PIN 4471", "4471"),
        ("en", "Passport X 1 2 3 4 5 6 7, Karen Smith.", "Passport X 1 2 3 4 5 6 7", "4 5 6"),
        ("id", "NIK 3273012345670001, Jl. Sudirman No. 45.", "NIK 3273012345670001", "327301"),
        (
            "vi",
            "Thẻ của tôi 4514 2200 1111 3332, gọi 0912 345 678.",
            "Thẻ của tôi 4514 2200",
            "4514",
        ),
        # shortened
        ("en", LONG_CARD, LONG_CARD, "five three nine"),
        ("en", LONG_CARD, "one four eight eight, zero three", "four eight"),
        (
            "en",
            f"So {'well ' * 14}my passcode is 77 31 90 42.",
            f"So {'well ' * 14}my passcode is 77 31 90 42.",
            "77",
        ),
        (
            "ms",
            "TAC saya lima kosong tiga, lapan satu satu.",
            "TAC saya lima kosong tiga, lapan",
            "kosong tiga",
        ),
    ],
)
def test_a_quote_in_an_explanation_shows_no_personal_data(
    language: str, said: str, quoted: str, secret: str
) -> None:
    secrets = hidden(language, "Hello", said)
    for explanation in (f"Found: {quote(quoted)} at 0:05.", f"Said: {listed([said, quoted])}."):
        told = secrets.hide_in(explanation)
        assert secret not in told, told
        assert "[" in told
    assert secret not in secrets.hide_quote(quoted)


def test_what_is_no_personal_data_stays_in_an_explanation() -> None:
    secrets = hidden("en", "My PIN is 4471 and you are all useless.", "It took 12 minutes.")
    told = (
        "Found: “you are all useless” at 0:05; 12 of 40 lines, 3.5 s, after “It took 12 minutes”."
    )
    assert secrets.hide_in(told) == told


def test_a_quote_of_no_line_is_looked_at_for_itself() -> None:
    secrets = hidden("en", "Nothing here.", metadata=Metadata(agent_name="Amelia Hart"))
    told = secrets.hide_in(
        "The language model answers “the customer gave card 4111 1111 1111 1111 to Amelia”. "
        "Her card 4111 1111 1111 1111 was read out by Amelia."
    )
    assert "4111" not in told and "Amelia" not in told


def a_pack_row(call: CallResult, reason: Reason, folder: Path) -> str:
    (folder / "audio").mkdir(parents=True)
    recognise = partial(find_in_utterances, references=True)
    making = Making(before_s=10, after_s=10)
    made = ClipMaker(
        {call.recording.call_id: call}.get, recognise, making, folder, Voices(making.disguise)
    )
    (clip,) = made.clips([Chosen(call.recording.call_id, (reason,))])
    return json.dumps(clip_row(clip), ensure_ascii=False)


LINES = (
    ("agent", "Yes?"),
    ("customer", "My social security number is 123-45-6789, I'm at 9 Elm Road."),
    ("agent", "You are so stupid."),
)


def test_a_clips_row_shows_no_personal_data_in_any_cell(tmp_path: Path) -> None:
    lines = utterances(LINES)
    piece = evidence(lines, 1, "social security number is 123-45-6789,")
    flag = replace(a_flag("data_exposure", piece), explanation=f"Found: {cited(piece)}.")
    call = a_call("call", LINES, flags=[flag], metadata=Metadata(topic="refund of Karen Smith"))
    reason = Reason(By.FLAG, flag.flag, "", "high", flag.explanation, flag.evidence)
    row = a_pack_row(call, reason, tmp_path / "a")
    assert "123-45" not in row and "[identity]" in row
    topic = Reason(By.TOPIC, "call of mr karen smith, 07700 900123", "", "", "", flag.evidence)
    row = a_pack_row(call, topic, tmp_path / "b")
    assert "07700" not in row and "karen" not in row.lower()
    query = Reason(By.QUERY, "his card 4111 1111 1111 1111", "", "", "", flag.evidence)
    assert "4111" not in a_pack_row(call, query, tmp_path / "c")


def test_the_name_of_a_recording_is_not_told_where_it_cannot_be_played(tmp_path: Path) -> None:
    lines = utterances(LINES)
    flag = a_flag("abuse", evidence(lines, 2, "so stupid."))
    call = a_call("in_6591234567", LINES, flags=[flag])
    gone = replace(call.recording, path=tmp_path / "in_6591234567.wav")
    reason = Reason(By.FLAG, "abuse", "", "high", "", flag.evidence)
    row = a_pack_row(replace(call, recording=gone), reason, tmp_path / "pack")
    assert "6591234567" not in row and "not at its place" in row


def test_an_id_that_holds_a_name_of_the_manifest_is_not_told(tmp_path: Path) -> None:
    lines = utterances(LINES)
    flag = a_flag("abuse", evidence(lines, 2, "so stupid."))
    metadata = Metadata(attributes={"customer_name": "Zubair Qureshi"})
    call = a_call("2026-11-20_zubair_qureshi", LINES, flags=[flag], metadata=metadata)
    reason = Reason(By.FLAG, "abuse", "", "high", "", flag.evidence)
    assert "qureshi" not in a_pack_row(call, reason, tmp_path / "pack")


def test_a_pairs_topic_shows_no_personal_data(tmp_path: Path) -> None:
    lines = utterances(LINES)
    flag = a_flag("abuse", evidence(lines, 2, "so stupid."))
    calls = {name: a_call(name, LINES, flags=[flag]) for name in ("a", "b")}
    (tmp_path / "audio").mkdir()
    recognise = partial(find_in_utterances, references=True)
    made = ClipMaker(calls.get, recognise, Making(), tmp_path, Voices(Making().disguise))
    reason = Reason(By.ITEM, "empathy", "", "fail", "", flag.evidence)
    good, bad = (Chosen(name, (reason,)) for name in ("a", "b"))
    _, (pair,) = made.pairs([ChosenPair("card 4111 1111 1111 1111", "empathy", good, bad)])
    assert pair.topic == "card [card]"
