"""``similar``: something is said that means the same as one of the examples.

What it does: compares each sentence with the examples and the counter-examples by sentence
embedding. The score is 0.5 where a sentence is as near to both, near 1 where it is clearly nearer
to an example. A hit reaches ``threshold``; ``at_least`` utterances (or ``every`` one) must hit.
With ``negated: ignored`` a sentence that denies something does not hit by an example that denies
nothing: to the model "I am not angry" is nearly "I am angry".

Why it matters: empathy, restating and threats are said in a thousand ways that no list of phrases
covers. In practice counter-examples are needed: to the model all that is said on the telephone is
much alike (an insult is nearly as near to "I can see why that is upsetting" as comfort is), and
only what an example is *not* ("I understand the contract") shows where it ends. Without
counter-examples nothing but a close paraphrase of an example is a hit.

Example::

    kind: similar
    role: agent
    examples: ["I can see why that is upsetting.", "That must be annoying."]
    counter_examples: ["I understand English.", "I do not understand your question."]
    threshold: 0.6
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from qa_inspect.language.embed import Vector
from qa_inspect.language.negation import denials_in
from qa_inspect.rubric.checks.context import Context, Finding, Findings, Kind
from qa_inspect.rubric.checks.quantity import against, cite, hits_of, line_verdict, strength_of
from qa_inspect.rubric.fields import Examples
from qa_inspect.rubric.outcome import Outcome
from qa_inspect.rubric.schema import Quantity, Rule, Share
from qa_inspect.rubric.view import Line
from qa_inspect.rubric.wording import cited, listed, percent

MARGIN_SCALE = 0.02
"""Difference of cosines that moves the score from 0.50 to 0.73; e5-small lies within 0.75–0.90."""
UNRELATED = 0.83
"""Cosine of e5-small at which a sentence is as likely unrelated to an example as alike."""
UNRELATED_SCALE = 0.01
PARAPHRASE = 0.92
"""Cosine of e5-small from which a sentence says the same as an example: 0.5 where there are no
counter-examples to compare with. Insults lie at 0.84 to any sentence, unlike promises at 0.91."""
NOTHING_NEAR = 0.05
"""Score under which the nearest of all is not worth telling."""
_SHORTEST = 4
"""Characters under which a sentence means too little to compare ("yes", "嗯")."""


class Similar(Rule):
    """Fields of ``similar``."""

    heeds_denial: ClassVar[bool] = True

    kind: Literal["similar"] = "similar"
    examples: Examples
    counter_examples: Examples = ()
    threshold: Share = 0.5
    at_least: Quantity = 1


Piece: TypeAlias = tuple[Line, int, int, str]
"""A line, the stretch of its text that is asked about (characters), and that text."""


def texts_of(lines: Sequence[Line], context: Context) -> Sequence[Piece]:
    """The sentences of ``lines`` that are worth comparing, with their place in the line."""

    def ask(asked: Sequence[Line]) -> Sequence[Piece]:
        found = []
        for line in asked:
            for start, end in context.view.sentences(line):
                text = line.utterance.text[start:end].strip()
                if len(text) >= _SHORTEST:
                    found.append((line, start, end, text))
        return found

    return context.view.of_lines("sentences", lines, ask)


def _find(rule: Similar, lines: Sequence[Line], context: Context) -> Findings:
    sentences = texts_of(lines, context)
    if not sentences:
        return {}
    vectors = context.tools.vectors([text for *_, text in sentences])
    near, which = _nearest(vectors, context.tools.example_vectors(rule.examples))
    far = (
        _nearest(vectors, context.tools.example_vectors(rule.counter_examples))[0]
        if rule.counter_examples
        else None
    )
    scores = calibrated(near, far)
    found: dict[int, Finding] = {}
    for at, (line, start, end, _) in enumerate(sentences):
        score, what = float(scores[at]), rule.examples[int(which[at])]
        hit = score >= rule.threshold
        denied = _denied(rule, line, start, end, what, context) if hit else ""
        if denied:
            finding = Finding(False, 0.0, start, end, what, negated_by=denied)
        else:
            finding = Finding(hit, score, start, end, what)
        known = found.get(line.index)
        if known is None or _tells_more(finding) > _tells_more(known):
            found[line.index] = finding
    return found


def _tells_more(finding: Finding) -> tuple[bool, bool, float]:
    """Orders the findings of one line: hits, then what is denied, then the rest."""
    return finding.hit, bool(finding.negated_by), finding.score


def _denied(rule: Similar, line: Line, start: int, end: int, example: str, context: Context) -> str:
    """The word by which a sentence denies what its example does not; empty where none does."""
    if rule.negated == "counts":
        return ""
    language = line.utterance.language or context.language
    denials = denials_in(line.utterance.text[start:end], language)
    return denials[0] if denials and not denials_in(example, language) else ""


def _nearest(vectors: Vector, anchors: Vector) -> tuple[Vector, npt.NDArray[np.intp]]:
    cosines = vectors @ anchors.T
    which = cosines.argmax(axis=1)
    return cosines[np.arange(len(vectors)), which], which


def calibrated(near: Vector, far: Vector | None) -> Vector:
    """Scores 0–1 from the cosine with the nearest example and the nearest counter-example.

    A logistic curve over their difference, held down where the sentence is near to neither; without
    counter-examples over the nearness to the example alone, which must then be a paraphrase.
    """
    if far is None:
        return _logistic((near - PARAPHRASE) / UNRELATED_SCALE)
    related = _logistic((near - UNRELATED) / UNRELATED_SCALE)
    return np.minimum(_logistic((near - far) / MARGIN_SCALE), related)


def _logistic(values: Vector) -> Vector:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(values, -30, 30))), dtype=np.float32)


def _check(rule: Similar, context: Context) -> Outcome:
    search = context.search(rule)
    if isinstance(search, Outcome):
        return search
    findings = _find(rule, search.lines, context)
    hits = hits_of(context, search.lines, findings)
    best = max(findings.items(), key=lambda pair: pair[1].score, default=None)
    score = best[1].score if best else 0.0
    example = f", which is near to {listed([best[1].what])}" if best else ""
    return line_verdict(
        context,
        search,
        hits,
        rule.at_least,
        found=f"Said in other words: {cite(hits)}{example}.",
        missing=lambda: (
            f"Nothing in {search.anywhere} means the same as {listed(rule.examples, 2)}."
            + _nearly(rule, context, best)
        ),
        searched=f"looked for what means the same as {listed(rule.examples, 2)} in {search.where}",
        score=score,
        strength=score * strength_of(context, hits),
    )


def _nearly(rule: Similar, context: Context, best: tuple[int, Finding] | None) -> str:
    """A sentence on what came nearest; empty where nothing was compared."""
    if best is None:
        return ""
    at, finding = best
    proof = context.view.evidence(context.view.lines[at], finding.start, finding.end)
    why = against(finding)
    if why:
        return f" Nearest was {cited(proof)}, which {why}."
    if finding.score < NOTHING_NEAR:
        return " Nothing came near it."
    asked = f"{percent(rule.threshold)} is asked for"
    return f" Nearest was {cited(proof)}, {percent(finding.score)} near where {asked}."


def _texts(rule: Similar, lines: Sequence[Line], context: Context) -> list[str]:
    return [text for *_, text in texts_of(lines, context)]


KIND = Kind(
    "similar",
    Similar,
    _check,
    _find,
    texts=_texts,
    change="It would have passed had more been said there that is near to the examples.",
    kept="It would have failed had nothing been said there that is near to the examples.",
)
