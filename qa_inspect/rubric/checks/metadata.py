"""``metadata``: what the manifest says about the call.

What it does: compares a field (``csat``, ``team``, ``direction``…) or a further column of the
manifest with ``equals``, ``one_of``, ``at_least``, ``at_most``, ``matches`` (phrases) or
``present``. Where the field has no value the rule does not apply, except for ``present``.

Why it matters: a rule can hold for one team, market or topic only, and a customer's own rating is
the best witness there is.

Example::

    kind: metadata
    field: csat
    at_least: 4
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import model_validator

from qa_inspect.domain import Metadata
from qa_inspect.rubric.checks.context import ON_NOTHING, Context, Kind
from qa_inspect.rubric.checks.phrase_search import NO_PHRASES
from qa_inspect.rubric.fields import Phrases
from qa_inspect.rubric.folding import fold
from qa_inspect.rubric.outcome import Outcome, not_applicable, verdict
from qa_inspect.rubric.schema import Rule
from qa_inspect.rubric.wording import listed, phrased

_FIELDS = tuple(name for name in Metadata.__dataclass_fields__ if name != "attributes")


class MetadataRule(Rule):
    """Fields of ``metadata``. All comparisons that are given must hold; text is compared as it is
    spoken (casing and punctuation do not matter)."""

    kind: Literal["metadata"] = "metadata"
    field: str
    equals: str | None = None
    one_of: tuple[str, ...] = ()
    at_least: float | None = None
    at_most: float | None = None
    matches: Phrases = NO_PHRASES
    present: bool | None = None

    @model_validator(mode="after")
    def _asks_something(self) -> MetadataRule:
        if not self.model_fields_set & {
            "equals",
            "one_of",
            "at_least",
            "at_most",
            "matches",
            "present",
        }:
            raise ValueError(
                "nothing is compared — give one of equals, one_of, at_least, at_most, matches, "
                "present"
            )
        return self


def _value(metadata: Metadata, field: str) -> str:
    value = getattr(metadata, field) if field in _FIELDS else metadata.attributes.get(field)
    return "" if value is None else str(value).strip()


def _check(rule: MetadataRule, context: Context) -> Outcome:
    value = _value(context.view.metadata, rule.field)
    where = f"looked at the call's {rule.field}"
    if rule.present is not None:
        held = bool(value) == rule.present
        state = f"is “{value}”" if value else "is not given"
        if not held or not value:
            return _answer(held, f"{rule.field} {state}.", where)
    if not value:
        return not_applicable(f"The call's {rule.field} is not given.", where)
    failed = [sentence for held, sentence in _comparisons(rule, value) if not held]
    if failed:
        return _answer(False, f"{rule.field} is “{value}”; {' and '.join(failed)}.", where)
    return _answer(True, f"{rule.field} is “{value}”.", where)


def _answer(held: bool, explanation: str, where: str) -> Outcome:
    return verdict(held, found=held, explanation=explanation, searched=where)


def _comparisons(rule: MetadataRule, value: str) -> Iterator[tuple[bool, str]]:
    said = fold(value) or value
    if rule.equals is not None:
        yield said == (fold(rule.equals) or rule.equals), f"“{rule.equals}” is asked for"
    if rule.one_of:
        wanted = {fold(text) or text for text in rule.one_of}
        yield said in wanted, f"one of {listed(rule.one_of)} is asked for"
    if rule.at_least is not None or rule.at_most is not None:
        number = _number(value)
        if number is None:
            yield False, "a number is asked for"
        else:
            if rule.at_least is not None:
                yield number >= rule.at_least, f"at least {rule.at_least:g} is asked for"
            if rule.at_most is not None:
                yield number <= rule.at_most, f"at most {rule.at_most:g} is asked for"
    if rule.matches.texts:
        yield rule.matches.first(said) is not None, f"{phrased(rule.matches.texts)} is asked for"


def _number(value: str) -> float | None:
    try:
        return float(value.replace(",", ""))
    except ValueError:
        return None


KIND = Kind(
    "metadata",
    MetadataRule,
    _check,
    change="It would have passed with a value in the manifest that the rule accepts.",
    kept="It would have failed with a value in the manifest that the rule does not accept.",
    hinges_on=ON_NOTHING,
)
