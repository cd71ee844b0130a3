"""Small calls, rubrics and a scripted sentence model for the rubric tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from qa_inspect.domain import (
    CheckResult,
    Metadata,
    Role,
    SpeakerTurn,
    Transcript,
    Utterance,
    Verdict,
    Word,
)
from qa_inspect.rubric.load import parse_rubric
from qa_inspect.rubric.schema import Rubric
from qa_inspect.rubric.score import judge_call
from qa_inspect.rubric.tools import Tools


class TopicEmbedder:
    """Texts with a topic's word lie on that topic's axis; all others on one of their own."""

    model = "topics"

    def __init__(self, topics: Mapping[str, Sequence[str]]) -> None:
        self._topics = topics
        self.asked: list[tuple[str, ...]] = []

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        self.asked.append(tuple(texts))
        rows = np.zeros((len(texts), len(self._topics) + 1), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            axis = len(self._topics)
            for at, words in enumerate(self._topics.values()):
                if any(word in text.lower() for word in words):
                    axis = at
            row[axis] = 1.0
        return rows


TOPICS = {
    "care": ("upset", "annoying", "understand how"),
    "contract": ("contract", "policy"),
}


def tools() -> Tools:
    return Tools(TopicEmbedder(TOPICS))


def call(
    *turns: tuple[str, str] | tuple[str, str, float, float],
    language: str = "en",
    confidence: float | None = None,
    words: bool = False,
    speaker_turns: Sequence[tuple[float, float, str]] = (),
    needs_review: bool = False,
) -> Transcript:
    """A call of (role, text) or (role, text, start_s, end_s)."""
    utterances = []
    for at, turn in enumerate(turns):
        role, text = turn[0], turn[1]
        start, end = (turn[2], turn[3]) if len(turn) == 4 else (None, None)
        timed: tuple[Word, ...] = ()
        if words and start is not None and end is not None:
            parts = text.split()
            step = (end - start) / max(1, len(parts))
            timed = tuple(
                Word(part, start + i * step, start + (i + 1) * step, 0.9)
                for i, part in enumerate(parts)
            )
        utterances.append(
            Utterance(at, Role(role), role, text, language, start, end, confidence, timed)
        )
    ends = [u.end_s for u in utterances if u.end_s is not None]
    return Transcript(
        language=language,
        utterances=tuple(utterances),
        turns=tuple(SpeakerTurn(*turn) for turn in speaker_turns),
        duration_s=max(ends) if ends else None,
        needs_review=needs_review,
    )


def rubric(items: str = "", flags: str = "", head: str = "") -> Rubric:
    """A rubric of items and flags written as YAML list entries."""
    parts = ["rubric: test", head]
    if items:
        parts += ["items:", items]
    if flags:
        parts += ["flags:", flags]
    return parse_rubric("\n".join(parts), "test.yaml")


def judge(rule: str, transcript: Transcript, metadata: Metadata | None = None) -> CheckResult:
    """The verdict on one item ``x`` whose fields are ``rule`` (YAML flow mapping inside)."""
    made = rubric(f"  - {{id: x, {rule}}}")
    return verdict(made, transcript, metadata).checks[0]


def verdict(made: Rubric, transcript: Transcript, metadata: Metadata | None = None) -> Verdict:
    return judge_call(transcript, metadata or Metadata(), [made], tools())
