"""What calls are about: topics the manifest names, the terms customers use, and what rose.

Terms are words and pairs of neighbouring words that are not everyday words of their language,
counted by the calls they occur in, so one long call does not decide. This module does not group
terms by meaning, and does not know where calls come from.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType
from typing import Any

from qa_inspect.domain import CallResult, Role, base_language
from qa_inspect.language import tokens

_EVERYDAY_WORDS = 400
"""This many of a language's most frequent words say nothing about a call."""

_MIN_CALLS = 3
"""A term in fewer calls than this has not risen; it has happened."""

_Z = 1.96


@dataclass(frozen=True, slots=True)
class Term:
    """A term of one language: the calls it occurs in, now and before.

    ``share`` and ``before_share`` are of that language's calls (0–1; None where there were none
    before). ``rose`` says that the growth is more than chance would give (two-proportion z-test,
    95 %).
    """

    language: str
    term: str
    calls: int
    share: float
    before: int
    before_share: float | None
    rose: bool

    def to_row(self) -> dict[str, Any]:
        """The term as one flat JSON-ready row."""
        before = self.before_share
        return {
            "language": self.language,
            "term": self.term,
            "calls": self.calls,
            "share": round(self.share, 4),
            "before": self.before,
            "before_share": None if before is None else round(before, 4),
            "rose": self.rose,
        }


@dataclass(frozen=True, slots=True)
class Topics:
    """``topics`` counts calls by the manifest's topic; ``terms`` come most frequent first within
    each language; ``rising`` are those that rose, the steepest first."""

    topics: Mapping[str, int]
    terms: tuple[Term, ...]
    rising: tuple[Term, ...]


def find_topics(
    calls: Iterable[CallResult], before: Iterable[CallResult] = (), *, limit: int = 20
) -> Topics:
    """What ``calls`` are about, beside the calls of the period ``before``; at most ``limit`` terms
    a language. Each is read once; the single words with their times are not used."""
    now, then = _Counted(), _Counted()
    for call in calls:
        now.add(call)
    for call in before:
        then.add(call)
    listed: list[Term] = []
    rising: list[Term] = []
    for language, counts in sorted(now.terms.items()):
        found = [
            _term(language, term, number, now, then)
            for term, number in _without_parts(counts)
            if number > 1
        ]
        listed += found[:limit]
        rising += sorted((term for term in found if term.rose), key=_steepness)[:limit]
    return Topics(MappingProxyType(dict(now.topics.most_common())), tuple(listed), tuple(rising))


class _Counted:
    """Calls by topic and by term, as they pass."""

    def __init__(self) -> None:
        self.topics: Counter[str] = Counter()
        self.calls: Counter[str] = Counter()
        self.terms: dict[str, Counter[str]] = {}

    def add(self, call: CallResult) -> None:
        topic = call.recording.metadata.topic
        if topic:
            self.topics[topic] += 1
        transcript = call.transcript
        if transcript is None or not transcript.utterances:
            return
        self.calls[transcript.language] += 1
        said = [u for u in transcript.utterances if u.role is Role.CUSTOMER]
        terms = set[str]()
        for utterance in said or transcript.utterances:
            terms |= _terms(utterance.text, transcript.language)
        self.terms.setdefault(transcript.language, Counter()).update(terms)


def _terms(text: str, language: str) -> set[str]:
    everyday = _everyday(language)
    chinese = tokens.is_chinese(language)

    def tells(word: str) -> bool:
        return len(word) > (1 if chinese else 2) and tokens.has_letters(word)

    said = tokens.words(text, language)
    telling = [word if word not in everyday and tells(word) else None for word in said]
    joiner = "" if chinese else " "
    single = {word for word in telling if word}
    return single | {f"{a}{joiner}{b}" for a, b in pairwise(telling) if a and b and a != b}


@lru_cache(maxsize=32)
def _everyday(language: str) -> frozenset[str]:
    from wordfreq import available_languages, top_n_list

    code = base_language(language)
    return frozenset(top_n_list(code, _EVERYDAY_WORDS) if code in available_languages() else ())


def _without_parts(counts: Counter[str]) -> list[tuple[str, int]]:
    """Terms by number of calls, leaving out words that hardly occur outside a pair."""
    in_pairs: Counter[str] = Counter()
    for term, number in counts.items():
        for word in term.split(" ") if " " in term else ():
            in_pairs[word] = max(in_pairs[word], number)
    kept = [(t, n) for t, n in counts.items() if n >= 1.25 * in_pairs[t]]
    return sorted(kept, key=lambda pair: (-pair[1], pair[0]))


def _term(language: str, term: str, number: int, now: _Counted, then: _Counted) -> Term:
    n, m = now.calls[language], then.calls[language]
    earlier = then.terms.get(language, Counter())[term]
    before_share = earlier / m if m else None
    rose = False
    if before_share is not None and number >= _MIN_CALLS:
        pooled = (number + earlier) / (n + m)
        spread = math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
        rose = spread > 0 and (number / n - before_share) / spread > _Z
    return Term(language, term, number, number / n, earlier, before_share, rose)


def _steepness(term: Term) -> tuple[float, str]:
    return (-(term.share - (term.before_share or 0.0)), term.term)
