"""``emotion``: somebody is upset, or becomes it, or calms down, by words and voice.

What it does: gives every utterance a likelihood that its speaker is upset (angry, fed up, worried,
sad). The words are weighed by a head that was trained on labelled lines. A mood lasts: the
speaker's ``around`` utterances before and after are read along, each a little, up to a bound (lines
given to ``rubric try`` are read as one call in their order; ``around: 0`` takes each alone). Where
the recording was measured, a voice that is louder, higher and sharper than this speaker's own usual
one adds to it; a call without sound is judged by the words. ``trend: any`` asks whether
``at_least`` utterances reach ``threshold``. ``trend: worse`` asks whether the mean of the last
third reaches ``threshold`` and is at least ``change`` above that of the first third, ``trend:
better`` the reverse; longer utterances count more, and fewer than ``min_utterances`` are too few to
tell. ``voice: false`` leaves the sound out; ``head`` names a head of your own.

Why it matters: how a customer hangs up is what he remembers. A call that turns bad is one to
listen to, a call that was turned round is one to learn from. A single line is uncertain evidence
(see the head's figures); the course of many is better.

Example::

    flags:
      - id: upset
        kind: emotion
        role: customer
        trend: worse
        threshold: 0.4
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from qa_inspect.rubric.checks.context import Context, Finding, Findings, Kind
from qa_inspect.rubric.checks.learned import HeadName
from qa_inspect.rubric.checks.quantity import cite, hits_of, line_verdict, needed, strength_of
from qa_inspect.rubric.checks.scope import Search
from qa_inspect.rubric.outcome import Hit, Outcome, not_applicable, verdict
from qa_inspect.rubric.schema import Quantity, Rule, Share
from qa_inspect.rubric.sound_measures import departure, raised, voice_bases
from qa_inspect.rubric.view import CallView, Line
from qa_inspect.rubric.wording import cited, count, percent, who

HEAD = "emotion"
ORDINARY = -1.386
"""Log-odds (20 %) from which on an utterance speaks for a mood in those beside it."""
BESIDE = 0.2
MOST_BESIDE = 1.0
"""What an utterance beside counts, and how far from the ordinary at most. Measured on television
lines: in their order the head tells better with it, and in no order not worse."""
LOUDER_DB = 6.0
"""By how much a raised voice is louder than its speaker's usual one."""
USUAL_RAISE = 0.4
"""How much of a raised voice (0–1) there is in calm talk; up to 0.34 in a real calm call."""
MOST_VOICE = 1.5
"""Log-odds that a voice can add: it cannot tell anger from joy, so words must come first."""
_CALM = 0.5
"""The share of the threshold below which a stretch is called calm, from which on uneasy."""
_LONG = 40
"""Letters from which on an utterance counts fully in a mean; "yes" says little of a mood."""


class Emotion(Rule):
    """Fields of ``emotion``. ``change`` and ``min_utterances`` concern a trend alone."""

    kind: Literal["emotion"] = "emotion"
    emotion: Literal["negative"] = "negative"
    trend: Literal["any", "worse", "better"] = "any"
    threshold: Share = 0.5
    at_least: Quantity = 1
    change: Annotated[float, Field(gt=0, le=1)] = 0.15
    min_utterances: Annotated[int, Field(ge=2)] = 4
    around: Annotated[int, Field(ge=0, le=5)] = 2
    voice: bool = True
    head: HeadName = HEAD

    @property
    def trained_head(self) -> str:
        """The head it asks."""
        return self.head

    @property
    def in_words(self) -> str:
        """``a mood that gets worse``."""
        if self.trend == "any":
            return "somebody who is upset"
        return f"a mood that gets {self.trend}"


@dataclass(frozen=True, slots=True)
class _Course:
    """The mean likelihoods of the first and the last third, 0–1, the highest, and the lines."""

    start: float
    end: float
    highest_first: float
    highest_last: float
    first: tuple[Line, ...]
    last: tuple[Line, ...]

    def told(self, threshold: float) -> str:
        """``begins calm (12 %), ends upset (78 %)``."""
        return (
            f"begins {_mood(self.start, self.highest_first, threshold)} ({percent(self.start)}), "
            f"ends {_mood(self.end, self.highest_last, threshold)} ({percent(self.end)})"
        )


