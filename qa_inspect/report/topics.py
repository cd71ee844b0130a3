"""What calls are about: topics found by meaning, topics the manifest names, terms, and what rose.

Shares are of the calls in which a customer said something: a call without words is about nothing
that is known. This module does not know taxonomies' lines, stores or where calls come from.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from qa_inspect.domain import CallResult, Evidence, Transcript
from qa_inspect.report.terms import Term, TermCounter, log_likelihood_ratio, mine, unlisted
from qa_inspect.rubric.masking import SECRETS, masked_text, secret_utterances
from qa_inspect.rubric.topic_finder import FoundTopic, TopicFinder, customer_utterances

GRAVE_FLAGS = frozenset({"self_harm", "threat", "abuse"})
"""Flags whose evidence neither shows a topic nor decides it."""
NEEDED_FLAGS = GRAVE_FLAGS.union(SECRETS)
"""Flags that a call has to bring along: these, and those whose quotes are masked."""
ISSUES = 3
"""How many topics are told first."""
_EXAMPLES = 3
"""Calls that a topic is shown by."""
_LEAST_CALLS = 3
"""A topic of fewer calls than this has not risen."""
_SURPRISING = 6.63
"""Log-likelihood ratio from which a topic's growth is more than chance (1 %: topics are few)."""
_TOGETHER = 200


@dataclass(frozen=True, slots=True)
class TopicCall:
    """A call about a topic: the sentence that says so and when (None without times)."""

    call_id: str
    odds: float
    quote: str
    start_s: float | None

    def to_row(self) -> dict[str, Any]:
        """The call as JSON-ready values."""
        return {"call_id": self.call_id, "start_s": self.start_s, "quote": self.quote}


@dataclass(frozen=True, slots=True)
class TopicTrend:
    """A topic over a period and the one before.

    ``share`` and ``before_share`` are of the calls with words (0–1; None where there were none
    before). ``rose`` says that the growth is more than chance would give. ``calls`` are those about
    it, the clearest first.
    """

    topic: str
    title: str
    calls: tuple[TopicCall, ...]
    share: float
    before: int
    before_share: float | None
    rose: bool

    @property
    def examples(self) -> tuple[TopicCall, ...]:
        """The calls it is shown by, of each sentence one."""
        by_quote: dict[str, TopicCall] = {}
        for call in self.calls:
            by_quote.setdefault(call.quote, call)
            if len(by_quote) == _EXAMPLES:
                break
        return tuple(by_quote.values())

    def to_row(self) -> dict[str, Any]:
        """The topic as one JSON-ready row; ``rose`` is None where nothing was compared."""
        before = self.before_share
        return {
            "topic": self.topic,
            "title": self.title,
            "calls": len(self.calls),
            "share": round(self.share, 4),
            "before": self.before,
            "before_share": None if before is None else round(before, 4),
            "rose": None if before is None else self.rose,
            "examples": [call.to_row() for call in self.examples],
            "call_ids": [call.call_id for call in self.calls],
        }


@dataclass(frozen=True, slots=True)
class Topics:
    """``topics`` counts calls by the manifest's topic; ``found`` are topics found by meaning, the
    most frequent first, empty where nothing was looked for; ``heard`` counts the calls with words,
    ``none`` those of them that fit no topic and ``wordless`` calls without words. ``terms`` come
    most frequent first within each language; ``rising`` are those that rose, the most surprising
    first; ``unlisted`` are the languages without terms, for nobody knows what in them is
    personal."""

    topics: Mapping[str, int]
    terms: tuple[Term, ...]
    rising: tuple[Term, ...]
    found: tuple[TopicTrend, ...] = ()
    heard: int = 0
    none: int = 0
    wordless: int = 0
    unlisted: tuple[str, ...] = ()
    of_call: Mapping[str, tuple[FoundTopic, ...]] = field(
        default_factory=lambda: MappingProxyType({})
    )

    @property
    def issues(self) -> tuple[TopicTrend, ...]:
        """The three topics of most calls."""
        return self.found[:ISSUES]


