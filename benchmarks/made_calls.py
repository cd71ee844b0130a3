"""Makes any number of written service calls to score, the same ones for the same seed.

Every sentence is composed here from the project's own patterns with names, numbers, goods and
places put in, so that most sentences occur once, as in real life, and some (greetings, thanks,
short answers) in nearly every call. English and Chinese. This module does not know what is timed.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path

import yaml

from qa_inspect.domain import (
    CallResult,
    CallStatus,
    Metadata,
    Recording,
    Role,
    SpeakerTurn,
    Transcript,
    Utterance,
    Word,
)

_SLOT = re.compile(r"\{(\w+)\}")
_WORD = re.compile(r"\S+")
_SECONDS_A_LETTER: Mapping[str, float] = {"en": 0.065, "zh": 0.22}
_SHORT_SHARE = 0.36
"""Short answers between opening and closing. Of the turns of 335 real Chinese calls 39 % have six
characters or fewer, and one in twenty names a number; here every third does, which costs more."""
_DOUBLE_SHARE = 0.2
_DOUBTFUL_SHARE = 0.05
"""Words heard with a confidence below 0.5, as in samples that the project's recogniser heard."""
_HARSH_SHARE = 0.12
"""Calls with threats, abuse or a rude agent in them."""


@dataclass(frozen=True, slots=True)
class Patterns:
    """What is said in one language, by phase of a call; ``{slot}`` stands for one of its words."""

    slots: Mapping[str, Sequence[str]]
    opening: Sequence[str]
    identity: Sequence[str]
    problem: Sequence[str]
    agent: Sequence[str]
    customer: Sequence[str]
    short: Sequence[str]
    harsh_agent: Sequence[str]
    harsh_customer: Sequence[str]
    closing: Sequence[str]
    goodbye: Sequence[str]


def _read(text: str) -> Mapping[str, Patterns]:
    numbers = [str(n) for n in range(3, 900, 7)]
    orders = [f"{a}{n}" for a in ("K", "RX", "9", "44") for n in range(10_421, 99_999, 1_733)]
    made = {}
    for language, parts in yaml.safe_load(text).items():
        coin = "块钱" if language == "zh" else " pounds"
        money = [f"{n}{coin}" for n in range(5, 900, 9)]
        slots = {**parts.pop("slots"), "number": numbers, "order": orders, "money": money}
        made[language] = Patterns(slots=slots, **parts)
    return made


LANGUAGES = _read(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))


def pattern_of() -> Mapping[str, tuple[str, ...]]:
    """Every pattern by language, for vectors that lie where such sentences lie."""
    return {
        language: tuple(
            text
            for part in fields(patterns)
            if part.name != "slots"
            for text in getattr(patterns, part.name)
        )
        for language, patterns in LANGUAGES.items()
    }


def calls(count: int, *, utterances: int = 60, seed: int = 3) -> Iterator[CallResult]:
    """``count`` calls of ``utterances`` turns, two in three English, not yet judged."""
    for number in range(count):
        chance = random.Random(f"{seed}-{number}")
        language = "zh" if number % 3 == 2 else "en"
        yield _call(number, language, utterances, chance)


def _call(number: int, language: str, utterances: int, chance: random.Random) -> CallResult:
    spoken = list(_script(LANGUAGES[language], utterances, chance))
    said: list[Utterance] = []
    now = 0.4
    for at, (role, text) in enumerate(spoken):
        now += chance.choice((0.2, 0.3, 0.5, 0.8, 1.4, 4.0))
        length = max(0.4, len(text) * _SECONDS_A_LETTER[language])
        said.append(_utterance(at, role, text, language, now, length, chance))
        now += length
    transcript = Transcript(
        language=language,
        utterances=tuple(said),
        turns=tuple(SpeakerTurn(u.start_s or 0.0, u.end_s or 0.0, u.speaker) for u in said),
        roles={"S0": Role.AGENT, "S1": Role.CUSTOMER},
        duration_s=round(now + 1.0, 2),
        speech_s=round(sum((u.end_s or 0.0) - (u.start_s or 0.0) for u in said), 2),
        role_confidence=0.9,
    )
    began = datetime(2026, 3, 2, tzinfo=UTC) + timedelta(seconds=97 * number)
    metadata = Metadata(agent_id=f"A{number % 40:02d}", language=language, started_at=began)
    recording = Recording(f"made-{number:06d}", None, f"{number:064x}", metadata)
    return CallResult(recording, CallStatus.OK, transcript)


def _script(
    patterns: Patterns, utterances: int, chance: random.Random
) -> Iterator[tuple[Role, str]]:
    """Who says what, opening to goodbye."""
    harsh = chance.random() < _HARSH_SHARE

    def say(part: Sequence[str]) -> str:
        return _filled(chance.choice(part), patterns.slots, chance)

    yield Role.AGENT, say(patterns.opening)
    yield Role.CUSTOMER, say(patterns.problem)
    yield Role.AGENT, say(patterns.identity)
    for at in range(3, utterances - 3):
        role = Role.AGENT if at % 2 == 0 else Role.CUSTOMER
        usual = patterns.agent if role is Role.AGENT else patterns.customer
        rude = patterns.harsh_agent if role is Role.AGENT else patterns.harsh_customer
        if chance.random() < _SHORT_SHARE:
            yield role, say(patterns.short)
        elif harsh and chance.random() < 0.1:
            yield role, say(rude)
        elif chance.random() < _DOUBLE_SHARE:
            yield role, f"{say(usual)} {say(usual)}"
        else:
            yield role, say(usual)
    yield Role.AGENT, say(patterns.closing)
    yield Role.CUSTOMER, say(patterns.short)
    yield Role.AGENT, say(patterns.goodbye)


def _filled(pattern: str, slots: Mapping[str, Sequence[str]], chance: random.Random) -> str:
    return _SLOT.sub(lambda slot: chance.choice(slots[slot.group(1)]), pattern)


def _utterance(
    at: int,
    role: Role,
    text: str,
    language: str,
    start_s: float,
    length_s: float,
    chance: random.Random,
) -> Utterance:
    pieces = (
        _WORD.findall(text)
        if language != "zh"
        else [text[i : i + 2] for i in range(0, len(text), 2)]
    )
    step = length_s / len(pieces)
    words = tuple(
        Word(
            piece if language == "zh" or not i else f" {piece}",
            round(start_s + i * step, 3),
            round(start_s + (i + 1) * step, 3),
            _confidence(chance),
        )
        for i, piece in enumerate(pieces)
    )
    return Utterance(
        at,
        role,
        "S0" if role is Role.AGENT else "S1",
        text,
        language,
        round(start_s, 3),
        round(start_s + length_s, 3),
        round(sum(w.confidence for w in words) / len(words), 4),
        words,
    )


def _confidence(chance: random.Random) -> float:
    """Of a word as a recogniser gives it: most are sure, some are not."""
    doubtful = chance.random() < _DOUBTFUL_SHARE
    return round(0.5 * chance.random() if doubtful else 0.7 + 0.3 * chance.random(), 4)
