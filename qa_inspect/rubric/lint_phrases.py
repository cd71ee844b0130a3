"""Advice on phrases and examples: what is there twice, cancelled, or in another language.

This module does not know kinds, cases or how advice is shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rapidfuzz import fuzz

from qa_inspect.domain import base_language
from qa_inspect.language.readability import zipf
from qa_inspect.rubric.advice import Advice, Path, Written, example_lists, phrase_lists
from qa_inspect.rubric.folding import fold, has_unspaced, marks
from qa_inspect.rubric.function_words import language_by_function_words, language_by_script
from qa_inspect.rubric.phrase_ways import is_plain, ways
from qa_inspect.rubric.phrases import PhraseList, compile_phrases
from qa_inspect.rubric.schema import Rule

NEARLY = 95.0
"""Similarity (0–100, rapidfuzz) from which two plain phrases are probably meant to be one."""
_LONG_ENOUGH = 12
_MOST_COMPARED = 400
_WORDS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_FOREIGN_WORDS = 3
"""Words from which a phrase is judged to be in a language; shorter ones may be loan words."""
_USUAL, _MORE_USUAL = 4.5, 1.2
"""Mean Zipf frequency of words that are a language's own, and how much more usual they must be
there: every list of a language also holds the most usual words of English."""
_MISSPELT = 2.5
"""Zipf frequency under which a word that is nearly another one is probably misspelt."""
_SCRIPTS = {"zh": "\u4e00-\u9fff\u3400-\u4dbf", "th": "\u0e00-\u0e7f"}
_LATIN = ("en", "id", "vi", "ms")
_ALSO_SPOKEN = {"id": {"id", "ms"}, "ms": {"ms", "id", "en"}}
"""Languages that are too near to tell apart, or (in Malaysia) mixed within one sentence."""
_NAMES = {
    "en": "English",
    "zh": "Chinese",
    "th": "Thai",
    "id": "Indonesian",
    "ms": "Malay",
    "vi": "Vietnamese",
}


def advice_on_phrases(written: Written, rule: Rule, path: Path) -> Iterator[Advice]:
    """What is odd about the phrases and examples of one rule."""
    language = base_language(written.rubric.language) if written.rubric.language else ""
    for field, phrases, where in phrase_lists(rule, path):
        if getattr(rule, "match", 1) == 1:
            yield from _repeated(written, phrases, where)
        yield from _unmatched(written, phrases, where)
        yield from _foreign(written, phrases.texts, where, language)
        if field == "phrases":
            yield from _cancelled(written, phrases, getattr(rule, "unless", None), where)
    lists = {name: (texts, where) for name, texts, where in example_lists(rule, path)}
    for texts, where in lists.values():
        yield from _foreign(written, texts, where, language)
        yield from _same_examples(written, texts, where)
    if len(lists) == 2:
        yield from _contradicted(written, *lists["examples"], lists["counter_examples"][0])


def _repeated(written: Written, phrases: PhraseList, path: Path) -> Iterator[Advice]:
    """Phrases of one list that say what another one says already."""
    plain = {text: fold(text) for text in phrases.texts if is_plain(text)}
    by_folded: dict[str, str] = {}
    for text, folded in plain.items():
        if folded in by_folded:
            yield Advice(
                written.line_of_text(path, text),
                "duplicate",
                f"“{text}” is matched as “{by_folded[folded]}” is, which stands in the same list",
                "keep one of them",
            )
            continue
        by_folded[folded] = text
        if len(phrases.texts) > _MOST_COMPARED:
            continue
        other = _covering(phrases, text, folded)
        if other is not None:
            yield Advice(
                written.line_of_text(path, text),
                "duplicate",
                f"“{text}” is found by “{other}” already, which stands in the same list",
                "leave the longer one out",
            )
    if len(by_folded) <= _MOST_COMPARED:
        yield from _nearly_same(written, list(by_folded.items()), path)


def _covering(phrases: PhraseList, text: str, folded: str) -> str | None:
    """Another phrase of the list that is found wherever this plain one is said.

    Only where both begin with the same word: where a phrase must begin what is said, others differ.
    """
    for at in phrases.likely(marks(folded)):
        same = fold(phrases.texts[at]) == folded
        hits = () if same else phrases.hits_of([at], folded)
        if hits and hits[0].start == 0:
            return phrases.texts[at]
    return None


def _nearly_same(
    written: Written, plain: Sequence[tuple[str, str]], path: Path
) -> Iterator[Advice]:
    long = [(folded, text) for folded, text in plain if len(folded) >= _LONG_ENOUGH]
    for at, (folded, text) in enumerate(long):
        for other, other_text in long[:at]:
            if _typed_twice(folded, other):
                yield Advice(
                    written.line_of_text(path, text),
                    "near-duplicate",
                    f"“{text}” and “{other_text}” in one list are nearly the same",
                    "correct the misspelt one, or write one phrase with (a|b)",
                )


def _typed_twice(one: str, other: str) -> bool:
    """Whether two folded texts differ in letters only, not in a word that means something else."""
    if fuzz.ratio(one, other) < NEARLY or has_unspaced(one):
        return False
    first, second = one.split(), other.split()
    if len(first) != len(second):
        return False
    differing = [(a, b) for a, b in zip(first, second, strict=True) if a != b]
    return all(min(zipf(a, "en"), zipf(b, "en")) < _MISSPELT for a, b in differing)


def _unmatched(written: Written, phrases: PhraseList, path: Path) -> Iterator[Advice]:
    """Phrases that do not even match themselves as they would be said."""
    for at, text in enumerate(phrases.texts):
        said = ways(text, 4)
        if said and not any(phrases.hits_of([at], fold(way)) for way in said):
            yield Advice(
                written.line_of_text(path, text),
                "never",
                f"“{text}” does not match its own words as they are heard",
                "write it as plain words and ask `qa-inspect rubric try`",
            )


def _cancelled(
    written: Written, phrases: PhraseList, unless: PhraseList | None, path: Path
) -> Iterator[Advice]:
    """Phrases that hold a phrase of ``unless`` whichever way they are said."""
    if unless is None or not unless.texts:
        return
    for text in phrases.texts:
        said = [fold(way) for way in ways(text)]
        against = [unless.first(way) for way in said]
        if said and all(against) and against[0] is not None:
            yield Advice(
                written.line_of_text(path, text),
                "never",
                f"“{text}” is always cancelled, for “{against[0].phrase}” of unless is part of it",
                "make the phrase of unless longer, or leave one of the two out",
            )


def _same_examples(written: Written, texts: Sequence[str], path: Path) -> Iterator[Advice]:
    seen: dict[str, str] = {}
    for text in texts:
        folded = fold(text)
        if folded in seen:
            yield Advice(
                written.line_of_text(path, text),
                "duplicate",
                f"the example “{text}” says the same words as “{seen[folded]}”",
                "keep one of them",
            )
        seen.setdefault(folded, text)


def _contradicted(
    written: Written, examples: Sequence[str], path: Path, counter: Sequence[str]
) -> Iterator[Advice]:
    against = {fold(text) for text in counter}
    for text in examples:
        if fold(text) in against:
            yield Advice(
                written.line_of_text(path, text),
                "never",
                f"“{text}” is both an example and a counter-example, so it decides nothing",
                "take it out of one of the two lists",
            )


def _foreign(written: Written, texts: Sequence[str], path: Path, language: str) -> Iterator[Advice]:
    """Texts that are in another language than the rubric's."""
    if language not in _NAMES:
        return
    for text in texts:
        other = other_language(text, language)
        if other:
            yield Advice(
                written.line_of_text(path, text),
                "language",
                f"“{text}” looks {other}, and the rubric is for {_NAMES[language]}",
                f"write it in {_NAMES[language]}, or put it into the rubric of its own language",
            )


