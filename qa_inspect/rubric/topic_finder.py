"""Which topics a call is about, by the customer's sentences.

Each sentence's vector is compared with a taxonomy's example lines in two ways, and their log-odds
against small talk are added: half those of the mean of ``exp(cosine / 0.05)`` over a topic's
examples (a kernel estimate of how dense they lie there), which knows what is said in the words of
an example; and those of a logistic regression fitted to all the examples when they are loaded,
which learns across languages. A phrase of the topic raises them.
Vectors are taken from the middle of their language first, for a sentence model puts all of a
language, and all that is said on the telephone, into one narrow cone; so lines of other languages
help too. A sentence speaks for the topic it fits best, if it fits one; a call is about the foremost
of the topics that its sentences speak for, and about those that fit more clearly still and are not
faint beside the foremost one. Sentences of danger, death or abuse show nothing and decide nothing:
by the taxonomy's own words, or as whoever asks knows of a call.

This module does not know stores, periods or what a topic is good for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import islice
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from qa_inspect.domain import Evidence, Role, Transcript, Utterance
from qa_inspect.language import tokens
from qa_inspect.language.content import content
from qa_inspect.language.embed import Vector
from qa_inspect.rubric.folding import fold, marks
from qa_inspect.rubric.phrases import MarkedTexts, PhraseList
from qa_inspect.rubric.taxonomy import EVERY_LANGUAGE, Taxonomy, language_key
from qa_inspect.rubric.tools import Tools
from qa_inspect.rubric.view import CallView

Odds = npt.NDArray[np.float64]

WIDTH = 0.05
"""Cosine that makes an example e times as likely."""
PHRASE_ODDS = 4.0
"""What a phrase of the topic adds."""
LEAST_PART = 0.25
"""A topic with less than this part of the foremost topic's odds is left out."""
SECOND = 1.0
"""What a further topic's clearest sentence has to have above ``fits_from``: of forty sentences some
faintly fit anything, and the foremost topic has said what the call is about."""
KERNEL_PART = 0.5
_PENALTY = 10.0
"""scikit-learn's C of the logistic regression; 3 to 30 did alike."""
MOST_TOPICS = 4
MOST_SENTENCES = 40
"""Sentences of a call that are compared: those with most content."""
_TOGETHER = 200
_NOTHING_GRAVE: Mapping[str, Collection[Evidence]] = MappingProxyType({})
_WHOLE = 240
"""Characters up to which a sentence is never cut up before it is embedded."""


