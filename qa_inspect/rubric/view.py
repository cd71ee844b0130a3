"""A call as checks read it: each utterance folded once, an index of what was said, who and when.

A view is made once per call and shared by all rubrics. This module does not know rules.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter
from typing import TypeAlias, TypeVar, cast

from qa_inspect.domain import Evidence, Metadata, Role, Transcript, Utterance
from qa_inspect.language import tokens
from qa_inspect.rubric.folding import fold, locate, marks
from qa_inspect.rubric.hearing import as_told, doubtful_stretches, unclear_stretches, word_places
from qa_inspect.rubric.past import CallPast
from qa_inspect.rubric.phrase_memory import KnownText, PhraseMemory
from qa_inspect.rubric.phrases import MarkedTexts, PhraseHit, PhraseList
from qa_inspect.rubric.sound_measures import VoiceBase, voice_bases

_Placed: TypeAlias = tuple[int, int, float, float]
"""Where a word begins and ends in its utterance's text, and in seconds."""

_Answer = TypeVar("_Answer")
_NOWHERE: Mapping[int, Sequence[int]] = {}
_LONG_SENTENCE = 240
"""Characters above which a stretch without a full stop is cut up before it is embedded."""


@dataclass(frozen=True)
class Line:
    """One utterance with its folded text and the text's marks, each worked out when first asked
    for. ``index`` is its place in the view; ``same`` is a line of the same text, which knows."""

    index: int
    utterance: Utterance
    same: Line | None = field(default=None, repr=False, compare=False)

    @cached_property
    def folded(self) -> str:
        """The text as phrases are matched on it."""
        return fold(self.utterance.text) if self.same is None else self.same.folded

    @cached_property
    def marks(self) -> AbstractSet[str]:
        """The small pieces by which an index finds the line."""
        return marks(self.folded) if self.same is None else self.same.marks

    @property
    def has_words(self) -> bool:
        """Whether anything is left of the text once it is folded; most texts tell unfolded."""
        return any(letter.isalnum() and letter != "ʼ" for letter in self.utterance.text) or bool(
            self.folded
        )


