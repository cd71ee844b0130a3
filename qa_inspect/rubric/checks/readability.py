"""``readability``: what the role says is easy to follow.

What it does: measures all that the role says within the scope by the language's own readability
measure (Flesch reading ease in English, familiar words and sentence length in Chinese), on a scale
of 0–1, or with ``measure: familiar_words`` by the share of words that are in common use. Reaches
``target`` or earns points in proportion. Too few words, or a language without a measure, are not
judged.

Why it matters: a listener cannot read twice. Long words and long sentences are lost on the phone.

Example::

    kind: readability
    role: agent
    target: 0.60
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from qa_inspect.language import readability
from qa_inspect.rubric.checks.context import ON_ROLES, Context, Kind
from qa_inspect.rubric.hearing import without_unsure_words
from qa_inspect.rubric.outcome import Outcome, not_applicable, verdict
from qa_inspect.rubric.schema import Rule
from qa_inspect.rubric.view import Line
from qa_inspect.rubric.wording import cited, count, percent

_LONGEST_SHOWN = 2


class Readable(Rule):
    """Fields of ``readability``."""

    kind: Literal["readability"] = "readability"
    target: Annotated[float, Field(gt=0, le=1)] = 0.6
    measure: Literal["ease", "familiar_words"] = "ease"
    min_words: Annotated[int, Field(ge=1)] = readability.MIN_WORDS


@dataclass(frozen=True, slots=True)
class _Measured:
    """The score 0–1, what was measured in words, a sentence more on it, on how many words, and what
    is asked for in the same unit."""

    score: float
    told: str
    rest: str
    words: int
    asked: str


def _measured(rule: Readable, texts: list[str], language: str) -> _Measured | None:
    if rule.measure == "ease":
        ease = readability.readability(texts, language)
        if ease is None:
            return None
        raw, asked = f"{ease.raw:.0f}", percent(rule.target)
        if f"{raw} %" == percent(ease.score):  # the measure's own scale goes from 0 to 100
            told, asked = f"{ease.name} {raw} of 100", asked.removesuffix(" %")
        else:
            told = f"{ease.name} {raw}, {percent(ease.score)} of the scale,"
        return _Measured(ease.score, told, "", ease.words, asked)
    rarity = readability.word_rarity(texts, language)
    if rarity is None:
        return None
    rare = f" Least common: {', '.join(rarity.rare[:6])}." if rarity.rare else ""
    told = f"{percent(1 - rarity.score)} common words"
    return _Measured(1 - rarity.score, told, rare, rarity.words, percent(rule.target))


def _check(rule: Readable, context: Context) -> Outcome:
    search = context.search(rule)
    if isinstance(search, Outcome):
        return search
    where = f"measured {search.where}"
    said = [line.utterance for line in search.lines]
    if rule.measure == "familiar_words":  # a word that was heard wrongly is always a rare one
        said = [without_unsure_words(utterance) for utterance in said]
    texts = [utterance.text for utterance in said]
    measured = _measured(rule, texts, context.language)
    if measured is None or measured.words < rule.min_words:
        return not_applicable(
            f"Too little is said in {search.where} (or “{context.language}” has no measure); "
            f"{count(rule.min_words, 'word')} are needed.",
            where,
        )
    unheard = context.badly_heard(search, measured=True)
    if unheard is not None:
        return unheard
    score = measured.score
    good = score >= rule.target
    hardest = sorted(search.lines, key=_length, reverse=True)[:_LONGEST_SHOWN]
    evidence = tuple(context.view.evidence(line) for line in hardest)
    longest = f" Longest: {cited(evidence[0])}." if evidence and not good else ""
    return verdict(
        good,
        found=good,
        explanation=f"{measured.told} over {count(measured.words, 'word')}, where "
        f"{measured.asked} is asked for.{measured.rest}{longest}",
        searched=where,
        share=score / rule.target,
        score=score,
        evidence=evidence,
        strength=score,
    )


def _length(line: Line) -> int:
    return len(line.folded)


KIND = Kind(
    "readability",
    Readable,
    _check,
    change="It would have passed had what was said been as easy as is asked for.",
    kept="It would have failed had what was said been harder than is asked for.",
    hinges_on=ON_ROLES,
)
