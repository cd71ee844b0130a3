"""The columns of a manifest: how each one's text is read, and what text is refused.

This module does not know about files and lines.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from qa_inspect.domain import Channels, Direction, Metadata, base_language

MAX_ID = 200
MAX_TEXT = 10_000
_CODES = (
    "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da "
    "de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha haw he hi ho hr ht hu "
    "hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb "
    "lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om "
    "or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw "
    "ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo yue za zh zu"
)
LANGUAGES = frozenset(_CODES.split())
"""Codes that a call's language can have (ISO 639-1, and four that recognisers know beside)."""
_LANGUAGE_ALIASES = {"cmn": "zh", "in": "id", "iw": "he", "fil": "tl", "eng": "en", "zho": "zh"}


def bad_text(name: str, value: str) -> str | None:
    """What is wrong with a value as text (control characters, length), or None."""
    longest = MAX_ID if name == "call_id" else MAX_TEXT
    if len(value) > longest:
        return f"is longer than {longest} characters"
    allowed = "" if name in FIELDS or name in {"path", "call_id"} else "\n\r\t"
    for character in value:
        if character not in allowed and is_control(character):
            return f"holds the control character U+{ord(character):04X}"
    return None


def is_control(character: str) -> bool:
    """Whether ``character`` could garble a listing: controls, bidi overrides, lone surrogates."""
    return (
        unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}
        or "\u202a" <= character <= "\u202e"
        or "\u2066" <= character <= "\u2069"
    )


def _language(value: str) -> str | None:
    """The base language in lower case: ``zh-CN`` is ``zh``; ``auto`` is to be found out."""
    base = base_language(value)
    base = _LANGUAGE_ALIASES.get(base, base)
    if base == "auto":
        return None
    if base not in LANGUAGES:
        raise ValueError("is no language code such as en, zh, id, vi, th or ms")
    return base


def _direction(value: str) -> Direction:
    try:
        return Direction(value.lower())
    except ValueError:
        raise ValueError("is neither inbound nor outbound") from None


def _channels(value: str) -> Channels:
    try:
        return Channels(value.lower().replace("_", "-"))
    except ValueError:
        raise ValueError("is none of agent-left, agent-right, mono") from None


def _moment(value: str) -> datetime:
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        raise ValueError("is no ISO 8601 date and time such as 2026-03-31T14:05:00+08:00") from None


def _whole(least: int, most: int) -> Callable[[str], int]:
    def convert(value: str) -> int:
        try:
            number = float(value)
        except ValueError:
            number = least - 1.0
        if not (least <= number <= most and number == int(number)):
            raise ValueError(f"is no whole number from {least} to {most}")
        return int(number)

    return convert


FIELDS: Mapping[str, Callable[[str], object]] = MappingProxyType(
    {
        "agent_id": str,
        "agent_name": str,
        "team": str,
        "customer_id": str,
        "language": _language,
        "market": str,
        "direction": _direction,
        "started_at": _moment,
        "channels": _channels,
        "csat": _whole(1, 5),
        "nps": _whole(0, 10),
        "topic": str,
    }
)
"""The manifest's columns besides ``path`` and ``call_id``, and how each one's text is read."""


def metadata_of(values: Mapping[str, str], fault: Callable[[str, str], None]) -> Metadata:
    """What the columns say; names that are no column become attributes, empty values nothing.

    ``fault(name, problem)`` is called for every value that cannot be read.
    """
    known: dict[str, Any] = {}
    attributes: dict[str, str] = {}
    for name, value in values.items():
        if not value:
            continue
        if name not in FIELDS:
            attributes[name] = value
            continue
        try:
            known[name] = FIELDS[name](value.strip())
        except ValueError as error:
            fault(name, f"{value[:80]!r} {error}")
    return Metadata(**known, attributes=MappingProxyType(attributes))
