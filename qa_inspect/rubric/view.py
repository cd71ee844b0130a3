"""A call as checks read it: each utterance folded once, an index of what was said, who and when.

A view is made once per call and shared by all rubrics. This module does not know rules.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property

from qa_inspect.domain import Evidence, Metadata, Role, Transcript, Utterance
from qa_inspect.language import tokens
from qa_inspect.rubric.folding import fold, locate, marks
from qa_inspect.rubric.phrases import PhraseHit, PhraseList

_LONG_SENTENCE = 240
"""Characters above which a stretch without a full stop is cut up before it is embedded."""


@dataclass(frozen=True, slots=True)
class Line:
    """One utterance with its folded text and the text's marks. ``index`` is its place in the
    view."""

    index: int
    utterance: Utterance
    folded: str
    marks: AbstractSet[str]


class CallView:
    """What checks ask of a call. Nothing in it changes; what is costly is worked out once."""

    def __init__(self, transcript: Transcript, metadata: Metadata | None = None) -> None:
        self.transcript = transcript
        self.metadata = metadata or Metadata()
        self.lines = tuple(
            Line(at, utterance, folded := fold(utterance.text), marks(folded))
            for at, utterance in enumerate(transcript.utterances)
        )
        self._sentences: dict[int, tuple[tuple[int, int], ...]] = {}

    def of_role(self, role: str) -> tuple[Line, ...]:
        """Lines with words of ``agent`` or ``customer``; of both (and unknown) for ``any``."""
        return self._roles.get(role, ())

    @cached_property
    def _roles(self) -> Mapping[str, tuple[Line, ...]]:
        spoken = [line for line in self.lines if line.folded]
        return {
            "any": tuple(line for line in spoken if line.utterance.role is not Role.OTHER),
            **{
                role.value: tuple(line for line in spoken if line.utterance.role is role)
                for role in (Role.AGENT, Role.CUSTOMER)
            },
        }

    @property
    def role_is_open(self) -> bool:
        """Whether somebody speaks of whom it is not known who they are."""
        return any(line.utterance.role is Role.UNKNOWN for line in self.lines)

    @cached_property
    def has_times(self) -> bool:
        """Whether every utterance knows when it was said."""
        return self.transcript.has_times

    @cached_property
    def end_s(self) -> float | None:
        """The call's length in seconds, or None where times are not known."""
        if self.transcript.duration_s is not None:
            return self.transcript.duration_s
        ends = [u.end_s for u in self.transcript.utterances if u.end_s is not None]
        return max(ends) if ends and self.has_times else None

    @cached_property
    def _index(self) -> Mapping[str, frozenset[int]]:
        found: dict[str, set[int]] = defaultdict(set)
        for line in self.lines:
            for mark in line.marks:
                found[mark].add(line.index)
        return {mark: frozenset(at) for mark, at in found.items()}

    def candidates(self, phrases: PhraseList, lines: Sequence[Line]) -> Sequence[Line]:
        """Those of ``lines`` that could hold one of the phrases."""
        if phrases.anywhere:
            return lines
        at: set[int] = set()
        index = self._index
        for mark in phrases.by_mark.keys() & index.keys():
            at |= index[mark]
        return [line for line in lines if line.index in at] if at else ()

    def phrase_hits(
        self, phrases: PhraseList, lines: Sequence[Line]
    ) -> Iterator[tuple[Line, PhraseHit]]:
        """The first hit in each of ``lines``, in their order."""
        for line in self.candidates(phrases, lines):
            hit = phrases.first(line.folded, line.marks)
            if hit is not None:
                yield line, hit

    def sentences(self, line: Line) -> tuple[tuple[int, int], ...]:
        """The sentences of a line as stretches of its original text."""
        known = self._sentences.get(line.index)
        if known is None:
            known = self._sentences[line.index] = tuple(_sentence_spans(line.utterance))
        return known

    def evidence_of(self, line: Line, hit: PhraseHit) -> Evidence:
        """Proof of a phrase: the very words, with their own times where words have times."""
        text = line.utterance.text
        return self.evidence(line, *locate(text, line.folded, hit.start, hit.end))

    def evidence(self, line: Line, start: int = 0, end: int | None = None) -> Evidence:
        """Proof from a stretch of a line's original text; the whole line unless said."""
        utterance = line.utterance
        stop = len(utterance.text) if end is None else end
        times = _word_times(utterance, start, stop)
        begin_s, end_s = times if times else (utterance.start_s, utterance.end_s)
        return Evidence(utterance.index, begin_s, end_s, utterance.text[start:stop].strip())

    def confidence(self, lines: Sequence[Line]) -> float | None:
        """How well ``lines`` were heard, 0–1: the mean over utterances, weighted by their length.

        None where the recogniser gave no confidence.
        """
        known = [
            (line.utterance.confidence, len(line.folded))
            for line in lines
            if line.utterance.confidence is not None
        ]
        total = sum(weight for _, weight in known)
        return sum(value * weight for value, weight in known) / total if total else None


def _word_times(utterance: Utterance, start: int, end: int) -> tuple[float, float] | None:
    """Start and end in seconds of the words within a stretch of the text."""
    position = 0
    inside = []
    for word in utterance.words:
        text = word.text.strip()
        at = utterance.text.find(text, position) if text else -1
        if at < 0:
            continue
        position = at + len(text)
        if at < end and position > start:
            inside.append(word)
    if not inside:
        return None
    return min(word.start_s for word in inside), max(word.end_s for word in inside)


def _sentence_spans(utterance: Utterance) -> Iterator[tuple[int, int]]:
    text = utterance.text
    position = 0
    spans: list[tuple[int, int]] = []
    for sentence in tokens.sentences(text, utterance.language):
        at = text.find(sentence, position)
        if at < 0:
            yield 0, len(text)
            return
        position = at + len(sentence)
        spans.append((at, position))
    for start, end in spans or [(0, len(text))]:
        yield from _cut_up(text, start, end)


def _cut_up(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while end - start > _LONG_SENTENCE:
        blank = text.rfind(" ", start + _LONG_SENTENCE // 2, start + _LONG_SENTENCE)
        middle = blank if blank > 0 else start + _LONG_SENTENCE
        yield start, middle
        start = middle
    yield start, end
