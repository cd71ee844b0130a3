"""``silence``: the line goes dead, or somebody is made to wait.

What it does: finds what is too long, each by a field of its own; with none of them it looks for
silences longer than 10 seconds.

- ``longest_s``: silences between the first and the last speech.
- ``response_s``: answers of the role that come later than that.
- ``pick_up_s``: the agent's first word comes later than that after the recording begins.
- ``hold_s``: holds, which are silences that an agent announced shortly before ("one moment",
  ``holds``), and others longer than that. Announced ones then do not count as ``longest_s``.
- ``ending_s``: the line stays open after the last word.
- ``hang_up_s``: the recording ends so soon after the last word, nobody said one of ``goodbyes`` in
  the last three utterances, and the last words are no thanks. It is laid to the side that did
  not have the last word, so with ``role: agent`` only the customer's unanswered last words count.
- ``share``: silence makes up more than that part (0–1) of the talk.

``at_most`` times are forgiven; at ``zero_at`` no points are left. Without times it does not apply.

Why it matters: after ten seconds without a word a caller thinks the line is dead, and one who is
cut off calls again, angry.

Example::

    kind: silence
    role: any
    longest_s: 10
    hold_s: 90
    at_most: 1
    zero_at: 4
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field

from qa_inspect.domain import Evidence
from qa_inspect.rubric import measures
from qa_inspect.rubric.call_words import GOODBYES, HOLDS, THANKS
from qa_inspect.rubric.checks.allowance import Allowance, share_left
from qa_inspect.rubric.checks.context import ON_ROLES, Context, Kind
from qa_inspect.rubric.checks.quantity import proofs
from qa_inspect.rubric.checks.scope import Search
from qa_inspect.rubric.fields import Phrases
from qa_inspect.rubric.outcome import Hit, Outcome, cannot_judge, not_applicable, verdict
from qa_inspect.rubric.phrases import compile_phrases
from qa_inspect.rubric.schema import RuleRole, Seconds, Share
from qa_inspect.rubric.view import Line
from qa_inspect.rubric.wording import count, percent, place, quote, who

_DEFAULT_S = 10.0
_THANKS = compile_phrases(THANKS)
_LAST_WORDS = 3
_HUNG_UP = "until the call ends without a goodbye"


class Silence(Allowance):
    """Fields of ``silence``. Left to itself it looks for silences longer than 10 seconds."""

    kind: Literal["silence"] = "silence"
    role: RuleRole = "any"
    longest_s: Seconds | None = None
    response_s: Seconds | None = None
    pick_up_s: Seconds | None = None
    hold_s: Seconds | None = None
    ending_s: Seconds | None = None
    hang_up_s: Seconds | None = None
    share: Annotated[Share | None, Field(gt=0)] = None
    holds: Phrases = compile_phrases(HOLDS)
    goodbyes: Phrases = compile_phrases(GOODBYES)

    @cached_property
    def longest(self) -> float | None:
        """The longest silence, ten seconds where nothing at all is asked for."""
        given = (self.response_s, self.pick_up_s, self.hold_s, self.ending_s, self.hang_up_s)
        left = self.longest_s is None and self.share is None and set(given) == {None}
        return _DEFAULT_S if left else self.longest_s

    @property
    def only_ending(self) -> bool:
        """Whether nothing but the end of the recording is asked about."""
        rest = (self.longest, self.response_s, self.pick_up_s, self.hold_s, self.share)
        return set(rest) == {None}


@dataclass(frozen=True, slots=True)
class _TooLong:
    """Something that took too long, and the words for it."""

    gap: measures.Gap
    what: str


def _check(rule: Silence, context: Context) -> Outcome:
    search = context.search(rule, times=True)
    if isinstance(search, Outcome):
        return search
    if not search.lines:
        return not_applicable(f"Nothing is said in {search.where}.")
    span = measures.speech_span(context.view)
    if span is None or len(context.view.lines) < 2:
        return not_applicable("There are not two utterances between which it could be silent.")
    if rule.pick_up_s is not None and not context.view.of_role("agent"):
        return _no_agent(context)
    if rule.only_ending and measures.ending(context.view) is None:
        return not_applicable("It is not known when the recording ends.")
    gaps = measures.gaps(context.view)
    found = sorted(_found(rule, context, search, gaps), key=lambda one: one.gap.start_s)
    hits = [_hit(one) for one in found]
    share = sum(gap.length_s for gap in gaps) / span.duration_s if span.duration_s > 0 else 0.0
    too_much = rule.share is not None and share > rule.share
    sought = list(_sought(rule))
    good = len(found) <= rule.at_most and not too_much
    return verdict(
        good,
        found=not good,
        explanation=_told(found, share if rule.share is not None else None, sought),
        searched=f"looked for {', '.join(sought)} in the whole call"
        if rule.scope.whole
        else f"looked for {', '.join(sought)} in {search.where}",
        share=0.0 if too_much else share_left(rule, len(found)),
        score=min(1.0, share),
        hits=hits,
        evidence=proofs(hits),
    )


def _no_agent(context: Context) -> Outcome:
    if context.view.role_is_open:
        return cannot_judge("It is not known who speaks, so nobody's pick-up can be told.")
    return not_applicable("The agent says nothing in this call.")


def _found(
    rule: Silence, context: Context, search: Search, gaps: tuple[measures.Gap, ...]
) -> Iterator[_TooLong]:
    """All that is too long, each stretch of time once."""
    known: set[float] = set()
    for gap in gaps:
        if _within(gap, rule, search, context):
            what = _silent(rule, gap, context)
            if what:
                known.add(gap.start_s)
                yield _TooLong(gap, what)
    if rule.response_s is not None:
        for gap in measures.responses(context.view, rule.role):
            slow = gap.length_s > rule.response_s and gap.start_s not in known
            if slow and _within(gap, rule, search, context):
                yield _TooLong(gap, "until the answer")
    if rule.pick_up_s is not None:
        first = measures.pick_up(context.view)
        if first is not None and first.length_s > rule.pick_up_s:
            yield _TooLong(first, "until the agent's first word")
    end = measures.ending(context.view)
    if end is None:
        return
    if rule.ending_s is not None and end.length_s > rule.ending_s:
        yield _TooLong(end, "of silence at the end")
    soon = rule.hang_up_s is not None and end.length_s <= rule.hang_up_s
    if soon and _hung_up(rule, end, context):
        yield _TooLong(end, _HUNG_UP)


def _silent(rule: Silence, gap: measures.Gap, context: Context) -> str:
    """What a silence is where it is too long; empty where it is not."""
    hold = rule.hold_s is not None and gap.length_s >= measures.LEAST_HOLD_S
    if hold and measures.announced(context.view, gap, rule.holds):
        return "on hold" if gap.length_s > (rule.hold_s or 0.0) else ""
    if rule.longest is not None and gap.length_s > rule.longest:
        return "of silence"
    return "on hold" if rule.hold_s is not None and gap.length_s > rule.hold_s else ""


def _hung_up(rule: Silence, end: measures.Gap, context: Context) -> bool:
    """Whether the call ends without a goodbye, on the side that the rule asks about."""
    last = end.after
    if last is None or rule.role == last.utterance.role.value:
        return False
    spoken: list[Line] = [line for line in context.view.lines if line.folded]
    if context.view.hits(_THANKS, last):
        return False
    return not any(context.view.hits(rule.goodbyes, line) for line in spoken[-_LAST_WORDS:])


def _sought(rule: Silence) -> Iterator[str]:
    """What was looked for, in words."""
    if rule.longest is not None:
        yield f"silences longer than {rule.longest:g} s"
    if rule.response_s is not None:
        yield f"answers of {who(rule.role)} later than {rule.response_s:g} s"
    if rule.pick_up_s is not None:
        yield f"first words of the agent later than {rule.pick_up_s:g} s"
    if rule.hold_s is not None:
        yield f"holds longer than {rule.hold_s:g} s"
    if rule.ending_s is not None:
        yield f"silence at the end longer than {rule.ending_s:g} s"
    if rule.hang_up_s is not None:
        yield f"end within {rule.hang_up_s:g} s of the last words without a goodbye"
    if rule.share is not None:
        yield f"silence over {percent(rule.share)} of the talk"


def _within(gap: measures.Gap, rule: Silence, search: Search, context: Context) -> bool:
    if rule.scope.whole or search.start_s is None or search.end_s is None:
        return True
    if rule.scope.anchors:
        # the silence right after an item's hit is after it
        return gap.end_s >= search.start_s and gap.start_s <= search.end_s
    start_s, end_s = _window(rule, search, context.view.end_s or search.end_s)
    return gap.end_s > start_s and gap.start_s < end_s


def _window(rule: Silence, search: Search, length_s: float) -> tuple[float, float]:
    """The seconds looked at: those named, else from the first to the last word looked at."""
    given = rule.scope.model_dump(exclude_defaults=True)
    limit = next(iter(given.values())) if len(given) == 1 else 0.0
    if "first_s" in given and limit:
        return 0.0, limit
    if "last_s" in given and limit:
        return length_s - limit, length_s
    if "first_percent" in given and limit:
        return 0.0, length_s * limit / 100
    if "last_percent" in given and limit:
        return length_s * (1 - limit / 100), length_s
    return search.start_s or 0.0, search.end_s or length_s


def _hit(one: _TooLong) -> Hit:
    gap = one.gap
    after = f" after {quote(gap.after.utterance.text[-60:])}" if gap.after else ""
    proof = Evidence(None, gap.start_s, gap.end_s, f"{gap.length_s:.1f} s {one.what}{after}")
    return Hit(gap.after.index if gap.after else 0, 0, proof)


def _told(found: list[_TooLong], share: float | None, sought: list[str]) -> str:
    part = "" if share is None else f" It is silent for {percent(share)} of the talk."
    if not found:
        return f"No {' and no '.join(sought)}.{part}" if share is None else part.strip()
    slow = [one for one in found if one.what != _HUNG_UP]
    told = []
    if slow:
        each = [f"{_length(one)} {place(_hit(one).evidence)}" for one in slow[:4]]
        more = f" and {len(slow) - 4} more" if len(slow) > 4 else ""
        told.append(f"{count(len(slow), 'time')} too long: {', '.join(each)}{more}.")
    for one in found:
        if one.what == _HUNG_UP:
            told.append(f"The call is cut off: {_length(one)} {place(_hit(one).evidence)}.")
    return " ".join(told) + part


def _length(one: _TooLong) -> str:
    return f"{one.gap.length_s:.1f} s {one.what}"


KIND = Kind(
    "silence",
    Silence,
    _check,
    change="It would have passed had the silences been shorter.",
    kept="It would have failed with longer or more silences than are allowed.",
    hinges_on=ON_ROLES,
)
