"""Scripts as graphs: named steps, distances, branches, circles."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rubric_helpers import call, judge, rubric, verdict

from qa_inspect.domain import CheckStatus, Evidence
from qa_inspect.errors import RubricError
from qa_inspect.rubric.checks.script_graph import Node, best_choice, circle, misfit
from qa_inspect.rubric.outcome import Hit

PASS, FAIL = CheckStatus.PASS, CheckStatus.FAIL
NA = CheckStatus.NOT_APPLICABLE

SPOKEN = call(
    ("agent", "Good morning.", 0, 2),
    ("customer", "I want my money back.", 3, 5),
    ("agent", "Your name please?", 6, 8),
    ("customer", "Ann Lee.", 9, 10),
    ("agent", "I will send the refund today.", 30, 33),
    ("agent", "Five working days.", 34, 36),
    ("agent", "Goodbye.", 40, 41),
)


def said(words: str, extra: str = "") -> str:
    return f"{{kind: said, phrases: [{words}], title: {words}{extra}}}"


@pytest.mark.parametrize(
    ("steps", "status", "told"),
    [
        (f"{said('good morning')}, {said('refund', ', within_s: 40')}", PASS, "2 of 2"),
        (
            f"{said('good morning')}, {said('refund', ', within_s: 20')}",
            FAIL,
            "“refund” comes 28 s, more than 20 s, from “good morning”",
        ),
        (
            f"{said('good morning', ', id: hello')}, {said('name')}, "
            f"{said('goodbye', ', within_utterances: 6, from: hello')}",
            PASS,
            "3 of 3",
        ),
        (
            f"{said('good morning', ', id: hello')}, {said('name')}, "
            f"{said('goodbye', ', within_utterances: 3, from: hello')}",
            FAIL,
            "“goodbye” comes 6 utterances, more than 3, from “good morning”",
        ),
        (
            f"{said('refund')}, {said('name')}, {said('goodbye')}",
            FAIL,
            "“name” comes before “refund”",
        ),
        # name and refund may come in any order, both after the greeting
        (
            f"{said('good morning', ', id: hello')}, {said('refund', ', after: hello')}, "
            f"{said('name', ', after: hello')}, {said('goodbye')}",
            PASS,
            "4 of 4",
        ),
        (
            f"{said('goodbye', ', id: bye')}, {said('name', ', after: bye')}",
            FAIL,
            "“name” comes before “goodbye”",
        ),
    ],
)
def test_order_and_distance(steps: str, status: CheckStatus, told: str) -> None:
    check = judge(f"kind: sequence, steps: [{steps}]", SPOKEN)
    assert check.status is status, check.explanation
    assert told in check.explanation


def test_without_order_only_named_steps_bind() -> None:
    rule = f"kind: sequence, order: false, steps: [{said('goodbye')}, {said('name')}, %s]"
    assert judge(rule % said("refund", ", id: r"), SPOKEN).status is PASS
    later = said("morning", ", after: [name_step]") + ", " + said("name", ", id: name_step")
    assert judge(rule % later, SPOKEN).status is FAIL


BRANCH = """
  - id: script
    kind: sequence
    steps:
      - {kind: said, title: Greets, phrases: [good morning]}
      - branch:
          - when: {kind: said, phrases: [money back]}
            steps:
              - {kind: said, title: Refunds, phrases: [refund]}
              - {kind: said, title: Says when, phrases: [working days], within_utterances: 2}
          - when: {kind: said, phrases: [cancel]}
            steps: [{kind: said, title: Cancels, phrases: [cancelled]}]
          - otherwise: [{kind: said, title: Advises, phrases: [advice]}]
      - {kind: said, title: Closes, phrases: [goodbye]}
"""


def test_optional_steps_are_marked_and_not_counted() -> None:
    steps = f"{said('good morning')}, {said('name', ', optional: true')}, {said('goodbye')}"
    check = judge(f"kind: sequence, steps: [{steps}]", SPOKEN)
    assert "2 of 2 required steps in order" in check.explanation
    assert "“name” (optional): “" in check.explanation


TWICE = "kind: sequence, order: %s, steps: [%s, %s]"


@pytest.mark.parametrize("order", ["true", "false"])
def test_the_same_words_are_one_step_alone(order: str) -> None:
    twice = TWICE % (
        order,
        said("thank you"),
        said("thank you").replace("title: t", "title: more t"),
    )
    once = judge(twice, call(("agent", "Thank you."), ("agent", "Goodbye.")))
    assert once.status is FAIL and once.points == 0.5
    assert "“more thank you” comes with the same words as “thank you”" in once.explanation
    assert judge(twice, call(("agent", "Thank you."), ("agent", "Thank you."))).status is PASS


def test_one_utterance_may_be_two_steps_by_words_of_its_own() -> None:
    both = TWICE % ("true", said("sorry"), said("i will send"))
    assert judge(both, call(("agent", "I am sorry, I will send a new one."))).status is PASS
    assert judge(both, call(("agent", "I will send a new one, sorry."))).status is FAIL


def test_a_branch_follows_what_the_customer_said() -> None:
    made = rubric(BRANCH)
    (check,) = verdict(made, SPOKEN).checks
    assert check.status is PASS and "4 of 4 steps in order" in check.explanation
    assert "Branch taken because of “money back” at 0:03." in check.explanation
    cancelling = call(("agent", "Good morning."), ("customer", "Cancel it."), ("agent", "Goodbye."))
    (check,) = verdict(made, cancelling).checks
    assert check.status is FAIL and check.score == pytest.approx(2 / 3)
    assert "“Cancels” is missing" in check.explanation
    other = call(("agent", "Good morning."), ("customer", "Hello"), ("agent", "Advice! Goodbye."))
    (check,) = verdict(made, other).checks
    assert check.status is PASS and "“Advises”" in check.explanation
    assert "Branch taken" not in check.explanation
    unknown = call(("unknown", "Good morning."), ("unknown", "Hello"))
    (check,) = verdict(made, unknown).checks
    assert check.status is CheckStatus.CANNOT_JUDGE


def test_a_branch_for_nobody_asks_nothing_more() -> None:
    rule = (
        "kind: sequence, steps: [{kind: said, phrases: [good morning]}, {branch: [{when: {kind: "
        "said, phrases: [cancel]}, steps: [{kind: said, phrases: [cancelled]}]}]}]"
    )
    check = judge(rule, SPOKEN)
    assert check.status is PASS and "1 of 1" in check.explanation


def test_an_item_step_may_depend_on_a_condition() -> None:
    items = """
  - {id: refund, kind: said, phrases: [no such thing]}
  - id: script
    kind: sequence
    steps:
      - {kind: said, phrases: [good morning]}
      - {item: refund, only_if: {kind: said, role: customer, phrases: [%s]}}
