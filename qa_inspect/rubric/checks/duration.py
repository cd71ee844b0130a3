"""``duration``: how long the call lasts, how much of it is speech, or how long one goes on alone.

What it does: measures the whole ``call``, the ``speech`` of the role within the scope (of anybody:
``role: any``) or the role's longest ``turn``, in which the other side says nothing but a word and
nobody is silent for five seconds. It must last ``at_least_s`` and ``at_most_s`` seconds
(``at_least_min``, ``at_most_min`` for minutes); ``leeway_s`` beyond a limit points fall to none.
Asked of single utterances (in ``ratio``), it is the utterance that is measured. Without times it
does not apply.

Why it matters: a call of eight seconds was cut off; one of twenty minutes cost more than it earned;
an agent who speaks for a minute without a pause is no longer in a conversation.

Example::

    kind: duration
    of: turn
    role: agent
    at_most_s: 60
    leeway_s: 60
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, model_validator

from qa_inspect.domain import Evidence, Role
from qa_inspect.rubric import measures
from qa_inspect.rubric.checks.bounds import Bounds
from qa_inspect.rubric.checks.context import ON_NOTHING, Context, Finding, Findings, Kind
from qa_inspect.rubric.checks.scope import Search
from qa_inspect.rubric.outcome import Outcome, not_applicable, verdict
from qa_inspect.rubric.schema import Rule, RuleRole, Seconds
from qa_inspect.rubric.view import Line
from qa_inspect.rubric.wording import cited, who, whose

_WORD_BETWEEN_S = 1.0
"""What the other side says in less than this is a "yes" that ends nobody's turn."""
_SILENT_S = 5.0
"""Nobody goes on alone over a silence as long as this: it is a hold, or a question unanswered."""

Minutes = Annotated[float, Field(gt=0)]


class Duration(Rule):
    """Fields of ``duration``: limits in seconds or in minutes."""

    kind: Literal["duration"] = "duration"
    role: RuleRole = "any"
    of: Literal["call", "speech", "turn"] = "call"
    at_least_s: Seconds | None = None
    at_most_s: Seconds | None = None
    at_least_min: Minutes | None = None
    at_most_min: Minutes | None = None
    leeway_s: Seconds | None = None

    @property
    def bounds(self) -> Bounds:
        """The limits in seconds."""
        return Bounds(
            _seconds(self.at_least_s, self.at_least_min),
            _seconds(self.at_most_s, self.at_most_min),
            self.leeway_s,
        )

    @model_validator(mode="after")
    def _has_limits(self) -> Duration:
        for side in ("at_least", "at_most"):
            given = [getattr(self, f"{side}_{unit}") is not None for unit in ("s", "min")]
            if all(given):
                raise ValueError(f"{side} is given twice: leave out {side}_s or {side}_min")
        fault = self.bounds.fault
        if fault:
            raise ValueError(
                fault if "more than" in fault else f"{fault}, as at_least_s or at_most_min"
            )
        if self.of == "call" and not self.scope.whole:
            raise ValueError("of: call is the whole call; with a scope, give of: speech or turn")
        return self


@dataclass(frozen=True, slots=True)
class _Measured:
    """What was measured: its name as the beginning of a sentence, its length and the proof."""

    name: str
    seconds: float
    evidence: tuple[Evidence, ...] = ()


def _check(rule: Duration, context: Context) -> Outcome:
    search = context.search(rule, times=True)
    if isinstance(search, Outcome):
        return search
    where = f"measured {search.where}" if rule.of != "call" else "measured the whole call"
    if rule.of == "turn" and len({line.utterance.speaker for line in context.view.lines}) < 2:
        return not_applicable("Only one person is heard, so there are no turns.", where)
    if not search.lines:
        return not_applicable(f"Nothing is said in {search.where}.", where)
    found = {"call": _call, "speech": _speech, "turn": _turn}[rule.of](rule, context, search)
    if found is None:
        return not_applicable("How long it lasts is not known.", where)
    bounds = rule.bounds
    good = bounds.holds(found.seconds)
    asked = Bounds(*(None if b is None else round(b, 1) for b in (bounds.at_least, bounds.at_most)))
    limit = bounds.at_most or bounds.at_least or 1.0
    proof = f", {cited(found.evidence[0])}" if found.evidence else ""
    return verdict(
        good,
        found=good,
        explanation=f"{found.name} lasts {_length(found.seconds)}{proof}, where "
        f"{asked.asked('s')} are asked for.",
        searched=where,
        share=bounds.share(found.seconds),
        score=found.seconds / limit,
        evidence=found.evidence,
    )


