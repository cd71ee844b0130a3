"""How well the items of rubrics agree with people: above all, whether a fail is one.

A failed item is what an agent is coached for, so precision and recall are those of fails. This
module does not know files or how figures are shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from qa_inspect.domain import CheckResult, CheckStatus
from qa_inspect.evaluate.rates import Rate
from qa_inspect.rubric.fields import did_you_mean
from qa_inspect.rubric.schema import Rubric

STATUSES = (CheckStatus.PASS, CheckStatus.FAIL, CheckStatus.NOT_APPLICABLE)
"""What people can say of an item."""


@dataclass(frozen=True, slots=True)
class CheckedCall:
    """One call: what people say of its items, and what the rubrics say."""

    call_id: str
    language: str
    truth: Mapping[str, CheckStatus]
    checks: Mapping[str, CheckResult]


@dataclass(frozen=True, slots=True)
class CheckFigures:
    """One item in one language, in calls that people labelled.

    ``agreed`` counts like verdicts, ``unjudged`` calls that people judged and the rubrics did not.
    ``chance`` is the share (0–1) of like verdicts that two would reach who know only how frequent
    each verdict is.
    """

    language: str
    item: str
    calls: int
    agreed: int
    unjudged: int
    truly_failed: int
    failed: int
    rightly_failed: int
    chance: float

    @property
    def agreement(self) -> Rate:
        """Of all labelled calls, those with the same verdict."""
        return Rate(self.agreed, self.calls)

    @property
    def kappa(self) -> float | None:
        """Agreement beyond chance, 1 for perfect (Cohen 1960); None where there is one verdict."""
        if self.chance >= 1.0:
            return None
        return (self.agreed / self.calls - self.chance) / (1.0 - self.chance)

    @property
    def precision(self) -> Rate:
        """Of the calls failed, those that people fail too."""
        return Rate(self.rightly_failed, self.failed)

    @property
    def recall(self) -> Rate:
        """Of the calls that people fail, those failed."""
        return Rate(self.rightly_failed, self.truly_failed)


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A call whose item people see otherwise."""

    call_id: str
    language: str
    item: str
    people: str
    rubric: str
    explanation: str
    quotes: tuple[str, ...]


def read_truth(fields: Mapping[str, Any], rubrics: Sequence[Rubric]) -> Mapping[str, CheckStatus]:
    """What a line says of items in its field ``checks``, such as ``{"greeting": "pass"}``.

    Items that it does not name are not compared. Raises ValueError, in a sentence, where the field
    is missing or empty, names an item of none of the rubrics, or says something else than pass,
    fail or not_applicable.
    """
    told = fields.get("checks")
    if not isinstance(told, dict) or not told:
        raise ValueError('checks: is missing; write what is true, such as {"greeting": "pass"}')
    known = tuple(dict.fromkeys(item.id for rubric in rubrics for item in rubric.items))
    truth = {}
    for name, status in told.items():
        if name not in known:
            hint = did_you_mean(name, known)
            raise ValueError(f"checks: {name!r} is no item of this call's rubrics; {hint}")
        if status not in [one.value for one in STATUSES]:
            valid = ", ".join(one.value for one in STATUSES)
            raise ValueError(f"checks.{name}: {status!r} is none of {valid}")
        truth[name] = CheckStatus(status)
    return MappingProxyType(truth)


def figures(calls: Iterable[CheckedCall]) -> tuple[CheckFigures, ...]:
    """The figures of every labelled item, by language, in the order of the first call's items."""
    pairs: dict[tuple[str, str], list[tuple[CheckStatus, CheckStatus]]] = {}
    for call in sorted(calls, key=lambda call: call.language):
        for item, check in call.checks.items():
            if item in call.truth:
                own = pairs.setdefault((call.language, item), [])
                own.append((call.truth[item], check.status))
    return tuple(_figures(language, item, own) for (language, item), own in pairs.items())


def _figures(
    language: str, item: str, pairs: Sequence[tuple[CheckStatus, CheckStatus]]
) -> CheckFigures:
    number = len(pairs)
    people, rubric = [one for one, _ in pairs], [other for _, other in pairs]
    fails = [one is CheckStatus.FAIL for one in people], [o is CheckStatus.FAIL for o in rubric]
    judged = (CheckStatus.PASS, CheckStatus.FAIL)
    return CheckFigures(
        language,
        item,
        number,
        agreed=sum(one is other for one, other in pairs),
        unjudged=sum(one in judged and other not in judged for one, other in pairs),
        truly_failed=sum(fails[0]),
        failed=sum(fails[1]),
        rightly_failed=sum(one and other for one, other in zip(*fails, strict=True)),
        chance=sum(people.count(s) * rubric.count(s) for s in CheckStatus) / number**2,
    )


def disagreements(calls: Iterable[CheckedCall]) -> tuple[Disagreement, ...]:
    """Every verdict that people see otherwise, by language, item and call."""
    found = [
        Disagreement(
            call.call_id,
            call.language,
            item,
            truth.value,
            call.checks[item].status.value,
            call.checks[item].explanation,
            tuple(proof.quote for proof in call.checks[item].evidence),
        )
        for call in calls
        for item, truth in call.truth.items()
        if item in call.checks and call.checks[item].status is not truth
    ]
    return tuple(sorted(found, key=lambda d: (d.language, d.item, d.call_id)))