@dataclass(frozen=True, slots=True)
class FoundTopic:
    """A topic of a call. ``odds`` are natural log-odds summed over its sentences (above 0);
    ``quote`` is the sentence that speaks for it most, in the utterance with the index
    ``utterance``, which begins at ``start_s`` (None without times)."""

    topic: str
    odds: float
    quote: str
    utterance: int
    start_s: float | None


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a call with its utterance; ``folded`` is what phrases are matched on, and
    ``marks`` are those of ``folding.marks``."""

    text: str
    folded: str
    utterance: Utterance
    marks: AbstractSet[str] = frozenset()


class TopicFinder:
    """Finds topics with ``tools``, whose sentence model is opened when it is first needed."""

    def __init__(self, taxonomy: Taxonomy, tools: Tools) -> None:
        self._taxonomy = taxonomy
        self._tools = tools
        self._ids = tuple(topic.id for topic in taxonomy.topics)
        self._examples: dict[str, _Examples] = {}

    @property
    def taxonomy(self) -> Taxonomy:
        """What is looked for."""
        return self._taxonomy

    def find(
        self,
        calls: Iterable[tuple[str, Transcript | None]],
        grave: Mapping[str, Collection[Evidence]] = _NOTHING_GRAVE,
    ) -> Iterator[tuple[str, tuple[FoundTopic, ...]]]:
        """Each call's id with its topics, the foremost first; none where nothing was said or
        nothing fits. In the order of ``calls``. Sentences on which a piece of a call's ``grave``
        evidence lies are passed over. Raises ModelError."""
        waiting = iter(calls)
        while part := list(islice(waiting, _TOGETHER)):
            told = [
                self._showable(telling_sentences(transcript), transcript, grave.get(call_id, ()))
                for call_id, transcript in part
            ]
            vectors = self._vectors(told)
            for (call_id, transcript), sentences in zip(part, told, strict=True):
                language = transcript.language if transcript else ""
                yield call_id, self._of_call(sentences, vectors, language)

    def odds(self, sentences: Sequence[Sentence], vectors: Vector, language: str) -> Odds:
        """Natural log-odds against small talk, float64 (sentences, topics), in file order.

        ``vectors`` are unit vectors (sentences, dimensions) of the sentences.
        """
        key = language_key(language)
        known = self._examples.get(key)
        if known is None:
            known = self._examples[key] = _examples(self._taxonomy, key, self._tools)
        odds = known.odds(vectors)
        texts = MarkedTexts([sentence.marks for sentence in sentences])
        for at, topic in enumerate(self._taxonomy.topics):
            for code in (key, EVERY_LANGUAGE):
                for row in _hit_in(topic.phrases, code, texts, sentences):
                    odds[row, at] += PHRASE_ODDS
        best = odds.argmax(axis=1)
        for at, topic in enumerate(self._taxonomy.topics):
            for row in _hit(topic.unless, key, texts, sentences):
                if best[row] == at:
                    # what is only next to the topic refused is no clearer than a phrase makes it
                    odds[row] -= PHRASE_ODDS
                odds[row, at] = min(odds[row, at], 0.0)
        return odds

    def _showable(
        self,
        sentences: tuple[Sentence, ...],
        transcript: Transcript | None,
        grave: Collection[Evidence],
    ) -> tuple[Sentence, ...]:
        if not sentences or transcript is None:
            return ()
        texts = MarkedTexts([sentence.marks for sentence in sentences])
        key = language_key(transcript.language)
        out = _hit(self._taxonomy.left_out, key, texts, sentences)
        return tuple(
            sentence
            for row, sentence in enumerate(sentences)
            if row not in out and not any(_lies_on(piece, sentence) for piece in grave)
        )

    def _vectors(self, told: Sequence[Sequence[Sentence]]) -> Mapping[str, Vector]:
        texts = list(dict.fromkeys(s.text for sentences in told for s in sentences))
        if not texts:
            return {}
        return dict(zip(texts, self._tools.vectors(texts), strict=True))

    def _of_call(
        self, sentences: Sequence[Sentence], vectors: Mapping[str, Vector], language: str
    ) -> tuple[FoundTopic, ...]:
        if not sentences:
            return ()
        odds = self.odds(sentences, np.stack([vectors[s.text] for s in sentences]), language)
        return chosen(self._ids, sentences, odds, self._taxonomy.fits_from)


def chosen(
    ids: Sequence[str], sentences: Sequence[Sentence], odds: Odds, fits_from: float
) -> tuple[FoundTopic, ...]:
    """The topics that the sentences speak for, foremost first; see the module's docstring.

    ``odds`` (sentences, topics) are those of ``TopicFinder.odds``; from ``fits_from`` on, and
    above 0, a sentence speaks for its best topic.
    """
    total = np.maximum(odds, 0.0).sum(axis=0)
    best = odds.argmax(axis=1)
    most = odds.max(axis=1)
    claimed = {int(topic) for topic in best[(most >= fits_from) & (most > 0)]}
    if not claimed:
        return ()
    ranked = sorted(claimed, key=lambda topic: (-total[topic], topic))
    least = LEAST_PART * total[ranked[0]]
    found: list[FoundTopic] = []
    for topic in ranked[:MOST_TOPICS]:
        if total[topic] < least:
            break
        # of its own sentences: one that speaks for another topic more is no proof of this
        clearest = int(np.where(best == topic, odds[:, topic], -np.inf).argmax())
        if found and odds[clearest, topic] < fits_from + SECOND:
            continue
        sentence = sentences[clearest]
        said = sentence.utterance
        found.append(
            FoundTopic(ids[topic], float(total[topic]), sentence.text, said.index, said.start_s)
        )
    return tuple(found)


def _hit(
    words: Mapping[str, PhraseList], key: str, texts: MarkedTexts, sentences: Sequence[Sentence]
) -> set[int]:
    """The sentences, by position, that hold a phrase of the language ``key`` or of every one."""
    codes = (key, EVERY_LANGUAGE)
    return {row for code in codes for row in _hit_in(words, code, texts, sentences)}


def _hit_in(
    words: Mapping[str, PhraseList], code: str, texts: MarkedTexts, sentences: Sequence[Sentence]
) -> Iterator[int]:
    phrases = words.get(code)
    for row, likely in phrases.likely_in(texts).items() if phrases else ():
        if phrases and phrases.hits_of(likely, sentences[row].folded):
            yield row


def _lies_on(piece: Evidence, sentence: Sentence) -> bool:
    """Whether evidence lies on a sentence: one holds the other's words; evidence without words is
    the whole utterance."""
    if piece.utterance != sentence.utterance.index:
        return False
    quote = piece.quote.strip(" .…。！!？?,，").casefold()
    text = sentence.text.casefold()
    return not quote or quote in text or text in piece.quote.casefold()


def telling_sentences(transcript: Transcript | None) -> tuple[Sentence, ...]:
    """The customer's sentences that have content, in order; at most ``MOST_SENTENCES``.

    Where it is not known who is the customer, those of whoever is not known to be somebody else.
    Empty without a transcript.
    """
    if transcript is None:
        return ()
    told: list[Sentence] = []
    weights: list[float] = []
    for said in customer_utterances(transcript):
        for text in _sentences(said, transcript.language):
            folded = fold(text)
            weight = sum(content(folded, transcript.language).values())
            if weight > 0:
                told.append(Sentence(text, folded, said, marks(folded)))
                weights.append(weight)
    if len(told) > MOST_SENTENCES:
        kept = sorted(sorted(range(len(told)), key=lambda at: -weights[at])[:MOST_SENTENCES])
        told = [told[at] for at in kept]
    return tuple(told)


def customer_utterances(transcript: Transcript) -> tuple[Utterance, ...]:
    """What the customer said; where nobody is known to be the customer, what unknowns said."""
    for role in (Role.CUSTOMER, Role.UNKNOWN):
        said = tuple(u for u in transcript.utterances if u.role is role)
        if said:
            return said
    return ()


def _sentences(said: Utterance, language: str) -> tuple[str, ...]:
    """The same texts as checks compare, so that their vectors are known already."""
    parts = tokens.sentences(said.text, said.language or language)
    if all(len(part) <= _WHOLE for part in parts):
        return parts
    view = CallView(Transcript(language, (said,)))
    return tuple(said.text[a:b].strip() for a, b in view.sentences(view.lines[0]))


@dataclass(frozen=True, slots=True)
class _Examples:
    """A taxonomy's lines for calls of one language.

    ``own`` and ``others`` are unit vectors (lines, dimensions) of the language's lines and of other
    languages', each taken from the middle of its language; ``own_of`` and ``others_of`` name each
    line's topic, the last number being small talk. ``middle`` is the language's. ``weights``
    (dimensions, topics + 1) and ``intercepts`` are those of the logistic regression.
    """

    middle: Vector
    own: Vector
    own_of: npt.NDArray[np.int64]
    others: Vector
    others_of: npt.NDArray[np.int64]
    weights: Odds
    intercepts: Odds

    def odds(self, vectors: Vector) -> Odds:
        apart = _unit(vectors - self.middle)
        own = _densities(apart, self.own, self.own_of, len(self.intercepts))
        others = _densities(apart, self.others, self.others_of, len(self.intercepts))
        known = np.isfinite(own).astype(np.float64) + np.isfinite(others)
        both = np.where(np.isfinite(own), own, 0.0) + np.where(np.isfinite(others), others, 0.0)
        density = np.where(known > 0, both / np.maximum(known, 1.0), -np.inf)
        fitted = apart @ self.weights + self.intercepts
        both_ways = KERNEL_PART * density + fitted
        odds: Odds = both_ways[:, :-1] - both_ways[:, -1:]
        return odds


def _densities(vectors: Vector, lines: Vector, of: npt.NDArray[np.int64], groups: int) -> Odds:
    """Log of the mean of exp(cosine / WIDTH) for each group (n, groups); -inf without lines."""
    found = np.full((len(vectors), groups), -np.inf)
    if not len(lines):
        return found
    known, at, number = np.unique(of, return_inverse=True, return_counts=True)
    each = np.zeros((len(lines), len(known)))
    each[np.arange(len(lines)), at] = 1.0 / number[at]
    # cosines are 1 at most, so nothing overflows
    found[:, known] = np.log(np.exp((vectors @ lines.T).astype(np.float64) / WIDTH) @ each)
    return found


def _examples(taxonomy: Taxonomy, key: str, tools: Tools) -> _Examples:
    topics = [topic.examples for topic in taxonomy.topics]
    groups = [*topics, taxonomy.small_talk]
    taught = list(dict.fromkeys(code for lines in topics for code in lines))
    own_codes = [code for code in (key, EVERY_LANGUAGE) if code in taught]
    other_codes = [code for code in taught if code not in own_codes]
    small = taxonomy.small_talk
    if own_codes and key not in small and EVERY_LANGUAGE not in small:
        own_codes += [code for code in small if code not in own_codes]
    else:
        own_codes += [code for code in (key, EVERY_LANGUAGE) if code in small and own_codes]
    own, own_of = _lines(groups, list(dict.fromkeys(own_codes)), tools)
    parts = [_lines(groups, [code], tools) for code in other_codes]
    middle = own.mean(axis=0) if len(own) else np.concatenate([p[0] for p in parts]).mean(axis=0)
    kept = [(vectors, of) for vectors, of in parts if len(vectors) > 1]
    apart = [_unit(vectors - vectors.mean(axis=0)) for vectors, _ in kept]
    near = _unit(own - middle)
    others = np.concatenate(apart) if apart else own[:0]
    others_of = np.concatenate([of for _, of in kept]) if kept else own_of[:0]
    weights, intercepts = _fitted(
        np.concatenate([near, others]), np.concatenate([own_of, others_of]), len(groups)
    )
    return _Examples(middle, near, own_of, others, others_of, weights, intercepts)


def _fitted(lines: Vector, of: npt.NDArray[np.int64], groups: int) -> tuple[Odds, Odds]:
    """A logistic regression's weights (dimensions, groups) and intercepts (groups,); those of a
    group without lines are the lowest there are."""
    weights, intercepts = np.zeros((lines.shape[1], groups)), np.zeros(groups)
    known = np.unique(of)
    if len(known) < 3:
        return weights, intercepts  # two groups are told apart by one row; the kernel does as well
    from sklearn.linear_model import LogisticRegression

    head = LogisticRegression(C=_PENALTY, max_iter=2_000).fit(lines, of)
    weights[:, known] = head.coef_.T
    intercepts[:] = head.intercept_.min()
    intercepts[known] = head.intercept_
    return weights, intercepts


def _lines(
    groups: Sequence[Mapping[str, Sequence[str]]], codes: Sequence[str], tools: Tools
) -> tuple[Vector, npt.NDArray[np.int64]]:
    told = [
        (line, at)
        for at, lines in enumerate(groups)
        for code in codes
        for line in lines.get(code, ())
    ]
    vectors = tools.example_vectors([line for line, _ in told])
    return vectors, np.array([at for _, at in told], dtype=np.int64)


def _unit(rows: Vector) -> Vector:
    length = np.linalg.norm(rows, axis=-1, keepdims=True)
    found: Vector = (rows / np.maximum(length, 1e-9)).astype(np.float32)
    return found
