"""``cues``: how much of something is in what is said, by weighted signs of it.

What it does: adds up, line by line, the weights of the cues found, each at most twice, and how
much nearer the line is to the ``examples`` than to the ``counter_examples`` (mean cosine,
``nearness`` per hundredth). A logistic curve makes 0–1 of the sum; 0.5 is where it is zero. A line
that reaches ``threshold`` is a hit. ``over: call`` is for habits: the mean of all lines passes from
``target`` on, points fall in proportion below; it is the curve of the mean sum, so that a line with
a heavy sign weighs more than one with little in it. ``over: line`` is for things that one line can
show: one hit suffices (or ``at_least`` so many, or ``every`` line), and of a long line the sentence
nearest to the examples counts. With ``negated: ignored`` a cue that is denied does not count. A cue
counts anywhere, or only ``at: start`` of what is said; not where a phrase of ``not_after`` comes
right before it ("idiot" is said to you, "by an idiot" of somebody else). ``head`` names a trained
head among the shipped ones that adds what the wording as a whole says beyond the cues (politeness
in English, abuse in English and Chinese). With ``at_worst: 0`` cues against it only take away what
others give: "he called me an idiot" is then no less abusive than a line without a sign.

Why it matters: manners are no single phrase. "Please" in the middle asks, at the start orders;
"could you" softens, "why did you" accuses. Signs add up, and each one is shown.

Example::

    kind: cues
    role: agent
    target: 0.5
    bias: -0.3
    cues:
      - {weight: 1.1, phrases: ["thank you", "thanks"]}
      - {weight: -0.6, phrases: ["why (did|do) [not] you"]}
      - {weight: -0.6, at: start, phrases: ["give me", "tell me"]}
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from qa_inspect.domain import Role
from qa_inspect.rubric.checks.context import Context, Finding, Findings, Kind
from qa_inspect.rubric.checks.phrase_search import NO_PHRASES, place
from qa_inspect.rubric.checks.quantity import cite, hits_of, line_verdict, strength_of
from qa_inspect.rubric.checks.scope import Search
from qa_inspect.rubric.checks.similar import texts_of
from qa_inspect.rubric.fields import Examples, Phrases
from qa_inspect.rubric.folding import locate
from qa_inspect.rubric.outcome import Hit, Outcome, not_applicable, verdict
from qa_inspect.rubric.phrases import PhraseHit
from qa_inspect.rubric.schema import Model, Name, Quantity, Rule, Share
from qa_inspect.rubric.view import CallView, Line
from qa_inspect.rubric.word_heads import WordHead
from qa_inspect.rubric.wording import cited, count, percent, phrased, who, whose

_COUNTED = 2
"""How often one cue counts in one line: a third "thank you" makes nothing politer."""
_HUNDREDTH = 0.01
_SHOWN = 3
_MOST_FOR, _MOST_AGAINST = 2.0, 4.0
"""What one line can weigh in the mean of a call, 0.88 or 0.02: a thank-you makes no insult good."""


class Cue(Model):
    """One sign: what it weighs (below zero: against) and the phrases that show it.

    A hit that follows at once on a phrase of ``not_after`` does not count.
    """

    weight: Annotated[float, Field(ge=-10, le=10)]
    phrases: Phrases
    at: Literal["anywhere", "start"] = "anywhere"
    not_after: Phrases = NO_PHRASES

    def counted(self, line: Line, view: CallView) -> list[PhraseHit]:
        """Its hits in a line, from left to right, without those that do not count."""
        return [
            hit
            for hit in view.hits(self.phrases, line)
            if (self.at != "start" or not hit.start) and not self._excused(line.folded, hit)
        ]

    def _excused(self, folded: str, hit: PhraseHit) -> bool:
        return bool(self.not_after.texts) and self.not_after.at_end_of(folded[: hit.start].rstrip())


class Cues(Rule):
    """Fields of ``cues``. ``target`` concerns ``over: call`` alone."""

    heeds_denial: ClassVar[bool] = True

    kind: Literal["cues"] = "cues"
    cues: Annotated[tuple[Cue, ...], Field(min_length=1, max_length=200)]
    over: Literal["call", "line"] = "call"
    bias: float = 0.0
    at_worst: Annotated[float, Field(le=0)] | None = None
    examples: Examples = ()
    counter_examples: Examples = ()
    nearness: Annotated[float, Field(ge=0)] = 0.3
    head: Name | None = None
    threshold: Share = 0.5
    target: Share = 0.5
    at_least: Quantity = 1

    @model_validator(mode="after")
    def _lines_or_call(self) -> Cues:
        if self.at_least != 1 and self.over == "call":
            raise ValueError("at_least counts lines, so it needs over: line")
        return self


def _find(rule: Cues, lines: Sequence[Line], context: Context) -> Findings:
    sums = dict.fromkeys((line.index for line in lines), 0.0)
    strongest: dict[int, tuple[float, PhraseHit]] = {}
    for cue in rule.cues:
        for line in context.view.candidates(cue.phrases, lines):
            hits = cue.counted(line, context.view)
            if rule.negated == "ignored":
                hits = [hit for hit in hits if not place(rule, line, hit, context).denied]
            if not hits:
                continue
            sums[line.index] += cue.weight * min(len(hits), _COUNTED)
            known = strongest.get(line.index)
            if known is None or abs(cue.weight) > abs(known[0]):
                strongest[line.index] = (cue.weight, hits[0])
    if rule.at_worst is not None:
        sums = {at: max(rule.at_worst, total) for at, total in sums.items()}
    for at, lead in _leads(rule, lines, context).items():
        sums[at] += rule.nearness * lead / _HUNDREDTH
    for at, odds in _of_the_whole(rule, lines, context).items():
        sums[at] += odds
    found: dict[int, Finding] = {}
    for line in lines:
        score = _curve(rule.bias + sums[line.index])
        hit = score >= rule.threshold
        start, end, what = 0, len(line.utterance.text), ""
        # the words that made it are shown only of a hit, and a call's mean shows whole lines
        if hit and rule.over == "line" and line.index in strongest:
            sign = strongest[line.index][1]
            start, end = locate(line.utterance.text, line.folded, sign.start, sign.end)
            what = sign.phrase
        found[line.index] = Finding(hit, score, start, end, what)
    return found


def _curve(total: float) -> float:
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))


def _mean(findings: Findings) -> float:
    """The curve of the mean sum; a plain mean of scores would level out what is grave."""
    least, most = _curve(-_MOST_AGAINST), _curve(_MOST_FOR)
    shares = [min(most, max(least, finding.score)) for finding in findings.values()]
    return _curve(sum(math.log(share / (1.0 - share)) for share in shares) / max(1, len(shares)))


def _leads(rule: Cues, lines: Sequence[Line], context: Context) -> Mapping[int, float]:
    """By how much each line is nearer to the examples than to the counter-examples."""
    pieces = _pieces(rule, lines, context)
    if not pieces or not rule.examples or not rule.counter_examples or rule.nearness == 0:
        return {}
    vectors = context.tools.vectors([text for _, text in pieces])
    leads: dict[int, float] = {}
    towards = context.tools.direction(rule.examples, rule.counter_examples)
    for (at, _), lead in zip(pieces, (vectors @ towards).tolist(), strict=True):
        leads[at] = max(lead, leads.get(at, -1.0))
    return leads


def _of_the_whole(rule: Cues, lines: Sequence[Line], context: Context) -> Mapping[int, float]:
    """The log-odds that the head adds to each line; of a line in pieces, the highest."""
    if rule.head is None:
        return {}
    head = context.tools.word_head(rule.head, context.rubric.path)
    # runs of letters are weighed over the whole line, a meaning is of a sentence
    pieces = _pieces(rule, lines, context) if isinstance(head, WordHead) else _wholes(lines)
    texts = [text for _, text in pieces]
    found: dict[int, float] = {}
    if isinstance(head, WordHead):
        added = head.odds(texts, context.tools.vectors(texts), context.language)
    else:
        added = head.odds(texts)
    for (at, _), odds in zip(pieces, added.tolist(), strict=True):
        found[at] = max(odds, found.get(at, odds))
    return found


def _pieces(rule: Cues, lines: Sequence[Line], context: Context) -> list[tuple[int, str]]:
    """What is compared with the examples, each with its line's index."""
    if rule.over == "call":
        return _wholes(lines)
    return [(line.index, text) for line, _, _, text in texts_of(lines, context)]


