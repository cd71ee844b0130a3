"""``not_said``: none of a list of phrases is said.

What it does: passes when no phrase is said by the role within the scope; each hit is cited, also
several in one utterance. A phrase of ``unless`` in the same utterance makes its hits harmless, with
``negated: ignored`` so does a word that denies one. ``at_most: N`` forgives N utterances. With
``match``, ``within`` and ``near`` (see ``said``) only several phrases together are forbidden.

Why it matters: forbidden wording (blame, sarcasm, promises that may not be made) costs trust at
once, and the exact words are what a team lead needs for coaching.

Example::

    kind: not_said
    role: agent
    phrases: ["calm down", "that is not my problem"]
    unless: ["you said ..."]
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from qa_inspect.rubric.checks.context import Context, Finding, Findings, Kind
from qa_inspect.rubric.checks.phrase_search import PhraseRule, find_phrases, place
from qa_inspect.rubric.checks.quantity import cancelled, cite, proofs
from qa_inspect.rubric.checks.said import first_places, sought, together
from qa_inspect.rubric.outcome import Hit, Outcome, verdict
from qa_inspect.rubric.view import Line
from qa_inspect.rubric.wording import count


class NotSaid(PhraseRule):
    """Fields of ``not_said``."""

    kind: Literal["not_said"] = "not_said"
    at_most: Annotated[int, Field(ge=0)] = 0


def _check(rule: NotSaid, context: Context) -> Outcome:
    search = context.search(rule)
    if isinstance(search, Outcome):
        return search
    hits = _every_hit(rule, search.lines, context)
    where = sought(rule.phrases, search, together(rule))
    if len({hit.utterance for hit in hits}) > rule.at_most:
        return verdict(
            False,
            found=False,
            explanation=f"Said {count(len(hits), 'time')}: {cite(hits)}.",
            searched=where,
            hits=hits,
            evidence=proofs(hits),
        )
    unheard = context.badly_heard(search, expected=False)
    if unheard is not None:
        return unheard
    none = "None of the phrases was" if len(rule.phrases.texts) > 1 else "The phrase was not"
    few = f" more than {count(rule.at_most, 'time')}" if rule.at_most else ""
    return verdict(
        True,
        found=True,
        explanation=f"{none} said{few} in {search.anywhere}."
        + _harmless(rule, search.lines, context),
        searched=where,
        hits=hits,
        evidence=proofs(hits),
    )


def _every_hit(rule: NotSaid, lines: Sequence[Line], context: Context) -> tuple[Hit, ...]:
    """All that must not be said in all of the lines, in order of the call."""
    if rule.across_lines:
        first = first_places(rule, lines, context)
        return tuple(
            Hit(line.index, one.start, context.view.evidence(line, one.start, one.end))
            for line, one in (first.values() if len(first) >= rule.wanted else ())
        )
    said = find_phrases(rule, lines, context)
    hits = []
    for line in lines:
        finding = said.get(line.index)
        if finding is None or not finding.hit:
            continue
        stretches = (
            [(finding.start, finding.end)] if rule.wanted > 1 else _each(rule, line, context)
        )
        for start, end in stretches:
            hits.append(Hit(line.index, start, context.view.evidence(line, start, end)))
    return tuple(hits)


def _harmless(rule: NotSaid, lines: Sequence[Line], context: Context) -> str:
    """A sentence on what was said and does not count; empty where nothing was."""
    return "" if rule.across_lines else cancelled(context, find_phrases(rule, lines, context))


def _each(rule: NotSaid, line: Line, context: Context) -> list[tuple[int, int | None]]:
    """Every forbidden phrase of a line that is not denied."""
    every = (place(rule, line, hit, context) for hit in context.view.hits(rule.phrases, line))
    return [(one.start, one.end) for one in every if not one.denied]


def _find(rule: NotSaid, lines: Sequence[Line], context: Context) -> Findings:
    """Lines in which no phrase is said."""
    said = find_phrases(rule, lines, context)
    dirty = {at for at, finding in said.items() if finding.hit}
    return {line.index: Finding(True, 1.0) for line in lines if line.index not in dirty}


KIND = Kind(
    "not_said",
    NotSaid,
    _check,
    _find,
    shows=find_phrases,
    negative=True,
    change="It would have passed had these words not been said.",
    kept="It would have failed had its phrases been said there more often than is allowed.",
)
