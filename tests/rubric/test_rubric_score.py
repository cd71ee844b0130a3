"""Scores, flags, explanations: the arithmetic and what a broken rule does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rubric_helpers import call, rubric, tools, verdict

from qa_inspect.domain import (
    AutoFail,
    CallResult,
    CallStatus,
    CheckResult,
    CheckStatus,
    Metadata,
    Recording,
    Severity,
    Verdict,
)
from qa_inspect.errors import InputError
from qa_inspect.rubric.checks import table
from qa_inspect.rubric.explain import explain
from qa_inspect.rubric.marking import rubric_score
from qa_inspect.rubric.schema import Rubric
from qa_inspect.rubric.score import judge_call, uses_embeddings
from qa_inspect.rubric.view import CallView

CALL = call(("agent", "Hello there", 0, 2), ("customer", "I will sue you", 2, 4))
SECTIONS = "sections: [{id: s, weight: 3}, {id: t, weight: 1}]"
MIXED = """\
  - {id: yes1, section: s, weight: 2, kind: said, phrases: [hello]}
  - {id: no1, section: s, weight: 2, kind: said, phrases: [refund]}
  - {id: na1, section: s, weight: 50, kind: metadata, field: csat, at_least: 3}
  - {id: yes2, section: t, weight: 7, kind: said, phrases: [there]}
"""


def test_sections_weigh_and_what_does_not_apply_is_left_out() -> None:
    result = verdict(rubric(MIXED, head=SECTIONS), CALL)
    assert result.score == pytest.approx((3 * 0.5 + 1 * 1.0) / 4 * 100)
    assert [(c.points, c.max_points) for c in result.checks] == [(2, 2), (0, 2), (0, 50), (7, 7)]


def test_a_failed_auto_fail_item_takes_all() -> None:
    made = rubric(MIXED.replace("id: no1,", "id: no1, auto_fail: true,"), head=SECTIONS)
    result = verdict(made, CALL)
    assert result.score == 0.0
    assert [check.auto_fail for check in result.checks] == [None, AutoFail.FORM, None, None]


def test_no_item_judged_gives_no_score() -> None:
    made = rubric("  - {id: a, kind: metadata, field: csat, at_least: 3}")
    result = verdict(made, CALL)
    assert result.score is None and result.rubrics[0].score is None


def test_the_call_has_the_weighted_mean_of_its_rubrics() -> None:
    good = rubric("  - {id: a, kind: said, phrases: [hello]}", head="weight: 3")
    bad = rubric("  - {id: a, kind: said, phrases: [refund]}")
    silent = rubric("  - {id: a, kind: metadata, field: csat, at_least: 3}")
    result = judge_call(CALL, Metadata(), [good, bad, silent], tools())
    assert result.score == 75.0
    assert [r.score for r in result.rubrics] == [100.0, 0.0, None]


def test_one_crashing_item_is_that_items_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(rule: object, context: object) -> Any:
        raise ZeroDivisionError("broken on purpose")

    kinds = dict(table.KINDS)
    kinds["not_said"] = replace(kinds["not_said"], check=crash)
    monkeypatch.setattr("qa_inspect.rubric.score.KINDS", kinds)
    made = rubric(
        "  - {id: a, kind: said, phrases: [hello]}\n  - {id: b, kind: not_said, phrases: [x]}",
        "  - {id: f, kind: not_said, phrases: [x]}\n"
        "  - {id: g, kind: said, role: customer, phrases: [sue]}",
    )
    result = verdict(made, CALL)
    assert [c.status for c in result.checks] == [
        CheckStatus.PASS,
        CheckStatus.ERROR,
        CheckStatus.ERROR,
    ]
    assert "broken on purpose" in result.checks[1].explanation
    assert result.score == 100.0
    assert [flag.flag for flag in result.flags] == ["g"]


def test_a_missing_sentence_model_is_the_error_of_the_items_that_need_it() -> None:
    class Missing:
        model = "missing"

        def embed(self, texts: object) -> Any:
            raise RuntimeError("no model")

    from qa_inspect.rubric.tools import Tools

    made = rubric(
        "  - {id: a, kind: said, phrases: [hello]}\n  - {id: b, kind: similar, examples: [hi]}"
    )
    result = judge_call(CALL, Metadata(), [made], Tools(Missing()))
    assert [c.status for c in result.checks] == [CheckStatus.PASS, CheckStatus.ERROR]
    assert uses_embeddings([made])
    assert not uses_embeddings([rubric("  - {id: a, kind: said, phrases: [hello]}")])


FLAG = "  - {id: legal, severity: %s, confidence: %s, kind: said, role: customer, phrases: [%s]}"


def test_flags_are_bounded_explained_and_proved() -> None:
    (flag,) = verdict(rubric(flags=FLAG % ("high", 0.8, "sue")), CALL).flags
    assert flag.severity is Severity.HIGH
    assert 0.5 < flag.confidence <= 0.8
    assert flag.evidence[0].quote == "sue"
    assert "legal: Said: “sue” at 0:02" in flag.explanation
    assert verdict(rubric(flags=FLAG % ("high", 0.8, "lawyer")), CALL).flags == ()


def test_more_evidence_makes_a_flag_surer_and_bad_hearing_less_sure() -> None:
    made = rubric(flags=FLAG % ("high", 0.8, "sue"))
    once = verdict(made, CALL).flags[0]
    turn = ("customer", "I will sue", 2.0, 4.0)
    twice = verdict(made, call(turn, turn)).flags[0]
    unclear = verdict(made, call(turn, confidence=0.3)).flags[0]
    assert unclear.confidence < once.confidence < twice.confidence <= 0.8


def test_the_same_flag_of_two_rubrics_is_one() -> None:
    one = rubric(flags=FLAG % ("medium", 0.9, "sue"))
    other = rubric(flags=FLAG % ("critical", 0.5, "i will"))
    (flag,) = judge_call(CALL, Metadata(), [one, other], tools()).flags
    assert flag.severity is Severity.CRITICAL
    assert flag.confidence > 0.5
    assert {proof.quote for proof in flag.evidence} == {"sue", "I will"}


def test_flags_come_worst_first() -> None:
    flags = "\n".join(
        FLAG.replace("legal", name) % (severity, 0.8, "sue")
        for name, severity in (("a", "low"), ("b", "critical"), ("c", "medium"))
    )
    assert [f.flag for f in verdict(rubric(flags=flags), CALL).flags] == ["b", "c", "a"]


def test_explain_tells_status_place_proof_and_change() -> None:
    made = rubric(
        "  - {id: a, kind: said, phrases: [hello]}\n  - {id: b, kind: said, phrases: [refund]}",
        FLAG % ("high", 0.8, "sue"),
    )
    result = CallResult(Recording("c1", None, "0"), CallStatus.OK, CALL, verdict(made, CALL))
    passed = explain(result, "a")
    assert "a (test): passed, 1 of 1 points" in passed
    assert "• 0:00 agent: “Hello”" in passed
    failed = explain(result, "test.b")
    assert "looked for “refund” in all the agent's utterances (0:00–0:02)" in failed
    assert "would have passed had one of the phrases" in failed
    assert "legal (test): raised, severity high, sure" in explain(result, "legal")
    with pytest.raises(InputError, match="did you mean “legal”"):
        explain(result, "legl")


def test_explain_tells_what_a_flag_that_was_not_raised_looked_for() -> None:
    made = rubric(
        flags=FLAG.replace("legal", "churn") % ("high", 0.8, '"cancel [all]", leave')
        + """
  - {id: fury, kind: any, role: customer, rules: [{kind: similar, examples: [That is annoying.]},
     {kind: cues, over: line, bias: -1,
      cues: [{weight: 1, phrases: [hate]}, {weight: -1, phrases: [love]}]}]}
