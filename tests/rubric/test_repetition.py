"""Saying it again is found and shown in both places; what only looks like it is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rubric_helpers import call, judge

from qa_inspect.domain import CheckStatus
from qa_inspect.rubric.checks.repetition import likeness

KIND = "kind: repetition, phrases: [like i said], unless: [he told me], ignore: [thank you]"
LEAK = "The washing machine leaks when it spins."


def _found(*turns: tuple[str, str], rule: str = KIND, language: str = "en") -> bool:
    return judge(rule, call(*turns, language=language)).status is CheckStatus.FAIL


def test_the_same_content_again_shows_both_places() -> None:
    result = judge(
        KIND,
        call(
            ("agent", "What is the trouble?"),
            ("customer", LEAK),
            ("agent", "Which fault was it again?"),
            ("customer", "When it spins, the washing machine leaks!"),
        ),
    )
    assert result.status is CheckStatus.FAIL
    assert [proof.utterance for proof in result.evidence] == [1, 3]
    assert "the same" in result.explanation


def test_the_same_in_chinese_of_either_script() -> None:
    first, between, again = (
        ("customer", "洗衣机脱水的时候一直漏水。"),
        ("agent", "请问您遇到什么问题了？"),
        ("customer", "洗衣機脫水的時候漏水啊。"),
    )
    assert _found(first, between, again, rule="kind: repetition", language="zh")


def test_saying_that_it_is_said_again_suffices() -> None:
    assert _found(("customer", "Like I said, the blue one."), ("agent", "Fine."))


@pytest.mark.parametrize(
    "turns",
    [
        pytest.param([("customer", LEAK), ("customer", LEAK)], id="starting anew"),
        pytest.param(
            [("customer", LEAK), ("agent", "Mm-hmm."), ("customer", LEAK)], id="listening"
        ),
        pytest.param(
            [
                ("customer", LEAK),
                ("agent", "And the dryer?"),
                ("customer", "The dryer works fine."),
            ],
            id="something else",
        ),
        pytest.param(
            [
                ("agent", "So the washing machine leaks when it spins?"),
                ("customer", LEAK),
                ("agent", "Did you say the washing machine leaks when it spins?"),
                ("customer", LEAK),
            ],
            id="reading back",
        ),
        pytest.param(
            [
                ("customer", "Is the 8:10 train to Leeds delayed today?"),
                ("agent", "It is on time."),
                ("customer", "Is the 9:40 train to Leeds delayed today?"),
            ],
            id="other numbers",
        ),
        pytest.param(
            [("customer", "Four one two."), ("agent", "Pardon?"), ("customer", "Four one two.")],
            id="numbers",
        ),
        pytest.param(
            [
                ("customer", "Thank you for your wonderful help."),
                ("agent", "Anything else today?"),
                ("customer", "Thank you for your wonderful help."),
            ],
            id="ignored",
        ),
        pytest.param([("customer", LEAK), ("agent", LEAK)], id="somebody else"),
    ],
)
def test_what_is_no_repetition(turns: list[tuple[str, str]]) -> None:
    assert not _found(*turns)


def test_a_phrase_of_unless_cancels() -> None:
    assert not _found(("customer", "He told me, like I said, to wait."), ("agent", "I see."))


def test_too_far_apart_and_too_few_do_not_count() -> None:
    turns = [("customer", LEAK), ("agent", "Which fault was it again?"), ("customer", LEAK)]
    assert _found(*turns)
    assert not _found(*turns, rule=f"{KIND}, within_utterances: 1")
    assert not _found(*turns, rule=f"{KIND}, at_least: 2")
    assert not _found(*turns, rule=f"{KIND}, role: agent")


def test_an_agent_repeats_as_well() -> None:
    sentence = "Unfortunately the warranty excludes water damage."
    turns = [("agent", sentence), ("customer", "But it never got wet."), ("agent", sentence)]
    assert _found(*turns, rule="kind: repetition, role: agent")


def test_without_anybody_of_the_role_it_is_not_applicable() -> None:
    assert judge(KIND, call(("agent", LEAK))).status is CheckStatus.NOT_APPLICABLE


UNITS = st.dictionaries(st.text("abc", min_size=1, max_size=2), st.floats(0.1, 5), max_size=6)


@given(UNITS, UNITS)
def test_likeness_is_a_share_and_full_of_itself(
    one: dict[str, float], other: dict[str, float]
) -> None:
    shared = {unit: one.get(unit, weight) for unit, weight in other.items()}
    assert 0.0 <= likeness(one, shared) <= 1.0 + 1e-9
    if one:
        assert likeness(one, one) == pytest.approx(1.0)