def other_language(text: str, language: str) -> str:
    """The name of the language a text is in where that is plainly not ``language``; else empty.

    By script first; then by the small words of European and other languages that are not usual in
    the rubric's own; between the packs' languages of Latin script by how usual the
    words are in each (wordfreq). Two words and fewer may be loan words.
    """
    if foreign := language_by_script(text):
        return foreign
    own = _SCRIPTS.get(language)
    for code, letters in _SCRIPTS.items():
        if code != language and re.search(f"[{letters}]", text):
            held = own is not None and re.search(f"[{own}]", text)
            return "" if held else _NAMES[code]
    said = [word.lower() for way in ways(text, 1) for word in _WORDS.findall(way)]
    if len(said) < _FOREIGN_WORDS or (own is not None and re.search(f"[{own}]", text)):
        return ""
    if foreign := language_by_function_words([w for w in said if zipf(w, language) < _USUAL]):
        return foreign
    near = _ALSO_SPOKEN.get(language, {language})
    usual = {code: _mean_zipf(said, code) for code in _LATIN if code not in near}
    best = max(usual, key=lambda code: usual[code])
    at_home = 0.0 if own is not None else _mean_zipf(said, language)
    return _NAMES[best] if usual[best] >= max(_USUAL, at_home + _MORE_USUAL) else ""


def _mean_zipf(said: Sequence[str], language: str) -> float:
    return sum(zipf(word, language) for word in said) / len(said)


def matched_alike(texts: Sequence[str]) -> frozenset[str]:
    """The words of plain phrases as they are matched, for telling whether two rules are alike."""
    return frozenset(compile_phrases((text,)).patterns[0].pattern for text in texts)
