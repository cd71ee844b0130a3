"""Calls that look like real ones, made up from a seed, with sounds to play."""

from __future__ import annotations

import math
import random
import struct
import wave
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path

from qa_inspect.domain import (
    CallResult,
    CallStatus,
    Channels,
    CheckResult,
    CheckStatus,
    Direction,
    Evidence,
    Flag,
    Metadata,
    Recording,
    Role,
    RubricScore,
    Severity,
    SpeakerTurn,
    Transcript,
    Utterance,
    Verdict,
    Word,
)

AGENTS = (
    ("a-101", "Amelia Hart", "Parcels", 0.93),
    ("a-102", "Budi Santoso", "Parcels", 0.80),
    ("a-103", "陈晓梅", "Payments", 0.84),
    ("a-104", "Dmitri Volkov", "Payments", 0.52),
    ("a-105", "Esther O'Neill", "Returns", 0.72),
)
ENGLISH = (
    ("agent", "Good morning, thank you for calling Harbour Parcels, my name is Amelia."),
    ("customer", "Hi, yes, I'm still waiting for a parcel that was due on Monday."),
    ("agent", "I'm sorry to hear that. May I take the tracking number, please?"),
    ("customer", "It's seven, four, one, nine, double two, eight."),
    ("agent", "Thank you. So if I understand rightly, it was due Monday and has not come."),
    ("customer", "Exactly, and nobody called me back. Honestly, I'm thinking of going elsewhere."),
    ("agent", "That must be frustrating. I can see it is held at the depot for customs duty."),
    ("customer", "Customs duty? Nobody told me about any duty."),
    ("agent", "I've paid the duty for you as a courtesy, and it goes out first thing tomorrow."),
    ("customer", "Oh. Well, that would be great, thanks."),
    ("agent", "Does that settle it for you, or is there anything else I can do?"),
    ("customer", "No, that's all."),
    ("agent", "Thank you for your patience, and have a lovely day."),
)
CHINESE = (
    ("agent", "您好，感谢您致电海港支付，我是小梅，请问有什么可以帮您？"),
    ("customer", "你好，我上个星期付款失败了，但是银行已经扣款了。"),
    ("agent", "非常抱歉给您带来不便，请问您的订单号是多少？"),
    ("customer", "是五八八二一三。如果今天不解决，我就要投诉你们。"),
    ("agent", "我理解您的心情。您的意思是付款失败但是已经扣款，对吗？"),
    ("customer", "对，就是这样。"),
    ("agent", "款项会在三个工作日之内退回您的账户，请问这样可以吗？"),
    ("customer", "好的，谢谢。"),
    ("agent", "感谢您的来电，祝您生活愉快，再见。"),
)
ITEMS = (
    ("politeness", "greeting", "said", 5.0, "Greets the customer within the first utterances."),
    ("politeness", "empathy", "ratio", 10.0, "Shows empathy in a third of the utterances."),
    ("politeness", "positive_language", "ratio", 10.0, "Uses positive words."),
    ("politeness", "interruptions", "interruption", 5.0, "Lets the customer finish."),
    ("clarity", "jargon", "jargon", 10.0, "Explains terms a customer does not know."),
    ("clarity", "readability", "readability", 10.0, "Speaks in plain sentences."),
    ("script", "identity_check", "said", 10.0, "Checks who is calling."),
    ("script", "restate_problem", "similar", 15.0, "Says the problem in other words."),
    ("script", "present_solution", "similar", 15.0, "Presents a solution."),
    ("script", "confirm_satisfaction", "similar", 10.0, "Asks whether that settles it."),
    ("script", "closing", "said", 5.0, "Closes with thanks."),
)
START = datetime(2026, 3, 2, 8, 30, tzinfo=timezone(timedelta(hours=8)))


def utterances_of(lines: Sequence[tuple[str, str]], chance: random.Random) -> list[Utterance]:
    """The lines spoken one after the other, with pauses, an overlap and a long silence."""
    language = "zh" if lines is CHINESE else "en"
    at, said = 0.6, []
    for index, (role, text) in enumerate(lines):
        pieces = list(text) if language == "zh" else text.split()
        length = len(pieces) * (0.2 if language == "zh" else 0.32)
        words = tuple(
            Word(piece, at + length * i / len(pieces), at + length * (i + 1) / len(pieces), 0.9)
            for i, piece in enumerate(pieces)
        )
        said.append(
            Utterance(
                index,
                Role(role),
                "S0" if role == "agent" else "S1",
                text,
                language,
                at,
                at + length,
                chance.uniform(0.8, 0.98),
                words,
            )
        )
        at += length + (6.5 if index == 6 else -0.5 if index == 4 else chance.uniform(0.2, 0.9))
    return said


def transcript_of(lines: Sequence[tuple[str, str]], chance: random.Random) -> Transcript:
    said = utterances_of(lines, chance)
    return Transcript(
        language=said[0].language,
        utterances=tuple(said),
        turns=tuple(SpeakerTurn(u.start_s or 0, u.end_s or 0, u.speaker) for u in said),
        roles={"S0": Role.AGENT, "S1": Role.CUSTOMER},
        channels=Channels.MONO,
        duration_s=(said[-1].end_s or 0) + 1.0,
        speech_s=sum((u.end_s or 0) - (u.start_s or 0) for u in said),
        role_confidence=0.97,
    )


