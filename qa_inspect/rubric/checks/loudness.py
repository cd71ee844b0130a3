"""``loudness``: how loud the role speaks, measured against its own usual voice in the call.

What it does: one of five measures of the voice, taken from the sound itself.

- ``raised`` (the default): utterances ``by_db`` (6 dB) louder than the speaker usually is, in which
  the voice is also higher or harder, as it is when somebody shouts and not when a microphone comes
  nearer. Where the line evens out loudness, a voice that is much higher and much harder counts.
- ``jump``: utterances ``by_db`` (10 dB) louder than the same speaker's last three.
- ``range``: how many dB lie between the speaker's quiet and loud utterances.
- ``melody``: how many semitones the pitch moves within an utterance; under 3 is a monotone. It is
  more in languages with tones (Chinese, Thai, Vietnamese).
- ``balance``: how many dB the role is louder than the other side. Only for recorders that record
  both sides alike: two channels often have a level each.

``at_most`` says how many utterances are forgiven (``raised``, ``jump``: 0 unless given);
``at_least`` and ``at_most`` are the limits of the other three, in dB or semitones. ``leeway``
beyond a limit no points are left. It does not apply to calls without measured sound (imports), nor
where too little of a speaker is heard to know the usual voice.

Why it matters: a raised voice is heard before any word is. A customer who begins to shout needs
somebody at once; an agent who does is a complaint in the making; a monotone sounds like a machine.

Example::

    kind: loudness
    role: agent
    measure: raised
    by_db: 6
    at_most: 1
    leeway: 3
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import Field, model_validator

from qa_inspect.rubric import sound_measures as sounds
from qa_inspect.rubric.checks.bounds import Bounds
from qa_inspect.rubric.checks.context import ON_ROLES, Context, Finding, Findings, Kind
from qa_inspect.rubric.checks.quantity import hits_of, proofs
from qa_inspect.rubric.checks.scope import Search
from qa_inspect.rubric.outcome import Outcome, not_applicable, verdict
from qa_inspect.rubric.schema import Rule
from qa_inspect.rubric.view import Line
from qa_inspect.rubric.wording import cited, count, who

_BY_DB = {"raised": 6.0, "jump": 10.0}
_COUNTED = frozenset(_BY_DB)
_WIDEST = {"range": 20.0, "melody": 20.0, "balance": 40.0}
"""What the score 1 stands for, in the measure's own unit."""
_UNIT = {"range": "dB", "melody": "semitones", "balance": "dB"}


class Loudness(Rule):
    """Fields of ``loudness``; limits are utterances (raised, jump), dB or semitones (melody)."""

    kind: Literal["loudness"] = "loudness"
    measure: Literal["raised", "jump", "range", "melody", "balance"] = "raised"
    by_db: Annotated[float | None, Field(gt=0, le=60)] = None
    at_least: float | None = None
    at_most: float | None = None
    leeway: Annotated[float | None, Field(gt=0)] = None

    @property
    def bounds(self) -> Bounds:
        """The limits."""
        forgiven = 0.0 if self.at_most is None and self.counts else self.at_most
        return Bounds(self.at_least, forgiven, self.leeway)

    @property
    def counts(self) -> bool:
        """Whether utterances are counted."""
        return self.measure in _COUNTED

    @property
    def rise_db(self) -> float:
        """How much louder is too loud, in dB."""
        return self.by_db or _BY_DB.get(self.measure, 0.0)

    @model_validator(mode="after")
    def _fits_the_measure(self) -> Loudness:
        if self.counts and self.at_least is not None:
            raise ValueError(f"measure: {self.measure} counts what is too loud; give at_most")
        if not self.counts and self.by_db is not None:
            raise ValueError(f"by_db is for raised and jump; limit {self.measure} by at_most")
        if self.measure == "balance" and self.role == "any":
            raise ValueError("balance compares two sides: give role: agent or role: customer")
        if self.bounds.fault:
            raise ValueError(self.bounds.fault)
        return self


def _check(rule: Loudness, context: Context) -> Outcome:
    search = context.search(rule)
    if isinstance(search, Outcome):
        return search
    where = f"measured the sound of {search.where}"
    if all(line.utterance.prosody is None for line in context.view.lines):
        return not_applicable(
            "No sound was measured in this call: it was imported, or heard by an older version; "
            "run it again with its recording.",
            where,
        )
    return (_count_loud if rule.counts else _compare)(rule, context, search, where)


def _count_loud(rule: Loudness, context: Context, search: Search, where: str) -> Outcome:
    """Verdict on utterances that are too loud."""
    findings = _find(rule, search.lines, context)
    if not findings:
        return _unknown(rule, search, where)
    hits = hits_of(context, search.lines, findings)
    good = rule.bounds.holds(len(hits))
    name = "Somebody" if rule.role == "any" else who(rule.role).capitalize()
    if hits:
        each = "; ".join(f"{cited(h.evidence)}, {findings[h.utterance].what}" for h in hits[:3])
        more = f" and {len(hits) - 3} more" if len(hits) > 3 else ""
        times = count(len(hits), "time")
        told = "raised the voice" if rule.measure == "raised" else "suddenly became louder"
        explanation = f"{name} {told} {times}: {each}{more}."
    else:
        told = "raised the voice" if rule.measure == "raised" else "suddenly became louder"
        name = "Nobody" if rule.role == "any" else f"{who(rule.role).capitalize()} never"
        explanation = f"{name} {told} in {count(len(findings), 'measured utterance')}."
    return verdict(
        good,
        found=not good,
        explanation=explanation,
        searched=f"{where} for {rule.rise_db:g} dB more than "
        + ("usual" if rule.measure == "raised" else "just before"),
        share=rule.bounds.share(len(hits)),
        score=len(hits) / len(findings),
        hits=hits,
        evidence=proofs(hits),
        strength=max((findings[hit.utterance].score for hit in hits), default=0.0),
    )


