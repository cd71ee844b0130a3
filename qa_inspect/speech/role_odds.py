"""What a speaker's words say about his role, all kinds of words taken together.

Phrases (``role_evidence``) and the trained head (``role_head``) are tempered into one calibrated
log-odds; where they leave a call open, the meaning of its sentences (``role_meaning``) is asked.
This module does not know channels, voices or who else is in the call.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from qa_inspect.speech.role_evidence import weigh_words
from qa_inspect.speech.role_head import head_odds

TEMPERS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {"zh": (0.25, 1.2), "en": (0.45, 0.35)}
)
"""How much phrases and head count: what is said in one call is not independent, and a head knows
the trade that it was trained on best. ``benchmarks/train_role_head.py`` prints what fits calls
left out; the head is trusted less than that, for calls of other trades."""

PHRASES_ALONE = (0.45, 0.0)
"""The same for a language without labelled calls."""


@dataclass(frozen=True, slots=True)
class SpeakerWords:
    """What one speaker's words say.

    ``odds``: natural log-odds of agent over customer. ``announcement``: weight of phrases that
    only machines say; ``announced`` is the share (0–1) of his utterances that hold one.
    """

    odds: float
    announcement: float
    announced: float


def weigh_speaker(texts: Sequence[str], language: str) -> SpeakerWords:
    """Phrases and head together for all that one speaker said. Raises ModelError."""
    found = weigh_words(texts, language)
    phrases, head = TEMPERS.get(language, PHRASES_ALONE)
    odds = phrases * found.agent_over_customer
    if head:
        odds += head * head_odds(texts, language)
    return SpeakerWords(odds, found.announcement, found.announced)
