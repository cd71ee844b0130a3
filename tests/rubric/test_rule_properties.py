"""What holds of every rule: more asked for, less looked at and denials left out never find more."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rubric_helpers import call, judge, rubric, verdict

from qa_inspect.domain import CheckStatus

PASS = CheckStatus.PASS


@pytest.mark.parametrize(
    ("language", "phrase", "spoken"),
    [
        ("en", "25 dollars", "it is twenty-five dollars"),
        ("en", "twenty five dollars", "it is $25"),
        ("zh", "25块", "一共二十五块"),
        ("zh", "二十五块", "一共25块"),
        ("id", "25 ribu", "harganya dua puluh lima ribu"),
        ("id", "dua puluh lima hari", "dalam 25 hari"),
        ("ms", "25 hari", "dalam dua puluh lima hari"),
        ("vi", "25 ngày", "trong hai mươi lăm ngày"),
        ("vi", "hai mươi lăm ngày", "trong 25 ngày"),
        ("th", "25 บาท", "ราคายี่สิบห้าบาท"),
    ],
)
def test_spoken_and_written_numbers_are_the_same(language: str, phrase: str, spoken: str) -> None:
    transcript = call(("agent", spoken), language=language)
    assert judge(f"kind: said, phrases: ['{phrase}']", transcript).status is PASS


@settings(max_examples=40, deadline=None)
@given(
    said=st.lists(st.sampled_from(["price", "angry", "not angry", "mm"]), min_size=1, max_size=8),
    least=st.integers(1, 4),
    apart=st.integers(1, 4),
)
def test_quantity_scope_and_denial_only_ever_narrow(
    said: list[str], least: int, apart: int
) -> None:
    """Asking for more, looking in less and leaving out what is denied never finds more."""
    spoken = call(*[("agent", text) for text in said])

    def finds(rule: str) -> bool:
        items = "  - {id: price, kind: said, phrases: [price]}\n" + f"  - {{id: x, {rule}}}"
        return verdict(rubric(items), spoken).checks[1].status is PASS

    plain = "kind: said, phrases: [angry]"
    assert finds(plain) is any("angry" in text for text in said)
    assert finds(f"{plain}, at_least: {least + 1}") <= finds(f"{plain}, at_least: {least}")
    assert finds(f"{plain}, at_least: every") <= finds(plain)
    assert finds(f"{plain}, negated: ignored") is ("angry" in said)
    near = f"{plain}, scope: {{around: price, within_utterances: %s}}"
    assert finds(near % apart) <= finds(near % (apart + 1)) <= finds(plain)
    after = f"{plain}, scope: {{after: price, within_utterances: {apart}}}"
    assert finds(after) <= finds(near % apart)