"""
    assert verdict(rubric(items % "cancel"), SPOKEN).checks[-1].status is PASS
    assert verdict(rubric(items % "money back"), SPOKEN).checks[-1].status is FAIL


def test_distances_in_seconds_need_times() -> None:
    untimed = call(("agent", "good morning"), ("agent", "goodbye"))
    steps = f"{said('good morning')}, {said('goodbye', ', within_s: 5')}"
    assert judge(f"kind: sequence, steps: [{steps}]", untimed).status is NA


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        (f"{said('a', ', id: a, after: b')}, {said('b', ', id: b')}", "circle: a → b → a"),
        (f"{said('a', ', id: a, after: a')}, {said('b')}", "circle: a → a"),
        (f"{said('a', ', id: a')}, {said('b', ', id: a')}", "a names 2 steps"),
        (f"{said('a', ', id: a')}, {said('b', ', after: c')}", "no step is named c — valid: a"),
        (f"{said('a')}, {said('b', ', from: c')}", "from needs to know how far"),
        (f"{said('a')}", "2 to 60 steps"),
        (f"{said('a')}, {{title: b}}", "kind is missing"),
        (f"{said('a')}, {{branch: [{{steps: []}}]}}", "a case has when and steps"),
        (f"{said('a')}, {{branch: [{{otherwise: [{said('b')}]}}], optional: true}}", "of its own"),
    ],
)
def test_what_makes_no_script_is_refused(steps: str, told: str) -> None:
    with pytest.raises(RubricError, match=r"test\.yaml:") as caught:
        rubric(f"  - {{id: x, kind: sequence, steps: [{steps}]}}")
    assert told in str(caught.value)


def test_items_of_branches_are_checked_for_circles() -> None:
    looped = """
  - id: x
    kind: sequence
    steps:
      - {kind: said, phrases: [a]}
      - branch: [{when: {kind: said, phrases: [b]}, steps: [{item: x}]}]
"""
    with pytest.raises(RubricError, match="circle"):
        rubric(looped)
    with pytest.raises(RubricError, match="no item is named y"):
        rubric(looped.replace("item: x", "item: y"))


def test_circle() -> None:
    assert circle(["a", "b", "c"], {0: [1], 1: [2]}) == []
    assert circle(["a", "b", "c"], {0: [1], 1: [2], 2: [1]}) == ["b", "c", "b"]


HITS = st.lists(st.integers(0, 12), max_size=5).map(
    lambda at: tuple(Hit(i, 0, Evidence(i, float(i), i + 0.5, "x")) for i in sorted(set(at)))
)


@settings(max_examples=60)
@given(
    rows=st.lists(st.tuples(HITS, st.booleans(), st.none() | st.integers(1, 6)), max_size=5),
    free=st.booleans(),
)
def test_the_choice_is_the_best_there_is(
    rows: list[tuple[tuple[Hit, ...], bool, int | None]], free: bool
) -> None:
    """Against all choices there are: what is chosen fits, and none that fits is worth more."""
    nodes = [
        Node(str(at), hits, optional, (0,) if free and at == 2 else None, None, most)
        for at, (hits, optional, most) in enumerate(rows)
    ]

    def worth(chosen: dict[int, Hit]) -> float:
        return sum(0.1 if nodes[at].optional else 1.0 for at in chosen)

    def every(at: int, chosen: dict[int, Hit]) -> float:
        if at == len(nodes):
            return worth(chosen)
        best = every(at + 1, chosen)
        for hit in nodes[at].hits:
            if misfit(nodes[at], hit, chosen, nodes) is None:
                best = max(best, every(at + 1, {**chosen, at: hit}))
        return best

    chosen = dict(best_choice(nodes))
    for at, hit in chosen.items():
        earlier = {position: h for position, h in chosen.items() if position < at}
        assert misfit(nodes[at], hit, earlier, nodes) is None
    assert worth(chosen) == pytest.approx(every(0, {}))
