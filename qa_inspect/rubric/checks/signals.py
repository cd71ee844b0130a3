"""``signals``: several different signs of one thing come together.

What it does: judges each of its ``signals`` (a rule with a ``name``) about the whole call and finds
the thing when ``at_least`` so many of them are found, and among them one that is ``decisive`` where
any are. Every signal is shown with its proof, and those that are missing are named. A signal that
does not concern the call (no history is known) counts as not found.

Why it matters: no single sentence makes a complaint malicious. Anger, a threat to complain and a
refused offer are each fair; three different signs together, one of them beyond what a fair
complaint needs, are worth a person's time.

Example::

    kind: signals
    role: customer
    at_least: 3
    signals:
      - {name: a demand beyond the loss, decisive: true, kind: said, phrases: ["ten times"]}
      - {name: solutions refused, kind: said, phrases: ["not good enough"]}
      - {name: insults, kind: said, phrases: ["idiots"]}
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator

from qa_inspect.domain import CheckStatus
from qa_inspect.rubric.checks import logic
from qa_inspect.rubric.checks.context import Context, Kind
from qa_inspect.rubric.outcome import Outcome, cannot_judge, not_applicable, verdict
from qa_inspect.rubric.schema import Count, Model, Rule, inherit
from qa_inspect.rubric.wording import count

if TYPE_CHECKING:
    from qa_inspect.rubric.schema import AnyRule

_OWN = ("name", "decisive", "rule")
_AGAINST = re.compile(r"“[^”]*”(?: at [\d:]+)? does not count[^”]*“.*?”[^.“]*\.")
"""What a signal's explanation says of words that were found and do not count."""
_ENOUGH = 0.8
"""Strength from which as many signals are there as are asked for."""


class Signal(Model):
    """One sign: its ``name`` in sentences, and a rule (``kind`` and its fields)."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
    decisive: bool = False
    rule: AnyRule

    @model_validator(mode="before")
    @classmethod
    def _split(cls, data: Any) -> Any:
        if not isinstance(data, Mapping) or "rule" in data:
            return data
        own = {key: value for key, value in data.items() if key in _OWN}
        return {**own, "rule": {k: v for k, v in data.items() if k not in _OWN}}


class Signals(Rule):
    """Fields of ``signals``. Signals take over its role and scope unless they name their own."""

    kind: Literal["signals"] = "signals"
    signals: Annotated[tuple[Signal, ...], Field(min_length=2, max_length=20)]
    at_least: Count = 2

    @model_validator(mode="before")
    @classmethod
    def _hand_on(cls, data: Any) -> Any:
        return inherit(data, "signals")

    @model_validator(mode="after")
    def _can_be(self) -> Signals:
        names = [signal.name for signal in self.signals]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise ValueError(f"two signals are named {twice}; give each its own name")
        if self.at_least > len(names):
            raise ValueError(
                f"{self.at_least} signals are asked for and there are {len(names)}; "
                "lower at_least or add signals"
            )
        return self

    def parts(self) -> tuple[Rule, ...]:
        """The rules of the signals."""
        return tuple(signal.rule for signal in self.signals)


def _check(rule: Signals, context: Context) -> Outcome:
    outcomes = [context.judge(signal.rule) for signal in rule.signals]
    pairs = list(zip(rule.signals, outcomes, strict=True))
    found = [(signal, outcome) for signal, outcome in pairs if outcome.judged and outcome.found]
    unclear = [s for s, outcome in pairs if outcome.status is CheckStatus.CANNOT_JUDGE]
    searched = logic.looked(outcomes)
    if not any(outcome.judged for outcome in outcomes):
        if unclear:
            return cannot_judge(logic.explained(outcomes), searched)
        return not_applicable(logic.explained(outcomes), searched)
    good = _enough(rule, [signal for signal, _ in found])
    if not good and _enough(rule, [signal for signal, _ in found] + unclear):
        return cannot_judge(logic.explained(outcomes), searched)
    own = [outcome for _, outcome in found]
    return verdict(
        good,
        found=good,
        explanation=_told(rule, pairs, good),
        searched=searched,
        share=min(1.0, len(found) / rule.at_least),
        score=len(found) / len(rule.signals),
        hits=logic.hits_of_all(own),
        evidence=sorted(logic.evidence_of_all(own), key=lambda proof: proof.utterance is None),
        strength=_strength(rule, own),
    )


def _strength(rule: Signals, found: Sequence[Outcome]) -> float:
    """How much the signals found weigh, 0–1: one more always weighs more than surer ones.

    What is asked for is worth ``_ENOUGH``, and each further signal an equal step of what is left to
    1; how sure the signals are by themselves only says where in its step a call lies.
    """
    if not found:
        return 0.0
    sure = sum(outcome.strength for outcome in found) / len(found)
    further = len(found) - rule.at_least
    if further < 0:
        return _ENOUGH * (len(found) - 1 + sure) / rule.at_least
    steps = len(rule.signals) - rule.at_least + 1
    return _ENOUGH + (1.0 - _ENOUGH) * (further + sure) / steps


def _enough(rule: Signals, there: Sequence[Signal]) -> bool:
    asked = any(signal.decisive for signal in rule.signals)
    return len(there) >= rule.at_least and (not asked or any(s.decisive for s in there))


def _told(rule: Signals, pairs: Sequence[tuple[Signal, Outcome]], good: bool) -> str:
    found = [(signal, outcome) for signal, outcome in pairs if outcome.judged and outcome.found]
    names = {signal.name for signal, _ in found}
    missing = [signal for signal, _ in pairs if signal.name not in names]
    number = f"{len(found)} of {count(len(rule.signals), 'signal')}"
    told = "; ".join(
        f"{signal.name} — {outcome.explanation.rstrip('.')}" for signal, outcome in found
    )
    text = f"{number}: {told}." if told else f"{number}."
    if missing:
        text += f" Not there: {', '.join(signal.name for signal in missing)}."
        text += "".join(
            f" {signal.name}: {why.group()}"
            for signal, outcome in pairs
            if signal in missing and (why := _AGAINST.search(outcome.explanation))
        )
    if not good and len(found) >= rule.at_least:
        decisive = ", ".join(signal.name for signal in missing if signal.decisive)
        text += f" One of them has to be: {decisive}."
    elif not good:
        text += f" {rule.at_least} different ones are asked for."
    return text


KIND = Kind(
    "signals",
    Signals,
    _check,
    change="It would have passed with more of its signals, one of them decisive.",
    kept="It would have failed with fewer of its signals, or without a decisive one.",
)