class CallView:
    """What checks ask of a call. Nothing in it changes; what is costly is worked out once."""

    def __init__(
        self,
        transcript: Transcript,
        metadata: Metadata | None = None,
        first: CallView | None = None,
        past: CallPast | None = None,
        memory: PhraseMemory | None = None,
    ) -> None:
        """``first`` is the same call as it was heard: what is known of its texts serves again.
        ``past`` is what is known of other calls, None where nobody looked. ``memory`` is what is
        known of texts from other calls."""
        self.transcript = transcript
        self.past = past
        self.metadata = metadata or Metadata()
        self._first = first
        self._memory = memory
        before: tuple[Line, ...] = first.lines if first else ()
        self.lines: tuple[Line, ...] = tuple(
            _line(at, utterance, before[at] if before else None)
            for at, utterance in enumerate(transcript.utterances)
        )
        self._changed = {
            new.index for new, old in zip(self.lines, before, strict=False) if _differ(new, old)
        }
        self._sentences: dict[int, tuple[tuple[int, int], ...]] = {}
        self._doubtful: dict[int, tuple[tuple[int, int], ...]] = {}
        self._words: dict[int, Sequence[_Placed]] = {}
        self._unclear: dict[int, tuple[tuple[int, int], ...]] = {}
        self._told: dict[tuple[str, int], tuple[Sequence[Line], object]] = {}
        self._likely: dict[int, Mapping[int, Sequence[int]]] = {}

    def recast(self, transcript: Transcript) -> CallView:
        """The call with its utterances given to others, or with words left out of some."""
        return CallView(transcript, self.metadata, self, self.past)

    def changed(self) -> AbstractSet[int]:
        """The lines (by index) whose text is not what was first heard."""
        return self._changed

    def of_role(self, role: str) -> tuple[Line, ...]:
        """Lines with words of ``agent`` or ``customer``; of both (and unknown) for ``any``."""
        return self._roles.get(role, ())

    @cached_property
    def _roles(self) -> Mapping[str, tuple[Line, ...]]:
        spoken = [line for line in self.lines if line.has_words]
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
    def voices(self) -> Mapping[str, VoiceBase]:
        """How each speaker usually sounds in this call, by speaker label; empty without sound."""
        return voice_bases(line.utterance for line in self.lines)

    @cached_property
    def end_s(self) -> float | None:
        """The call's length in seconds, or None where times are not known."""
        if self.transcript.duration_s is not None:
            return self.transcript.duration_s
        ends = [u.end_s for u in self.transcript.utterances if u.end_s is not None]
        return max(ends) if ends and self.has_times else None

    @cached_property
    def _marked(self) -> MarkedTexts:
        return MarkedTexts([line.marks for line in self.lines])

    def candidates(self, phrases: PhraseList, lines: Sequence[Line]) -> Sequence[Line]:
        """Those of ``lines`` that could hold one of the phrases."""
        likely = self._likely_of(phrases)
        return [line for line in lines if line.index in likely] if likely else ()

    def hits(self, phrases: PhraseList, line: Line) -> Sequence[PhraseHit]:
        """The phrases' hits in one of the view's lines, from left to right; found once."""
        if self._first is not None and line.index not in self._changed:
            return self._first.hits(phrases, line)
        positions = self._likely_of(phrases).get(line.index)
        if positions is None:
            return ()
        found = self._hits[line.index]
        known = found.get(phrases.key)
        if known is None:
            known = found[phrases.key] = tuple(phrases.hits_of(positions, line.folded))
        return known

    @cached_property
    def _hits(self) -> Sequence[dict[int, tuple[PhraseHit, ...]]]:
        """By line and then by list, the hits that are known."""
        if self._memory is None:
            return [{} for _ in self.lines]
        return [known.hits for known in self._remembered[1]]

    @cached_property
    def _remembered(self) -> tuple[AbstractSet[int], Sequence[KnownText]]:
        """The lists that the memory knew when the call was first looked at, and what it said."""
        if self._memory is None:
            return frozenset(), ()
        return self._memory.lists, [self._memory.of(line.folded) for line in self.lines]

    @cached_property
    def _remembered_likely(self) -> Mapping[int, Mapping[int, Sequence[int]]]:
        """By list and then by line, the phrases that may be there as the memory has them."""
        likely: dict[int, dict[int, Sequence[int]]] = {}
        for at, known in enumerate(self._remembered[1]):
            for key, positions in known.likely.items():
                if key in likely:
                    likely[key][at] = positions
                else:
                    likely[key] = {at: positions}
        return likely

    def _likely_of(self, phrases: PhraseList) -> Mapping[int, Sequence[int]]:
        known = self._likely.get(phrases.key)
        if known is None:
            known = self._likely[phrases.key] = self._worked_out(phrases)
        return known

    def _worked_out(self, phrases: PhraseList) -> Mapping[int, Sequence[int]]:
        if self._first is None:
            if phrases.key in self._remembered[0]:
                return self._remembered_likely.get(phrases.key, _NOWHERE)
            if self._memory is not None:
                self._memory.add(phrases)
            return phrases.likely_in(self._marked)
        first = self._first._likely_of(phrases)
        if not self._changed:
            return first
        likely: dict[int, Sequence[int]] = {}
        for at, before in first.items():
            left = before
            if at in self._changed:
                left = phrases.likely_of(before, self.lines[at].marks)
            if left:
                likely[at] = left
        for at in self._renewed:
            positions = phrases.likely(self.lines[at].marks)
            if positions:
                likely[at] = positions
        return likely

    @cached_property
    def _renewed(self) -> Sequence[int]:
        """The changed lines that hold what they did not hold before: words left out made it."""
        before = self._first.lines if self._first else ()
        return [at for at in self._changed if not self.lines[at].marks <= before[at].marks]

    def phrase_hits(
        self, phrases: PhraseList, lines: Sequence[Line]
    ) -> Iterator[tuple[Line, PhraseHit]]:
        """The first hit in each of ``lines``, in their order."""
        for line in self.candidates(phrases, lines):
            hits = self.hits(phrases, line)
            if hits:
                yield line, hits[0]

    def sentences(self, line: Line) -> tuple[tuple[int, int], ...]:
        """The sentences of a line as stretches of its original text."""
        if self._first is not None and line.index not in self._changed:
            return self._first.sentences(line)
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
        times = _word_times(self._placed(line), start, stop)
        begin_s, end_s = times if times else (utterance.start_s, utterance.end_s)
        return Evidence(utterance.index, begin_s, end_s, utterance.text[start:stop].strip())

    def _placed(self, line: Line) -> Sequence[_Placed]:
        known = self._words.get(line.index)
        if known is None:
            words = line.utterance.words
            places = zip(as_told(words), word_places(line.utterance.text, words), strict=True)
            known = [(*place, told[1], told[2]) for told, place in places if place is not None]
            self._words[line.index] = known
        return known

    def doubtful(self, line: Line) -> tuple[tuple[int, int], ...]:
        """The stretches of a line's original text that may hold a phrase heard as another."""
        known = self._doubtful.get(line.index)
        if known is None:
            known = self._doubtful[line.index] = doubtful_stretches(line.utterance)
        return known

    def unclear(self, line: Line) -> tuple[tuple[int, int], ...]:
        """The stretches of a line's original text that were hardly heard."""
        known = self._unclear.get(line.index)
        if known is None:
            known = self._unclear[line.index] = unclear_stretches(line.utterance)
        return known

    def confidence(self, lines: Sequence[Line]) -> float | None:
        """How well ``lines`` were heard, 0–1: the mean over utterances, weighted by their length.

        None where the recogniser gave no confidence.
        """
        return self.of_lines("confidence", lines, _mean_confidence)

    def of_lines(
        self, what: str, lines: Sequence[Line], ask: Callable[[Sequence[Line]], _Answer]
    ) -> _Answer:
        """What ``ask`` says of lines; asked once where rules look at the same lines again."""
        if not isinstance(lines, tuple):
            return ask(lines)
        # the very value, which its address tells for as long as it is kept beside the answer
        known = self._told.get((what, id(lines)))
        if known is None:
            known = self._told[what, id(lines)] = lines, ask(lines)
        return cast(_Answer, known[1])


def _mean_confidence(lines: Sequence[Line]) -> float | None:
    known = [
        (line.utterance.confidence, len(line.folded))
        for line in lines
        if line.utterance.confidence is not None
    ]
    total = sum(weight for _, weight in known)
    return sum(value * weight for value, weight in known) / total if total else None


def _differ(new: Line, old: Line) -> bool:
    return new.same is not old


def _line(at: int, utterance: Utterance, known: Line | None) -> Line:
    same = known is not None and known.utterance.text == utterance.text
    return Line(at, utterance, known if same else None)


def _word_times(placed: Sequence[_Placed], start: int, end: int) -> tuple[float, float] | None:
    """Start and end in seconds of the words within a stretch of the text."""
    first = bisect_right(placed, start, key=itemgetter(1))
    after = bisect_left(placed, end, lo=first, key=itemgetter(0))
    inside = placed[first:after]
    if not inside:
        return None
    return min(map(itemgetter(2), inside)), max(map(itemgetter(3), inside))


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
