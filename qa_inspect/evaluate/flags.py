"""How well flags agree with people: precision, recall, ranking, and what confidence is worth.

Every call is judged by the flags of its rubrics and compared with the flags that people gave it.
This module does not know files or how figures are shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from qa_inspect.domain import Metadata, Transcript
from qa_inspect.evaluate.rates import Rate, Reliability, reliability
from qa_inspect.rubric.checks.context import Context
from qa_inspect.rubric.checks.table import KINDS
from qa_inspect.rubric.fields import did_you_mean
from qa_inspect.rubric.flags import raised
from qa_inspect.rubric.outcome import Outcome
from qa_inspect.rubric.past import CallPast
from qa_inspect.rubric.schema import FlagRule, Rubric
from qa_inspect.rubric.tools import Tools
from qa_inspect.rubric.view import CallView

FEWEST = 5
"""Truly flagged calls under which a ranking says little and is not given."""
BINS = 5


@dataclass(frozen=True, slots=True)
class FlagAnswer:
    """What the rubrics say about one flag in one call.

    ``confidence`` is 0–1, 0 where the flag is not raised. ``measure`` puts calls in order: raised
    ones by confidence, above all others; those by the strongest measure behind the rule (0–1), 0
    where it has none.
    """

    raised: bool
    confidence: float
    measure: float
    explanation: str
    quotes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FlaggedCall:
    """One call: the flags people gave it and the answers about every flag of its rubrics."""

    call_id: str
    language: str
    truth: frozenset[str]
    answers: Mapping[str, FlagAnswer]


@dataclass(frozen=True, slots=True)
class FlagFigures:
    """One flag in one language, in calls.

    ``average_precision`` is the area under the steps of the precision-recall curve (0–1; Zhu 2004,
    as scikit-learn computes it), None for fewer than ``FEWEST`` truly flagged calls.
    """

    language: str
    flag: str
    calls: int
    truly: int
    raised: int
    right: int
    average_precision: float | None

    @property
    def precision(self) -> Rate:
        """Of the calls flagged, those that people flag too."""
        return Rate(self.right, self.raised)

    @property
    def recall(self) -> Rate:
        """Of the calls that people flag, those flagged."""
        return Rate(self.right, self.truly)

    @property
    def f1(self) -> float | None:
        """The harmonic mean of precision and recall, None where nobody and nothing flags."""
        total = self.raised + self.truly
        return 2 * self.right / total if total else None

    @property
    def few(self) -> bool:
        """Whether there are too few truly flagged calls to say much."""
        return self.truly < FEWEST


@dataclass(frozen=True, slots=True)
class Wrong:
    """A flag that was missed (``missed``) or raised without reason (``false alarm``)."""

    call_id: str
    language: str
    flag: str
    what: str
    confidence: float
    explanation: str
    quotes: tuple[str, ...]


def read_truth(fields: Mapping[str, Any], rubrics: Sequence[Rubric]) -> frozenset[str]:
    """The flags that a line names in its field ``flags``.

    Raises ValueError, in a sentence, where it is missing, no list, or names a flag that is in none
    of the rubrics.
    """
    told = fields.get("flags")
    if told is None:
        raise ValueError('flags: is missing; give a list such as ["abuse"], [] for none')
    if not isinstance(told, list) or not all(isinstance(name, str) for name in told):
        raise ValueError('flags: is no list of names; write ["abuse"], [] for none')
    known = tuple(dict.fromkeys(rule.id for rubric in rubrics for rule in rubric.flags))
    for name in told:
        if name not in known:
            hint = did_you_mean(name, known)
            raise ValueError(f"flags: {name!r} is no flag of this call's rubrics; {hint}")
    return frozenset(told)


def answers(
    rubrics: Sequence[Rubric],
    transcript: Transcript,
    metadata: Metadata,
    tools: Tools,
    past: CallPast | None = None,
) -> Mapping[str, FlagAnswer]:
    """What ``rubrics`` say about each of their flags in a call; a rule that fails raises none."""
    view = CallView(transcript, metadata, past=past)
    found: dict[str, FlagAnswer] = {}
    for rubric in rubrics:
        context = Context(view, rubric, tools, KINDS)
        for rule in rubric.flags:
            answer = _answer(context, rule)
            known = found.get(rule.id)
            if known is None or answer.measure > known.measure:
                found[rule.id] = answer
    return MappingProxyType(found)


def _answer(context: Context, rule: FlagRule) -> FlagAnswer:
    try:
        outcome = context.judge(rule.rule)
        flag = raised(rule, outcome, context.rubric.name)
    except Exception as error:
        return FlagAnswer(False, 0.0, 0.0, f"This could not be judged because of a fault: {error}")
    if flag is None:
        return FlagAnswer(False, 0.0, _measure(outcome), outcome.explanation)
    quotes = tuple(proof.quote for proof in flag.evidence)
    return FlagAnswer(True, flag.confidence, 1.0 + flag.confidence, flag.explanation, quotes)


def _measure(outcome: Outcome) -> float:
    return outcome.score if outcome.judged and outcome.score is not None else 0.0


def figures(calls: Sequence[FlaggedCall]) -> tuple[FlagFigures, ...]:
    """The figures of every flag, by language and in the order of the rubrics' flags."""
    return tuple(
        _figures(language, flag, own)
        for language, group in by_language(calls).items()
        for flag, own in _by_flag(group).items()
    )


