"""``signals``: more of them are never less sure, and what is missing is told."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from qa_inspect.domain import (
    CallResult,
    CallStatus,
    CheckStatus,
    Metadata,
    Recording,
    Role,
    Transcript,
    Utterance,
)
from qa_inspect.rubric.checks.context import Context
from qa_inspect.rubric.checks.signals import Signals, _strength
from qa_inspect.rubric.checks.table import KINDS
from qa_inspect.rubric.explain import explain
from qa_inspect.rubric.load import parse_rubric
from qa_inspect.rubric.outcome import Outcome
from qa_inspect.rubric.score import judge_call
from qa_inspect.rubric.tools import Tools
from qa_inspect.rubric.view import CallView

RUBRIC = parse_rubric(
    "rubric: desk\n"
    "items: [{id: hello, kind: said, phrases: [hello]}]\n"
    "flags:\n"
    "  - id: lever\n"
    "    kind: signals\n"
    "    role: customer\n"
    "    at_least: 2\n"
    "    signals:\n"
    "      - {name: a demand, kind: said, phrases: [ten times]}\n"
    "      - {name: a threat, kind: said, phrases: [go to the press], unless: [for the press]}\n"
    "      - {name: an insult, kind: said, phrases: [idiots]}\n"
)
(FLAG,) = RUBRIC.flags
sures = st.lists(st.floats(0, 1), max_size=6)


def strength(found: list[float], at_least: int = 3) -> float:
    signals = [{"name": f"s{n}", "kind": "said", "phrases": ["x"]} for n in range(6)]
    rule = Signals.model_validate({"signals": signals, "at_least": at_least})
    return _strength(rule, [Outcome(CheckStatus.PASS, True, "", strength=one) for one in found])


@given(sures, sures, st.integers(1, 6))
def test_more_signals_are_never_less_sure(one: list[float], other: list[float], least: int) -> None:
    less, more = strength(one, least), strength(other, least)
    assert 0.0 <= less <= 1.0 + 1e-9
    if len(one) < len(other):
        assert less <= more + 1e-9


def call(*said: str) -> CallResult:
    lines = [
        Utterance(n, Role.CUSTOMER, "customer", text, "en", n, n + 1, 0.9, ())
        for n, text in enumerate(said)
    ]
    transcript = Transcript("en", tuple(lines))
    return CallResult(
        Recording("c", None, "s"),
        CallStatus.OK,
        transcript,
        judge_call(transcript, Metadata(), [RUBRIC]),
    )


def test_a_flag_that_was_not_raised_tells_how_near_it_came() -> None:
    quiet = call("I want ten times that", "I can go to the press, I work for the press")
    view = CallView(quiet.transcript, Metadata())  # type: ignore[arg-type]

    def answer(rubric: object, flag: object) -> Outcome:
        return Context(view, RUBRIC, Tools(), KINDS).judge(FLAG.rule)

    text = explain(quiet, "lever", [RUBRIC], answer)
    assert "lever (desk): not raised" in text
    assert "1 of 3 signals: a demand" in text
    assert "Not there: a threat, an insult." in text
    assert "a threat: “go to the press”" in text
    assert "does not count because of “for the press”" in text
    assert "2 different ones are asked for" in text
    near = explain(quiet, "lever", [RUBRIC])
    assert "looked for" in near