def evidence_of(said: Utterance) -> Evidence:
    return Evidence(said.index, said.start_s, said.end_s, said.text)


def verdict_of(transcript: Transcript, skill: float, chance: random.Random) -> Verdict:
    said = transcript.utterances
    checks = []
    for section, item, kind, points, why in ITEMS:
        if item == "identity_check" and chance.random() < 0.2:
            status = CheckStatus.NOT_APPLICABLE
        else:
            passed = chance.random() < skill
            status = CheckStatus.PASS if passed else CheckStatus.FAIL
        quoted = chance.choice([u for u in said if u.role is Role.AGENT])
        checks.append(
            CheckResult(
                rubric="support",
                item=item,
                kind=kind,
                status=status,
                points=points if status is CheckStatus.PASS else 0.0,
                max_points=points,
                explanation=why if status is CheckStatus.PASS else f"Missing: {why.lower()}",
                searched=f"All {len(said)} utterances, for 12 phrases and 6 example sentences.",
                evidence=(evidence_of(quoted),) if status is not CheckStatus.NOT_APPLICABLE else (),
                score=chance.uniform(0.1, 0.6) if kind == "ratio" else None,
                section=section,
            )
        )
    flags = []
    customer = [u for u in said if u.role is Role.CUSTOMER]
    for name, severity, share in (
        ("churn", Severity.MEDIUM, 0.25),
        ("malicious_complaint", Severity.MEDIUM, 0.08),
        ("abuse", Severity.HIGH, 0.08),
        ("threat", Severity.CRITICAL, 0.04),
        ("agent_misconduct", Severity.HIGH, 0.25 if skill < 0.6 else 0.01),
    ):
        if chance.random() < share:
            pieces = tuple(evidence_of(u) for u in chance.sample(customer, 2))
            sure = chance.uniform(0.5, 0.95)
            words = name.replace("_", " ")
            flags.append(
                Flag(
                    name, severity, sure, f"The customer's words point to {words}.", pieces, "risk"
                )
            )
    counted = [c for c in checks if c.status is not CheckStatus.NOT_APPLICABLE]
    score = 100 * sum(c.points for c in counted) / sum(c.max_points for c in counted)
    rubrics = (RubricScore("support", "1.0", score), RubricScore("risk", "1.0", None))
    return Verdict(rubrics, tuple(checks), tuple(flags), score)


def make_calls(number: int = 64, seed: int = 4, sounds: Path | None = None) -> list[CallResult]:
    """``number`` calls; with ``sounds``, a folder, each first call of a shape has a recording."""
    chance = random.Random(seed)
    calls = []
    for place in range(number):
        agent_id, name, team, skill = AGENTS[min(place % 6, 4)]
        lines = CHINESE if agent_id == "a-103" else ENGLISH
        call_id = f"2026-03-{2 + place // 10:02}-{place:04}"
        path = None
        if sounds is not None:
            path = sounds / f"{'zh' if lines is CHINESE else 'en'}.wav"
            if not path.exists():
                write_sound(path, transcript_of(lines, random.Random(0)))
        metadata = Metadata(
            agent_id=agent_id,
            agent_name=name,
            team=team,
            customer_id=f"c-{place % 17:03}",
            language="zh" if lines is CHINESE else "en",
            market="SG",
            direction=Direction.INBOUND,
            started_at=START + timedelta(days=place // 10, minutes=37 * (place % 10)),
            csat=chance.choice((None, 2, 3, 4, 5)),
            topic=chance.choice(("delivery", "customs", "refund", "payment")),
        )
        recording = Recording(call_id, path, f"{place:064x}", metadata)
        if place % 23 == 22:
            error = "the recording holds no sound above -60 dBFS — check the recorder's input"
            calls.append(CallResult(recording, CallStatus.FAILED, error=error))
            continue
        transcript = transcript_of(lines, random.Random(0))
        if place % 19 == 18:
            transcript = Transcript(
                **{
                    name: getattr(transcript, name)
                    for name in ("language", "utterances", "turns", "roles", "duration_s")
                },
                speech_s=transcript.speech_s,
                role_confidence=0.41,
                needs_review=True,
                notes=("Both voices are alike; who is the agent is a guess.",),
            )
        calls.append(
            CallResult(
                recording,
                CallStatus.OK,
                transcript,
                verdict_of(transcript, skill, chance),
                models={"transcription": "whisper-base", "diarization": "segmentation-3.0"},
                timings_s={"decode": 0.4, "speech": 6.1, "rubric": 0.3},
            )
        )
    return calls


def write_sound(path: Path, transcript: Transcript) -> None:
    """A tone for each utterance, deep for the agent and higher for the customer (8 kHz WAV)."""
    rate = 8000
    samples = [0] * int(rate * (transcript.duration_s or 1))
    for said in transcript.utterances:
        pitch = 180 if said.role is Role.AGENT else 260
        for at in range(int((said.start_s or 0) * rate), int((said.end_s or 0) * rate)):
            if at < len(samples):
                samples[at] = int(4000 * math.sin(2 * math.pi * pitch * at / rate))
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, rate, len(samples), "NONE", ""))
        file.writeframes(struct.pack(f"<{len(samples)}h", *samples))
