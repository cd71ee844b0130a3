"""The words and phrases that customers use, counted by the calls they occur in, and what rose.

Terms are runs of one to three words of one sentence that begin and end with a telling word, which
is one that is not among the everyday words of its language, nor a greeting nor a number. What is
personal where it was said is never shown as a term. One long call does not
decide, for a call counts once. A term rose where its share of calls is above that of the earlier
period by more than chance gives: the log-likelihood ratio of Dunning ("Accurate Methods for the
Statistics of Surprise and Coincidence", 1993), of which 10.83 is passed by one harmless term in a
thousand.

This module does not group terms by meaning, and does not know where calls come from.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

from qa_inspect.domain import Transcript, Utterance, base_language
from qa_inspect.language import tokens
from qa_inspect.language.pii.words import has_rules
from qa_inspect.report.term_privacy import is_number_word, is_personal, number_words
from qa_inspect.rubric.taxonomy import language_key
from qa_inspect.rubric.topic_finder import customer_utterances

LONGEST = 3
"""Words of a term at most."""
SURPRISING = 10.83
"""Log-likelihood ratio from which growth is more than chance (chi-squared, one degree of freedom,
0.1 %: thousands of terms are tried)."""

_EVERYDAY_WORDS = 400
"""This many of a language's most frequent words say nothing about a call."""
_EVERYDAY_SYLLABLES = 100
"""The same of Vietnamese, whose words are written as syllables that occur in many words."""
_MANNERS = {
    "en": "hello hi hii hey hai bye goodbye thanks thank thankyou welcome please okay sir madam "
    "maam mam thats yeah yep else morning afternoon evening",
    "zh": "你好 您好 喂 哎 嗯 谢谢 再见 拜拜 麻烦 不好意思 没事 可以 帮我 客服 打电话 "
    "电话 这边 那边 这里 那里 这个 那个 那种 里面 就是说 什么样 是不是 怎么样 好吧 对吧 一下 "
    "反正 处理 行行行",
    "id": "halo selamat pagi siang sore malam terima kasih permisi maaf mohon pak bu kak mas mbak",
    "ms": "helo hai selamat pagi petang terima kasih maaf minta encik puan cik",
    "vi": "chào xin cảm ơn vâng dạ ạ alo ừ em anh chị",
    "th": "สวัสดี ขอบคุณ ขอโทษ ครับ ค่ะ คะ ฮัลโหล รบกวน โอเค",
}
"""What is said in every call, whatever it is about, and is not among the most frequent words."""
_EVERYDAY_ZIPF, _UNKNOWN_ZIPF = 6.0, 3.0
_MIN_CALLS = 3
"""A term in fewer calls than this has not risen; it has happened."""
_MOST_TERMS = 400_000
"""Terms of a language held at once; beyond it those met once are forgotten."""
_UTTERANCES = 4
"""Utterances kept of a term, by which it is told whether it is personal."""

Words = tuple[str, ...]
Said = tuple[str, str]
"""What was said before an utterance, and the utterance."""


@dataclass(frozen=True, slots=True)
class Term:
    """A term of one language: the calls it occurs in, now and before.

    ``share`` and ``before_share`` are of that language's calls (0–1; None where there were none
    before). ``surprise`` is the log-likelihood ratio, 0 where the share did not grow; ``rose`` says
    that the growth is more than chance would give.
    """

    language: str
    term: str
    calls: int
    share: float
    before: int
    before_share: float | None
    rose: bool
    surprise: float = 0.0

    def to_row(self) -> dict[str, Any]:
        """The term as one flat JSON-ready row; ``rose`` is None where nothing was compared."""
        before = self.before_share
        return {
            "language": self.language,
            "term": self.term,
            "calls": self.calls,
            "share": round(self.share, 4),
            "before": self.before,
            "before_share": None if before is None else round(before, 4),
            "rose": None if before is None else self.rose,
            "surprise": round(self.surprise, 1),
        }


