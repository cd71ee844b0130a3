"""Points plus and minus, what a failure takes along, bands, and what is refused of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rubric_helpers import call, judge, rubric, tools, verdict

from qa_inspect.domain import AutoFail, CheckStatus, Metadata, Severity
from qa_inspect.errors import RubricError
from qa_inspect.rubric.checks import table
from qa_inspect.rubric.marking import rubric_score
from qa_inspect.rubric.outcome import Outcome
from qa_inspect.rubric.score import judge_call

CALL = call(
    ("agent", "Hello there, damn it", 0, 2),
    ("customer", "I will sue you", 2, 4),
    ("agent", "Goodbye", 14, 15),
)
BANDS = "bands: [{name: Excellent, from: 90}, {name: Good, from: 70}, {name: Poor, from: 0}]"


def penalty(rule: str, weight: float = -4) -> str:
    base = "  - {id: base, weight: 10, kind: said, phrases: [hello]}"
    return f"{base}\n  - {{id: p, weight: {weight}, {rule}}}"


@pytest.mark.parametrize(
    ("rule", "status", "points", "score"),
    [
        ("kind: said, phrases: [damn]", CheckStatus.FAIL, -4, 60),
        ("kind: said, phrases: [refund]", CheckStatus.PASS, 0, 100),
        ("kind: metadata, field: csat, at_least: 3", CheckStatus.NOT_APPLICABLE, 0, 100),
        ("kind: silence, longest_s: 3", CheckStatus.FAIL, -4, 60),
        ("kind: silence, longest_s: 30", CheckStatus.PASS, 0, 100),
        ("kind: any, rules: [{kind: said, phrases: [damn]}]", CheckStatus.FAIL, -4, 60),
    ],
)
def test_a_penalty_costs_only_where_the_thing_is_found(
    rule: str, status: CheckStatus, points: float, score: float
) -> None:
    result = verdict(rubric(penalty(rule)), CALL)
    check = result.checks[1]
    assert (check.status, check.points, check.max_points) == (status, points, 0)
    assert result.score == score


def test_a_penalty_for_part_of_a_thing_costs_its_part() -> None:
    # two silences where two already cost everything and none costs nothing
    gaps = call(("agent", "hello", 0, 1), ("customer", "a", 11, 12), ("agent", "b", 13, 14))
    part = "kind: silence, longest_s: 3, zero_at: 2"
    check = verdict(rubric(penalty(part)), gaps).checks[1]
    assert check.points == pytest.approx(-2)


def test_no_section_falls_below_nothing() -> None:
    made = rubric(penalty("kind: said, phrases: [damn]", -500))
    assert verdict(made, CALL).score == 0


def test_a_penalty_where_nothing_else_was_judged_has_nothing_to_take_from() -> None:
    made = rubric(
        "  - {id: a, section: s, kind: metadata, field: csat, at_least: 3}\n"
        "  - {id: p, section: s, weight: -5, kind: said, phrases: [damn]}\n"
        "  - {id: b, section: t, kind: said, phrases: [hello]}",
        head="sections: [{id: s}, {id: t}]",
    )
    assert verdict(made, CALL).score == 100


def test_auto_fail_takes_its_section_or_the_whole_form() -> None:
    lines = (
        "  - {id: a, section: s, kind: said, phrases: [hello]}\n"
        "  - {id: b, section: s, kind: not_said, phrases: [damn], auto_fail: %s}\n"
        "  - {id: c, section: t, kind: said, phrases: [goodbye]}"
    )
    head = "sections: [{id: s, weight: 1}, {id: t, weight: 3}]"
    of_section = verdict(rubric(lines % "section", head=head), CALL)
    assert of_section.score == 75
    assert of_section.checks[1].auto_fail is AutoFail.SECTION
    for whole in ("form", "true", "yes"):
        assert verdict(rubric(lines % whole, head=head), CALL).score == 0
    for none in ("false", "~"):
        assert verdict(rubric(lines % none, head=head), CALL).score == 87.5


def test_a_penalty_may_take_all() -> None:
    made = rubric(penalty("kind: said, phrases: [damn], auto_fail: form"))
    assert verdict(made, CALL).score == 0


def test_severity_is_the_items_and_medium_unless_said() -> None:
    assert judge("kind: said, phrases: [x]", CALL).severity is Severity.MEDIUM
    assert judge("kind: said, phrases: [x], severity: critical", CALL).severity is Severity.CRITICAL


@pytest.mark.parametrize(
    ("score", "band"),
    [(100, "Excellent"), (90, "Excellent"), (89.99, "Good"), (70, "Good"), (0, "Poor"), (None, "")],
)
def test_a_score_has_its_band(score: float | None, band: str) -> None:
    assert rubric("  - {id: a, kind: said, phrases: [x]}", head=BANDS).band(score) == band


def test_the_band_is_kept_with_the_score() -> None:
    made = rubric("  - {id: a, kind: said, phrases: [hello]}", head=BANDS)
    assert verdict(made, CALL).rubrics[0].band == "Excellent"
    assert verdict(rubric("  - {id: a, kind: said, phrases: [x]}"), CALL).rubrics[0].band == ""


@pytest.mark.parametrize(
    ("bands", "said"),
    [
        ("[{name: A, from: 90}, {name: B, from: 90}]", "A and B both begin at 90; give each"),
        ("[{name: B, from: 0}, {name: A, from: 90}]", "write the highest band first"),
        ("[{name: A, from: 90}, {name: B, from: 40}]", "scores below 40 have no band; let B begin"),
        ("[{name: A, from: 90}, {name: A, from: 0}]", "two bands are named A"),
        ("[{name: A, from: 190}, {name: B, from: 0}]", "less than or equal to 100"),
        ("[{name: A, from: -5}]", "greater than or equal to 0"),
        ("[{name: A, form: 0}]", "from"),
    ],
)
def test_bands_that_make_no_sense_are_refused_with_their_line(bands: str, said: str) -> None:
    with pytest.raises(RubricError) as error:
        rubric("  - {id: a, kind: said, phrases: [x]}", head=f"bands: {bands}")
    assert "test.yaml:2: bands" in str(error.value) and said in str(error.value)


@pytest.mark.parametrize(
    ("items", "head", "said"),
    [
        ("  - {id: a, weight: -5, kind: said, phrases: [x]}", "", "3: items: the weights add to"),
        ("  - {id: a, weight: 0, kind: said, phrases: [x]}", "", "give one item a weight above 0"),
        (
            "  - {id: a, section: s, weight: -1, kind: said, phrases: [x]}\n"
            "  - {id: b, section: t, kind: said, phrases: [x]}",
            "sections: [{id: s}, {id: t}]",
            "section s has weight 1, but its items' weights add to nothing",
        ),
        (
            "  - {id: a, weight: -1, kind: not_said, phrases: [x]}\n"
            "  - {id: b, kind: said, phrases: [x]}",
            "",
            "not_said finds that it is not there; name what costs the points",
        ),
        (
            "  - {id: a, auto_fail: section, kind: said, phrases: [x]}",
            "",
            "a is in no section, so there is none to take to zero",
        ),
        (
            "  - {id: a, auto_fail: all, kind: said, phrases: [x]}",
            "",
            "valid: true, false, section",
        ),
        ("  - {id: a, severity: huge, kind: said, phrases: [x]}", "", "low"),
    ],
)
def test_points_that_make_no_sense_are_refused_with_line_and_cure(
    items: str, head: str, said: str
) -> None:
    with pytest.raises(RubricError) as error:
        rubric(items, head=head)
    assert "test.yaml:" in str(error.value) and said in str(error.value)


weights = st.floats(-20, 20).filter(lambda weight: abs(weight) > 0.01)


@given(st.lists(st.tuples(weights, st.booleans()), min_size=1, max_size=8))
@settings(deadline=None, max_examples=40)
def test_penalties_only_lower_a_score_and_never_below_nothing(
    drawn: list[tuple[float, bool]],
) -> None:
    lines = [
        f"  - {{id: i{n}, weight: {weight:.3f}, kind: said, phrases: [{'hello' if hit else 'no'}]}}"
        for n, (weight, hit) in enumerate(drawn)
    ]
    made = rubric("\n".join(["  - {id: base, kind: said, phrases: [hello]}", *lines]))
    checks = verdict(made, CALL).checks
    score = rubric_score(made, checks)
    assert score is not None and 0 <= score <= 100
    kinder = rubric_score(made, [check for check in checks if not check.is_penalty])
    assert kinder is not None and score <= kinder
    for check in checks:
        if check.is_penalty:
            better = rubric_score(made, [other for other in checks if other is not check])
            assert better is not None and score <= better


RUBBISH: list[Any] = [
    None,
    "pass",
    Outcome("pass", True, "x"),  # type: ignore[arg-type]
    Outcome(CheckStatus.PASS, True, "x", share=float("nan")),
    Outcome(CheckStatus.PASS, True, "x", share=7),
    Outcome(CheckStatus.PASS, True, "x", share=1, strength=float("inf")),
    Outcome(CheckStatus.PASS, True, "x", share=1, evidence=("a quote",)),  # type: ignore[arg-type]
]


@pytest.mark.parametrize("answer", RUBBISH)
def test_a_check_that_answers_rubbish_is_its_items_error(
    monkeypatch: pytest.MonkeyPatch, answer: Any
) -> None:
    kinds = dict(table.KINDS)
    kinds["metadata"] = replace(kinds["metadata"], check=lambda rule, context: answer)
    monkeypatch.setattr("qa_inspect.rubric.score.KINDS", kinds)
    wrong = "kind: metadata, field: csat, at_least: 3"
    made = rubric(
        f"  - {{id: a, {wrong}}}\n"
        "  - {id: b, kind: said, phrases: [hello]}\n"
        f"  - {{id: c, weight: -3, {wrong}}}",
        f"  - {{id: f, {wrong}}}\n  - {{id: g, kind: said, role: customer, phrases: [sue]}}",
    )
    result = judge_call(CALL, Metadata(), [made], tools())
    assert [(c.item, c.status) for c in result.checks] == [
        ("a", CheckStatus.ERROR),
        ("b", CheckStatus.PASS),
        ("c", CheckStatus.ERROR),
        ("f", CheckStatus.ERROR),
    ]
    assert [flag.flag for flag in result.flags] == ["g"]
    assert result.score == 100


def test_a_crash_in_a_condition_or_an_anchor_is_the_error_of_what_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def crash(rule: object, context: object) -> Any:
        raise ZeroDivisionError("broken on purpose")

    kinds = dict(table.KINDS)
    kinds["metadata"] = replace(kinds["metadata"], check=crash)
    monkeypatch.setattr("qa_inspect.rubric.score.KINDS", kinds)
    wrong = "{kind: metadata, field: csat, at_least: 3}"
    made = rubric(
        f"  - {{id: a, kind: said, phrases: [hello], only_if: {wrong}}}\n"
        "  - {id: m, kind: metadata, field: csat, at_least: 3}\n"
        "  - {id: b, kind: said, phrases: [hello], scope: {after: m}}\n"
        "  - {id: c, kind: said, phrases: [hello]}",
        f"  - {{id: f, kind: said, phrases: [hello], only_if: {wrong}}}",
    )
    result = judge_call(CALL, Metadata(), [made], tools())
    assert [c.status.value for c in result.checks] == ["error", "error", "error", "pass", "error"]
    assert result.score is None or result.score == 100