def find_topics(
    calls: Iterable[CallResult],
    before: Iterable[CallResult] = (),
    *,
    limit: int = 20,
    finder: TopicFinder | None = None,
    language: str = "en",
) -> Topics:
    """What ``calls`` are about, beside the calls of the period ``before``.

    At most ``limit`` terms a language. Topics by meaning are looked for where a ``finder`` is
    given, titled in ``language``. Each call is read once; single words with their times are not
    used. Raises ModelError where the finder's sentence model is missing.
    """
    now, then = _Counted(), _Counted()
    for part in _parts(calls):
        now.add(part, finder)
    for part in _parts(before):
        then.add(part, finder)
    terms, rising = mine(now.terms, then.terms, limit)
    titles = finder.taxonomy.titles(language) if finder else {}
    trends = [_trend(topic, title, now, then) for topic, title in titles.items() if topic in now.by]
    return Topics(
        topics=MappingProxyType(dict(now.named.most_common())),
        terms=terms,
        rising=rising,
        found=tuple(sorted(trends, key=lambda t: (-len(t.calls), -t.share, t.topic))),
        heard=now.with_words,
        none=now.none,
        wordless=now.wordless,
        unlisted=unlisted(now.terms),
        of_call=MappingProxyType(now.of_call),
    )


class _Counted:
    """Calls by topic and by term, as they pass."""

    def __init__(self) -> None:
        self.named: Counter[str] = Counter()
        self.terms = TermCounter()
        self.by: dict[str, list[TopicCall]] = {}
        self.of_call: dict[str, tuple[FoundTopic, ...]] = {}
        self.with_words = 0
        self.wordless = 0
        self.none = 0

    def add(self, calls: tuple[CallResult, ...], finder: TopicFinder | None) -> None:
        for call in calls:
            topic = call.recording.metadata.topic
            if topic:
                self.named[topic] += 1
            self.terms.add(call.transcript)
            self.with_words += _has_words(call.transcript)
            self.wordless += not _has_words(call.transcript)
        if finder is None:
            return
        told = ((call.recording.call_id, call.transcript) for call in calls)
        grave = {call.recording.call_id: _grave(call) for call in calls}
        for call, (call_id, found) in zip(calls, finder.find(told, grave), strict=True):
            self.none += not found and _has_words(call.transcript)
            if found:
                self.of_call[call_id] = found
            secret = secret_utterances(call) if found else frozenset()
            for one in found:
                quote = masked_text(one.quote, short=one.utterance in secret)
                at = TopicCall(call_id, one.odds, quote, one.start_s)
                self.by.setdefault(one.topic, []).append(at)


def _grave(call: CallResult) -> tuple[Evidence, ...]:
    flags = (flag for flag in call.verdict.flags if flag.flag in GRAVE_FLAGS)
    return tuple(piece for flag in flags for piece in flag.evidence)


def _has_words(transcript: Transcript | None) -> bool:
    return transcript is not None and any(u.text.strip() for u in customer_utterances(transcript))


def _parts(calls: Iterable[CallResult]) -> Iterator[tuple[CallResult, ...]]:
    part: list[CallResult] = []
    for call in calls:
        part.append(call)
        if len(part) == _TOGETHER:
            yield tuple(part)
            part = []
    if part:
        yield tuple(part)


def _trend(topic: str, title: str, now: _Counted, then: _Counted) -> TopicTrend:
    calls = sorted(now.by[topic], key=lambda call: (-call.odds, call.call_id))
    number, earlier = len(calls), len(then.by.get(topic, ()))
    n, m = now.with_words, then.with_words
    before_share = earlier / m if m else None
    grew = before_share is not None and number / n > before_share
    surprise = log_likelihood_ratio(number, n, earlier, m) if grew else 0.0
    return TopicTrend(
        topic=topic,
        title=title,
        calls=tuple(calls),
        share=number / n,
        before=earlier,
        before_share=before_share,
        rose=number >= _LEAST_CALLS and surprise >= _SURPRISING,
    )
