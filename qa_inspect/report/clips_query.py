"""Lines of calls that mean what somebody describes in his own words, in any language.

A line's nearness to the query is told beside its nearness to ordinary lines of the telephone in
the query's language: how many standard deviations it lies above their mean. So a line that is near
to everything finds nothing, and a line of another language stands equal (a sentence model puts
each language in a corner of its own). Words that both share raise it. Each sentence of a line is
compared, and the line whole. This module does not know stores or verdicts.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import numpy.typing as npt

from qa_inspect.domain import CallResult, Evidence, Role
from qa_inspect.language.content import content
from qa_inspect.language.embed import Vector
from qa_inspect.language.tokens import table_language
from qa_inspect.report.clips_choosing import QueryHit
from qa_inspect.rubric.folding import fold
from qa_inspect.rubric.taxonomy import EVERY_LANGUAGE, Taxonomy
from qa_inspect.rubric.tools import Tools
from qa_inspect.rubric.view import CallView, Line

LEAST = 1.0
"""Standard deviations from which a line fits: of ordinary lines one in six lies so near, of a query
about something that is in no call none of the samples' lines does."""
SAME_WORDS = 2.0
"""What a line gets that shares every telling word with the query."""
_MOST_A_CALL = 3
_BESIDE_BEST = 0.6
"""Lines with less than this part of the best line's score are not shown beside it."""
FITS = 2.0
"""Standard deviations from which a line is shown unasked: of 16 searches for what is in no call
(8 queries, two databases) 10 found lines above 1 and 2 found lines above 2."""
_OF_BEST = 0.5
"""Lines with less than this part of the score of the best line of all calls are weak beside it."""
_LEAST_ORDINARY = 20
_TELLS_LANGUAGE = 4
"""Words from which the sentence model tells in which language a query is."""
_TOGETHER = 100


@dataclass(frozen=True, slots=True)
class _Text:
    line: Line
    start: int
    end: int

    @property
    def words(self) -> str:
        return self.line.utterance.text[self.start : self.end].strip()


class QuerySearch:
    """A query, ready to be compared. ``taxonomy`` gives ordinary lines of the telephone.

    Raises ModelError where the sentence model is missing.
    """

    def __init__(
        self, query: str, taxonomy: Taxonomy, tools: Tools, said_by: Role | None = None
    ) -> None:
        self._tools = tools
        self._said_by = said_by
        self._vector = tools.vectors([query])[0]
        banks = {
            language: tools.example_vectors(lines)
            for language, lines in _ordinary_lines(taxonomy).items()
        }
        self._language = _language(query, self._vector, banks)
        self._ordinary = banks[self._language]
        self._words = content(fold(query), self._language)

    def find(
        self, calls: Iterable[CallResult], kept: Callable[[], None] = lambda: None
    ) -> Iterator[tuple[str, tuple[QueryHit, ...]]]:
        """The calls with a line that fits, each with its id and its three best lines, the best
        first. ``kept`` is called now and then, when vectors may be written."""
        waiting = iter(calls)
        while part := list(islice(waiting, _TOGETHER)):
            texts = [self._texts(call) for call in part]
            flat = list(dict.fromkeys(text.words for own in texts for text in own))
            scores = dict(zip(flat, self._nearness(flat), strict=True)) if flat else {}
            for call, own in zip(part, texts, strict=True):
                hits = self._hits(call, own, scores)
                if hits:
                    yield call.recording.call_id, hits
            kept()

    def _texts(self, call: CallResult) -> tuple[_Text, ...]:
        if call.transcript is None:
            return ()
        view = CallView(call.transcript)
        asked = "any" if self._said_by is None else self._said_by.value
        found = []
        for line in view.of_role(asked):
            whole = (0, len(line.utterance.text))
            places = dict.fromkeys((whole, *view.sentences(line)))
            found += [text for place in places if (text := _Text(line, *place)).words]
        return tuple(found)

    def _nearness(self, texts: Sequence[str]) -> npt.NDArray[np.float64]:
        vectors: Vector = self._tools.vectors(texts)
        ordinary = vectors @ self._ordinary.T
        spread = np.maximum(ordinary.std(axis=1), 1e-3)
        return np.asarray((vectors @ self._vector - ordinary.mean(axis=1)) / spread, np.float64)

    def _hits(
        self, call: CallResult, texts: Sequence[_Text], scores: Mapping[str, float]
    ) -> tuple[QueryHit, ...]:
        best: dict[int, tuple[float, _Text]] = {}
        for text in texts:
            language = text.line.utterance.language
            score = float(scores[text.words]) + SAME_WORDS * self._shared(text.words, language)
            if score >= LEAST and score > best.get(text.line.index, (0.0, text))[0]:
                best[text.line.index] = (score, text)
        ranked = sorted(best.values(), key=lambda b: (-b[0], b[1].line.index))[:_MOST_A_CALL]
        return tuple(
            QueryHit(_evidence(text), fit(score))
            for score, text in ranked
            if score >= _BESIDE_BEST * ranked[0][0]
        )

    def _shared(self, text: str, language: str) -> float:
        total = sum(self._words.values())
        plain = text.casefold()
        if not total or (plain.isascii() and not any(unit in plain for unit in self._words)):
            return 0.0  # putting text into one form takes longer than all else
        said = content(fold(text), language)
        return sum(weight for unit, weight in self._words.items() if unit in said) / total


