"""``said``: one of a list of phrases is said.

What it does: looks for the phrases in what the role said within the scope. A phrase of ``unless``
in the same utterance cancels a hit there. With ``at_least: N`` that many utterances must have one.

Why it matters: greetings, identity checks, disclosures and closings are fixed wording; that they
were said can be proved with the very words.

Example::

    kind: said
    role: agent
    scope: {first_utterances: 3}
    phrases: ["good (morning|afternoon)", "thank you for calling"]
    unless: ["voicemail"]
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from qa_inspect.rubric.checks.context import Context, Finding, Findings, Kind
from qa_inspect.rubric.checks.scope import Search
from qa_inspect.rubric.fields import Phrases
from qa_inspect.rubric.folding import locate
from qa_inspect.rubric.outcome import Hit, Outcome, verdict
from qa_inspect.rubric.phrases import PhraseList
from qa_inspect.rubric.schema import Count, Rule
from qa_inspect.rubric.view import Line
from qa_inspect.rubric.wording import cited, count, phrased, quote

MOST_EVIDENCE = 12
NO_PHRASES = PhraseList(())


class PhraseRule(Rule):
    """What ``said`` and ``not_said`` share."""

    phrases: Phrases
    unless: Phrases = NO_PHRASES


class Said(PhraseRule):
    """Fields of ``said``."""

    kind: Literal["said"] = "said"
    at_least: Count = 1


def find_phrases(rule: PhraseRule, lines: Sequence[Line], context: Context) -> Findings:
    """Lines in which a phrase is said; where another one cancels it, as no hit."""
    found: dict[int, Finding] = {}
    for line, hit in context.view.phrase_hits(rule.phrases, lines):
        start, end = locate(line.utterance.text, line.folded, hit.start, hit.end)
        against = rule.unless.first(line.folded, line.marks)
        if against is None:
            found[line.index] = Finding(True, 1.0, start, end, hit.phrase)
        else:
            text = line.utterance.text
            first, last = locate(text, line.folded, against.start, against.end)
            found[line.index] = Finding(False, 0.0, start, end, hit.phrase, text[first:last])
    return found


def cancelled(context: Context, findings: Findings) -> str:
    """A sentence on what was said but cancelled by ``unless``; empty where nothing was."""
    for at, finding in findings.items():
        if finding.cancelled_by:
            proof = context.view.evidence(context.view.lines[at], finding.start, finding.end)
            return f" {cited(proof)} does not count because of {quote(finding.cancelled_by)}."
    return ""


def hits_of(context: Context, lines: Sequence[Line], findings: Findings) -> tuple[Hit, ...]:
    """The findings that suffice as hits, in order of the call."""
    hits = []
    for line in lines:
        finding = findings.get(line.index)
        if finding is not None and finding.hit:
            proof = context.view.evidence(line, finding.start, finding.end)
            hits.append(Hit(line.index, finding.start, proof))
    return tuple(hits)


def sought(phrases: PhraseList, search: Search) -> str:
    """What was looked for and where, in words."""
    return f"looked for {phrased(phrases.texts)} in {search.where}"


def strength_of(context: Context, hits: Sequence[Hit]) -> float:
    """How much phrases weigh as proof, 0–1: more hits weigh more, poorly heard ones less."""
    if not hits:
        return 0.0
    lines = [context.view.lines[hit.utterance] for hit in hits]
    heard = context.view.confidence(lines)
    several = 1.0 - 0.15 * 0.5 ** (len(hits) - 1)
    return several * (1.0 if heard is None else min(1.0, 0.4 + 0.7 * heard))


def cite(hits: Sequence[Hit]) -> str:
    """The first hits, quoted with their places."""
    shown = ", ".join(cited(hit.evidence) for hit in hits[:3])
    return f"{shown} and {len(hits) - 3} more" if len(hits) > 3 else shown


def _check(rule: Said, context: Context) -> Outcome:
    search = context.search(rule)
    if isinstance(search, Outcome):
        return search
    findings = find_phrases(rule, search.lines, context)
    hits = hits_of(context, search.lines, findings)
    where = sought(rule.phrases, search)
    if len(hits) >= rule.at_least:
        return verdict(
            True,
            found=True,
            explanation=f"Said: {cite(hits)}.",
            searched=where,
            hits=hits[:MOST_EVIDENCE],
            strength=strength_of(context, hits),
        )
    unheard = context.badly_heard(search)
    if unheard is not None:
        return unheard
    if hits:
        explanation = (
            f"Said {count(len(hits), 'time')} where {rule.at_least} are asked for: {cite(hits)}."
        )
    else:
        explanation = f"Never said in {search.where}: {phrased(rule.phrases.texts)}."
        explanation += cancelled(context, findings)
    return verdict(
        False,
        found=False,
        explanation=explanation,
        searched=where,
        share=len(hits) / rule.at_least,
        hits=hits[:MOST_EVIDENCE],
    )


KIND = Kind(
    "said",
    Said,
    _check,
    find_phrases,
    change="It would have passed had one of the phrases been said there.",
)
