"""``interruption``: the role begins to speak while the other side is speaking.

What it does: finds where the role starts over somebody else's speech and both go on for
``tolerance_s``. Short listening sounds (``backchannels``: "mm-hm", "right", "嗯") do not count, nor
does beginning together. ``at_most`` times are forgiven; at ``zero_at`` no points are left. Without
times it does not apply.

Why it matters: a customer who cannot finish says everything again, louder.

Example::

    kind: interruption
    role: agent
    tolerance_s: 0.7
    at_most: 1
    zero_at: 5
"""

from __future__ import annotations

from typing import Literal

from qa_inspect.domain import Evidence
from qa_inspect.rubric import measures
from qa_inspect.rubric.checks.allowance import Allowance, share_left
from qa_inspect.rubric.checks.context import Context, Kind
from qa_inspect.rubric.checks.scope import Search
from qa_inspect.rubric.fields import Phrases
from qa_inspect.rubric.outcome import Hit, Outcome, not_applicable, verdict
from qa_inspect.rubric.phrases import compile_phrases
from qa_inspect.rubric.schema import Seconds
from qa_inspect.rubric.wording import cited, clock, count, quote, who

_BACKCHANNELS = (
    "(mm|mhm|mmm|hm|hmm|mm hm|mm hmm|uh huh|uhuh|ah|aha|oh|uh|um|er|erm)",
    "(yeah|yes|yep|yup|no|nope|right|okay|sure|true|exactly|of course|really|wow|all right)",
    "(i see|i know|go on|got it|fine|good|great|thank you|thanks|sorry|hello|hi)",
    "(嗯|恩|哦|噢|喔|啊|呃|额|哎|唉|诶|对|是|好|行|好的|对的|是的|是吧|对吧|明白|谢谢|喂|您好|你好|这样)",
    "(ya|iya|oke|baik|betul|dạ|vâng|ừ|ครับ|ค่ะ|อืม)",
)


class Interrupts(Allowance):
    """Fields of ``interruption``. ``role`` is who must not interrupt."""

    kind: Literal["interruption"] = "interruption"
    tolerance_s: Seconds = 0.7
    backchannels: Phrases = compile_phrases(_BACKCHANNELS)


def _check(rule: Interrupts, context: Context) -> Outcome:
    search = context.search(rule, times=True)
    if isinstance(search, Outcome):
        return search
    if len({line.utterance.speaker for line in context.view.lines}) < 2:
        return not_applicable("Only one person is heard, so nobody can be interrupted.")
    every = measures.interruptions(context.view, rule.tolerance_s, rule.backchannels)
    found = [
        one
        for one in every
        if rule.role in ("any", one.by.role.value) and _within(one, rule, search)
    ]
    good = len(found) <= rule.at_most
    hits = [_hit(context, one) for one in found]
    if found:
        each = ", ".join(cited(hit.evidence) for hit in hits[:3])
        more = f" and {len(hits) - 3} more" if len(hits) > 3 else ""
        explanation = (
            f"{who(rule.role).capitalize()} spoke over the other side {count(len(found), 'time')}: "
            f"{each}{more}. First over {_over(found[0])}."
        )
    else:
        explanation = f"{who(rule.role).capitalize()} let the other side finish."
    return verdict(
        good,
        found=not good,
        explanation=explanation,
        searched=f"looked for overlaps of {rule.tolerance_s:g} s and more in {search.where}",
        share=share_left(rule, len(found)),
        score=min(1.0, len(found) / max(1, len(search.lines))),
        hits=hits[:12],
    )


def _within(one: measures.Interruption, rule: Interrupts, search: Search) -> bool:
    if rule.scope.whole or search.start_s is None or search.end_s is None:
        return True
    return search.start_s <= one.by.start_s <= search.end_s


def _over(one: measures.Interruption) -> str:
    until = clock(one.of.start_s)
    return f"{quote(one.of_line.utterance.text)} ({until})" if one.of_line else f"speech at {until}"


def _hit(context: Context, one: measures.Interruption) -> Hit:
    end_s = one.by.start_s + one.overlap_s
    if one.by_line is None:
        proof = Evidence(None, one.by.start_s, end_s, f"{one.overlap_s:.1f} s spoken over")
        return Hit(one.of_line.index if one.of_line else 0, 0, proof)
    utterance = context.view.lines[one.by_line.index].utterance
    return Hit(
        one.by_line.index, 0, Evidence(utterance.index, one.by.start_s, end_s, utterance.text)
    )


KIND = Kind(
    "interruption",
    Interrupts,
    _check,
    change="It would have passed had the other side been heard out.",
)
