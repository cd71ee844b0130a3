"""What words say about a speaker's role: phrases of agents, customers and announcements.

The phrases are data, one YAML file a language in ``role_phrases/``. This module does not decide
anything; ``roles`` weighs its evidence with everything else.
"""

from __future__ import annotations

import functools
import itertools
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import yaml

PHRASE_FOLDER = Path(__file__).resolve().parent / "role_phrases"
UNSPACED = frozenset({"zh", "th"})
"""Languages matched without word boundaries, on text without spaces."""

_MOST_REPEATS = 4
_REPEAT_POWER = 0.6
"""The same phrase again says less each time: n hits count as ``min(n, 4) ** 0.6``."""

_PUNCTUATION = re.compile(r"[^\w\s]|_")


@dataclass(frozen=True, slots=True)
class WordEvidence:
    """Evidence for one speaker: natural log-odds of agent over customer, and phrase counts.

    ``announcement`` is the weight of phrases that only machines say and ``announced`` the share
    (0–1) of utterances with one of them. ``phrases`` counts the different phrases that were found
    for either role.
    """

    agent_over_customer: float
    announcement: float
    announced: float
    phrases: int


@dataclass(frozen=True, slots=True)
class PhraseSet:
    """The phrases of one language: compiled pattern and weight by group."""

    language: str
    groups: Mapping[str, tuple[tuple[re.Pattern[str], float], ...]]


def languages() -> tuple[str, ...]:
    """The languages that have phrases."""
    return tuple(sorted(path.stem for path in PHRASE_FOLDER.glob("*.yaml")))


@functools.cache
def phrases_of(language: str) -> PhraseSet:
    """The phrases of a language; an empty set where it has none."""
    path = PHRASE_FOLDER / f"{language}.yaml"
    if not path.is_file():
        return PhraseSet(language, MappingProxyType({}))
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    groups = {
        group: tuple(
            (_compile(str(phrase), language), float(block["weight"]))
            for block in blocks
            for phrase in block["phrases"]
        )
        for group, blocks in data.items()
    }
    return PhraseSet(language, MappingProxyType(groups))


def weigh_words(texts: Iterable[str], language: str) -> WordEvidence:
    """What a speaker's utterances say about his role, phrases repeated counting less and less."""
    found = phrases_of(language)
    plain = [plain_text(text, language) for text in texts]
    everything = "\n".join(plain)
    sums: dict[str, float] = {}
    machine = 0
    kinds = 0
    for group, patterns in found.groups.items():
        for pattern, weight in patterns:
            hits = _count(pattern, everything)
            if hits:
                sums[group] = sums.get(group, 0.0) + weight * hits**_REPEAT_POWER
                kinds += group != "announcement"
    if sums.get("announcement"):
        said_by_machines = [pattern for pattern, _ in found.groups["announcement"]]
        machine = sum(any(p.search(text) for p in said_by_machines) for text in plain)
    return WordEvidence(
        agent_over_customer=sums.get("agent", 0.0) - sums.get("customer", 0.0),
        announcement=sums.get("announcement", 0.0),
        announced=machine / len(plain) if plain else 0.0,
        phrases=kinds,
    )


@functools.lru_cache(maxsize=4096)
def plain_text(text: str, language: str) -> str:
    """Text as phrases are matched: NFKC, lower case, no punctuation; Chinese simplified."""
    text = unicodedata.normalize("NFKC", text).casefold()
    if language in UNSPACED:
        text = re.sub(r"[\s\W_]+", "", text) if language == "zh" else re.sub(r"\s+", "", text)
        return _simplified(text) if language == "zh" else text
    return " ".join(_PUNCTUATION.sub(" ", text.replace("’", "'")).split())


def _compile(phrase: str, language: str) -> re.Pattern[str]:
    phrase = unicodedata.normalize("NFKC", phrase)
    if language in UNSPACED:
        return re.compile(phrase, re.MULTILINE)
    return re.compile(rf"(?<!\w)(?:{phrase})(?!\w)", re.MULTILINE)


def _count(pattern: re.Pattern[str], lines: str) -> int:
    return sum(1 for _ in itertools.islice(pattern.finditer(lines), _MOST_REPEATS))


@functools.cache
def _converter() -> object:
    from opencc import OpenCC

    return OpenCC("t2s")


def _simplified(text: str) -> str:
    return str(_converter().convert(text))  # type: ignore[attr-defined]