def _mood(likely: float, highest: float, threshold: float) -> str:
    """The word for a stretch; one that holds an upset utterance is never called calm."""
    if likely >= threshold:
        return "upset"
    uneasy = likely >= threshold * _CALM or highest >= threshold
    return "uneasy" if uneasy else "calm"


def _find(rule: Emotion, lines: Sequence[Line], context: Context) -> Findings:
    words = _by_words(rule, lines, context)
    voice = voice_odds(context.view) if rule.voice else {}
    found: dict[int, Finding] = {}
    for line in lines:
        odds = words[line.index] + voice.get(line.index, 0.0)
        score = 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, odds))))
        found[line.index] = Finding(score >= rule.threshold, score, 0, len(line.utterance.text))
    return found


def voice_odds(view: CallView) -> Mapping[int, float]:
    """By line index, what a voice raised above its speaker's usual one adds to the log-odds.

    0 to 1.5; lines without measured sound, or of a speaker with too little of it, are left out.
    """
    bases = voice_bases(line.utterance for line in view.lines)
    found: dict[int, float] = {}
    for line in view.lines if bases else ():
        apart = departure(line.utterance, bases)
        if apart is not None:
            beyond = (raised(apart, LOUDER_DB) - USUAL_RAISE) / (1.0 - USUAL_RAISE)
            found[line.index] = MOST_VOICE * max(0.0, beyond)
    return found


def _by_words(rule: Emotion, lines: Sequence[Line], context: Context) -> Mapping[int, float]:
    """The log-odds of lines (by index) by their words and those of the lines around them."""
    beside = _beside(lines, rule.around, context)
    needed = {other.index: other for others in beside.values() for other in others}
    needed |= {line.index: line for line in lines}
    texts = [line.utterance.text for line in needed.values()]
    head = context.tools.head(rule.head, context.rubric.path)
    odds = dict(zip(needed, head.odds(context.tools.vectors(texts), texts).tolist(), strict=True))
    return {
        at: odds[at] + BESIDE * sum(_bounded(odds[other.index] - ORDINARY) for other in others)
        for at, others in beside.items()
    }


def _beside(lines: Sequence[Line], around: int, context: Context) -> Mapping[int, Sequence[Line]]:
    """By line index, the same speaker's utterances right before and after it."""
    found: dict[int, Sequence[Line]] = {line.index: () for line in lines}
    by_speaker: dict[str, list[Line]] = defaultdict(list)
    for line in context.view.of_role("any") if around else ():
        by_speaker[line.utterance.speaker].append(line)
    for own in by_speaker.values():
        for at, line in enumerate(own):
            if line.index in found:
                before = own[max(0, at - around) : at]
                found[line.index] = (*before, *own[at + 1 : at + 1 + around])
    return found


def _bounded(value: float) -> float:
    return max(-MOST_BESIDE, min(MOST_BESIDE, value))


def _check(rule: Emotion, context: Context) -> Outcome:
    search = context.search(rule)
    if isinstance(search, Outcome):
        return search
    if not search.lines:
        return not_applicable(f"Nothing is said in {search.where}.")
    if rule.trend != "any" and len(search.lines) < rule.min_utterances:
        return not_applicable(
            f"Only {count(len(search.lines), 'utterance')} in {search.where}; a trend needs "
            f"{rule.min_utterances}.",
            search.where,
        )
    findings = _find(rule, search.lines, context)
    judge = _over_lines if rule.trend == "any" else _over_course
    return judge(rule, context, search, findings)