class TermCounter:
    """Counts the calls that each term occurs in, as they pass."""

    def __init__(self) -> None:
        self._calls: Counter[str] = Counter()
        self._terms: dict[str, Counter[Words]] = {}
        self._said: dict[str, dict[Words, tuple[Said, ...]]] = {}

    def add(self, transcript: Transcript | None) -> None:
        """Counts a call; one in which no customer is heard does not count."""
        if transcript is None:
            return
        said = customer_utterances(transcript)
        if not said:
            return
        language = transcript.language
        self._calls[language] += 1
        met: dict[Words, Said] = {}
        before = {one.index: text for one, text in _after_what(transcript)}
        for utterance in said:
            for sentence in tokens.sentences(utterance.text, language):
                for words in _terms(sentence, language):
                    met.setdefault(words, (before[utterance.index], utterance.text))
        counts = self._terms.setdefault(language, Counter())
        kept = self._said.setdefault(language, {})
        for words, heard in met.items():
            # most terms occur once, so that what they were said in need not be kept
            if counts[words]:
                known = kept.get(words, ())
                if len(known) < _UTTERANCES and heard not in known:
                    kept[words] = (*known, heard)
            counts[words] += 1
        if len(counts) > _MOST_TERMS:
            self._terms[language] = Counter({t: n for t, n in counts.items() if n > 1})

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages met, in order."""
        return tuple(sorted(self._calls))

    def calls(self, language: str) -> int:
        """How many calls of a language have words."""
        return self._calls[language]

    def terms(self, language: str) -> Mapping[Words, int]:
        """How many calls each term of a language occurs in."""
        return self._terms.get(language, Counter())

    def heard_in(self, language: str, words: Words) -> tuple[Said, ...]:
        """Some utterances that a term of two calls or more was said in, each after the one before
        it."""
        return self._said.get(language, {}).get(words, ())


def mine(
    now: TermCounter, before: TermCounter, limit: int
) -> tuple[tuple[Term, ...], tuple[Term, ...]]:
    """The foremost terms of each language, and those that rose, the most surprising first.

    At most ``limit`` of either for a language. Foremost are those of most calls, each weighted by
    how rare its rarest word is in the language (6 less its Zipf frequency), as ``content`` does.
    Only those that would be shown are asked whether they are personal; of languages in which
    nobody knows that, none are shown (:func:`unlisted`).
    """
    listed: list[Term] = []
    rising: list[Term] = []
    for language in now.languages:
        if not has_rules(language):
            continue
        found = [
            (_term(language, words, number, now, before), words)
            for words, number in _without_parts(now.terms(language))
        ]
        weights = {words: _weight(term, words) for term, words in found}
        found.sort(key=lambda one: (-weights[one[1]], one[0].term))
        listed += islice(_shown(found, now), limit)
        rose = [one for one in found if one[0].rose]
        rose.sort(key=lambda one: (-one[0].surprise, one[0].term))
        rising += islice(_shown(rose, now), limit)
    return tuple(listed), tuple(rising)


def unlisted(now: TermCounter) -> tuple[str, ...]:
    """The languages met whose terms are not shown, for nobody knows what in them is personal."""
    return tuple(language for language in now.languages if not has_rules(language))


def log_likelihood_ratio(hits: int, n: int, hits_before: int, n_before: int) -> float:
    """Dunning's G² of a term in ``hits`` of ``n`` calls now and ``hits_before`` of ``n_before``.

    0 or more; 0 where the shares are equal or there are no calls on one side.
    """
    if not n or not n_before:
        return 0.0
    share = (hits + hits_before) / (n + n_before)
    cells = (
        (hits, n * share),
        (n - hits, n * (1 - share)),
        (hits_before, n_before * share),
        (n_before - hits_before, n_before * (1 - share)),
    )
    return max(0.0, 2 * sum(seen * math.log(seen / due) for seen, due in cells if seen and due))


def _after_what(transcript: Transcript) -> Iterator[tuple[Utterance, str]]:
    """Each utterance with the text of the one before it."""
    last = ""
    for utterance in transcript.utterances:
        yield utterance, last
        last = utterance.text or last


def _shown(found: Iterable[tuple[Term, Words]], now: TermCounter) -> Iterator[Term]:
    for term, words in found:
        if not is_personal(words, now.heard_in(term.language, words), term.language):
            yield term


def _term(language: str, words: Words, number: int, now: TermCounter, before: TermCounter) -> Term:
    n, m = now.calls(language), before.calls(language)
    earlier = before.terms(language).get(words, 0)
    share, before_share = number / n, earlier / m if m else None
    grew = before_share is not None and share > before_share
    surprise = log_likelihood_ratio(number, n, earlier, m) if grew else 0.0
    return Term(
        language=language,
        term=("" if _unspaced(language) else " ").join(words),
        calls=number,
        share=share,
        before=earlier,
        before_share=before_share,
        rose=number >= _MIN_CALLS and surprise >= SURPRISING,
        surprise=surprise,
    )


def _weight(term: Term, words: Words) -> float:
    rarest = min(_zipf(word, term.language) for word in words)
    return term.calls * max(0.1, _EVERYDAY_ZIPF - rarest)


@lru_cache(maxsize=65_536)
def _zipf(word: str, language: str) -> float:
    from wordfreq import zipf_frequency

    listed = _listed(language)
    return float(zipf_frequency(word, listed)) or _UNKNOWN_ZIPF if listed else _UNKNOWN_ZIPF


def _terms(sentence: str, language: str) -> Iterator[Words]:
    chinese = tokens.is_chinese(language)
    everyday, least = _everyday(language), 1 if _unspaced(language) else 2
    said = tokens.words(sentence, language)
    telling = [
        word not in everyday
        and len(word) > least
        and tokens.has_letters(word)
        and not (chinese and is_number_word(word, language))
        for word in said
    ]
    for first, tells in enumerate(telling):
        if not tells:
            continue
        yield (said[first],)
        for last in range(first + 1, min(first + LONGEST, len(said))):
            if telling[last] and said[last] != said[first]:
                yield said[first : last + 1]


def _without_parts(counts: Mapping[Words, int]) -> Iterator[tuple[Words, int]]:
    """Terms of two calls or more, without those that hardly occur outside a longer one."""
    inside: Counter[Words] = Counter()
    for words, number in counts.items():
        if number > 1 and len(words) > 1:
            for part in _parts(words):
                inside[part] = max(inside[part], number)
    for words, number in counts.items():
        if number > 1 and number >= 1.25 * inside[words]:
            yield words, number


def _parts(words: Words) -> Iterator[Words]:
    for length in range(1, len(words)):
        for first in range(len(words) - length + 1):
            yield words[first : first + length]


def _unspaced(language: str) -> bool:
    return tokens.is_chinese(language) or base_language(language) == "th"


@lru_cache(maxsize=32)
def _everyday(language: str) -> frozenset[str]:
    from wordfreq import top_n_list

    code = language_key(language)
    manners = frozenset(_MANNERS.get(code, "").split()) | number_words(language)
    if code == "th":
        from pythainlp.corpus import thai_stopwords

        return manners | frozenset(thai_stopwords())
    listed = _listed(language)
    most = _EVERYDAY_SYLLABLES if code == "vi" else _EVERYDAY_WORDS
    return manners | frozenset(top_n_list(listed, most) if listed else ())


@lru_cache(maxsize=32)
def _listed(language: str) -> str:
    """The language under which words are listed by how frequent they are; empty without a list."""
    from wordfreq import available_languages

    code = "zh" if tokens.is_chinese(language) else base_language(language)
    return code if code in available_languages() else ""
