"""In how many utterances something must be found, and how a verdict on single lines is put.

Every kind that finds in lines and has ``at_least`` goes by this: a number of utterances, ``any``
(one) or ``every`` one within the scope. This module does not know kinds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from qa_inspect.rubric.checks.context import Context, Finding, Findings
from qa_inspect.rubric.checks.scope import Search
from qa_inspect.rubric.outcome import Hit
from qa_inspect.rubric.view import Line
from qa_inspect.rubric.wording import cited, count, quote


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


def too_few(
    at_least: int | Literal["every"],
    hits: Sequence[Hit],
    search: Search,
    context: Context,
    shown: str,
) -> str:
    """A sentence for fewer hits than are asked for: how many there are, and what is without."""
    if at_least == "every":
        having = {hit.utterance for hit in hits}
        bare = [line for line in search.lines if line.index not in having]
        proof = cited(context.view.evidence(bare[0])) if bare else ""
        more = f" and {len(bare) - 1} more" if len(bare) > 1 else ""
        return (
            f"Found in {len(hits)} of {count(len(search.lines), 'utterance')} where every one is "
            f"asked for; not in {proof}{more}."
        )
    return f"Found {count(len(hits), 'time')} where {at_least} are asked for: {shown}."


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