def _over_lines(rule: Emotion, context: Context, search: Search, findings: Findings) -> Outcome:
    hits = hits_of(context, search.lines, findings)
    best = max(findings.values(), key=lambda finding: finding.score)
    least = needed(rule.at_least, search)
    if hits:
        asked = "" if len(hits) >= least else f", where {least} are asked for"
        told = f"Upset in {len(hits)} of {count(len(search.lines), 'utterance')}{asked}: "
        told += f"{cite(hits)}."
    else:
        told = (
            f"Never upset: at most {percent(best.score)} where {percent(rule.threshold)} is asked "
            "for."
        )
    if len(search.lines) >= rule.min_utterances:
        course = _course(search.lines, findings)
        told += f" {who(rule.role).capitalize()} {course.told(rule.threshold)}."
    return line_verdict(
        context,
        search,
        hits,
        rule.at_least,
        found=told,
        few=told,
        missing=lambda: told,
        searched=_sought(rule, context, search),
        score=best.score,
        strength=best.score * strength_of(context, hits),
    )


def _over_course(rule: Emotion, context: Context, search: Search, findings: Findings) -> Outcome:
    unheard = context.badly_heard(search, measured=True)
    if unheard is not None:
        return unheard
    course = _course(search.lines, findings)
    rise = course.end - course.start
    worse = rule.trend == "worse"
    moved, worst = (rise, course.end) if worse else (-rise, course.start)
    good = moved >= rule.change and worst >= rule.threshold
    proof = tuple(
        Hit(line.index, 0, context.view.evidence(line))
        for line in (
            _telling(course.first, findings, most=not worse),
            _telling(course.last, findings, most=worse),
        )
    )
    begins, ends = (cited(hit.evidence) for hit in proof)
    return verdict(
        good,
        found=good,
        explanation=f"{who(rule.role).capitalize()} {course.told(rule.threshold)}. "
        f"{_condition(rule)} First {begins}, later {ends}.",
        searched=_sought(rule, context, search),
        score=max(0.0, moved),
        hits=proof if good else (),
        evidence=[hit.evidence for hit in proof],
        strength=worst,
    )


def _condition(rule: Emotion) -> str:
    """When it counts as a change, as one sentence."""
    least = f"{percent(rule.threshold)} upset"
    points = count(round(rule.change * 100), "point")
    if rule.trend == "worse":
        return (
            f"It counts as worse when the end is {least} or more and at least {points} above the "
            "beginning."
        )
    return (
        f"It counts as better when the beginning is {least} or more and the end at least {points} "
        "below it."
    )


def _course(lines: Sequence[Line], findings: Findings) -> _Course:
    third = max(1, len(lines) // 3)
    first, last = tuple(lines[:third]), tuple(lines[-third:])
    return _Course(
        _mean(first, findings),
        _mean(last, findings),
        max(findings[line.index].score for line in first),
        max(findings[line.index].score for line in last),
        first,
        last,
    )


def _mean(lines: Sequence[Line], findings: Findings) -> float:
    weights = [min(_LONG, len(line.folded)) for line in lines]
    scores = [findings[line.index].score for line in lines]
    total = sum(weight * score for weight, score in zip(weights, scores, strict=True))
    return total / sum(weights)


def _telling(lines: Sequence[Line], findings: Findings, *, most: bool) -> Line:
    """The line that shows a stretch's mood best: its most or its least upset longer one."""
    longest = max(len(line.folded) for line in lines)
    worth = [line for line in lines if len(line.folded) >= min(_LONG, longest) // 2]
    chosen = max if most else min
    return chosen(worth, key=lambda line: findings[line.index].score)


def _sought(rule: Emotion, context: Context, search: Search) -> str:
    heard = rule.voice and any(line.utterance.prosody is not None for line in search.lines)
    return f"weighed the {'words and voice' if heard else 'words'} of {search.where}"


def _texts(rule: Emotion, lines: Sequence[Line], context: Context) -> list[str]:
    del rule, context
    return [line.utterance.text for line in lines]


KIND = Kind(
    "emotion",
    Emotion,
    _check,
    _find,
    texts=_texts,
    change="It would have passed had the words, or the voice, shown the mood that is asked for.",
    kept="It would have failed had neither the words nor the voice shown that mood.",
)