def fit(score: float) -> float:
    """Standard deviations as 0–1 for people: 1 is 0.39, 2 is 0.63, 4 is 0.86."""
    return 1.0 - math.exp(-max(0.0, score) / 2.0)


def fitting(
    hits: Mapping[str, Sequence[QueryHit]],
) -> tuple[Mapping[str, tuple[QueryHit, ...]], int]:
    """The calls whose lines fit well, with those lines, and how many calls fit only weakly."""
    every = [hit.fit for own in hits.values() for hit in own]
    least = fit(max(FITS, _OF_BEST * _score(max(every, default=0.0))))
    well = {call: tuple(hit for hit in own if hit.fit >= least) for call, own in hits.items()}
    kept = {call: own for call, own in well.items() if own}
    return kept, len(hits) - len(kept)


def _score(fits: float) -> float:
    return -2.0 * math.log(max(1e-9, 1.0 - fits))


def _evidence(text: _Text) -> Evidence:
    said = text.line.utterance
    whole = text.start == 0 and text.end >= len(said.text)
    length = max(1, len(said.text))
    start_s, end_s = said.start_s, said.end_s
    if not whole and start_s is not None and end_s is not None:
        # Single words are read later, for the calls that are chosen: letters tell well enough
        took = end_s - start_s
        start_s, end_s = start_s + took * text.start / length, start_s + took * text.end / length
    return Evidence(said.index, start_s, end_s, text.words)


def _ordinary_lines(taxonomy: Taxonomy) -> Mapping[str, Sequence[str]]:
    lines: dict[str, list[str]] = {}
    for examples in (*(topic.examples for topic in taxonomy.topics), taxonomy.small_talk):
        for language, own in examples.items():
            lines.setdefault(language, []).extend(own)
    enough = {code: own for code, own in lines.items() if len(own) >= _LEAST_ORDINARY}
    return enough or {EVERY_LANGUAGE: [line for own in lines.values() for line in own]}


def _language(query: str, vector: Vector, banks: Mapping[str, Vector]) -> str:
    """The language of a query: by its script, else by where its vector lies, if it is long."""
    script = table_language("", query)
    if script in banks and script != "en":
        return script
    latin = {code: bank for code, bank in banks.items() if code not in ("zh", "th")} or banks
    if len(query.split()) < _TELLS_LANGUAGE and "en" in latin:
        return "en"
    return max(latin, key=lambda code: float((latin[code] @ vector).mean()))
