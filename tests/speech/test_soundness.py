"""Voicemails and conferences are told from calls by who speaks when."""

from __future__ import annotations

import pytest

from qa_inspect.domain import SpeakerTurn
from qa_inspect.speech.soundness import doubts


def turns(*rows: tuple[str, float]) -> list[SpeakerTurn]:
    """Turns one after the other, each of some seconds."""
    made, now = [], 0.0
    for speaker, seconds in rows:
        made.append(SpeakerTurn(now, now + seconds, speaker))
        now += seconds + 0.5
    return made


@pytest.mark.parametrize(
    ("rows", "word"),
    [
        ([("A", 5.0), ("A", 3.0), ("B", 20.0), ("B", 4.0)], "voicemail"),
        ([(name, 4.0) for name in "ABCDEF" * 2], "6 people"),
        ([("A", 5.0), ("B", 4.0), ("A", 3.0)], None),
        ([("A", 5.0), ("B", 0.5)], None),
        ([("A", 30.0)], None),
        ([("A", 9.0), ("B", 9.0), ("C", 9.0), ("D", 1.0), ("A", 2.0)], None),
        ([], None),
    ],
)
def test_what_is_no_call_between_two_is_noticed(
    rows: list[tuple[str, float]], word: str | None
) -> None:
    found = doubts(turns(*rows))
    assert found == () if word is None else word in found[0]
