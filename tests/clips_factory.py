"""Small calls with word times and sound, for trainer packs."""

from __future__ import annotations

import hashlib
import wave
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from qa_inspect.domain import (
    CallResult,
    CallStatus,
    Channels,
    CheckResult,
    CheckStatus,
    Evidence,
    Flag,
    Metadata,
    Recording,
    Role,
    Severity,
    Transcript,
    Utterance,
    Verdict,
    Word,
)

WORD_S, GAP_S = 0.4, 0.1
PAUSE_S = 1.0
RATE = 16_000

Said = tuple[str, str]


def utterances(
    said: Sequence[Said], language: str = "en", *, times: bool = True
) -> tuple[Utterance, ...]:
    """Lines one after the other, each word 0.4 s long, 0.1 s between words, 1 s between lines."""
    found, at = [], 0.5
    for index, (role, text) in enumerate(said):
        words = []
        for word in text.split():
            words.append(Word(word, round(at, 3), round(at + WORD_S, 3), 0.9))
            at += WORD_S + GAP_S
        start, end = words[0].start_s, words[-1].end_s
        who = Role(role)
        if times:
            found.append(
                Utterance(index, who, f"S-{role}", text, language, start, end, 0.9, tuple(words))
            )
        else:
            found.append(Utterance(index, who, f"S-{role}", text, language))
        at = end + PAUSE_S
    return tuple(found)


def evidence(lines: Sequence[Utterance], index: int, quote: str) -> Evidence:
    """A quote of a line with its words' times."""
    line = lines[index]
    first = len(line.text[: line.text.index(quote)].split())
    words = line.words[first : first + len(quote.split())]
    if not words:
        return Evidence(index, None, None, quote)
    return Evidence(index, words[0].start_s, words[-1].end_s, quote)


def a_call(
    call_id: str,
    said: Sequence[Said],
    *,
    language: str = "en",
    flags: Sequence[Flag] = (),
    checks: Sequence[CheckResult] = (),
    metadata: Metadata | None = None,
    recording: Path | None = None,
    times: bool = True,
) -> CallResult:
    """A call that was inspected."""
    lines = utterances(said, language, times=times)
    length = lines[-1].end_s + 1.0 if times and lines[-1].end_s else None
    sha256 = hashlib.sha256(recording.read_bytes()).hexdigest() if recording else call_id
    transcript = Transcript(
        language,
        lines,
        roles={"S-agent": Role.AGENT, "S-customer": Role.CUSTOMER},
        channels=Channels.MONO,
        duration_s=length,
        role_confidence=0.99,
    )
    return CallResult(
        Recording(call_id, recording, sha256, metadata or Metadata(agent_id="A-1")),
        CallStatus.OK,
        transcript,
        Verdict(flags=tuple(flags), checks=tuple(checks)),
    )


def a_flag(name: str, piece: Evidence, severity: Severity = Severity.HIGH) -> Flag:
    """A flag with one piece of evidence."""
    return Flag(name, severity, 0.8, f"Found: “{piece.quote}”.", (piece,), "risk")


def a_check(
    item: str,
    status: CheckStatus,
    *pieces: Evidence,
    fragile: tuple = (),  # type: ignore[type-arg]
) -> CheckResult:
    """A verdict on an item."""
    points = 10.0 if status is CheckStatus.PASS else 0.0
    told = "Never said." if not pieces else f"Said: “{pieces[0].quote}”."
    return CheckResult(
        "support", item, "said", status, points, 10.0, told, evidence=pieces, fragile=fragile
    )


def a_recording(path: Path, seconds: float) -> Path:
    """A WAV of steady noise: what is silent in it was silenced."""
    chance = np.random.default_rng(3)
    sound = (0.1 * 32767 * chance.standard_normal(round(seconds * RATE))).astype(np.int16)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(sound.tobytes())
    return path
