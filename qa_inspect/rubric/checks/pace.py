"""``pace``: how fast the role speaks.

What it does: counts what the role says and divides it by the time it takes: words a minute, in
Chinese and Japanese characters, in Thai letters without vowel signs. Pauses between utterances do
not count. The pace must be ``at_least`` and ``at_most`` so fast; ``leeway`` beyond a limit points
fall to none. With ``lines: 3`` (or ``every``) so many utterances have to be within the limits, each
by itself; short ones are left out then. Without times, or with less than ``min_s`` of speech, it
does not apply.

Why it matters: a customer who hears an account number or a condition of sale too fast asks again,
or does not dare to. Lively talk on the telephone has 180 to 250 English words a minute within an
utterance, Mandarin 200 to 320 characters: limits belong outside of what your own agents do every
day, so measure a week first.

Example::

    kind: pace
    role: agent
    at_least: 110
    at_most: 250
    leeway: 50
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, model_validator

from qa_inspect.language.pace import PaceUnit, count_spoken, pace_unit
from qa_inspect.rubric.checks.bounds import Bounds
from qa_inspect.rubric.checks.context import ON_ROLES, Context, Finding, Findings, Kind
from qa_inspect.rubric.checks.quantity import hits_of, proofs
from qa_inspect.rubric.checks.scope import Search
from qa_inspect.rubric.hearing import LOW_CONFIDENCE
from qa_inspect.rubric.outcome import Outcome, cannot_judge, not_applicable, verdict
from qa_inspect.rubric.schema import Quantity, Rule, Seconds
from qa_inspect.rubric.view import Line
from qa_inspect.rubric.wording import cited, count, percent, who

LEAST_S = 10.0
"""Seconds of speech below which a pace is an accident."""
_SHORTEST_S = 1.0
"""Utterances shorter than this are a sound and an uncertain time: they count nowhere."""
_ALONE_S = 2.0
_ALONE_UNITS = 5
"""From this many seconds, words and characters on an utterance has a pace of its own."""

PerMinute = Annotated[float, Field(gt=0)]


class Pace(Rule):
    """Fields of ``pace``: limits in words (characters, letters) a minute."""

    kind: Literal["pace"] = "pace"
    at_least: PerMinute | None = None
    at_most: PerMinute | None = None
    leeway: PerMinute | None = None
    lines: Quantity | None = None
    min_s: Seconds = LEAST_S

    @property
    def bounds(self) -> Bounds:
        """The limits."""
        return Bounds(self.at_least, self.at_most, self.leeway)

    @model_validator(mode="after")
    def _has_limits(self) -> Pace:
        if self.bounds.fault:
            raise ValueError(self.bounds.fault)
        return self


@dataclass(frozen=True, slots=True)
class _Spoken:
    """How much one line says, in how many seconds."""

    line: Line
    units: int
    seconds: float

    @property
    def per_minute(self) -> float:
        return 60.0 * self.units / self.seconds

    @property
    def stands_alone(self) -> bool:
        return self.seconds >= _ALONE_S and self.units >= _ALONE_UNITS


def _spoken(lines: Sequence[Line], unit: PaceUnit) -> list[_Spoken]:
    """What is said in lines counted in that unit; too short ones left out."""
    found = []
    for line in lines:
        utterance = line.utterance
        start_s, end_s = utterance.start_s, utterance.end_s
        if start_s is None or end_s is None or end_s - start_s < _SHORTEST_S:
            continue
        if pace_unit(utterance.language) is unit:
            units = count_spoken(utterance.text, utterance.language)
            found.append(_Spoken(line, units, end_s - start_s))
    return found


def pace_of(lines: Sequence[Line], unit: PaceUnit, least_s: float) -> float | None:
    """How fast lines are spoken, in units a minute; None for less than ``least_s`` seconds of
    speech that can be measured."""
    spoken = _spoken(lines, unit)
    enough = sum(one.seconds for one in spoken) >= least_s
    return _pace(spoken) if spoken and enough else None


def _pace(spoken: Sequence[_Spoken]) -> float:
    return 60.0 * sum(one.units for one in spoken) / sum(one.seconds for one in spoken)


def _check(rule: Pace, context: Context) -> Outcome:
    search = context.search(rule, times=True)
    if isinstance(search, Outcome):
        return search
    unit = pace_unit(context.language)
    spoken = _spoken(search.lines, unit)
    seconds = sum(one.seconds for one in spoken)
    where = f"measured the pace of {search.where}"
    if seconds < rule.min_s or not seconds:
        return not_applicable(
            f"Only {seconds:.0f} s of speech can be measured in {search.where}; "
            f"{rule.min_s:g} s are needed.",
            where,
        )
    if rule.lines is not None:
        return _by_line(rule, context, search, spoken, unit)
    pace = _pace(spoken)
    good = rule.bounds.holds(pace)
    heard = context.view.confidence([one.line for one in spoken])
    if not good and heard is not None and heard < LOW_CONFIDENCE:
        return cannot_judge(
            f"{search.where.capitalize()} were poorly recognised (confidence {percent(heard)}), so "
            f"the {unit.noun} cannot be counted fairly.",
            where,
        )
    apart = [one for one in spoken if one.stands_alone]
    worst = max(apart, key=lambda one: rule.bounds.beyond(one.per_minute), default=None)
    shown = () if worst is None or good else (worst,)
    furthest = "".join(
        f" Furthest: {one.per_minute:.0f} in {cited(context.view.evidence(one.line))}."
        for one in shown
    )
    return verdict(
        good,
        found=good,
        explanation=f"{who(rule.role).capitalize()} speaks {pace:.0f} {unit.noun} a minute, over "
        f"{seconds:.0f} s of speech, where {rule.bounds.asked('')}are asked for.{furthest}",
        searched=where,
        share=rule.bounds.share(pace),
        score=pace / unit.fast,
        evidence=tuple(context.view.evidence(one.line) for one in shown),
    )


def _by_line(
    rule: Pace, context: Context, search: Search, spoken: Sequence[_Spoken], unit: PaceUnit
) -> Outcome:
    apart = [one for one in spoken if one.stands_alone]
    where = f"measured the pace of each utterance in {search.where}"
    if not apart:
        return not_applicable("No utterance is long enough to have a pace of its own.", where)
    findings = _judged(rule, apart, unit)
    hits = hits_of(context, search.lines, findings)
    needed = len(apart) if rule.lines == "every" else rule.lines or 1
    good = len(hits) >= needed
    paces = {one.line.index: one.per_minute for one in apart}
    each = ", ".join(f"{paces[h.utterance]:.0f} in {cited(h.evidence)}" for h in hits[:3])
    more = f" and {len(hits) - 3} more" if len(hits) > 3 else ""
    return verdict(
        good,
        found=good,
        explanation=f"{len(hits)} of {count(len(apart), 'utterance')} with "
        f"{rule.bounds.asked(unit.noun)} a minute; {needed} asked for"
        f"{f': {each}{more}' if each else ''}.",
        searched=where,
        share=len(hits) / needed,
        score=len(hits) / len(apart),
        hits=hits,
        evidence=proofs(hits),
    )


def _judged(rule: Pace, spoken: Sequence[_Spoken], unit: PaceUnit) -> Findings:
    found = {}
    for one in spoken:
        pace = one.per_minute
        told = f"{pace:.0f} {unit.noun} a minute"
        found[one.line.index] = Finding(
            rule.bounds.holds(pace), min(1.0, pace / unit.fast), what=told
        )
    return found


def _find(rule: Pace, lines: Sequence[Line], context: Context) -> Findings:
    """Lines within the limits, of those long enough to have a pace of their own."""
    unit = pace_unit(context.language)
    return _judged(rule, [one for one in _spoken(lines, unit) if one.stands_alone], unit)


KIND = Kind(
    "pace",
    Pace,
    _check,
    _find,
    change="It would have passed had the speech been within the limits.",
    kept="It would have failed with a measure outside the limits it names.",
    hinges_on=ON_ROLES,
)
