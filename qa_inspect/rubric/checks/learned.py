"""``learned``: something is said that a head, trained on your own labelled lines, takes for it.

What it does: asks a head how likely each utterance shows the thing, 0–1. ``qa-inspect rubric train
LINES --out heads/rude.npz`` makes a head in seconds from lines labelled yes and no, and says how
well it told lines apart that it had not seen. ``head`` is its path from the rubric file, or a bare
name: ``rude`` is ``heads/rude.npz`` beside the rubric, else a head shipped with the product. A hit
reaches ``threshold`` (default: where the head was best in training); ``at_least`` utterances must
hit. ``by: sentence`` asks about each sentence of an utterance, for heads trained on sentences.

Why it matters: what your team calls rude, helpful or pushy is known to your team. Fifty labelled
lines of each kind say it better than any list of phrases, and the figures say how far to trust it.
The head keeps numbers, never the lines.

Example::

    kind: none                      # as a flag, the rule alone
    role: agent
    rules:
      - {kind: learned, head: heads/rude.npz, threshold: 0.7}
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import StringConstraints

from qa_inspect.rubric.checks.context import Context, Findings, Kind
from qa_inspect.rubric.checks.scored_lines import By, judged, likeliest, pieces
from qa_inspect.rubric.heads import Head
from qa_inspect.rubric.outcome import Outcome
from qa_inspect.rubric.schema import Quantity, Rule, Share
from qa_inspect.rubric.view import Line

HeadName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class Learned(Rule):
    """Fields of ``learned``."""

    kind: Literal["learned"] = "learned"
    head: HeadName
    threshold: Share | None = None
    at_least: Quantity = 1
    by: By = "utterance"

    @property
    def trained_head(self) -> str:
        """The head it asks."""
        return self.head

    @property
    def in_words(self) -> str:
        """``what the head heads/rude.npz takes for it``."""
        return f"what the head {self.head} takes for it"


def _head(rule: Learned, context: Context) -> Head:
    return context.tools.head(rule.head, context.rubric.path)


def _threshold(rule: Learned, head: Head) -> float:
    return head.card.threshold if rule.threshold is None else rule.threshold


def _find(rule: Learned, lines: Sequence[Line], context: Context) -> Findings:
    head = _head(rule, context)
    asked = pieces(lines, rule.by, context)
    if not asked:
        return {}
    texts = [text for *_, text in asked]
    scores = head.scores(context.tools.vectors(texts), texts)
    return likeliest(asked, scores.tolist(), _threshold(rule, head))


def _check(rule: Learned, context: Context) -> Outcome:
    search = context.search(rule)
    if isinstance(search, Outcome):
        return search
    head = _head(rule, context)
    return judged(
        context,
        search,
        _find(rule, search.lines, context),
        asked=f"the head {head.card.name}",
        threshold=_threshold(rule, head),
        at_least=rule.at_least,
    )


def _texts(rule: Learned, lines: Sequence[Line], context: Context) -> list[str]:
    return [text for *_, text in pieces(lines, rule.by, context)]


KIND = Kind(
    "learned",
    Learned,
    _check,
    _find,
    texts=_texts,
    change="It would have passed had more been said there that is like the lines labelled yes.",
    kept="It would have failed had nothing been said there that is like the lines labelled yes.",
)