def _figures(language: str, flag: str, calls: Sequence[FlaggedCall]) -> FlagFigures:
    truths = [flag in call.truth for call in calls]
    raises = [call.answers[flag].raised for call in calls]
    precision = None
    if sum(truths) >= FEWEST:
        from sklearn.metrics import average_precision_score

        measures = [call.answers[flag].measure for call in calls]
        precision = float(average_precision_score(truths, measures))
    right = sum(true and up for true, up in zip(truths, raises, strict=True))
    return FlagFigures(language, flag, len(calls), sum(truths), sum(raises), right, precision)


def by_language(calls: Iterable[FlaggedCall]) -> Mapping[str, list[FlaggedCall]]:
    """The calls of each language, in order of its code."""
    found: dict[str, list[FlaggedCall]] = {}
    for call in sorted(calls, key=lambda call: call.language):
        found.setdefault(call.language, []).append(call)
    return found


def _by_flag(calls: Sequence[FlaggedCall]) -> Mapping[str, list[FlaggedCall]]:
    names = dict.fromkeys(name for call in calls for name in call.answers)
    return {name: [call for call in calls if name in call.answers] for name in names}


@dataclass(frozen=True, slots=True)
class Curve:
    """Precision and recall (0–1) at every threshold of one flag, from the highest recall down.

    ``at`` is where the rubrics put it (recall, precision), None where they raise no flag.
    """

    flag: str
    truly: int
    average_precision: float
    recall: tuple[float, ...]
    precision: tuple[float, ...]
    at: tuple[float, float] | None


def curves(calls: Sequence[FlaggedCall]) -> tuple[Curve, ...]:
    """The curves of calls of one language; none of a flag with fewer than ``FEWEST`` true calls."""
    from sklearn.metrics import precision_recall_curve

    found = []
    for flag, own in _by_flag(calls).items():
        told = _figures("", flag, own)
        if told.average_precision is None:
            continue
        truths = [flag in call.truth for call in own]
        measures = [call.answers[flag].measure for call in own]
        precision, recall, _ = precision_recall_curve(truths, measures)
        where = (told.recall.share, told.precision.share)
        at = None if where[0] is None or where[1] is None else (where[0], where[1])
        # scikit-learn ends each curve at precision 1 where nothing is found: no point of ours
        steps = (*_floats(precision)[:-1], float(precision[-2]))
        found.append(Curve(flag, told.truly, told.average_precision, _floats(recall), steps, at))
    return tuple(found)


def _floats(values: Any) -> tuple[float, ...]:
    return tuple(float(value) for value in values)


def wrong(calls: Iterable[FlaggedCall]) -> tuple[Wrong, ...]:
    """Every miss and false alarm, by language and flag, the surest false alarms first."""
    found = []
    for call in calls:
        for flag, answer in call.answers.items():
            if answer.raised != (flag in call.truth):
                what = "false alarm" if answer.raised else "missed"
                found.append(
                    Wrong(
                        call.call_id,
                        call.language,
                        flag,
                        what,
                        answer.confidence,
                        answer.explanation,
                        answer.quotes,
                    )
                )
    return tuple(sorted(found, key=lambda w: (w.language, w.flag, -w.confidence, w.call_id)))


def confidence_kept(calls: Iterable[FlaggedCall]) -> Reliability:
    """Of the flags raised with a confidence, how many are right: see ``rates.reliability``."""
    pairs = [
        (answer.confidence, float(flag in call.truth))
        for call in calls
        for flag, answer in call.answers.items()
        if answer.raised
    ]
    return reliability([sure for sure, _ in pairs], [right for _, right in pairs], BINS)
