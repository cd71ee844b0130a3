"""``said``: one or several of a list of phrases are said.

What it does: looks for the phrases in what the role said within the scope. ``match: all`` asks for
every phrase of the list and ``match: 2`` for two different ones; ``within: sentence`` or ``within:
utterance`` asks for them together, ``near: 5`` with at most five words between one and the next (in
scripts without spaces two letters are a word). ``at_least: N`` asks for N utterances, ``at_least:
every`` for every one in the scope. A phrase of ``unless`` in the same utterance cancels a hit
there; with ``negated: ignored`` so does a word that denies it ("not", 没有). Numbers match however
they are written or spoken.

Why it matters: greetings, identity checks, disclosures and closings are fixed wording; that they
were said can be proved with the very words.

Example::

    kind: said
    role: agent
    scope: {first_utterances: 3}
    match: 2
    phrases: ["good (morning|afternoon)", "my name is", "thank you for calling"]
    unless: ["voicemail"]
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import model_validator

from qa_inspect.rubric.checks.context import Context, Findings, Kind
from qa_inspect.rubric.checks.phrase_search import (
    PhraseRule,
    Place,
    find_phrases,
    places,
)
from qa_inspect.rubric.checks.quantity import (
    cancelled,
    cite,
    hits_of,
    line_verdict,
    proofs,
    strength_of,
)
from qa_inspect.rubric.checks.scope import Search
from qa_inspect.rubric.outcome import Hit, Outcome, verdict
from qa_inspect.rubric.phrases import PhraseList
from qa_inspect.rubric.schema import Quantity
from qa_inspect.rubric.view import Line
from qa_inspect.rubric.wording import cited, count, phrased


class Said(PhraseRule):
    """Fields of ``said``."""

    kind: Literal["said"] = "said"
    at_least: Quantity = 1

    @model_validator(mode="after")
    def _lines_or_call(self) -> Said:
        if self.at_least != 1 and self.across_lines:
            raise ValueError(
                "at_least counts utterances, so the phrases have to be in one: "
                "give within: utterance, within: sentence or near"
            )
        return self


def sought(phrases: PhraseList, search: Search, how: str = "") -> str:
    """What was looked for and where, in words; ``how`` says how several belong together."""
    return f"looked for {how}{phrased(phrases.texts)} in {search.where}"


def _check(rule: Said, context: Context) -> Outcome:
    search = context.search(rule)
    if isinstance(search, Outcome):
        return search
    if rule.across_lines:
        return _check_several(rule, context, search)
    findings = find_phrases(rule, search.lines, context)
    hits = hits_of(context, search.lines, findings)
    return line_verdict(
        context,
        search,
        hits,
        rule.at_least,
        found=f"Said: {cite(hits)}.",
        missing=lambda: (
            f"Never said in {search.anywhere}: {phrased(rule.phrases.texts)}."
            + cancelled(context, findings)
            + _nearly(context, findings)
        ),
        searched=sought(rule.phrases, search, together(rule)),
        strength=strength_of(context, hits),
    )


def _check_several(rule: Said, context: Context, search: Search) -> Outcome:
    """Several phrases, each somewhere in the scope."""
    first = first_places(rule, search.lines, context)
    hits = tuple(
        Hit(line.index, one.start, context.view.evidence(line, one.start, one.end))
        for line, one in first.values()
    )
    where = sought(rule.phrases, search, together(rule))
    good = len(first) >= rule.wanted
    missing = [text for text in rule.phrases.texts if text not in first]
    total = count(len(rule.phrases.texts), "phrase")
    explanation = f"{len(first)} of {total} said where {rule.wanted} are asked for"
    explanation += f": {cite(hits)}" if hits else ""
    if not good:
        unheard = context.badly_heard(search, found=explanation if hits else "")
        if unheard is not None:
            return unheard
    explanation += "."
    if not good:
        explanation += f" Missing: {phrased(missing)}."
    return verdict(
        good,
        found=good,
        explanation=explanation,
        searched=where,
        share=len(first) / rule.wanted,
        hits=hits,
        evidence=proofs(hits),
        strength=strength_of(context, hits),
    )


def first_places(
    rule: PhraseRule, lines: Sequence[Line], context: Context
) -> dict[str, tuple[Line, Place]]:
    """Where each phrase is said first, in order of the call; what is cancelled does not count."""
    first: dict[str, tuple[Line, Place]] = {}
    for line in context.view.candidates(rule.phrases, lines):
        if not context.view.hits(rule.unless, line):
            for one in places(rule, line, context):
                if not one.denied:
                    first.setdefault(one.phrase, (line, one))
    return first


def _nearly(context: Context, findings: Findings) -> str:
    """A sentence on the line that holds most of what belongs together."""
    near = [(finding.score, at) for at, finding in findings.items() if finding.lacks]
    if not near:
        return ""
    at = max(near)[1]
    finding = findings[at]
    proof = context.view.evidence(context.view.lines[at], finding.start, finding.end)
    return f" Nearest was {cited(proof)}, without {phrased(finding.lacks)}."


def together(rule: PhraseRule) -> str:
    """How the phrases belong together, as an addition to a sentence; empty for one of them."""
    if rule.wanted == 1:
        return ""
    how = f"{rule.wanted} different of "
    if rule.near is not None:
        how = f"{rule.wanted} different, at most {count(rule.near, 'word')} apart, of "
    return f"in one {rule.within} {how}" if rule.within != "call" else how


KIND = Kind(
    "said",
    Said,
    _check,
    find_phrases,
    change="It would have passed had one of the phrases, or as many as are asked for, been "
    "said there.",
    kept="It would have failed had none of its phrases been said there.",
)