def _wholes(lines: Sequence[Line]) -> list[tuple[int, str]]:
    return [(line.index, line.utterance.text) for line in lines]


def _check(rule: Cues, context: Context) -> Outcome:
    search = context.search(rule)
    if isinstance(search, Outcome):
        return search
    if not search.lines:
        return not_applicable(f"Nothing is said in {search.where}.")
    findings = _find(rule, search.lines, context)
    judge = _over_call if rule.over == "call" else _over_lines
    return judge(rule, context, search, findings)


def _over_lines(rule: Cues, context: Context, search: Search, findings: Findings) -> Outcome:
    hits = hits_of(context, search.lines, findings)
    score = max(finding.score for finding in findings.values())
    return line_verdict(
        context,
        search,
        hits,
        rule.at_least,
        found=f"Found{_told_by(rule, hits, context)}.",
        missing=lambda: f"Not found in {search.anywhere}. {_nearest(rule, context, findings)}",
        searched=_sought(rule, search),
        score=score,
        strength=score * strength_of(context, hits),
    )


def _told_by(rule: Cues, hits: Sequence[Hit], context: Context) -> str:
    """The hits; where anybody was listened to, with who said which."""
    if rule.role != "any":
        return f": {cite(hits)}"
    sides: dict[str, list[Hit]] = {}
    for hit in hits:
        role = context.view.lines[hit.utterance].utterance.role
        sides.setdefault("somebody" if role is Role.UNKNOWN else who(role.value), []).append(hit)
    return "".join(f", said by {side}: {cite(own)}" for side, own in sides.items())