"""
    )
    result = CallResult(Recording("c1", None, "0"), CallStatus.OK, CALL, verdict(made, CALL))
    told = explain(result, "test.churn", [made])
    assert "churn (test): not raised" in told
    assert "looked for “cancel”, “leave” in all the customer's utterances" in told
    fury = explain(result, "fury", [made])
    assert (
        "“hate” and for what means the same as “That is annoying.”" in fury and "love" not in fury
    )
    with pytest.raises(InputError, match=r"did you mean “churn”\?"):
        explain(result, "churns", [made])
    with pytest.raises(InputError, match="is not scored by test yet"):
        explain(replace(result, verdict=Verdict()), "churn", [made])


def test_a_call_of_which_little_could_be_judged_has_no_score() -> None:
    lines = [f"  - {{id: i{n}, kind: said, phrases: [hello]}}" for n in range(18)]
    checks = verdict(rubric("\n".join(lines)), CALL).checks
    unsure = [replace(check, status=CheckStatus.CANNOT_JUDGE, points=0.0) for check in checks]
    form = rubric("\n".join(lines))
    assert rubric_score(form, [checks[0], *unsure[1:]]) is None
    assert rubric_score(form, [*checks[:8], *unsure[8:]]) is None
    assert rubric_score(form, [*checks[:9], *unsure[9:]]) == 100.0


checks = st.builds(
    CheckResult,
    rubric=st.just("r"),
    item=st.text(max_size=3),
    kind=st.just("said"),
    status=st.sampled_from(CheckStatus),
    points=st.just(0.0),
    max_points=st.floats(0, 1e6),
    explanation=st.just(""),
    section=st.sampled_from(["s", "t", ""]),
    auto_fail=st.sampled_from([None, *AutoFail]),
)
shares = st.floats(0, 1)


def _form() -> Rubric:
    return rubric(MIXED, head=SECTIONS)


@given(st.lists(st.tuples(checks, shares), max_size=12))
@settings(deadline=None)
def test_scores_stay_within_0_and_100(rows: list[tuple[CheckResult, float]]) -> None:
    results = [replace(check, points=check.max_points * share) for check, share in rows]
    score = rubric_score(_form(), results)
    assert score is None or 0 <= score <= 100
    judged = [r for r in results if r.status in (CheckStatus.PASS, CheckStatus.FAIL)]
    if not judged:
        assert score is None


@given(st.lists(checks, max_size=8), st.lists(checks, max_size=4), st.data())
@settings(deadline=None)
def test_what_is_not_judged_takes_the_score_away_or_leaves_it(
    results: list[CheckResult], others: list[CheckResult], data: st.DataObject
) -> None:
    unsure = st.sampled_from([CheckStatus.CANNOT_JUDGE, CheckStatus.ERROR])
    unjudged = [replace(check, status=data.draw(unsure)) for check in others]
    left_out = [replace(check, status=CheckStatus.NOT_APPLICABLE) for check in others]
    form = _form()
    score = rubric_score(form, results)
    assert rubric_score(form, [*left_out, *results]) == score
    assert rubric_score(form, [*unjudged, *results]) in (score, None)


@given(st.lists(checks.filter(lambda check: not check.auto_fail), max_size=10))
@settings(deadline=None)
def test_there_is_a_score_only_where_half_was_judged(results: list[CheckResult]) -> None:
    same = [replace(check, section="") for check in results]
    applying = [r for r in same if r.status is not CheckStatus.NOT_APPLICABLE]
    judged = [r for r in same if r.status in (CheckStatus.PASS, CheckStatus.FAIL)]
    known, all_points = (sum(r.max_points for r in rows) for rows in (judged, applying))
    if rubric_score(_form(), same) is None:
        assert known == 0 or known <= all_points / 2 * (1 + 1e-6)
    else:
        assert known >= all_points / 2 * (1 - 1e-6)


RULES = st.sampled_from(
    [
        "kind: said, phrases: [you]",
        "kind: not_said, phrases: [no]",
        "kind: ratio, target: 0.3, of: {kind: said, phrases: [you]}",
        "kind: silence, longest_s: 1",
        "kind: interruption, zero_at: 4",
        "kind: jargon, glossary: [apr]",
        'kind: similar, examples: ["upset"]',
        "kind: readability",
        "kind: sequence, steps: [{kind: said, phrases: [a]}, {kind: said, phrases: [you]}]",
        "kind: none, rules: [{kind: silence}, {kind: said, phrases: [you]}]",
    ]
)
turns = st.lists(
    st.tuples(
        st.sampled_from(["agent", "customer", "other", "unknown"]),
        st.text(alphabet="you apr no.?您好 upset", max_size=30),
        st.floats(0, 50),
        st.floats(0, 20),
    ),
    max_size=6,
)


@given(st.lists(RULES, min_size=1, max_size=4), turns, st.booleans(), st.booleans())
@settings(deadline=None, max_examples=60)
def test_no_call_breaks_a_rule(
    rules: list[str], said: list[tuple[str, str, float, float]], times: bool, words: bool
) -> None:
    rows = sorted(said, key=lambda row: row[2])
    spoken = (
        call(*((r, t, s, s + d) for r, t, s, d in rows), words=words)
        if times
        else call(*((r, t) for r, t, _, _ in rows))
    )
    made = rubric("\n".join(f"  - {{id: i{n}, {rule}}}" for n, rule in enumerate(rules)))
    result = verdict(made, spoken)
    assert result.score is None or 0 <= result.score <= 100
    for check in result.checks:
        assert check.status is not CheckStatus.ERROR, check.explanation
        for proof in check.evidence:
            if proof.utterance is not None:
                assert proof.quote in spoken.utterances[proof.utterance].text


def test_a_view_folds_and_indexes_once() -> None:
    view = CallView(CALL)
    assert view.lines[0].folded == "hello there"
    assert [line.index for line in view.of_role("customer")] == [1]
