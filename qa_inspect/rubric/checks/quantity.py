"""In how many utterances something must be found, and how a verdict on single lines is put.

Every kind that finds in lines and has ``at_least`` goes by this: a number of utterances, ``any``
(one) or ``every`` one within the scope. Here is also how hits are quoted and weighed. This module
does not know kinds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal

from qa_inspect.domain import Evidence
from qa_inspect.rubric.checks.context import Context, Finding, Findings
from qa_inspect.rubric.checks.scope import Search
from qa_inspect.rubric.outcome import Hit, Outcome, not_applicable, verdict
from qa_inspect.rubric.view import Line
from qa_inspect.rubric.wording import cited, count, quote

MOST_EVIDENCE = 12
"""Pieces of evidence that a verdict keeps."""
SINGLE = 0.85
"""How much one clearly heard hit weighs as proof, 0–1."""


def needed(at_least: int | Literal["every"], search: Search) -> int:
    """How many of the searched lines must have it; at least one."""
    return max(1, len(search.lines)) if at_least == "every" else at_least


def hits_of(context: Context, lines: Sequence[Line], findings: Findings) -> tuple[Hit, ...]:
    """The findings that suffice as hits, in order of the call."""
    hits = []
    for line in lines:
        finding = findings.get(line.index)
        if finding is not None and finding.hit:
            proof = context.view.evidence(line, finding.start, finding.end)
            hits.append(Hit(line.index, finding.start, proof))
    return tuple(hits)


def line_verdict(
    context: Context,
    search: Search,
    hits: Sequence[Hit],
    at_least: int | Literal["every"],
    *,
    found: str,
    missing: Callable[[], str],
    searched: str,
    few: str = "",
    score: float | None = None,
    strength: float = 1.0,
) -> Outcome:
    """The verdict where utterances have to hit: enough of them, or too few.

    Too few are no verdict where speech was poorly heard; where every one is asked for, it has to be
    all that are without. ``found`` explains enough hits, ``few``
    too few (as ``too_few`` unless given) and ``missing`` none at all.
    """
    if at_least == "every" and not search.lines:
        return not_applicable(f"Nothing is said in {search.where}.")
    least = needed(at_least, search)
    good = len(hits) >= least
    if good:
        explanation = found
    else:
        unheard = _unheard(context, search, hits, at_least)
        if unheard is not None:
            return unheard
        explanation = (few or too_few(at_least, hits, search, context)) if hits else missing()
    return verdict(
        good,
        found=good,
        explanation=explanation,
        searched=searched,
        share=len(hits) / least,
        score=score,
        hits=hits,
        evidence=proofs(hits),
        strength=strength,
    )


def _unheard(
    context: Context,
    search: Search,
    hits: Sequence[Hit],
    at_least: int | Literal["every"],
) -> Outcome | None:
    """The refusal to say "too few" where what is missing may not have been heard, or None."""
    if not hits:
        return context.badly_heard(search)
    if at_least != "every":
        told = f"Found {count(len(hits), 'time')} where {at_least} are asked for: {cite(hits)}"
        return context.badly_heard(search, found=told)
    bare = _without(hits, search)
    if not all(context.view.doubtful(line) for line in bare):
        return None
    told = (
        f"Found in {len(hits)} of {count(len(search.lines), 'utterance')} where every one is asked "
        "for"
    )
    others = "one" if len(bare) == 1 else str(len(bare))
    rest = replace(search, lines=tuple(bare), where=f"the other {others} of {search.where}")
    return context.badly_heard(rest, found=told)


def _without(hits: Sequence[Hit], search: Search) -> list[Line]:
    """The searched lines in which nothing was found."""
    having = {hit.utterance for hit in hits}
    return [line for line in search.lines if line.index not in having]


def proofs(hits: Sequence[Hit]) -> tuple[Evidence, ...]:
    """The evidence that is kept of all hits: the first ones."""
    return tuple(hit.evidence for hit in hits[:MOST_EVIDENCE])


def strength_of(context: Context, hits: Sequence[Hit]) -> float:
    """How much phrases weigh as proof, 0–1: more hits weigh more, poorly heard ones less."""
    if not hits:
        return 0.0
    lines = [context.view.lines[hit.utterance] for hit in hits]
    heard = context.view.confidence(lines)
    several = 1.0 - (1.0 - SINGLE) * 0.5 ** (len(hits) - 1)
    return several * (1.0 if heard is None else min(1.0, 0.4 + 0.7 * heard))


def cite(hits: Sequence[Hit]) -> str:
    """The first hits, quoted with their places."""
    shown = ", ".join(cited(hit.evidence) for hit in hits[:3])
    return f"{shown} and {len(hits) - 3} more" if len(hits) > 3 else shown


def too_few(
    at_least: int | Literal["every"],
    hits: Sequence[Hit],
    search: Search,
    context: Context,
) -> str:
    """A sentence for fewer hits than are asked for: how many there are, and what is without."""
    if at_least == "every":
        bare = sorted(_without(hits, search), key=lambda line: bool(context.view.doubtful(line)))
        proof = cited(context.view.evidence(bare[0])) if bare else ""
        more = f" and {len(bare) - 1} more" if len(bare) > 1 else ""
        return (
            f"Found in {len(hits)} of {count(len(search.lines), 'utterance')} where every one is "
            f"asked for; not in {proof}{more}."
        )
    return f"Found {count(len(hits), 'time')} where {at_least} are asked for: {cite(hits)}."


def cancelled(context: Context, findings: Findings) -> str:
    """A sentence on what was found but does not count; empty where nothing was."""
    for at, finding in findings.items():
        why = against(finding)
        if why:
            proof = context.view.evidence(context.view.lines[at], finding.start, finding.end)
            return f" {cited(proof)} {why}."
    return ""


def against(finding: Finding) -> str:
    """Why a finding does not count, as the end of a sentence; empty where it does."""
    if finding.cancelled_by:
        return f"does not count because of {quote(finding.cancelled_by)}"
    if finding.negated_by:
        return f"does not count, for {quote(finding.negated_by)} denies it"
    return ""
