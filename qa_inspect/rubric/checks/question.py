"""``question``: the role asks something.

What it does: finds the sentences that ask, by their mark, their particle or the words they begin
with, in English, Chinese, Indonesian, Malay, Vietnamese and Thai. ``at_least: N`` utterances must
hold one, or ``every`` one. A sentence that is nothing but phrases of ``unless`` and at most one
word more asks nothing: "Yeah?", "So what do you want?". Inside ``ratio`` (``of: question``) it
gives the share of utterances with a question.

Why it matters: an agent who asks finds out what is wrong; one who only tells guesses. And a call
that is nothing but questions is an interrogation.

Example::

    kind: question
    role: agent
    scope: {first_percent: 40}
    at_least: 2
    unless: ["yeah", "what do you want"]
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from qa_inspect.language import tokens
from qa_inspect.language.questions import asks
from qa_inspect.rubric.checks.context import Context, Finding, Findings, Kind
from qa_inspect.rubric.checks.phrase_search import NO_PHRASES
from qa_inspect.rubric.checks.quantity import cite, hits_of, line_verdict, strength_of
from qa_inspect.rubric.fields import Phrases
from qa_inspect.rubric.folding import fold, marks
from qa_inspect.rubric.outcome import Outcome
from qa_inspect.rubric.phrases import PhraseList
from qa_inspect.rubric.schema import Quantity, Rule
from qa_inspect.rubric.view import Line


class Question(Rule):
    """Fields of ``question``."""

    kind: Literal["question"] = "question"
    at_least: Quantity = 1
    unless: Phrases = NO_PHRASES


def _find(rule: Question, lines: Sequence[Line], context: Context) -> Findings:
    found: dict[int, Finding] = {}
    for line in lines:
        language = line.utterance.language or context.language
        for start, end in context.view.sentences(line):
            said = line.utterance.text[start:end]
            if asks(said, language) and not _is_empty(said, language, rule.unless):
                found[line.index] = Finding(True, 1.0, start, end)
                break
    return found


def _is_empty(sentence: str, language: str, phrases: PhraseList) -> bool:
    """Whether the phrases leave no more than one word of a sentence."""
    folded = fold(sentence)
    hits = phrases.every_hit(folded, marks(folded))
    if not hits:
        return False
    left = list(folded)
    for hit in hits:
        left[hit.start : hit.end] = " " * (hit.end - hit.start)
    return len(tokens.words("".join(left), language)) <= 1


def _check(rule: Question, context: Context) -> Outcome:
    search = context.search(rule)
    if isinstance(search, Outcome):
        return search
    hits = hits_of(context, search.lines, _find(rule, search.lines, context))
    return line_verdict(
        context,
        search,
        hits,
        rule.at_least,
        found=f"Asked: {cite(hits)}.",
        missing=lambda: f"Nothing is asked in {search.anywhere}.",
        searched=f"looked for questions in {search.where}",
        strength=strength_of(context, hits),
    )


KIND = Kind(
    "question",
    Question,
    _check,
    _find,
    change="It would have passed had enough been asked there.",
    kept="It would have failed had too few questions been asked there.",
)