def _seconds(seconds: float | None, minutes: float | None) -> float | None:
    return seconds if minutes is None else 60.0 * minutes


def _length(seconds: float) -> str:
    """``42.5 s``, from two minutes on ``4 min 5 s``."""
    if seconds < 120:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s"


def _call(rule: Duration, context: Context, search: Search) -> _Measured | None:
    end_s = context.view.end_s
    return None if end_s is None else _Measured("The call", end_s)


def _speech(rule: Duration, context: Context, search: Search) -> _Measured | None:
    wanted = {Role.AGENT, Role.CUSTOMER, Role.UNKNOWN} if rule.role == "any" else {Role(rule.role)}
    begin, end = search.start_s, search.end_s
    total, last = 0.0, 0.0
    for stretch in measures.stretches(context.view):
        if stretch.role not in wanted:
            continue
        first, until = max(stretch.start_s, last), stretch.end_s
        if not rule.scope.whole and begin is not None and end is not None:
            first, until = max(first, begin), min(until, end)
        total += max(0.0, until - first)
        last = max(last, until)
    name = "Speech" if rule.role == "any" else f"{whose(rule.role).capitalize()} speech"
    return _Measured(name, total)


def _turn(rule: Duration, context: Context, search: Search) -> _Measured | None:
    inside = {line.index for line in search.lines}
    lengths = [
        (until - begin, begin, until, turn)
        for turn in _turns(context.view.of_role("any"))
        if (own := [line for line in turn if line.index in inside])
        and (begin := own[0].utterance.start_s) is not None
        and (until := max(line.utterance.end_s or 0.0 for line in own)) > begin
    ]
    if not lengths:
        return None
    seconds, begin, until, turn = max(lengths, key=lambda one: one[0])
    first = turn[0].utterance
    proof = Evidence(first.index, begin, until, first.text)
    name = "The longest turn" + ("" if rule.role == "any" else f" of {who(rule.role)}")
    return _Measured(name, seconds, (proof,))


def _turns(lines: Sequence[Line]) -> list[list[Line]]:
    """Lines of one side in a row; a word of the other side in between ends no turn, a long
    silence does."""
    turns: list[list[Line]] = []
    for line in lines:
        span = line.utterance.span
        if turns and turns[-1][0].utterance.role is line.utterance.role:
            end_s = max(own.utterance.end_s or 0.0 for own in turns[-1])
            if span is not None and span.start_s - end_s >= _SILENT_S:
                turns.append([line])
            else:
                turns[-1].append(line)
        elif turns and span is not None and span.duration_s < _WORD_BETWEEN_S:
            continue
        else:
            turns.append([line])
    return turns


def _find(rule: Duration, lines: Sequence[Line], context: Context) -> Findings:
    """Lines that last as long as the limits say."""
    bounds = rule.bounds
    limit = bounds.at_most or bounds.at_least or 1.0
    return {
        line.index: Finding(
            bounds.holds(span.duration_s),
            min(1.0, span.duration_s / limit),
            what=_length(span.duration_s),
        )
        for line in lines
        if (span := line.utterance.span) is not None
    }


KIND = Kind(
    "duration",
    Duration,
    _check,
    _find,
    change="It would have passed had it lasted as long as the limits say.",
    kept="It would have failed with a measure outside the limits it names.",
    hinges_on=ON_NOTHING,
)
