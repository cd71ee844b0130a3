"""``talk_share``: how much of the talk is the role's.

What it does: divides the time in which the role speaks by the time in which either the agent or the
customer speaks, within the scope. The share (0–1) must be ``at_least`` and ``at_most`` so large;
``leeway`` beyond a limit points fall to none. Silence and announcements do not count. With
``by: words`` what is said is counted instead, which also serves transcripts without times. With
less than ``min_s`` of speech by both together (or 40 words) it does not apply.

Why it matters: an agent who has seven tenths of the talk is explaining, not listening; one who has
two tenths may have let the call slip away.

Example::

    kind: talk_share
    role: agent
    at_least: 0.30
    at_most: 0.65
    leeway: 0.15
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import Field, model_validator

from qa_inspect.domain import Evidence, Role
from qa_inspect.language.pace import count_spoken, pace_unit
from qa_inspect.rubric import measures
from qa_inspect.rubric.checks.bounds import Bounds
from qa_inspect.rubric.checks.context import ON_ROLES, Context, Kind
from qa_inspect.rubric.checks.scope import Search
from qa_inspect.rubric.outcome import Outcome, cannot_judge, not_applicable, verdict
from qa_inspect.rubric.schema import Rule, Seconds, Share
from qa_inspect.rubric.view import Line
from qa_inspect.rubric.wording import number, percent, who

LEAST_WORDS = 40
_SHOWN = 2


class TalkShare(Rule):
    """Fields of ``talk_share``: limits of the role's part, 0–1."""

    kind: Literal["talk_share"] = "talk_share"
    role: Literal["agent", "customer"] = "agent"
    at_least: Share | None = None
    at_most: Share | None = None
    leeway: Annotated[Share | None, Field(gt=0)] = None
    by: Literal["time", "words"] = "time"
    min_s: Seconds = 20.0

    @property
    def bounds(self) -> Bounds:
        """The limits."""
        return Bounds(self.at_least, self.at_most, self.leeway)

    @model_validator(mode="after")
    def _has_limits(self) -> TalkShare:
        if self.bounds.fault:
            raise ValueError(self.bounds.fault)
        return self


def _check(rule: TalkShare, context: Context) -> Outcome:
    search = context.search(rule, times=rule.by == "time")
    if isinstance(search, Outcome):
        return search
    where = f"compared how much each side speaks in the time of {search.where}"
    if rule.scope.whole:
        where = "compared how much each side speaks in the whole call"
    if context.view.role_is_open:
        return cannot_judge("It is not known who speaks, so nobody's share is known.", where)
    if not search.lines:
        return not_applicable(f"Nothing is said in {search.where}.", where)
    by_words = rule.by == "words"
    spoken = _words(context, search, rule) if by_words else _seconds(context, search, rule)
    both = spoken[Role.AGENT] + spoken[Role.CUSTOMER]
    if not all(context.view.of_role(role) for role in ("agent", "customer")):
        return not_applicable("Only one side is heard, so nothing can be shared.", where)
    noun = pace_unit(context.language).noun if by_words else "s of speech"
    least = LEAST_WORDS if by_words else rule.min_s
    if both < least:
        return not_applicable(f"Only {both:.0f} {noun} are heard; {least:g} are needed.", where)
    own = spoken[Role(rule.role)]
    share = own / both
    good = rule.bounds.holds(share)
    return verdict(
        good,
        found=good,
        explanation=f"{who(rule.role).capitalize()} has {percent(share)} of the talk, "
        f"{number(own)} of {number(both)} {noun}, where {_asked(rule.bounds)} is asked for.",
        searched=where,
        share=rule.bounds.share(share),
        score=share,
        evidence=() if good else _longest(rule, context, search, share),
    )


def _asked(bounds: Bounds) -> str:
    def hundredths(share: float | None) -> float | None:
        return None if share is None else round(share * 100, 1)

    return Bounds(hundredths(bounds.at_least), hundredths(bounds.at_most)).asked("%")


def _seconds(context: Context, search: Search, rule: TalkShare) -> Mapping[Role, float]:
    """Seconds of each side's speech within the scope."""
    begin, end = search.start_s, search.end_s
    spoken = {Role.AGENT: 0.0, Role.CUSTOMER: 0.0}
    for stretch in measures.stretches(context.view):
        first, last = stretch.start_s, stretch.end_s
        if not rule.scope.whole and begin is not None and end is not None:
            first, last = max(first, begin), min(last, end)
        if stretch.role in spoken:
            spoken[stretch.role] += max(0.0, last - first)
    return spoken


def _words(context: Context, search: Search, rule: TalkShare) -> Mapping[Role, float]:
    """Words (or characters) of each side within the scope."""
    spoken = {Role.AGENT: 0.0, Role.CUSTOMER: 0.0}
    lines: Sequence[Line] = context.view.of_role("any")
    if not rule.scope.whole:
        own = [line.index for line in search.lines]
        lines = [line for line in lines if own and own[0] <= line.index <= own[-1]]
    for line in lines:
        if line.utterance.role in spoken:
            spoken[line.utterance.role] += count_spoken(line.utterance.text, context.language)
    return spoken


def _longest(
    rule: TalkShare, context: Context, search: Search, share: float
) -> tuple[Evidence, ...]:
    """What the side with too much of the talk said at greatest length."""
    too_much = rule.at_most is not None and share > rule.at_most
    lines: Sequence[Line] = search.lines
    if not too_much:
        other = Role.CUSTOMER if rule.role == "agent" else Role.AGENT
        lines = context.view.of_role(other.value)
    longest = sorted(lines, key=lambda line: len(line.folded), reverse=True)[:_SHOWN]
    return tuple(context.view.evidence(line) for line in longest)


KIND = Kind(
    "talk_share",
    TalkShare,
    _check,
    change="It would have passed had the talk been divided within the limits.",
    kept="It would have failed with a measure outside the limits it names.",
    hinges_on=ON_ROLES,
)
