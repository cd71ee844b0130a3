"""What kinds share that give every line a likelihood: ``learned``, ``classifier``.

Lines are asked about whole, as they were when a head was trained, or sentence by sentence. This
module does not know where likelihoods come from.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from qa_inspect.rubric.checks.context import Context, Finding, Findings
from qa_inspect.rubric.checks.quantity import cite, hits_of, line_verdict, strength_of
from qa_inspect.rubric.checks.scope import Search
from qa_inspect.rubric.checks.similar import NOTHING_NEAR, Piece, texts_of
from qa_inspect.rubric.outcome import Outcome
from qa_inspect.rubric.view import Line
from qa_inspect.rubric.wording import cited, percent

By = Literal["utterance", "sentence"]


def pieces(lines: Sequence[Line], by: By, context: Context) -> Sequence[Piece]:
    """What is asked about: whole utterances, or each of their sentences that is not too short."""
    if by == "sentence":
        return texts_of(lines, context)
    return [(line, 0, len(line.utterance.text), line.utterance.text) for line in lines]


def likeliest(
    asked: Sequence[Piece], scores: Iterable[float], threshold: float, whats: Sequence[str] = ()
) -> Findings:
    """The likeliest piece of each line as its finding. ``whats`` are what each piece shows."""
    found: dict[int, Finding] = {}
    for at, ((line, start, end, _), score) in enumerate(zip(asked, scores, strict=True)):
        best = found.get(line.index)
        if best is None or score > best.score:
            what = whats[at] if whats else ""
            found[line.index] = Finding(score >= threshold, float(score), start, end, what)
    return found


def judged(
    context: Context,
    search: Search,
    findings: Findings,
    *,
    asked: str,
    threshold: float,
    at_least: int | Literal["every"],
) -> Outcome:
    """The verdict: passes where ``at_least`` lines (or ``every`` one) reach the threshold.

    ``asked`` is who says so, in words.
    """
    hits = hits_of(context, search.lines, findings)
    best = max(findings.items(), key=lambda pair: pair[1].score, default=None)
    score = best[1].score if best else 0.0
    asked_for = f"{percent(threshold)} is asked for"

    def missing() -> str:
        told = f"Not found in {search.anywhere} by {asked}."
        if best is None:
            return told
        if score < NOTHING_NEAR:
            return f"{told} Nothing came near it."
        proof = context.view.evidence(context.view.lines[best[0]], best[1].start, best[1].end)
        return f"{told} Likeliest was {cited(proof)}, {percent(score)} where {asked_for}."

    return line_verdict(
        context,
        search,
        hits,
        at_least,
        found=f"Found by {asked}: {cite(hits)}.",
        missing=missing,
        searched=f"asked {asked} about {search.where}",
        score=score,
        strength=score * strength_of(context, hits),
    )
