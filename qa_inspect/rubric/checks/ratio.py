"""``ratio``: how large a part of what the role says shows something.

What it does: asks the rule in ``of`` about every utterance and compares the share of hits with
``target``. Below the target, points are earned in proportion; a share above ``at_most`` earns none.
Fewer than ``min_utterances`` are too few to judge. ``of`` is a rule, or the name of a kind that
needs no fields, such as ``question``. With ``weigh: words`` or ``weigh: seconds`` long utterances
count for more than short ones (Chinese and Thai: by letters).

Why it matters: one warm sentence does not make a warm call. Empathy and positive language are
habits, and a habit is a share.

Example::

    kind: ratio
    role: agent
    of: {kind: said, phrases: ["[so|very] sorry", "i (understand|can see) why"]}
    target: 0.30
    min_utterances: 4
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, model_validator

from qa_inspect.rubric.checks.context import Context, Findings, Kind
from qa_inspect.rubric.checks.quantity import cite, hits_of, proofs
from qa_inspect.rubric.describe import looked_for
from qa_inspect.rubric.folding import has_unspaced
from qa_inspect.rubric.outcome import Outcome, not_applicable, verdict
from qa_inspect.rubric.schema import Count, Rule, inherit
from qa_inspect.rubric.view import Line
from qa_inspect.rubric.wording import count, percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qa_inspect.rubric.schema import AnyRule


class Ratio(Rule):
    """Fields of ``ratio``."""

    kind: Literal["ratio"] = "ratio"
    of: AnyRule
    target: Annotated[float, Field(gt=0, le=1)] | None = None
    at_most: Annotated[float, Field(ge=0, lt=1)] | None = None
    min_utterances: Count = 3
    weigh: Literal["utterances", "words", "seconds"] = "utterances"

    @model_validator(mode="before")
    @classmethod
    def _hand_on(cls, data: Any) -> Any:
        if isinstance(data, Mapping) and isinstance(data.get("of"), str):
            data = {**data, "of": {"kind": data["of"]}}
        return inherit(data, "of")

    @model_validator(mode="after")
    def _bounded(self) -> Ratio:
        if self.target is None and self.at_most is None:
            raise ValueError("nothing is asked for — give target, at_most or both")
        if self.target is not None and self.at_most is not None and self.at_most < self.target:
            raise ValueError(f"at_most ({self.at_most:g}) is below target ({self.target:g})")
        return self

    def by_line(self) -> tuple[Rule, ...]:
        """What is looked for in each utterance."""
        return (self.of,)

    def parts(self) -> tuple[Rule, ...]:
        """What is looked for in each utterance."""
        return (self.of,)


def _check(rule: Ratio, context: Context) -> Outcome:
    unmet = context.unmet(rule.of.only_if)
    if unmet is not None:
        return unmet
    search = context.search(rule, times=rule.weigh == "seconds")
    if isinstance(search, Outcome):
        return search
    total = len(search.lines)
    if total < rule.min_utterances:
        return not_applicable(
            f"Only {count(total, 'utterance')} in {search.where}; a share needs "
            f"{rule.min_utterances}.",
            search.where,
        )
    findings = context.find(rule.of, search.lines)
    if findings is None:
        raise ValueError(f"ratio cannot be taken of {rule.of.kind}: it needs the whole call")
    hits = hits_of(context, search.lines, findings)
    share = _share(rule, search.lines, {hit.utterance for hit in hits})
    enough = rule.target is None or share >= rule.target
    too_much = rule.at_most is not None and share > rule.at_most
    good = enough and not too_much
    told = f"{len(hits)} of {count(total, 'utterance')} ({_shown(rule, share)})"
    if not enough:
        unheard = context.badly_heard(
            search, found=f"Found in {told} where {_asked(rule)} is asked for"
        )
        if unheard is not None:
            return unheard
    shown = f": {cite(hits)}" if hits else ""
    return verdict(
        good,
        found=good,
        explanation=f"{told} where {_asked(rule)} is asked for{shown}.",
        searched=f"looked at {search.where}, one by one, for {looked_for(rule.of)}",
        share=0.0 if too_much else share / rule.target if rule.target else 1.0,
        score=share,
        hits=hits,
        evidence=proofs(hits),
        strength=1.0 - share if rule.target is None else share,
    )


def _share(rule: Ratio, lines: Sequence[Line], having: Collection[int]) -> float:
    """The part (0–1) that the lines of these indices make up, by utterances, words or seconds."""
    weights = [(line.index in having, _weight(rule, line)) for line in lines]
    total = sum(weight for _, weight in weights)
    return sum(weight for inside, weight in weights if inside) / total if total else 0.0


def _weight(rule: Ratio, line: Line) -> float:
    if rule.weigh == "utterances":
        return 1.0
    if rule.weigh == "seconds":
        return line.utterance.span.duration_s if line.utterance.span else 0.0
    return sum(len(piece) if has_unspaced(piece) else 1 for piece in line.folded.split())


def _shown(rule: Ratio, share: float) -> str:
    return percent(share) + ("" if rule.weigh == "utterances" else f" of the {rule.weigh}")


def _asked(rule: Ratio) -> str:
    least = [] if rule.target is None else [percent(rule.target)]
    most = [] if rule.at_most is None else [f"at most {percent(rule.at_most)}"]
    return " to ".join([*least, *most])


def _find(rule: Ratio, lines: Sequence[Line], context: Context) -> Findings:
    """What ``of`` is about."""
    return context.shows(rule.of, lines) or {}


KIND = Kind(
    "ratio",
    Ratio,
    _check,
    shows=_find,
    change="It would have passed had the share of utterances that show it been as asked for.",
    kept="It would have failed with a measure outside the limits it names.",
)