def _compare(rule: Loudness, context: Context, search: Search, where: str) -> Outcome:
    """Verdict on one figure for the whole scope."""
    own = [line.utterance for line in search.lines if sounds.is_measured(line.utterance)]
    value: float | None
    if len(own) < sounds.LEAST_UTTERANCES:
        value = None
    elif rule.measure == "range":
        value = sounds.loudness_spread(own)
    elif rule.measure == "melody":
        value = sounds.melody(own)
    else:
        value = sounds.balance(own, [line.utterance for line in _others(rule, context)])
    if value is None:
        return _unknown(rule, search, where)
    good = rule.bounds.holds(value)
    unit = _UNIT[rule.measure]
    name = who(rule.role)
    told = {
        "range": f"Between {name}'s quiet and loud utterances lie {value:.1f} dB",
        "melody": f"The pitch of {name} moves by {value:.1f} semitones",
        "balance": f"{name.capitalize()} is {abs(value):.1f} dB "
        f"{'quieter' if value < 0 else 'louder'} than the other side",
    }[rule.measure]
    middle = 0.5 if rule.measure == "balance" else 0.0
    findings = {} if good else _find(rule, search.lines, context)
    odd = [line for line in search.lines if line.index in findings and not findings[line.index].hit]
    return verdict(
        good,
        found=good,
        explanation=f"{told}, over {count(len(own), 'utterance')}, where "
        f"{rule.bounds.asked(unit)} are asked for.",
        searched=where,
        share=rule.bounds.share(value),
        score=min(1.0, max(0.0, middle + value / _WIDEST[rule.measure])),
        evidence=[context.view.evidence(line) for line in odd[:3]],
    )


def _unknown(rule: Loudness, search: Search, where: str) -> Outcome:
    return not_applicable(
        f"Too little of {who(rule.role)} is heard alone in {search.where} to know the usual voice.",
        where,
    )


def _others(rule: Loudness, context: Context) -> Sequence[Line]:
    return context.view.of_role("customer" if rule.role == "agent" else "agent")


def _find(rule: Loudness, lines: Sequence[Line], context: Context) -> Findings:
    """Measured lines: hits are those too loud, or within the limits of the other measures."""
    if rule.measure == "raised":
        return _raised(rule, lines, context)
    if rule.measure == "jump":
        return _jumps(rule, lines, context)
    figures = _figures(rule, lines, context)
    unit, widest = _UNIT[rule.measure], _WIDEST[rule.measure]
    return {
        at: Finding(
            rule.bounds.holds(value),
            min(1.0, abs(value) / widest),
            what=f"{value:.1f} {unit}",
        )
        for at, value in figures.items()
    }


def _raised(rule: Loudness, lines: Sequence[Line], context: Context) -> Findings:
    found = {}
    for line in lines:
        apart = sounds.departure(line.utterance, context.view.voices)
        if apart is not None:
            strength = sounds.raised(apart, rule.rise_db)
            found[line.index] = Finding(strength >= sounds.RAISED, strength, what=_told(apart))
    return found


def _jumps(rule: Loudness, lines: Sequence[Line], context: Context) -> Findings:
    rises = sounds.rises([line.utterance for line in context.view.lines])
    found = {}
    for line in lines:
        rise = rises.get(line.utterance.index)
        if rise is not None:
            score = min(1.0, max(0.0, 0.6 * rise / rule.rise_db))
            found[line.index] = Finding(
                rise >= rule.rise_db, score, what=f"{rise:.0f} dB louder than just before"
            )
    return found


def _figures(rule: Loudness, lines: Sequence[Line], context: Context) -> Mapping[int, float]:
    """The figure of each measured line, by its index."""
    measured = [line for line in lines if sounds.is_measured(line.utterance)]
    if rule.measure == "balance":
        others = [line.utterance for line in _others(rule, context)]
        figures = {line.index: sounds.balance([line.utterance], others) for line in measured}
    elif rule.measure == "melody":
        figures = {line.index: sounds.melody([line.utterance]) for line in measured}
    else:
        figures = {line.index: _range_of(line) for line in measured}
    return {at: value for at, value in figures.items() if value is not None}


def _range_of(line: Line) -> float | None:
    return None if line.utterance.prosody is None else line.utterance.prosody.loudness_range_db


def _told(apart: sounds.Departure) -> str:
    """A departure in words: ``9 dB louder, 4 semitones higher and 5 dB harder than usual``."""
    parts = [f"{abs(apart.loudness_db):.0f} dB {'louder' if apart.loudness_db >= 0 else 'softer'}"]
    if apart.pitch_st is not None and abs(apart.pitch_st) >= 0.5:
        side = "higher" if apart.pitch_st > 0 else "lower"
        parts.append(f"{count(round(abs(apart.pitch_st)) or 1, 'semitone')} {side}")
    if apart.effort_db is not None and abs(apart.effort_db) >= 0.5:
        side = "harder" if apart.effort_db > 0 else "gentler"
        parts.append(f"{abs(apart.effort_db):.0f} dB {side}")
    head = ", ".join(parts[:-1])
    return f"{f'{head} and {parts[-1]}' if head else parts[0]} than usual"


KIND = Kind(
    "loudness",
    Loudness,
    _check,
    _find,
    change="It would have passed had the voice stayed within the limits.",
    kept="It would have failed had the voice left its limits more often than is allowed.",
    hinges_on=ON_ROLES,
)