def _nearest(rule: Cues, context: Context, findings: Findings) -> str:
    """A sentence on the utterance that came nearest: who said it, when, and how strong it is."""
    at, best = max(findings.items(), key=lambda pair: pair[1].score)
    compared = rule.head or (rule.examples and rule.counter_examples)
    if not compared and best.score <= _curve(rule.bias):
        return "None of its signs was heard there."
    line = context.view.lines[at]
    proof = cited(context.view.evidence(line, best.start, best.end))
    said = f"{whose(line.utterance.role.value)} {proof}"
    asked = f"where {percent(rule.threshold)} is asked for"
    if best.score < rule.threshold / 2:
        return f"Nothing came near it; the strongest was {said}, {percent(best.score)} {asked}."
    return f"Nearest was {said}: its signs come to {percent(best.score)} {asked}."


def _over_call(rule: Cues, context: Context, search: Search, findings: Findings) -> Outcome:
    mean = _mean(findings)
    good = mean >= rule.target
    told = f"{percent(mean)} on average over {count(len(findings), 'utterance')}"
    asked = f"{percent(rule.target)} is asked for"
    found = "" if good else f"It comes to {told} where {asked}"
    unheard = context.badly_heard(search, measured=good, found=found)
    if unheard is not None:
        return unheard
    ranked = sorted(search.lines, key=lambda line: findings[line.index].score, reverse=good)
    shown = [line for line in ranked if findings[line.index].hit == good][:_SHOWN]
    hits = tuple(
        Hit(line.index, 0, context.view.evidence(line))
        for line in sorted(shown, key=lambda line: line.index)
    )
    named = "Most for it" if good else "Most against it"
    examples = f" {named}: {', '.join(cited(hit.evidence) for hit in hits)}." if hits else ""
    return verdict(
        good,
        found=good,
        explanation=f"{told}, where {asked}.{examples}",
        searched=_sought(rule, search),
        share=1.0 if good else mean / rule.target,
        score=mean,
        hits=hits,
        strength=mean,
    )


def _sought(rule: Cues, search: Search) -> str:
    sides = {"for": [cue for cue in rule.cues if cue.weight > 0]}
    sides["against"] = [cue for cue in rule.cues if cue.weight < 0]
    signs = [
        f"{side} it such as {phrased(cues[0].phrases.texts, 3)}"
        for side, cues in sides.items()
        if cues
    ]
    return f"weighed signs {' and '.join(signs)} in {search.where}"


def _texts(rule: Cues, lines: Sequence[Line], context: Context) -> list[str]:
    compared = bool(rule.examples)
    if rule.head is not None and not compared:
        compared = isinstance(context.tools.word_head(rule.head, context.rubric.path), WordHead)
    return [text for _, text in _pieces(rule, lines, context)] if compared else []


KIND = Kind(
    "cues",
    Cues,
    _check,
    _find,
    texts=_texts,
    change="It would have passed had more been said that speaks for it, or less that speaks "
    "against it.",
    kept="It would have failed had too little been said that speaks for it, or too much "
    "against it.",
)
