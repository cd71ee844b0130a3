"""``silence``: the line goes dead, or an answer is long in coming.

What it does: finds silences longer than ``longest_s`` between the first and the last speech; with
``response_s`` answers of the role that come later than that; with ``share`` whether silence makes
up more than that part (0–1) of the talk. ``at_most`` times are forgiven; at ``zero_at`` no points
are left. Without times it does not apply.

Why it matters: after ten seconds without a word a caller thinks the line is dead.

Example::

    kind: silence
    role: any
    longest_s: 10
    at_most: 1
    zero_at: 4
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from qa_inspect.domain import Evidence
from qa_inspect.rubric import measures
from qa_inspect.rubric.checks.allowance import Allowance, share_left
from qa_inspect.rubric.checks.context import Context, Kind
from qa_inspect.rubric.checks.scope import Search
from qa_inspect.rubric.outcome import Hit, Outcome, not_applicable, verdict
from qa_inspect.rubric.schema import RuleRole, Seconds, Share
from qa_inspect.rubric.wording import count, percent, place, quote, who

_DEFAULT_S = 10.0
_MOST_EVIDENCE = 12


class Silence(Allowance):
    """Fields of ``silence``. Left to itself it looks for silences longer than 10 seconds."""

    kind: Literal["silence"] = "silence"
    role: RuleRole = "any"
    longest_s: Seconds | None = None
    response_s: Seconds | None = None
    share: Annotated[Share | None, Field(gt=0)] = None


def _check(rule: Silence, context: Context) -> Outcome:
    search = context.search(rule, times=True)
    if isinstance(search, Outcome):
        return search
    span = measures.speech_span(context.view)
    if span is None or len(context.view.lines) < 2:
        return not_applicable("There are not two utterances between which it could be silent.")
    given = [rule.longest_s, rule.response_s, rule.share]
    longest_s = _DEFAULT_S if given == [None, None, None] else rule.longest_s
    found: list[tuple[measures.Gap, str]] = []
    sought: list[str] = []
    gaps = measures.gaps(context.view)
    if longest_s is not None:
        sought.append(f"silences longer than {longest_s:g} s")
        found += [
            (gap, "of silence")
            for gap in gaps
            if gap.length_s > longest_s and _within(gap, rule, search)
        ]
    if rule.response_s is not None:
        sought.append(f"answers of {who(rule.role)} later than {rule.response_s:g} s")
        known = {gap.start_s for gap, _ in found}
        found += [
            (gap, "until the answer")
            for gap in measures.responses(context.view, rule.role)
            if gap.length_s > rule.response_s
            and _within(gap, rule, search)
            and gap.start_s not in known
        ]
    found.sort(key=lambda pair: pair[0].start_s)
    share = sum(gap.length_s for gap in gaps) / span.duration_s if span.duration_s > 0 else 0.0
    too_much = rule.share is not None and share > rule.share
    if rule.share is not None:
        sought.append(f"silence over {percent(rule.share)} of the talk")
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
        hits=[_hit(gap, what) for gap, what in found[:_MOST_EVIDENCE]],
    )


def _within(gap: measures.Gap, rule: Silence, search: Search) -> bool:
    if rule.scope.whole or search.start_s is None or search.end_s is None:
        return True
    return gap.end_s > search.start_s and gap.start_s < search.end_s


def _hit(gap: measures.Gap, what: str) -> Hit:
    after = f" after {quote(gap.after.utterance.text[-60:])}" if gap.after else ""
    proof = Evidence(None, gap.start_s, gap.end_s, f"{gap.length_s:.1f} s {what}{after}")
    return Hit(gap.after.index if gap.after else 0, 0, proof)


def _told(found: list[tuple[measures.Gap, str]], share: float | None, sought: list[str]) -> str:
    part = "" if share is None else f" It is silent for {percent(share)} of the talk."
    if not found:
        return f"No {' and no '.join(sought)}.{part}" if share is None else part.strip()
    each = [
        f"{gap.length_s:.1f} s {what} {place(_hit(gap, what).evidence)}" for gap, what in found[:4]
    ]
    more = f" and {len(found) - 4} more" if len(found) > 4 else ""
    return f"{count(len(found), 'time')} too long: {', '.join(each)}{more}.{part}"


KIND = Kind(
    "silence",
    Silence,
    _check,
    change="It would have passed had the silences been shorter.",
)
