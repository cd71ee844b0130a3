"""The Vietnamese and Thai packs: cases, and whole calls played through as imports are judged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from qa_inspect.domain import CheckStatus, ImportedTurn, Metadata, Role, Transcript
from qa_inspect.language.embed import CachedEmbedder
from qa_inspect.rubric.load import load_rubric
from qa_inspect.rubric.score import judge_call
from qa_inspect.rubric.tools import Tools
from qa_inspect.rubric.trial import try_lines
from qa_inspect.speech.imported import transcript_from_turns

DATA = Path(__file__).parent / "data"
LANGUAGES = ("vi", "th")


def _calls() -> list[Any]:
    return [
        pytest.param(language, call, id=f"{language}: {call['call']}")
        for language in LANGUAGES
        for call in yaml.safe_load((DATA / f"dialogues.{language}.yaml").read_text("utf-8"))
    ]


def _transcript(language: str, call: dict[str, Any]) -> Transcript:
    roles = {"a": Role.AGENT, "c": Role.CUSTOMER}
    turns = [
        ImportedTurn(text=text, role=roles[who])
        for turn in call["turns"]
        for who, text in turn.items()
    ]
    return transcript_from_turns(turns, Metadata(), language)


@pytest.mark.models
@pytest.mark.parametrize(("language", "call"), _calls())
def test_whole_calls(language: str, call: dict[str, Any], sentence_model: CachedEmbedder) -> None:
    packs = [load_rubric("support", language), load_rubric("risk", language)]
    verdict = judge_call(_transcript(language, call), Metadata(), packs, Tools(sentence_model))
    status = {c.item: (c.status, c.explanation) for c in verdict.checks if c.rubric == "support"}
    wrong = {
        item: status[item] for item in call["earned"] if status[item][0] is not CheckStatus.PASS
    }
    wrong |= {
        item: status[item] for item in call["lost"] if status[item][0] is not CheckStatus.FAIL
    }
    assert not wrong
    assert {flag.flag for flag in verdict.flags} == set(call["flags"])


@pytest.mark.models
@pytest.mark.parametrize("language", LANGUAGES)
def test_good_calls_score_far_above_bad_ones(language: str, sentence_model: CachedEmbedder) -> None:
    pack = load_rubric("support", language)
    scores = []
    for call in yaml.safe_load((DATA / f"dialogues.{language}.yaml").read_text("utf-8"))[:4]:
        transcript = _transcript(language, call)
        verdict = judge_call(transcript, Metadata(), [pack], Tools(sentence_model))
        scores.append(verdict.score or 0.0)
    assert min(scores[:2]) > 75 > 50 > max(scores[2:])


@pytest.mark.parametrize(
    ("language", "flag", "line"),
    [
        ("vi", "abuse", "con bò nhà tôi ăn mất dây mạng"),
        ("vi", "churn", "tôi chuyển nhà nên muốn dời internet sang địa chỉ mới"),
        ("vi", "fraud", "anh đọc giúp em mã vận đơn ạ"),
        ("vi", "legal_escalation", "giao hàng tới tòa nhà Sông Hồng giúp anh"),
        ("vi", "threat", "bên em cho thợ đến xử lý giúp chị"),
        ("vi", "self_harm", "điện thoại rơi xuống nước chết rồi em"),
        ("vi", "data_exposure", "số hợp đồng của chị là không hai bảy bốn"),
        ("th", "abuse", "เอาสีเทาอีกอันนึงค่ะ"),
        ("th", "abuse", "ผู้กองมาร้องเรียนเรื่องกู้เงินซื้อบ้าน"),
        ("th", "churn", "ย้ายบ้าน อยากย้ายเน็ตไปที่อยู่ใหม่ค่ะ"),
        ("th", "fraud", "รบกวนแจ้งเลขพัสดุด้วยครับ"),
        ("th", "legal_escalation", "ขอสั่งข้าวหน่อยค่ะ ส่งทีวีมาด้วย"),
        ("th", "threat", "ตัดหญ้าหน้าบ้านอยู่ไม่ได้ยินเสียงโทรศัพท์"),
        ("th", "self_harm", "แบตตายแล้วค่ะ ต้องชาร์จก่อน"),
        ("th", "agent_misconduct", "ช่างจะเข้าไปที่บ้านพรุ่งนี้ครับ"),
    ],
)
def test_words_in_another_sense_raise_nothing(language: str, flag: str, line: str) -> None:
    assert not try_lines(load_rubric("risk", language), flag, [line])[0].hit
